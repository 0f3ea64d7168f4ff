"""The wizard's steps on the pages of an earlier app: `{% preflight contest as report %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

if TYPE_CHECKING:
    from contest_site.preflight.report import Report
    from contests.models import Contest

register = template.Library()


@register.simple_tag(takes_context=True)
def preflight(context: dict[str, Any], contest: Contest) -> Report:
    """All checks of the contest as they stand now, with the links that the viewer can follow."""
    # Template tags are found before the admin's screens are there.
    from contest_site.preflight.checking import check_contest

    return check_contest(contest).for_person(context["request"].user.has_perm)


@register.filter
def section(report: Report, part: Any) -> Any:
    """One step of the report."""
    return report.of(part)
