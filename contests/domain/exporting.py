"""Writing a saved contest as a plan file, so that loading it gives the same contest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.audit.trail import record
from contest_site.lib.errors import Refused
from contests.models import Contest
from contests.planfile.plan import PlanFile
from contests.planfile.units import write_units
from contests.planfile.writer import write_plan
from contests.saved_plan import saved_plan


def export_plan(contest: Contest, folder: Path, *, by: User | None, with_people: bool = False) -> list[Path]:
    """Write the plan, its units and its documents into `folder`; the plan file comes first.

    Loading the file and exporting again gives the same bytes. The list of people who may not take part is
    personal data and is written only when asked for. Raises Refused when a document's file is lost.
    """
    files = plan_files(contest, by=by, with_people=with_people)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        path = folder / name
        if with_people:
            path.touch(mode=0o600)
            path.chmod(0o600)
        path.write_bytes(content)
        paths.append(path)
    return paths


def plan_files(contest: Contest, *, by: User | None, with_people: bool = False) -> Mapping[str, bytes]:
    """The files of `export_plan` by name, the plan file first; the trail says who took them."""
    with transaction.atomic():
        plan = saved_plan(contest, with_people=with_people)
        record("exported plan", contest, by=by, with_people=with_people)
    slug = contest.slug
    units_file = f"{slug}-units.csv"
    documents = _documents(plan, slug)
    written = write_plan(plan, units_file=units_file, document_files=list(documents), with_people=with_people)
    files = {f"{slug}.toml": written.encode()}
    if plan.units:
        files[units_file] = write_units(plan.units).encode()
    return files | documents


def _documents(plan: PlanFile, slug: str) -> dict[str, bytes]:
    """By names that do not depend on those under which the files are kept."""
    found: dict[str, bytes] = {}
    for number, one in enumerate(plan.documents, 1):
        name = f"{slug}-tai-lieu-{number}{PurePosixPath(one['file'].name).suffix.lower()}"
        try:
            with one["file"].open("rb") as content:
                found[name] = content.read()
        except FileNotFoundError:
            raise Refused(
                _("Chưa xuất được kế hoạch."),
                [_("Tệp của tài liệu “%(title)s” không còn.") % {"title": one["title"]}],
            ) from None
    return found
