"""Every kind of signal is found where it was planted, exactly as an oracle finds it among all papers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from attempts.anomalies import rules
from attempts.anomalies.detection import Found, detect, papers, uncounted
from attempts.anomalies.models import AnomalyKind
from contest_site.lib.clock import database_now
from contests.models import Contest, Headcount, Round, Unit
from tests.attempts.anomalies.crowds import a_round, hand_in
from tests.oracles import signals as oracle
from tests.support.factories import make_contest, make_entry, make_unit, make_user

pytestmark = pytest.mark.django_db


def detected(round: Round, kind: AnomalyKind) -> list[Found]:
    left_out = uncounted(round)
    with papers(round, left_out):
        return detect(round, kind, left_out)


class Scene:
    """A round of a week that is running; `sheets` as the oracle has them."""

    def __init__(self, **fields: Any) -> None:
        now = database_now().replace(microsecond=0)
        self.contest: Contest = make_contest(
            opens_at=now - timedelta(days=6), closes_at=now + timedelta(days=1)
        )
        self.round: Round = a_round(30, 10, contest=self.contest, min_plausible_seconds=20, **fields)
        self.unit: Unit = make_unit()
        self.sheets: list[oracle.Sheet] = []
        self.serial = 0

    def at(self, minutes: float) -> datetime:
        return self.round.opens_at + timedelta(hours=1, minutes=minutes)

    def person(self, **fields: Any) -> Any:
        return make_entry(self.contest, **{"unit": self.unit, **fields})

    def paper(self, entry: Any = None, **fields: Any) -> oracle.Sheet:
        self.serial += 1
        fields = {"started": self.at(self.serial * 61), **fields}
        sheet = hand_in(self.round, entry or self.person(), fields.pop("choices", None), **fields)
        self.sheets.append(sheet)
        return sheet

    def found(self, kind: AnomalyKind) -> list[Found]:
        return detected(self.round, kind)

    def groups(self, kind: AnomalyKind) -> set[frozenset[Any]]:
        return {frozenset(one.attempts) for one in self.found(kind)}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_implausible_speed_by_the_published_minimum(scene: Scene) -> None:
    fast = scene.person()
    scene.paper(fast, minutes=19 / 60)
    scene.paper(fast, minutes=0.1, number=2)
    scene.paper(minutes=20 / 60)  # the minimum itself is plausible
    scene.paper(choices=dict.fromkeys(range(10), -1), minutes=0.05)  # nothing answered: nothing gained
    scene.paper(minutes=0.05, finished_by="server")  # cut by an early close
    groups = scene.groups(AnomalyKind.SPEED)
    assert groups == oracle.too_fast(scene.sheets, 20)
    assert len(groups) == 1
    (one,) = scene.found(AnomalyKind.SPEED)
    assert one.figures == {"minimum_ms": 20_000, "fastest_ms": 6_000}
    assert (one.people, one.papers, one.entries, one.unit) == (1, 2, [fast.pk], scene.unit.pk)
    Round.objects.update(min_plausible_seconds=None)
    assert detected(Round.objects.get(), AnomalyKind.SPEED) == []


def test_one_id_under_two_accounts_is_found_over_contests(scene: Scene) -> None:
    before = make_contest()
    first, second, third = make_user(), make_user(), make_user()
    make_entry(before, user=first, national_id_hash="a" * 64)
    scene.paper(scene.person(user=first))
    scene.paper(scene.person(user=second, national_id_hash="a" * 64))
    scene.paper(scene.person(user=third, national_id_hash="b" * 64))
    scene.paper()
    groups = scene.groups(AnomalyKind.NATIONAL_ID)
    assert groups == oracle.sharing(scene.sheets, lambda one: one.id_hashes)
    assert len(groups) == 1
    (one,) = scene.found(AnomalyKind.NATIONAL_ID)
    assert (one.people, one.papers) == (2, 2)
    assert "a" * 64 not in str(one.evidence)


def test_a_number_on_one_entry_and_on_anothers_account(scene: Scene) -> None:
    owner = make_user(phone="+84912000001")
    scene.paper(scene.person(user=owner, phone="+84912000002"))
    scene.paper(scene.person(user=make_user(phone="+84912000003"), phone="+84912000001"))
    scene.paper(scene.person(user=make_user(phone="+84912000004"), phone="+84912000004"))
    groups = scene.groups(AnomalyKind.PHONE)
    assert groups == oracle.sharing(scene.sheets, lambda one: one.phones)
    assert len(groups) == 1


def test_namesakes_born_on_one_day(scene: Scene) -> None:
    born = date(1991, 2, 3)
    for name, day in [
        ("Nguyễn Văn An", born),
        ("NGUYỄN VĂN AN", born),
        ("Nguyễn Văn Án", born),
        ("Nguyễn Văn An", date(1991, 2, 4)),
        ("Nguyễn Văn Bình", None),
        ("Nguyễn Văn Bình", None),
    ]:
        scene.paper(scene.person(full_name=name, birth_date=day))
    groups = scene.groups(AnomalyKind.NAME)
    assert groups == oracle.namesakes(scene.sheets)
    assert [len(group) for group in groups] == [2]


def test_a_shared_address_is_reported_from_the_published_number_on(scene: Scene) -> None:
    for _ in range(rules.ADDRESS_PEOPLE):
        scene.paper(address="10.0.0.1", device="d")
    for _ in range(rules.ADDRESS_PEOPLE - 1):
        scene.paper(address="10.0.0.2", device="d")
    scene.paper()
    groups = scene.groups(AnomalyKind.ADDRESS)
    assert groups == oracle.addresses(scene.sheets, rules.ADDRESS_PEOPLE)
    (one,) = scene.found(AnomalyKind.ADDRESS)
    assert (one.people, one.figures) == (rules.ADDRESS_PEOPLE, {"units": 1, "devices": 1})
    assert "10.0.0.1" not in str(one.evidence)


def test_a_device_that_is_handed_on(scene: Scene) -> None:
    def turns(address: str, gaps: list[int], device: str = "d") -> None:
        start = scene.at(0)
        for gap in gaps:
            start += timedelta(minutes=5, seconds=gap)
            scene.paper(started=start, minutes=5, address=address, device=device)

    turns("10.0.0.1", [0, 0, rules.DEVICE_SECONDS, 30, 60])  # five in turn
    turns("10.0.0.2", [0, 1, 2, 3])  # four only
    turns("10.0.0.3", [0, 10, 10, rules.DEVICE_SECONDS + 1, 10, 10])  # broken after three
    turns("10.0.0.4", [0, 10, -60, 10, 10, 10])  # two at once: two devices
    turns("10.0.0.5", [0, 10, 10, 10, 10], device="")
    groups = scene.groups(AnomalyKind.DEVICE)
    assert groups == oracle.handed_on(scene.sheets, rules.DEVICE_PEOPLE, rules.DEVICE_SECONDS)
    assert [len(group) for group in groups] == [5]


def test_a_burst_from_one_unit(scene: Scene) -> None:
    other = make_unit()
    slot = scene.at(0).timestamp() // 600 * 600
    begun = datetime.fromtimestamp(slot, tz=scene.at(0).tzinfo)
    for at in range(rules.BURST_ATTEMPTS):
        scene.paper(started=begun + timedelta(seconds=at), minutes=3)
    for at in range(rules.BURST_ATTEMPTS - 1):
        scene.paper(scene.person(unit=other), started=begun + timedelta(seconds=at), minutes=3)
    scene.paper(scene.person(unit=other), started=begun + timedelta(minutes=10), minutes=3)
    found = {(one.unit, frozenset(one.attempts)) for one in scene.found(AnomalyKind.BURST)}
    length = scene.round.closes_at - scene.round.opens_at
    assert found == oracle.bursts(
        scene.sheets, rules.BURST_MINUTES, rules.BURST_ATTEMPTS, rules.BURST_TIMES, length
    )
    assert [unit for unit, _group in found] == [scene.unit.pk]
    (one,) = scene.found(AnomalyKind.BURST)
    assert [count for _slot, count in one.figures["slots"]] == [rules.BURST_ATTEMPTS]
    # Where everybody always comes at once, a burst is nothing unusual.
    Contest.objects.update(closes_at=scene.round.opens_at + timedelta(hours=3))
    Round.objects.update(closes_at=scene.round.opens_at + timedelta(hours=3))
    short = Round.objects.get()
    assert detected(short, AnomalyKind.BURST) == []


def test_what_the_clock_says(scene: Scene) -> None:
    opens = scene.round.opens_at
    person = scene.person()
    planted = {
        "before_opening": scene.paper(started=opens - timedelta(seconds=1), minutes=5),
        "late": scene.paper(minutes=31, deadline=scene.at(scene.serial * 61 + 61 + 30)),
        "duration": scene.paper(duration_ms=1),
        "saved_late": scene.paper(saved_at=scene.at(100_000)),
        "deadline": scene.paper(deadline=scene.at(scene.serial * 61 + 61 + 31)),
    }
    scene.paper(person, started=scene.at(5000), minutes=10)
    planted["overlap"] = scene.paper(person, started=scene.at(5009), minutes=10, number=2)
    planted["future"] = scene.paper(started=database_now() + timedelta(minutes=5), minutes=5)
    planted["after_close"] = scene.paper(started=scene.round.closes_at, minutes=5)
    for _ in range(3):
        scene.paper()
    found: dict[Any, list[str]] = {
        key: reasons for one in scene.found(AnomalyKind.CLOCK) for key, reasons in one.figures["reasons"]
    }
    assert {reason: reason in found[str(sheet.id)] for reason, sheet in planted.items()} == dict.fromkeys(
        planted, True
    )
    assert "long" in found[str(planted["late"].id)]
    assert set(found) == {str(sheet.id) for sheet in planted.values()}


def test_more_people_than_the_unit_has(scene: Scene) -> None:
    units = [make_unit(), make_unit(), make_unit()]
    heads = {units[0].pk: 2, units[1].pk: 3}
    Headcount.objects.bulk_create(
        Headcount(contest=scene.contest, unit_id=unit, people=people) for unit, people in heads.items()
    )
    for unit in units:
        for _ in range(3):
            scene.paper(scene.person(unit=unit))
    scene.paper(scene.person(unit=units[1], unofficial=True))
    counted = [one for one in scene.sheets if one.person not in uncounted(scene.round)]
    found = {(one.unit, one.people) for one in scene.found(AnomalyKind.HEADCOUNT)}
    assert found == oracle.crowded(counted, heads) == {(units[0].pk, 3)}


def test_who_counts_nowhere_is_in_no_signal(scene: Scene) -> None:
    scene.paper(scene.person(unofficial=True), minutes=0.1)
    assert scene.found(AnomalyKind.SPEED) == []


def test_an_ordinary_round_has_no_signal(scene: Scene) -> None:
    for _ in range(5):
        scene.paper(address="10.0.0.1", device="d")
    for kind in AnomalyKind:
        if kind != AnomalyKind.ANSWERS:
            assert scene.found(kind) == [], kind
