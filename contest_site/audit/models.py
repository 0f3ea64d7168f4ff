from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """Who did what, when, to which object. Written in the same transaction as the act; final (trigger)."""

    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)
    # No constraint: a person's account may be erased, the trail stays.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người thực hiện",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField("tên người thực hiện", max_length=200)
    verb = models.CharField("việc", max_length=60)
    object_type = models.CharField("loại đối tượng", max_length=60)
    object_id = models.CharField("mã đối tượng", max_length=60)
    object_name = models.CharField("đối tượng", max_length=300)
    reason = models.TextField("lý do", blank=True)
    data = models.JSONField("chi tiết", default=dict)

    class Meta:
        verbose_name = "sự kiện"
        verbose_name_plural = "nhật ký"
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.verb} {self.object_name}"
