"""What the prizes cost: planned, awarded and left, table by table; and the same as an Excel file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from contest_site.lib.excel import Column, Indented, Kind, Sheet, Total, Value, write_workbook
from contest_site.lib.templatetags.vi import moment
from contests.models import Block, Contest, Prize, PrizeTable
from contests.queries import tables_of
from prizes.domain.awarding import layings
from prizes.queries import awards_in_force
from prizes.scope import Scope


@dataclass(frozen=True)
class BudgetLine:
    """A prize in one laying of its table: planned and awarded (approved, in force), amounts in đồng."""

    prize: Prize
    awarded: int
    spent: int

    @property
    def planned(self) -> int:
        return self.prize.quantity * self.prize.amount

    @property
    def left(self) -> int:
        """Of the plan's money; below 0 when an amount was lowered after an award."""
        return self.planned - self.spent


@dataclass(frozen=True)
class BudgetPart:
    """A table laid along one ranking of one scope."""

    scope: Scope
    table: PrizeTable
    block: Block | None
    lines: Sequence[BudgetLine]

    @property
    def name(self) -> str:
        return f"{self.table.name} – {self.block.name}" if self.block else self.table.name

    @property
    def planned(self) -> int:
        return sum(line.planned for line in self.lines)

    @property
    def spent(self) -> int:
        return sum(line.spent for line in self.lines)

    @property
    def left(self) -> int:
        return self.planned - self.spent


def scopes_of(contest: Contest) -> list[Scope]:
    """Every round with prizes, then the whole contest if it has some of its own."""
    rounds = [Scope.of_round(round) for round in contest.rounds.order_by("number")]
    found = [scope for scope in rounds if tables_of(contest, scope.round).exists()]
    if tables_of(contest, None).exists():
        found.append(Scope.of_contest(contest))
    return found


def budget_of(contest: Contest, scopes: Sequence[Scope]) -> list[BudgetPart]:
    """The prizes of these scopes, with what of them is awarded in force."""
    given: Counter[tuple[int | None, int, int | None]] = Counter()
    spent: Counter[tuple[int | None, int, int | None]] = Counter()
    rows = awards_in_force(contest, apart_from=None)
    for *of_award, amount in rows.values_list("run__round", "prize", "block", "amount"):
        round, prize_id, block_id = of_award
        given[round, prize_id, block_id] += 1
        spent[round, prize_id, block_id] += amount
    parts = []
    for scope in scopes:
        of = scope.round.pk if scope.round else None
        for table, block in layings(scope):
            keys = [(prize, (of, prize.pk, block.pk if block else None)) for prize in table.prizes.all()]
            lines = [BudgetLine(prize, given[key], spent[key]) for prize, key in keys]
            parts.append(BudgetPart(scope, table, block, lines))
    return parts


def write_budget(
    file: IO[bytes], contest: Contest, parts: Sequence[BudgetPart], *, made_at: datetime
) -> None:
    """The sheets of `budget_sheets` as a file."""
    sheets = budget_sheets(contest, parts, made_at=made_at)
    write_workbook(file, sheets, title=_("Kinh phí giải thưởng"), made_at=made_at)


def budget_sheets(contest: Contest, parts: Sequence[BudgetPart], *, made_at: datetime) -> list[Sheet]:
    """One over all, table by table, then one for each round (and the whole contest) with its prizes."""
    scopes = list(dict.fromkeys(part.scope for part in parts))
    heading = {
        "letterhead": [(contest.organiser, _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"))],
        "notes": [
            _("Số liệu đến %(moment)s. Đã trao là giải đã phê duyệt và còn hiệu lực.")
            % {"moment": moment(made_at)}
        ],
        "total_label": _("Cộng"),
    }
    return [
        Sheet(
            _("Tổng hợp"),
            [Column(_("Kết quả"), 22), Column(_("Bảng giải"), 40), *_sums()],
            [[part.scope.name, part.name, *_summed(part)] for part in parts],
            title=[_("KINH PHÍ GIẢI THƯỞNG"), contest.name],
            **heading,  # type: ignore[arg-type]
        ),
        *(
            Sheet(
                scope.name,
                [Column(_("Giải"), 40), Column(_("Số lượng"), 10, Kind.WHOLE), *_amounts()],
                [row for part in parts if part.scope == scope for row in _rows(part)],
                title=[_("KINH PHÍ GIẢI THƯỞNG"), contest.name, scope.name],
                **heading,  # type: ignore[arg-type]
            )
            for scope in scopes
        ),
    ]


def _sums() -> list[Column]:
    return [
        Column(_("Số giải"), 10, Kind.WHOLE, Total.SUM),
        Column(_("Kinh phí (đồng)"), 18, Kind.WHOLE, Total.SUM),
        Column(_("Đã trao (giải)"), 12, Kind.WHOLE, Total.SUM),
        Column(_("Đã trao (đồng)"), 18, Kind.WHOLE, Total.SUM),
        Column(_("Còn lại (đồng)"), 18, Kind.WHOLE, Total.SUM),
    ]


def _summed(part: BudgetPart) -> list[Value]:
    return [
        sum(line.prize.quantity for line in part.lines),
        part.planned,
        sum(line.awarded for line in part.lines),
        part.spent,
        part.left,
    ]


def _amounts() -> list[Column]:
    return [
        Column(_("Mức thưởng (đồng)"), 18, Kind.WHOLE),
        Column(_("Kinh phí (đồng)"), 18, Kind.WHOLE, Total.SUM),
        Column(_("Đã trao (giải)"), 12, Kind.WHOLE, Total.SUM),
        Column(_("Đã trao (đồng)"), 18, Kind.WHOLE, Total.SUM),
        Column(_("Còn lại (đồng)"), 18, Kind.WHOLE, Total.SUM),
    ]


def _rows(part: BudgetPart) -> list[list[Value]]:
    """The table's name as a line of its own, its prizes set in."""
    lines: list[list[Value]] = [[part.name, None, None, None, None, None, None]]
    for line in part.lines:
        prize = line.prize
        lines.append(
            [
                Indented(prize.name, 1), prize.quantity, prize.amount, line.planned, line.awarded,
                line.spent, line.left,
            ]
        )  # fmt: skip
    return lines
