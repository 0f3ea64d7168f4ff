"""Pages that need more than one app, and the error pages."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attempts.domain.finishing import attempt_end
from attempts.domain.starting import Look, look_along, look_at_start, look_from, own_look_along
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from attempts.pages import OWN_RESULT, result_context, result_mould
from attempts.queries import attempt_from, attempt_of, kept_round, own_along
from contest_site import queries
from contest_site.accounts.frames import framed
from contest_site.accounts.models import User
from contest_site.accounts.sessions import recognise, session_key
from contest_site.lib.clock import database_now
from contest_site.lib.moulds import Moulds
from contest_site.lib.templatetags.vi import span
from contest_site.public.plan import ContestPlan, contest_plan
from contests.models import Entry, Exclusion
from contests.queries import exclusion_of, matching_exclusion
from questions.studies import public_studies


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For probes: 200 when this process reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it by this name wherever a page names no icon (a PDF, plain text)."""
    return redirect(static("img/favicon.svg"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    cards = queries.home_cards(request.user.pk, database_now())
    return render(request, "home.html", {**cards, "has_studies": public_studies().exists()})


# By what a contest's page looks different, beside its own values.
FACTS = ("unofficial", "excluded", "trial_url")


@require_safe
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    plan = contest_plan(slug)
    if plan is None:
        raise Http404
    now = plan.now()
    items = queries.round_items(plan.contest, plan.rounds, now, plan.published)
    person = _person(request, plan, items)
    entry, exclusion = person.entry, person.exclusion
    action = queries.next_action(plan.contest, entry, exclusion, items, now, person.look)
    change = queries.next_change(items)
    context = {
        "contest": plan.contest,
        "change": change,
        "unofficial": bool(entry and entry.unofficial),
        "excluded": exclusion is not None,
        "trial_url": queries.trial_address(request.user, plan.contest, entry, exclusion, now),
    }
    own = {
        "plan": plan.page(items),
        "seconds": change and change["seconds"],
        "span": change and span(change["seconds"]),
        "name": entry and entry.full_name,
        "unit": entry and entry.unit.name,
        **{name: text or None for name, text in action.items()},
    }
    key = change and (change["round"].pk, change["open"]), *(context[name] for name in FACTS)
    return framed(request, plan.moulds, "contest.html", key, context, own)


@dataclass(frozen=True)
class Visitor:
    """Who opens a contest's page: the entry, why the person may not take part, the round that is open."""

    entry: Entry | None = None
    exclusion: Exclusion | None = None
    look: Look | None = None


def _person(request: HttpRequest, plan: ContestPlan, items: list[dict[str, Any]]) -> Visitor:
    if not session_key(request):
        return Visitor()
    current = next((kept_round(item["round"].pk) for item in items if item["state"] == "open"), None)
    row = recognise(request, *look_along(current)) if current else recognise(request)
    user = request.user
    if not isinstance(user, User):
        return Visitor()
    if current:
        # The one statement at the bell: entry, attempts, and whether the list has to be asked at all.
        look = look_from(row, current) if row and row[0] is not None else look_at_start(user.pk, current)
        if look:
            look.entry.user = user
            exclusion = exclusion_of(look.entry) if look.round.excluded else None  # type: ignore[attr-defined]
            return Visitor(look.entry, exclusion, look)
    entries = Entry.objects.select_related("contest", "unit", "user").filter(contest=plan.contest, user=user)
    if entry := entries.first():
        return Visitor(entry, exclusion_of(entry))
    # As far as it is known before the entry form is filled in.
    return Visitor(
        None,
        matching_exclusion(plan.contest, user_id=user.pk, phones=[user.phone], national_id_hash=None),
    )


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    assert request.user.pk is not None
    return render(request, "mine.html", {"entries": queries.my_entries(request.user.pk)})


_results = Moulds()


@never_cache
@require_safe
def result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """What became of an attempt: the receipt always; score, time and rank when the plan allows."""
    along, parameters = own_look_along()
    row = recognise(request, along, [attempt_id, *parameters])
    user_id = request.user.pk
    if user_id is None:
        return redirect_to_login(request.get_full_path())
    try:
        attempt, look = _done(attempt_id, user_id, row)
        if attempt.submitted_at is None:
            if attempt.now < attempt_end(attempt):  # type: ignore[attr-defined]  # annotated by the query
                return redirect("attempts:paper", attempt.pk)
            submit_attempt(attempt.pk, user_id)
            attempt, look = _done(attempt_id, user_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    after = queries.after_close(attempt)
    context = {**result_context(attempt, look, published=bool(after.get("published"))), **after}
    key = None if after else result_mould(context)
    own = {name: context[name] for name in OWN_RESULT}
    return framed(request, _results, "attempts/result.html", key, context, own)


def _done(attempt_id: UUID, user_id: int, row: tuple[Any, ...] | None = None) -> tuple[Attempt, Look]:
    """The attempt and what speaks against its person, of a row of `own_look_along` or read now."""
    if row and row[0] is not None:
        attempt = attempt_from(row[: own_along().width], user_id)
        return attempt, look_from(row[own_along().width :], attempt.round)
    attempt = attempt_of(user_id, attempt_id)
    look = look_at_start(user_id, attempt.round)
    assert look is not None  # whoever has an attempt has entered
    return attempt, look


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A token made stale by logging in again is no dead end: say what to do, keep what the page holds."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
