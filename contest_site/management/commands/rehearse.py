"""manage.py rehearse: the dress rehearsal of a whole contest."""

import json
import logging
import signal
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from contest_site.lib.templatetags.vi import number
from contest_site.rehearsal.erase import erase_rehearsals
from contest_site.rehearsal.run import Options, Rehearsal, Report
from contest_site.rehearsal.stage import plan_path

ERRORS_SHOWN = 20


class Command(BaseCommand):
    help = "Tổng duyệt: cho N người dự thi giả định chơi trọn một cuộc thi qua chính các trang của hệ thống."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--plan", default="quang-ngai-2024", help="Tên hoặc tệp kế hoạch (quang-ngai-2024)."
        )
        parser.add_argument("--contestants", type=_count, metavar="N", help="Số người dự thi giả định.")
        parser.add_argument("--json", type=Path, metavar="FILE", help="Ghi kết quả vào tệp JSON.")
        parser.add_argument(
            "--concurrency", type=_count, default=8, metavar="K", help="Số người cùng lúc (8)."
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="Hạt giống ngẫu nhiên, để chơi lại y như cũ (1)."
        )
        parser.add_argument("--clean", action="store_true", help="Xóa mọi dữ liệu tổng duyệt.")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        if not options["contestants"] and not options["clean"]:
            raise CommandError("Cần --contestants N hoặc --clean.")
        # Ended by a signal, it must still stop the servers that it started.
        signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(128 + signum))
        # A line for each request of each person would bury what is said here.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        failed = False
        if options["contestants"]:
            failed = self._rehearse(console, options)
        if options["clean"]:
            removed = erase_rehearsals()
            rows = number(sum(removed.values()))
            console.print(f"Đã xóa dữ liệu tổng duyệt: {rows} dòng.")
        if failed:
            sys.exit(1)

    def _rehearse(self, console: Console, options: dict[str, Any]) -> bool:
        try:
            plan = plan_path(options["plan"])
        except FileNotFoundError:
            raise CommandError(f"Không có kế hoạch “{options['plan']}”.") from None
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        with bar:
            people = bar.add_task("Người dự thi", total=0)
            expected = 0

            def expect(count: int) -> None:
                nonlocal expected
                expected += count
                bar.update(people, total=expected)

            rehearsal = Rehearsal(
                Options(plan.stem, plan, options["contestants"], options["concurrency"], options["seed"]),
                say=lambda step: bar.console.print(f"{step} …", highlight=False),
                expect=expect,
                done=lambda: bar.advance(people),
            )
            report = rehearsal.run()
        if options["json"]:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
            options["json"].write_text(text + "\n", encoding="utf-8")
        show(console, report)
        if report.errors:
            console.print(f"Nhật ký: {rehearsal.folder}", markup=False, highlight=False, soft_wrap=True)
        return bool(report.errors)


def show(console: Console, report: Report) -> None:
    table = Table(title=f"Tổng duyệt {report.plan}", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, value in (
        ("Vòng thi", report.rounds),
        ("Người dự thi", report.contestants),
        ("Lượt thi", report.attempts),
        ("Câu trả lời đã lưu", report.answers_saved),
        ("Người được chọn vào vòng sau", report.promoted),
        ("Người bị từ chối vào vòng sau", report.refused),
        ("Người được xếp hạng", report.ranked),
        ("Đồng hạng đã quyết định", report.ties),
        ("Giải đã trao", report.awards),
        ("Trong đó giải tập thể", report.unit_awards),
        ("Tổng giá trị giải thưởng (đồng)", report.amount),
        ("Giấy chứng nhận, giấy khen, bằng khen", report.certificates),
        ("Dòng trong báo cáo của đơn vị", report.report_rows),
        ("Lỗi", len(report.errors)),
    ):
        table.add_row(label, number(value))
    table.add_section()
    for step in report.steps:
        table.add_row(step["name"], f"{step['seconds']:.1f} giây".replace(".", ","))
    table.add_row("Cả buổi", f"{report.seconds:.1f} giây".replace(".", ","))
    console.print(table)
    for error in report.errors[:ERRORS_SHOWN]:
        console.print(f"- {error}", markup=False, highlight=False, soft_wrap=True)
    if len(report.errors) > ERRORS_SHOWN:
        console.print(f"… và {len(report.errors) - ERRORS_SHOWN} lỗi khác.")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ArgumentTypeError("phải là số nguyên dương")
    return count
