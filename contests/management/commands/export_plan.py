"""manage.py export_plan SLUG [--to FOLDER] [--with-people]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.errors import DomainError
from contests.domain.exporting import export_plan
from contests.models import Contest


class Command(BaseCommand):
    help = "Ghi kế hoạch của một cuộc thi ra tệp TOML; nạp lại tệp đó thì được đúng cuộc thi ấy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Tên trong địa chỉ của cuộc thi.")
        parser.add_argument("--to", default=".", help="Thư mục ghi tệp (mặc định: thư mục hiện tại).")
        parser.add_argument(
            "--with-people",
            action="store_true",
            help="Kèm danh sách người không được dự thi (dữ liệu cá nhân; tệp chỉ chủ tài khoản đọc được).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        contest = Contest.objects.filter(slug=options["slug"]).first()
        if contest is None:
            raise CommandError(f"Không có cuộc thi {options['slug']}.")
        try:
            paths = export_plan(contest, Path(options["to"]), by=None, with_people=options["with_people"])
        except DomainError as error:
            raise CommandError(str(error)) from None
        for path in paths:
            self.stdout.write(f"Đã ghi: {path}")
