from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from contests.enums import Audience, Combine, NamesShown, PredictionTarget, RankKey, UnitMetric
from contests.models import Contest, Entry, Round
from prizes.domain.ranking import compute_standings
from prizes.domain.rendering import render_missing
from prizes.models import Certificate, StandingsRun
from prizes.scope import Scope
from tests.prizes.support import Office, office, over, publish, simple_round, table, take
from tests.support.factories import (
    exclude,
    make_block,
    make_contest,
    make_staff,
    make_table,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


def board(client: Client, contest: Contest, query: str = "") -> str:
    response = client.get(reverse("prizes:results", args=[contest.slug]) + query)
    assert response.status_code == 200
    return response.content.decode()


def prized() -> Round:
    round = simple_round([("Nguyễn Văn An", 50), ("Trần Thị Bình", 60), ("Lê Văn Cường", 70)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 1))
    return round


def test_before_publication_the_board_shows_nothing(client: Client) -> None:
    round = prized()
    run = compute_standings(Scope.of_round(round), by=None)
    shown = board(client, round.contest)
    for secret in ("Nguyễn Văn An", "Giải Nhất", run.digest):
        assert secret not in shown
    assert client.get(reverse("prizes:results", args=[round.contest.slug]) + "?vong=1").status_code == 404


def test_the_board_shows_winners_and_nobody_else(client: Client) -> None:
    round = prized()
    run = publish(round)
    shown = board(client, round.contest)
    for expected in ("Nguyễn Văn An", "Trần Thị Bình", "Giải Nhất", "123/QĐ-UBND", run.digest):
        assert expected in shown
    assert "Lê Văn Cường" not in shown


def test_names_are_masked_when_the_plan_says_so(client: Client) -> None:
    round = prized()
    Contest.objects.filter(pk=round.contest_id).update(names_shown=NamesShown.MASKED)
    publish(round)
    shown = board(client, round.contest)
    assert "Nguyễn V. A." in shown
    assert "Nguyễn Văn An" not in shown


def test_only_the_latest_publication_is_in_force(client: Client) -> None:
    people = office()
    round = over()
    first, second = take(round, "Nguyễn Văn An", seconds=50), take(round, "Trần Thị Bình", seconds=60)
    table(round, ("Giải Nhất", 1))
    publish(round, people)
    exclude(round.contest, user=first.user)
    compute_standings(Scope.of_round(round), by=people.preparer, reason="Bổ sung danh sách")
    assert "Nguyễn Văn An" in board(client, round.contest)  # until the correction is published
    publish(round, people, number="124/QĐ-UBND", reason="Bổ sung danh sách")
    shown = board(client, round.contest)
    assert "Trần Thị Bình" in shown
    assert "Nguyễn Văn An" not in shown
    assert "Kết quả đính chính" in shown
    assert "thay cho kết quả theo Quyết định số 123/QĐ-UBND" in shown
    old, new = Certificate.objects.order_by("serial")
    assert old.award.entry == first
    assert client.get(reverse("prizes:certificate", args=[old.code])).context["valid"] is False
    assert client.get(reverse("prizes:certificate", args=[new.code])).context["valid"] is True
    client.force_login(first.user)
    assert client.get(reverse("prizes:certificate_pdf", args=[old.code])).status_code == 404
    assert new.award.entry == second


def test_each_round_has_its_own_board(client: Client) -> None:
    people = office()
    contest = prized().contest
    earlier = contest.rounds.get()
    Round.objects.filter(pk=earlier.pk).update(
        opens_at=earlier.opens_at.replace(year=2020), closes_at=earlier.opens_at.replace(year=2021)
    )
    later = over(contest, prediction_target=PredictionTarget.NONE, name="Tuần thi 2")
    take(later, "Phạm Thị Dung")
    table(later, ("Giải Nhất", 1))
    publish(earlier, people)
    publish(later, people)
    assert "Phạm Thị Dung" in board(client, contest)
    shown = board(client, contest, "?vong=1")
    assert "Nguyễn Văn An" in shown
    assert "Phạm Thị Dung" not in shown
    assert client.get(reverse("prizes:results", args=[contest.slug]) + "?vong=7").status_code == 404


def test_a_contest_that_is_not_announced_has_no_board(client: Client) -> None:
    contest = make_contest(announced=False)
    assert client.get(reverse("prizes:results", args=[contest.slug])).status_code == 404


def test_the_board_costs_the_same_for_any_number_of_winners(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    round = prized()
    publish(round)
    # contest · publications · awards · their rows
    with django_assert_num_queries(4):
        board(client, round.contest)


def unit_round() -> Round:
    """A closed round whose unit "Sở Y tế" wins a table of units, with An of that unit."""
    round = over(prediction_target=PredictionTarget.NONE, rank_order=[RankKey.SCORE])
    unit = make_unit("Sở Y tế", round.contest.area)
    make_block(round.contest, [unit], "Khối sở")
    take(round, "Nguyễn Văn An", unit=unit)
    make_table(
        round.contest, [("Giải Nhất tập thể", 1, 500_000)], round=round, name="Giải tập thể",
        audience=Audience.UNIT, unit_order=[UnitMetric.PARTICIPANTS], by_block=True,
    )  # fmt: skip
    return round


def test_units_that_won_stand_on_the_board_with_what_decided(client: Client) -> None:
    round = unit_round()
    Contest.objects.filter(pk=round.contest_id).update(names_shown=NamesShown.MASKED)
    publish(round)
    shown = board(client, round.contest)
    for expected in ("Giải tập thể – Khối sở", "Giải Nhất tập thể", "Sở Y tế", "Người dự thi"):
        assert expected in shown
    assert "Kết quả đính chính" not in shown


def test_the_whole_contest_has_its_own_board(client: Client) -> None:
    people = office()
    round = unit_round()
    earlier = over(
        round.contest, number=2, name="Tuần thi 2", opens_at=round.opens_at - timedelta(days=20),
        closes_at=round.opens_at - timedelta(days=10), prediction_target=PredictionTarget.ALL_RIGHT,
    )  # fmt: skip
    Contest.objects.filter(pk=round.contest_id).update(
        overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE]
    )
    make_table(round.contest, [("Giải Nhất chung cuộc", 1, 900_000)])
    publish(round, people)
    publish(earlier, people)
    contest = Contest.objects.get(pk=round.contest_id)
    publish(Scope.of_contest(contest), people, number="9/QĐ")
    shown = board(client, contest)
    assert "Giải Nhất chung cuộc" in shown
    assert "?vong=tat-ca" in shown
    assert "Giải Nhất chung cuộc" not in board(client, contest, "?vong=1")


def test_the_paper_of_a_unit_is_confirmed_and_only_organisers_open_it(client: Client) -> None:
    render_missing(publish(unit_round()).pk)
    certificate = Certificate.objects.get()
    shown = client.get(reverse("prizes:certificate", args=[certificate.code])).content.decode()
    assert "Sở Y tế" in shown
    assert "Nguyễn Văn An" not in shown
    pdf = reverse("prizes:certificate_pdf", args=[certificate.code])
    client.force_login(make_user())
    assert client.get(pdf).status_code == 404
    client.force_login(make_staff())
    assert b"".join(client.get(pdf)).startswith(b"%PDF-")


def test_a_code_is_read_however_it_is_typed(client: Client) -> None:
    certificate = issued()
    typed = "-".join(re.findall("....", certificate.code)).lower().replace("1", "l").replace("0", "o")
    response = client.get(reverse("prizes:certificate_check"), {"code": f" {typed} "})
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("prizes:certificate", args=[certificate.code])


@pytest.mark.parametrize("code", ["", "ABC", "<script>", "9" * 29, "\x00"])
def test_what_cannot_be_a_code_is_said_so(client: Client, code: str) -> None:
    response = client.get(reverse("prizes:certificate_check"), {"code": code})
    assert response.status_code == 400
    assert response.context["form"].errors


@pytest.mark.parametrize("code", ["0" * 28, "abc", "A" * 200])
def test_a_wrong_code_gets_the_same_polite_page(client: Client, code: str) -> None:
    issued()
    response = client.get(reverse("prizes:certificate", args=[code]))
    assert response.status_code == 404
    assert "Nguyễn Văn An" not in response.content.decode()
    assert client.get(reverse("prizes:certificate_pdf", args=[code])).status_code == 404


def test_the_check_shows_the_least(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    certificate = issued()
    entry = holder(certificate)
    assert entry.phone
    assert entry.birth_date
    # certificate with award, entry, run, decision, contest · a later publication
    with django_assert_num_queries(2):
        response = client.get(reverse("prizes:certificate", args=[certificate.code]))
    shown = response.content.decode()
    assert entry.full_name in shown
    for private in (entry.phone, entry.unit.name, str(entry.birth_date.year) + "-", "0912"):
        assert private not in shown
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_the_paper_is_for_its_holder_and_organisers(client: Client) -> None:
    certificate = issued()
    address = reverse("prizes:certificate_pdf", args=[certificate.code])
    assert client.get(address).status_code == 404
    client.force_login(make_user())
    assert client.get(address).status_code == 404
    plain = make_user(is_staff=True)
    client.force_login(plain)
    assert client.get(address).status_code == 404
    plain.user_permissions.add(Permission.objects.get(codename="view_certificate"))
    for person in (holder(certificate).user, make_staff(), plain):
        client.force_login(person)
        response = client.get(address)
        assert response.status_code == 200
        assert b"".join(response).startswith(b"%PDF-")
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Content-Type"] == "application/pdf"


def test_a_paper_that_is_still_being_made_says_so(client: Client) -> None:
    publish(prized())
    certificate = Certificate.objects.get(serial=1)
    client.force_login(holder(certificate).user)
    assert client.get(reverse("prizes:certificate_pdf", args=[certificate.code])).status_code == 409


def holder(certificate: Certificate) -> Entry:
    assert certificate.award.entry is not None
    return certificate.award.entry


def issued(people: Office | None = None) -> Certificate:
    run: StandingsRun = publish(prized(), people)
    render_missing(run.pk)
    return Certificate.objects.get(serial=1)
