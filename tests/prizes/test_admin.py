from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contests.models import Prize, PrizeTable, Round, RoundClosing
from prizes.domain.ranking import compute_standings
from prizes.domain.rendering import render_missing
from prizes.models import Award, Publication, RunReview, StandingsRun
from prizes.scope import Scope
from tests.prizes.support import office, over, publish, simple_round, table, take
from tests.support.factories import make_contest, make_round, make_staff, make_user
from tests.support.signals import clear_signals

pytestmark = pytest.mark.django_db


def page(round: Round) -> str:
    return reverse("admin:prizes_scope", args=[round])


def step(round: Round, name: str) -> str:
    return reverse("admin:prizes_step", args=[round, name])


def tie_of(round: Round, rank: int = 1) -> str:
    table = PrizeTable.objects.get(contest=round.contest)
    return reverse("admin:prizes_tie", args=[round, table.pk, 0, rank])


def ready() -> Round:
    round = simple_round([("Nguyễn Văn An", 50), ("Trần Thị Bình", 60)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 2))
    compute_standings(Scope.of_round(round), by=None)
    clear_signals(round, by=make_staff())
    return round


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.headers.get("Location")
    return response.content.decode()


def test_a_round_is_settled_step_by_step_by_two_people(client: Client) -> None:
    people = office()
    round = ready()
    run = str(round.runs.get().pk)
    client.force_login(people.preparer)
    assert step(round, "ra-soat") in shown(client, page(round))
    assert "2 giải, tổng giá trị 200.000 đồng" in shown(client, step(round, "ra-soat"))
    assert client.post(step(round, "ra-soat"), {"run": run, "note": "Đã kiểm tra"}).status_code == 302
    assert "phải do người khác thực hiện" in shown(client, page(round))
    assert client.post(step(round, "phe-duyet"), {"run": run}).status_code == 403
    client.force_login(people.approver)
    assert client.post(step(round, "phe-duyet"), {"run": run}).status_code == 302
    today = f"{timezone.localdate():%d/%m/%Y}"
    wrong = client.post(step(round, "quyet-dinh"), {"run": run, "number": "", "signed_on": "31/02/2024"})
    assert wrong.status_code == 400
    decided = client.post(step(round, "quyet-dinh"), {"run": run, "number": "12/QĐ", "signed_on": today})
    assert decided.status_code == 302
    assert "không hoàn lại được" in shown(client, step(round, "cong-bo"))
    assert client.post(step(round, "cong-bo"), {"run": run}).status_code == 302
    assert Publication.objects.get().run == round.runs.get()
    assert "0/2" in shown(client, page(round))
    render_missing(round.runs.get().pk)
    assert "Đã hoàn thành" in shown(client, page(round))


def test_looking_changes_nothing(client: Client) -> None:
    round = ready()
    client.force_login(make_staff())
    before = AuditEvent.objects.count()
    for name in ("ra-soat", "xep-hang", "phe-duyet", "tra-lai", "cong-bo"):
        client.get(step(round, name))
    assert AuditEvent.objects.count() == before
    assert not RunReview.objects.exists()
    assert client.get(step(round, "khong-co")).status_code == 404


def test_an_act_is_meant_for_the_version_that_was_on_the_screen(client: Client) -> None:
    round = ready()
    seen = round.runs.get().pk
    client.force_login(make_staff())
    Round.objects.filter(pk=round.pk).update(rank_order=["submitted", "duration"])
    compute_standings(Scope.of_round(round), by=None)
    response = client.post(step(round, "ra-soat"), {"run": seen, "note": ""})
    assert response.status_code == 409
    assert not RunReview.objects.exists()


def test_closing_now_needs_a_reason_and_is_followed_by_the_ranking(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(
        "contest_site.lib.queue.current_app.send_task", lambda name, args: sent.append((name, args))
    )
    now = database_now()
    round = make_round(make_contest(opens_at=now - timedelta(hours=1)), sealed=False)
    client.force_login(make_staff())
    assert "dừng ngay" in shown(client, step(round, "dong"))
    assert client.post(step(round, "dong"), {"run": "", "reason": " "}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(step(round, "dong"), {"run": "", "reason": "Sự cố mạng"}).status_code == 302
    assert RoundClosing.objects.get(round=round).reason == "Sự cố mạng"
    assert sent == [("prizes.tasks.settle_round", (round.pk,))]


def test_the_jury_puts_a_tie_in_order_on_its_page(client: Client) -> None:
    round = simple_round([("An", 50), ("Bình", 50), ("Cường", 60)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 1))
    run = compute_standings(Scope.of_round(round), by=None)
    clear_signals(round, by=make_staff())
    first, second = run.rows.filter(rank=1).order_by("entry_id").values_list("entry_id", flat=True)
    client.force_login(make_staff())
    address = tie_of(round)
    assert address in shown(client, page(round))
    assert "An" in shown(client, address)
    twice = {"run": run.pk, f"place_{first}": 1, f"place_{second}": 1, "grounds": "Biên bản số 1"}
    assert client.post(address, twice).status_code == 400
    assert client.post(address, {**twice, f"place_{second}": "", "grounds": "B"}).status_code == 400
    assert client.post(address, {**twice, f"place_{second}": 2, "grounds": " "}).status_code == 400
    ordered = {**twice, f"place_{first}": 2}
    assert client.post(address, ordered).status_code == 302
    assert run.tie_decisions.get().order == [second, first]
    assert "Biên bản số 1" in shown(client, page(round))
    assert client.get(address).status_code == 302


def test_what_stands_in_the_way_is_said_with_all_reasons(client: Client) -> None:
    round = simple_round([("An", 50), ("Bình", 50)])
    table(round, ("Giải Nhất", 1))
    run = compute_standings(Scope.of_round(round), by=None)
    client.force_login(make_staff())
    response = client.post(step(round, "ra-soat"), {"run": run.pk, "note": ""})
    assert response.status_code == 400
    assert "tên đồng hạng ở ranh giới giải" in response.content.decode()


def test_a_result_is_sent_back_with_a_reason(client: Client) -> None:
    round = ready()
    run = round.runs.get()
    people = office()
    client.force_login(people.preparer)
    client.post(step(round, "ra-soat"), {"run": run.pk, "note": ""})
    client.force_login(people.approver)
    assert step(round, "tra-lai") in shown(client, page(round))
    assert client.post(step(round, "tra-lai"), {"run": run.pk, "reason": "Thiếu biên bản"}).status_code == 302
    assert "Thiếu biên bản" in shown(client, page(round))
    assert client.post(step(round, "xep-hang"), {"run": run.pk, "reason": ""}).status_code == 400
    again = {"run": run.pk, "reason": "Bổ sung biên bản"}
    assert client.post(step(round, "xep-hang"), again).status_code == 302
    assert round.runs.count() == 2


def test_prizes_without_people_are_named(client: Client) -> None:
    client.force_login(make_staff())
    assert "Giải Nhì: còn 1 giải chưa có người nhận" in shown(client, page(ready()))


def test_what_was_awarded_stands_whatever_the_plan_says_later(client: Client) -> None:
    round = ready()
    publish(round)
    Prize.objects.update(amount=9_999_999)
    client.force_login(make_staff())
    assert "9.999.999" not in shown(client, page(round))


def test_the_table_shows_every_input_of_the_order_a_page_at_a_time(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("prizes.admin.pages.ROWS", 2)
    round = over()
    for seconds in range(5):
        take(round, f"Người {seconds}", seconds=50 + seconds, prediction=7)
    run = compute_standings(Scope.of_round(round), by=None)
    client.force_login(make_staff())
    address = reverse("admin:prizes_table", args=[round, run.version])
    first = client.get(address)
    assert [row.rank for row in first.context["rows"]] == [1, 2]
    more = first.context["more"]
    second = client.get(address, {"sau": f"{more.rank}-{more.entry_id}"})
    assert [row.rank for row in second.context["rows"]] == [3, 4]
    last = client.get(address, {"hang": "5"})
    assert [row.rank for row in last.context["rows"]] == [5]
    assert last.context["more"] is None
    for odd in ("x", "-1", "9" * 30, "١"):
        assert client.get(address, {"hang": odd, "sau": odd}).status_code == 200
    # session · user · round · run · rows with entry, unit and attempt
    with django_assert_num_queries(5):
        shown(client, address)


def test_all_papers_come_as_one_zip(client: Client) -> None:
    round = ready()
    run = publish(round)
    client.force_login(make_staff())
    address = reverse("admin:prizes_papers", args=[round, run.version])
    assert client.get(address).status_code == 404
    render_missing(run.pk)
    response = client.get(address)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response)))
    assert archive.namelist() == ["001-nguyen-van-an.pdf", "002-tran-thi-binh.pdf"]
    assert archive.read("001-nguyen-van-an.pdf").startswith(b"%PDF-")
    assert AuditEvent.objects.filter(verb="downloaded certificates").count() == 1


def test_pages_are_for_organisers_with_the_permission(client: Client) -> None:
    round = ready()
    run = round.runs.get()
    addresses = [
        reverse("admin:prizes_standingsrun_changelist"),
        page(round),
        reverse("admin:prizes_table", args=[round, 1]),
        step(round, "ra-soat"),
        tie_of(round),
        reverse("admin:prizes_papers", args=[round, 1]),
    ]
    for person in (None, make_user(), make_user(is_staff=True)):
        if person:
            client.force_login(person)
        for address in addresses:
            assert client.get(address).status_code in {302, 403}
            assert client.post(address, {"run": run.pk}).status_code in {302, 403}
    reader = make_user(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_standingsrun"))
    client.force_login(reader)
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200, 403, 403, 403]
    assert client.post(step(round, "ra-soat"), {"run": run.pk}).status_code == 403
    assert not RunReview.objects.exists()


def test_the_list_of_rounds_says_what_comes_next(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published, waiting, fresh = ready(), ready(), over()
    publish(published)
    client.force_login(make_staff())
    # session · user · contests · their rounds · which have standings of the whole · runs · papers;
    # for a run under way five of its signals, corrections, later judgements and its ties; for none its
    # attempts
    with django_assert_num_queries(7 + 5 + 2 + 6 + 1):
        listed = shown(client, reverse("admin:prizes_standingsrun_changelist"))
    for round, words in ((published, "Tạo giấy chứng nhận"), (waiting, "Rà soát"), (fresh, "Xếp hạng")):
        assert page(round) in listed
        assert words in listed


def test_a_round_of_a_contest_that_is_not_public_is_not_here(client: Client) -> None:
    now = database_now()
    contest = make_contest(announced=False, opens_at=now - timedelta(days=9), closes_at=now)
    client.force_login(make_staff())
    assert client.get(page(over(contest))).status_code == 404


def test_the_page_of_a_round_costs_the_same_for_any_number_of_awards(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    round = ready()
    render_missing(publish(round).pk)
    assert Award.objects.count() == 2
    client.force_login(make_staff())
    client.get(page(round))
    # session · user · round · run · papers twice · six of the awards · units · two of nominations · finals ·
    # signals by kind and kinds left out · five of the keys · figures of the press summary · roles · versions
    with django_assert_num_queries(26):
        shown(client, page(round))
    assert StandingsRun.objects.count() == 1
