"""Who agreed to which text, for what, and when; for a child, who may agree. All of it final (triggers)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contests.enums import Giver, Purpose, Relation
from contests.models.entry import Entry
from contests.models.plan import Contest


class ConsentText(models.Model):
    """A text as people agreed to it; frozen at the first consent, so a changed text is another version."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="consent_texts")
    version = models.CharField("phiên bản", max_length=20)
    digest = models.CharField("mã băm SHA-256", max_length=64)
    text = models.TextField("nội dung")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "nội dung đồng ý"
        verbose_name_plural = "nội dung đồng ý"
        constraints = [
            models.UniqueConstraint(fields=["contest", "version"], name="one_text_per_consent_version")
        ]

    def __str__(self) -> str:
        return f"{self.contest}, {self.version}"


class Guardian(models.Model):
    """Whom a child named as mother, father or guardian; of an entry the newest row counts.

    `contact` is E.164 or an e-mail address. Final but for erasure.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="guardians")
    full_name = models.CharField("họ và tên", max_length=200)
    relation = models.CharField("quan hệ", max_length=12, choices=Relation)
    contact = models.CharField("số điện thoại hoặc thư điện tử", max_length=254, blank=True, db_index=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "người giám hộ"
        verbose_name_plural = "người giám hộ"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.get_relation_display()})"


class GuardianCode(models.Model):
    """The one code with which a guardian can open the page of their children. Short-lived, then swept.

    `contact` and `code` are keyed hashes (hex): the row tells neither.
    """

    contact = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "mã của người giám hộ"
        verbose_name_plural = "mã của người giám hộ"

    def __str__(self) -> str:
        return f"{self.expires_at}"


class Consent(models.Model):
    """One person agreed to one text for one purpose, for one entry. Final.

    `by` is the account that ticked the box, or the organiser who recorded the `paper` (number, date, where
    it is kept); a guardian with a code has no account.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField("mục đích", max_length=20, choices=Purpose)
    giver = models.CharField("cách đồng ý", max_length=10, choices=Giver)
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.PROTECT, related_name="consents")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    paper = models.CharField("giấy đồng ý", max_length=300, blank=True)
    at = models.DateTimeField("lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "sự đồng ý"
        verbose_name_plural = "sự đồng ý"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "text", "purpose"], name="one_consent_per_text"),
            models.CheckConstraint(
                condition=Q(giver=Giver.PERSON, by__isnull=False, guardian=None, paper="")
                | Q(giver=Giver.GUARDIAN, by=None, guardian__isnull=False, paper="")
                | (Q(giver=Giver.PAPER, by__isnull=False, guardian=None) & ~Q(paper="")),
                name="consent_says_who_gave_it",
            ),
            models.CheckConstraint(
                condition=Q(giver=Giver.PERSON, purpose=Purpose.TAKE_PART)
                | (~Q(giver=Giver.PERSON) & Q(purpose=Purpose.CHILD_TAKES_PART)),
                name="consent_is_the_givers_to_give",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.get_purpose_display()}"


class ConsentWithdrawal(models.Model):
    """The person or the guardian took the consent back: nothing more is done with the entry. Final.

    What was published before stays; what is ranked later does not know the entry.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="consent_withdrawal")
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "rút lại sự đồng ý"
        verbose_name_plural = "rút lại sự đồng ý"
        constraints = [
            models.CheckConstraint(
                condition=Q(guardian=None, by__isnull=False) | Q(guardian__isnull=False, by=None),
                name="withdrawal_says_who_withdrew",
            )
        ]

    def __str__(self) -> str:
        return str(self.entry)
