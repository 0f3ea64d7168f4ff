"""The admin's first page: what needs doing today, then each contest, where it is, and what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from attempts.models import Attempt
from contest_site.accounts.domain.budget import has_meter, spending
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import end_moment, moment
from contest_site.todo import Todo, in_order, todos
from contests.enums import Combine, TableScope
from contests.models import Contest, Entry, PrizeTable, Round
from contests.queries import RoundState, closing_of, effective_close, is_announced, round_state, seal_of
from contests.stages import Stage, stage
from prizes.progress import Progress, Step
from prizes.scope import Scope

SHOWN_CONTESTS = 8
LOOKED_AT = 30  # the latest contests; what was held before them is over and done
SECONDS_COUNTED = 60
LONG_AGO = timedelta(days=3)  # results that wait longer than this after the close are urgent

# Whose turn a step of the results is.
WAITS_FOR: Mapping[Step, Promise] = {
    Step.CLOSE: gettext_lazy("Tổ Thư ký hoặc Trưởng ban"),
    Step.FINISH: gettext_lazy("Hệ thống tự làm"),
    Step.APPROVE: gettext_lazy("Trưởng ban, không phải người đã rà soát"),
    Step.RENDER: gettext_lazy("Hệ thống tự làm"),
}
# Nothing to do, or said already: signals and corrections that wait have lines of their own, by todo.py.
NOTHING_OF_ITS_OWN = frozenset({Step.DONE, Step.WAIT, Step.ROUNDS, Step.SIGNALS, Step.KEYS})
SECRETARIAT = gettext_lazy("Tổ Thư ký")
Scopes = Mapping[Scope, Progress]


@dataclass(frozen=True)
class Next:
    """What to do, where, and whether it cannot wait."""

    text: str
    address: str
    urgent: bool = False


@dataclass(frozen=True)
class Line:
    contest: Contest
    stage: Stage
    entries: int
    attempts: int
    todo: Next


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """UNFOLD's DASHBOARD_CALLBACK: adds `urgent` and `todos`, and `lines`, the latest contests first."""
    now = database_now()
    contests: Sequence[Contest] = []
    found: list[Todo] = []
    if request.user.has_perm("contests.view_contest"):
        contests = latest_contests()
        scopes = progress_of(contests)
        context["lines"] = contest_lines(contests[:SHOWN_CONTESTS], scopes, now)
        context["may_add_contest"] = request.user.has_perm("contests.add_contest")
        found += results_waiting(scopes, now)
    if request.user.has_perm("accounts.view_user") and has_meter():
        context["messages_today"] = spending()
    assert isinstance(request.user, User)
    found = in_order([*found, *todos(request.user, contests, now)], now)
    context["urgent"] = [one for one in found if one.urgent]
    context["todos"] = [one for one in found if not one.urgent]
    return context


def latest_contests() -> list[Contest]:
    """Rehearsals left out; with all that says where they are."""
    whole = PrizeTable.objects.filter(contest=OuterRef("pk"), scope=TableScope.CONTEST)
    return list(
        Contest.objects.filter(is_rehearsal=False)
        .select_related("announcement")
        .prefetch_related("rounds__seal", "rounds__closing")
        .annotate(has_whole_table=Exists(whole))
        .order_by("-opens_at")[:LOOKED_AT]
    )


def progress_of(contests: Sequence[Contest]) -> Scopes:
    """Where the results of every closed round and of every finished contest are; five queries for all."""
    scopes: dict[Scope, list[Round]] = {}
    for contest in contests:
        rounds = list(contest.rounds.all())
        closed = [one for one in rounds if closing_of(one)]
        scopes |= {Scope.of_round(one): [one] for one in closed}
        if rounds and len(closed) == len(rounds) and _ranks_the_whole(contest, rounds):
            scopes[Scope.of_contest(contest)] = rounds
    return {progress.scope: progress for progress in Progress.at_a_glance(scopes)} if scopes else {}


def _ranks_the_whole(contest: Any, rounds: Sequence[Round]) -> bool:
    return len(rounds) > 1 and (contest.overall_combine != Combine.NONE or contest.has_whole_table)


def results_waiting(scopes: Scopes, now: datetime) -> list[Todo]:
    """Every closed scope whose results are not at their end."""
    found = []
    for scope, progress in scopes.items():
        step = progress.next
        if step in NOTHING_OF_ITS_OWN:
            continue
        closed = progress.closing
        found.append(
            Todo(
                str(step.label),
                f"{scope.contest.name}, {scope.name}" if scope.round else scope.contest.name,
                str(WAITS_FOR.get(step, SECRETARIAT)),
                _results(scope),
                urgent=closed is not None and now - closed.at > LONG_AGO and step not in WAITS_FOR,
                due=closed.at if closed else None,
            )
        )
    return found


def _results(scope: Scope) -> str:
    return reverse("admin:prizes_scope", args=[scope])


def contest_lines(contests: Sequence[Contest], scopes: Scopes, now: datetime) -> list[Line]:
    """One line a contest; trials of organisers are not counted."""
    counted = counts_of(contests)
    return [
        Line(one, stage(one, now), *counted.get(one.pk, (0, 0)), next_step(one, now, scopes))
        for one in contests
    ]


def counts_of(contests: Sequence[Contest]) -> dict[int, tuple[int, int]]:
    """(entries, attempts) by contest, without trials. Counted once a minute: there may be millions."""
    keys = {f"dashboard-counts:{one.pk}": one.pk for one in contests}
    try:
        kept = cache.get_many(list(keys))
    except RedisError:
        kept = {}
    found = {keys[key]: counts for key, counts in kept.items()}
    missing = [one.pk for one in contests if one.pk not in found]
    if missing:
        counted = _counted(missing)
        found |= counted
        with suppress(RedisError):
            cache.set_many(
                {f"dashboard-counts:{pk}": counts for pk, counts in counted.items()}, SECONDS_COUNTED
            )
    return found


def _counted(contests: Sequence[int]) -> dict[int, tuple[int, int]]:
    entries = dict(
        Entry.objects.filter(contest__in=contests, unofficial=False)
        .order_by()
        .values_list("contest")
        .annotate(count=Count("pk"))
    )
    attempts = dict(
        Attempt.objects.filter(round__contest__in=contests, entry__unofficial=False)
        .order_by()
        .values_list("round__contest")
        .annotate(count=Count("pk"))
    )
    return {pk: (entries.get(pk, 0), attempts.get(pk, 0)) for pk in contests}


def next_step(contest: Contest, now: datetime, scopes: Scopes) -> Next:
    """The first thing that keeps the contest from going on. `scopes`: of `progress_of`."""
    wizard = reverse("admin:contests_contest_wizard", args=[contest.pk])
    if not is_announced(contest):
        return Next(_("Soạn tiếp kế hoạch"), wizard)
    for one in contest.rounds.all():
        state = round_state(one, now)
        if state is not RoundState.CLOSED and seal_of(one) is None:
            address = reverse("admin:contests_round_seal", args=[contest.pk, one.number])
            text = _("Niêm phong đề %(round)s") % {"round": one.name}
            return Next(text, address, urgent=one.opens_at <= now)
        if state is RoundState.OPEN:
            text = _("Đang thi đến %(end)s") % {"end": end_moment(effective_close(one))}
            return Next(text, _results(Scope.of_round(one)))
        if state is RoundState.NOT_OPEN:
            return Next(_("Chờ mở lúc %(opening)s") % {"opening": moment(one.opens_at)}, wizard)
        if found := _after_close(Scope.of_round(one), scopes):
            return found
    if found := _after_close(Scope.of_contest(contest), scopes):
        return found
    return Next(_("Đã hoàn thành"), reverse("prizes:results", args=[contest.slug]))


def _after_close(scope: Scope, scopes: Scopes) -> Next | None:
    """What keeps the scope's results from their end, if anything does."""
    progress = scopes.get(scope)
    if progress is None:
        # Over by the clock, and the record of it comes within seconds.
        return (
            Next(f"{scope.name}: {Step.CLOSE.label}", _results(scope), urgent=True) if scope.round else None
        )
    if progress.next is Step.DONE:
        return None
    return Next(f"{scope.name}: {progress.next.label}", _results(scope), urgent=True)
