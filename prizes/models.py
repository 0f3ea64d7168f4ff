"""Standings as immutable versions, what was decided from them, and the papers given."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class StandingsRun(models.Model):
    """One computed version of a round's standings. Final (trigger): any change makes the next version.

    `configuration` is what was computed from (prizes.rules.canonical.configuration_of says which keys);
    `digest` is the SHA-256 (hex) of the canonical text of configuration and rows.
    """

    round = models.ForeignKey(
        "contests.Round",
        on_delete=models.PROTECT,
        related_name="runs",
        verbose_name="vòng thi",
    )
    version = models.PositiveIntegerField("phiên bản")
    configuration = models.JSONField("cấu hình")
    target_value = models.DecimalField(
        "kết quả thực tế của câu dự đoán", max_digits=14, decimal_places=5, null=True
    )
    participants = models.PositiveIntegerField("số người dự thi")
    attempts = models.PositiveIntegerField("số lượt thi")
    all_right = models.PositiveIntegerField("số người đúng tất cả")
    ranked = models.PositiveIntegerField("số người được xếp hạng")
    digest = models.CharField("mã băm SHA-256", max_length=64)
    reason = models.TextField("lý do", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("tính lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "bảng xếp hạng"
        verbose_name_plural = "bảng xếp hạng"
        ordering = ["round", "-version"]
        permissions = [
            ("settle_standings", "Được xếp hạng, rà soát, nhập quyết định và công bố kết quả"),
            ("approve_standings", "Được phê duyệt hoặc trả lại kết quả"),
        ]
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="one_run_per_version")]

    def __str__(self) -> str:
        return f"Bảng xếp hạng {self.round} – phiên bản {self.version}"


class StandingsRow(models.Model):
    """One person's place in a run, with every input of the order. Final (trigger)."""

    run = models.ForeignKey(StandingsRun, on_delete=models.CASCADE, related_name="rows")
    rank = models.PositiveIntegerField("hạng")
    entry = models.ForeignKey("contests.Entry", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey("attempts.Attempt", on_delete=models.PROTECT, related_name="+")
    correct = models.PositiveSmallIntegerField("số câu đúng")
    duration_ms = models.PositiveIntegerField("thời gian làm bài (ms)")
    submitted_at = models.DateTimeField("nộp lúc")
    prediction = models.DecimalField("dự đoán", max_digits=14, decimal_places=5, null=True)
    distance = models.DecimalField("độ lệch dự đoán", max_digits=14, decimal_places=5, null=True)

    class Meta:
        verbose_name = "dòng xếp hạng"
        verbose_name_plural = "dòng xếp hạng"
        ordering = ["run", "rank", "entry"]
        constraints = [models.UniqueConstraint(fields=["run", "entry"], name="one_row_per_run_and_entry")]
        indexes = [models.Index(fields=["run", "rank", "entry"], name="standings_run_rank")]

    def __str__(self) -> str:
        return f"{self.rank}"


class RunReview(models.Model):
    """An organiser looked the provisional run and its proposed awards over and put it forward. Final."""

    run = models.OneToOneField(StandingsRun, on_delete=models.CASCADE, related_name="review")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    note = models.TextField("ý kiến", blank=True)

    class Meta:
        verbose_name = "rà soát"
        verbose_name_plural = "rà soát"

    def __str__(self) -> str:
        return f"Rà soát: {self.run}"


class RunApproval(models.Model):
    """Another organiser approved a reviewed run. Final; two people, held apart by the database."""

    run = models.OneToOneField(StandingsRun, on_delete=models.CASCADE, related_name="approval")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "phê duyệt"
        verbose_name_plural = "phê duyệt"
        constraints = [
            models.CheckConstraint(condition=~Q(reviewer=F("by")), name="reviewer_does_not_approve")
        ]

    def __str__(self) -> str:
        return f"Phê duyệt: {self.run}"


class RunReturn(models.Model):
    """A reviewed run was sent back before publication. Final; the next computation makes a new version."""

    run = models.OneToOneField(StandingsRun, on_delete=models.CASCADE, related_name="returned")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.TextField("lý do")

    class Meta:
        verbose_name = "trả lại"
        verbose_name_plural = "trả lại"

    def __str__(self) -> str:
        return f"Trả lại: {self.run}"


class Decision(models.Model):
    """Quyết định: the awarding paper, with the number and date that the office gave it. Final."""

    run = models.OneToOneField(StandingsRun, on_delete=models.PROTECT, related_name="decision")
    number = models.CharField("số quyết định", max_length=60)
    signed_on = models.DateField("ngày ký")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "quyết định trao giải"
        verbose_name_plural = "quyết định trao giải"

    def __str__(self) -> str:
        return f"Quyết định số {self.number}"


class Publication(models.Model):
    """The approved, decided run was made public: honour board and certificates. Final."""

    run = models.OneToOneField(StandingsRun, on_delete=models.PROTECT, related_name="publication")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "công bố kết quả"
        verbose_name_plural = "công bố kết quả"

    def __str__(self) -> str:
        return f"Công bố: {self.run}"


class TieDecision(models.Model):
    """The jury's recorded order of people who are equal on every key across a prize boundary. Final."""

    run = models.ForeignKey(StandingsRun, on_delete=models.CASCADE, related_name="tie_decisions")
    rank = models.PositiveIntegerField("hạng")
    order = models.JSONField("thứ tự (mã đăng ký)")
    grounds = models.TextField("căn cứ")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "quyết định về đồng hạng"
        verbose_name_plural = "quyết định về đồng hạng"
        constraints = [models.UniqueConstraint(fields=["run", "rank"], name="one_tie_decision_per_rank")]

    def __str__(self) -> str:
        return f"Đồng hạng {self.rank}"


class Award(models.Model):
    """One prize given to one person from one run. Append-only (trigger)."""

    run = models.ForeignKey(StandingsRun, on_delete=models.PROTECT, related_name="awards")
    prize = models.ForeignKey(
        "contests.Prize",
        on_delete=models.PROTECT,
        related_name="awards",
        verbose_name="giải",
    )
    place = models.PositiveSmallIntegerField("suất", help_text="1 … số lượng của giải")
    entry = models.ForeignKey("contests.Entry", on_delete=models.PROTECT, related_name="awards")
    rank = models.PositiveIntegerField("hạng")
    # What the plan said at the moment of the award.
    prize_name = models.CharField("tên giải", max_length=100)
    amount = models.PositiveIntegerField("giá trị (đồng)")

    class Meta:
        verbose_name = "giải đã trao"
        verbose_name_plural = "giải đã trao"
        ordering = ["prize__position", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "prize", "place"], name="one_award_per_place"),
            models.UniqueConstraint(fields=["run", "entry"], name="one_award_per_run_and_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.prize_name} – {self.entry}"


class Certificate(models.Model):
    """A certificate's number and verification code, given at publication; its PDF is a CertificateFile."""

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="certificate")
    contest = models.ForeignKey("contests.Contest", on_delete=models.PROTECT, related_name="certificates")
    serial = models.PositiveIntegerField("số")
    code = models.CharField("mã kiểm tra", max_length=32, unique=True)
    issued_at = models.DateTimeField("cấp lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "giấy chứng nhận"
        verbose_name_plural = "giấy chứng nhận"
        constraints = [
            models.UniqueConstraint(fields=["contest", "serial"], name="one_certificate_per_serial")
        ]

    def __str__(self) -> str:
        return f"Số {self.serial}"


class CertificateFile(models.Model):
    """The rendered PDF. Its absence is what the sweeper looks for."""

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(default=1)
    rendered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "tệp giấy chứng nhận"
        verbose_name_plural = "tệp giấy chứng nhận"

    def __str__(self) -> str:
        return self.name
