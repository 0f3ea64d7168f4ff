"""A report that somebody asked for: what about, how far it is, and where its file lies while it is kept."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from contest_site.lib.work import Work

# Why there is no file, beside Work.Failure: something is missing still; not every row is there.
REFUSED, ROWS = "refused", "rows"


class Report(Work):
    """One file of one kind (contest_site.reports.registry), for the person who asked.

    `unit` None: the contest's whole area; `round` None: all rounds. `name` is the file below the media
    folder, "" before it is there and after it was erased. `rows_expected` is what SQL counted, `rows_written`
    what the file was read to hold; both None where a report has no rows. `refusal` says what is missing where
    the report cannot be made.
    """

    key = models.UUIDField("mã", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("loại báo cáo", max_length=30)
    contest = models.ForeignKey(
        "contests.Contest", on_delete=models.CASCADE, related_name="+", verbose_name="cuộc thi"
    )
    unit = models.ForeignKey(
        "contests.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị"
    )
    round = models.ForeignKey(
        "contests.Round", null=True, on_delete=models.CASCADE, related_name="+", verbose_name="vòng thi"
    )
    national_ids = models.BooleanField("có số định danh cá nhân", default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người yêu cầu"
    )
    rows_expected = models.PositiveIntegerField("số dòng theo cơ sở dữ liệu", null=True, editable=False)
    rows_written = models.PositiveIntegerField("số dòng trong tệp", null=True, editable=False)
    refusal = models.TextField("còn thiếu", blank=True, editable=False)
    name = models.CharField("tệp", max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField("dung lượng (byte)", null=True, editable=False)
    digest = models.CharField("mã băm SHA-256", max_length=64, blank=True, editable=False)
    made_at = models.DateTimeField("số liệu lúc", null=True, editable=False)
    expires_at = models.DateTimeField("xóa lúc", null=True, editable=False)

    class Meta:
        verbose_name = "báo cáo"
        verbose_name_plural = "báo cáo"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("export_people", "Được tải danh sách có dữ liệu cá nhân của người dự thi")]
        indexes = [models.Index(fields=["by", "contest"], name="report_by_contest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(name="") | Q(expires_at__isnull=False), name="report_file_has_its_end"
            ),
            # What was not counted as SQL counts it is never offered.
            models.CheckConstraint(
                condition=Q(name="")
                | Q(rows_expected=None, rows_written=None)
                | Q(rows_expected=models.F("rows_written")),
                name="report_rows_agree",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} – {self.contest}"
