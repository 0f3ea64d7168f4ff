"""What became of units: mergers, splits, new names, ends – each with its decision. Final (triggers)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contest_site.lib.work import Work
from contests.enums import UnitChangeKind
from contests.models.unit import Unit


class UnitChange(models.Model):
    """Sáp nhập, chia tách, đổi tên, giải thể: from `effective_on` on the units named in it are others.

    What the old units took part in before stays theirs: no entry, headcount or standing moves.
    """

    kind = models.CharField("việc", max_length=10, choices=UnitChangeKind)
    decision_number = models.CharField("số quyết định", max_length=100)
    decision_date = models.DateField("ngày quyết định")
    effective_on = models.DateField("có hiệu lực từ ngày")
    note = models.TextField("ghi chú", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người ghi"
    )
    at = models.DateTimeField("ghi lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "sáp nhập, chia tách đơn vị"
        verbose_name_plural = "sáp nhập, chia tách đơn vị"
        ordering = ["-effective_on", "-id"]
        permissions = [("merge_unit", "Được ghi việc sáp nhập, chia tách đơn vị")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.decision_number})"


class UnitSuccession(models.Model):
    """One unit that ended by a change, and one that took its place; no successor: it was dissolved. Final."""

    change = models.ForeignKey(UnitChange, on_delete=models.PROTECT, related_name="successions")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="successions", verbose_name="đơn vị cũ"
    )
    successor = models.ForeignKey(
        Unit,
        null=True,
        on_delete=models.PROTECT,
        related_name="predecessions",
        verbose_name="đơn vị tiếp nhận",
    )

    class Meta:
        verbose_name = "đơn vị tiếp nhận"
        verbose_name_plural = "đơn vị tiếp nhận"
        ordering = ["change", "unit__code", "successor__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "unit", "successor"],
                name="one_line_per_succession",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("unit")), name="no_unit_succeeds_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.successor or '–'}"


class UnitImport(Work):
    """An uploaded list of units with its preview, for the person who uploaded it; for a day.

    `content` goes as soon as it is read; from then on `found` holds what would be done: the rows as they were
    read, what differs from the directory, and the sentences for the page.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=200)
    content = models.BinaryField(editable=False)
    # Below which unit rows without a parent of their own are put; none: at the top.
    under = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    found = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = "tệp danh mục đơn vị"
        verbose_name_plural = "tệp danh mục đơn vị"

    def __str__(self) -> str:
        return self.name
