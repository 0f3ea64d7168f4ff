"""Where a contest, or one of its rounds, is: in an officer's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from contest_site.lib.templatetags.vi import end_moment, moment
from contests.models import Contest, Round
from contests.queries import RoundState, effective_close, round_state, rounds_of
from contests.stages import Stage, stage
from prizes.models import Publication


@dataclass(frozen=True)
class State:
    """`badge` is a class of .badge; `url` where published results are, "" before."""

    badge: str
    label: str
    sentence: str
    opened: bool
    url: str = ""


def state(contest: Contest, now: datetime, round: Round | None = None) -> State:
    """Of the round, or of the whole contest; a query, and one for the rounds where they are not there yet."""
    if _published(contest, round):
        where = reverse("prizes:results", args=[contest.slug]) + (f"?vong={round.number}" if round else "")
        return State("ok", _("Đã công bố kết quả"), _("Kết quả đã được công bố."), True, where)
    if round is not None:
        return _of_round(round, now)
    here = stage(contest, now)
    if here is Stage.WAITING:
        return State("info", _("Chưa mở"), _opens(contest.opens_at), False)
    if here is Stage.OVER:
        return State("info", _("Đã kết thúc"), _over(), True)
    sentence = _("Cuộc thi kết thúc lúc %(moment)s.") % {"moment": end_moment(contest.closes_at)}
    if here is Stage.BETWEEN:
        return State("info", _("Giữa hai vòng thi"), sentence, True)
    return State("ok", _("Đang thi"), sentence, True)


def _of_round(round: Round, now: datetime) -> State:
    here = round_state(round, now)
    if here is RoundState.NOT_OPEN:
        return State("info", _("Chưa mở"), _opens(round.opens_at), False)
    if here is RoundState.CLOSED:
        return State("info", _("Đã kết thúc"), _over(), True)
    sentence = _("Vòng thi kết thúc lúc %(moment)s.") % {"moment": end_moment(effective_close(round))}
    return State("ok", _("Đang thi"), sentence, True)


def _opens(at: datetime) -> str:
    return _("Mở lúc %(moment)s. Số liệu có từ khi người đầu tiên nộp bài.") % {"moment": moment(at)}


def _over() -> str:
    return _("Phần thi đã kết thúc; kết quả đang được rà soát, phê duyệt.")


def _published(contest: Contest, round: Round | None) -> bool:
    """Whether there are published results of the round, or (None) of the last thing that decides."""
    found = Publication.objects.filter(run__contest=contest)
    if round is not None:
        return found.filter(run__round=round).exists()
    last = next(reversed(rounds_of(contest)), None)
    return last is not None and (found.filter(run__round=last) | found.filter(run__round=None)).exists()
