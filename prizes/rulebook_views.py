"""The printed rules of a contest: a page and a PDF, the same words in both."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from contest_site.lib.network import client_address, limit
from contests.models import Contest
from contests.queries import is_announced
from prizes.rulebook import Rulebook, build
from prizes.rulebook.pdf import pdf_of

# What an organiser adds to the address to see which clauses the official plan is silent on.
VERSION, ORGANISER = "ban", "to-chuc"
PDFS_PER_MINUTE = 60  # an office's people share an address; each text is set once and then only sent


@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules of an announced contest; before that for organisers alone."""
    contest = _contest(request, slug)
    book = _book(request, contest)
    context: dict[str, Any] = {
        "contest": contest,
        "book": book,
        "documents": book.documents,
        "announced": is_announced(contest),
        "pdf_url": reverse("prizes:rules_pdf", args=[slug]) + _query(book.for_organiser),
        "organiser_url": _other_version(request, contest, book),
    }
    return _private(render(request, "prizes/rulebook.html", context), contest, book)


@require_safe
def rules_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    contest = _contest(request, slug)
    limit("rules_pdf", client_address(request), per_minute=PDFS_PER_MINUTE)
    book = _book(request, contest)
    response = HttpResponse(pdf_of(book), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="the-le-{contest.slug}.pdf"'
    return _private(response, contest, book)


def _contest(request: HttpRequest, slug: str) -> Contest:
    contest = get_object_or_404(Contest.objects.select_related("announcement", "area"), slug=slug)
    if not is_announced(contest) and not _organises(request):
        raise Http404
    return contest


def _organises(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.is_staff and user.has_perm("contests.view_contest")


def _book(request: HttpRequest, contest: Contest) -> Rulebook:
    # To others the organiser's address shows what everybody sees.
    for_organiser = request.GET.get(VERSION) == ORGANISER and _organises(request)
    address = settings.SITE_URL + reverse("contest", args=[contest.slug]) if is_announced(contest) else ""
    return build(contest, for_organiser=for_organiser, address=address)


def _query(for_organiser: bool) -> str:
    return f"?{VERSION}={ORGANISER}" if for_organiser else ""


def _other_version(request: HttpRequest, contest: Contest, book: Rulebook) -> str:
    """For organisers: the public version from theirs, and theirs from the public one."""
    if not _organises(request):
        return ""
    return reverse("prizes:rules", args=[contest.slug]) + _query(not book.for_organiser)


def _private(response: HttpResponse, contest: Contest, book: Rulebook) -> HttpResponse:
    """What only organisers may see is kept by nobody on the way."""
    if book.for_organiser or not is_announced(contest):
        response["Cache-Control"] = "no-store, private"
    return response
