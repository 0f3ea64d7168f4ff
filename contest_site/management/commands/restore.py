"""manage.py restore: a backup into an empty database."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.templatetags.vi import moment, number
from contest_site.privacy.erasing import erase_again
from contest_site.privacy.remembering import erased_since
from contest_site.watch.models import Backup
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
        # The row of the backup that this was read from: it was being made then.
        Backup.objects.filter(running=True).delete()
        self._erase_again(options["file"].resolve().parent, datetime.fromisoformat(found.made_at))
        if not found.same_key:
            print(
                "  CHÚ Ý: IDENTITY_KEY không phải là khóa lúc sao lưu; số định danh cá nhân không đọc được."
            )
            print("  Hãy đặt lại đúng IDENTITY_KEY cũ trước khi cho người dự thi truy cập.")

    def _erase_again(self, folder: Path, made_at: datetime) -> None:
        at = moment(made_at)
        reason = f"Xóa lại sau khi khôi phục bản sao lưu lúc {at}."
        count, left = erase_again(erased_since(made_at, folder), reason=reason)
        if count:
            print(f"  {number(count)} tài khoản đã xóa dữ liệu cá nhân sau lúc sao lưu được xóa lại.")
        for one in left:
            print(f"  CHÚ Ý: chưa xóa lại được tài khoản {one}")
        print(f"  Việc làm sau {at} không có trong bản sao lưu và cần được làm lại, trước hết là các đề nghị")
        print("  xóa, sửa dữ liệu cá nhân và rút lại sự đồng ý nhận được từ lúc đó (docs/operations.md).")
