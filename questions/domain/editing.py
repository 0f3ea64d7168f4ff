"""Writing a question and changing it; a change is a new revision, a draft until it is handed in again."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from questions.domain.appraisal import submit as hand_in
from questions.domain.topics import ensure_topic
from questions.formats.content import rich_fingerprint
from questions.formats.rich_reading import pictures_in
from questions.models import Bank, Picture, Question, Revision, Submission
from questions.queries import known_questions
from questions.rules import Content

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@transaction.atomic
def write_question(bank: Bank, content: Content, *, by: "User", submit: bool = True) -> Revision:
    """A new question with its first revision, numbered after the bank's last one; a draft without `submit`.

    The content has passed the form's checks; a topic that the bank has not got is made. Raises Invalid for a
    repeated question, a topic's name that is none and a picture that was not kept (domain.pictures).
    """
    bank = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
    last = bank.questions.aggregate(last=Max("number"))["last"] or 0
    question = Question.objects.create(bank=bank, number=last + 1)
    revision = _write(question, 1, content, by, submit=submit)
    record("wrote question", question, by=by, bank=bank.pk)
    return revision


@transaction.atomic
def revise_question(
    question: Question, content: Content, *, by: "User", base: int, submit: bool = True
) -> Revision:
    """The next revision after number `base`, which is what the person was looking at; see write_question.

    A draft that is submitted unchanged stays the revision that it is. Raises NotNow when somebody else's
    revision came first, Invalid when nothing was changed.
    """
    Bank.objects.select_for_update(no_key=True).get(pk=question.bank_id)
    current = question.revisions.select_related("topic").order_by("-number")[0]
    if current.number != base:
        raise NotNow(_("Câu hỏi vừa được người khác sửa. Xem phiên bản mới rồi sửa lại nếu cần."))
    if content == current.content:
        if submit and not Submission.objects.filter(revision=current).exists():
            hand_in([current], by=by)  # a draft that is good as it is
            return current
        raise Invalid(_("Nội dung không có gì thay đổi nên không tạo phiên bản mới."))
    revision = _write(question, base + 1, content, by, submit=submit)
    record("revised question", question, by=by, bank=question.bank_id, revision=revision.number)
    return revision


def _write(question: Question, number: int, content: Content, by: "User", *, submit: bool) -> Revision:
    form = rich_fingerprint(content.text)
    other = known_questions(question.bank).get(form)
    if other not in {None, question.number}:
        raise Invalid(_("Câu hỏi trùng với câu số %(number)d trong ngân hàng.") % {"number": other})
    _check_pictures(content)
    revision = Revision.objects.create(
        question=question,
        number=number,
        topic=ensure_topic(question.bank, content.topic),
        text=content.text,
        fingerprint=form,
        options=list(content.options),
        keys=list(content.keys),
        explanation=content.explanation,
        source=content.source,
        source_link=content.source_link,
        kind=content.kind,
        difficulty=content.difficulty or "",
        tags=list(content.tags),
        writer=by,
    )
    if submit:
        Submission.objects.create(revision=revision, by=by)
    return revision


def _check_pictures(content: Content) -> None:
    texts = (content.text, *content.options, content.explanation)
    names = {name for text in texts for name in pictures_in(text)}
    if names and Picture.objects.filter(pk__in=names).count() < len(names):
        raise Invalid(_("Có hình chưa được tải lên. Hãy chèn lại hình bằng nút “Hình”."))
