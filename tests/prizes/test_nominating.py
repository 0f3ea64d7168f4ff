from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from attempts.domain.disqualifying import disqualify
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotNow, Refused
from contests.enums import Audience, AwardMethod
from contests.models import Entry, Prize, PrizeTable, Round, Unit
from prizes.domain.awarding import propose_awards
from prizes.domain.deciding import (
    decide_tie,
    enter_decision,
    publish_run,
    return_run,
    review_run,
)
from prizes.domain.nominating import nominate, withdraw_nomination
from prizes.domain.ranking import compute_standings
from prizes.models import Nomination, RunApproval, StandingsRun
from prizes.queries import active_nominations
from prizes.scope import Scope
from tests.prizes.support import Office, office, over, publish, simple_round, take
from tests.support.factories import exclude, make_entry, make_table, make_unit
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db


def report(name: str = "bao-cao.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 ...")


def choose(prize: Prize, people: Office, **fields: Any) -> Nomination:
    values: dict[str, Any] = {"round": None, "grounds": "Tờ trình 12", "report": report(), **fields}
    return nominate(prize, by=people.preparer, **values)


def chosen_table(round: Round, quantity: int = 2, audience: str = Audience.UNIT) -> Prize:
    table = make_table(
        round.contest, [("Tổ chức tốt", quantity, 1000)], audience=audience, method=AwardMethod.CHOSEN
    )
    return table.prizes.get()


def body(round: Round, name: str = "Sở A") -> Unit:
    return make_unit(name, round.contest.area)


def test_a_nomination_has_grounds_and_a_report() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize, unit = chosen_table(round), body(round)
    made = choose(prize, people, unit=unit)
    assert (made.round, made.unit) == (round, unit)
    with made.report.open() as stored:
        assert stored.read() == b"%PDF-1.4 ..."
    assert AuditEvent.objects.get(verb="nominated").reason == "Tờ trình 12"
    other = body(round, "Sở B")
    for wrong in (
        {"grounds": "  "},
        {"report": None},
        {"report": report("virus.exe")},
    ):
        with pytest.raises(Invalid):
            choose(prize, people, unit=other, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Nomination.objects.update(grounds="khác")


def test_only_who_the_table_is_for_can_be_chosen() -> None:
    round, people = simple_round([]), office()
    entry = take(round, "An")
    prize, unit = chosen_table(round), body(round)
    personal = chosen_table(round, audience=Audience.INDIVIDUAL)
    ranked = make_table(round.contest, [("Giải Nhất", 1, 100)]).prizes.get()
    for wrong, fields in (
        (prize, {"entry": entry}),
        (prize, {}),
        (prize, {"unit": unit, "entry": entry}),
        (prize, {"unit": make_unit("Ngoài địa bàn")}),
        (prize, {"unit": unit, "round": over()}),
        (personal, {"unit": unit}),
        (personal, {"entry": take(over(), "Cuộc thi khác")}),
        (ranked, {"entry": entry}),
    ):
        with pytest.raises(Invalid):
            choose(wrong, people, **fields)
    assert choose(personal, people, entry=entry).entry == entry


def test_no_more_than_there_are_prizes_and_nobody_twice() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize = chosen_table(round, quantity=1)
    first = choose(prize, people, unit=body(round))
    with pytest.raises(NotNow, match="đã được đề nghị"):
        choose(prize, people, unit=first.unit)
    with pytest.raises(NotNow, match="Đã đủ 1 đề nghị"):
        choose(prize, people, unit=body(round, "Sở B"))
    with pytest.raises(Invalid):
        withdraw_nomination(first, reason=" ", by=people.preparer)
    withdraw_nomination(first, reason="Nhầm đơn vị", by=people.preparer)
    with pytest.raises(NotNow):
        withdraw_nomination(first, reason="Nhầm đơn vị", by=people.preparer)
    assert not active_nominations(Scope.of_round(round)).exists()
    choose(prize, people, unit=body(round, "Sở C"))


def test_nothing_changes_between_review_and_publication() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize = chosen_table(round)
    first = choose(prize, people, unit=body(round))
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    review_run(run, by=people.preparer)
    for _ in range(2):
        with pytest.raises(NotNow, match="rà soát"):
            choose(prize, people, unit=body(round, "Sở B"))
        with pytest.raises(NotNow, match="rà soát"):
            withdraw_nomination(first, reason="Nhầm", by=people.preparer)
        if not RunApproval.objects.filter(run=run).exists():
            approve_run(run, by=people.approver)
    return_run(run, by=people.approver, reason="Bổ sung đề nghị")
    choose(prize, people, unit=body(round, "Sở C"))


def test_a_change_after_the_publication_is_a_correction() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize = chosen_table(round, quantity=1)
    first = choose(prize, people, unit=body(round))
    published = publish(round, people)
    same = compute_standings(Scope.of_round(round), by=people.preparer, reason="Thử")
    assert same == published
    withdraw_nomination(first, reason="Đơn vị xin rút", by=people.preparer)
    choose(prize, people, unit=body(round, "Sở B"))
    corrected = publish(round, people, number="124/QĐ-UBND", reason="Đổi đơn vị được xét chọn")
    assert corrected.version == 2
    assert [award.holder for award in propose_awards(corrected).awards] == ["Sở B"]
    assert compute_standings(Scope.of_round(round), by=people.preparer, reason="Thử") == corrected


def test_what_has_come_to_stand_against_the_chosen_stops_the_review() -> None:
    round, people = simple_round([]), office()
    round.contest.prizes_per_person = 1
    round.contest.save()
    entry, other = take(round, "An", seconds=50), take(round, "Bình", seconds=60)
    make_table(round.contest, [("Giải Nhất", 1, 100)])
    prize = chosen_table(round, quantity=2, audience=Audience.INDIVIDUAL)
    first, second = choose(prize, people, entry=entry), choose(prize, people, entry=other)
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    with pytest.raises(Refused, match="An được đề nghị nhưng đã có đủ 1 giải"):
        review_run(run, by=people.preparer)
    withdraw_nomination(first, reason="Đã có giải Nhất", by=people.preparer)
    with pytest.raises(NotNow, match="đề nghị trao giải hoặc giải đã trao ở vòng khác"):
        review_run(run, by=people.preparer)
    disqualify(other, round=None, grounds="Thi hộ", by=people.preparer)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Loại kết quả")
    with pytest.raises(Refused, match="Bình được đề nghị trao giải nhưng"):
        review_run(again, by=people.preparer)
    withdraw_nomination(second, reason="Đã bị loại", by=people.preparer)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Rút đề nghị")
    review_run(again, by=people.preparer)
    assert [award.holder for award in propose_awards(again).awards] == ["An"]


def test_an_order_made_without_somebody_does_not_decide_against_them() -> None:
    round, people, chosen, ranked = with_a_tie()
    an, binh, _chi = Entry.objects.order_by("pk")
    nomination = choose(chosen, people, entry=an)
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    order(run, ranked, people, binh)  # An has a prize already
    withdraw_nomination(nomination, reason="Rút", by=people.preparer)
    with pytest.raises(NotNow, match="xếp hạng lại"):
        review_run(run, by=people.preparer)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Rút đề nghị")
    (tie,) = propose_awards(again).undecided
    assert tie.people == 3
    with pytest.raises(Refused, match="có 3 tên đồng hạng"):
        review_run(again, by=people.preparer)


def test_who_is_chosen_after_an_order_makes_another_one_needed() -> None:
    round, people, chosen, ranked = with_a_tie()
    an, binh, chi = Entry.objects.order_by("pk")
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    order(run, ranked, people, an, binh, chi)
    choose(chosen, people, entry=an)
    with pytest.raises(NotNow, match="xếp hạng lại"):
        order(run, ranked, people, binh, chi)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Thêm đề nghị")
    assert again.version == 2
    assert again.configuration["nominations"] == [[chosen.table.number, 1, "entry", an.pk]]
    order(again, ranked, people, chi, binh)
    review_run(again, by=people.preparer)
    assert [award.holder for award in propose_awards(again).awards] == ["An", "Chi"]


def test_an_order_made_before_the_nomination_counts_when_it_is_taken_back() -> None:
    round, people, chosen, ranked = with_a_tie()
    an, binh, chi = Entry.objects.order_by("pk")
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    nomination = choose(chosen, people, entry=an)
    with pytest.raises(NotNow, match="xếp hạng lại"):
        order(run, ranked, people, binh)  # would be an order without An
    withdraw_nomination(nomination, reason="Rút", by=people.preparer)
    order(run, ranked, people, an, binh, chi)
    review_run(run, by=people.preparer)


def with_a_tie() -> tuple[Round, Office, Prize, PrizeTable]:
    """Three people equal at the one ranked prize, one prize that is given without a ranking, one a person."""
    round = simple_round([("An", 50), ("Bình", 50), ("Chi", 50)])
    round.contest.prizes_per_person = 1
    round.contest.save()
    chosen = chosen_table(round, quantity=1, audience=Audience.INDIVIDUAL)
    return round, office(), chosen, make_table(round.contest, [("Giải Nhất", 1, 1000)])


def order(run: StandingsRun, table: PrizeTable, people: Office, *entries: Entry) -> None:
    keys = [entry.pk for entry in entries]
    decide_tie(run, table=table, rank=1, order=keys, grounds="Biên bản", by=people.preparer)


def test_people_who_do_not_count_cannot_be_chosen() -> None:
    round, people = simple_round([]), office()
    prize = chosen_table(round, audience=Audience.INDIVIDUAL)
    listed, judged = take(round, "An"), take(round, "Bình")
    exclude(round.contest, user=listed.user)
    disqualify(judged, round=round, grounds="Thi hộ", by=people.preparer)
    for entry in (listed, judged):
        with pytest.raises(Invalid, match="không được dự thi hoặc đã bị loại"):
            choose(prize, people, entry=entry)


def test_who_is_excluded_after_the_approval_is_given_nothing() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize = chosen_table(round, audience=Audience.INDIVIDUAL)
    entry = make_entry(round.contest, full_name="Bình")  # took no part, so is not in the standings
    choose(prize, people, entry=entry)
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    review_run(run, by=people.preparer)
    approve_run(run, by=people.approver)
    enter_decision(run, number="1/QĐ", signed_on=timezone.localdate(), by=people.preparer)
    exclude(round.contest, user=entry.user)
    with pytest.raises(Refused, match="Bình được đề nghị trao giải nhưng không được dự thi"):
        publish_run(run, by=people.preparer)


def test_fewer_prizes_than_nominations_stops_the_review() -> None:
    round, people = simple_round([("An", 50)]), office()
    prize = chosen_table(round, quantity=2)
    for name in ("Sở A", "Sở B"):
        choose(prize, people, unit=body(round, name))
    prize.quantity = 1
    prize.save()
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    with pytest.raises(Refused, match="có 2 đề nghị, kế hoạch có 1 giải"):
        review_run(run, by=people.preparer)
