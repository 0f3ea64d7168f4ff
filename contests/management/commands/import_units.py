"""manage.py import_units FILE [--under CODE] [--dry-run]"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.errors import Refused
from contests.domain.unit_import import UnitPlan, plan_units, write_units
from contests.importers.units import read_units
from contests.models import Unit
from questions.importers.container import UnreadableError

SHOWN = 50


class Command(BaseCommand):
    help = "Nhập danh mục đơn vị từ tệp Excel hoặc CSV; nhập hết hoặc không nhập gì và nêu mọi lỗi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="Tệp .xlsx hoặc .csv có cột Tên đơn vị (name).")
        parser.add_argument(
            "--under", default="", help="Mã đơn vị cấp trên của những dòng không ghi cấp trên."
        )
        parser.add_argument("--dry-run", action="store_true", help="Chỉ xem trước, không ghi gì.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if path.suffix.lower() not in (".xlsx", ".csv") or not path.is_file():
            raise CommandError(f"Không có tệp .xlsx hoặc .csv: {path}")
        under = Unit.objects.filter(code=options["under"]).first()
        if options["under"] and under is None:
            raise CommandError(f"Không có đơn vị mã {options['under']}.")
        try:
            with path.open("rb") as file:
                report = read_units(file, is_csv=path.suffix.lower() == ".csv")
            if report.problems:
                raise CommandError("\n".join(report.sentences))
            if options["dry_run"]:
                plan = plan_units(report.rows, under=under)
            else:
                plan = write_units(report.rows, by=None, under=under, file=path.name)
        except UnreadableError as error:
            raise CommandError(str(error)) from None
        except Refused as refused:
            raise CommandError("\n".join(map(str, [refused.message, *refused.reasons]))) from None
        if plan.problems:
            raise CommandError("\n".join(map(str, plan.problems)))
        self._tell(plan, dry=options["dry_run"])

    def _tell(self, plan: UnitPlan, *, dry: bool) -> None:
        for note in plan.notes[:SHOWN]:
            self.stdout.write(str(note))
        for one in plan.changed[:SHOWN]:
            what = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in one.fields.items())
            self.stdout.write(f"Dòng {one.row}: {one.code} {one.name} ({what})")
        done = "Sẽ lập" if dry else "Đã lập"
        self.stdout.write(
            f"{done} {len(plan.new)} đơn vị mới, sửa {len(plan.changed)}, giữ nguyên {plan.same}."
        )
