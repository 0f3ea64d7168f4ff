"""manage.py verify_trail: whether anybody has altered, removed or slipped in a row of the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contest_site.audit.models import Seal
from contest_site.audit.sealing import Verdict, verify
from contest_site.lib.templatetags.vi import moment, number

WORDS = {"altered": "bị sửa", "missing": "bị xóa", "inserted": "bị chèn thêm"}


class Command(BaseCommand):
    help = (
        "Đối chiếu nhật ký với các niêm phong: dòng bị sửa, bị xóa, bị chèn thêm; niêm phong bị thay; "
        "nhật ký lâu chưa được niêm phong; bảng không được theo dõi. Kết thúc với mã 1 khi có sai lệch."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="SHA256",
            help="niêm phong đã ghi lại ở nơi khác (nhật ký của tiến trình, tệp đã xuất); có thể nhiều lần",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(*options["expect"])
        self.stdout.write(
            f"{number(verdict.rows)} dòng trong {number(verdict.seals)} niêm phong; "
            f"{number(verdict.open_rows)} dòng chưa niêm phong."
        )
        for trail, seal in verdict.last.items():
            self.stdout.write(f"{Seal.Trail(trail).label}: {seal}")
        if not verdict.whole:
            raise CommandError("Nhật ký có sai lệch.\n" + "\n".join(_findings(verdict)))
        self.stdout.write("Nhật ký nguyên vẹn.")


def _findings(verdict: Verdict) -> list[str]:
    return [
        *(f"{Seal.Trail(trail).label}: dòng {row} {WORDS[what]}" for trail, row, what in verdict.damage),
        *(f"{Seal.Trail(trail).label}: niêm phong {seal} không khớp" for trail, seal in verdict.broken),
        *(f"Không có niêm phong {seal}" for seal in verdict.unknown),
        *([f"Nhật ký chưa được niêm phong từ {moment(verdict.late)}"] if verdict.late else []),
        *(
            f"Bảng {table}: thay đổi không được ghi (trigger bị tắt hoặc thiếu)"
            for table in verdict.unwatched
        ),
    ]
