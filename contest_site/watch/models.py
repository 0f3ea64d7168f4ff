"""What the watch keeps: counts of rounds by minute and by unit, incidents, backups."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contest_site.watch.enums import BackupKind, IncidentKind


class RoundCount(models.Model):
    """A round as it was counted last. Attempts that ended before `settled_to` are never read again."""

    round = models.OneToOneField("contests.Round", on_delete=models.CASCADE, related_name="+")
    settled_to = models.DateTimeField("đã chốt đến")
    open = models.PositiveIntegerField("đang làm bài", default=0)
    submitted = models.PositiveIntegerField("đã nộp", default=0)
    # Open, and their time was over a minute ago: nobody ends them.
    overdue = models.PositiveIntegerField("quá giờ chưa nộp", default=0, db_default=0)
    counted_at = models.DateTimeField("đếm lúc")
    # Closed and nothing open: no later count can be another.
    final = models.BooleanField("đã đếm xong", default=False)

    class Meta:
        verbose_name = "số liệu của vòng thi"
        verbose_name_plural = "số liệu của các vòng thi"
        default_permissions = ()
        permissions = [("see_watch", "Được theo dõi vòng thi đang diễn ra")]

    def __str__(self) -> str:
        return f"Số liệu: {self.round}"

    @property
    def started(self) -> int:
        return self.open + self.submitted


class MinuteCount(models.Model):
    """What began and ended in one minute of a round, and how many papers were open at its last count.

    `settled` is the part of `started` whose attempts ended before the round's `settled_to`.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField("phút")
    started = models.PositiveIntegerField("bắt đầu", default=0)
    submitted = models.PositiveIntegerField("đã nộp", default=0)
    settled = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField("đang làm bài", null=True)

    class Meta:
        verbose_name = "số liệu theo phút"
        verbose_name_plural = "số liệu theo phút"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["round", "minute"], name="one_count_per_round_and_minute")
        ]

    def __str__(self) -> str:
        return f"{self.minute}: {self.started}/{self.submitted}"


class UnitCount(models.Model):
    """Attempts of a unit right below the contest's area, with everybody below it.

    `settled` is the part of `submitted` that ended before the round's `settled_to`.
    """

    round = models.ForeignKey("contests.Round", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("contests.Unit", on_delete=models.CASCADE, related_name="+")
    open = models.PositiveIntegerField("đang làm bài", default=0)
    submitted = models.PositiveIntegerField("đã nộp", default=0)
    settled = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "số liệu theo đơn vị"
        verbose_name_plural = "số liệu theo đơn vị"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["round", "unit"], name="one_count_per_round_and_unit")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.open}/{self.submitted}"


class Incident(models.Model):
    """Something that could not wait, from when it was noticed until it was over.

    `told` and `told_end` say whether somebody was told of its beginning and of its end, `tries` how often
    that was tried in vain. `calm_since` is set while it no longer shows; it ends after a while of that.
    """

    kind = models.CharField("loại", max_length=10, choices=IncidentKind)
    # Of several alike at a time (a round): which one.
    about = models.CharField("về", max_length=40, blank=True)
    text = models.TextField("nội dung")
    began_at = models.DateTimeField("bắt đầu lúc", db_default=Now())
    calm_since = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    told = models.BooleanField("đã báo", default=False)
    told_end = models.BooleanField("đã báo kết thúc", default=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "sự cố"
        verbose_name_plural = "sự cố"
        ordering = ["-began_at", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=Q(ended_at=None), name="one_open_incident_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Backup(models.Model):
    """One backup: a file `name` in the backup folder, or, with `failure`, why there is none.

    `running`: it was asked for or is being made. A row that stays so was left by a process that is gone.
    """

    STOPPED = "Bị dừng giữa chừng."  # a failure

    at = models.DateTimeField("sao lưu lúc", db_default=Now())
    kind = models.CharField("loại", max_length=10, choices=BackupKind)
    name = models.CharField("tệp", max_length=100, blank=True)
    place = models.CharField("nơi lưu", max_length=300, blank=True)
    size = models.PositiveBigIntegerField("dung lượng (byte)", default=0)
    sha256 = models.CharField("mã kiểm SHA-256", max_length=64, blank=True)
    seconds = models.PositiveIntegerField("thời gian (giây)", default=0)
    rows = models.PositiveBigIntegerField("số dòng dữ liệu", default=0)
    files = models.PositiveIntegerField("số tệp đính kèm", default=0)
    host = models.CharField("máy", max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="người thực hiện",
    )
    failure = models.CharField("lỗi", max_length=300, blank=True)
    running = models.BooleanField("đang sao lưu", default=False, db_default=False)
    removed_at = models.DateTimeField("đã xóa lúc", null=True)

    class Meta:
        verbose_name = "bản sao lưu"
        verbose_name_plural = "bản sao lưu"
        ordering = ["-at", "-id"]
        default_permissions = ("view",)
        permissions = [("make_backup", "Được sao lưu ngay")]

    def __str__(self) -> str:
        return self.name or self.failure
