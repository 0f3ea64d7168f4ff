"""Closed lists of the question banks, with the words that people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """How a question is answered."""

    SINGLE = "single", _("Một đáp án")
    MULTIPLE = "multiple", _("Nhiều đáp án")
    TRUE_FALSE = "true_false", _("Đúng – Sai")


class Difficulty(models.TextChoices):
    """The four levels by which Vietnamese offices and schools grade questions (Bộ GD&ĐT)."""

    EASY = "easy", _("Nhận biết")
    MEDIUM = "medium", _("Thông hiểu")
    HARD = "hard", _("Vận dụng")
    VERY_HARD = "very_hard", _("Vận dụng cao")


class State(models.TextChoices):
    """Where a question is on its way to a paper: what was done with its last revision."""

    DRAFT = "draft", _("Bản nháp")
    WAITING = "waiting", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    RETURNED = "returned", _("Trả lại")
    RETIRED = "retired", _("Ngừng dùng")
