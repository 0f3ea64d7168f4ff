from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.models import TreeNode

from contest_site.lib.text import fold


class Unit(TreeNode):  # type: ignore[django-manager-missing]  # the library has no types
    """A body in the directory (a tree): province, commune, department, school …"""

    # As the library has it, but a unit with others below it is not deleted with them.
    parent = TreeNodeForeignKey(
        "self",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name="đơn vị cấp trên",
    )
    code = models.CharField("mã", max_length=20, unique=True)
    name = models.CharField("tên đơn vị", max_length=200)
    kind = models.CharField("loại", max_length=60, blank=True)
    # [valid_from, valid_to): a decision names one day; from it the old unit is gone and the new one there.
    # Contests that opened before keep the old one (contests.units.on_day).
    valid_from = models.DateField(
        "hoạt động từ ngày", null=True, blank=True, help_text="Để trống: đơn vị có từ trước đến nay."
    )
    valid_to = models.DateField(
        "chấm dứt từ ngày",
        null=True,
        blank=True,
        help_text="Ngày đầu tiên không còn đơn vị này. Cuộc thi mở từ ngày đó không chọn được đơn vị nữa.",
    )
    # For search without accents; kept by save().
    folded = models.CharField(max_length=200, editable=False)
    is_rehearsal = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["code"]
        indexes = [
            # For names like the one typed; words that a name has go by migration 0008's column.
            GinIndex(fields=["folded"], name="unit_words", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="unit_ends_after_it_began",
                violation_error_message="Ngày chấm dứt phải sau ngày bắt đầu hoạt động.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.folded = fold(self.name)
        super().save(**kwargs)


class Headcount(models.Model):
    """How many people a unit has for one contest: what participation is divided by."""

    contest = models.ForeignKey("contests.Contest", on_delete=models.CASCADE, related_name="headcounts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị")
    people = models.PositiveIntegerField(
        "tổng số người", help_text="Người của chính đơn vị, không kể đơn vị trực thuộc; báo cáo tự cộng lên."
    )

    class Meta:
        verbose_name = "tổng số người của đơn vị"
        verbose_name_plural = "tổng số người của các đơn vị"
        constraints = [
            models.UniqueConstraint(fields=["contest", "unit"], name="one_headcount_per_contest_and_unit"),
            models.CheckConstraint(condition=Q(people__gt=0), name="headcount_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.people}"


class UnitOfficer(models.Model):
    """Cán bộ đầu mối: an account that sees the participation of a unit's own subtree."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="offices",
        verbose_name="tài khoản",
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers", verbose_name="đơn vị")

    class Meta:
        verbose_name = "cán bộ đầu mối của đơn vị"
        verbose_name_plural = "cán bộ đầu mối của đơn vị"
        constraints = [models.UniqueConstraint(fields=["user", "unit"], name="one_office_per_user_and_unit")]

    def __str__(self) -> str:
        return f"{self.user} – {self.unit}"
