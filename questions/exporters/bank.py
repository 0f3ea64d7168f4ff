"""A bank, or a part of it, as items for any format of question files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.formats.content import from_content
from questions.formats.exchange import Item
from questions.models import Appraisal, Bank, Picture, Revision
from questions.queries import last_revisions
from questions.rules import TOPIC_SEPARATOR

STATES: Mapping[str, tuple[Promise, Q]] = {
    "approved": (_("Đã duyệt"), Q(verdict=Appraisal.Verdict.APPROVED)),
    "waiting": (_("Chờ thẩm định"), Q(verdict=None, submission__isnull=False)),
    "draft": (_("Bản nháp"), Q(verdict=None, submission__isnull=True)),
    "returned": (_("Trả lại"), Q(verdict=Appraisal.Verdict.RETURNED)),
    "retired": (_("Ngừng dùng"), Q(verdict=Appraisal.Verdict.RETIRED)),
}


@dataclass(frozen=True)
class Part:
    """Which questions of a bank: of a state (key of STATES) and of a topic with all below it; "" = every."""

    state: str = ""
    topic: str = ""


def revisions_of(bank: Bank, part: Part) -> "QuerySet[Revision]":
    """What each question of that part says now, by number."""
    revisions: QuerySet[Revision] = last_revisions(bank)
    if part.state:
        revisions = revisions.filter(STATES[part.state][1])
    if part.topic:
        below = Q(topic__name__startswith=part.topic + TOPIC_SEPARATOR)
        revisions = revisions.filter(Q(topic__name=part.topic) | below)
    return revisions


def items_of(bank: Bank, part: Part) -> tuple[list[Item], dict[str, bytes]]:
    """The items of that part by number, and the pictures that they show: two statements for any number."""
    revisions = revisions_of(bank, part).select_related("topic", "question")
    items = [from_content(found.content, number=found.question.number) for found in revisions]
    return items, pictures_of(items)


def pictures_of(items: Sequence[Item]) -> dict[str, bytes]:
    """Bytes by name of every picture that the items show."""
    names = {name for item in items for name in item.pictures}
    if not names:
        return {}
    found = Picture.objects.filter(pk__in=names).order_by("pk").values_list("name", "content")
    return {name: bytes(content) for name, content in found}
