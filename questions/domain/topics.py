"""The tree of a bank's topics. It is in their names: a topic under another begins with the other's name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.text import clean
from questions.formats.limits import TOPIC_DEPTH
from questions.models import Bank, Revision, Topic
from questions.rules import TOPIC_LIMIT, TOPIC_SEPARATOR, is_of_topic

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def topic_name(given: str) -> str:
    """The name of a topic that a person has typed: its parts cleaned, "›" or ">" between them.

    Raises Invalid for an empty part, one that is too long, and a tree that is too deep.
    """
    parts = [clean(part) for part in given.replace("›", ">").split(">")]
    name = TOPIC_SEPARATOR.join(parts)
    if not all(parts):
        raise Invalid(_("Mỗi cấp của chủ đề phải có tên."))
    if len(parts) > TOPIC_DEPTH:
        raise Invalid(_("Chủ đề có tối đa %(limit)d cấp.") % {"limit": TOPIC_DEPTH})
    if len(name) > TOPIC_LIMIT:
        raise Invalid(_("Tên chủ đề dài quá %(limit)d ký tự.") % {"limit": TOPIC_LIMIT})
    return name


def ensure_topic(bank: Bank, given: str) -> Topic:
    """The bank's topic of that name, in whatever case it was typed; a new one goes to the end.

    Expects the bank's row to be locked. Raises Invalid (topic_name).
    """
    name = topic_name(given)
    topics = list(bank.topics.all())
    for topic in topics:
        if topic.name.casefold() == name.casefold():
            return topic
    return Topic.objects.create(bank=bank, name=name, position=_after(topics))


@transaction.atomic
def add_topic(bank: Bank, given: str, *, by: "User") -> Topic:
    """A new topic. Raises Invalid for a name that is none or is there already."""
    bank = _locked(bank)
    name = topic_name(given)
    _refuse_likeness(name, bank.topics.all())
    topic = Topic.objects.create(bank=bank, name=name, position=_after(bank.topics.all()))
    record("added topic", bank, by=by, topic=name)
    return topic


@transaction.atomic
def rename_topic(bank: Bank, old: str, given: str, *, by: "User") -> int:
    """Give a topic another name or another place in the tree, and to those under it; returns how many.

    `old` need not be a topic itself: "A" is renamed by its "A › B". Where a topic of the new name is there
    already, the two become one if one of them has no question: questions never move, their revisions name
    their topic for ever. Raises Invalid otherwise, and when the tree would lie under itself.
    """
    bank = _locked(bank)
    new = topic_name(given)
    topics = {topic.name: topic for topic in bank.topics.all()}
    moved = [topic for topic in topics.values() if is_of_topic(topic.name, old)]
    if not moved:
        raise NotNow(_("Chủ đề không còn nữa. Xem lại danh sách chủ đề."))
    if new == old:
        raise Invalid(_("Tên chủ đề không có gì thay đổi."))
    if is_of_topic(new, old):
        raise Invalid(_("Không thể đưa một chủ đề vào bên dưới chính nó."))
    others = [topic for topic in topics.values() if topic not in moved]
    # The shorter first: "A › B" is "A" before "A › B › B" becomes "A › B".
    for topic in sorted(moved, key=lambda one: len(one.name)):
        renamed = topic_name(new + topic.name.removeprefix(old))
        other = next((one for one in others if one.name == renamed), None)
        if other and _gives_way(topic, other):
            continue
        _refuse_likeness(renamed, (one for one in others if one is not other))
        topic.name = renamed
        topic.save(update_fields=["name"])
    record("renamed topic", bank, by=by, old=old, new=new, topics=len(moved))
    return len(moved)


def _gives_way(topic: Topic, other: Topic) -> bool:
    """Two topics become one; whether it was `topic` that went. Raises Invalid when both have questions."""
    for empty in (topic, other):
        if not Revision.objects.filter(topic=empty).exists():
            _remove(empty)
            return empty is topic
    raise Invalid(
        _("Đã có chủ đề “%(name)s” và cả hai đều có câu hỏi. Hãy chuyển câu hỏi của một bên sang bên kia.")
        % {"name": other.name}
    )


@transaction.atomic
def remove_topic(bank: Bank, name: str, *, by: "User") -> None:
    """Take away a topic that no revision of a question names. Raises NotNow otherwise."""
    bank = _locked(bank)
    topic = bank.topics.filter(name=name).first()
    if topic is None:
        raise NotNow(_("Chủ đề không còn nữa. Xem lại danh sách chủ đề."))
    if Revision.objects.filter(topic=topic).exists():
        raise NotNow(_("Chủ đề đã có câu hỏi nên không xóa được; phiên bản cũ của câu hỏi vẫn giữ chủ đề."))
    _remove(topic)
    record("removed topic", bank, by=by, topic=name)


def _remove(topic: Topic) -> None:
    try:
        topic.delete()
    except ProtectedError as error:
        raise NotNow(
            _("Chủ đề “%(name)s” đang được dùng trong cơ cấu đề của một cuộc thi.") % {"name": topic.name}
        ) from error


@transaction.atomic
def move_topic(bank: Bank, name: str, step: int, *, by: "User") -> bool:
    """Put a topic with those under it before (`step` −1) or behind (1) its neighbour of the same level.

    False when there is none on that side. Raises NotNow when the topic is gone.
    """
    bank = _locked(bank)
    topics = list(bank.topics.all())
    tree = in_tree_order(topic.name for topic in topics)
    if name not in tree:
        raise NotNow(_("Chủ đề không còn nữa. Xem lại danh sách chủ đề."))
    parent, depth = name.rpartition(TOPIC_SEPARATOR)[0], name.count(TOPIC_SEPARATOR)
    siblings = [
        one
        for one in tree
        if one.count(TOPIC_SEPARATOR) == depth and one.rpartition(TOPIC_SEPARATOR)[0] == parent
    ]
    at = siblings.index(name) + step
    if not 0 <= at < len(siblings):
        return False
    siblings.remove(name)
    siblings.insert(at, name)
    inside = [one for one in tree if any(is_of_topic(one, sibling) for sibling in siblings)]
    ordered = iter([one for sibling in siblings for one in inside if is_of_topic(one, sibling)])
    positions = {
        path: place for place, path in enumerate(next(ordered) if one in inside else one for one in tree)
    }
    for topic in topics:
        topic.position = positions[topic.name]
    Topic.objects.bulk_update(topics, ["position"])
    record("moved topic", bank, by=by, topic=name)
    return True


def in_tree_order(names: Iterable[str]) -> list[str]:
    """Every topic and every level above one, each behind its parent; siblings in the order given.

    `names`: in the order of their positions.
    """
    children: dict[str, list[str]] = {}
    for name in names:
        parts = name.split(TOPIC_SEPARATOR)
        for depth in range(len(parts)):
            parent, path = TOPIC_SEPARATOR.join(parts[:depth]), TOPIC_SEPARATOR.join(parts[: depth + 1])
            below = children.setdefault(parent, [])
            if path not in below:
                below.append(path)
    ordered: list[str] = []
    waiting = children.get("", [])[::-1]
    while waiting:
        path = waiting.pop()
        ordered.append(path)
        waiting += children.get(path, [])[::-1]
    return ordered


def _locked(bank: Bank) -> Bank:
    return Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)


def _after(topics: Iterable[Topic]) -> int:
    return max((topic.position for topic in topics), default=-1) + 1


def _refuse_likeness(name: str, topics: Iterable[Topic]) -> None:
    for topic in topics:
        if topic.name.casefold() == name.casefold():
            raise Invalid(_("Ngân hàng đã có chủ đề “%(name)s”.") % {"name": topic.name})
