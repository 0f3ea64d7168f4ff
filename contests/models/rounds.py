"""The rounds of a plan, and what their papers are made of."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from contests.enums import CountingAttempt, PredictionScope, PredictionTarget, RankKey, ResultShown
from contests.models.plan import Contest, TsTzRange
from questions.enums import Difficulty


class Round(models.Model):
    """A window in which papers are taken, with its paper, limits, prediction and order of ranking."""

    contest = models.ForeignKey(
        Contest,
        on_delete=models.CASCADE,
        related_name="rounds",
        verbose_name="cuộc thi",
    )
    number = models.PositiveSmallIntegerField("số thứ tự")
    name = models.CharField("tên vòng thi", max_length=100)
    opens_at = models.DateTimeField("mở vòng thi")
    closes_at = models.DateTimeField("kết thúc vòng thi")
    bank = models.ForeignKey(
        "questions.Bank",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="ngân hàng",
    )
    questions = models.PositiveSmallIntegerField(
        "số câu hỏi của đề", validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        "thời gian làm bài (phút)",
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        "số lượt thi mỗi người",
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    attempts_per_day = models.PositiveSmallIntegerField(
        "số lượt thi mỗi người trong một ngày",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Ngày theo giờ Việt Nam; để trống là không giới hạn theo ngày.",
    )
    cooldown_minutes = models.PositiveIntegerField(
        "nghỉ giữa hai lượt thi (phút)", default=0, validators=[MaxValueValidator(10_000)]
    )
    # Published: what was handed in faster is shown to people, who decide; no mark or rank hangs on it.
    min_plausible_seconds = models.PositiveIntegerField(
        "thời gian tối thiểu hợp lý của một bài (giây)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_000)],
        help_text=(
            "Bài nộp nhanh hơn được đưa vào danh sách chờ xem xét; điểm và thứ hạng không thay đổi."
            " Để trống là không xét thời gian tối thiểu."
        ),
    )
    counting_attempt = models.CharField("lượt được tính", max_length=10, choices=CountingAttempt)
    result_shown = models.CharField("cho xem điểm", max_length=20, choices=ResultShown)
    prediction_target = models.CharField("câu dự đoán hỏi về", max_length=20, choices=PredictionTarget)
    prediction_scope = models.CharField(
        "phạm vi câu dự đoán", max_length=10, choices=PredictionScope, default=PredictionScope.ROUND
    )
    prediction_text = models.TextField("lời câu dự đoán", blank=True)
    rank_order = ArrayField(
        models.CharField(max_length=12, choices=RankKey),
        verbose_name="thứ tự xếp hạng",
        default=list,
    )
    only_all_right = models.BooleanField("chỉ xếp hạng người trả lời đúng tất cả", default=False)
    # A final takes only the best so many of each unit from an earlier round; both or neither.
    promotes_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="promoting_to",
        verbose_name="chọn người từ vòng",
    )
    promotes_best = models.PositiveSmallIntegerField(
        "số người mỗi đơn vị được vào vòng này",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )

    class Meta:
        verbose_name = "vòng thi"
        verbose_name_plural = "vòng thi"
        ordering = ["contest", "number"]
        permissions = [("seal_round", "Được niêm phong đề thi")]
        constraints = [
            models.UniqueConstraint(fields=["contest", "number"], name="one_round_number_per_contest"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="round_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(promotes_from=None, promotes_best=None)
                | Q(promotes_from__isnull=False, promotes_best__isnull=False),
                name="promotion_names_round_and_number",
                violation_error_message="Vòng chung kết cần ghi cả vòng được chọn và số người mỗi đơn vị.",
            ),
            ExclusionConstraint(
                name="rounds_do_not_overlap",
                expressions=[
                    ("contest", RangeOperators.EQUAL),
                    (
                        TsTzRange("opens_at", "closes_at", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Các vòng thi của một cuộc thi không được chồng thời gian lên nhau.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.contest}"

    @property
    def order_labels(self) -> list[str]:
        """The order of ranking in words, the deciding key first."""
        return [str(RankKey(key).label) for key in self.rank_order if key in RankKey.values]


class Quota(models.Model):
    """How many questions of a topic and those under it a paper has.

    A round without quotas draws from the whole pool.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="quotas")
    topic = models.ForeignKey(
        "questions.Topic",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="chủ đề",
    )
    # "" = of any difficulty; a paper's quotas share no question (contests.rules)
    difficulty = models.CharField("mức độ", max_length=10, choices=Difficulty, blank=True)
    questions = models.PositiveSmallIntegerField("số câu", validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = "số câu theo chủ đề"
        verbose_name_plural = "số câu theo chủ đề"
        ordering = ["topic__position", "topic__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "topic", "difficulty"], name="one_quota_per_round_topic_and_difficulty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.questions}"
