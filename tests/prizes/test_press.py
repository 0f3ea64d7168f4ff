"""The press summary: its numbers are those of the database, its names those that the plan publishes."""

from __future__ import annotations

import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from attempts.domain.disqualifying import disqualify
from contests.enums import Audience, Combine, NamesShown, RankKey, TableScope, UnitMetric
from contests.models import Contest, Headcount
from prizes.domain.press_figures import runs_without_figures, write_figures
from prizes.models import PressFigures, StandingsRun
from prizes.press import UnitFigures, bands, low_units, press_of, published_run, units_of
from prizes.press_files import as_docx, as_pdf, as_text
from prizes.scope import Scope
from prizes.tasks import count_press_figures, resume_press_figures
from tests.prizes.support import publish, take
from tests.prizes.test_awarding import Weekly, weekly
from tests.support.factories import exclude, make_staff, make_table, make_user

pytestmark = pytest.mark.django_db

# By week: (unit, right answers of 3) of each person.
WEEKS = (
    [(0, 3), (0, 3), (0, 2), (1, 1), (2, 0)],
    [(0, 3), (0, 2), (0, 2), (0, 1), (0, 1), (1, 3), (1, 0)],
)


@pytest.fixture
def weeks() -> Weekly:
    """Two weeks; three units compete, of which one has nobody; headcounts 6, 40, 10."""
    found = weekly(overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE, RankKey.DURATION])
    make_table(found.contest, [("Giải Nhất", 1, 1000), ("Giải Nhì", 1, 500)], scope=TableScope.EACH_ROUND)
    make_table(
        found.contest, [("Giải tập thể", 1, 2000)], scope=TableScope.EACH_ROUND, audience=Audience.UNIT,
        name="Giải đơn vị", unit_order=[UnitMetric.PARTICIPANTS],
    )  # fmt: skip
    for competing, people in zip(found.units, (6, 40, 10), strict=False):
        Headcount.objects.create(contest=found.contest, unit=competing, people=people)
    for round, sat in zip(found.rounds, WEEKS, strict=True):
        for at, (unit, correct) in enumerate(sat):
            take(
                round, f"Nguyễn Thị Tuần {round.number} Số {at}",
                correct=correct, seconds=60 + at + 10 * round.number, unit=found.units[unit],
            )  # fmt: skip
    return found


def summary(run: StandingsRun) -> StandingsRun:
    """The published run with its figures counted, as the worker does after the publication."""
    assert write_figures(run.pk)
    found = published_run(Scope.of_run(run))
    assert found is not None
    return found


def sql(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def squeezed(text: str) -> str:
    return " ".join(text.split())


class TestNumbers:
    def test_bands_and_units_are_those_of_the_database(self, weeks: Weekly) -> None:
        round = weeks.rounds[0]
        excluded = take(round, "Thành viên Ban Tổ chức", correct=3, unit=weeks.units[0])
        exclude(weeks.contest, user=excluded.user)
        cheat = take(round, "Bị loại", correct=3, unit=weeks.units[0])
        disqualify(cheat, round=round, grounds="Biên bản.", by=weeks.people.preparer)
        figures = summary(publish(round, weeks.people)).press_figures
        counted = "round_id = %s AND entry_id <> ALL(%s)"
        out = [excluded.pk, cheat.pk]
        marks = f"SELECT correct, count(*) FROM attempts_attempt WHERE {counted} GROUP BY 1 ORDER BY 1 DESC"  # noqa: S608
        assert [tuple(line) for line in figures.marks] == sql(marks, round.pk, out)
        assert dict(bands(figures)) == {
            "Đúng tất cả (100 %)": 2, "Từ 90 % đến dưới 100 %": 0, "Từ 80 % đến dưới 90 %": 0,
            "Từ 70 % đến dưới 80 %": 0, "Từ 50 % đến dưới 70 %": 1, "Dưới 50 %": 2,
        }  # fmt: skip
        units = f"""
            SELECT unit.name, count(DISTINCT entry.id), headcount.people
            FROM contests_unit unit
            LEFT JOIN contests_entry entry ON entry.unit_id = unit.id AND entry.id IN (
                SELECT entry_id FROM attempts_attempt WHERE {counted}
            )
            LEFT JOIN contests_headcount headcount ON headcount.unit_id = unit.id
            WHERE unit.parent_id = %s GROUP BY unit.name, headcount.people ORDER BY 2 DESC, 1
        """  # noqa: S608
        expected = sql(units, round.pk, out, weeks.contest.area_id)
        assert [(unit.name, unit.people, unit.headcount) for unit in units_of(figures)] == expected
        assert expected == [("Sở A", 3, 6), ("Sở B", 1, 40), ("Sở C", 1, 10), ("Sở D", 0, None)]

    def test_a_week_is_compared_with_the_one_before_it(self, weeks: Weekly) -> None:
        first = press_of(summary(publish(weeks.rounds[0], weeks.people)))
        assert not any("So với" in line for line in first.parts[0].paragraphs)
        assert "Có 5 người dự thi với 5 lượt thi; 2 người trả lời đúng tất cả" in first.parts[0].paragraphs[0]
        second = press_of(summary(publish(weeks.rounds[1], weeks.people)))
        words = "So với Tuần 1: số người dự thi tăng 2 (40 %); số lượt thi tăng 2 (40 %)."
        assert second.parts[0].paragraphs[1] == words

    def test_of_the_whole_contest_the_rounds_are_told_one_by_one(self, weeks: Weekly) -> None:
        for round in weeks.rounds:
            publish(round, weeks.people)
        make_table(weeks.contest, [("Giải chung cuộc", 1, 9000)])
        run = summary(publish(Scope.of_contest(weeks.contest), weeks.people))
        press = press_of(run)
        [(_caption, grid)] = press.parts[0].grids
        assert grid.rows == [("Tuần 1", "5", "5", "2"), ("Tuần 2", "7", "7", "2")]
        assert run.press_figures.full == 6
        assert sum(count for _mark, count in run.press_figures.marks) == run.participants == 12
        assert "2 vòng thi" in press.lead

    def test_low_participation_is_below_half_of_all_or_the_plans_own_limit(self) -> None:
        units = [UnitFigures("A", 50, 100), UnitFigures("B", 1, 100), UnitFigures("C", 9, 130)]
        units += [UnitFigures("D", 0, 70), UnitFigures("E", 3, None)]
        limit, low = low_units(units, None)
        assert (limit, [unit.name for unit in low]) == (Decimal("7.5"), ["B", "C"])
        assert [unit.name for unit in low_units(units, limit * 8)[1]] == ["B", "C", "A"]
        assert low_units([UnitFigures("E", 3, None)], None)[1] == []


class TestOnlyWhatIsPublished:
    def test_names_are_shown_as_the_plan_has_them(self, weeks: Weekly) -> None:
        run = summary(publish(weeks.rounds[0], weeks.people))
        assert "Giải Nhất: Nguyễn Thị Tuần 1 Số 0, Sở A" in as_text(press_of(run))
        Contest.objects.update(names_shown=NamesShown.MASKED)
        found = published_run(Scope.of_round(weeks.rounds[0]))
        assert found is not None
        masked = as_text(press_of(found))
        assert "Nguyễn Thị" not in masked
        assert "Giải Nhất: Nguyễn T. T. 1. S. 0., Sở A" in masked

    def test_nothing_is_there_before_the_publication(self, weeks: Weekly, client: Client) -> None:
        weeks.approve(weeks.ranked())
        client.force_login(make_staff())
        scope = Scope.of_round(weeks.rounds[0])
        assert published_run(scope) is None
        page = client.get(reverse("admin:prizes_press", args=[scope])).content.decode()
        assert "Chưa có thông cáo" in page
        assert "Sở A" not in page
        for kind in ("pdf", "docx", "txt"):
            assert client.get(reverse("admin:prizes_press_file", args=[scope, kind])).status_code == 404

    def test_what_changed_since_the_run_is_not_counted_into_it(self, weeks: Weekly) -> None:
        run = publish(weeks.rounds[0], weeks.people)
        exclude(weeks.contest, user=weeks.contest.entries.order_by("pk")[0].user)
        assert not write_figures(run.pk)
        found = published_run(Scope.of_round(weeks.rounds[0]))
        assert found is not None
        press = press_of(found)
        assert [part.title for part in press.parts] == ["Số liệu chung", "Danh sách đạt giải"]

    def test_figures_are_counted_once_and_found_again_when_they_were_forgotten(self, weeks: Weekly) -> None:
        run = publish(weeks.rounds[0], weeks.people)
        assert list(runs_without_figures()) == [run]
        count_press_figures(run.pk)
        count_press_figures(run.pk)
        assert PressFigures.objects.count() == 1
        assert not runs_without_figures()
        resume_press_figures()
        with pytest.raises(IntegrityError, match="final"):
            PressFigures.objects.update(full=1)


class TestFiles:
    def test_text_word_and_pdf_say_the_same(self, weeks: Weekly) -> None:
        press = press_of(summary(publish(weeks.rounds[0], weeks.people)), address="https://thi.example/kq")
        document = docx.Document(io.BytesIO(as_docx(press)))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        word = squeezed(" ".join([*(one.text for one in document.paragraphs), *cells]))
        printed = as_pdf(press)
        if folder := os.environ.get("LOOK_AT"):
            Path(folder, "thong-cao.pdf").write_bytes(printed)
            Path(folder, "thong-cao.docx").write_bytes(as_docx(press))
            Path(folder, "thong-cao.txt").write_text(as_text(press))
        pdf = squeezed(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages))
        text = as_text(press)
        for words in (press.lead, "5 người dự thi với 5 lượt thi", "https://thi.example/kq", "123/QĐ-UBND"):
            assert words in text
            assert words in word
            assert words in pdf
        for words in ("Nguyễn Thị Tuần 1 Số 0", "Giải Nhất", "Giải tập thể", "Đúng tất cả (100 %)", "2,5 %"):
            assert words in text
            assert words in cells + word.split("; ") or words in word
            assert words in pdf
        assert document.core_properties.author == weeks.contest.organiser

    def test_it_is_vietnamese_whatever_language_was_chosen(self, weeks: Weekly) -> None:
        run = summary(publish(weeks.rounds[0], weeks.people))
        vietnamese = as_text(press_of(run))
        with translation.override("en"):
            assert as_text(press_of(run)) == vietnamese

    def test_the_page_has_the_text_and_the_files(self, weeks: Weekly, client: Client) -> None:
        scope = Scope.of_round(weeks.rounds[0])
        run = publish(weeks.rounds[0], weeks.people)
        client.force_login(make_staff())
        address = reverse("admin:prizes_press", args=[scope])
        waiting = client.get(address)
        assert waiting.headers["Refresh"]
        assert "đang được tổng hợp" in waiting.content.decode()
        summary(run)
        shown = client.get(address)
        assert "Refresh" not in shown.headers
        assert "Đúng tất cả (100 %)" in shown.content.decode()
        assert f"?vong={weeks.rounds[0].number}" in shown.content.decode()
        for kind, begins in (("pdf", b"%PDF-"), ("docx", b"PK"), ("txt", "THÔNG CÁO".encode())):
            file = client.get(reverse("admin:prizes_press_file", args=[scope, kind]))
            assert file.content.startswith(begins)
            assert f'-1.{kind}"' in file.headers["Content-Disposition"]
        client.force_login(make_user(is_staff=True))
        assert client.get(address).status_code == 403
