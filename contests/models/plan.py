"""The contest plan: everything that is decided before the opening, and nothing that happens after it.

Its rounds are in `rounds.py`, its blocks of units and its prizes in `prize_tables.py`.
A plan may be incomplete while it is being written; `contests.domain.check.problems` says what is missing.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from contests.enums import (
    DOCUMENT_TYPES,
    AgencyComparison,
    Asked,
    CertificateKind,
    Combine,
    Marking,
    NamesShown,
    Participation,
    RankKey,
)

MAX_DOCUMENT = 20 * 1024 * 1024


def document_size(file: Any) -> None:
    if file.size > MAX_DOCUMENT:
        raise ValidationError("Tệp lớn hơn 20 MB.")


class TsTzRange(Func):
    """Of `rounds.py`; the first migration looks for it here."""

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
    agency_comparison = models.CharField(
        "so sánh trên trang của đơn vị",
        max_length=20,
        choices=AgencyComparison,
        default=AgencyComparison.NONE,
        help_text="Cán bộ đầu mối của một đơn vị thấy gì về các đơn vị khác trong khối.",
    )
    consent_version = models.CharField("phiên bản nội dung đồng ý", max_length=20)
    consent_text = models.TextField("nội dung đồng ý xử lý dữ liệu cá nhân")
    # What the entry form asks beside name, unit and category, which it always asks.
    ask_birth_date = models.CharField("ngày sinh", max_length=10, choices=Asked, default=Asked.REQUIRED)
    ask_gender = models.CharField("giới tính", max_length=10, choices=Asked, default=Asked.REQUIRED)
    ask_phone = models.CharField("số điện thoại", max_length=10, choices=Asked, default=Asked.REQUIRED)
    ask_national_id = models.CharField(
        "số định danh cá nhân", max_length=10, choices=Asked, default=Asked.OPTIONAL
    )
    ask_address = models.CharField("địa chỉ", max_length=10, choices=Asked, default=Asked.NO)
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
    # From the end of this day on headcounts are locked, whether or not anybody pressed the button.
    headcounts_until = models.DateField(
        "nhận tổng số người đến hết ngày",
        null=True,
        blank=True,
        help_text="Hết ngày này tổng số người tự khóa; để trống thì Ban Tổ chức tự bấm khóa.",
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
            models.CheckConstraint(
                condition=Q(min_age=None) | Q(ask_birth_date=Asked.REQUIRED),
                name="age_limit_asks_birth_date",
                violation_error_message="Có tuổi tối thiểu thì ngày sinh là bắt buộc khi đăng ký.",
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
