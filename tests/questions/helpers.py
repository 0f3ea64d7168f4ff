"""Short ways to a bank with questions in a given state."""

from django.contrib.auth.models import Permission

from contest_site.accounts.models import User
from questions.models import Appraisal, Bank, Question, Revision, Submission, Topic
from questions.rules import fingerprint


def person(name: str, *permissions: str, staff: bool = True) -> User:
    """An account whose permissions are given as "view_bank", "see_key", …"""
    user = User.objects.create_user(username=name, full_name=name, is_staff=staff)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="questions", codename__in=permissions)
    )
    assert user.user_permissions.count() == len(permissions)
    return user


def bank_with_topics(name: str = "Ngân hàng", *topics: str) -> Bank:
    bank = Bank.objects.create(name=name)
    for position, topic in enumerate(topics or ("Thể chế",)):
        Topic.objects.create(bank=bank, name=topic, position=position)
    return bank


def revision(
    bank: Bank, number: int, *, by: User, text: str = "", version: int = 1, key: int = 1, topic: str = ""
) -> Revision:
    question, _ = Question.objects.get_or_create(bank=bank, number=number)
    text = text or f"Câu hỏi {number} phiên bản {version}?"
    made = Revision.objects.create(
        question=question,
        number=version,
        topic=bank.topics.get(name=topic) if topic else bank.topics.all()[0],
        text=text,
        fingerprint=fingerprint(text),
        options=["Một", "Hai", "Ba", "Bốn"],
        keys=[key],
        explanation="Giải thích bí mật",
        source="Điều 1",
        writer=by,
    )
    Submission.objects.create(revision=made, by=by)
    return made


def verdict(of: Revision, by: User, word: str = "approved") -> Appraisal:
    return Appraisal.objects.create(revision=of, verdict=word, writer=of.writer, appraiser=by)
