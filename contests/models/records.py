"""What happened to a plan, each as a record with its person and moment. Final (triggers)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contests.models.plan import Contest
from contests.models.rounds import Round


class Announcement(models.Model):
    """The contest was made public: the plan passed its check and people may see it and enter."""

    contest = models.OneToOneField(Contest, on_delete=models.CASCADE, related_name="announcement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "công bố cuộc thi"
        verbose_name_plural = "công bố cuộc thi"

    def __str__(self) -> str:
        return f"Công bố: {self.contest}"


class RoundSeal(models.Model):
    """A round's pool, blueprint and secret, fixed before the opening.

    `questions` is how many a paper has, `quotas` a list of [topic, difficulty or "", how many] in the order
    of drawing. Marks are whole numbers of 1/`parts` of a question (contests.enums.Marking.parts).
    Final (trigger), except that an Unsealing before the opening takes the row away.
    `commitment` = SHA-256 (hex) of `secret` (32 bytes) is public from the sealing on; the secret itself is
    public after the close, so that anyone can draw every paper again.
    """

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="seal")
    pool = models.ForeignKey("questions.SealedPool", on_delete=models.PROTECT, related_name="+")
    questions = models.PositiveSmallIntegerField()
    quotas = models.JSONField(default=list)
    parts = models.PositiveSmallIntegerField(default=1)
    secret = models.BinaryField(max_length=32)
    commitment = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "niêm phong đề"
        verbose_name_plural = "niêm phong đề"

    def __str__(self) -> str:
        return f"Niêm phong: {self.round}"


class Unsealing(models.Model):
    """A round's seal was broken before the opening, by another person than who sealed. Final (trigger).

    It keeps what the seal held, except the secret: that never drew a paper.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="unsealings")
    pool = models.ForeignKey("questions.SealedPool", on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64)
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    reason = models.TextField("lý do")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "mở niêm phong đề"
        verbose_name_plural = "mở niêm phong đề"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_by=F("by")), name="sealer_does_not_unseal"),
            models.UniqueConstraint(fields=["round", "commitment"], name="one_unsealing_per_seal"),
        ]

    def __str__(self) -> str:
        return f"Mở niêm phong: {self.round}"


class RoundClosing(models.Model):
    """The round takes no more papers from `at` on: its end came (by = null) or an organiser closed it."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="closing")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.TextField("lý do", blank=True)

    class Meta:
        verbose_name = "đóng vòng thi"
        verbose_name_plural = "đóng vòng thi"

    def __str__(self) -> str:
        return f"Đóng: {self.round}"


class HeadcountLock(models.Model):
    """The units' headcounts stand: from now on one changes only as a correction with its reason. Final."""

    contest = models.OneToOneField(Contest, on_delete=models.CASCADE, related_name="headcount_lock")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "khóa tổng số người"
        verbose_name_plural = "khóa tổng số người"

    def __str__(self) -> str:
        return f"Khóa tổng số người: {self.contest}"


class Promotion(models.Model):
    """A person of an earlier round may take part in this one (a final). Final.

    `place` is the place among the promoted of the unit (from 1); `basis` says from which standings, as
    "round number/version/digest"; someone who steps in for another names that one's withdrawal.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="promotions")
    entry = models.ForeignKey("contests.Entry", on_delete=models.PROTECT, related_name="promotions")
    unit = models.ForeignKey("contests.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField("thứ tự trong đơn vị")
    basis = models.CharField("theo bảng xếp hạng", max_length=100)
    replaces = models.OneToOneField(
        "contests.Withdrawal", null=True, on_delete=models.PROTECT, related_name="replacement"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "người vào vòng sau"
        verbose_name_plural = "người vào vòng sau"
        ordering = ["round", "unit__code", "place"]
        constraints = [
            models.UniqueConstraint(fields=["round", "entry"], name="one_promotion_per_round_and_entry")
        ]

    def __str__(self) -> str:
        return f"{self.entry} – {self.round}"


class Withdrawal(models.Model):
    """A promoted person does not take part after all; the next of the unit may step in. Final."""

    promotion = models.OneToOneField(Promotion, on_delete=models.PROTECT, related_name="withdrawal")
    grounds = models.TextField("lý do")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "rút khỏi vòng sau"
        verbose_name_plural = "rút khỏi vòng sau"

    def __str__(self) -> str:
        return f"Rút: {self.promotion}"
