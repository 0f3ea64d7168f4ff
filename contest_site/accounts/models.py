from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contest_site.accounts.enums import IdentityCheck, MoveReason
from contest_site.lib.names import Words


def random_username() -> str:
    return f"u{secrets.token_hex(8)}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, password: str | None = None, **fields: Any) -> User:
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, password: str | None = None, **fields: Any) -> User:
        return self.create_user(password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A contestant, an organiser or an agency's officer. Signs in by phone, e-mail or username."""

    username = models.CharField("tên đăng nhập", max_length=150, unique=True, default=random_username)
    full_name = models.CharField("họ và tên", max_length=200, blank=True)
    phone = models.CharField("số điện thoại", max_length=16, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField("đã xác thực số điện thoại", default=False)
    email = models.EmailField("thư điện tử", blank=True)
    is_staff = models.BooleanField("được vào trang quản trị", default=False)
    is_active = models.BooleanField("đang hoạt động", default=True)
    is_rehearsal = models.BooleanField("tài khoản tổng duyệt", default=False, editable=False)
    date_joined = models.DateTimeField("ngày tạo", db_default=Now(), editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "tài khoản"
        verbose_name_plural = "tài khoản"
        indexes = [
            GinIndex(Words("full_name"), name="user_names", fastupdate=False),
            # The few among hundreds of thousands.
            models.Index(fields=["id"], name="user_staff", condition=Q(is_staff=True)),
        ]
        permissions = [
            ("help_people", "Được đổi nơi nhận mã và gộp tài khoản của người dự thi"),
            ("recover_second_factor", "Được gỡ lớp bảo vệ thứ hai cho người khác"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class ContactMove(models.Model):
    """An organiser moved an account to a new phone number or e-mail address. Final (trigger).

    Both contacts are kept masked: the record shows that they changed, and gives nobody a number.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="contact_moves", verbose_name="tài khoản"
    )
    reason = models.CharField("lý do", max_length=20, choices=MoveReason)
    identity_check = models.CharField("đã kiểm tra nhân thân", max_length=20, choices=IdentityCheck)
    grounds = models.TextField("căn cứ")
    old_contact = models.CharField("nơi nhận mã cũ", max_length=254, blank=True)
    new_contact = models.CharField("nơi nhận mã mới", max_length=254)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="người thực hiện")
    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "đổi nơi nhận mã"
        verbose_name_plural = "đổi nơi nhận mã"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("user")), name="nobody_moves_the_own_account"),
            models.CheckConstraint(condition=~Q(grounds=""), name="a_contact_move_has_grounds"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.old_contact or '–'} → {self.new_contact}"


class AccountMerge(models.Model):
    """Two accounts of one person became one; the absorbed one is switched off. Final (trigger)."""

    kept = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="merges", verbose_name="tài khoản giữ lại"
    )
    absorbed = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="absorption", verbose_name="tài khoản gộp vào"
    )
    identity_check = models.CharField("đã kiểm tra nhân thân", max_length=20, choices=IdentityCheck)
    grounds = models.TextField("căn cứ")
    # Primary keys of the entries that changed their account.
    entries = models.JSONField("đăng ký dự thi đã chuyển", default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="người thực hiện")
    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "gộp tài khoản"
        verbose_name_plural = "gộp tài khoản"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="a_merge_has_two_accounts"),
            models.CheckConstraint(
                condition=~Q(by=F("kept")) & ~Q(by=F("absorbed")), name="nobody_merges_the_own_account"
            ),
            models.CheckConstraint(condition=~Q(grounds=""), name="a_merge_has_grounds"),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed} → {self.kept}"


class FactorRecovery(models.Model):
    """Somebody's second factor was taken off by another person, who had grounds. Final (trigger)."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="factor_recoveries", verbose_name="tài khoản"
    )
    identity_check = models.CharField("đã kiểm tra nhân thân", max_length=20, choices=IdentityCheck)
    grounds = models.TextField("căn cứ")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="người thực hiện")
    at = models.DateTimeField("thời điểm", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "gỡ lớp bảo vệ thứ hai"
        verbose_name_plural = "gỡ lớp bảo vệ thứ hai"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("user")), name="nobody_recovers_the_own_factor"),
            models.CheckConstraint(condition=~Q(grounds=""), name="a_factor_recovery_has_grounds"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class MessageCount(models.Model):
    """How many text messages went out on a day: one row for the whole site, one for each number.

    In the database and not in Redis, because a budget that is forgotten costs money.
    """

    day = models.DateField()
    # "" for the whole site, else the keyed hash of the number.
    key = models.CharField(max_length=64, blank=True)
    sent = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "key"], name="one_message_count_per_day_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.sent}"
