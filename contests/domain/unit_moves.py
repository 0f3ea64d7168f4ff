"""Which units stay below the unit that they are below, because something is counted by where they stand.

The parent of a unit decides for which competing unit its entries and its headcount count, and whose lists and
reports its people are in. A move would change that for every contest that has such a row, one that is over
included: what was published would read differently. A decision (`contests.domain.unit_changes`) ends the old
place and leaves those contests as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contests.models import BlockUnit, Contest, Entry, Headcount, Roster, RosterPerson, Unit


def held_units(units: Iterable[int] | QuerySet[Unit], *, but_for: Contest | None = None) -> set[int]:
    """Those of the units that entries, headcounts, blocks or lists of people name. Five queries.

    `but_for`: a contest whose plan is being written anew, and whose own rows therefore hold nothing.
    """
    ids: Any = units.values("pk") if isinstance(units, QuerySet) else list(units)
    found: set[int] = set()
    for model, contest in (
        (Entry, "contest"),
        (Headcount, "contest"),
        (BlockUnit, "contest"),
        (Roster, "contest"),
        (RosterPerson, "roster__contest"),
    ):
        rows = model._default_manager.filter(unit__in=ids)
        if but_for:
            rows = rows.exclude(**{contest: but_for})
        found |= set(rows.order_by().values_list("unit", flat=True).distinct())
    return found


def stays_words() -> str:
    """Why a held unit is not moved and what to do instead, in a sentence for people."""
    return _(
        "Đơn vị (hoặc đơn vị trực thuộc) đã có người đăng ký, tổng số người, khối thi đua hoặc danh sách"
        " người của một cuộc thi nên không đổi cấp trên được; dùng “Sáp nhập, chia tách” để cuộc thi đó giữ"
        " nguyên."
    )
