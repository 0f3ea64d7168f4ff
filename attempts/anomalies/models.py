"""The rows of the queue: what a scan found, what people said of it, and the scan itself."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from contest_site.lib.work import Work


class AnomalyKind(models.TextChoices):
    """What a signal is about; one SQL statement each (attempts.anomalies.detection)."""

    SPEED = "speed", _("Nộp nhanh hơn mức tối thiểu")
    ANSWERS = "answers", _("Sai giống nhau")
    NATIONAL_ID = "national_id", _("Trùng số định danh cá nhân")
    PHONE = "phone", _("Trùng số điện thoại")
    NAME = "name", _("Trùng họ tên và ngày sinh")
    ADDRESS = "address", _("Chung địa chỉ mạng")
    DEVICE = "device", _("Nối tiếp nhau trên một thiết bị")
    BURST = "burst", _("Nhiều bài dồn dập của một đơn vị")
    CLOCK = "clock", _("Thời điểm bất thường")
    HEADCOUNT = "headcount", _("Vượt tổng số người của đơn vị")


class Anomaly(models.Model):
    """A signal of a round, as a scan found it. Final (trigger); other evidence is another row.

    Nothing follows from it: a mark, a rank or an award never reads this table. `evidence` holds numbers and
    keys of rows, never a name, a phone number or an address, so that an erasure has nothing to take out here.
    `attempts` (those with most right first) and `entries` name at most 200 each; `people` and `papers` count
    all. `fingerprint` = SHA-256 (hex) of kind and evidence.
    """

    round = models.ForeignKey(
        "contests.Round", on_delete=models.PROTECT, related_name="anomalies", verbose_name="vòng thi"
    )
    kind = models.CharField("dấu hiệu", max_length=12, choices=AnomalyKind)
    fingerprint = models.CharField(max_length=64, editable=False)
    # Where everybody in it is of one unit.
    unit = models.ForeignKey(
        "contests.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="đơn vị"
    )
    people = models.PositiveIntegerField("số người")
    papers = models.PositiveIntegerField("số bài")
    entries = ArrayField(models.BigIntegerField())
    attempts = ArrayField(models.UUIDField())
    evidence = models.JSONField("số liệu")
    found_at = models.DateTimeField("phát hiện lúc", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "dấu hiệu bất thường"
        verbose_name_plural = "dấu hiệu bất thường"
        ordering = ["round", "id"]
        default_permissions = ("view",)
        permissions = [("decide_anomaly", "Được kết luận về dấu hiệu bất thường")]
        constraints = [
            models.UniqueConstraint(fields=["round", "fingerprint"], name="one_anomaly_per_evidence"),
            models.CheckConstraint(condition=Q(kind__in=AnomalyKind.values), name="anomaly_has_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class AnomalyVerdict(models.Model):
    """What somebody concluded of a signal, with the grounds. Final (trigger); the newest of a signal counts.

    "Passed on" changes no result: disqualifying is a recorded act of its own (attempts.domain.disqualifying).
    """

    class Conclusion(models.TextChoices):
        NO_EFFECT = "no_effect", _("Không ảnh hưởng")
        EXPLAINED = "explained", _("Đã giải thích được")
        PASSED_ON = "passed_on", _("Chuyển xem xét loại kết quả")

    anomaly = models.ForeignKey(
        Anomaly, on_delete=models.PROTECT, related_name="verdicts", verbose_name="dấu hiệu"
    )
    conclusion = models.CharField("kết luận", max_length=10, choices=Conclusion)
    grounds = models.TextField("căn cứ")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="người kết luận"
    )
    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "kết luận về dấu hiệu"
        verbose_name_plural = "kết luận về dấu hiệu"
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~Q(grounds=""), name="an_anomaly_verdict_has_grounds"),
            models.CheckConstraint(
                condition=Q(conclusion__in=["no_effect", "explained", "passed_on"]),
                name="an_anomaly_verdict_has_a_conclusion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()}: {self.anomaly}"


class AnomalyScan(Work):
    """A round as it was looked through last: which signals there are now.

    `found`: keys of the signals, those of earlier scans that are still so among them; None before the first
    time. `counts`: how many of each kind at `counted_at`; while a round runs, a worker counts every few
    minutes and writes no signal.
    `skipped`: kinds that took too long and were not looked for. `basis`: of what it was made
    (attempts.anomalies.scanning).
    """

    round = models.OneToOneField("contests.Round", on_delete=models.CASCADE, related_name="anomaly_scan")
    found = ArrayField(models.BigIntegerField(), null=True, editable=False)
    counts = models.JSONField("số đếm", default=dict, editable=False)
    counted_at = models.DateTimeField("đếm lúc", null=True, editable=False)
    skipped = ArrayField(models.CharField(max_length=12), default=list, editable=False)
    basis = models.JSONField("tính từ", null=True, editable=False)
    scanned_at = models.DateTimeField("quét lúc", null=True, editable=False)
    took_ms = models.PositiveIntegerField("thời gian quét (ms)", null=True, editable=False)

    class Meta:
        verbose_name = "lần quét dấu hiệu"
        verbose_name_plural = "lần quét dấu hiệu"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Quét dấu hiệu: {self.round}"
