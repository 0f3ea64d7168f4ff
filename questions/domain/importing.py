"""Questions from a file into a bank: all of them or none."""

import json
from typing import IO, TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Refused
from questions.formats.limits import PACKED_FILE
from questions.importers.checking import check_file, topic_form
from questions.importers.report import ParsedQuestion, Report
from questions.models import Bank, Picture, Topic
from questions.queries import known_questions

if TYPE_CHECKING:
    from contest_site.accounts.models import User


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
    _write_questions(bank, report.questions, topics, by, submit=submit)
    _keep_pictures(report, by)
    record(
        "imported questions",
        bank,
        by=by,
        format=form,
        questions=len(report.questions),
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


# One statement with one parameter: objects of the ORM would take twice as long as all the rest of an import.
QUESTIONS = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS t(
        place int, topic int, text text, fingerprint text, options text[], keys smallint[],
        explanation text, source text, source_link text, kind text, difficulty text, tags text[]
    )
), asked AS (
    INSERT INTO questions_question (bank_id, number) SELECT %s, place FROM given ORDER BY place
    RETURNING id, number
), made AS (
    INSERT INTO questions_revision (
        question_id, number, topic_id, text, fingerprint, options, keys, explanation, source, source_link,
        kind, difficulty, tags, writer_id
    )
    SELECT asked.id, 1, topic, text, fingerprint, options, keys, explanation, source, source_link, kind,
        difficulty, tags, %s
    FROM given JOIN asked ON asked.number = given.place ORDER BY place
    RETURNING id
)
INSERT INTO questions_submission (revision_id, by_id) SELECT id, %s FROM made WHERE %s
"""


def _write_questions(
    bank: Bank, questions: list[ParsedQuestion], topics: dict[str, Topic], by: "User", *, submit: bool
) -> None:
    rows = [
        {
            **vars(each.content),
            "place": number,
            "topic": topics[each.content.topic].pk,
            "fingerprint": each.fingerprint,
            "difficulty": each.content.difficulty or "",
        }
        for number, each in zip(_numbers(bank, questions), questions, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(QUESTIONS, [json.dumps(rows, ensure_ascii=False), bank.pk, by.pk, by.pk, submit])
