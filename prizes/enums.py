"""Words of the results."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LeftOut(models.TextChoices):
    """The filter of a prize table that a unit does not pass (prizes.rules.unit_order)."""

    FEW_PARTICIPANTS = "few", _("Chưa đủ số người dự thi tối thiểu")
    LOW_RATIO = "ratio", _("Chưa đạt tỷ lệ dự thi tối thiểu")
    NO_HEADCOUNT = "headcount", _("Chưa có tổng số người của đơn vị")
    NOBODY = "nobody", _("Không có người dự thi")
    WON_BEFORE = "won", _("Đã đạt giải này")
