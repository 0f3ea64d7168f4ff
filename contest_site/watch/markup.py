"""The parts of the watch page as markup: what repeats is put together here, what is the same always is kept.

A template with loops takes some milliseconds each time, which is most of what the page would cost. So each
part's frame is rendered once in a process for each language and shape, with marks where values go, as
contest_site.lib.moulds does for pages; here nothing else can change, so a frame is kept for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contest_site.lib.moulds import marks
from contest_site.lib.templatetags.vi import clock, moment, number
from contest_site.watch.models import Incident
from contest_site.watch.queries import MinuteLine, Snapshot, UnitLine
from contest_site.watch.signs import Sign

ROWS = 15  # minutes of the table


def parts(now: Snapshot, *, links: bool) -> dict[str, str]:
    """Name of a part → its markup; `links`: whether who looks may follow a number to what it counts."""
    return {
        "head": _head(now),
        "now": _cast(
            "_now",
            figures=_joined(_sign(sign, "figure ", links=links) for sign in now.figures),
            signs=_joined(_sign(sign, "", links=False) for sign in now.signs),
            incidents=_joined(map(_incident, now.incidents)),
            troubles=_joined(
                f"<li>{escape(view)}: {number(count)} {escape(kind)}</li>"
                for kind, view, count in now.troubles
            ),
        ),
        "units": _cast(
            "_units",
            rows=_joined(_unit_rows(now.units)),
            more=number(now.more_units) if now.more_units else None,
            round=str(now.round.pk) if now.round else None,
        ),
        "minutes": _cast("_minutes", rows=_joined(_minute_rows(now.minutes))),
    }


def page(
    seen: Mapping[str, Any], *, every: int, alone: bool, token: str | None, said: Iterable[object]
) -> str:
    """The whole page with what is seen (contest_site.watch.views.seen).

    `every`: seconds between two looks of its script; `alone`: without script; `token`: of the form that asks
    for a backup, for whoever may; `said`: messages.
    """
    return _cast(
        "page",
        **{name: mark_safe(part) for name, part in seen["parts"].items()},  # noqa: S308  made by `parts`
        state=seen["state"],
        summary=seen["summary"],
        chart=json_script(seen["chart"], "chart-data"),
        every=str(every),
        alone=mark_safe("") if alone else None,
        token=token,
        said=_joined(f'<p class="said">{escape(one)}</p>' for one in said),
    )


def _head(now: Snapshot) -> str:
    at = clock(now.at)
    others = _rounds(now) if len(now.rounds) > 1 else None
    if now.round is None:
        return _cast("_head", clock=at, others=others)
    contest = now.round.contest
    return _cast(
        "_head",
        clock=at,
        others=others,
        round=now.round.name,
        contest=contest.name,
        rehearsal=mark_safe("") if contest.is_rehearsal else None,
        stage=now.stage,
    )


def _rounds(now: Snapshot) -> SafeString | None:
    page, here = reverse("watch:page"), ' aria-current="page"'
    return _joined(
        f'<li><a href="{page}?vong={one.pk}"{here if one == now.round else ""}>'
        f"{escape(one.name)} <span>{escape(one.contest.name)}</span></a></li>"
        for one in now.rounds
    )


def _sign(sign: Sign, extra: str, *, links: bool) -> str:
    value: str = escape(sign.value)
    if sign.url and links:
        value = f'<a href="{escape(sign.url)}">{value}</a>'
    return (
        f'<article class="sign {extra}{sign.state}"><h2>{escape(sign.label)}</h2><p class="value">{value}</p>'
        f'<p class="word">{escape(sign.state.label)}</p><p class="note">{escape(sign.note)}</p></article>'
    )


def _incident(one: Incident) -> str:
    times = {"began": moment(one.began_at)}
    if one.ended_at:
        kind, word = "over", _("đã hết")
        when = _("từ %(began)s đến %(ended)s") % {**times, "ended": moment(one.ended_at)}
    else:
        kind, word, when = "lasts", _("đang diễn ra"), _("từ %(began)s") % times
    return f'<li class="{kind}"><b>{escape(word)}</b> {escape(one.text)} <small>{escape(when)}</small></li>'


def _minute_rows(minutes: list[MinuteLine]) -> Iterable[str]:
    """Of the last minutes, the newest first."""
    cell = cache(lambda count: f'<td class="num">{number(count)}</td>')  # most are alike
    for line in minutes[: -ROWS - 1 : -1]:
        counts = (line.started, line.submitted, line.open, line.errors, line.refused, line.slow)
        cells = "".join(map(cell, counts))
        yield f'<tr><th scope="row">{timezone.localtime(line.minute):%H:%M}</th>{cells}</tr>'


def _unit_rows(units: list[UnitLine]) -> Iterable[str]:
    """The longest bar is that of the unit with the most attempts."""
    most = max((unit.started for unit in units), default=1) or 1
    for unit in units:
        name, started = escape(unit.name), number(unit.started)
        yield (
            f'<tr><th scope="row" title="{name}">{name}</th><td class="bar">'
            f'<meter min="0" max="{most}" value="{unit.started}">{started}</meter></td>'
            f'<td class="num">{started}</td><td class="num">{number(unit.open)}</td>'
            f'<td class="num">{number(unit.submitted)}</td></tr>'
        )


def _joined(pieces: Iterable[str]) -> SafeString | None:
    """None for nothing, which a frame's template may ask."""
    found = "\n".join(pieces)
    return mark_safe(found) if found else None  # noqa: S308  each piece is escaped where it is made


def _cast(name: str, **own: str | None) -> str:
    """The template of that name with its values in place; a None is left out of the shape."""
    values = {key: value for key, value in own.items() if value is not None}
    pieces = list(_frame(name, get_language(), tuple(values)))
    pieces[1::2] = [conditional_escape(values[key]) for key in pieces[1::2]]
    return "".join(pieces)


@lru_cache(maxsize=256)
def _frame(name: str, language: str | None, values: tuple[str, ...]) -> tuple[str, ...]:
    context: Mapping[str, str] = marks(values)
    return tuple(render_to_string(f"watch/{name}.html", dict(context)).split("\0"))
