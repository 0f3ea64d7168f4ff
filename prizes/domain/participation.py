"""Papers that say that somebody took part: given when asked for, once the contest is over.

Nothing of it touches the opening bell: it begins when every round is closed, a person asks for one's own,
and the pdf worker draws it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attempts.models import Attempt, Disqualification
from contest_site.lib.errors import DomainError, NotAllowed, NotNow
from contest_site.lib.language import in_vietnamese
from contest_site.lib.queue import send_after_commit
from contests.domain.consenting import withdrawn
from contests.enums import CertificateKind
from contests.models import CertificateTemplate, Contest, Entry
from contests.queries import exclusion_of
from prizes.domain.certificates import new_code
from prizes.domain.rendering import check_url, holder_of_entry, layout_of, render_papers, write_whole
from prizes.models import ParticipationPaper
from prizes.rules.codes import grouped
from prizes.rules.names import official_date


def participation_template(contest: Contest) -> CertificateTemplate | None:
    """The plan's first paper of this kind; without one no such papers are given."""
    return contest.certificate_templates.filter(kind=CertificateKind.THAM_GIA).first()


def refusal_of(entry: Entry) -> DomainError | None:
    """Why the entry's person gets no such paper (yet); None when it may be given and stands.

    Never for an organiser's trial, for somebody on the list of excluded people, while a disqualification
    stands in any round, once the consent was taken back, or when the personal data is erased: nothing would
    tell whose paper it is.
    """
    if entry.erased_at:
        return NotAllowed(
            _("Dữ liệu cá nhân của đăng ký này đã được xóa nên không cấp giấy xác nhận tham gia.")
        )
    if withdrawn(entry):
        return NotAllowed(_("Sự đồng ý xử lý dữ liệu đã được rút lại nên không cấp giấy xác nhận tham gia."))
    if entry.unofficial or exclusion_of(entry):
        return NotAllowed(
            _("Theo kế hoạch, đăng ký này không được tính nên không có giấy xác nhận tham gia.")
        )
    if Disqualification.objects.filter(entry=entry, reinstatement=None).exists():
        return NotAllowed(
            _(
                "Ban Tổ chức đã loại kết quả của đăng ký này nên không cấp giấy xác nhận tham gia. Cần biết"
                " thêm, liên hệ: %(hotline)s."
            )
            % {"hotline": entry.contest.hotline}
        )
    if not Attempt.objects.filter(entry=entry, submitted_at__isnull=False).exists():
        return NotAllowed(_("Giấy xác nhận tham gia dành cho người đã nộp ít nhất một bài thi."))
    if entry.contest.rounds.filter(closing=None).exists():
        return NotNow(
            _("Giấy xác nhận tham gia được cấp sau khi cuộc thi kết thúc. Vui lòng mở lại trang này khi đó.")
        )
    return None


def is_valid(paper: ParticipationPaper) -> bool:
    """Whether what the paper says still holds."""
    entry = paper.entry
    template = participation_template(entry.contest)
    return template is not None and refusal_of(entry) is None


@transaction.atomic
def issue_paper(entry: Entry) -> ParticipationPaper:
    """The entry's paper, given a code now unless it has one; its PDF is asked for. Raises what refuses it."""
    if participation_template(entry.contest) is None:
        raise NotAllowed(_("Kế hoạch của cuộc thi không có giấy xác nhận tham gia."))
    if refused := refusal_of(entry):
        raise refused
    paper, _created = ParticipationPaper.objects.get_or_create(entry=entry, defaults={"code": new_code()})
    ask_for_file(paper)
    return paper


def ask_for_file(paper: ParticipationPaper) -> None:
    """Have the PDF drawn unless it is there."""
    if not file_of(paper).exists():
        send_after_commit("prizes.tasks.render_participation", paper.pk)


def file_of(paper: ParticipationPaper) -> Path:
    """Where the PDF is, or will be: named by what it says, so that a corrected name has another file."""
    said = json.dumps(facts(paper), sort_keys=True, default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return _folder(paper) / f"{paper.pk}-{digest}.pdf"


def _folder(paper: ParticipationPaper) -> Path:
    return Path(settings.MEDIA_ROOT / "certificates" / paper.entry.contest.slug / "tham-gia")


def render_paper(paper: ParticipationPaper) -> Path:
    """Draw the PDF, whole or not at all; drawing it twice makes the same file. Older ones of it go."""
    path = file_of(paper)
    if not path.exists():
        code = segno.make(check_url(paper.code), error="m", micro=False)
        (content,) = render_papers([{**facts(paper), "qr": code.svg_data_uri(border=0)}])
        write_whole(path, content)
    _remove(paper, but=path)
    return path


def remove_files(entries: Iterable[int]) -> None:
    """Take away every PDF that was drawn for these entries (primary keys), under whatever name."""
    papers = ParticipationPaper.objects.filter(entry__in=entries).select_related("entry__contest")
    for paper in papers.iterator():
        _remove(paper)


def _remove(paper: ParticipationPaper, *, but: Path | None = None) -> None:
    for path in _folder(paper).glob(f"{paper.pk}-*.pdf"):
        if path != but:
            path.unlink(missing_ok=True)


@in_vietnamese
def facts(paper: ParticipationPaper) -> dict[str, Any]:
    """What the paper says, as templates/pdf/certificate.html takes it; without the QR code."""
    entry = paper.entry
    template = participation_template(entry.contest)
    if template is None:
        raise NotAllowed(_("Kế hoạch của cuộc thi không có giấy xác nhận tham gia."))
    day = timezone.localdate(paper.issued_at)
    return {
        **layout_of(template, entry.contest),
        "kind": _("Giấy xác nhận"),
        **holder_of_entry(entry, day),
        "decision_date": official_date(day),
        "code": grouped(paper.code),
    }
