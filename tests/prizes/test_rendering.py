from __future__ import annotations

import hashlib
import io
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import segno
from pypdf import PdfReader
from pytest_django import Settings

from contest_site.lib import pdf
from contests.enums import Audience, CertificateKind, UnitMetric
from contests.models import CertificateTemplate, Entry
from prizes.domain import rendering
from prizes.domain.rendering import check_url, paper, render_missing, render_papers
from prizes.models import Certificate, CertificateFile, StandingsRun
from prizes.tasks import resume_certificates
from tests.prizes.support import at_once, publish, simple_round, table, take
from tests.support.factories import make_block, make_table, make_unit

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Hoàng Ẵng Ễ Thị Mỹ Duyên"


def published(*names: str) -> StandingsRun:
    round = simple_round([(name, 50 + at) for at, name in enumerate(names)])
    table(round, ("Giải Nhất", 1), ("Giải Khuyến khích", max(1, len(names) - 1)))
    return publish(round)


def template_of(certificate: Certificate) -> CertificateTemplate:
    assert certificate.award.prize.certificate is not None
    return certificate.award.prize.certificate


def entry_of(certificate: Certificate) -> Entry:
    assert certificate.award.entry is not None
    return certificate.award.entry


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def words(content: bytes) -> str:
    return " ".join(text_of(content).split())


def test_a_certificate_says_in_vietnamese_what_was_decided(media: Path) -> None:
    run = published(NAME)
    assert render_missing(run.pk) == 1
    certificate = Certificate.objects.get()
    content = (media / certificate.file.name).read_bytes()
    assert certificate.file.name == f"certificates/{run.contest.slug}/1.pdf"
    assert certificate.file.digest == hashlib.sha256(content).hexdigest()
    written = words(content)
    for expected in (
        NAME,
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY CHỨNG NHẬN",
        "GIẢI NHẤT",
        "Kèm theo Quyết định số 123/QĐ-UBND ngày",
        "TM. BAN TỔ CHỨC",
    ):
        assert expected in written
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    width, height = reader.pages[0].mediabox[2:]
    assert (round(float(width)), round(float(height))) == (842, 595)  # A4 landscape
    resources: Any = reader.pages[0]["/Resources"]
    fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)  # embedded


def test_the_qr_code_leads_to_the_public_check(settings: Settings) -> None:
    settings.SITE_URL = "https://thi.example.vn"
    run = published(NAME)
    certificate = Certificate.objects.get(award__run=run)
    address = f"https://thi.example.vn/giay-chung-nhan/{certificate.code}/"
    assert check_url(certificate.code) == address
    assert paper(certificate)["qr"] == segno.make(address, error="m", micro=False).svg_data_uri(border=0)
    assert paper(certificate)["code"].replace("-", "") == certificate.code


@pytest.mark.parametrize(
    "name",
    [
        "<img src=http://192.0.2.1/a.png>",
        "<link rel=attachment href=file:///etc/passwd>",
        '"><style>@import url(http://192.0.2.1/x.css)</style>',
        "{{ settings.SECRET_KEY }}",
    ],
)
def test_a_hostile_name_is_only_words(name: str, monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    monkeypatch.setattr(pdf.log, "warning", lambda *args: pytest.fail(f"something was asked for: {args}"))
    run = published(name)
    render_missing(run.pk)
    content = (media / CertificateFile.objects.get().name).read_bytes()
    assert "".join(name.split()) in "".join(text_of(content).split())
    assert b"/EmbeddedFile" not in content
    assert not PdfReader(io.BytesIO(content)).attachments


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="http://192.0.2.1/a.png">',
        '<img src="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@import url("https://192.0.2.1/x.css");</style>',
        '<style>p { background: url("ftp://192.0.2.1/x"); }</style><p>x</p>',
        '<object data="file:///etc/passwd"></object>',
    ],
)
def test_the_fetcher_refuses_whatever_is_not_ours(
    markup: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused: list[Any] = []
    monkeypatch.setattr(pdf.log, "warning", lambda *args: refused.append(args))
    with caplog.at_level(logging.CRITICAL, logger="weasyprint"):
        (page,) = pdf.render_pages(f"<html><body>{markup}</body></html>", pages=1)
    assert refused
    assert not PdfReader(io.BytesIO(page)).attachments
    assert b"root:" not in page


@pytest.mark.parametrize("letter", ["Nguyễn Ngọc ", "W", "Ễ"])
def test_long_texts_keep_to_their_page(letter: str) -> None:
    def long(length: int) -> str:
        return (letter * length)[:length].strip()

    run = published("An")
    certificate = Certificate.objects.get(award__run=run)
    entry_of(certificate).full_name = long(200)
    entry_of(certificate).unit.name = long(200)
    certificate.award.prize_name = long(100)
    template_of(certificate).reason = long(300)
    (page,) = render_papers([paper(certificate)])
    written = "".join(text_of(page).split())
    assert "".join(long(200).split()) in written
    assert len(PdfReader(io.BytesIO(page)).pages) == 1


def test_a_paper_is_the_same_bytes_alone_and_among_others() -> None:
    run = published(NAME, "Bình" * 50, "Cường")
    papers = [paper(one) for one in Certificate.objects.filter(award__run=run).order_by("serial")]
    together = render_papers(papers)
    assert together == [page for one in papers for page in render_papers([one])]


def test_more_words_than_pages_is_an_error_and_no_file() -> None:
    with pytest.raises(pdf.PageCountError):
        pdf.render_pages("<p>a</p>", pages=2)


def test_a_killed_rendering_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    monkeypatch.setattr(rendering, "BATCH", 2)
    run = published("An", "Bình", "Cường", "Dung", "Em")
    real, calls = rendering.render_papers, []

    def dies_in_the_second_batch(papers: Any) -> list[bytes]:
        calls.append(len(papers))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(papers)

    monkeypatch.setattr(rendering, "render_papers", dies_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        render_missing(run.pk)
    kept = dict(CertificateFile.objects.values_list("certificate__serial", "digest"))
    assert set(kept) == {1, 2}
    folder = media / "certificates" / run.contest.slug
    (folder / "left-by-the-killed.part").write_bytes(b"%PDF-half")
    assert render_missing(run.pk) == 3
    assert sorted(path.name for path in folder.iterdir()) == [f"{n}.pdf" for n in range(1, 6)]
    assert CertificateFile.objects.count() == 5
    assert kept.items() <= dict(CertificateFile.objects.values_list("certificate__serial", "digest")).items()
    assert render_missing(run.pk) == 0


def test_a_full_disk_leaves_no_half_file(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    run = published("An")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prizes.domain.rendering.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        render_missing(run.pk)
    assert not list((media / "certificates" / run.contest.slug).iterdir())
    assert not CertificateFile.objects.exists()


def test_the_sweeper_finds_what_the_broker_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr("prizes.tasks.render_certificates.delay", sent.append)
    run = published("An")
    resume_certificates()
    assert sent == [run.pk]
    render_missing(run.pk)
    resume_certificates()
    assert sent == [run.pk]


def test_giay_khen_is_given_by_its_issuer() -> None:
    run = published("An")
    certificate = Certificate.objects.get(award__run=run)
    template_of(certificate).kind = CertificateKind.GIAY_KHEN
    template_of(certificate).signature_name = ""
    entry_of(certificate).birth_date = date(2014, 1, 1)
    (page,) = render_papers([paper(certificate)])
    assert "TẶNG GIẤY KHEN Em" in words(page).replace("  ", " ")


@pytest.mark.parametrize("length", [12, 200])
@pytest.mark.parametrize("kind", CertificateKind.values)
def test_a_unit_gets_its_paper_of_each_kind(kind: str, length: int) -> None:
    round = simple_round([])
    name = ("Ủy ban nhân dân huyện Chợ Gạo " * 10)[:length].strip()
    unit = make_unit(name, round.contest.area)
    make_block(round.contest, [unit])
    take(round, "An", unit=unit)
    template = round.contest.certificate_templates.get()
    template.kind = kind
    template.issuer = "Chủ tịch Ủy ban nhân dân tỉnh Tiền Giang"
    template.save()
    make_table(
        round.contest, [("Giải Nhất tập thể", 1, 100_000)], round=round, audience=Audience.UNIT,
        unit_order=[UnitMetric.PARTICIPANTS],
    )  # fmt: skip
    run = publish(round)
    certificate = Certificate.objects.select_related(
        "award__unit", "award__prize__certificate", "award__run__decision", "contest"
    ).get(award__run=run)
    (page,) = render_papers([paper(certificate)])
    written = "".join(text_of(page).split())
    assert "".join(name.split()) in written
    for expected in (str(CertificateKind(kind).label).upper(), "CHỦ TỊCH ỦY BAN", "ĐẠT GIẢI NHẤT TẬP THỂ"):
        assert "".join(expected.split()) in written
    assert len(PdfReader(io.BytesIO(page)).pages) == 1
    assert not any(word in words(page) for word in ("Ông", "Bà "))


def test_each_prize_has_its_own_paper_or_none() -> None:
    round = simple_round([("An", 50), ("Bình", 60), ("Cường", 70)])
    first, second, third = table(round, ("Giải Nhất", 1), ("Giải Nhì", 1), ("Giải Ba", 1))
    second.certificate = CertificateTemplate.objects.create(
        contest=round.contest, name="Bằng khen", kind=CertificateKind.BANG_KHEN,
        issuer="Chủ tịch Ủy ban nhân dân tỉnh", reason="Đã có thành tích", signature_authority="CHỦ TỊCH",
        signature_title="", signature_name="Lê Văn C",
    )  # fmt: skip
    second.save()
    first.certificate = None
    first.save()
    round.contest.parent_organiser = "Ủy ban nhân dân tỉnh"
    round.contest.save()
    run = publish(round)
    papers = Certificate.objects.filter(award__run=run).order_by("serial")
    assert [(one.serial, one.award.prize_name) for one in papers] == [(1, "Giải Nhì"), (2, "Giải Ba")]
    made = [paper(one) for one in papers]
    assert [(one["kind"], one["gives"], one["parent_organiser"], one["signer"]) for one in made] == [
        ("Bằng khen", "Tặng", "", "Lê Văn C"),
        ("Giấy chứng nhận", "", "Ủy ban nhân dân tỉnh", "Trần Văn B"),
    ]
    assert third.certificate is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_certificate_once() -> None:
    run = published("An", "Bình", "Cường")
    made = at_once(lambda: render_missing(run.pk), times=2)
    assert sum(made) == 3
    assert CertificateFile.objects.count() == 3
