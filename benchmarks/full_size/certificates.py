"""1,000 certificates as files of their own, each with its QR code, beside one document of 1,000 pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row, compared

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

PAPERS, AT_MOST = 1000, 2


def rows(scene: Scene) -> list[Row]:
    """Batch by batch, as a worker makes them."""
    from prizes.domain.rendering import BATCH

    papers = _papers(scene)
    whole = _one_document(papers)
    with Clock() as clock:
        files = [file for at in range(0, PAPERS, BATCH) for file in _files(papers[at : at + BATCH])]
    assert len(set(files)) == PAPERS
    return [
        compared(
            "1,000 certificates as single files with QR",
            [(whole, clock.cost.own)],
            unit="s CPU",
            at_most=AT_MOST,
        )
    ]


def _papers(scene: Scene) -> list[dict[str, Any]]:
    """As `prizes.domain.rendering.paper` makes them of people in the contest; each code is another one."""
    import segno

    from prizes.domain.rendering import check_url, trial_paper

    template = scene.contest.certificate_templates.get()
    people = scene.contest.entries.select_related("unit").order_by("pk")[:PAPERS]
    found = []
    for number, one in enumerate(people):
        paper = trial_paper(
            template,
            scene.contest,
            holder=one.full_name,
            unit=one.unit.name,
            prize="Giải Ba",
            on=date(2024, 12, 5),
        )
        qr = segno.make(check_url(f"{number:028d}"), error="m", micro=False).svg_data_uri(border=0)
        found.append({**paper, "serial": number, "code": f"{number:028d}", "qr": qr})
    return found


def _files(papers: list[dict[str, Any]]) -> list[bytes]:
    from prizes.domain.rendering import render_papers

    return render_papers(papers)


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
