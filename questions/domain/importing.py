"""Questions from a file into a bank: all of them or none."""

from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Refused
from questions.formats.content import rich_fingerprint
from questions.formats.limits import PACKED_FILE
from questions.importers.checking import check_file, topic_form
from questions.importers.report import ParsedQuestion, Report
from questions.models import Bank, Picture, Question, Revision, Submission, Topic
from questions.queries import known_questions

if TYPE_CHECKING:
    from contest_site.accounts.models import User

BATCH = 1_000


def preview_import(bank: Bank, file: IO[bytes], *, form: str = "excel") -> Report:
    """What an import of the file into the bank would do now: the same reading and checks, nothing written.

    `form`: key of a format in questions.formats.catalog.
    """
    topics = {topic_form(topic.name): topic.name for topic in bank.topics.all()}
    # Every reader has its own limit; this one keeps a longer file from being read at all.
    return check_file(file.read(PACKED_FILE + 1), form, known_questions(bank), topics)


@transaction.atomic
def import_questions(
    bank: Bank, file: IO[bytes], *, by: "User", form: str = "excel", submit: bool = True
) -> Report:
    """Add every question of the file to the bank, as written by `by`: handed in for appraisal, or as drafts.

    In an empty bank the questions keep the file's numbers; otherwise they follow the bank's last number.
    Raises Refused with the problems in the file's order; then nothing was written.
    """
    # Two imports at one time would each not see the other's questions. Readers are not kept waiting.
    bank = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
    report = preview_import(bank, file, form=form)
    if report.problems:
        raise Refused(
            _("Chưa nhập câu hỏi nào: tệp có %(count)d lỗi.") % {"count": len(report.problems)},
            report.sentences,
        )
    topics = _topics(bank, report)
    questions = Question.objects.bulk_create(
        [Question(bank=bank, number=number) for number in _numbers(bank, report.questions)], BATCH
    )
    revisions = Revision.objects.bulk_create(
        [
            _revision(question, parsed, topics, by)
            for question, parsed in zip(questions, report.questions, strict=True)
        ],
        BATCH,
    )
    if submit:
        Submission.objects.bulk_create([Submission(revision=made, by=by) for made in revisions], BATCH)
    _keep_pictures(report, by)
    record(
        "imported questions",
        bank,
        by=by,
        format=form,
        questions=len(questions),
        pictures=len(report.pictures),
        submitted=submit,
        topics=report.topics,
    )
    return report


def _keep_pictures(report: Report, by: "User") -> None:
    """By their digest: a picture that is there already is the same one."""
    Picture.objects.bulk_create(
        [Picture(name=name, content=data, by=by) for name, data in report.pictures.items()],
        20,
        ignore_conflicts=True,
    )


def _topics(bank: Bank, report: Report) -> dict[str, Topic]:
    """The topics of the report by name; new ones are made, in the file's order after the bank's own."""
    topics = {topic.name: topic for topic in bank.topics.all()}
    start = max((topic.position for topic in topics.values()), default=-1) + 1
    new = [name for name in report.topics if name not in topics]
    made = Topic.objects.bulk_create(
        [Topic(bank=bank, name=name, position=start + place) for place, name in enumerate(new)]
    )
    return topics | {topic.name: topic for topic in made}


def _numbers(bank: Bank, questions: list[ParsedQuestion]) -> list[int]:
    last = bank.questions.order_by("-number").values_list("number", flat=True).first() or 0
    return [last + (parsed.number or place) for place, parsed in enumerate(questions, 1)]


def _revision(question: Question, parsed: ParsedQuestion, topics: dict[str, Topic], by: "User") -> Revision:
    content = parsed.content
    return Revision(
        question=question,
        number=1,
        topic=topics[content.topic],
        text=content.text,
        fingerprint=rich_fingerprint(content.text),
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
