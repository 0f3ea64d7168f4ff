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
    AwardMethod,
    CertificateKind,
    Combine,
    CountingAttempt,
    Marking,
    NamesShown,
    Participation,
    PredictionScope,
    PredictionTarget,
    RankKey,
    ResultShown,
    TableScope,
    UnitMetric,
)
from questions.enums import Difficulty

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
    # Old enough is who has completed `min_age` years on the day `age_on`.
    min_age = models.PositiveSmallIntegerField(
        "tuổi tối thiểu", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    age_on = models.DateField("tuổi tính đến ngày", null=True, blank=True)
    marking = models.CharField(
        "cách tính câu có nhiều đáp án", max_length=10, choices=Marking, default=Marking.WHOLE
    )
    # The individual standings of the whole contest, when it has several rounds.
    overall_combine = models.CharField(
        "kết quả cá nhân cả cuộc thi", max_length=10, choices=Combine, default=Combine.NONE
    )
    overall_rank_order = ArrayField(
        models.CharField(max_length=12, choices=RankKey),
        verbose_name="thứ tự xếp hạng cả cuộc thi",
        default=list,
        blank=True,
    )
    overall_only_all_right = models.BooleanField(
        "cả cuộc thi chỉ xếp hạng người trả lời đúng tất cả", default=False
    )
    prizes_per_person = models.PositiveSmallIntegerField(
        "mỗi người nhận nhiều nhất (giải)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Tính trên cả cuộc thi; để trống là không giới hạn.",
    )
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
        permissions = [
            ("announce_contest", "Được công bố cuộc thi"),
            ("try_contest", "Được thi thử, không tính kết quả"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="contest_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(min_age=None, age_on=None) | Q(min_age__isnull=False, age_on__isnull=False),
                name="age_limit_has_its_day",
                violation_error_message="Tuổi tối thiểu phải đi cùng ngày tính tuổi.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parts(self) -> int:
        """Into how many parts a question's mark is divided; fixed with the plan once a round is sealed."""
        return Marking(self.marking).parts


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
    participation = models.CharField(
        "yêu cầu", max_length=12, choices=Participation, default=Participation.OPEN
    )

    class Meta:
        verbose_name = "đối tượng"
        verbose_name_plural = "đối tượng"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "name"], name="one_category_name_per_contest")
        ]

    def __str__(self) -> str:
        return self.name


class CertificateTemplate(models.Model):
    """The paper given with a prize: its kind, issuer and signature block as data."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="certificate_templates")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    name = models.CharField("tên mẫu giấy", max_length=100)
    kind = models.CharField("loại giấy", max_length=20, choices=CertificateKind)
    issuer = models.CharField("cơ quan cấp", max_length=200)
    reason = models.CharField("nội dung ghi trên giấy", max_length=300)
    signature_authority = models.CharField("thẩm quyền ký", max_length=200, help_text="TM. BAN TỔ CHỨC")
    signature_title = models.CharField("chức vụ người ký", max_length=200, help_text="TRƯỞNG BAN")
    signature_name = models.CharField("họ tên người ký", max_length=200, blank=True)

    class Meta:
        verbose_name = "mẫu giấy"
        verbose_name_plural = "mẫu giấy chứng nhận, giấy khen, bằng khen"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "name"], name="one_certificate_template_per_name")
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

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="prize_tables")
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
