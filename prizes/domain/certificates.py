"""Issuing certificates: numbers and verification codes. The papers themselves: prizes.domain.rendering."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db.models import Max

from contest_site.lib.locks import lock
from contest_site.lib.pdf import missing_glyphs
from prizes.domain.proposals import ProposedAward
from prizes.models import Award, Certificate, StandingsRun
from prizes.rules.codes import ALPHABET, LENGTH


def new_code() -> str:
    """A verification code of 140 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def issue_certificates(run: StandingsRun) -> list[Certificate]:
    """Number the run's awards with a paper, highest first, on from the contest's last number.

    Inside a transaction. A prize without a paper in the plan gets none.
    """
    lock(f"serials:{run.contest_id}")
    last = Certificate.objects.filter(contest=run.contest_id).aggregate(last=Max("serial"))["last"] or 0
    awards = Award.objects.filter(run=run, prize__certificate__isnull=False).order_by(
        "prize__table__number", "prize__table", "block__position", "block", "prize__position", "place"
    )
    return Certificate.objects.bulk_create(
        Certificate(award=award, contest_id=run.contest_id, serial=serial, code=new_code())
        for serial, award in enumerate(awards, last + 1)
    )


def unprintable_names(awards: Iterable[ProposedAward]) -> list[tuple[str, tuple[str, ...]]]:
    """(holder, characters) of those whose name or unit their paper's font cannot show."""
    printed = [award for award in awards if award.prize.certificate_id is not None]
    found = ((award.holder, missing_glyphs(award.holder + award.of_unit)) for award in printed)
    return list(dict.fromkeys((name, tuple(chars)) for name, chars in found if chars))
