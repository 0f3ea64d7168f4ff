"""One row per attempt, and the one prediction of a person in a round."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from attempts.anomalies.models import Anomaly as Anomaly
from attempts.anomalies.models import AnomalyScan as AnomalyScan
from attempts.anomalies.models import AnomalyVerdict as AnomalyVerdict
from contest_site.lib.work import Work


class Attempt(models.Model):
    """One sitting. Open until `submitted_at` is set; from then on the row is final (trigger).

    The arrays have one element per question of the paper, in the order shown:
    `paper`    index of the question in the round's sealed pool,
    `orders`   rank of the permutation in which its options are shown (attempts.rules.permutation),
    `limits`   the highest answer that there is, so that a save can be checked in the one UPDATE that it is,
    `answers`  what was tapped: 0 = blank, else 1 + the place shown; where several options may be chosen, the
               sum of 2^place over those tapped, places from 0 (attempts.rules.marking),
    `choices`  the same with the option's index in the pool for the place shown, set on submission.

    `correct` is the mark in 1/`parts` of a question (RoundSeal.parts): the number right where that is 1.
    """

    class FinishedBy(models.TextChoices):
        CONTESTANT = "contestant", "Người dự thi nộp bài"
        SERVER = "server", "Hệ thống nộp khi hết giờ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No indexes of their own: one_attempt_per_number and attempt_round_entry begin with them.
    entry = models.ForeignKey(
        "contests.Entry",
        on_delete=models.PROTECT,
        related_name="attempts",
        verbose_name="đăng ký dự thi",
        db_index=False,
    )
    round = models.ForeignKey(
        "contests.Round",
        on_delete=models.PROTECT,
        related_name="attempts",
        verbose_name="vòng thi",
        db_index=False,
    )
    number = models.PositiveSmallIntegerField("lượt")
    seed = models.BinaryField(max_length=32)
    paper = ArrayField(models.SmallIntegerField())
    orders = ArrayField(models.SmallIntegerField())
    limits = ArrayField(models.SmallIntegerField())
    answers = ArrayField(models.SmallIntegerField())
    prediction_draft = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField("bắt đầu lúc", db_default=Now())
    deadline = models.DateTimeField("hạn nộp bài")
    saved_at = models.DateTimeField("lưu lần cuối", null=True)
    submitted_at = models.DateTimeField("nộp lúc", null=True)
    # NULL until submitted, like the other results; an empty text would be a value.
    finished_by = models.CharField("nộp bởi", max_length=10, choices=FinishedBy, null=True)  # noqa: DJ001
    choices = ArrayField(models.SmallIntegerField(), null=True)
    correct = models.PositiveSmallIntegerField("số câu đúng", null=True)
    duration_ms = models.PositiveIntegerField("thời gian làm bài (ms)", null=True)
    receipt = models.CharField("mã biên nhận", max_length=19, null=True)  # noqa: DJ001
    address = models.GenericIPAddressField("địa chỉ mạng", null=True)
    device = models.CharField("thiết bị", max_length=16, blank=True)

    class Meta:
        verbose_name = "lượt thi"
        verbose_name_plural = "lượt thi"
        constraints = [
            models.UniqueConstraint(fields=["entry", "round", "number"], name="one_attempt_per_number"),
            models.UniqueConstraint(
                fields=["entry", "round"],
                condition=Q(submitted_at=None),
                name="one_open_attempt_per_round",
            ),
            models.UniqueConstraint(fields=["receipt"], name="one_attempt_per_receipt"),
            models.CheckConstraint(condition=Q(deadline__gt=F("started_at")), name="deadline_after_start"),
            # Submitted means marked, timed and receipted, all at once.
            models.CheckConstraint(
                condition=Q(
                    submitted_at=None,
                    finished_by=None,
                    choices=None,
                    correct=None,
                    duration_ms=None,
                    receipt=None,
                )
                | Q(
                    submitted_at__isnull=False,
                    finished_by__isnull=False,
                    choices__isnull=False,
                    correct__isnull=False,
                    duration_ms__isnull=False,
                    receipt__isnull=False,
                ),
                name="attempt_is_submitted_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline"],
                condition=Q(submitted_at=None),
                name="attempt_open_deadline",
            ),
            models.Index(fields=["round", "entry"], name="attempt_round_entry"),
            # The organisers' list; a save does not touch it.
            models.Index(fields=["started_at"], name="attempt_started"),
        ]

    def __str__(self) -> str:
        return f"Lượt {self.number}"


class Prediction(models.Model):
    """The one prediction of a person in a round: the first submitted value binds. Final (trigger)."""

    entry = models.ForeignKey("contests.Entry", on_delete=models.PROTECT, related_name="predictions")
    round = models.ForeignKey("contests.Round", on_delete=models.PROTECT, related_name="predictions")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="prediction")
    value = models.DecimalField("dự đoán", max_digits=14, decimal_places=5)
    at = models.DateTimeField("thời điểm", db_default=Now())

    class Meta:
        verbose_name = "câu dự đoán"
        verbose_name_plural = "câu dự đoán"
        constraints = [
            models.UniqueConstraint(fields=["entry", "round"], name="one_prediction_per_entry_and_round"),
            models.CheckConstraint(condition=Q(value__gte=0), name="prediction_is_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.value)


class Disqualification(models.Model):
    """Loại kết quả: a person's attempts of a round (or of the whole contest) do not count. Final."""

    entry = models.ForeignKey("contests.Entry", on_delete=models.PROTECT, related_name="disqualifications")
    round = models.ForeignKey(
        "contests.Round",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="disqualifications",
        verbose_name="vòng thi",
    )
    grounds = models.TextField("căn cứ")
    attachment = models.FileField("tài liệu kèm theo", upload_to="grounds/%Y/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "loại kết quả"
        verbose_name_plural = "loại kết quả"
        ordering = ["-id"]
        permissions = [("judge_attempts", "Được loại, phục hồi kết quả và đề nghị sửa đáp án")]

    def __str__(self) -> str:
        return f"Loại kết quả: {self.entry}"


class Reinstatement(models.Model):
    """A disqualification is taken back; the attempts count again. Final."""

    disqualification = models.OneToOneField(
        Disqualification, on_delete=models.PROTECT, related_name="reinstatement"
    )
    grounds = models.TextField("căn cứ")
    attachment = models.FileField("tài liệu kèm theo", upload_to="grounds/%Y/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "phục hồi kết quả"
        verbose_name_plural = "phục hồi kết quả"

    def __str__(self) -> str:
        return f"Phục hồi: {self.disqualification}"


class KeyCorrection(models.Model):
    """A question of a round's sealed pool is to be marked otherwise; in force once approved. Final.

    `question` is its index in the pool; `accepted` holds the canonical options (from 0) that count as right:
    any of them where one option is chosen, the right combination where several may be; all of them with
    `void`: the question counts as right for everybody, also where it was left blank.
    A later approved correction of the same question replaces an earlier one.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.PROTECT, related_name="key_corrections")
    question = models.PositiveSmallIntegerField("câu hỏi")
    accepted = ArrayField(models.SmallIntegerField())
    void = models.BooleanField("tính đúng cho mọi người", default=False)
    grounds = models.TextField("căn cứ")
    attachment = models.FileField("tài liệu kèm theo", upload_to="grounds/%Y/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "sửa đáp án"
        verbose_name_plural = "sửa đáp án"
        ordering = ["round", "id"]
        permissions = [("approve_key_correction", "Được phê duyệt sửa đáp án")]

    def __str__(self) -> str:
        return f"Sửa đáp án câu {self.question + 1} – {self.round}"


class KeyCorrectionDecision(models.Model):
    """Another person approved the correction or turned it down. Final; two people, says the database."""

    correction = models.OneToOneField(KeyCorrection, on_delete=models.PROTECT, related_name="decision")
    approved = models.BooleanField("đồng ý")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("ý kiến", blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "quyết định sửa đáp án"
        verbose_name_plural = "quyết định sửa đáp án"
        constraints = [
            models.CheckConstraint(condition=~Q(proposer=F("by")), name="proposer_does_not_approve_key")
        ]

    def __str__(self) -> str:
        return f"Quyết định: {self.correction}"


class Regrade(models.Model):
    """Chấm lại: all approved corrections of a closed round, on its attempts. Final; the newest counts.

    `corrections` is a list of [question, accepted options, void], by question. Attempts keep their own
    marks; those whose number right differs from it have a RegradedScore.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.PROTECT, related_name="regrades")
    version = models.PositiveIntegerField("lần")
    corrections = models.JSONField("đáp án sửa")
    attempts = models.PositiveIntegerField("số bài thay đổi điểm")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "chấm lại"
        verbose_name_plural = "chấm lại"
        ordering = ["round", "-version"]
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="one_regrade_per_version")]

    def __str__(self) -> str:
        return f"Chấm lại lần {self.version} – {self.round}"


class RegradedScore(models.Model):
    """An attempt's number right after a regrade, where it differs from the attempt's own. Final."""

    regrade = models.ForeignKey(Regrade, on_delete=models.PROTECT, related_name="scores")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="regraded")
    correct = models.PositiveSmallIntegerField("số câu đúng")

    class Meta:
        verbose_name = "điểm chấm lại"
        verbose_name_plural = "điểm chấm lại"
        constraints = [
            models.UniqueConstraint(fields=["regrade", "attempt"], name="one_score_per_regrade_and_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.correct}"


class ItemCounts(Work):
    """How often each choice of each question was submitted in a round, as a worker counted it last.

    Not more than the item analysis needs (attempts.analysis.queries), and no key: what is right is read from
    the seal and from the corrections up to `basis`, when a page with that right is shown. `every`: of all
    papers of a person, not the first alone. `basis`: of what (attempts.analysis.storing); None before the
    first time.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.CASCADE, related_name="+")
    every = models.BooleanField("mọi lượt thi")
    papers = models.PositiveIntegerField("số bài", null=True, editable=False)
    counts = models.JSONField("số đếm", null=True, editable=False)
    basis = models.JSONField("tính từ", null=True, editable=False)
    counted_at = models.DateTimeField("đếm lúc", null=True, editable=False)

    class Meta:
        verbose_name = "số liệu phân tích câu hỏi"
        verbose_name_plural = "số liệu phân tích câu hỏi"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["round", "every"], name="one_item_count_per_round")]

    def __str__(self) -> str:
        return f"Phân tích câu hỏi: {self.round}"
