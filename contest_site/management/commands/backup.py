"""manage.py backup: database and files into one file."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.templatetags.vi import number
from contest_site.watch.enums import BackupKind
from contest_site.watch.postgres import ToolError
from contest_site.watch.saving import BusyError, back_up, keep_newest
from contest_site.watch.signs import size


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu và các tệp vào một tệp có mã kiểm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to",
            type=Path,
            metavar="DIR",
            default=settings.BACKUP_DIR or settings.VAR_DIR / "backups",
            help="Thư mục lưu (BACKUP_DIR, nếu không đặt thì backups trong thư mục dữ liệu).",
        )
        parser.add_argument(
            "--keep",
            type=_count,
            metavar="N",
            default=settings.BACKUP_KEEP,
            help="Số bản mới nhất của mỗi loại được giữ lại, 0 là giữ tất cả (BACKUP_KEEP).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"].resolve()
        try:
            backup = back_up(folder, kind=BackupKind.MANUAL)
            removed = keep_newest(folder, options["keep"])
        except BusyError:
            raise CommandError("Đang có một bản sao lưu khác được tạo; hãy chạy lại khi xong.") from None
        except (ToolError, OSError) as error:
            raise CommandError(f"Không sao lưu được: {error}") from None
        print(f"{folder / backup.name}")
        print(
            f"  {size(backup.size)}, {number(backup.rows)} dòng dữ liệu, {number(backup.files)} tệp,"
            f" {number(backup.seconds)} giây"
        )
        print(f"  SHA-256 {backup.sha256}")
        if removed:
            print(f"  Đã xóa bản cũ: {', '.join(removed)}")


def _count(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError(f"{text} không phải là số từ 0 trở lên")
    return int(text)
