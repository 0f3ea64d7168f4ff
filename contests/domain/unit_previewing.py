"""The preview of an uploaded list of units, as a worker makes it and the page of its owner shows it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid, NotNow, Refused
from contest_site.lib.locks import lock
from contest_site.lib.templatetags.vi import day
from contest_site.lib.work import ask
from contests.domain.unit_import import LOCK, Difference, Key, Node, UnitPlan, plan_units, write_units
from contests.importers.table import Report
from contests.importers.units import ListedUnit, read_units
from contests.models import Unit, UnitImport
from questions.importers.container import FILE_LIMIT, UnreadableError
from questions.importers.report import SHOWN_PROBLEMS

if TYPE_CHECKING:
    from contest_site.accounts.models import User

TASK = "contests.tasks.preview_units"
DRAFT_LIFE = timedelta(days=1)
FIRST_ROWS, SHOWN_NOTES = 50, 200


def keep_unit_file(name: str, data: bytes, *, by: User, under: Unit | None = None) -> UnitImport:
    """Keep the file and have it read, in place of the person's last one. Raises Invalid for another kind."""
    if PurePath(name).suffix.lower() not in (".xlsx", ".csv"):
        raise Invalid(_("Chọn tệp .xlsx hoặc .csv."))
    if len(data) > FILE_LIMIT:
        raise Invalid(_("Tệp lớn hơn 5 MB. Hãy chia thành nhiều tệp."))
    with transaction.atomic():
        forget_old_units()
        UnitImport.objects.filter(by=by).delete()
        draft = UnitImport.objects.create(
            by=by, name=name[-200:], content=data, under=under, language=get_language() or "vi"
        )
        ask(draft, TASK)
    return draft


def forget_old_units() -> None:
    UnitImport.objects.filter(at__lt=Now() - DRAFT_LIFE).delete()


def previewed(draft: UnitImport) -> dict[str, Any]:
    """The columns of a draft whose file was read and compared with the directory."""
    with override(draft.language):
        is_csv = PurePath(draft.name).suffix.lower() == ".csv"
        try:
            report = read_units(io.BytesIO(bytes(draft.content)), is_csv=is_csv)
        except UnreadableError as error:
            return {"content": b"", "found": {"problems": 1, "sentences": [str(error)], "notes": []}}
        return {"content": b"", "found": _preview(report, draft.under)}


def _preview(report: Report[ListedUnit], under: Unit | None) -> dict[str, Any]:
    """What the page shows and the import writes, as JSON."""
    notes = [str(note) for note in report.notes]
    if report.problems:
        found = {"problems": len(report.problems), "sentences": report.sentences}
        return {**found, "notes": notes[:SHOWN_NOTES]}
    plan = plan_units(report.rows, under=under)
    notes += [str(note) for note in plan.notes]
    sentences = [str(one) for one in sorted(plan.problems, key=lambda one: one.row or 0)]
    if more := len(sentences) - SHOWN_PROBLEMS:
        sentences[SHOWN_PROBLEMS:] = [_("… và %(count)d lỗi khác.") % {"count": more}] if more > 0 else []
    return {
        "problems": len(plan.problems),
        "sentences": sentences,
        "notes": notes[:SHOWN_NOTES],
        "rows": [_stored(one) for one in report.rows],
        "new": len(plan.new),
        "changed": len(plan.changed),
        "same": plan.same,
        "digest": _digest(plan),
        "first": [_shown(plan, place) for place in range(min(FIRST_ROWS, len(plan.new)))],
        "differences": [_difference(one) for one in plan.changed[:FIRST_ROWS]],
    }


def _digest(plan: UnitPlan) -> str:
    """Of everything that the plan would write and write over: what a person has agreed to."""

    def code(node: Node) -> str:
        return plan.nodes[node.parent].code if node.parent else ""

    new = [
        (one.code, one.name, one.kind, code(one), one.valid_from, one.valid_to)
        for one in sorted(plan.new, key=lambda one: one.row)
    ]
    changed = [
        (one.unit_id, sorted(one.fields.items()), code(plan.nodes[Key(is_new=False, number=one.unit_id)]))
        for one in sorted(plan.changed, key=lambda one: one.unit_id)
    ]
    return hashlib.sha256(json.dumps([new, changed, plan.same], default=str).encode()).hexdigest()


def _shown(plan: UnitPlan, place: int) -> dict[str, Any]:
    one = plan.new[place]
    above = plan.nodes[one.parent].name if one.parent else ""
    return {"row": one.row, "code": one.code, "name": one.name, "kind": one.kind, "parent": above}


def _difference(one: Difference) -> dict[str, Any]:
    labels = {
        "name": _("tên"),
        "kind": _("loại"),
        "parent": _("cấp trên"),
        "valid_from": _("hoạt động từ ngày"),
        "valid_to": _("chấm dứt từ ngày"),
    }
    fields = [
        [str(labels.get(name, name)), _words(before), _words(after)]
        for name, (before, after) in one.fields.items()
    ]
    return {"row": one.row, "code": one.code, "name": one.name, "fields": fields}


def _words(value: Any) -> str:
    return day(value) if isinstance(value, date) else str(value or "–")


def _stored(one: ListedUnit) -> dict[str, Any]:
    days = {name: value.isoformat() if value else None for name, value in _days(one).items()}
    return {**asdict(one), **days}


def _days(one: ListedUnit) -> Mapping[str, date | None]:
    return {"valid_from": one.valid_from, "valid_to": one.valid_to}


def _row(stored: Mapping[str, Any]) -> ListedUnit:
    days = {
        name: date.fromisoformat(stored[name]) if stored[name] else None
        for name in ("valid_from", "valid_to")
    }
    return ListedUnit(**{**stored, **days})


def import_units(draft: UnitImport, *, by: User) -> UnitPlan:
    """Write a previewed list and forget the draft.

    Raises NotNow for a draft that is not read or has faults, Refused when the directory has changed so that
    the list would do something else than was shown; the preview is then made anew.
    """
    with transaction.atomic():
        # Nobody changes the directory between the comparison and the writing.
        lock(LOCK)
        kept = UnitImport.objects.select_for_update().filter(pk=draft.pk, by=by).first()
        if kept is None or kept.waits or kept.failure or not kept.found or kept.found["problems"]:
            raise NotNow(_("Danh mục chưa đọc xong hoặc còn lỗi. Hãy tải tệp lên lại."))
        rows = [_row(one) for one in kept.found["rows"]]
        plan = plan_units(rows, under=kept.under)
        stale = bool(plan.problems) or _digest(plan) != kept.found.get("digest")
        if stale:
            kept.found = _preview(Report(rows=rows), kept.under)
            kept.save(update_fields=["found"])
        else:
            plan = write_units(rows, by=by, under=kept.under, file=kept.name)
            kept.delete()
    if stale:
        raise Refused(_("Danh mục vừa thay đổi nên chưa nhập. Hãy xem lại bản xem trước."), [])
    return plan
