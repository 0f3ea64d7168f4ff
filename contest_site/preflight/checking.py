"""All checks of a contest, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.urls import reverse

from contest_site.preflight.bank_checks import bank_checks
from contest_site.preflight.plan_checks import plan_checks, unit_checks
from contest_site.preflight.prize_checks import prize_checks
from contest_site.preflight.ready_checks import announce_checks, document_checks, rehearsal_checks
from contest_site.preflight.report import Check, Report, Section
from contest_site.preflight.subject import Subject
from contests.admin.wizard import FIELDSETS as FORMS
from contests.admin.wizard import wizard_of
from contests.models import Contest
from contests.wizard import Part

CHECKS: Mapping[Part, Callable[[Subject], Iterator[Check]]] = {
    Part.PLAN: plan_checks,
    Part.UNITS: unit_checks,
    Part.QUESTIONS: bank_checks,
    Part.PRIZES: prize_checks,
    Part.DOCUMENTS: document_checks,
    Part.REHEARSAL: rehearsal_checks,
    Part.ANNOUNCE: announce_checks,
}


def check_contest(contest: Contest) -> Report:
    """Every check, in the order of the steps. `announcement` of the contest should be selected with it."""
    subject = Subject(contest)
    return Report(
        [Section(part, list(checks(subject)), address_of(contest, part)) for part, checks in CHECKS.items()]
    )


def address_of(contest: Contest, part: Part) -> str:
    """The page of a step: its form, else the page where it is done, else its place among all steps."""
    if part in FORMS:
        return reverse("admin:contests_contest_step", args=[contest.pk, part.value])
    if part is Part.REHEARSAL:
        return reverse("admin:contests_contest_rehearsal", args=[contest.pk])
    return f"{wizard_of(contest.pk)}#{part.value}"
