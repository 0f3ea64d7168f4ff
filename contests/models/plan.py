"""The contest plan: everything that is decided before the opening, and nothing that happens after it.

Prizes are part of the plan and so live here (docs/decisions/0003); what is awarded lives in `prizes`.
A plan may be incomplete while it is being written; `contests.domain.check.problems` says what is missing.
"""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from contests.enums import (
    DOCUMENT_TYPES,
    Audience,
    CertificateKind,
    CountingAttempt,
    NamesShown,
    PredictionTarget,
    RankKey,
    ResultShown,
)

MAX_DOCUMENT = 20 * 1024 * 1024


def document_size(file: Any) -> None:
    if file.size > MAX_DOCUMENT:
        raise ValidationError("Tệp lớn hơn 20 MB.")


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Contest(models.Model):
    """One contest and its plan. Times are instants; an end is exclusive (24:00 on 30/11 = 00:00 on 01/12)."""

    slug = models.SlugField("tên trong địa chỉ", max_length=80, unique=True)
    name = models.CharField("tên cuộc thi", max_length=300)
    organiser = models.CharField("cơ quan tổ chức", max_length=200)
    parent_organiser = models.CharField("cơ quan chủ quản", max_length=200, blank=True)
    standing_body = models.CharField("cơ quan thường trực", max_length=200, blank=True)
    place = models.CharField("địa danh ghi trên văn bản", max_length=100)
    subject = models.TextField("nội dung thi")
    eligibility = models.TextField("đối tượng dự thi")
    ineligible = models.TextField("đối tượng không được dự thi", blank=True)
    legal_basis = ArrayField(models.TextField(), verbose_name="căn cứ pháp lý", default=list, blank=True)
    hotline = models.CharField("đường dây nóng", max_length=200)
    opens_at = models.DateTimeField("mở cuộc thi")
    closes_at = models.DateTimeField(
        "kết thúc cuộc thi",
        help_text="Không tính thời điểm này: 24:00 ngày 30 là 00:00 ngày 01.",
    )
    # Which units may be chosen: this unit's subtree.
    area = models.ForeignKey(
        "contests.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="địa bàn",
    )
    names_shown = models.CharField("tên trên bảng vinh danh", max_length=10, choices=NamesShown)
    live_participation = models.BooleanField("công khai số người dự thi khi đang thi", default=False)
    consent_version = models.CharField("phiên bản nội dung đồng ý", max_length=20)
    consent_text = models.TextField("nội dung đồng ý xử lý dữ liệu cá nhân")
    certificate_kind = models.CharField("loại giấy", max_length=20, choices=CertificateKind)
    certificate_issuer = models.CharField("cơ quan cấp", max_length=200)
    certificate_reason = models.CharField("nội dung ghi trên giấy", max_length=300)
    signature_authority = models.CharField("thẩm quyền ký", max_length=200, help_text="TM. BAN TỔ CHỨC")
    signature_title = models.CharField("chức vụ người ký", max_length=200, help_text="TRƯỞNG BAN")
    signature_name = models.CharField("họ tên người ký", max_length=200, blank=True)
    # Fields on which the official plan is silent and the organiser chose (dotted keys of the plan file).
    chosen = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name="kế hoạch không quy định",
    )
    is_rehearsal = models.BooleanField("tổng duyệt", default=False, editable=False)
    created_at = models.DateTimeField("ngày tạo", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "cuộc thi"
        verbose_name_plural = "cuộc thi"
        ordering = ["-opens_at"]
        permissions = [("announce_contest", "Được công bố cuộc thi")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="contest_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """A line of the timetable that nothing hangs on: rules published, launch, awards. Dates or words."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    label = models.CharField("mốc", max_length=200)
    starts_on = models.DateField("từ ngày", null=True, blank=True)
    ends_on = models.DateField("đến hết ngày", null=True, blank=True)
    text = models.CharField("ghi bằng chữ", max_length=200, blank=True)

    class Meta:
        verbose_name = "mốc thời gian"
        verbose_name_plural = "mốc thời gian"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class Document(models.Model):
    """A paper to download: the plan, the rules, study material."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="documents")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    title = models.CharField("tên tài liệu", max_length=200)
    file = models.FileField(
        "tệp",
        upload_to="documents/%Y/",
        validators=[
            FileExtensionValidator([suffix.lstrip(".") for suffix in DOCUMENT_TYPES]),
            document_size,
        ],
    )

    class Meta:
        verbose_name = "tài liệu"
        verbose_name_plural = "tài liệu"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Category(models.Model):
    """Đối tượng: a kind of contestant (official, pupil, resident …)."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="categories")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    name = models.CharField("đối tượng", max_length=200)

    class Meta:
        verbose_name = "đối tượng"
        verbose_name_plural = "đối tượng"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "name"], name="one_category_name_per_contest")
        ]

    def __str__(self) -> str:
        return self.name


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
    counting_attempt = models.CharField("lượt được tính", max_length=10, choices=CountingAttempt)
    result_shown = models.CharField("cho xem điểm", max_length=20, choices=ResultShown)
    prediction_target = models.CharField("câu dự đoán hỏi về", max_length=20, choices=PredictionTarget)
    prediction_text = models.TextField("lời câu dự đoán", blank=True)
    rank_order = ArrayField(
        models.CharField(max_length=12, choices=RankKey),
        verbose_name="thứ tự xếp hạng",
        default=list,
    )
    only_all_right = models.BooleanField("chỉ xếp hạng người trả lời đúng tất cả", default=False)

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
    """How many questions of a topic a paper has. A round without quotas draws from the whole pool."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="quotas")
    topic = models.ForeignKey(
        "questions.Topic",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="chủ đề",
    )
    questions = models.PositiveSmallIntegerField("số câu", validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = "số câu theo chủ đề"
        verbose_name_plural = "số câu theo chủ đề"
        ordering = ["topic__position", "topic__name"]
        constraints = [
            models.UniqueConstraint(fields=["round", "topic"], name="one_quota_per_round_and_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.questions}"


class Prize(models.Model):
    """A line of the prize table: so many prizes of one name and amount, of a round or the whole contest."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="prizes")
    round = models.ForeignKey(
        Round,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="prizes",
        verbose_name="vòng thi",
    )
    audience = models.CharField("dành cho", max_length=10, choices=Audience, default=Audience.INDIVIDUAL)
    position = models.PositiveSmallIntegerField("thứ tự trao", help_text="1 là giải cao nhất.")
    name = models.CharField("tên giải", max_length=100)
    quantity = models.PositiveSmallIntegerField("số lượng", validators=[MinValueValidator(1)])
    amount = models.PositiveIntegerField("giá trị mỗi giải (đồng)", default=0)

    class Meta:
        verbose_name = "giải thưởng"
        verbose_name_plural = "cơ cấu giải thưởng"
        ordering = ["contest", "round__number", "audience", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "round", "audience", "position"],
                name="one_prize_per_position",
                nulls_distinct=False,
                violation_error_message="Hai giải không được có cùng thứ tự trao.",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="prize_quantity_is_positive"),
        ]

    def __str__(self) -> str:
        return self.name
