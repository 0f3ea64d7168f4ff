"""Public pages beside a contest's own: questions and answers, participation by unit, banners, sitemap."""

from __future__ import annotations

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_replace
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from contest_site.lib.clock import database_now
from contest_site.lib.language import always_vietnamese
from contest_site.public.answers import general_answers
from contest_site.public.banners import BANNERS, picture_code, snippets, state_of
from contest_site.public.participation import UnitLine, may_show, participation, unit_lines
from contest_site.public.sharing import absolute
from contest_site.public.sitemap import sitemap_pages
from contests.models import Contest
from contests.queries import announced_contests

SECONDS_KEPT = 60
BANNER_CSP = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": ["*"],
}


def _contest(slug: str) -> Contest:
    return get_object_or_404(announced_contests(), slug=slug)


@require_safe
def answers(request: HttpRequest, slug: str) -> HttpResponse:
    """Questions and answers: the organiser's own first, then what holds for every contest here."""
    contest = _contest(slug)
    rounds = list(contest.rounds.order_by("number"))
    context = {
        "contest": contest,
        "own": contest.faqs.all(),
        "general": general_answers(contest, rounds),
    }
    return render(request, "public/answers.html", context)


@require_safe
def units(request: HttpRequest, slug: str) -> HttpResponse:
    """How many people of each unit take part. Not found while the numbers are not public."""
    contest = _contest(slug)
    now = database_now()
    rounds = list(contest.rounds.select_related("closing"))
    if not may_show(contest, rounds, now):
        raise Http404
    lines = _kept_lines(contest)
    context = {"contest": contest, "lines": lines, "total": participation(contest, rounds, now), "now": now}
    return render(request, "public/participation.html", context)


def _kept_lines(contest: Contest) -> list[UnitLine]:
    """Counted once a minute, however many people look; each time when the cache is away."""
    key = f"units-taking-part:{contest.pk}"
    try:
        kept: list[UnitLine] | None = cache.get(key)
        if kept is None:
            cache.set(key, kept := unit_lines(contest), SECONDS_KEPT)
    except RedisError:
        return unit_lines(contest)
    return kept


# --- Banners on other sites ---------------------------------------------------------------------------------
@require_safe
@csp_replace({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no view with arguments
def embedding(request: HttpRequest, slug: str) -> HttpResponse:
    """For editors of portals: what to copy, in three sizes, with a look at each."""
    contest = _contest(slug)
    context = {"contest": contest, "snippets": snippets(contest), "picture_code": picture_code(contest)}
    return render(request, "public/embedding.html", context)


@always_vietnamese
@require_safe
@xframe_options_exempt
@csp(BANNER_CSP)  # type: ignore[arg-type]  # as above
@cache_control(public=True, max_age=300)
def banner(request: HttpRequest, slug: str, shape: str) -> HttpResponse:
    """The page that stands in a frame on any other site: no script, no cookie, one link to the contest."""
    known = {one.shape: one for one in BANNERS}
    if shape not in known:
        raise Http404
    contest = _contest(slug)
    context = {
        "contest": contest,
        "banner": known[shape],
        "state": state_of(contest, database_now()),
        "address": absolute(reverse("contest", args=[contest.slug])),
    }
    return render(request, "public/banner.html", context)


# --- For search engines -------------------------------------------------------------------------------------
@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Disallow: {reverse('reading')}",
        f"Sitemap: {absolute(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page, rehearsals left out."""
    return render(request, "public/sitemap.xml", {"pages": sitemap_pages()}, content_type="application/xml")
