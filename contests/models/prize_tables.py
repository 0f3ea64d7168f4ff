"""Blocks of units and the prizes of a plan.

Prizes are part of the plan and so live here (docs/decisions/0003); what is awarded lives in `prizes`.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from contests.enums import Audience, AwardMethod, TableScope, UnitMetric
from contests.models.plan import CertificateTemplate, Contest
from contests.models.rounds import Round


class Block(models.Model):
    """Khối: units of one kind that compete with each other (departments, districts, schools …)."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    name = models.CharField("khối", max_length=200)

    class Meta:
        verbose_name = "khối đơn vị"
        verbose_name_plural = "khối đơn vị"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["contest", "name"], name="one_block_name_per_contest")]

    def __str__(self) -> str:
        return self.name


class BlockUnit(models.Model):
    """A unit that competes in a block. People of units below count for the nearest competing unit above."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="block_units")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="units", verbose_name="khối")
    unit = models.ForeignKey(
        "contests.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị"
    )

    class Meta:
        verbose_name = "đơn vị thi đua"
        verbose_name_plural = "đơn vị thi đua"
        ordering = ["block", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "unit"], name="one_block_per_contest_and_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit} ({self.block})"


class PrizeTable(models.Model):
    """Prizes laid along one ranking: of a round, of each round, or of the whole contest.

    Individual tables follow the round's own order (or the contest's overall one). Unit tables bring theirs:
    `unit_order` = metrics from the deciding one, or `weights` = {metric: per cent}, never both; inside
    blocks when `by_block`, which gives every block the whole table.
    """

    contest = models.ForeignKey(
        Contest, on_delete=models.CASCADE, related_name="prize_tables", verbose_name="cuộc thi"
    )
    number = models.PositiveSmallIntegerField("số thứ tự", validators=[MinValueValidator(1)])
    name = models.CharField("tên bảng giải", max_length=100)
    scope = models.CharField("phạm vi", max_length=12, choices=TableScope)
    round = models.ForeignKey(
        Round,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="prize_tables",
        verbose_name="vòng thi",
    )
    audience = models.CharField("dành cho", max_length=10, choices=Audience)
    method = models.CharField("cách chọn", max_length=10, choices=AwardMethod, default=AwardMethod.RANKED)
    unit_order = ArrayField(
        models.CharField(max_length=16, choices=UnitMetric),
        verbose_name="thứ tự xếp hạng đơn vị",
        default=list,
        blank=True,
    )
    weights = models.JSONField("trọng số (%)", default=dict, blank=True)
    best_of = models.PositiveSmallIntegerField(
        "số người có kết quả tốt nhất được cộng", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    by_block = models.BooleanField("xếp hạng và trao giải riêng từng khối", default=False)
    min_participants = models.PositiveIntegerField("số người dự thi tối thiểu", null=True, blank=True)
    min_ratio_percent = models.DecimalField(
        "tỷ lệ dự thi tối thiểu (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    # How often the same person or unit may win this table over the contest's rounds.
    winner_limit = models.PositiveSmallIntegerField(
        "mỗi người hoặc đơn vị đạt giải này nhiều nhất (lần)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    # How many people of the same unit may win in one ranking of this table.
    unit_limit = models.PositiveSmallIntegerField(
        "mỗi đơn vị có nhiều nhất (người đạt giải)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )

    class Meta:
        verbose_name = "bảng giải"
        verbose_name_plural = "cơ cấu giải thưởng"
        ordering = ["contest", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "number"], name="one_prize_table_per_number"),
            models.CheckConstraint(
                condition=Q(scope=TableScope.ROUND, round__isnull=False)
                | (~Q(scope=TableScope.ROUND) & Q(round=None)),
                name="prize_table_of_a_round_names_it",
                violation_error_message=(
                    "Bảng giải của một vòng thi phải ghi vòng thi; bảng giải khác thì không."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Prize(models.Model):
    """A line of a prize table: so many prizes of one name and amount, with the paper that goes with them."""

    table = models.ForeignKey(
        PrizeTable, on_delete=models.CASCADE, related_name="prizes", verbose_name="bảng giải"
    )
    position = models.PositiveSmallIntegerField("thứ tự trao", help_text="1 là giải cao nhất.")
    name = models.CharField("tên giải", max_length=100)
    quantity = models.PositiveSmallIntegerField("số lượng", validators=[MinValueValidator(1)])
    amount = models.PositiveIntegerField("giá trị mỗi giải (đồng)", default=0)
    certificate = models.ForeignKey(
        CertificateTemplate,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="prizes",
        verbose_name="giấy kèm theo",
    )

    class Meta:
        verbose_name = "giải thưởng"
        verbose_name_plural = "giải thưởng"
        ordering = ["table__number", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "position"],
                name="one_prize_per_position",
                violation_error_message="Hai giải không được có cùng thứ tự trao.",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="prize_quantity_is_positive"),
        ]

    def __str__(self) -> str:
        return self.name
