"""The steps in which a contest is made, and which part of a plan each is about."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """A step; the value is its address."""

    PLAN = "ke-hoach", _("Kế hoạch và thời gian")
    UNITS = "don-vi", _("Đơn vị, khối, tổng số người")
    QUESTIONS = "cau-hoi", _("Câu hỏi và thẩm định")
    PRIZES = "giai-thuong", _("Giải thưởng và thứ tự xếp hạng")
    DOCUMENTS = "tai-lieu", _("Tài liệu, hỏi và đáp")
    REHEARSAL = "tong-duyet", _("Tổng duyệt")
    ANNOUNCE = "cong-bo", _("Niêm phong và công bố")


# The dotted keys of a plan (those of its file), the first that fits; an index of a list is left out.
PLACES: tuple[tuple[str, Part], ...] = (
    (r"rounds\.(bank|questions|quotas)\b", Part.QUESTIONS),
    (r"rounds\.(rank_order|only_all_right|counting_attempt|prediction\w*)\b", Part.PRIZES),
    (r"rounds\.promotion$", Part.UNITS),
    (r"(overall|prize_tables|certificates)\b", Part.PRIZES),
    (r"contest\.(overall\w*|prizes_per_person|marking)\b", Part.PRIZES),
    (r"(units|blocks|categories)\b", Part.UNITS),
    (r"contest\.(area|eligibility|ineligible|min_age|age_on|headcounts_until)\b", Part.UNITS),
    (r"documents\b", Part.DOCUMENTS),
)
INDEX = re.compile(r"\[\d+\]")


def part_of(place: str) -> Part:
    """The step in which what this key of a plan says is mended; the first step for what no other takes."""
    key = INDEX.sub("", place)
    return next((part for pattern, part in PLACES if re.match(pattern, key)), Part.PLAN)
