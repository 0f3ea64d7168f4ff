"""Pages that need more than one app, and the error pages."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attempts.domain.finishing import attempt_end
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from attempts.pages import result_context
from attempts.queries import attempt_of
from contest_site import queries
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.public.participation import participation
from contests.models import Contest, Entry, Exclusion
from contests.prize_tables import prize_tables
from contests.queries import announced_contests, exclusion_of, matching_exclusion
from questions.studies import public_studies, studies_of_banks


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


@require_safe
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    contest = get_object_or_404(announced_contests(), slug=slug)
    now = database_now()
    published = queries.published_rounds(contest)
    items = queries.round_items(contest, now, published)
    entry = _entry(request, contest)
    exclusion = _exclusion(request, contest, entry)
    tables = prize_tables(contest)
    context = {
        "contest": contest,
        "rounds": items,
        "overall_published": None in published,
        "entry": entry,
        "action": queries.next_action(contest, entry, exclusion, items, now),
        "exclusion": exclusion,
        "trial_url": queries.trial_address(request.user, contest, entry, exclusion, now),
        "categories": contest.categories.all(),
        "blocks": queries.blocks_of(contest, tables),
        "milestones": contest.milestones.all(),
        "documents": contest.documents.all(),
        "studies": studies_of_banks(item["round"].bank_id for item in items),
        "tables": tables,
        "prize_total": sum(laid.total for laid in tables),
        "participation": participation(contest, [item["round"] for item in items], now),
    }
    return render(request, "contest.html", context)


def _entry(request: HttpRequest, contest: Contest) -> Entry | None:
    if not request.user.is_authenticated:
        return None
    entries = Entry.objects.select_related("contest", "unit", "user")
    return entries.filter(contest=contest, user=request.user).first()


def _exclusion(request: HttpRequest, contest: Contest, entry: Entry | None) -> Exclusion | None:
    """Why this person may not take part, as far as it is known before the entry form is filled in."""
    if entry:
        return exclusion_of(entry)
    if not isinstance(request.user, User):
        return None
    return matching_exclusion(
        contest, user_id=request.user.pk, phones=[request.user.phone], national_id_hash=None
    )


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    assert request.user.pk is not None
    return render(request, "mine.html", {"entries": queries.my_entries(request.user.pk)})


@never_cache
@login_required
@require_safe
def result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """What became of an attempt: the receipt always; score, time and rank when the plan allows."""
    assert request.user.pk is not None
    try:
        attempt = attempt_of(request.user.pk, attempt_id)
        if attempt.submitted_at is None:
            if attempt.now < attempt_end(attempt):  # type: ignore[attr-defined]  # annotated by the query
                return redirect("attempts:paper", attempt.pk)
            submit_attempt(attempt.pk, request.user.pk)
            attempt = attempt_of(request.user.pk, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    after = queries.after_close(attempt)
    context = {**result_context(attempt, published=bool(after.get("published"))), **after}
    return render(request, "attempts/result.html", context)


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
