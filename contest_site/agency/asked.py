"""Which contest, unit and round an agency's page is about: the account's own, or 404."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from attempts import reports
from contest_site.accounts.models import User
from contests.domain.rosters import is_officer_over
from contests.models import Contest, Round, Unit
from contests.queries import announced_contests, rounds_of, with_rounds

ROUND = "vong"


@dataclass(frozen=True)
class Asked:
    """What a page is about; `round` None: the whole contest."""

    user: User
    contest: Contest
    unit: Unit
    rounds: list[Round]
    round: Round | None

    def may_name_people(self, right: str) -> bool:
        """Whether people may be named: to the unit's own officer, or with the organisers' right to just that.

        Who may look at every unit (a jury, an auditor) sees numbers and no names.
        """
        officer = not reports.sees_every_unit(self.user)  # the unit is one of their own, or there is no page
        return officer or self.user.has_perm(right) or is_officer_over(self.user, self.unit)

    @property
    def query(self) -> str:
        named = {"unit": self.unit.pk} | ({ROUND: self.round.number} if self.round else {})
        return urlencode(named)

    def page(self, name: str, *more: object) -> str:
        """The address of another of the agency's pages about the same."""
        return f"{reverse(f'agency:{name}', args=[self.contest.slug, *more])}?{self.query}"


def asked(request: HttpRequest, slug: str) -> Asked:
    """Raises Http404 for whatever is not the account's own, as if it did not exist."""
    contest = get_object_or_404(with_rounds(announced_contests()), slug=slug)
    raw = request.GET.get("unit")
    # More digits than a database's whole number has would be an error there.
    if raw is not None and not (raw.isascii() and raw.isdigit() and len(raw) <= 18):
        raise Http404
    user = user_of(request)
    unit = reports.reported_unit(user, contest, None if raw is None else int(raw))
    if unit is None:
        raise Http404
    rounds = rounds_of(contest)
    return Asked(user, contest, unit, rounds, _round(rounds, request.GET.get(ROUND)))


def _round(rounds: list[Round], raw: str | None) -> Round | None:
    if raw is None:
        return None
    found = next((round for round in rounds if str(round.number) == raw), None)
    if found is None:
        raise Http404
    return found


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
