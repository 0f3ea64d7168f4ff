"""Issuing certificates: numbers and verification codes. The papers themselves: prizes.domain.rendering."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db.models import Max

from contest_site.lib.locks import lock
from contest_site.lib.pdf import missing_glyphs
from contests.models import Entry
from prizes.models import Award, Certificate, StandingsRun
from prizes.rules.codes import ALPHABET, LENGTH


def new_code() -> str:
    """A verification code of 140 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def issue_certificates(run: StandingsRun) -> list[Certificate]:
    """Number the run's awards, highest first, on from the contest's last number. Inside a transaction."""
    contest = run.round.contest
    lock(f"serials:{contest.pk}")
    last = Certificate.objects.filter(contest=contest).aggregate(last=Max("serial"))["last"] or 0
    awards = Award.objects.filter(run=run).order_by("prize__position", "prize__round_id", "prize_id", "place")
    return Certificate.objects.bulk_create(
        Certificate(award=award, contest=contest, serial=serial, code=new_code())
        for serial, award in enumerate(awards, last + 1)
    )


def unprintable_names(entries: Iterable[Entry]) -> list[tuple[str, list[str]]]:
    """(full name, characters) of the people whose name or unit the paper's font cannot show."""
    found = ((entry.full_name, missing_glyphs(entry.full_name + entry.unit.name)) for entry in entries)
    return [(name, chars) for name, chars in found if chars]
