"""manage.py load_plan FILE [--shift-to-now]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.lib.errors import DomainError
from contest_site.lib.templatetags.vi import end_moment, moment
from contests.domain.plans import load_plan

PLANS = Path(__file__).resolve().parents[2] / "plans"


class Command(BaseCommand):
    help = "Nạp kế hoạch cuộc thi từ tệp TOML; nạp hết hoặc không nạp gì và nêu mọi lỗi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="Tệp kế hoạch, hoặc tên một kế hoạch có sẵn (quang-ngai-2024).")
        parser.add_argument(
            "--shift-to-now",
            action="store_true",
            help="Dời mọi mốc thời gian một khoảng như nhau để vòng thi đang mở lúc này.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file() and path.suffix == "":
            path = PLANS / f"{path.name}.toml"
        if not path.is_file():
            raise CommandError(f"Không có tệp {options['file']}.")
        try:
            contest = load_plan(path, by=None, shift_to_now=options["shift_to_now"])
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Đã nạp: {contest.name}")
        for one in contest.rounds.all():
            window = f"{moment(one.opens_at)} đến {end_moment(one.closes_at)}"
            self.stdout.write(f"  {one.name}: {window}, {one.questions} câu hỏi")
