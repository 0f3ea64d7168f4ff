"""Certificates as PDF files: in batches, each file whole or not there, resumable wherever it was stopped."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from contest_site.lib.language import in_vietnamese
from contest_site.lib.locks import try_lock
from contest_site.lib.pdf import PageCountError, render_pages
from contests.enums import CertificateKind
from contests.models import CertificateTemplate, Contest, Entry
from prizes.models import Award, Certificate, CertificateFile, StandingsRun
from prizes.rules.codes import LENGTH, grouped
from prizes.rules.names import honorific, official_date

BATCH = 50
# Font sizes (em of the paper's own) by the length of the text in characters.
HOLDER_SIZES = ((28, "2.4em"), (40, "2em"), (70, "1.5em"), (120, "1.2em"), (10_000, "1em"))
UNIT_SIZES = ((70, "1.2em"), (120, "1.05em"), (10_000, "0.9em"))
PRIZE_SIZES = ((40, "1.6em"), (10_000, "1.2em"))
LINE_SIZES = ((90, "1.15em"), (160, "1em"), (10_000, "0.9em"))
# The paper's own size; a paper whose texts overflow the page takes the next one.
PAPER_SIZES = ("14pt", "12.5pt", "11pt", "9.5pt", "8pt", "6.5pt", "5pt")


def render_missing(run_id: int) -> int:
    """Make the PDFs that the run's certificates still lack; returns how many were made.

    One worker at a time per contest; a second one leaves at once. Each batch is committed by itself, so a
    worker killed in the middle costs one batch.
    """
    total = 0
    while made := _render_batch(run_id):
        total += made
    return total


@transaction.atomic
def _render_batch(run_id: int) -> int:
    contest_id = StandingsRun.objects.values_list("contest", flat=True).get(pk=run_id)
    if not try_lock(f"certificates:{contest_id}"):
        return 0
    missing = list(
        Certificate.objects.filter(award__run=run_id, file=None)
        .select_related(
            "contest",
            "award__prize__certificate",
            "award__entry__unit",
            "award__unit",
            "award__run__decision",
        )
        .order_by("serial")[:BATCH]
    )
    if not missing:
        return 0
    pages = render_papers([paper(certificate) for certificate in missing])
    folder = settings.MEDIA_ROOT / "certificates" / missing[0].contest.slug
    for leftover in folder.glob("*.part"):
        leftover.unlink()
    CertificateFile.objects.bulk_create(
        _store(certificate, page, folder) for certificate, page in zip(missing, pages, strict=True)
    )
    return len(missing)


def _store(certificate: Certificate, content: bytes, folder: Path) -> CertificateFile:
    path = folder / f"{certificate.serial}.pdf"
    write_whole(path, content)
    return CertificateFile(
        certificate=certificate,
        name=path.relative_to(settings.MEDIA_ROOT).as_posix(),
        digest=hashlib.sha256(content).hexdigest(),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write the file beside its place and rename it there, so that nobody ever reads half a PDF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def render_papers(papers: Sequence[dict[str, Any]]) -> list[bytes]:
    """Each paper as a PDF of one page. In one document; if one is too full, one by one.

    The bytes of a paper are the same either way. Raises PageCountError for a text that no size can hold.
    """
    try:
        return _render(papers, PAPER_SIZES[0])
    except PageCountError:
        if len(papers) > 1:
            return [page for one in papers for page in render_papers([one])]
    for size in PAPER_SIZES[1:]:
        with suppress(PageCountError):
            return _render(papers, size)
    raise PageCountError(f"Certificate {papers[0]['code']} does not fit on its page at {PAPER_SIZES[-1]}")


def size_that_fits(paper: dict[str, Any]) -> str | None:
    """The largest of PAPER_SIZES at which the paper is one page; None when it is at none."""
    for size in PAPER_SIZES:
        with suppress(PageCountError):
            _render([paper], size)
            return size
    return None


@in_vietnamese
def _render(papers: Sequence[dict[str, Any]], size: str) -> list[bytes]:
    html = render_to_string("pdf/certificate.html", {"papers": [{**one, "size": size} for one in papers]})
    return render_pages(html, pages=len(papers))


def check_url(code: str) -> str:
    """The public page that confirms a certificate; what the QR code holds."""
    return settings.SITE_URL + reverse("prizes:certificate", args=[code])


@in_vietnamese
def paper(certificate: Certificate) -> dict[str, Any]:
    """What one certificate says. Texts are in NFC, so that each letter is one glyph of the font."""
    award, contest, template = certificate.award, certificate.contest, certificate.award.prize.certificate
    if template is None:
        raise ValueError(f"The prize of certificate {certificate.serial} has no paper in the plan.")
    decision = award.run.decision
    prize = _nfc(award.prize_name)
    return {
        **layout_of(template, contest),
        **_holder(award, decision.signed_on),
        "prize": prize,
        "prize_size": _size(prize, PRIZE_SIZES),
        "decision_number": _nfc(decision.number),
        "decision_date": official_date(decision.signed_on),
        "serial": certificate.serial,
        "code": grouped(certificate.code),
        "qr": segno.make(check_url(certificate.code), error="m", micro=False).svg_data_uri(border=0),
    }


def layout_of(template: CertificateTemplate, contest: Contest) -> dict[str, str]:
    """What every paper of a template says: who gives it, what for, who signs."""
    reason, name = _nfc(template.reason), _nfc(contest.name)
    attests = template.kind in (CertificateKind.CHUNG_NHAN, CertificateKind.THAM_GIA)
    return {
        # A commendation comes from who signs it alone: a chairman has no committee's parent body.
        "parent_organiser": _nfc(contest.parent_organiser) if attests else "",
        "issuer": _nfc(template.issuer),
        "kind": template.get_kind_display(),
        "gives": "" if attests else _("Tặng"),
        "reason": reason,
        # Many plans write the contest's name into the reason already.
        "contest": "" if name.casefold() in reason.casefold() else name,
        "line_size": _size(reason + name, LINE_SIZES),
        "place": _nfc(contest.place),
        "authority": _nfc(template.signature_authority),
        "title": _nfc(template.signature_title),
        "signer": _nfc(template.signature_name),
    }


def trial_paper(
    template: CertificateTemplate, contest: Contest, *, holder: str, unit: str, prize: str, on: date
) -> dict[str, Any]:
    """What a paper would say of somebody with these names; its number and code are nobody's."""
    code = "0" * LENGTH
    return {
        **layout_of(template, contest),
        "honorific": _("Ông/Bà"),
        "holder": holder,
        "holder_size": _size(holder, HOLDER_SIZES),
        "unit": unit,
        "unit_size": _size(unit, UNIT_SIZES),
        "prize": prize,
        "prize_size": _size(prize, PRIZE_SIZES),
        "decision_number": "000/QĐ-UBND",
        "decision_date": official_date(on),
        "serial": 1000,
        "code": grouped(code),
        "qr": segno.make(check_url(code), error="m", micro=False).svg_data_uri(border=0),
    }


def _holder(award: Award, on: date) -> dict[str, str]:
    """The lines about who gets the paper: a person with form of address and unit, or a unit alone."""
    if award.entry:
        return holder_of_entry(award.entry, on)
    holder = _nfc(str(award.unit))
    return {"honorific": "", "holder": holder, "holder_size": _size(holder, HOLDER_SIZES), "unit": ""}


def holder_of_entry(entry: Entry, on: date) -> dict[str, str]:
    """A person with the form of address of that day, and the unit."""
    holder, unit = _nfc(entry.full_name), _nfc(entry.unit.name)
    return {
        "honorific": honorific(entry.gender, entry.birth_date, on),
        "holder": holder,
        "holder_size": _size(holder, HOLDER_SIZES),
        "unit": unit,
        "unit_size": _size(unit, UNIT_SIZES),
    }


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _size(text: str, steps: Sequence[tuple[int, str]]) -> str:
    return next(size for length, size in steps if len(text) <= length)
