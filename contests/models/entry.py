from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contest_site.lib.names import Words
from contests.enums import ExclusionRole, Gender
from contests.models.plan import Category, Contest
from contests.models.unit import Unit


class Entry(models.Model):
    """Đăng ký dự thi: one person in one contest. The same account, phone or ID cannot enter twice."""

    contest = models.ForeignKey(
        Contest,
        on_delete=models.CASCADE,
        related_name="entries",
        verbose_name="cuộc thi",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name="tài khoản",
    )
    full_name = models.CharField("họ và tên", max_length=200)
    # Asked or not, and whether they must be given, is the plan's (Contest.ask_…).
    birth_date = models.DateField("ngày sinh", null=True, blank=True)
    gender = models.CharField("giới tính", max_length=10, choices=Gender, blank=True)
    phone = models.CharField("số điện thoại", max_length=16, null=True, blank=True)  # noqa: DJ001
    address = models.CharField("địa chỉ", max_length=300, blank=True, default="", db_default="")
    # The number itself, encrypted (contest_site.lib.sealing); the keyed hash is what is compared.
    national_id_sealed = models.BinaryField(null=True, editable=False)
    national_id_hash = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001  null is "not given", so that the constraint lets many be without
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entries", verbose_name="đơn vị")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", verbose_name="đối tượng"
    )
    # An organiser trying the contest out: never counted, ranked or reported.
    unofficial = models.BooleanField("thi thử của Ban Tổ chức", default=False, editable=False)
    # Under 16 on the day of entering: a guardian's consent comes before the first start.
    needs_guardian = models.BooleanField(
        "cần người giám hộ đồng ý", default=False, db_default=False, editable=False
    )
    consent_version = models.CharField("phiên bản nội dung đồng ý", max_length=20)
    consented_at = models.DateTimeField("đồng ý lúc", db_default=Now(), editable=False)
    created_at = models.DateTimeField("đăng ký lúc", db_default=Now(), editable=False)
    # What tells who the person is was taken away then; ranks and awards stay.
    erased_at = models.DateTimeField("đã xóa dữ liệu cá nhân lúc", null=True, editable=False)

    class Meta:
        permissions = [("see_national_id", "Được xem số định danh cá nhân của người dự thi")]
        verbose_name = "đăng ký dự thi"
        verbose_name_plural = "đăng ký dự thi"
        ordering = ["-id"]
        # People of a roster are looked for by name and birth date (contests.rosters).
        indexes = [
            models.Index(fields=["contest", "birth_date"], name="entry_birth_dates"),
            GinIndex(Words("full_name"), name="entry_names", fastupdate=False),
        ]
        constraints = [
            models.UniqueConstraint(fields=["contest", "user"], name="one_entry_per_contest_and_user"),
            models.UniqueConstraint(fields=["contest", "phone"], name="one_entry_per_contest_and_phone"),
            models.UniqueConstraint(
                fields=["contest", "national_id_hash"],
                name="one_entry_per_contest_and_national_id",
            ),
            models.CheckConstraint(
                condition=Q(national_id_sealed=None) | Q(national_id_hash__isnull=False),
                name="kept_national_id_has_its_hash",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    birth_date=None,
                    gender="",
                    phone=None,
                    address="",
                    national_id_hash=None,
                    national_id_sealed=None,
                ),
                name="erased_entry_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class Exclusion(models.Model):
    """Someone who may not take part or be ranked, known by account, phone or national ID: one is enough."""

    contest = models.ForeignKey(
        Contest,
        on_delete=models.CASCADE,
        related_name="exclusions",
        verbose_name="cuộc thi",
    )
    full_name = models.CharField("họ và tên", max_length=200)
    role = models.CharField("vai trò", max_length=20, choices=ExclusionRole)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="tài khoản",
    )
    phone = models.CharField("số điện thoại", max_length=16, null=True, blank=True)  # noqa: DJ001
    national_id_hash = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001
    created_at = models.DateTimeField("ngày thêm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "người không được dự thi"
        verbose_name_plural = "người không được dự thi"
        ordering = ["contest", "full_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(phone__isnull=False) | Q(national_id_hash__isnull=False),
                name="exclusion_names_someone",
                violation_error_message=(
                    "Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân."
                ),
            ),
            models.UniqueConstraint(fields=["contest", "user"], name="one_exclusion_per_user"),
            models.UniqueConstraint(fields=["contest", "phone"], name="one_exclusion_per_phone"),
            models.UniqueConstraint(
                fields=["contest", "national_id_hash"],
                name="one_exclusion_per_national_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.get_role_display()})"
