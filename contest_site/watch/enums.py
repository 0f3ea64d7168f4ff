from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How a number is, in words; the worse one stands later."""

    NORMAL = "normal", _("bình thường")
    LOOK = "look", _("cần xem")
    URGENT = "urgent", _("khẩn")


class IncidentKind(models.TextChoices):
    WEB = "web", "Trang thi không trả lời"
    ERRORS = "errors", "Nhiều lỗi máy chủ"
    QUEUE = "queue", "Hàng đợi quá dài"
    WORKER = "worker", "Tiến trình xử lý không hoạt động"
    BEAT = "beat", "Bộ hẹn giờ không hoạt động"
    CLOSE = "close", "Vòng thi chưa đóng"
    BACKUP = "backup", "Bản sao lưu quá cũ hoặc bị lỗi"
    DISK = "disk", "Sắp hết dung lượng đĩa"
    REDIS = "redis", "Redis không trả lời"
    TRAIL = "trail", "Nhật ký chưa được niêm phong"
    DATABASE = "database", "Cơ sở dữ liệu không trả lời"


class BackupKind(models.TextChoices):
    NIGHTLY = "nightly", "Hằng đêm"
    MANUAL = "manual", "Thủ công"
