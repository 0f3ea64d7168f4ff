"""manage.py restore: a backup into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.templatetags.vi import number
from contest_site.watch.postgres import ToolError
from contest_site.watch.restoring import RestoreError, restore


class Command(BaseCommand):
    help = "Khôi phục một bản sao lưu vào cơ sở dữ liệu trống, rồi đối chiếu với lúc sao lưu."
    # It is run before there is anything that could be checked.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="Tệp sao lưu (sao-luu-….tar).")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = restore(options["file"].resolve())
        except (RestoreError, ToolError, OSError) as error:
            raise CommandError(f"Không khôi phục được: {error}") from None
        rows = sum(found.counted.tables.values())
        print(f"Đã khôi phục bản sao lưu lúc {found.made_at}.")
        print(
            f"  {number(len(found.counted.tables))} bảng, {number(rows)} dòng dữ liệu,"
            f" {number(found.files)} tệp, {number(len(found.counted.digests))} bảng xếp hạng:"
            " khớp với lúc sao lưu"
        )
        # A newer release's tables, and the rights of the application's own role.
        call_command("migrate", interactive=False, verbosity=0)
        if not found.same_key:
            print(
                "  CHÚ Ý: IDENTITY_KEY không phải là khóa lúc sao lưu; số định danh cá nhân không đọc được."
            )
            print("  Hãy đặt lại đúng IDENTITY_KEY cũ trước khi cho người dự thi truy cập.")
