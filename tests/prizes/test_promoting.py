from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attempts.domain import starting
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.models import Attempt
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contests.domain.consenting import withdraw_consent
from contests.domain.rounds import seal_round
from contests.enums import PredictionTarget, RankKey
from contests.models import Entry, Promotion, Round, Unit
from prizes.domain.deciding import return_run, review_run
from prizes.domain.promoting import decide_promotion_tie, fill_promotions, withdraw_promotion
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.promotions import Against, approved_run, promotions_of
from prizes.rules.promotion import Choice, LastPlaces, choose
from prizes.scope import Scope
from tests.prizes.support import Office, office, over, take
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_round,
    make_staff,
    make_unit,
    submitted_attempt,
)
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db


@dataclass
class Stage:
    """A preliminary that is over, a final that is to come, two competing units."""

    preliminary: Round
    final: Round
    units: tuple[Unit, Unit]
    people: Office

    def takes(self, name: str, unit: Unit, seconds: int) -> Entry:
        return take(self.preliminary, name, unit=unit, seconds=seconds)

    def approve(self, reason: str = "") -> StandingsRun:
        run = compute_standings(Scope.of_round(self.preliminary), by=self.people.preparer, reason=reason)
        review_run(run, by=self.people.preparer)
        approve_run(run, by=self.people.approver)
        return run

    def active(self) -> list[tuple[str, int]]:
        """(name, place) of those who may take part, by unit and place."""
        rows = Promotion.objects.filter(round=self.final, withdrawal=None).select_related("entry")
        return [(one.entry.full_name, one.place) for one in rows.order_by("unit__code", "place")]


def stage(best: int = 2) -> Stage:
    now = database_now()
    area = make_unit("Tỉnh", code="T")
    contest = make_contest(area=area, opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=9))
    first, second = make_unit("Sở A", area, code="T1"), make_unit("Sở B", area, code="T2")
    make_block(contest, [first, second])
    preliminary = over(
        contest,
        name="Vòng sơ khảo",
        rank_order=[RankKey.SCORE, RankKey.DURATION],
        prediction_target=PredictionTarget.NONE,
    )
    final = make_round(
        contest,
        name="Vòng chung kết",
        bank=make_bank(0),
        sealed=False,
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=2),
        promotes_from=preliminary,
        promotes_best=best,
    )
    return Stage(preliminary, final, (first, second), office())


def test_the_best_of_each_unit_go_on() -> None:
    scene = stage()
    a, b = scene.units
    below = make_unit("Phòng của A", a)
    scene.takes("A1", a, 50)
    scene.takes("A2", below, 40)  # counts for the competing unit above
    scene.takes("A3", a, 60)
    scene.takes("B1", b, 90)
    scene.takes("Không thuộc đơn vị nào", scene.final.contest.area or a, 10)
    run = scene.approve()
    made = fill_promotions(scene.final, by=scene.people.preparer)
    assert scene.active() == [("A2", 1), ("A1", 2), ("B1", 1)]
    assert {one.basis for one in made} == {f"1/1/{run.digest}"}
    assert fill_promotions(scene.final, by=scene.people.preparer) == []
    assert AuditEvent.objects.filter(verb="promoted").count() == 1
    (_of_a, of_b) = promotions_of(scene.final, run)
    assert of_b.missing == 1


def test_nobody_goes_on_before_the_approval() -> None:
    scene = stage()
    scene.takes("A1", scene.units[0], 50)
    compute_standings(Scope.of_round(scene.preliminary), by=None)
    with pytest.raises(NotNow, match="Vòng sơ khảo chưa được phê duyệt"):
        fill_promotions(scene.final, by=scene.people.preparer)
    with pytest.raises(Invalid):
        fill_promotions(scene.preliminary, by=scene.people.preparer)


def test_a_tie_at_the_last_place_waits_and_other_units_go_on() -> None:
    scene = stage()
    a, b = scene.units
    best = scene.takes("A1", a, 50)
    equal = [scene.takes(name, a, 60) for name in ("A2", "A3", "A4")]
    scene.takes("B1", b, 70)
    run = scene.approve()
    fill_promotions(scene.final, by=None)
    assert scene.active() == [("A1", 1), ("B1", 1)]
    tie = promotions_of(scene.final, run, unit=a)[0].tie
    assert tie is not None
    assert (tie.rank, tie.places, set(tie.entries)) == (2, 1, {one.pk for one in equal})
    order = [equal[2].pk, equal[0].pk, equal[1].pk]
    for wrong in (order[:2], [*order, best.pk], [order[0]] * 3):
        with pytest.raises(Invalid):
            decide_promotion_tie(
                scene.final, unit=a, rank=2, order=wrong, grounds="Biên bản", by=scene.people.preparer
            )
    with pytest.raises(NotNow):
        decide_promotion_tie(
            scene.final, unit=b, rank=2, order=order, grounds="Biên bản", by=scene.people.preparer
        )
    with pytest.raises(Invalid):
        decide_promotion_tie(scene.final, unit=a, rank=2, order=order, grounds=" ", by=scene.people.preparer)
    decide_promotion_tie(
        scene.final, unit=a, rank=2, order=order, grounds="Biên bản", by=scene.people.preparer
    )
    assert scene.active() == [("A1", 1), ("A4", 2), ("B1", 1)]
    assert promotions_of(scene.final, run, unit=a)[0].tie is None


def test_the_next_of_the_unit_steps_in_for_who_withdraws() -> None:
    scene = stage()
    a, _b = scene.units
    for name, seconds in (("A1", 50), ("A2", 60), ("A3", 70), ("A4", 70)):
        scene.takes(name, a, seconds)
    run = scene.approve()
    fill_promotions(scene.final, by=None)
    gone = Promotion.objects.get(entry__full_name="A1")
    with pytest.raises(Invalid):
        withdraw_promotion(gone, grounds="", by=scene.people.preparer)
    withdrawal = withdraw_promotion(gone, grounds="Đơn xin rút", by=scene.people.preparer)
    assert scene.active() == [("A2", 2)]  # A3 and A4 are equal
    with pytest.raises(NotNow):
        withdraw_promotion(gone, grounds="Đơn xin rút", by=scene.people.preparer)
    tie = promotions_of(scene.final, run, unit=a)[0].tie
    assert tie is not None
    decide_promotion_tie(
        scene.final,
        unit=a,
        rank=3,
        order=list(reversed(tie.entries)),
        grounds="Bốc thăm",
        by=scene.people.preparer,
    )
    assert scene.active() == [("A2", 2), ("A4", 3)]
    assert Promotion.objects.get(entry__full_name="A4").replaces == withdrawal
    # The order that was recorded goes on for the one after.
    withdraw_promotion(Promotion.objects.get(entry__full_name="A4"), grounds="Ốm", by=scene.people.preparer)
    assert scene.active() == [("A2", 2), ("A3", 4)]
    withdraw_promotion(Promotion.objects.get(entry__full_name="A3"), grounds="Ốm", by=scene.people.preparer)
    assert scene.active() == [("A2", 2)]
    assert promotions_of(scene.final, run, unit=a)[0].missing == 1


def test_who_took_the_consent_back_does_not_go_on() -> None:
    scene = stage()
    a, _b = scene.units
    gone, *_others = [scene.takes(f"A{at}", a, 40 + 10 * at) for at in (1, 2, 3)]
    withdraw_consent(gone, by=gone.user)
    run = scene.approve()
    assert run.ranked == 2
    fill_promotions(scene.final, by=None)
    assert scene.active() == [("A2", 1), ("A3", 2)]


def test_who_has_begun_the_final_is_not_withdrawn() -> None:
    scene = stage()
    entry = scene.takes("A1", scene.units[0], 50)
    scene.approve()
    (promotion,) = fill_promotions(scene.final, by=None)
    submitted_attempt(entry, scene.final)
    with pytest.raises(NotNow, match="đã vào thi"):
        withdraw_promotion(promotion, grounds="Đơn", by=scene.people.preparer)


def test_people_refused_since_are_passed_over_and_named_when_they_are_in() -> None:
    scene = stage()
    a, _b = scene.units
    first = scene.takes("A1", a, 50)
    second = scene.takes("A2", a, 60)
    third = scene.takes("A3", a, 70)
    scene.takes("A4", a, 80)
    run = scene.approve()
    disqualify(second, round=scene.preliminary, grounds="Thi hộ", by=scene.people.preparer)
    fill_promotions(scene.final, by=None)
    assert scene.active() == [("A1", 1), ("A3", 2)]
    exclude(scene.final.contest, user=first.user)
    (of_a, _of_b) = promotions_of(scene.final, run)
    (named,) = of_a.against
    assert Promotion.objects.get(pk=named).entry == first
    assert of_a.against[named] == Against.REFUSED
    withdraw_promotion(
        Promotion.objects.get(pk=named), grounds="Thành viên Ban Tổ chức", by=scene.people.preparer
    )
    assert scene.active() == [("A3", 2), ("A4", 3)]
    assert third.full_name == "A3"


def test_who_is_overtaken_in_newer_results_is_named() -> None:
    scene = stage(best=1)
    a, _b = scene.units
    first = scene.takes("A1", a, 50)
    scene.takes("A2", a, 60)
    disqualification = disqualify(
        first, round=scene.preliminary, grounds="Nghi vấn", by=scene.people.preparer
    )
    scene.approve()
    (promotion,) = fill_promotions(scene.final, by=None)
    assert promotion.entry.full_name == "A2"
    reinstate(disqualification, grounds="Xác minh lại", by=scene.people.preparer)
    run = scene.approve("Phục hồi kết quả")
    assert approved_run(scene.final) == run
    (of_a, _of_b) = promotions_of(scene.final, run)
    assert of_a.against == {promotion.pk: Against.OVERTAKEN}
    assert fill_promotions(scene.final, by=None) == []  # nobody is put out by the system


def test_results_that_newer_ones_have_overtaken_promote_nobody() -> None:
    scene = stage(best=1)
    a, _b = scene.units
    first = scene.takes("A1", a, 50)
    scene.takes("A2", a, 60)
    scene.approve()
    found = disqualify(first, round=scene.preliminary, grounds="Thi hộ", by=scene.people.preparer)
    newer = compute_standings(
        Scope.of_round(scene.preliminary), by=scene.people.preparer, reason="Loại kết quả"
    )
    with pytest.raises(NotNow, match="Vòng sơ khảo có bảng xếp hạng mới hơn kết quả đã phê duyệt"):
        fill_promotions(scene.final, by=scene.people.preparer)
    review_run(newer, by=scene.people.preparer)
    return_run(newer, by=scene.people.approver, reason="Chưa xác minh xong")
    reinstate(found, grounds="Không vi phạm", by=scene.people.approver)
    fill_promotions(scene.final, by=scene.people.preparer)
    assert scene.active() == [("A1", 1)]


def test_an_order_made_without_somebody_does_not_decide_against_them() -> None:
    scene = stage(best=1)
    a, _b = scene.units
    first, second, third = (scene.takes(name, a, 60) for name in ("A1", "A2", "A3"))
    run = scene.approve()
    found = disqualify(third, round=scene.preliminary, grounds="Nghi vấn", by=scene.people.preparer)

    def decide(*order: Entry) -> None:
        keys = [entry.pk for entry in order]
        decide_promotion_tie(
            scene.final, unit=a, rank=1, order=keys, grounds="Biên bản", by=scene.people.preparer
        )

    decide(first, second)
    reinstate(found, grounds="Không vi phạm", by=scene.people.approver)
    (of_a, _of_b) = promotions_of(scene.final, run)
    assert (of_a.tie, of_a.against) == (None, {})
    withdraw_promotion(scene.final.promotions.get(), grounds="Ốm", by=scene.people.preparer)
    assert scene.active() == []  # A2 and A3 are equal, and nobody has put A3 in order
    tie = promotions_of(scene.final, run, unit=a)[0].tie
    assert tie is not None
    assert set(tie.entries) == {second.pk, third.pk}
    decide(third, second)
    assert scene.active() == [("A3", 2)]
    withdraw_promotion(scene.final.promotions.get(entry=third), grounds="Ốm", by=scene.people.preparer)
    assert scene.active() == [("A2", 3)]


def test_an_order_that_leaves_somebody_out_settles_nothing() -> None:
    ranked = [(1, 5), (2, 6), (2, 7), (2, 8)]
    open_tie = Choice((5,), LastPlaces(2, (6, 7, 8), 1))
    assert choose(ranked, 2, {2: [8, 6]}) == open_tie
    assert choose(ranked, 2, {2: [8, 6, 9]}) == open_tie
    assert choose(ranked, 2, {2: [9, 8, 6, 7]}) == Choice((5, 8))
    assert choose(ranked, 4, {2: [8]}) == Choice((5, 6, 7, 8))


def test_a_final_that_is_over_changes_nobody() -> None:
    scene = stage()
    scene.takes("A1", scene.units[0], 50)
    scene.approve()
    now = database_now()
    Round.objects.filter(pk=scene.final.pk).update(opens_at=now - timedelta(seconds=1), closes_at=now)
    scene.final.refresh_from_db()
    with pytest.raises(NotNow, match="đã kết thúc"):
        fill_promotions(scene.final, by=None)


@settings(max_examples=200, deadline=None)
@given(
    ranks=st.lists(st.integers(1, 4), max_size=8),
    places=st.integers(0, 5),
    seed=st.permutations(range(8)),
)
def test_places_go_to_the_best_and_the_order_decides_at_the_last_one(
    ranks: list[int], places: int, seed: list[int]
) -> None:
    ranked = sorted((rank, entry) for entry, rank in enumerate(ranks))
    decided = choose(ranked, places, dict.fromkeys(range(1, 5), seed))
    by_hand = [entry for _rank, entry in sorted(ranked, key=lambda pair: (pair[0], seed.index(pair[1])))]
    assert decided.tie is None
    assert set(decided.entries) == set(by_hand[:places])
    undecided = choose(ranked, places, {})
    cut = [rank for rank in set(ranks) if 0 < places - sum(r < rank for r in ranks) < ranks.count(rank)]
    assert ([undecided.tie.rank] if undecided.tie else []) == cut


def test_who_is_withdrawn_while_starting_has_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stage(best=1)
    first, second = scene.takes("A1", scene.units[0], 50), scene.takes("A2", scene.units[0], 60)
    scene.approve()
    soon = database_now() - timedelta(milliseconds=1)
    Round.objects.filter(pk=scene.final.pk).update(bank=make_bank(), questions=3, opens_at=soon)
    final = Round.objects.get(pk=scene.final.pk)
    seal_round(final, by=make_staff())
    (promotion,) = fill_promotions(Round.objects.get(pk=final.pk), by=scene.people.preparer)
    insert = starting._insert

    def slow(*arguments: Any) -> Attempt | None:
        monkeypatch.setattr(starting, "_insert", insert)
        withdraw_promotion(promotion, grounds="Ốm", by=scene.people.preparer)
        return insert(*arguments)

    monkeypatch.setattr(starting, "_insert", slow)
    with pytest.raises(NotAllowed):
        starting.start_attempt(first, final)
    starting.start_attempt(second, final)
    assert final.attempts.get().entry == second
