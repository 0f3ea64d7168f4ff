"""1,000 certificates as files of their own, each with its QR code, beside one document of 1,000 pages.

They need no database, and each takes about two minutes; so they are made in a process of their own while the
others use the other processor: `python -m benchmarks.full_size.certificates` prints the rows as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row, compared

PAPERS, AT_MOST = 1000, 2
NAMES = ("Nguyễn Văn An", "Trần Thị Ngọc Ánh", "Phạm Quốc Dũng", "Huỳnh Thị Kim Phượng", "Lê Hồng Ỷ")
UNITS, SUBUNITS = 30, 20


def rows() -> list[Row]:
    """Once, without rounds. Files batch by batch, as a worker makes them: half of them before the floor."""
    from prizes.domain.rendering import BATCH, render_papers

    papers = _papers()
    batches = [papers[at : at + BATCH] for at in range(0, PAPERS, BATCH)]
    render_papers(papers[:1])  # loads what is loaded once
    half = len(batches) // 2
    with Clock() as first:
        files = {file for batch in batches[:half] for file in render_papers(batch)}
    floor = _one_document(papers)
    with Clock() as second:
        files |= {file for batch in batches[half:] for file in render_papers(batch)}
    assert len(files) == PAPERS
    name = "1,000 certificates as single files with QR"
    pair = (floor, first.cost.own + second.cost.own)
    return [compared(name, [pair], unit="s CPU", at_most=AT_MOST)]


def _papers() -> list[dict[str, Any]]:
    """As `prizes.domain.rendering.paper` makes them of people in a contest; each code is another one."""
    import segno

    from contests.enums import CertificateKind
    from contests.models import CertificateTemplate, Contest
    from prizes.domain.rendering import check_url, trial_paper

    contest = Contest(name="Cuộc thi tìm hiểu cải cách hành chính", place="Quảng Ngãi")
    template = CertificateTemplate(
        kind=CertificateKind.CHUNG_NHAN,
        issuer="Ban Tổ chức Cuộc thi",
        reason="Đã đạt giải tại Cuộc thi",
        signature_authority="TM. BAN TỔ CHỨC",
        signature_title="TRƯỞNG BAN",
        signature_name="Trần Văn B",
    )
    found = []
    for number in range(PAPERS):
        unit = number * 7 % (UNITS * SUBUNITS)
        paper = trial_paper(
            template,
            contest,
            holder=f"{NAMES[number % len(NAMES)]}",
            unit=f"Phòng, đơn vị số {unit % SUBUNITS} của Sở, ban, ngành và địa phương số {unit // SUBUNITS}",
            prize="Giải Ba",
            on=date(2024, 12, 5),
        )
        qr = segno.make(check_url(f"{number:028d}"), error="m", micro=False).svg_data_uri(border=0)
        found.append({**paper, "serial": number, "code": f"{number:028d}", "qr": qr})
    return found


def _one_document(papers: list[dict[str, Any]]) -> float:
    """WeasyPrint alone with the same pages."""
    from django.template.loader import render_to_string

    from contest_site.lib.pdf import render_document
    from prizes.domain.rendering import PAPER_SIZES

    with Clock() as clock:
        html = render_to_string(
            "pdf/certificate.html", {"papers": [{**one, "size": PAPER_SIZES[0]} for one in papers]}
        )
        render_document(html)
    return clock.cost.own


if __name__ == "__main__":
    import django

    django.setup()
    json.dump([asdict(row) for row in rows()], sys.stdout)
