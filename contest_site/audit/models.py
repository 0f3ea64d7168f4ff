from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from contest_site.lib.names import Joined, Words

# What an event is found by.
SAID = Joined("actor_name", "object_name", "reason")


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
    # The number of the request or task in which it was done, the same as of its changes (Change.request).
    request = models.UUIDField("mã yêu cầu", null=True, editable=False)
    address = models.GenericIPAddressField("địa chỉ mạng", null=True, editable=False)

    class Meta:
        verbose_name = "sự kiện"
        verbose_name_plural = "nhật ký"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"]),
            models.Index(fields=["request"], name="event_request"),
            GinIndex(Words(SAID), name="event_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.verb} {self.object_name}"


class Change(models.Model):
    """One row of a table was added, changed or deleted. Written by triggers alone (audit.triggers); final.

    `changes` is {column: [before, after]}: of an added row every before, of a deleted one every after is
    null; of a changed one only the columns that differ are there. What is secret stands as "•••", what is a
    person's as "#" and the row's key. Of tables that are filled by the hundred thousand one line stands for a
    whole statement: {"rows": [null, number]} with an empty `row_key`.
    """

    class Source(models.TextChoices):
        WEB = "web", "Trang web"
        TASK = "task", "Tác vụ nền"
        COMMAND = "command", "Lệnh quản trị"
        # No program of the site: somebody with a console.
        DATABASE = "database", "Trực tiếp trên cơ sở dữ liệu"

    class Operation(models.TextChoices):
        INSERT = "I", "Thêm"
        UPDATE = "U", "Sửa"
        DELETE = "D", "Xóa"
        TRUNCATE = "T", "Xóa cả bảng"

    at = models.DateTimeField("thời điểm")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người thực hiện",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        # Who asks for what one account did reads by the index with `id`.
        db_index=False,
        related_name="+",
    )
    actor_name = models.CharField("tên người thực hiện", max_length=200)
    source = models.CharField("nguồn", max_length=10, choices=Source)
    place = models.CharField("nơi thực hiện", max_length=200)
    address = models.GenericIPAddressField("địa chỉ mạng", null=True)
    request = models.UUIDField("mã yêu cầu", null=True)
    role = models.CharField("vai trò trong cơ sở dữ liệu", max_length=63)
    table_name = models.CharField("bảng", max_length=63)
    row_key = models.CharField("khóa", max_length=60)
    operation = models.CharField("thao tác", max_length=1, choices=Operation)
    changes = models.JSONField("thay đổi")
    # What the search finds it by: names and values without accents.
    words = SearchVectorField(null=True)

    class Meta:
        verbose_name = "thay đổi dữ liệu"
        verbose_name_plural = "thay đổi dữ liệu"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["table_name", "row_key", "id"], name="change_row"),
            models.Index(fields=["table_name", "id"], name="change_table"),
            models.Index(fields=["actor", "id"], name="change_actor"),
            models.Index(fields=["at"], name="change_at"),
            models.Index(fields=["request"], name="change_request"),
            GinIndex(fields=["words"], name="change_words"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_key}: {self.get_operation_display()}"


class Seal(models.Model):
    """The rows of a trail with `after` < id ≤ `upto`, bound to all seals before. Final.

    `digests` are the rows' SHA-256, 32 bytes each in the order of `rows`; `seal` is the SHA-256 over the seal
    before, the ids and the digests. The database's function audit_seal_next writes it.
    """

    class Trail(models.TextChoices):
        CHANGES = "changes", "Thay đổi dữ liệu"
        EVENTS = "events", "Sự kiện"

    trail = models.CharField("nhật ký", max_length=10, choices=Trail)
    at = models.DateTimeField("thời điểm")
    after = models.BigIntegerField("sau dòng")
    upto = models.BigIntegerField("đến dòng")
    rows = ArrayField(models.BigIntegerField())
    digests = models.BinaryField()
    seal = models.BinaryField("niêm phong")

    class Meta:
        verbose_name = "niêm phong nhật ký"
        verbose_name_plural = "niêm phong nhật ký"
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["trail", "after"], name="one_seal_after_another"),
        ]

    def __str__(self) -> str:
        return f"{self.get_trail_display()} {self.upto}: {bytes(self.seal).hex()}"
