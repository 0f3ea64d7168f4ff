from django.db import models
from django.utils.translation import gettext_lazy as _


class MoveReason(models.TextChoices):
    """Why an organiser moves an account to another contact."""

    LOST = "lost", _("Mất điện thoại, mất số hoặc không còn vào được thư điện tử")
    CHANGED = "changed", _("Đổi số, đổi địa chỉ; số cũ không còn dùng")
    MISTYPED = "mistyped", _("Số hoặc địa chỉ đã ghi sai")


class IdentityCheck(models.TextChoices):
    """How the organiser knows that the account is this person's. No number of any paper is kept."""

    IN_PERSON = "in_person", _("Gặp trực tiếp, đã đối chiếu giấy tờ có ảnh")
    LETTER = "letter", _("Văn bản hoặc thư của đơn vị nơi người đó công tác, học tập")
    VIDEO = "video", _("Gọi hình, đã đối chiếu giấy tờ có ảnh và thông tin đã đăng ký")
