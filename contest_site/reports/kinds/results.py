"""Standings: everybody who was ranked, from the newest version; a sheet for each round and the whole.

These papers speak Vietnamese to everybody; their words are in no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from attempts.exporters import letterhead, mark_kind
from attempts.rules.marking import in_questions
from contest_site.lib.errors import NotNow
from contest_site.lib.excel import Column, Kind, Sheet, Total, Value
from contest_site.lib.templatetags.vi import moment
from contest_site.reports.book import Book, Order, Table
from contests.queries import has_overall
from prizes.facts import predicts
from prizes.models import StandingsRun
from prizes.queries import approval_of, newest_run, review_of
from prizes.scope import Scope

AT_ONCE = 5_000  # rows read together
ROWS = """
SELECT row.rank, entry.full_name, entry.birth_date, unit.name, category.name, row.correct, row.duration_ms,
       row.submitted_at, row.prediction, row.distance,
       (SELECT string_agg(award.prize_name, '; ' ORDER BY award.id) FROM prizes_award award
        WHERE award.run_id = row.run_id AND award.entry_id = row.entry_id)
FROM prizes_standingsrow row
JOIN contests_entry entry ON entry.id = row.entry_id
JOIN contests_unit unit ON unit.id = entry.unit_id
JOIN contests_category category ON category.id = entry.category_id
WHERE row.run_id = %s ORDER BY row.rank, row.entry_id
"""


def results(order: Order) -> Book:
    """By rank, of the round asked for or of all. Raises NotNow where nothing was ranked yet."""
    runs = runs_of(order)
    tables = [Table(_sheet(order, run), run.rows.count()) for run in runs]
    return Book("Kết quả thi", tables)


def runs_of(order: Order) -> list[StandingsRun]:
    """The newest version of each scope asked for, those without one left out; NotNow where there is none."""
    contest = order.contest
    scopes = [Scope(contest, order.round)] if order.round else scopes_of(order)
    runs = [run for run in map(newest_run, scopes) if run and not hasattr(run, "returned")]
    if not runs:
        raise NotNow("Chưa có bảng xếp hạng. Hãy đóng vòng thi và xếp hạng rồi lập lại báo cáo.")
    return runs


def scopes_of(order: Order) -> list[Scope]:
    """Every round in its order, then the whole contest where it is ranked."""
    rounds = order.contest.rounds.select_related("contest").order_by("number")
    scopes = [Scope.of_round(round) for round in rounds]
    return [*scopes, Scope.of_contest(order.contest)] if has_overall(order.contest) else scopes


def state_of(run: StandingsRun) -> str:
    """How far the version has come, in words."""
    if hasattr(run, "publication"):
        return f"đã công bố lúc {moment(run.publication.at)}"
    if approval_of(run):
        return "đã phê duyệt, chưa công bố"
    return "đã rà soát, chưa phê duyệt" if review_of(run) else "tạm tính"


def notes_of(order: Order, run: StandingsRun) -> list[str]:
    """From which version, and how it is told from any other."""
    notes = [
        f"Số liệu đến {moment(order.at)}. Bảng xếp hạng phiên bản {run.version}, {state_of(run)}.",
        f"Mã băm SHA-256 của bảng xếp hạng: {run.digest}",
    ]
    decision = getattr(run, "decision", None)
    if decision:
        notes.insert(1, f"Theo Quyết định số {decision.number} ngày {decision.signed_on:%d/%m/%Y}.")
    return notes


def _sheet(order: Order, run: StandingsRun) -> Sheet:
    scope, guessed = Scope.of_run(run), predicts(run)
    columns = [
        Column("Hạng", 8, Kind.LABEL),
        Column("Họ và tên", 28, total=Total.COUNT),
        Column("Ngày sinh", 12, Kind.DATE),
        Column("Đơn vị", 34),
        Column("Đối tượng", 24),
        Column("Số câu đúng", 9, mark_kind(order.contest), Total.MEAN),
        Column("Thời gian làm bài (phút:giây)", 13, Kind.DURATION),
        Column("Nộp bài lúc", 20, Kind.MOMENT),
        *([Column("Dự đoán", 12, Kind.PLAIN), Column("Độ lệch", 12, Kind.PLAIN)] if guessed else []),
        Column("Giải", 20),
    ]
    return Sheet(
        scope.name,
        columns,
        _values(run, guessed=guessed),
        letterhead=letterhead(order.contest),
        title=["KẾT QUẢ THI CÁ NHÂN", order.contest.name, scope.name],
        notes=notes_of(order, run),
        total_label="Cộng",
        frozen_columns=2,
    )


def _values(run: StandingsRun, *, guessed: bool) -> Iterator[Sequence[Value]]:
    parts = run.parts
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, [run.pk])
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield _line(row, parts, guessed=guessed)


def _line(row: Any, parts: int, *, guessed: bool) -> Sequence[Value]:
    rank, name, born, unit, category, correct, duration, at, prediction, distance, prize = row
    told = [prediction, distance] if guessed else []
    time = timedelta(milliseconds=duration)
    return [rank, name, born, unit, category, in_questions(correct, parts), time, at, *told, prize]
