"""Puts the chapters together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils.translation import override

from contests.models import Contest
from prizes.rulebook import awards, fairness, general, papers, ranking, units
from prizes.rulebook.parts import Chapter, Rulebook, assembled, marked
from prizes.rulebook.reading import Plan, read
from prizes.rulebook.units import units_by_block

# Where the plan is silent and nothing was said yet: to be written by hand on the paper.
BLANK_DATE = "ngày ..... tháng ..... năm ......."


def build(contest: Contest, *, for_organiser: bool = False, address: str = "") -> Rulebook:
    """The printed rules of a saved contest, whether its plan is complete or not.

    `for_organiser` marks what the official plan is silent on and the organiser chose. `address` is the
    contest's own page, printed when it is known.
    """
    with override("vi"):
        plan = read(contest)
        return _of_plan(plan, for_organiser=for_organiser, address=address)


def _of_plan(plan: Plan, *, for_organiser: bool, address: str) -> Rulebook:
    contest = plan.contest
    chapters = assembled(
        [
            ("Quy định chung", general.articles(plan)),
            ("Đề thi và cách thi", papers.articles(plan)),
            ("Xếp hạng", [*ranking.articles(plan), *units.articles(plan)]),
            ("Giải thưởng", awards.articles(plan)),
            ("Bảo đảm công bằng, minh bạch", fairness.articles(plan)),
            ("Tổ chức thực hiện", fairness.closing_articles(plan)),
        ]
    )
    return Rulebook(
        contest=contest.name,
        organiser=contest.organiser,
        basis=[one.strip().rstrip(";.") for one in contest.legal_basis],
        chapters=_marked(chapters, frozenset(contest.chosen)) if for_organiser else chapters,
        place=contest.place,
        date_line=_date_line(plan.announced_on),
        annex=units_by_block(plan),
        documents=plan.documents,
        address=address,
        for_organiser=for_organiser,
    )


def _marked(chapters: tuple[Chapter, ...], chosen: frozenset[str]) -> tuple[Chapter, ...]:
    return tuple(
        replace(
            chapter,
            articles=tuple(
                replace(one, clauses=tuple(marked(each, chosen) for each in one.clauses))
                for one in chapter.articles
            ),
        )
        for chapter in chapters
    )


def _date_line(announced_on: date | None) -> str:
    if announced_on is None:
        return BLANK_DATE
    month = f"{announced_on.month:02d}" if announced_on.month < 3 else str(announced_on.month)
    return f"ngày {announced_on.day:02d} tháng {month} năm {announced_on.year}"
