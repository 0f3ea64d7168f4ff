"""What people ask of the organisers after entering: about an entry, or about all their data. Final."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contests.enums import DataRequestKind, RequestKind, Verdict
from contests.models.entry import Entry


class EntryRequest(models.Model):
    """The person asks that the entry be changed. Final but for erasure.

    `wanted` is {field: value as stored}: a unit or category by its id, a national ID sealed; of a missing
    unit {"unit_name": …}, the entry meanwhile standing under the nearest listed unit.
    """

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="requests", verbose_name="đăng ký"
    )
    kind = models.CharField("loại", max_length=12, choices=RequestKind)
    wanted = models.JSONField("đề nghị", default=dict)
    reason = models.TextField("lý do", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("gửi lúc", db_default=Now(), editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "đề nghị của người dự thi"
        verbose_name_plural = "đề nghị của người dự thi"
        ordering = ["id"]
        permissions = [("decide_request", "Được quyết định đề nghị của người dự thi")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.get_kind_display()}"


class EntryDecision(models.Model):
    """An organiser accepted or refused; what the entry held before and after. Final but for erasure."""

    request = models.OneToOneField(EntryRequest, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField("quyết định", max_length=10, choices=Verdict)
    before = models.JSONField("trước", default=dict)
    after = models.JSONField("sau", default=dict)
    grounds = models.TextField("lý do", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("lúc", db_default=Now(), editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "quyết định về đề nghị"
        verbose_name_plural = "quyết định về đề nghị"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ACCEPTED) | ~Q(grounds="") | Q(erased_at__isnull=False),
                name="refused_request_has_grounds",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_verdict_display()}"


class DataRequest(models.Model):
    """A person asks for a copy of all data, or for its erasure; to be answered by `due_at`. Final."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="data_requests",
        verbose_name="tài khoản",
    )
    kind = models.CharField("loại", max_length=10, choices=DataRequestKind)
    at = models.DateTimeField("gửi lúc", db_default=Now(), editable=False)
    due_at = models.DateTimeField("hạn trả lời")

    class Meta:
        verbose_name = "đề nghị về dữ liệu cá nhân"
        verbose_name_plural = "đề nghị về dữ liệu cá nhân"
        ordering = ["id"]
        permissions = [("answer_data_request", "Được trả lời đề nghị về dữ liệu cá nhân")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.user})"


class DataAnswer(models.Model):
    """What came of it; `by=None` is the system, which makes copies by itself. Final."""

    request = models.OneToOneField(DataRequest, on_delete=models.PROTECT, related_name="answer")
    verdict = models.CharField("trả lời", max_length=10, choices=Verdict)
    grounds = models.TextField("lý do", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "trả lời về dữ liệu cá nhân"
        verbose_name_plural = "trả lời về dữ liệu cá nhân"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ACCEPTED) | ~Q(grounds=""),
                name="refused_data_request_has_grounds",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_verdict_display()}"


class DataExport(models.Model):
    """The copy: a ZIP below the media folder, for its owner alone, until `expires_at`; then it is removed."""

    request = models.OneToOneField(DataRequest, on_delete=models.PROTECT, related_name="export")
    name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "bản sao dữ liệu cá nhân"
        verbose_name_plural = "bản sao dữ liệu cá nhân"

    def __str__(self) -> str:
        return str(self.request)
