"""The organisers' pages about a round's blueprint: what is missing, example papers, how often, unsealing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contests.blueprints import blueprint_of
from contests.domain.rounds import seal_round
from contests.models import Headcount, Quota, Round, RoundSeal, Unsealing
from questions.models import Appraisal, Revision
from tests.support.factories import make_bank, make_contest, make_entry, make_round, make_staff, make_user
from tests.support.screens import address, errors_of, form_of, rows, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    """Tomorrow, unsealed: 3 questions of "Chủ đề 1" and 2 hard ones of "Chủ đề 2", of 10 each."""
    now = database_now()
    contest = make_contest(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    bank = make_bank(20, levels=("easy", "hard"))
    made = make_round(contest, bank=bank, questions=5, sealed=False)
    first, second = bank.topics.all()
    Quota.objects.create(round=made, topic=first, questions=3)
    Quota.objects.create(round=made, topic=second, difficulty="hard", questions=2)
    return made


def of_role(name: str) -> User:
    user = make_user(username=f"vai-{name}", is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    return user


def at(round: Round, page: str) -> str:
    return address(f"contests_round_{page}", round.contest_id, round.number)


def said(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(text_of(response).split())


def judge(round: Round, numbers: range, verdict: str) -> None:
    for revision in Revision.objects.filter(question__bank=round.bank, question__number__in=numbers):
        Appraisal.objects.create(
            revision=revision, verdict=verdict, writer=revision.writer, appraiser=make_user()
        )


# --- Blueprint ----------------------------------------------------------------------------------------------


def test_each_line_says_how_many_there_are_in_each_state(round: Round) -> None:
    judge(round, range(2, 17, 2), "returned")  # "Chủ đề 2": the first 8 of 10
    found = blueprint_of(round)
    assert [(one.label, one.needed, one.approved, one.unfinished, one.missing) for one in found.lines] == [
        ("Chủ đề 1", 3, 10, 0, 0),
        ("Chủ đề 2, mức độ Vận dụng", 2, 1, 4, 1),
    ]
    assert (found.free, found.sealed, found.outside) == (False, False, 1)
    assert found.faults == ["Chủ đề “Chủ đề 2” cần 2 câu mức độ Vận dụng, mới có 1 câu đã duyệt."]


def test_the_page_names_what_is_missing_before_and_nothing_after_the_sealing(
    page: Client, round: Round
) -> None:
    assert "Đủ câu hỏi để ra đề." in said(page.get(at(round, "blueprint")))
    judge(round, range(2, 17, 2), "returned")
    text = said(page.get(at(round, "blueprint")))
    assert "thiếu 1 câu" in text
    assert "Chủ đề “Chủ đề 2” cần 2 câu mức độ Vận dụng" in text
    assert "cần 2 câu mức độ Vận dụng" in said(page.get(at(round, "seal")))
    judge(round, range(2, 17, 2), "approved")
    seal_round(round, by=make_staff())
    judge(round, range(1, 20), "retired")
    text = said(page.get(at(round, "blueprint")))
    assert "Số câu là của bộ câu hỏi đã niêm phong." in text
    assert "Đủ câu hỏi để ra đề." in text
    assert "thiếu" not in text


def test_a_free_draw_shows_the_whole_bank(page: Client, round: Round) -> None:
    round.quotas.all().delete()
    found = blueprint_of(round)
    assert [(one.label, one.needed, one.approved) for one in found.lines] == [("Cả ngân hàng", 5, 20)]
    assert (found.free, found.outside, list(found.faults)) == (True, 0, [])
    assert "rút tự do" in said(page.get(at(round, "blueprint")))


def test_a_blueprint_is_read_in_few_statements(round: Round, django_assert_num_queries: Any) -> None:
    fresh = Round.objects.select_related("bank", "seal").get(pk=round.pk)
    with django_assert_num_queries(2):
        blueprint_of(fresh)


def test_overlapping_lines_are_refused_on_the_rounds_page(page: Client, round: Round) -> None:
    other = make_round(make_contest(announced=False), bank=round.bank, questions=5, sealed=False)
    first = round.bank.topics.first()
    assert first is not None

    where = address("contests_round_change", other.pk)
    values = form_of(page.get(where).content)
    line = {"topic": str(first.pk), "difficulty": "", "questions": "3", "round": str(other.pk)}
    response = page.post(where, values | rows("quotas", line, {**line, "difficulty": "hard"}))
    assert any("trùng phạm vi" in error for error in errors_of(response)), errors_of(response)
    easy = {**line, "difficulty": "easy"}
    response = page.post(where, values | rows("quotas", easy, {**line, "difficulty": "hard"}))
    assert response.status_code == 302, errors_of(response)
    assert list(other.quotas.values_list("difficulty", "questions")) == [("easy", 3), ("hard", 3)]


# --- Exposure -----------------------------------------------------------------------------------------------


def test_how_often_and_how_alike_is_said_with_exact_numbers(page: Client, round: Round) -> None:
    text = said(page.get(at(round, "exposure"), {"papers": "2000", "shared": "5"}))
    assert "600 đề" in text  # 3 of 10
    assert "800 đề" in text  # 2 of 5
    assert "30 % số đề" in text
    # 9/10 + 4/5; the same paper again: 1 in C(10,3)·C(5,2) = 1,200
    assert "trung bình 1,7 câu giống nhau" in text
    assert "là 0,0833 %, tức khoảng 1 trong 1.200 cặp đề." in text
    assert "không thể có từ 6 câu" in said(page.get(at(round, "exposure"), {"papers": "1", "shared": "6"}))
    for wrong in ({"papers": "0", "shared": "1"}, {"papers": "x", "shared": "-1"}):
        assert page.get(at(round, "exposure"), wrong).status_code == 200


def test_papers_are_expected_from_headcounts_then_entries(page: Client, round: Round) -> None:
    assert "nếu có 1.000 đề" in said(page.get(at(round, "exposure")))
    make_entry(round.contest)
    assert "nếu có 1 đề" in said(page.get(at(round, "exposure")))
    area = round.contest.area
    assert area is not None
    Headcount.objects.create(contest=round.contest, unit=area, people=3_600)
    assert "nếu có 3.600 đề" in said(page.get(at(round, "exposure")))


# --- Example papers -----------------------------------------------------------------------------------------


def drawn(client: Client, round: Round, papers: int = 2) -> Any:
    return client.post(address("attempts_sample_papers", round.pk), {"papers": str(papers)})


@pytest.mark.parametrize("sealed", [False, True])
def test_example_papers_follow_the_blueprint_and_leave_no_trace_but_the_trail(
    page: Client, round: Round, sealed: bool
) -> None:
    if sealed:
        seal_round(round, by=make_staff())
    response = drawn(page, round, 3)
    text = said(response)
    assert text.count("Đề mẫu số") == 3
    for paper in response.context["papers"]:
        assert len({question.id for question, _options in paper}) == 5
        assert sum(question.topic == "Chủ đề 1" for question, _options in paper) == 3
        assert all(
            question.difficulty == "hard" for question, _options in paper if question.topic == "Chủ đề 2"
        )
        for question, options in paper:
            assert [text for _letter, text, key in options if key] == [question.options[question.keys[0]]]
            assert sorted(text for _letter, text, _key in options) == sorted(question.options)
    assert not Attempt.objects.exists()
    event = AuditEvent.objects.get(verb="previewed papers")
    assert event.data == {"papers": 3, "sealed": sealed, "with_keys": True}
    # Another click, other papers.
    first, second = (
        [[one.id for one, _ in p] for p in r.context["papers"]] for r in (response, drawn(page, round, 3))
    )
    assert first != second


def test_looking_at_the_form_draws_and_records_nothing(page: Client, round: Round) -> None:
    assert page.get(address("attempts_sample_papers", round.pk)).status_code == 200
    assert not AuditEvent.objects.filter(verb="previewed papers").exists()


@pytest.mark.parametrize("papers", ["0", "11", "", "x"])
def test_only_so_many_at_once(page: Client, round: Round, papers: str) -> None:
    response = page.post(address("attempts_sample_papers", round.pk), {"papers": papers})
    assert response.status_code == 200
    assert response.context["papers"] == []


def test_what_cannot_be_drawn_says_why(page: Client, round: Round) -> None:
    judge(round, range(2, 17, 2), "returned")
    assert "cần 2 câu mức độ Vận dụng, mới có 1 câu" in said(drawn(page, round))


def test_keys_are_shown_to_those_alone_who_may_see_them(client: Client, round: Round) -> None:
    client.force_login(of_role("Thư ký"))
    response = drawn(client, round)
    assert "Đề mẫu số 2" in said(response)
    for sign in ("q-right", "Giải thích bí mật"):
        assert sign not in response.content.decode()
    assert AuditEvent.objects.get(verb="previewed papers").data["with_keys"] is False
    client.force_login(of_role("Tổ thẩm định"))
    assert "q-right" in drawn(client, round).content.decode()
    client.force_login(of_role("Cán bộ đầu mối"))
    assert drawn(client, round).status_code == 403
    client.force_login(make_user())
    assert drawn(client, round).status_code == 302


# --- Unsealing ----------------------------------------------------------------------------------------------


def test_a_seal_is_broken_on_the_screen_by_another_person_with_a_reason(client: Client, round: Round) -> None:
    sealer, other = of_role("Thư ký"), of_role("Trưởng ban")
    client.force_login(sealer)
    client.post(at(round, "seal"))
    seal = RoundSeal.objects.get()
    assert seal.by == sealer
    assert at(round, "unseal") not in client.get(at(round, "blueprint")).content.decode()
    assert "không được tự mở niêm phong" in said(client.get(at(round, "unseal")))
    client.post(at(round, "unseal"), {"reason": "Tự mở"})
    assert RoundSeal.objects.exists()
    client.force_login(other)
    assert at(round, "unseal") in client.get(at(round, "blueprint")).content.decode()
    assert "Việc gì sẽ xảy ra" in said(client.get(at(round, "unseal")))
    assert client.post(at(round, "unseal"), {"reason": "  "}).status_code == 200
    assert RoundSeal.objects.exists()
    response = client.post(at(round, "unseal"), {"reason": "Câu 12 sai đáp án"}, follow=True)
    text = said(response)
    assert not RoundSeal.objects.exists()
    assert Unsealing.objects.get().by == other
    assert "Đã mở niêm phong đề." in text
    assert "Câu 12 sai đáp án" in text
    assert seal.pool.digest in text
    client.post(at(round, "seal"))
    assert RoundSeal.objects.get().by == other
    assert said(client.get(at(round, "blueprint"))).count("Câu 12 sai đáp án") == 1


def test_after_the_opening_the_page_offers_nothing(page: Client, round: Round) -> None:
    seal_round(round, by=make_staff())
    Round.objects.filter(pk=round.pk).update(opens_at=database_now())
    assert at(round, "unseal") not in page.get(at(round, "blueprint")).content.decode()
    assert "đã đến giờ mở" in said(page.get(at(round, "unseal")))
    assert "đã đến giờ mở" in said(page.post(at(round, "unseal"), {"reason": "Muộn"}, follow=True))
    assert RoundSeal.objects.exists()


@pytest.mark.parametrize("role", ["Tổ ra đề", "Tổ thẩm định", "Cán bộ đầu mối"])
@pytest.mark.parametrize("name", ["blueprint", "exposure", "unseal", "seal"])
def test_the_pages_are_for_those_who_run_the_contest(
    client: Client, round: Round, role: str, name: str
) -> None:
    seal_round(round, by=make_staff())
    client.force_login(of_role(role))
    assert client.get(at(round, name)).status_code == 403
    assert client.post(at(round, name), {"reason": "x"}).status_code == 403
    assert RoundSeal.objects.exists()
