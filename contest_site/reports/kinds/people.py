"""The list of who took part: a line for each person, by name, streamed whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from attempts.exporters import about, letterhead, mark_kind, notes, people_sheet
from attempts.reports import COUNTED, SEE_ALL, ParticipantRow, parameters, scores_shown
from attempts.rules.marking import in_questions
from contest_site.lib.excel import Column, Kind, Sheet, Total, Value
from contest_site.lib.identity import display_phone, open_national_id
from contest_site.lib.name_order import rows_by_name
from contest_site.reports.book import Book, Order, Table
from contest_site.reports.kinds.participation import unit_of
from contests.enums import Asked, Gender
from contests.models import Contest

PEOPLE = f"""
WITH {COUNTED}, ordered AS (
    SELECT attempt.*, count(*) OVER (PARTITION BY entry_id) AS attempts,
           row_number() OVER (
               PARTITION BY entry_id ORDER BY correct DESC, duration_ms, submitted_at, id
           ) AS place
    FROM attempt
)
SELECT entry.id, entry.full_name, entry.birth_date, entry.gender, entry.phone,
       CASE WHEN %(national_ids)s THEN entry.national_id_sealed END AS national_id,
       category.name AS category, unit.name AS unit, best.attempts, best.correct, best.duration_ms,
       best.submitted_at
FROM ordered best
JOIN contests_entry entry ON entry.id = best.entry_id
JOIN contests_unit unit ON unit.id = entry.unit_id
JOIN contests_category category ON category.id = entry.category_id
WHERE best.place = 1
"""  # noqa: S608  only constants of attempts.reports


@dataclass(frozen=True)
class Field:
    """A column, and what stands in it for a row of the statement."""

    column: Column
    value: Callable[[Any], Value]


def participants(order: Order) -> Book:
    """Everybody of the unit's subtree who took part; agencies see neither phone nor national ID."""
    contest, unit = order.contest, unit_of(order)
    shown = scores_shown(contest, order.at, order.round)
    values = {**parameters(contest, unit, order.round), "national_ids": order.national_ids}
    count, rows = rows_by_name(PEOPLE, values)
    if order.by.has_perm(SEE_ALL):
        fields = _fields(contest, national_ids=order.national_ids, with_scores=shown)
        sheet = Sheet(
            _("Người dự thi"),
            [Column(_("STT"), 8, Kind.LABEL), *(field.column for field in fields)],
            _values(rows, fields),
            letterhead=letterhead(contest),
            title=[_("DANH SÁCH NGƯỜI DỰ THI"), contest.name, *about(unit, order.round)],
            notes=notes(order.at, with_scores=shown),
            total_label=_("Cộng"),
            frozen_columns=2,
        )
    else:
        people = _people(rows, contest.parts, with_scores=shown)
        sheet = people_sheet(
            contest, unit, people, round=order.round, with_scores=shown, made_at=order.at
        )  # fmt: skip
    return Book(_("Người dự thi – %(unit)s") % {"unit": unit.name}, [Table(sheet, count)])


def _values(rows: Iterable[Any], fields: list[Field]) -> Iterator[list[Value]]:
    for number, row in enumerate(rows, 1):
        yield [number, *(field.value(row) for field in fields)]


def _fields(contest: Contest, *, national_ids: bool, with_scores: bool) -> list[Field]:
    """What the plan asks people for, and what came of it."""
    asked = [
        Field(Column(_("Họ và tên"), 28, total=Total.COUNT), lambda row: row[1]),
        *_if_asked(contest.ask_birth_date, Column(_("Ngày sinh"), 12, Kind.DATE), lambda row: row[2]),
        *_if_asked(contest.ask_gender, Column(_("Giới tính"), 8), lambda row: _gender(row[3])),
        *_if_asked(contest.ask_phone, Column(_("Số điện thoại"), 15), lambda row: _phone(row[4])),
    ]
    if national_ids:
        asked.append(Field(Column(_("Số định danh cá nhân"), 16), lambda row: _national_id(row[5])))
    return [
        *asked,
        Field(Column(_("Đối tượng"), 30), lambda row: row[6]),
        Field(Column(_("Đơn vị"), 34), lambda row: row[7]),
        Field(Column(_("Số lượt thi"), 9, Kind.WHOLE, Total.SUM), lambda row: row[8]),
        *_results(contest, with_scores=with_scores),
    ]


def _results(contest: Contest, *, with_scores: bool) -> list[Field]:
    """Of the best attempt; empty columns while scores are hidden."""
    parts, mark = contest.parts, mark_kind(contest)
    best = Column(_("Điểm cao nhất"), 9, mark, Total.MAX if with_scores else None)
    time = Column(_("Thời gian làm bài (phút:giây)"), 13, Kind.DURATION, Total.MEAN if with_scores else None)
    at = Column(_("Nộp bài lúc"), 20, Kind.MOMENT)
    if not with_scores:
        return [Field(column, lambda row: None) for column in (best, time, at)]
    return [
        Field(best, lambda row: in_questions(row[9], parts)),
        Field(time, lambda row: timedelta(milliseconds=row[10])),
        Field(at, lambda row: row[11]),
    ]


def _if_asked(asked: str, column: Column, value: Callable[[Any], Value]) -> list[Field]:
    return [] if asked == Asked.NO else [Field(column, value)]


def _gender(value: str) -> str | None:
    return str(Gender(value).label) if value else None


def _phone(value: str | None) -> str | None:
    return display_phone(value) if value else None


def _national_id(sealed: bytes | None) -> str | None:
    return open_national_id(sealed) if sealed is not None else None


def _people(rows: Iterable[Any], parts: int, *, with_scores: bool) -> Iterator[ParticipantRow]:
    """As attempts.reports.participant_rows gives them."""
    for row in rows:
        yield ParticipantRow(
            full_name=row[1],
            birth_year=row[2].year if row[2] else None,
            category=row[6],
            unit=row[7],
            attempts=row[8],
            best=in_questions(row[9], parts) if with_scores else None,
            duration=timedelta(milliseconds=row[10]) if with_scores else None,
            submitted_at=row[11] if with_scores else None,
        )
