"""Standings as immutable versions, what was decided from them, and the papers given."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from prizes.enums import LeftOut
from prizes.participation_model import ParticipationPaper as ParticipationPaper
from prizes.press_model import PressFigures as PressFigures


class StandingsRun(models.Model):
    """One computed version of the standings of a round, or (round = null) of a whole contest of several.

    Final (trigger): any change makes the next version.

    `configuration` is what was computed from, `digest` the SHA-256 (hex) of the canonical text of
    configuration and rows (prizes.rules.canonical describes both).
    """

    contest = models.ForeignKey(
        "contests.Contest", on_delete=models.PROTECT, related_name="runs", verbose_name="cuộc thi"
    )
    round = models.ForeignKey(
        "contests.Round",
        null=True,
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
        ordering = ["contest", "round", "-version"]
        permissions = [
            ("settle_standings", "Được xếp hạng, rà soát, nhập quyết định và công bố kết quả"),
            ("approve_standings", "Được phê duyệt hoặc trả lại kết quả"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "round", "version"], name="one_run_per_version", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"Bảng xếp hạng {self.round or self.contest} – phiên bản {self.version}"

    @property
    def parts(self) -> int:
        """Into how many parts a question's mark was divided: what its rows' marks are numbers of."""
        parts: int = self.configuration["parts"]
        return parts


class StandingsRow(models.Model):
    """One person's place in a run, with every input of the order. Final (trigger).

    Written by one INSERT … SELECT from the very rows that it names, which are final themselves (run, attempt)
    or held by one that is (the entry, by its attempt): without foreign keys in the database, because checking
    a million of them one by one would take longer than the whole ranking.
    For the same reason a row has no number, and its indexes are narrow: in a key that begins with the entry
    one comparison settles nearly everything.
    """

    pk = models.CompositePrimaryKey("entry", "run")
    run = models.ForeignKey(
        StandingsRun, on_delete=models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    rank = models.PositiveIntegerField("hạng")
    entry = models.ForeignKey(
        "contests.Entry", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    # In the standings of a whole contest: the attempt of the best round, or the last one of a sum.
    attempt = models.ForeignKey(
        "attempts.Attempt", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    correct = models.PositiveIntegerField("số câu đúng")
    duration_ms = models.PositiveIntegerField("thời gian làm bài (ms)")
    submitted_at = models.DateTimeField("nộp lúc")
    prediction = models.DecimalField("dự đoán", max_digits=14, decimal_places=5, null=True)
    # A sum over rounds may have more digits than a prediction.
    distance = models.DecimalField("độ lệch dự đoán", max_digits=20, decimal_places=5, null=True)

    class Meta:
        verbose_name = "dòng xếp hạng"
        verbose_name_plural = "dòng xếp hạng"
        ordering = ["run", "rank", "entry"]
        indexes = [models.Index(fields=["run", "rank"], name="standings_run_rank")]

    def __str__(self) -> str:
        return f"{self.rank}"


class UnitRow(models.Model):
    """A unit's place in one prize table of a run, with everything that it was measured by. Final (trigger).

    `rank` is null for a unit that the table's filters leave out; `left_out` says by which one.
    """

    LeftOut = LeftOut

    run = models.ForeignKey(StandingsRun, on_delete=models.CASCADE, related_name="unit_rows")
    table = models.ForeignKey("contests.PrizeTable", on_delete=models.PROTECT, related_name="+")
    block = models.ForeignKey("contests.Block", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("contests.Unit", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField("hạng", null=True)
    left_out = models.CharField("không xếp hạng vì", max_length=10, choices=LeftOut, blank=True)
    participants = models.PositiveIntegerField("số người dự thi")
    attempts = models.PositiveIntegerField("số lượt thi")
    headcount = models.PositiveIntegerField("tổng số người", null=True)
    # Of the counting attempts: how many there are and the sum of their marks. The mean is one by the other.
    sittings = models.PositiveIntegerField("số bài được tính")
    correct = models.PositiveBigIntegerField("tổng số câu đúng")
    all_right = models.PositiveIntegerField("số người đúng tất cả")
    winners = models.PositiveIntegerField("số giải cá nhân")
    best_people = models.PositiveIntegerField("số người được cộng")
    best_correct = models.PositiveBigIntegerField("tổng số câu đúng của người được cộng")
    best_duration_ms = models.PositiveBigIntegerField("tổng thời gian của người được cộng (ms)")
    points = models.DecimalField("điểm theo trọng số", max_digits=14, decimal_places=8, null=True)

    class Meta:
        verbose_name = "dòng xếp hạng đơn vị"
        verbose_name_plural = "dòng xếp hạng đơn vị"
        ordering = ["run", "table", "block", "rank", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["run", "table", "unit"], name="one_row_per_run_table_and_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.rank}"


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
    """The jury's recorded order of people or units equal on every key across a prize boundary. Final."""

    run = models.ForeignKey(StandingsRun, on_delete=models.CASCADE, related_name="tie_decisions")
    table = models.ForeignKey("contests.PrizeTable", on_delete=models.PROTECT, related_name="+")
    block = models.ForeignKey("contests.Block", null=True, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField("hạng")
    order = models.JSONField("thứ tự (mã đăng ký hoặc mã đơn vị)")
    grounds = models.TextField("căn cứ")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "quyết định về đồng hạng"
        verbose_name_plural = "quyết định về đồng hạng"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "table", "block", "rank"],
                name="one_tie_decision_per_rank",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"Đồng hạng {self.rank}"


class PromotionTie(models.Model):
    """The recorded order of people equal at the last place of their unit that goes on to a final. Final.

    Of several for one rank the last one holds: there is another when somebody came back into the tie.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(StandingsRun, on_delete=models.CASCADE, related_name="promotion_ties")
    unit = models.ForeignKey("contests.Unit", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField("hạng")
    order = models.JSONField("thứ tự (mã đăng ký)")
    grounds = models.TextField("căn cứ")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "quyết định về đồng hạng khi chọn người vào vòng sau"
        verbose_name_plural = "quyết định về đồng hạng khi chọn người vào vòng sau"

    def __str__(self) -> str:
        return f"{self.unit}: đồng hạng {self.rank}"


class Nomination(models.Model):
    """A person or unit that the committee chose for a prize without a ranking, with its grounds. Final.

    Until it is withdrawn it belongs to what the scope's standings are made from: they are ranked again
    after a change, because who is chosen may stand in a ranked prize's way.
    """

    prize = models.ForeignKey("contests.Prize", on_delete=models.PROTECT, related_name="nominations")
    round = models.ForeignKey("contests.Round", null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey("contests.Entry", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("contests.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    grounds = models.TextField("căn cứ")
    report = models.FileField("báo cáo kèm theo", upload_to="grounds/%Y/")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "đề nghị trao giải"
        verbose_name_plural = "đề nghị trao giải"
        ordering = ["prize", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, unit=None) | Q(entry=None, unit__isnull=False),
                name="nomination_names_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prize} – {self.holder}"

    @property
    def holder(self) -> str:
        """The name of the person or unit."""
        return str(self.entry or self.unit)


class NominationWithdrawal(models.Model):
    """A nomination is taken back before the approval. Final."""

    nomination = models.OneToOneField(Nomination, on_delete=models.CASCADE, related_name="withdrawal")
    reason = models.TextField("lý do")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "rút đề nghị trao giải"
        verbose_name_plural = "rút đề nghị trao giải"

    def __str__(self) -> str:
        return f"Rút: {self.nomination}"


class Award(models.Model):
    """One prize given to one person or unit from one run. Append-only (trigger)."""

    run = models.ForeignKey(StandingsRun, on_delete=models.PROTECT, related_name="awards")
    prize = models.ForeignKey(
        "contests.Prize",
        on_delete=models.PROTECT,
        related_name="awards",
        verbose_name="giải",
    )
    # Inside a block, when the table gives its prizes by blocks.
    block = models.ForeignKey("contests.Block", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField("suất", help_text="1 … số lượng của giải")
    entry = models.ForeignKey("contests.Entry", null=True, on_delete=models.PROTECT, related_name="awards")
    unit = models.ForeignKey("contests.Unit", null=True, on_delete=models.PROTECT, related_name="awards")
    # Null for those whom the committee chose without a ranking.
    rank = models.PositiveIntegerField("hạng", null=True)
    # What the plan said at the moment of the award.
    prize_name = models.CharField("tên giải", max_length=100)
    amount = models.PositiveIntegerField("giá trị (đồng)")

    class Meta:
        verbose_name = "giải đã trao"
        verbose_name_plural = "giải đã trao"
        ordering = ["prize__table__number", "prize__position", "block", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "prize", "block", "place"], name="one_award_per_place", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False, unit=None) | Q(entry=None, unit__isnull=False),
                name="award_goes_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prize_name} – {self.holder}"

    @property
    def holder(self) -> str:
        """The name of the person or unit."""
        return str(self.entry or self.unit)


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


class PublishedList(models.Model):
    """The file with which anyone checks a published run (docs/verify.py). Its absence is swept up. Final."""

    run = models.OneToOneField(StandingsRun, on_delete=models.PROTECT, related_name="published_list")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "danh sách công khai"
        verbose_name_plural = "danh sách công khai"

    def __str__(self) -> str:
        return self.name
