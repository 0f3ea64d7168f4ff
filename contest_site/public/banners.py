"""Banners that other sites show: what stands in them, and what their editors copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.templatetags.vi import end_moment, moment
from contest_site.public.sharing import absolute
from contests.models import Contest, Round
from contests.queries import RoundState, effective_close, round_state


@dataclass(frozen=True)
class Banner:
    """A frame's shape (a word of its address) and its size in CSS pixels."""

    shape: str
    label: str | Promise
    width: int
    height: int


BANNERS = (
    Banner("ngang", gettext_lazy("Ngang, cho đầu trang"), 728, 120),
    Banner("vuong", gettext_lazy("Vuông, cho cột bên"), 300, 250),
    Banner("dung", gettext_lazy("Đứng, cho cột bên hẹp"), 200, 360),
)


@dataclass(frozen=True)
class Snippet:
    banner: Banner
    address: str
    code: str


def snippets(contest: Contest) -> list[Snippet]:
    """For each shape the line of HTML to copy. The frame needs no script and sets no cookie."""
    found = []
    for banner in BANNERS:
        address = reverse("banner", args=[contest.slug, banner.shape])
        code = format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"'
            ' style="border:0;max-width:100%"></iframe>',
            absolute(address),
            contest.name,
            banner.width,
            banner.height,
        )
        found.append(Snippet(banner, address, code))
    return found


def picture_code(contest: Contest) -> str:
    """A picture with a link, for portals whose editor takes no frames."""
    return format_html(
        '<a href="{}"><img src="{}" width="600" height="315" alt="{}"'
        ' style="max-width:100%;height:auto"></a>',
        absolute(reverse("contest", args=[contest.slug])),
        absolute(reverse("card_today", args=[contest.slug])),
        contest.name,
    )


def state_of(contest: Contest, now: datetime) -> str:
    """Where the contest is at `now`, in words that hold for minutes. One query."""
    rounds = list(contest.rounds.select_related("closing").order_by("opens_at"))
    for one in rounds:
        if round_state(one, now) is RoundState.OPEN:
            return _named(rounds, one, _("Đang mở đến %(at)s") % {"at": end_moment(effective_close(one))})
    for one in rounds:
        if round_state(one, now) is RoundState.NOT_OPEN:
            return _named(rounds, one, _("Mở lúc %(at)s") % {"at": moment(one.opens_at)})
    return _("Đã kết thúc") if rounds else _("Sắp diễn ra")


def _named(rounds: list[Round], one: Round, sentence: str) -> str:
    return f"{one.name}: {sentence[0].lower()}{sentence[1:]}" if len(rounds) > 1 else sentence
