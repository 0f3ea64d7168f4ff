"""Words of the results."""

from django.db import models


class LeftOut(models.TextChoices):
    """The filter of a prize table that a unit does not pass (prizes.rules.unit_order)."""

    FEW_PARTICIPANTS = "few", "Chưa đủ số người dự thi tối thiểu"
    LOW_RATIO = "ratio", "Chưa đạt tỷ lệ dự thi tối thiểu"
    NO_HEADCOUNT = "headcount", "Chưa có tổng số người của đơn vị"
    NOBODY = "nobody", "Không có người dự thi"
    WON_BEFORE = "won", "Đã đạt giải này"
