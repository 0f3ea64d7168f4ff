"""What people ask to be changed after entering, and what comes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotAllowed, NotNow, Refused
from contest_site.lib.identity import national_id_hash
from contests.domain.excluding import exclude_person
from contests.domain.requesting import ask_correction, decide_request, make_unit
from contests.domain.rounds import close_round
from contests.enums import ExclusionRole
from contests.models import Contest, Entry, EntryDecision, EntryRequest, Round, Unit
from prizes.domain.ranking import compute_standings, is_current
from prizes.scope import Scope
from tests.support import factories
from tests.support.factories import (
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_table,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def contest() -> Contest:
    city = factories.make_unit("Thành phố Quảng Ngãi")
    for name in ("UBND phường Chánh Lộ", "UBND phường Nghĩa Lộ"):
        factories.make_unit(name, parent=city)
    return make_round(make_contest(area=city), sealed=False).contest


def ward(contest: Contest, name: str = "UBND phường Chánh Lộ") -> Any:
    assert contest.area is not None
    return contest.area.children.get(name=name)


def asked(entry: Entry, **wanted: Any) -> EntryRequest:
    return ask_correction(entry, by=entry.user, wanted=wanted, reason="Gõ nhầm")


def test_a_correction_changes_nothing_until_it_is_accepted_and_is_kept_with_both(contest: Contest) -> None:
    entry, organiser = make_entry(contest, full_name="Nguyễn Thị Ah"), make_staff()
    request = asked(entry, full_name="Nguyễn Thị An", unit=ward(contest), national_id="051088000123")
    entry.refresh_from_db()
    assert entry.full_name == "Nguyễn Thị Ah"
    assert "051088000123" not in str(request.wanted)
    decision = decide_request(request, by=organiser, accept=True)
    entry.refresh_from_db()
    assert (entry.full_name, entry.unit) == ("Nguyễn Thị An", ward(contest))
    assert entry.national_id_hash == national_id_hash("051088000123")
    assert decision.before["full_name"] == "Nguyễn Thị Ah"
    assert decision.after["unit"]["name"] == "UBND phường Chánh Lộ"
    assert decision.after["national_id"] == "…123"
    event = AuditEvent.objects.get(verb="accepted entry request")
    assert (event.actor, event.data["fields"]) == (organiser, ["full_name", "national_id", "unit"])
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        EntryDecision.objects.update(grounds="khác")
    with pytest.raises(NotNow, match="đã được quyết định"):
        decide_request(request, by=organiser, accept=False, grounds="Thôi")


def test_a_refusal_has_grounds_and_leaves_the_entry(contest: Contest) -> None:
    entry = make_entry(contest)
    request = asked(entry, full_name="Người Khác")
    with pytest.raises(Invalid, match="Ghi lý do"):
        decide_request(request, by=make_staff(), accept=False)
    decide_request(request, by=make_staff(), accept=False, grounds="Cần giấy tờ")
    entry.refresh_from_db()
    assert entry.full_name != "Người Khác"


@pytest.mark.parametrize(
    ("wanted", "reason", "sentence"),
    [
        ({}, "Gõ nhầm", "Chưa sửa mục nào"),
        ({"full_name": "An Bình"}, " ", "Ghi lý do"),
        ({"user_id": 1}, "Gõ nhầm", "không sửa được"),
        ({"unofficial": True}, "Gõ nhầm", "không sửa được"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    contest: Contest, wanted: dict[str, Any], reason: str, sentence: str
) -> None:
    entry = make_entry(contest)
    with pytest.raises(Invalid, match=sentence):
        ask_correction(entry, by=entry.user, wanted=wanted, reason=reason)


def test_one_correction_waits_at_a_time(contest: Contest) -> None:
    entry = make_entry(contest)
    asked(entry, full_name="An Bình")
    with pytest.raises(NotNow, match="đang chờ"):
        asked(entry, full_name="An Bìn")


def test_a_correction_cannot_make_an_entry_that_could_not_have_been_made(contest: Contest) -> None:
    organiser = make_staff()
    Contest.objects.update(min_age=15, age_on=date(2022, 8, 22))
    young = asked(make_entry(contest), birth_date=date(2007, 8, 23))
    with pytest.raises(NotAllowed, match="Chưa đủ tuổi"):
        decide_request(young, by=organiser, accept=True)
    exclude_person(contest, by=None, full_name="X", role=ExclusionRole.JURY, phone="0987654321")
    listed = asked(make_entry(contest), phone="+84987654321")
    with pytest.raises(NotAllowed, match="Ban Giám khảo"):
        decide_request(listed, by=organiser, accept=True)
    make_entry(contest, phone="+84987654322")
    taken = asked(make_entry(contest), phone="+84987654322")
    with pytest.raises(NotNow, match="đã được dùng"):
        decide_request(taken, by=organiser, accept=True)
    assert not EntryDecision.objects.exists()


def test_a_wrong_birth_date_put_right_decides_again_who_needs_a_guardian(contest: Contest) -> None:
    entry = make_entry(contest)
    decide_request(asked(entry, birth_date=date(2020, 1, 1)), by=make_staff(), accept=True)
    entry.refresh_from_db()
    assert entry.needs_guardian


# --- Standings ---------------------------------------------------------------------------------------------


def ranked_by_unit(contest: Contest) -> tuple[Round, list[Entry]]:
    round = contest.rounds.get()
    units = [ward(contest), ward(contest, "UBND phường Nghĩa Lộ")]
    make_block(contest, units)
    make_table(contest, round=round, by_block=True)
    entries = [make_entry(contest, unit=unit) for unit in units]
    factories.seal(round)
    for right, entry in zip((30, 29), entries, strict=True):
        submitted_attempt(entry, round, correct=right)
    close_round(round, by=make_staff(), reason="Thử")
    return round, entries


def test_a_move_after_the_close_overtakes_the_standings(contest: Contest) -> None:
    round, (entry, other) = ranked_by_unit(contest)
    run = compute_standings(Scope.of_round(round), by=None)
    assert is_current(run)
    decide_request(asked(entry, unit=other.unit), by=make_staff(), accept=True)
    assert not is_current(run)
    again = compute_standings(Scope.of_round(round), by=make_staff(), reason="Chuyển đơn vị")
    assert (again.version, is_current(again)) == (2, True)


def test_after_publication_what_decided_results_stays_and_a_name_does_not(contest: Contest) -> None:
    from django.utils import timezone

    from contest_site.lib.clock import database_now
    from prizes.domain.deciding import enter_decision, publish_run, review_run
    from tests.support.signals import approve_run

    round, (entry, other) = ranked_by_unit(contest)
    waiting = asked(other, unit=entry.unit)
    run = compute_standings(Scope.of_round(round), by=None)
    first, second = make_staff(), make_staff()
    review_run(run, by=first)
    approve_run(run, by=second)
    enter_decision(run, number="1/QĐ", signed_on=timezone.localdate(database_now()), by=first)
    publish_run(run, by=first)
    with pytest.raises(NotNow, match="đã được công bố"):
        asked(entry, unit=other.unit)
    with pytest.raises(NotNow, match="đã được công bố"):
        decide_request(waiting, by=first, accept=True)
    decide_request(asked(entry, full_name="Nguyễn Thị Đúng"), by=first, accept=True)
    entry.refresh_from_db()
    assert entry.full_name == "Nguyễn Thị Đúng"
    missing = EntryRequest.objects.create(
        entry=entry, kind="missing_unit", wanted={"unit_name": "Trường A"}, by=entry.user
    )
    digest = run.digest
    decide_request(missing, by=first, accept=True, unit=other.unit)
    run.refresh_from_db()
    assert run.digest == digest


# --- A unit that is not listed -----------------------------------------------------------------------------


def test_a_missing_unit_is_made_below_the_one_that_was_chosen(contest: Contest) -> None:
    organiser, parent = make_staff(), ward(contest)
    unit = make_unit(by=organiser, name=" Trường  Mầm non Hoa Mai ", parent=parent)
    assert (unit.name, unit.parent, unit.code) == ("Trường Mầm non Hoa Mai", parent, f"{parent.code}-1")
    with pytest.raises(Refused, match="cùng tên"):
        make_unit(by=organiser, name="trường mầm non hoa mai", parent=parent)
    assert make_unit(by=organiser, name="Trường B", parent=parent).code == f"{parent.code}-2"


def typed(contest: Contest, **changes: str) -> dict[str, str]:
    category = contest.categories.first()
    assert category is not None
    return {
        "full_name": "Nguyễn Thị Thu Hà",
        "birth_date": "17/05/1990",
        "gender": "female",
        "phone": "0912 345 678",
        "unit_query": "",
        "category": str(category.pk),
        "consent": "on",
        **changes,
    }


@pytest.fixture
def secretary(client: Client) -> Client:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Thư ký"))
    organiser = Client()
    organiser.force_login(user)
    return organiser


def test_a_unit_that_is_not_listed_stops_nobody(client: Client, contest: Contest, secretary: Client) -> None:
    person = make_user()
    client.force_login(person)
    page = reverse("contests:entry", args=[contest.slug])
    assert client.post(page, typed(contest, missing_unit="Trường Mầm non Hoa Mai")).status_code == 302
    entry = Entry.objects.get(user=person)
    assert entry.unit == contest.area
    assert "Chờ Ban Tổ chức quyết định" in client.get(page).content.decode()
    mine = client.get(reverse("mine")).content.decode()
    assert "Trường Mầm non Hoa Mai" in mine
    request = EntryRequest.objects.get(entry=entry)
    queue = secretary.get(reverse("admin:contests_entryrequest_changelist"))
    assert "Nguyễn Thị Thu Hà" in queue.content.decode()
    where = reverse("admin:contests_entryrequest_decide", args=[request.pk])
    shown = secretary.get(where).content.decode()
    assert "UBND phường Chánh Lộ" in shown
    assert secretary.post(where, {"act": "refuse", "grounds": ""}).status_code == 400
    made = secretary.post(where, {"act": "make", "new_name": "Trường Mầm non Hoa Mai"})
    assert made.status_code == 302
    entry.refresh_from_db()
    assert entry.unit.name == "Trường Mầm non Hoa Mai"
    assert "Đã chấp nhận" in client.get(reverse("mine")).content.decode()


def test_only_a_decision_that_was_chosen_is_made_and_whole(contest: Contest, secretary: Client) -> None:
    entry = make_entry(contest, full_name="Nguyễn Thị Ah")
    correction = asked(entry, full_name="Nguyễn Thị An")
    missing = EntryRequest.objects.create(
        entry=entry, kind="missing_unit", wanted={"unit_name": "Trường A"}, by=entry.user
    )
    made = {"act": "make", "new_name": "Trường A"}
    unit = {"unit": str(ward(contest).pk)}
    for request, sent in (
        (correction, {}),
        (correction, {"act": "acept"}),
        (correction, made),
        (missing, unit),
        (missing, {**unit, "act": ""}),
    ):
        where = reverse("admin:contests_entryrequest_decide", args=[request.pk])
        told = secretary.post(where, {"grounds": "", **sent})
        assert told.status_code == 400
        assert "Hãy bấm một trong các nút" in told.content.decode()
    assert not EntryDecision.objects.exists()
    decide_request(missing, by=make_staff(), accept=False, grounds="Đã có")
    again = secretary.post(reverse("admin:contests_entryrequest_decide", args=[missing.pk]), made)
    assert again.status_code == 400
    assert "đã được quyết định" in again.content.decode()
    assert not Unit.objects.filter(name="Trường A").exists()


def test_a_person_asks_on_a_page_and_only_what_differs_is_asked(client: Client, contest: Contest) -> None:
    entry = make_entry(contest, full_name="Nguyễn Thị Ah", unit=ward(contest))
    client.force_login(entry.user)
    where = reverse("contests:correct", args=[contest.slug])
    page = client.get(where)
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields if name not in ("unit", "unit_query")}
    same = client.post(where, {**values, "reason": "Gõ nhầm tên"})
    assert same.status_code == 400
    assert "Chưa sửa mục nào" in same.content.decode()
    forged = {"user": "1", "unofficial": "on", "needs_guardian": "", "consent_version": "9"}
    sent = client.post(where, {**values, **forged, "full_name": "Nguyễn Thị An", "reason": "Gõ nhầm tên"})
    assert sent.status_code == 302
    assert EntryRequest.objects.get().wanted == {"full_name": "Nguyễn Thị An"}
    found = client.post(where, {**values, "unit_query": "nghia lo", "find": "1"})
    assert [unit.name for unit in found.context["unit_results"]] == ["UBND phường Nghĩa Lộ"]
    other = make_user()
    client.force_login(other)
    assert client.get(where).status_code == 404


def test_a_national_id_is_opened_by_few_and_never_unseen(client: Client, contest: Contest) -> None:
    from contest_site.lib.identity import seal_national_id

    number = "051088000123"
    entry = make_entry(
        contest, national_id_hash=national_id_hash(number), national_id_sealed=seal_national_id(number)
    )
    where = reverse("admin:contests_entry_national_id", args=[entry.pk])
    row = reverse("admin:contests_entry_change", args=[entry.pk])
    for role, status in (("Thư ký", 403), ("Trưởng ban", 200)):
        user = make_user(is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert number not in client.get(row).content.decode()
        assert client.get(where).status_code in (403, 405)
        response = client.post(where)
        assert response.status_code == status
        assert (number in response.content.decode()) == (status == 200)
    assert AuditEvent.objects.filter(verb="saw national IDs").count() == 1
    assert number not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_a_near_name_takes_one_click(contest: Contest, secretary: Client) -> None:
    entry = make_entry(contest, unit=contest.area)
    request = EntryRequest.objects.create(
        entry=entry, kind="missing_unit", wanted={"unit_name": "UBND phường Chánh Lô"}, by=entry.user
    )
    where = reverse("admin:contests_entryrequest_decide", args=[request.pk])
    near = ward(contest)
    shown = secretary.get(where).content.decode()
    assert f'name="move" value="{near.pk}"' in shown
    # The Enter key presses a form's first button: it searches, and moves nobody.
    assert shown.index('name="find"') < shown.index('name="move"')
    assert secretary.post(where, {"move": near.pk}).status_code == 302
    entry.refresh_from_db()
    assert entry.unit == near
