"""The agency's report: right numbers by an independent count, and never another unit's people."""

from __future__ import annotations

import io
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attempts import reports
from attempts.models import Disqualification, Regrade, RegradedScore, Reinstatement
from contest_site.accounts.models import User
from contest_site.agency import views
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.roles import AUDITOR, JURY
from contests.domain.rounds import close_round
from contests.models import Contest, Entry, Headcount, Round, Unit, UnitOfficer
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
Queries = Callable[[int], AbstractContextManager[Any]]
QUESTIONS = 5
# given names in Vietnamese order
GIVEN = ["An", "Ân", "Bình", "Dũng", "Đức", "Hà", "Hải", "Hạnh", "Ỷ"]


@dataclass
class World:
    contest: Contest
    round: Round
    units: dict[str, Unit]
    # By person: (round, number right in force, time, moment) of each attempt that counts.
    people: dict[int, list[tuple[int, int, int, datetime]]] = field(default_factory=lambda: defaultdict(list))

    def officer(self, *names: str) -> User:
        user = make_user()
        for name in names:
            UnitOfficer.objects.create(user=user, unit=self.units[name])
        return user

    def enter(self, unit: str, **fields: Any) -> Entry:
        return make_entry(self.contest, unit=self.units[unit], **fields)

    def sit(
        self,
        entry: Entry,
        correct: int,
        duration_ms: int = 60_000,
        minute: int = 0,
        *,
        round: Round | None = None,
        regraded: int | None = None,
    ) -> None:
        round = round or self.round
        at = datetime(2024, 11, 10, 8, tzinfo=UTC) + timedelta(minutes=minute)
        attempt = submitted_attempt(entry, round, correct=correct, duration_ms=duration_ms, submitted_at=at)
        if regraded is not None:
            newest = Regrade.objects.filter(round=round).latest("version")
            RegradedScore.objects.create(regrade=newest, attempt=attempt, correct=regraded)
        in_force = correct if regraded is None else regraded
        self.people[entry.pk].append((round.pk, in_force, duration_ms, at))


@pytest.fixture
def world() -> World:
    """City › (ward A › (schools A1, A2), ward B › school B1); a contest of the city, its round closed."""
    city = make_unit("Thành phố", code="C")
    units = {"city": city, "A": make_unit("Phường A", city, code="C-A")}
    units["B"] = make_unit("Phường B", city, code="C-B")
    units["A1"] = make_unit("Trường A1", units["A"], code="C-A-1")
    units["A2"] = make_unit("Trường A2", units["A"], code="C-A-2")
    units["B1"] = make_unit("Trường B1", units["B"], code="C-B-1")
    units["elsewhere"] = make_unit("Thành phố khác", code="X")
    now = database_now()
    contest = make_contest(
        area=city,
        slug="cuoc-thi",
        name="Cuộc thi tìm hiểu cải cách hành chính",
        opens_at=now - timedelta(days=2),
        closes_at=now - timedelta(days=1),
    )
    round = make_round(contest, questions=QUESTIONS, sealed=False, attempts_allowed=5)
    return World(contest, round, units)


def get(user: User, name: str = "contest", **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    if name == "excel":
        proves_to_be_the_owner(client, user)
    path = reverse(f"agency:{name}", args=[] if name == "offices" else ["cuoc-thi"])
    return client.get(path, query)


def proves_to_be_the_owner(client: Client, user: User) -> None:
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()


def content_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(content: bytes, index: int) -> list[tuple[Any, ...]]:
    """The rows of one sheet from its header on."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[index]
    rows = list(sheet.iter_rows(values_only=True))
    return rows[next(i for i, row in enumerate(rows) if row[0] == "STT") :]


# --- The numbers --------------------------------------------------------------------------------------------
def two_rounds(world: World) -> Round:
    """The contest's first round ends halfway, a second one follows; both are over and regraded twice."""
    middle = world.contest.opens_at + (world.contest.closes_at - world.contest.opens_at) / 2
    Round.objects.filter(pk=world.round.pk).update(closes_at=middle)
    second = make_round(
        world.contest,
        questions=QUESTIONS,
        sealed=False,
        attempts_allowed=5,
        opens_at=middle,
        bank=world.round.bank,
        name="Tuần 2",
    )
    for round in (world.round, second):
        for version in (1, 2):
            Regrade.objects.create(round=round, version=version, corrections=[], attempts=0)
    return second


def fill(world: World, random: random.Random) -> Round:
    """People at random in two rounds; some never submit, are excluded, disqualified, on trial, regraded."""
    second = two_rounds(world)
    names = ["city", "A", "B", "A1", "A2", "B1"]
    for at in range(60):
        entry = world.enter(
            random.choice(names), full_name=f"Lê Thị {random.choice(GIVEN)}", unofficial=at % 20 == 7
        )
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            right = random.randint(0, QUESTIONS)
            world.sit(
                entry,
                right,
                random.randint(1, 3) * 1000,
                random.randint(0, 9),
                round=random.choice([world.round, second]),
                regraded=random.choice([None, None, max(0, right - 1), min(QUESTIONS, right + 1)]),
            )
        if entry.unofficial:
            world.people.pop(entry.pk, None)
    *excluded, here, everywhere, back = random.sample(list(Entry.objects.order_by("pk")), 8)
    for entry in excluded:
        exclude(world.contest, phone=entry.phone)
        world.people.pop(entry.pk, None)
    judge = make_staff()
    Disqualification.objects.create(entry=here, round=second, grounds="Thi hộ", by=judge)
    world.people[here.pk] = [one for one in world.people[here.pk] if one[0] != second.pk]
    Disqualification.objects.create(entry=everywhere, grounds="Thi hộ", by=judge)
    world.people.pop(everywhere.pk, None)
    judged = Disqualification.objects.create(entry=back, round=world.round, grounds="Thi hộ", by=judge)
    Reinstatement.objects.create(disqualification=judged, grounds="Nhầm người", by=judge)
    for name in random.sample(names, random.choice([1, 3])):
        Headcount.objects.create(
            contest=world.contest, unit=world.units[name], people=random.choice([1, 7, 100])
        )
    return second


def taken(world: World, entry: Entry, round: Round | None) -> list[tuple[int, int, datetime]]:
    """The oracle: the attempts of a person that count in the round, or in all rounds."""
    return [one[1:] for one in world.people.get(entry.pk, []) if round is None or one[0] == round.pk]


def counted(world: World, name: str, round: Round | None) -> tuple[Any, ...]:
    """The oracle: people, attempts, mean, best, all right of a unit's subtree, by plain counting."""
    below = {world.units[name].pk}
    while more := {u.pk for u in world.units.values() if u.parent_id in below} - below:
        below |= more
    scores = [
        [correct for correct, _, _ in attempts]
        for entry in Entry.objects.filter(unit__in=below)
        if (attempts := taken(world, entry, round))
    ]
    if not scores:
        return 0, 0, None, None, None
    best = [max(one) for one in scores]
    mean = (Decimal(sum(best)) / len(best)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return len(scores), sum(map(len, scores)), mean, max(best), best.count(QUESTIONS)


def headcount_of(unit_id: int) -> int | None:
    """The oracle: the numbers given for the unit and all below it, added up; None without any."""
    given = list(Headcount.objects.filter(unit=unit_id).values_list("people", flat=True))
    below = [headcount_of(pk) for pk in Unit.objects.filter(parent=unit_id).values_list("pk", flat=True)]
    known = given + [people for people in below if people is not None]
    return sum(known) if known else None


@pytest.mark.parametrize("which", ["all", "first", "second"])
@pytest.mark.parametrize("seed", range(4))
def test_the_numbers_agree_with_plain_counting(world: World, seed: int, which: str) -> None:
    second = fill(world, random.Random(seed))
    round = {"all": None, "first": world.round, "second": second}[which]
    rows = reports.unit_rows(world.contest, world.units["city"], with_scores=True, round=round)
    found = {row.name: (row.people, row.attempts, row.mean, row.best, row.all_right) for row in rows}
    names = ["city", "A", "A1", "A2", "B", "B1"]
    assert [row.name for row in rows] == [world.units[name].name for name in names]
    assert [row.depth for row in rows] == [0, 1, 2, 2, 1, 2]
    assert found == {world.units[name].name: counted(world, name, round) for name in names}
    for row in rows:
        assert row.headcount == headcount_of(row.unit_id)
        if row.headcount is None:
            assert row.percent is None
        else:
            assert row.percent == (Decimal(row.people * 100) / row.headcount).quantize(Decimal("0.01"))


@pytest.mark.parametrize("which", ["all", "second"])
@pytest.mark.parametrize("seed", range(3))
def test_participants_are_everybody_who_counts_with_the_best_attempt(
    world: World, seed: int, which: str
) -> None:
    second = fill(world, random.Random(seed))
    round = None if which == "all" else second
    rows = reports.participant_rows(world.contest, world.units["city"], with_scores=True, round=round)
    expected = []
    for entry in Entry.objects.select_related("unit", "category"):
        if attempts := taken(world, entry, round):
            correct, duration, at = min(attempts, key=lambda a: (-a[0], a[1], a[2]))
            assert entry.birth_date is not None
            expected.append(
                reports.ParticipantRow(
                    *(entry.full_name, entry.birth_date.year, entry.category.name, entry.unit.name),
                    *(len(attempts), correct, timedelta(milliseconds=duration), at),
                )
            )
    key = repr
    assert sorted(rows, key=key) == sorted(expected, key=key)
    assert [row.full_name.split()[-1] for row in rows] == sorted(
        (row.full_name.split()[-1] for row in rows), key=GIVEN.index
    )


def test_more_people_than_the_headcount_is_flagged(world: World) -> None:
    Headcount.objects.create(contest=world.contest, unit=world.units["A"], people=1)
    for _ in range(2):
        world.sit(world.enter("A1"), 3)
    row = reports.unit_rows(world.contest, world.units["A"], with_scores=True)[0]
    assert (row.percent, row.over) == (Decimal("200.00"), True)
    rows = table(content_of(get(world.officer("A"), "excel")), 0)
    assert (rows[1][5], rows[1][9]) == (2, "Vượt tổng số người")
    assert rows[2][9] is None


def test_the_numbers_cost_the_same_whatever_the_size(
    world: World, django_assert_num_queries: Queries
) -> None:
    fill(world, random.Random(1))
    with django_assert_num_queries(3):
        reports.unit_rows(world.contest, world.units["city"], with_scores=True)
    with django_assert_num_queries(3):
        reports.participant_rows(world.contest, world.units["city"], with_scores=True)


# --- Who sees what ------------------------------------------------------------------------------------------
def test_an_officer_sees_the_own_subtree(world: World) -> None:
    response = get(world.officer("A"))
    assert response.context["unit"] == world.units["A"]
    assert [row.name for row in response.context["rows"]] == ["Phường A", "Trường A1", "Trường A2"]
    assert get(world.officer("A"), unit=world.units["A2"].pk).context["unit"] == world.units["A2"]


@pytest.mark.parametrize("page", ["contest", "excel"])
@pytest.mark.parametrize("other", ["B", "B1", "city", "elsewhere"])
def test_another_unit_is_not_found(world: World, page: str, other: str) -> None:
    assert get(world.officer("A"), page, unit=world.units[other].pk).status_code == 404


@pytest.mark.parametrize("page", ["contest", "excel"])
@pytest.mark.parametrize("unit", ["0", "99999999", "-1", "x", "1.5", "٣", "9" * 30, ""])
def test_a_unit_that_does_not_exist_is_not_found(world: World, page: str, unit: str) -> None:
    assert get(world.officer("A"), page, unit=unit).status_code == 404


@pytest.mark.parametrize("page", ["contest", "excel"])
def test_people_without_an_office_see_nothing(world: World, page: str) -> None:
    assert get(make_user(), page).status_code == 404
    assert get(make_user(is_staff=True), page).status_code == 404
    assert get(world.officer("elsewhere"), page).status_code == 404


@pytest.mark.parametrize("page", ["offices", "contest", "excel"])
def test_whoever_is_not_signed_in_is_led_to_sign_in(world: World, client: Client, page: str) -> None:
    path = reverse(f"agency:{page}", args=[] if page == "offices" else ["cuoc-thi"])
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={path}")
    assert client.post(path).status_code == 405


def test_the_file_holds_nobody_of_another_unit(world: World) -> None:
    world.sit(world.enter("A1", full_name="Trần Thị An"), 4)
    world.sit(world.enter("B1", full_name="Phạm Văn Bí Mật"), 5)
    content = content_of(get(world.officer("A"), "excel"))
    assert [row[1] for row in table(content, 1)[1:-1]] == ["Trần Thị An"]
    text = [str(cell) for index in (0, 1) for row in table(content, index) for cell in row]
    assert not [cell for cell in text if "Bí Mật" in cell or "Phường B" in cell or "B1" in cell]


def test_organisers_see_every_unit_and_an_office_above_the_contest_sees_its_area(world: World) -> None:
    assert get(make_staff()).context["unit"] == world.units["city"]
    assert get(make_staff(), unit=world.units["B1"].pk).context["unit"] == world.units["B1"]
    province = make_unit("Tỉnh", code="P")
    Unit.objects.filter(pk=world.units["city"].pk).update(parent=province)
    user = make_user()
    UnitOfficer.objects.create(user=user, unit=province)
    assert get(user).context["unit"] == world.units["city"]


@pytest.mark.parametrize("role", [JURY, AUDITOR])
def test_who_may_look_at_every_unit_sees_numbers_and_no_names(world: World, role: str) -> None:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    page = get(user)
    assert (page.status_code, page.context["may_export"]) == (200, False)
    assert reverse("agency:excel", args=["cuoc-thi"]) not in page.content.decode()
    assert get(user, "excel").status_code == 403
    # Auditors may see the lists that units brought; a jury may not.
    assert get(user, "missing").status_code == (403 if role == JURY else 200)
    assert page.context["may_see_roster"] == (role == AUDITOR)


def test_more_people_than_a_request_can_carry_are_left_to_a_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PEOPLE_AT_ONCE", 1)
    for _ in range(2):
        world.sit(world.enter("A1"), 1)
    response = get(world.officer("A"), "excel", vong=1)
    asked = f"?unit={world.units['A'].pk}&vong=1"
    assert response["Location"] == reverse("reports:new", args=["cuoc-thi"]) + asked


def test_an_officer_of_two_units_is_led_to_the_first_and_may_ask_for_the_other(world: World) -> None:
    user = world.officer("elsewhere", "B1", "A2")
    assert get(user).context["unit"] == world.units["A2"]
    assert get(user, unit=world.units["B1"].pk).context["unit"] == world.units["B1"]


def test_a_contest_that_is_not_announced_is_not_found(world: World) -> None:
    contest = make_contest(area=world.units["city"], announced=False, slug="chua-cong-bo")
    client = Client()
    client.force_login(world.officer("A"))
    assert client.get(reverse("agency:contest", args=[contest.slug])).status_code == 404


def test_the_list_names_each_offices_contests(world: World) -> None:
    make_contest(area=world.units["elsewhere"])
    make_contest(area=world.units["city"], is_rehearsal=True)
    small = make_contest(area=world.units["A1"])
    offices = get(world.officer("A", "B"), "offices").context["offices"]
    assert [(one["unit"].code, [contest for contest, _state in one["contests"]]) for one in offices] == [
        ("C-A", [small, world.contest]),
        ("C-B", [world.contest]),
    ]


def test_the_list_costs_the_same_whatever_the_number_of_offices(
    world: World, django_assert_num_queries: Queries
) -> None:
    one, three = world.officer("A"), world.officer("A1", "A2", "B1")
    for user in (one, three):
        # two for the account's permissions, then units, their lines and the contests
        with django_assert_num_queries(5):
            reports.contests_of(user, reports.offices_of(user))


# --- While the round is open --------------------------------------------------------------------------------
@pytest.fixture
def open_world(world: World) -> World:
    now = database_now()
    opens, closes = now - timedelta(hours=1), now + timedelta(hours=1)
    Contest.objects.filter(pk=world.contest.pk).update(opens_at=opens, closes_at=closes)
    Round.objects.filter(pk=world.round.pk).update(opens_at=opens, closes_at=closes)
    world.sit(world.enter("A1"), QUESTIONS)
    return world


def test_scores_are_hidden_while_the_round_is_open(open_world: World) -> None:
    user = open_world.officer("A")
    response = get(user)
    row = response.context["rows"][0]
    assert (row.people, row.attempts, row.mean, row.best, row.all_right) == (1, 1, None, None, None)
    assert "sau khi vòng thi kết thúc" in response.content.decode()
    content = content_of(get(user, "excel"))
    assert table(content, 0)[1][6:9] == (None, None, None)
    assert table(content, 1)[1][5:] == (1, None, None, None)
    text = [str(row[0]) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values]
    assert any("sau khi vòng thi kết thúc" in line for line in text)


def test_scores_appear_when_the_round_is_closed(open_world: World) -> None:
    round = Round.objects.get(pk=open_world.round.pk)
    close_round(round, by=make_staff(), reason="Đóng sớm")
    assert get(open_world.officer("A")).context["rows"][0].all_right == 1


def test_a_plan_that_shows_how_many_take_part_shows_no_scores(open_world: World) -> None:
    """How many are all right would give the prediction away, whatever else is public."""
    Contest.objects.filter(pk=open_world.contest.pk).update(live_participation=True)
    assert get(open_world.officer("A")).context["rows"][0].all_right is None


# --- One round of several -----------------------------------------------------------------------------------
def test_a_round_is_chosen_on_the_page_and_for_the_file(world: World) -> None:
    second = two_rounds(world)
    user = world.officer("A")
    world.sit(world.enter("A1"), 3)
    for _ in range(2):
        world.sit(world.enter("A1"), 3, round=second)
    assert get(user).context["numbers"]["people"] == 3
    response = get(user, vong=2)
    assert response.context["numbers"]["people"] == 2
    assert f"vong=2{chr(34)}" in response.content.decode()
    file = get(user, "excel", vong=2)
    content = content_of(file)
    assert file["Content-Disposition"] == 'attachment; filename="tham-gia-cuoc-thi-C-A-vong-2.xlsx"'
    assert len(table(content, 1)) == 1 + 2 + 1
    titles = [row[0] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values]
    assert "Tuần 2" in titles
    assert AuditEvent.objects.get().data["round"] == 2


@pytest.mark.parametrize("page", ["contest", "excel"])
@pytest.mark.parametrize("number", ["3", "0", "-1", "x", "٢", ""])
def test_a_round_that_does_not_exist_is_not_found(world: World, page: str, number: str) -> None:
    two_rounds(world)
    assert get(world.officer("A"), page, vong=number).status_code == 404


def test_a_closed_rounds_scores_are_shown_while_another_is_open(world: World) -> None:
    second = two_rounds(world)
    now = database_now()
    Round.objects.filter(pk=second.pk).update(closes_at=now + timedelta(hours=1))
    assert reports.scores_shown(world.contest, now, world.round)
    assert not reports.scores_shown(world.contest, now, second)
    assert not reports.scores_shown(world.contest, now)


def test_a_prediction_over_the_whole_contest_hides_scores_until_the_last_round_is_closed(
    world: World,
) -> None:
    second = two_rounds(world)
    now = database_now()
    Round.objects.filter(pk=world.round.pk).update(prediction_scope="contest")
    Round.objects.filter(pk=second.pk).update(
        opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2)
    )
    assert not reports.scores_shown(world.contest, now, world.round)
    assert not reports.scores_shown(world.contest, now)
    assert reports.scores_shown(world.contest, now + timedelta(hours=2), world.round)


# --- The file -----------------------------------------------------------------------------------------------
def test_a_download_is_recorded_and_not_stored(world: World) -> None:
    user = world.officer("A")
    world.sit(world.enter("A1"), 3)
    response = get(user, "excel")
    content_of(response)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == 'attachment; filename="tham-gia-cuoc-thi-C-A.xlsx"'
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.object_id) == (
        "downloaded participation report",
        user,
        str(world.contest.pk),
    )
    assert event.data == {"unit": world.units["A"].pk, "unit_name": "Phường A", "units": 3, "people": 1}


def test_too_many_downloads_in_a_minute_are_slowed_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "DOWNLOADS_PER_MINUTE", 1)
    user = world.officer("A")
    content_of(get(user, "excel"))
    assert get(user, "excel").status_code == 429


@pytest.mark.parametrize("page", ["offices", "contest"])
def test_pages_are_not_stored(world: World, page: str) -> None:
    assert get(world.officer("A"), page)["Cache-Control"] == "private, no-store"


def test_the_file_names_no_phone(world: World) -> None:
    entry = world.enter("A1", phone="+84912345678")
    world.sit(entry, 3)
    content = content_of(get(world.officer("A"), "excel"))
    cells = [str(cell) for index in (0, 1) for row in table(content, index) for cell in row]
    assert not [cell for cell in cells if "912345678" in cell or "912 345 678" in cell]


def test_a_large_tree_is_walked_level_by_level_and_the_file_has_it_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS_SHOWN", 5)
    user = world.officer("city")
    context = get(user).context
    assert [row.name for row in context["rows"]] == ["Thành phố", "Phường A", "Phường B"]
    assert context["rows_left_out"] == 3
    assert len(table(content_of(get(user, "excel")), 0)) == 1 + 6


def test_it_opens_in_libreoffice_with_types_totals_and_hostile_names(world: World, tmp_path: Path) -> None:
    hostile = ['=HYPERLINK("http://example.org","Hà")', "+84 An", "Trần @An\x07", "#N/A"]
    for at, name in enumerate(hostile):
        entry = world.enter("A1", full_name=name.replace("\x07", ""), birth_date=date(1990 + at, 1, 1))
        world.sit(entry, at, 1500 + 2 * at, minute=at)
    Headcount.objects.create(contest=world.contest, unit=world.units["A"], people=8)
    source = tmp_path / "tham-gia.xlsx"
    source.write_bytes(content_of(get(world.officer("A"), "excel")))
    # LibreOffice without a screen keeps no frozen panes, so they are looked for in the file itself.
    assert [sheet.freeze_panes for sheet in openpyxl.load_workbook(source).worksheets] == ["C10", "C9"]
    calculated = libreoffice(source, tmp_path / "out")

    units, people = openpyxl.load_workbook(calculated, data_only=True).worksheets
    assert [units.title, people.title] == ["Theo đơn vị", "Người dự thi"]
    for sheet, last in ((units, "J"), (people, "I")):
        header = next(row[0].row for row in sheet.iter_rows() if row[0].value == "STT")
        assert header == (8 if sheet is people else 9)
        assert sheet.auto_filter.ref == f"A{header}:{last}{sheet.max_row - (sheet is people)}"
        assert sheet.print_title_rows == f"${header}:${header}"
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.column_dimensions["B"].width >= 30
    whole = list(units[sheet_row(units, "Phường A")])
    assert [cell.value for cell in whole[2:9]] == [8, 4, 4, 0.5, 1.5, 3, 0]
    assert whole[5].number_format == "0.00%"
    rows = [row for row in people.iter_rows() if isinstance(row[0].value, int)]
    assert sorted(str(row[1].value) for row in rows) == sorted(n.replace("\x07", "") for n in hostile)
    assert {row[1].data_type for row in rows} == {"s"}
    by_birth = {row[2].value: row for row in rows}
    assert [by_birth[1990 + at][6].value for at in range(4)] == [0, 1, 2, 3]
    assert by_birth[1993][7].value == timedelta(milliseconds=1506)
    assert by_birth[1993][8].value == datetime(2024, 11, 10, 15, 3)  # noqa: DTZ001  a cell has no zone
    total = [cell.value for cell in people[people.max_row]]
    assert total[:2] + total[5:7] == ["Cộng", 4, 4, 3]
    assert total[7] == timedelta(milliseconds=1503)


def sheet_row(sheet: Any, unit: str) -> Any:
    return next(row[0].row for row in sheet.iter_rows() if row[1].value == unit and row[0].value == 1)


def libreoffice(source: Path, out: Path) -> Path:
    """Opened, calculated and saved again by LibreOffice."""
    command = [
        "soffice",
        f"-env:UserInstallation=file://{out / 'profile'}",
        *("--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(source)),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert (out / source.name).exists(), result.stdout + result.stderr
    return out / source.name
