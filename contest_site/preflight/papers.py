"""Whether the texts of certificates find room on one page, and the font has all their letters."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from redis.exceptions import RedisError

from contest_site.lib.language import in_vietnamese
from contest_site.lib.pdf import missing_glyphs
from contest_site.preflight.subject import Subject
from contests.models import CertificateTemplate
from prizes.domain.rendering import PAPER_SIZES, size_that_fits, trial_paper

# A name as long as they come: a family name of the court with two given names.
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Phương Quỳnh"
# Smaller than this, the words of a paper that hangs on a wall are hard to read.
SMALL = PAPER_SIZES[3:]
KEPT = timedelta(days=7).total_seconds()


@dataclass(frozen=True)
class Fit:
    """`size` None: no size makes it one page. `missing`: characters that the font cannot show."""

    template: CertificateTemplate
    size: str | None
    missing: tuple[str, ...]
    longest: str

    @property
    def small(self) -> bool:
        return self.size in SMALL


def fits_of(subject: Subject) -> list[Fit]:
    """Each template with the longest name, unit and prize that it may meet."""
    return [_fit(subject, template) for template in subject.papers]


@in_vietnamese
def _fit(subject: Subject, template: CertificateTemplate) -> Fit:
    names = [str(one["name"]) for one in subject.prizes if one["certificate"] == template.name]
    prize = max(names, key=len, default="")
    unit = max(subject.unit_names, key=len, default="")
    on = subject.contest.closes_at.date()
    paper = trial_paper(template, subject.contest, holder=LONG_NAME, unit=unit, prize=prize, on=on)
    texts = [value for key, value in paper.items() if key not in ("qr", "code") and isinstance(value, str)]
    missing = missing_glyphs("".join([*texts, *names, *subject.unit_names]))
    return Fit(template, _size(paper), tuple(missing), unit)


def _size(paper: dict[str, object]) -> str | None:
    """As `size_that_fits`, drawn once for each wording: a page set in type costs a tenth of a second."""
    text = json.dumps(paper, ensure_ascii=False, sort_keys=True)
    key = f"paper-size:{hashlib.sha256(text.encode()).hexdigest()}"
    try:
        known = cache.get(key)
    except RedisError:
        known = None
    if known is None:
        known = size_that_fits(paper) or ""
        with suppress(RedisError):
            cache.set(key, known, KEPT)
    return str(known) or None
