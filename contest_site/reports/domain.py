"""Asking for a report, handing it out, and erasing what is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from attempts.reports import reported_unit
from contest_site.audit.trail import record
from contest_site.lib import work
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.reports.models import Report
from contest_site.reports.registry import EXPORT_PEOPLE, KINDS, SEE_NATIONAL_IDS, Kind, Rounds
from contests.models import Contest, Round, Unit
from contests.queries import is_announced

if TYPE_CHECKING:
    from contest_site.accounts.models import User

TASK = "contest_site.reports.tasks.make_report"
FOLDER = "reports"  # below the media folder, which no web server hands out
KEPT = timedelta(hours=24)
SAME = timedelta(minutes=1)  # a button pressed twice asks once


def ask(
    kind: str,
    *,
    by: User,
    contest: Contest,
    unit: Unit | None = None,
    round: Round | None = None,
    national_ids: bool = False,
) -> Report:
    """Have a worker make a report; the same one, asked for by the same person, that waits or is new.

    `unit` None: the contest's area, for organisers. What the kind has no use for is left aside.
    Raises Invalid for a kind that is none or lacks its round, NotAllowed for what is not this person's.
    """
    wanted = find_kind(kind)
    if wanted.rounds is Rounds.ONE and round is None:
        raise Invalid(_("Báo cáo này lập cho từng vòng thi. Hãy chọn một vòng thi."))
    about: dict[str, Any] = {
        "contest": contest,
        "unit": unit if wanted.by_unit else None,
        "round": round if wanted.rounds is not Rounds.NONE else None,
        "national_ids": national_ids and wanted.national_ids,
    }
    check_right(wanted, by=by, **about)
    with transaction.atomic():
        same = Report.objects.filter(
            Q(done_at=None) | Q(asked_at__gt=Now() - SAME, failure=""), kind=kind, by=by
        )
        report = same.filter(**about).order_by("-id").first()
        if report is None:
            report = Report.objects.create(kind=kind, by=by, **about)
            work.ask(report, TASK)
        return report


def find_kind(name: str) -> Kind:
    """Raises Invalid for a name that is no kind."""
    try:
        return KINDS[name]
    except KeyError:
        raise Invalid(_("Không có loại báo cáo này. Hãy chọn trong danh sách báo cáo.")) from None


def kinds_for(user: User, contest: Contest, unit: Unit | None = None) -> list[Kind]:
    """What the person may ask for about the contest, or about this unit of it."""
    return [kind for kind in KINDS.values() if may_have(kind, user, contest, unit)]


def may_have(kind: Kind, user: User, contest: Contest, unit: Unit | None) -> bool:
    """Whether the person may have it: as an organiser, or as an officer of the unit or of one above it."""
    if not is_announced(contest):
        return False
    if unit is not None and kind.by_unit and reported_unit(user, contest, unit.pk) != unit:
        return False
    if user.has_perm(kind.permission):
        return not kind.holds_personal_data or user.has_perm(EXPORT_PEOPLE)
    return kind.for_agencies and unit is not None


def check_right(
    kind: Kind, *, by: User, contest: Contest, unit: Unit | None, round: Round | None, national_ids: bool
) -> None:
    """Raises NotAllowed; the same sentence for what is another's and for what is not there."""
    if round is not None and round.contest_id != contest.pk:
        raise NotAllowed(_("Vòng thi này không thuộc cuộc thi. Hãy mở lại trang báo cáo của cuộc thi."))
    if not may_have(kind, by, contest, unit):
        raise NotAllowed(_("Tài khoản này không được lập báo cáo này. Hãy đề nghị Ban Tổ chức giao quyền."))
    if national_ids and not by.has_perm(SEE_NATIONAL_IDS):
        raise NotAllowed(_("Chỉ người được giao mới được xem số định danh cá nhân."))


def check_still(report: Report) -> None:
    """Raises NotAllowed when the person who asked may no longer have the report."""
    check_right(
        find_kind(report.kind),
        by=report.by,
        contest=report.contest,
        unit=report.unit,
        round=report.round,
        national_ids=report.national_ids,
    )


def is_kept(report: Report) -> bool:
    """Whether the file is there to be downloaded."""
    return bool(report.name) and report.expires_at is not None and report.expires_at > database_now()


def hand_out(report: Report) -> Path:
    """The file, for whoever asked for it; that it was taken is in the trail. Raises NotNow, NotAllowed."""
    check_still(report)
    path: Path = settings.MEDIA_ROOT / report.name
    if not is_kept(report) or not path.exists():
        raise NotNow(_("Tệp của báo cáo này không còn. Hãy lập lại báo cáo để có số liệu mới."))
    with transaction.atomic():
        about: dict[str, Any] = {"unit": report.unit_id, "round": report.round_id}
        record(
            "downloaded report", report.contest, by=report.by, kind=report.kind, report=str(report.key),
            rows=report.rows_written, digest=report.digest, **{key: pk for key, pk in about.items() if pk},
        )  # fmt: skip
        if report.national_ids:
            record("saw national IDs", report.contest, by=report.by, count=report.rows_written)
    return path


def erase_old_files() -> int:
    """Take away the files whose 24 hours are over; the rows stay and say that there was one."""
    erased = 0
    for report in Report.objects.filter(expires_at__lte=database_now()).exclude(name=""):
        (settings.MEDIA_ROOT / report.name).unlink(missing_ok=True)
        erased += Report.objects.filter(pk=report.pk).exclude(name="").update(name="")
    return erased


def erase_lost_files() -> int:
    """Take away files older than 24 hours that no row knows: a worker that was killed left them."""
    known = set(Report.objects.exclude(name="").values_list("name", flat=True))
    before, erased = (database_now() - KEPT).timestamp(), 0
    for path in (settings.MEDIA_ROOT / FOLDER).glob("*"):
        if path.relative_to(settings.MEDIA_ROOT).as_posix() in known:
            continue
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                erased += 1
        except FileNotFoundError:
            continue  # another worker was here
    return erased
