"""The public page of verification: what is shown when, and what is never shown."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify
from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contests.domain.rounds import close_round, seal_round
from contests.domain.unsealing import unseal_round
from contests.enums import RankKey
from contests.models import Contest, Round
from prizes import verify_views
from prizes.domain.publishing import write_list
from prizes.domain.settling import settle
from prizes.models import PublishedList, StandingsRun
from prizes.scope import Scope
from tests.prizes.papers import fill, sit
from tests.prizes.support import office, publish
from tests.support.factories import make_bank, make_contest, make_entry, make_round, make_staff

pytestmark = pytest.mark.django_db
LIST_LINK = "/kiem-tra/danh-sach/"


def running(**fields: Any) -> Round:
    return make_round(make_contest(), bank=make_bank(20), questions=5, attempts_allowed=3, **fields)


def finished(people: int = 4) -> Round:
    """A round with papers in it that an organiser has closed."""
    round = running()
    fill(round, people)
    close_round(round, by=make_staff(), reason="Xong")
    return round


def listed(round: Round) -> StandingsRun:
    run = publish(round)
    assert write_list(run.pk)
    return run


def where(contest: Contest) -> str:
    return reverse("prizes:verify", args=[contest.slug])


def page(client: Client, contest: Contest, **query: str) -> str:
    response = client.get(where(contest), query)
    assert response.status_code == 200
    return response.content.decode()


def asked(client: Client, attempt: Attempt) -> str:
    return page(client, attempt.round.contest, code=str(attempt.receipt))


# --- What is shown when -----------------------------------------------------------------------------------
@pytest.mark.parametrize("opens_in", [timedelta(hours=1), timedelta(hours=-1)])
def test_before_the_close_digests_are_shown_and_nothing_secret(client: Client, opens_in: timedelta) -> None:
    now = database_now()
    round = running(opens_at=now + opens_in)
    shown = page(client, round.contest)
    assert round.seal.pool.digest in shown
    assert round.seal.commitment in shown
    assert "công bố khi vòng thi kết thúc" in shown
    assert bytes(round.seal.secret).hex() not in shown
    for text in ("Câu hỏi số", "Đúng 0", "Giải thích", LIST_LINK):
        assert text not in shown


def test_a_round_without_a_seal_says_so(client: Client) -> None:
    round = running(sealed=False)
    assert "chưa niêm phong" in page(client, round.contest)


def test_after_the_close_the_secret_is_shown(client: Client) -> None:
    round = finished()
    settle(Scope.of_round(round))
    shown = page(client, round.contest)
    assert bytes(round.seal.secret).hex() in shown
    run = StandingsRun.objects.get(round=round)
    assert run.digest not in shown
    assert LIST_LINK not in shown
    assert client.get(reverse("prizes:verify_list", args=[round.contest.slug, run.pk])).status_code == 404


def test_after_the_publication_the_list_is_there_for_anyone(client: Client) -> None:
    round = finished()
    run = publish(round)
    assert run.digest in page(client, round.contest)
    assert "Danh sách đang được tạo" in page(client, round.contest)
    address = reverse("prizes:verify_list", args=[round.contest.slug, run.pk])
    assert client.get(address).status_code == 409
    write_list(run.pk)
    shown = page(client, round.contest)
    kept = PublishedList.objects.get(run=run)
    assert address in shown
    assert kept.digest in shown
    assert f"--digest {run.digest} --commitment {round.seal.commitment}" in shown
    response = client.get(address)
    content = b"".join(response)
    assert response.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in response.headers
    assert f'filename="{Path(kept.name).name}"' in response.headers["Content-Disposition"]
    assert content == (site.MEDIA_ROOT / kept.name).read_bytes()
    assert gzip.decompress(content).startswith(b"LIST 2\n")


def test_an_earlier_publication_stays_and_is_marked_as_replaced(client: Client) -> None:
    people = office()
    round = finished()
    first = publish(round, people)
    entry = Attempt.objects.filter(round=round).first()
    assert entry is not None
    disqualify(entry.entry, round=round, grounds="Thi hộ", by=people.preparer)
    second = publish(round, people, reason="Loại kết quả", number="124/QĐ-UBND")
    for run in (first, second):
        assert write_list(run.pk)
    shown = page(client, round.contest)
    assert shown.count("Đã được thay bằng kết quả công bố sau đó") == 1
    assert shown.index(second.digest) < shown.index(first.digest)
    assert shown.count(LIST_LINK) == 2


def test_a_list_is_held_back_while_its_bank_is_in_use(client: Client) -> None:
    round = finished()
    run = listed(round)
    receipt = Attempt.objects.filter(round=round).values_list("receipt", flat=True)[0]
    assert "Dòng trong danh sách" in page(client, round.contest, code=str(receipt))
    make_round(make_contest(), bank=round.bank, sealed=False)
    shown = page(client, round.contest, code=str(receipt))
    assert "có thể suy ra đáp án" in shown
    assert LIST_LINK not in shown
    assert "có trong danh sách đã công bố" in shown
    assert "Dòng trong danh sách" not in shown
    assert client.get(reverse("prizes:verify_list", args=[round.contest.slug, run.pk])).status_code == 409


def test_a_list_whose_file_is_gone_is_not_there(client: Client, settings: Settings, tmp_path: Path) -> None:
    round = finished()
    run = listed(round)
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert client.get(reverse("prizes:verify_list", args=[round.contest.slug, run.pk])).status_code == 404


def test_a_contest_that_is_not_announced_has_no_such_page(client: Client) -> None:
    contest = make_contest(announced=False)
    assert client.get(where(contest)).status_code == 404
    other = listed(finished())
    assert client.get(reverse("prizes:verify_list", args=[contest.slug, other.pk])).status_code == 404


# --- A receipt --------------------------------------------------------------------------------------------
def test_a_receipt_that_counts_is_told_with_its_line_in_words(client: Client) -> None:
    round = running(rank_order=[RankKey.SCORE])
    entry = make_entry(round.contest, full_name="Nguyễn Thị Thu Hà")
    best = sit(entry, round, 5)
    worse = sit(entry, round, 3)
    trial = sit(make_entry(round.contest, unofficial=True), round, 5)
    shown = asked(client, best)
    assert "chưa công bố nên chưa có danh sách" in shown
    close_round(round, by=make_staff(), reason="Xong")
    listed(round)
    shown = asked(client, best)
    assert "có trong danh sách đã công bố" in shown
    assert "là bài được dùng để xếp hạng, hạng 1" in shown
    assert f"{best.pk}|{round.pk}|{entry.pk}|1|" in shown
    assert "bài được dùng để xếp hạng là bài khác của người này" in asked(client, worse)
    assert "bài thi thử của người tổ chức" in asked(client, trial)
    assert round.contest.area is not None
    assert entry.phone is not None
    for private in (entry.full_name, entry.phone, round.contest.area.name):
        assert private not in shown


def test_a_receipt_of_a_disqualified_person_says_that_it_does_not_count(client: Client) -> None:
    people = office()
    round = running()
    entry = make_entry(round.contest)
    attempt = sit(entry, round, 5)
    disqualify(entry, round=round, grounds="Thi hộ", by=people.preparer)
    close_round(round, by=people.preparer, reason="Xong")
    listed(round)
    shown = asked(client, attempt)
    assert "không được tính: kết quả bị loại" in shown
    assert "Thi hộ" not in shown


def test_a_regraded_mark_is_told_beside_the_old_one(client: Client) -> None:
    people = office()
    round = running()
    attempt = sit(make_entry(round.contest), round, 4)
    wrong = propose_correction(
        round, question=attempt.paper[4], void=True, grounds="Luật mới", by=people.preparer
    )
    decide_correction(wrong, approve=True, by=people.approver)
    close_round(round, by=people.preparer, reason="Xong")
    settle(Scope.of_round(round))
    listed(round)
    assert "5 (trước khi chấm lại: 4)" in asked(client, attempt)


def test_somebody_whom_the_rules_do_not_rank_is_told_so(client: Client) -> None:
    round = running(only_all_right=True)
    attempt = sit(make_entry(round.contest), round, 4)
    close_round(round, by=make_staff(), reason="Xong")
    listed(round)
    assert "không có hạng theo Thể lệ" in asked(client, attempt)


def test_a_receipt_is_read_however_it_is_typed(client: Client) -> None:
    round = finished()
    listed(round)
    receipt = str(Attempt.objects.filter(round=round).values_list("receipt", flat=True)[0])
    typed = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert f"Mã {receipt} có trong danh sách" in page(client, round.contest, code=typed)


def test_what_is_not_there_is_said_so(client: Client) -> None:
    round = finished()
    other = Attempt.objects.filter(round=finished()).first()
    assert other is not None
    assert "không có bài nào mang mã" in page(client, round.contest, code=str(other.receipt))
    response = client.get(where(round.contest), {"code": "<script>alert(1)</script>"})
    assert response.status_code == 400
    assert b"<script>alert" not in response.content
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_guessing_receipts_is_slow(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_views, "CHECKS_PER_MINUTE", 1)
    contest = make_contest()
    codes = [client.get(where(contest), {"code": "7K2M-Q9XD-04RT-WZ8N"}).status_code for _try in range(2)]
    assert codes == [200, 429]


def test_a_seal_that_was_broken_is_told_at_once_and_why_after_the_close(client: Client) -> None:
    round = running(opens_at=database_now() + timedelta(hours=1))
    first = round.seal
    unseal_round(round, by=make_staff(), reason="Câu 3 có hai đáp án")
    shown = page(client, round.contest)
    assert "Đề thi của vòng này chưa niêm phong." in shown
    assert first.commitment in shown
    seal_round(round, by=make_staff())
    shown = page(client, round.contest)
    assert "được người khác mở niêm phong lúc" in shown
    assert "Lý do được công bố khi vòng thi kết thúc." in shown
    assert "hai đáp án" not in shown  # a reason may say more of a question than may be known by now
    later = page_of_the_closed(client, round)
    assert "Lý do: Câu 3 có hai đáp án" in " ".join(later.split())


def page_of_the_closed(client: Client, round: Round) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contests_round SET opens_at = now() - interval '2 hours',"
            " closes_at = now() - interval '1 hour' WHERE id = %s",
            [round.pk],
        )
    return page(client, round.contest)


# --- Cost and the script ------------------------------------------------------------------------------------
def test_the_page_costs_the_same_for_any_number_of_attempts(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    round = finished(people=12)
    listed(round)
    receipt = str(Attempt.objects.filter(round=round).values_list("receipt", flat=True)[0])
    # contest · clock · rounds with seals · broken seals · banks in use · publications with lists
    with django_assert_num_queries(6) as asked:
        page(client, round.contest)
    assert "content" not in " ".join(query["sql"] for query in asked.captured_queries)
    # … and the attempt · its person's row · three reasons not to count
    with django_assert_num_queries(11):
        page(client, round.contest, code=receipt)


def test_the_script_that_is_offered_is_the_one_of_the_docs(client: Client) -> None:
    offered = Path(site.BASE_DIR) / "static" / "tools" / "verify.py.txt"
    assert offered.read_bytes() == (Path(site.BASE_DIR) / "docs" / "verify.py").read_bytes()
    shown = page(client, make_contest())
    assert "tools/verify.py" in shown
    assert 'download="verify.py"' in shown
