from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from attempts.domain.disqualifying import disqualify
from attempts.models import Disqualification, Regrade, RegradedScore, Reinstatement
from contest_site.accounts.models import User
from contests.models import Contest, Entry, Round
from tests.support.factories import (
    exclude,
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
FIND = "admin:attempts_disqualification_changelist"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def judge() -> User:
    user = make_staff(is_superuser=False, full_name="Lê Thị Thư Ký")
    user.user_permissions.add(Permission.objects.get(codename="judge_attempts"))
    return user


@pytest.fixture
def client(judge: User) -> Client:
    client = Client()
    client.force_login(judge)
    return client


@pytest.fixture
def round() -> Round:
    return make_round(sealed=False, bank=make_bank(0), name="Tuần 1")


def address(name: str, key: int) -> str:
    return reverse(f"admin:attempts_{name}", args=[key])


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.7 bien ban")


class TestFinding:
    def found(self, client: Client, contest: Contest, typed: str) -> list[Entry]:
        entries = client.get(reverse(FIND), {"contest": str(contest.pk), "q": typed}).context["entries"]
        assert entries is not None
        return list(entries)

    @pytest.mark.parametrize("typed", ["tran thi anh", "Ánh", "ÁNH", "trần thị", "DUC"])
    def test_a_name_is_found_with_accents_or_without(self, client: Client, round: Round, typed: str) -> None:
        entry = make_entry(round.contest, full_name="Đức Trần Thị Ánh")
        make_entry(round.contest, full_name="Phạm Văn Bình")
        assert self.found(client, round.contest, typed) == [entry]

    def test_a_person_is_found_by_name_phone_or_receipt(self, client: Client, round: Round) -> None:
        entry = make_entry(round.contest, full_name="Trần Thị Ánh", phone="+84912345678")
        make_entry(round.contest, full_name="Phạm Văn Bình")
        receipt = submitted_attempt(entry, round).receipt
        assert receipt
        for typed in ("thị ánh", "0912 345 678", receipt.lower().replace("-", " ")):
            assert self.found(client, round.contest, typed) == [entry]
        assert self.found(client, round.contest, "Ẩn danh") == []
        assert self.found(client, make_contest(), "thị ánh") == []

    def test_nothing_is_looked_for_until_something_is_typed(self, client: Client, round: Round) -> None:
        make_entry(round.contest)
        page = client.get(reverse(FIND))
        assert page.context["entries"] is None
        assert "Chưa có ai bị loại kết quả" in page.content.decode()

    def test_what_was_judged_is_listed_with_its_grounds(self, client: Client, round: Round) -> None:
        entry = make_entry(round.contest, full_name="Trần Thị Ánh")
        disqualify(entry, round=round, grounds="Nhờ người thi hộ", by=make_staff(full_name="Ngô Văn Giám"))
        page = client.get(reverse(FIND)).content.decode()
        for words in ("Trần Thị Ánh", "Tuần 1", "Nhờ người thi hộ", "Ngô Văn Giám"):
            assert words in page

    @pytest.mark.parametrize("people", [1, 4])
    def test_it_costs_the_same_however_many_were_judged(
        self, client: Client, round: Round, people: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(people):
            disqualify(make_entry(round.contest), round=round, grounds="Thi hộ", by=make_staff())
        client.get(reverse(FIND))
        # session, user, two for the permissions, two for the contests to choose from, what was judged
        with django_assert_num_queries(7):
            client.get(reverse(FIND))


class TestPerson:
    def test_the_attempts_are_shown_with_the_marks_in_force(self, client: Client, round: Round) -> None:
        entry = make_entry(round.contest)
        attempt = submitted_attempt(entry, round, correct=27)
        regrade = Regrade.objects.create(round=round, version=1, corrections=[], attempts=1)
        RegradedScore.objects.create(regrade=regrade, attempt=attempt, correct=28)
        page = client.get(address("person", entry.pk)).content.decode()
        assert attempt.receipt
        assert attempt.receipt in page
        assert "28" in page
        assert "(trước khi chấm lại: 27)" in page

    def test_it_says_who_does_not_count_anyway(self, client: Client, round: Round) -> None:
        entry = make_entry(round.contest, unofficial=True)
        exclude(round.contest, user=entry.user)
        page = client.get(address("person", entry.pk)).content.decode()
        assert "thi thử của Ban Tổ chức" in page
        assert "danh sách không được dự thi (Ban Tổ chức)" in page


class TestJudging:
    def test_in_two_steps_with_grounds_and_a_paper_that_only_judges_can_fetch(
        self, client: Client, round: Round, judge: User
    ) -> None:
        entry = make_entry(round.contest)
        step = address("disqualify", entry.pk)
        assert "không được tính" in client.get(step).content.decode()
        assert not Disqualification.objects.exists()
        sent = {"scope": "1", "grounds": "Thi hộ", "attachment": paper()}
        assert client.post(step, sent)["Location"] == address("person", entry.pk)
        judged = Disqualification.objects.get()
        assert (judged.entry, judged.round, judged.grounds, judged.by) == (entry, round, "Thi hộ", judge)
        response: Any = client.get(address("disqualification_paper", judged.pk))
        assert b"".join(response.streaming_content) == b"%PDF-1.7 bien ban"
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment")
        assert client.get(address("reinstatement_paper", judged.pk)).status_code == 404

        back = address("reinstate", judged.pk)
        assert "được tính lại" in client.get(back).content.decode()
        assert client.post(back, {"grounds": "Nhầm người"}).status_code == 302
        assert Reinstatement.objects.get().by == judge
        again = client.post(back, {"grounds": "Lần nữa"})
        assert again.status_code == 409
        assert "đã được phục hồi" in again.content.decode()

    def test_the_whole_contest_is_a_scope_when_it_has_several_rounds(self, client: Client) -> None:
        contest = make_contest()
        middle = contest.opens_at + (contest.closes_at - contest.opens_at) / 2
        bank = make_bank(0)
        make_round(contest, sealed=False, bank=bank, closes_at=middle)
        make_round(contest, sealed=False, bank=bank, opens_at=middle)
        entry = make_entry(contest)
        step = address("disqualify", entry.pk)
        assert client.post(step, {"scope": "", "grounds": "Thi hộ"}).status_code == 400
        assert client.post(step, {"scope": "ca-cuoc-thi", "grounds": "Thi hộ"}).status_code == 302
        assert Disqualification.objects.get().round is None

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"scope": "1"},
            {"scope": "1", "grounds": "  "},
            {"scope": "2", "grounds": "Thi hộ"},
            {"scope": "ca-cuoc-thi", "grounds": "Thi hộ"},
            {"scope": "1", "grounds": "Thi hộ", "attachment": SimpleUploadedFile("a.html", b"<script>")},
        ],
        ids=str,
    )
    def test_what_cannot_be_right_changes_nothing(
        self, client: Client, round: Round, sent: dict[str, Any]
    ) -> None:
        response = client.post(address("disqualify", make_entry(round.contest).pk), sent)
        assert response.status_code == 400
        assert not Disqualification.objects.exists()


@pytest.mark.parametrize("name", ["person", "disqualify"])
def test_a_person_of_no_announced_contest_is_not_found(client: Client, name: str) -> None:
    hidden = make_entry(make_contest(announced=False))
    for key in (hidden.pk, 10**9):
        assert client.get(address(name, key)).status_code == 404


def test_only_who_may_judge_sees_or_does_anything(round: Round) -> None:
    entry = make_entry(round.contest)
    judged = disqualify(entry, round=round, grounds="Thi hộ", attachment=paper(), by=make_staff())
    stranger = make_staff(is_superuser=False)
    stranger.user_permissions.set(
        Permission.objects.filter(content_type__app_label="attempts").exclude(codename="judge_attempts")
    )
    client = Client()
    client.force_login(stranger)
    pages = [
        reverse(FIND),
        *(address(name, entry.pk) for name in ("person", "disqualify")),
        *(
            address(name, judged.pk)
            for name in ("reinstate", "disqualification_paper", "reinstatement_paper")
        ),
    ]
    for page in pages:
        assert client.get(page).status_code == 403
        assert client.post(page, {"scope": "1", "grounds": "x"}).status_code == 403
    assert Disqualification.objects.count() == 1
    assert not Reinstatement.objects.exists()
