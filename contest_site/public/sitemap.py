"""The addresses that search engines may list."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse

from contest_site.public.sharing import absolute
from contests.queries import announced_contests
from prizes.models import StandingsRun
from questions.studies import public_studies

OF_THE_SITE = ("home", "guide", "prizes:certificate_check", "attempts:receipt")
OF_A_CONTEST = ("contest", "prizes:rules", "answers", "prizes:verify")


def sitemap_pages() -> list[str]:
    """Whole addresses: the site's pages, then those of each contest that is no rehearsal. Two queries."""
    published = StandingsRun.objects.filter(contest=OuterRef("pk"), publication__isnull=False)
    contests = announced_contests().filter(is_rehearsal=False).annotate(published=Exists(published))
    studies = list(public_studies().values_list("slug", flat=True))
    paths = [reverse(name) for name in OF_THE_SITE]
    for contest in contests.only("slug"):
        paths += [reverse(name, args=[contest.slug]) for name in OF_A_CONTEST]
        if contest.published:
            paths.append(reverse("prizes:results", args=[contest.slug]))
    if studies:
        paths += [reverse("studies"), *(reverse("study", args=[slug]) for slug in studies)]
    return [absolute(path) for path in paths]
