from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Now


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

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
