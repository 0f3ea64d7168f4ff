"""Who agrees to what: the text frozen, a child's guardian by code or on paper, taking it back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attempts.domain.starting import start_attempt
from contest_site.accounts.contact import read_contact
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contests.admin import people
from contests.domain import consenting
from contests.domain.consenting import (
    check_guardian_code,
    consent_for_child,
    current_text,
    digest_of,
    name_guardian,
    record_paper_consents,
    send_guardian_code,
    waiting_children,
    withdraw_consent,
)
from contests.domain.entering import EntryData, enter
from contests.models import Consent, ConsentText, Contest, Entry, GuardianCode, Round
from contests.person import is_child
from contests.queries import uncounted_entries, waiting_for_guardian
from tests.support.factories import make_round, make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return make_round()


@pytest.fixture(autouse=True)
def codes(settings: Any, tmp_path: Path) -> Path:
    settings.CODE_SENDERS = ["contest_site.accounts.senders.File"]
    settings.CODE_FILE = tmp_path / "codes.jsonl"
    return tmp_path / "codes.jsonl"


def last_code(codes: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(codes.read_text().splitlines()[-1])
    return found


def born_years_ago(years: int) -> date:
    return timezone.localdate(database_now()) - timedelta(days=years * 366)


def entered(contest: Contest, *, by: User | None = None, years: int = 12, **more: Any) -> Entry:
    assert contest.area is not None
    first = contest.categories.first()
    assert first is not None
    by = by or make_user()
    data = EntryData(
        full_name="Nguyễn Văn Út",
        birth_date=born_years_ago(years),
        gender="male",
        phone=by.phone or "",
        unit=contest.area,
        category=first,
        consented=True,
        **more,
    )
    return enter(contest, by=by, data=data)


def test_a_consent_says_who_agreed_to_which_text_for_what(round: Round) -> None:
    entry = entered(round.contest, years=30)
    consent = Consent.objects.get(entry=entry)
    assert (consent.by, consent.purpose, consent.giver) == (entry.user, "take_part", "person")
    assert consent.text.digest == digest_of(round.contest.consent_text)
    assert (consent.text.version, consent.text.text) == ("1", round.contest.consent_text)
    for change in ({"paper": "khác"}, {"purpose": "child_takes_part"}):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            Consent.objects.filter(pk=consent.pk).update(**change)
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        ConsentText.objects.update(text="khác")


def test_another_text_needs_another_version_and_is_read_again(round: Round) -> None:
    contest = round.contest
    entered(contest, years=30)
    Contest.objects.filter(pk=contest.pk).update(consent_text="Đồng ý thêm việc khác.")
    contest.refresh_from_db()
    with pytest.raises(NotNow, match="đang được cập nhật"):
        entered(contest, years=30)
    Contest.objects.filter(pk=contest.pk).update(consent_version="2")
    contest.refresh_from_db()
    with pytest.raises(NotNow, match="đọc lại"):
        entered(contest, years=30, read_digest="0" * 64)
    entered(contest, years=30, read_digest=digest_of(contest.consent_text))
    assert sorted(contest.consent_texts.values_list("version", flat=True)) == ["1", "2"]


def test_a_child_is_under_sixteen_on_the_day_of_entering() -> None:
    today = date(2026, 3, 1)
    assert is_child(date(2010, 3, 2), on=today)
    assert not is_child(date(2010, 3, 1), on=today)
    assert not is_child(date(2008, 2, 29), on=date(2024, 2, 29))


def test_a_child_enters_at_once_and_starts_after_the_guardian_agreed(round: Round, codes: Path) -> None:
    entry = entered(round.contest)
    assert list(waiting_for_guardian()) == [entry]
    with pytest.raises(NotAllowed, match="Người dưới 16 tuổi cần cha, mẹ hoặc người giám hộ đồng ý"):
        start_attempt(entry, round)
    guardian = name_guardian(
        entry, by=entry.user, full_name="Trần Thị Hoa", relation="mother", contact="0987 654 321"
    )
    sent = last_code(codes)
    assert (sent["to"], sent["purpose"], len(sent["code"])) == ("+84987654321", "guardian", 6)
    check_guardian_code(read_contact("0987654321"), sent["code"])
    consent = consent_for_child(guardian, read_digest=digest_of(round.contest.consent_text))
    assert consent == consent_for_child(guardian, read_digest=digest_of(round.contest.consent_text))
    assert (consent.giver, consent.guardian, consent.by) == ("guardian", guardian, None)
    assert not waiting_for_guardian().exists()
    assert start_attempt(entry, round).number == 1


@pytest.mark.parametrize("contact", ["0912 000 111", "con@example.com"])
def test_a_code_to_the_childs_own_contact_would_prove_nothing(round: Round, contact: str) -> None:
    entry = entered(round.contest, by=make_user(phone="+84912000111", email="con@example.com"))
    with pytest.raises(Invalid, match="của chính người dự thi"):
        name_guardian(entry, by=entry.user, full_name="Trần Hoa", relation="mother", contact=contact)


def test_a_guardians_code_is_for_one_use_five_tries_and_ten_minutes(round: Round, codes: Path) -> None:
    entry, contact = entered(round.contest), read_contact("0987654321")
    name_guardian(entry, by=entry.user, full_name="Trần Hoa", relation="mother", contact="0987654321")
    code = last_code(codes)["code"]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _try in range(5):
        with pytest.raises(Invalid, match="Mã chưa đúng"):
            check_guardian_code(contact, wrong)
    with pytest.raises(Invalid, match="Mã chưa đúng"):
        check_guardian_code(contact, code)
    GuardianCode.objects.update(tries=0, expires_at=database_now())
    with pytest.raises(Invalid, match="hết hạn"):
        check_guardian_code(contact, code)
    GuardianCode.objects.update(expires_at=database_now() + timedelta(minutes=1))
    check_guardian_code(contact, f" {code[:3]} {code[3:]} ")
    with pytest.raises(Invalid, match="Mã chưa đúng"):
        check_guardian_code(contact, code)


def test_asking_anew_buys_no_more_guesses(round: Round, codes: Path) -> None:
    entry, contact = entered(round.contest), read_contact("0987654321")
    name_guardian(entry, by=entry.user, full_name="Trần Hoa", relation="mother", contact="0987654321")
    for _try in range(5):
        with pytest.raises(Invalid, match="Mã chưa đúng"):
            check_guardian_code(contact, "none")
    sent = codes.read_text()
    send_guardian_code(contact)
    assert codes.read_text() == sent
    GuardianCode.objects.update(expires_at=database_now())
    send_guardian_code(contact)
    check_guardian_code(contact, last_code(codes)["code"])


def test_a_guardians_contact_and_a_childs_account_have_a_budget_of_codes(
    round: Round, codes: Path, settings: Any
) -> None:
    budgets = {"codes_a_day": "2/d/key", "name_guardian": "2/d/user"}
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **budgets}
    phone, child = Client(), Client()
    for contact in ("0987654321", "0987654322"):  # nobody's guardian, both
        for _time in range(2):
            assert (
                phone.post(reverse("contests:guardian"), {"contact": contact, "send": "1"}).status_code == 200
            )
        refused = phone.post(reverse("contests:guardian"), {"contact": contact, "send": "1"})
        assert "Hôm nay đã gửi đủ số mã" in refused.content.decode()
    entry = entered(round.contest)
    child.force_login(entry.user)
    where = reverse("contests:name_guardian", args=[round.contest.slug])
    named = {"full_name": "Trần Thị Hoa", "relation": "mother"}
    shown = child.post(where, named | {"contact": "0987654321"}).content.decode()
    assert "Hôm nay đã gửi đủ số mã" in shown
    assert child.post(where, named | {"contact": "0987654323"}).status_code == 302
    assert (
        "Hôm nay đã gửi mã cho nhiều người"
        in child.post(where, named | {"contact": "0987654324"}).content.decode()
    )


def test_a_guardian_named_wrongly_and_replaced_has_no_say(round: Round) -> None:
    entry = entered(round.contest)
    for contact in ("0987654321", "0987654322"):
        name_guardian(entry, by=entry.user, full_name="Trần Hoa", relation="mother", contact=contact)
    assert not waiting_children(read_contact("0987654321")).exists()
    assert waiting_children(read_contact("0987654322")).get().entry == entry


def test_papers_of_a_whole_class_are_recorded_at_once(round: Round) -> None:
    organiser = make_staff()
    children = [entered(round.contest) for _child in range(3)]
    grown_up = entered(round.contest, years=40)
    paper = "Danh sách phụ huynh lớp 7A, lưu tại trường"
    assert record_paper_consents([*children, grown_up], by=organiser, paper=paper) == 3
    assert record_paper_consents(children, by=organiser, paper=paper) == 0
    consents = Consent.objects.filter(giver="paper")
    assert {one.by for one in consents} == {organiser}
    assert AuditEvent.objects.filter(verb="recorded guardian's paper", actor=organiser).count() == 3
    with pytest.raises(Invalid, match="Ghi số, ngày"):
        record_paper_consents([entered(round.contest)], by=organiser, paper=" ")
    assert start_attempt(children[0], round).number == 1


def test_papers_ask_the_database_once_for_the_whole_class(
    round: Round, django_assert_num_queries: Any
) -> None:
    organiser = make_staff()
    children = [entered(round.contest) for _child in range(5)]
    # A savepoint and its end, the lock, who waits, the text, the consents, which are new; an event each.
    with django_assert_num_queries(7 + len(children)):
        assert record_paper_consents(children, by=organiser, paper="Lớp 7A") == 5


def test_a_guardian_who_agrees_while_papers_are_recorded_spoils_no_batch(
    round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = [entered(round.contest) for _child in range(2)]
    guardian = name_guardian(
        children[0], by=children[0].user, full_name="Trần Hoa", relation="mother", contact="0987654321"
    )

    def agreed_meanwhile(contest: Contest) -> ConsentText:
        text = current_text(contest)
        Consent.objects.get_or_create(
            entry=children[0], text=text, purpose="child_takes_part", giver="guardian", guardian=guardian
        )
        return text

    monkeypatch.setattr(consenting, "current_text", agreed_meanwhile)
    assert record_paper_consents(children, by=make_staff(), paper="Lớp 7A") == 1
    assert [one.giver for one in Consent.objects.filter(purpose="child_takes_part").order_by("entry_id")] == [
        "guardian", "paper",
    ]  # fmt: skip
    assert AuditEvent.objects.get(verb="recorded guardian's paper").object_id == str(children[1].pk)


def test_papers_are_recorded_for_so_many_at_once(
    client: Client, round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert consenting.PAPERS_AT_ONCE == 500
    for module in (consenting, people):
        monkeypatch.setattr(module, "PAPERS_AT_ONCE", 2)
    children = [entered(round.contest) for _child in range(3)]
    with pytest.raises(Invalid, match="tối đa 2 người"):
        record_paper_consents(children, by=make_staff(), paper="Lớp 7A")
    secretary = make_user(is_staff=True)
    secretary.groups.add(Group.objects.get(name="Thư ký"))
    client.force_login(secretary)
    where = reverse("admin:contests_entry_changelist")
    chosen = {"action": "record_papers", "_selected_action": [child.pk for child in children]}
    told = client.post(where, {**chosen, "paper": "Lớp 7A"}, follow=True).content.decode()
    assert "tối đa 2 người" in told
    assert not Consent.objects.filter(giver="paper").exists()
    client.post(where, {**chosen, "_selected_action": chosen["_selected_action"][:2], "paper": "Lớp 7A"})
    assert Consent.objects.filter(giver="paper").count() == 2


def test_a_consent_taken_back_ends_starts_and_counting_for_good(round: Round) -> None:
    entry = entered(round.contest, years=30)
    withdraw_consent(entry, by=entry.user)
    withdraw_consent(entry, by=entry.user)
    with pytest.raises(NotAllowed, match="đã được rút lại"):
        start_attempt(entry, round)
    assert list(uncounted_entries(round.contest)) == [entry]
    assert AuditEvent.objects.filter(verb="withdrew consent").count() == 1


# --- Pages -------------------------------------------------------------------------------------------------


def test_guardian_and_child_go_the_whole_way_on_two_phones(round: Round, codes: Path) -> None:
    contest, child, phone = round.contest, Client(), Client()
    entry = entered(contest)
    child.force_login(entry.user)
    page = reverse("contests:entry", args=[contest.slug])
    assert "Còn một việc trước khi thi" in child.get(page).content.decode()
    start = reverse("attempts:start", args=[contest.slug, round.number])
    assert child.get(start).status_code == child.post(start).status_code == 403
    contest_page = child.get(reverse("contest", args=[contest.slug])).content.decode()
    assert "Xin người giám hộ đồng ý" in contest_page
    named = {"full_name": "Trần Thị Hoa", "relation": "mother", "contact": "me@example.com"}
    where = reverse("contests:name_guardian", args=[contest.slug])
    assert child.post(where, named | {"contact": "x"}).status_code == 400
    assert child.post(where, named).status_code == 302
    assert "me@example.com" in child.get(page).content.decode()

    guardian = reverse("contests:guardian")
    assert "Không cần tài khoản" in phone.get(guardian).content.decode()
    wrong = phone.post(guardian, {"contact": "me@example.com", "code": "000", "open": "1"})
    assert wrong.status_code == 400
    assert "Mã chưa đúng" in wrong.content.decode()
    code = last_code(codes)["code"]
    opened = phone.post(guardian, {"contact": "me@example.com", "code": code, "open": "1"}, follow=True)
    content = opened.content.decode()
    assert "Nguyễn Văn Út" in content
    assert contest.consent_text in content
    assert 'name="consent" id' in content
    assert "checked" not in content
    assert "me%40" not in opened.redirect_chain[-1][0]
    answer = reverse("contests:guardian_answer")
    row = entry.guardians.get()
    said = {"child": str(row.pk), "digest": digest_of(contest.consent_text), "answer": "agree"}
    unticked = phone.post(answer, said)
    assert unticked.status_code == 400
    assert "đánh dấu vào ô đồng ý" in unticked.content.decode()
    assert phone.post(answer, said | {"consent": "on", "child": "999"}).status_code == 404
    assert "Đã đồng ý" in phone.post(answer, said | {"consent": "on"}, follow=True).content.decode()
    assert child.post(start).status_code == 302
    back = phone.post(answer, said | {"answer": "withdraw"}, follow=True).content.decode()
    assert "Đã rút lại sự đồng ý" in back
    assert "đã được rút lại" in child.get(page).content.decode()
    phone.post(answer, {"answer": "leave"})
    assert "Nguyễn Văn Út" not in phone.get(guardian).content.decode()


def test_nobody_learns_whose_guardian_a_contact_is(client: Client, round: Round, codes: Path) -> None:
    entry = entered(round.contest)
    name_guardian(entry, by=entry.user, full_name="Trần Hoa", relation="mother", contact="0987654321")
    before = codes.read_text()
    where = reverse("contests:guardian")
    known = client.post(where, {"contact": "0987 654 321", "send": "1"})
    assert codes.read_text() != before
    sent = codes.read_text()
    unknown = client.post(where, {"contact": "0987 654 329", "send": "1"})
    assert codes.read_text() == sent
    plain = [page.content.decode().replace(number, "") for page, number in (
        (known, "0987 654 321"), (unknown, "0987 654 329"))]  # fmt: skip
    cut = [text.split("<form class")[-1].split("csrfmiddlewaretoken")[0] for text in plain]
    assert cut[0] == cut[1]
    assert known.status_code == unknown.status_code == 200


def test_a_person_takes_the_consent_back_on_a_page_that_says_what_happens(
    client: Client, round: Round
) -> None:
    entry = entered(round.contest, years=30)
    client.force_login(entry.user)
    where = reverse("contests:withdraw", args=[round.contest.slug])
    assert "giữ nguyên" in client.get(where).content.decode()
    assert client.post(where).status_code == 302
    assert entry.consent_withdrawal.by == entry.user
