"""The organisers' queue: filters, one verdict for many, one signal with its evidence, who may what."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attempts.anomalies.domain import scan_round
from attempts.anomalies.links import anomaly_url, queue_url
from attempts.anomalies.queries import anomalies, waiting
from attempts.models import Anomaly, AnomalyScan, AnomalyVerdict
from contest_site.roles import AUDITOR, CHIEF, JURY, SECRETARY, WATCH, WRITER
from contests.models import Round, RoundClosing
from tests.attempts.anomalies.crowds import a_round, hand_in, honest_crowd
from tests.attempts.anomalies.test_scanning import fast_round
from tests.support.factories import make_contest, make_entry, make_staff, make_unit

pytestmark = pytest.mark.django_db

ROUNDS = reverse("admin:attempts_anomaly_changelist")


def signed_in(client: Client, *groups: str) -> Any:
    staff = make_staff(is_superuser=not groups)
    staff.groups.set(Group.objects.filter(name__in=groups))
    client.force_login(staff)
    return staff


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def act(round: Round, name: str) -> str:
    return reverse(f"admin:attempts_anomaly_{name}", args=[round.pk])


def test_a_queue_is_cleared_with_one_sentence_for_many(client: Client) -> None:
    round = fast_round(3)
    scan_round(round)
    by = signed_in(client, JURY)
    assert "3 chờ kết luận" in shown(client, ROUNDS)
    page = shown(client, queue_url(round))
    assert "3 dấu hiệu chờ kết luận" in page
    assert "1–3 trong 3 dấu hiệu" in page
    first = anomalies(round).order_by("pk").first()
    assert first is not None
    step = client.post(act(round, "decide"), {"chon": [first.pk], "loc": "loai=speed"})
    assert "1 dấu hiệu được chọn" in step.content.decode()
    assert waiting(round) == 3
    refused = client.post(
        act(round, "decide"), {"chon": [first.pk], "conclusion": "explained", "grounds": " "}
    )
    assert (refused.status_code, waiting(round)) == (400, 3)
    verdict = {"conclusion": "explained", "grounds": "Đã gọi điện xác minh."}
    done = client.post(act(round, "decide"), {"chon": [first.pk], "loc": "loai=speed", **verdict})
    assert done.headers["Location"] == f"{queue_url(round)}?loai=speed"
    assert waiting(round) == 2
    step = client.post(act(round, "decide"), {"tat-ca": "1", "loc": ""})
    last = max(one.pk for one in anomalies(round))
    assert f'name="den" value="{last}"' in step.content.decode()
    client.post(act(round, "decide"), {"tat-ca": "1", "loc": "", "den": str(last), **verdict})
    assert waiting(round) == 0
    assert set(AnomalyVerdict.objects.values_list("by", "grounds")) == {(by.pk, verdict["grounds"])}
    assert "Mọi dấu hiệu đã có kết luận" in shown(client, queue_url(round))
    assert "Đã giải thích được" in shown(client, f"{queue_url(round)}?trang-thai=xong")


def test_nothing_of_another_round_is_decided_and_senseless_addresses_are_answered(client: Client) -> None:
    round, other = fast_round(), fast_round()
    for one in (round, other):
        scan_round(one)
    signed_in(client)
    foreign = anomalies(other).get()
    sent = {"chon": [foreign.pk, "x", "9" * 40], "conclusion": "explained", "grounds": "x"}
    assert client.post(act(round, "decide"), sent).status_code == 302
    assert not AnomalyVerdict.objects.exists()
    for query in ("loai=luck", "trang-thai=x", "don-vi=a", "don-vi=" + "9" * 30, "trang=x", "trang=999"):
        assert client.get(f"{queue_url(round)}?{query}").status_code == 200
    assert client.get(act(round, "decide")).status_code == 405
    assert client.get(act(round, "scan")).status_code == 405
    assert client.get(reverse("admin:attempts_anomaly_detail", args=[10**9])).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "decides"),
    [
        (CHIEF, True, True),
        (SECRETARY, True, True),
        (JURY, True, True),
        (AUDITOR, True, False),
        (WRITER, False, False),
        (WATCH, False, False),
    ],
)
def test_who_sees_the_queue_and_who_decides(client: Client, role: str, sees: bool, decides: bool) -> None:
    round = fast_round()
    scan_round(round)
    one = Anomaly.objects.get()
    signed_in(client, role)
    for address in (ROUNDS, queue_url(round), anomaly_url(one)):
        assert client.get(address).status_code == (200 if sees else 403)
    verdict = {"conclusion": "no_effect", "grounds": "Người dự thi thuộc bài."}
    may = 302 if decides else 403
    assert client.post(anomaly_url(one), verdict).status_code == may
    assert client.post(act(round, "scan")).status_code == may
    assert client.post(act(round, "decide"), {"chon": [one.pk], **verdict}).status_code == may
    assert AnomalyVerdict.objects.exists() == decides


def test_a_signal_shows_its_papers_and_what_was_said(client: Client) -> None:
    round = fast_round()
    scan_round(round)
    (one,) = anomalies(round)
    signed_in(client)
    page = shown(client, anomaly_url(one))
    assert "mức tối thiểu hợp lý" in page
    assert reverse("admin:attempts_attempt_change", args=[one.attempts[0]]) in page
    assert reverse("admin:attempts_person", args=[one.entries[0]]) in page
    assert client.post(anomaly_url(one), {"conclusion": "", "grounds": ""}).status_code == 400
    client.post(anomaly_url(one), {"conclusion": "passed_on", "grounds": "Cần <b>xác minh</b>."})
    page = shown(client, anomaly_url(one))
    assert "Cần &lt;b&gt;xác minh&lt;/b&gt;." in page
    assert "Ghi kết luận khác" in page


def test_equal_answers_stand_side_by_side_once_the_round_is_closed(client: Client) -> None:
    round = a_round()
    unit = make_unit()
    honest_crowd(round, Random(5), [unit], 40, guessers=0)
    same = {at: (3 if at < 16 else 0) for at in range(24)}
    for _ in range(2):
        hand_in(
            round, make_entry(round.contest, unit=unit), same, started=round.opens_at + timedelta(hours=1)
        )
    scan_round(round)
    one = anomalies(round).get(kind="answers")
    signed_in(client, JURY)
    page = shown(client, anomaly_url(one))
    assert "chỉ hiện sau khi vòng thi đóng" in page
    assert "D ●" not in page
    RoundClosing.objects.create(round=round)
    page = shown(client, anomaly_url(one))
    assert page.count("D ●") == 32
    assert "Câu hỏi số 1?" not in page  # the jury sees no question
    signed_in(client)
    assert "Câu hỏi số 1?" in shown(client, anomaly_url(one))


@pytest.mark.parametrize("signals", [1, 3])
def test_lists_take_as_many_queries_for_one_as_for_three(
    client: Client, django_assert_num_queries: Any, signals: int
) -> None:
    round = fast_round(signals)
    scan_round(round)
    signed_in(client)
    client.get(ROUNDS)
    # session · account · rounds · counts · which were looked through
    with django_assert_num_queries(5):
        client.get(ROUNDS)
    # session · account · round · how many · lines · scan · basis · scan's row · counts · units
    with django_assert_num_queries(10):
        client.get(queue_url(round))
    one = anomalies(round).order_by("pk").first()
    assert one is not None
    # session · account · signal · papers · verdicts
    with django_assert_num_queries(5):
        client.get(anomaly_url(one))


def test_while_a_worker_is_at_it_the_page_looks_again(client: Client) -> None:
    round = fast_round()
    signed_in(client)
    assert "Chưa tìm dấu hiệu" in shown(client, queue_url(round))
    client.post(act(round, "scan"))
    assert AnomalyScan.objects.get().waits
    response = client.get(queue_url(round))
    assert response.headers["Refresh"] == "5"
    AnomalyScan.objects.update(done_at=round.opens_at, failure="heavy", asked_at=round.opens_at)
    assert "Chưa tìm xong" in shown(client, queue_url(round))


def test_a_round_that_nobody_announced_has_no_page(client: Client) -> None:
    round = a_round(contest=make_contest(announced=False))
    signed_in(client)
    assert client.get(queue_url(round)).status_code == 404
