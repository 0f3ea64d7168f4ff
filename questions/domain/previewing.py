"""The preview of an uploaded file, as a worker makes it and the page of its owner shows it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language, override

from contest_site.lib.work import ask
from questions.domain.duplicates import similar_notes
from questions.domain.importing import preview_import
from questions.enums import Difficulty, Kind
from questions.formats.catalog import Format
from questions.formats.holding import without_pictures
from questions.formats.rich_reading import pictures_in
from questions.importers.report import ParsedQuestion, Report
from questions.models import Bank, ImportDraft
from questions.rules import Content

FIRST_ROWS, SHOWN_NOTES = 20, 200
DRAFT_LIFE = timedelta(days=1)
TASK = "questions.tasks.preview_file"


def keep_draft(bank: Bank, name: str, data: bytes, chosen: Format, *, by: Any) -> ImportDraft:
    """Keep the file and have it read, in place of the person's last one; forget those of yesterday."""
    with transaction.atomic():
        forget_old_drafts()
        ImportDraft.objects.filter(bank=bank, by=by).delete()
        draft = ImportDraft.objects.create(
            bank=bank, by=by, name=name[-200:], format=chosen.key, content=data, language=get_language()
        )
        ask(draft, TASK)
    return draft


def forget_old_drafts() -> None:
    """Files that nobody imported hold keys: they go after a day, whether or not anybody uploads another."""
    ImportDraft.objects.filter(at__lt=Now() - DRAFT_LIFE).delete()


def file_of(draft: ImportDraft) -> io.BytesIO:
    return io.BytesIO(bytes(draft.content))


def previewed(draft: ImportDraft) -> dict[str, Any]:
    """The columns of a draft whose file was read and compared with the bank, in its person's language."""
    with override(draft.language):
        report = preview_import(draft.bank, file_of(draft), form=draft.format)
        if not report.problems:
            report.notes += similar_notes(draft.bank, report)
        return {"preview": preview_of(report)}


def preview_of(report: Report) -> dict[str, Any]:
    """What the page shows of a report, as JSON. It holds keys, as the draft's file does."""
    contents = [parsed.content for parsed in report.questions]
    return {
        "questions": len(contents),
        "problems": len(report.problems),
        "sentences": report.sentences,
        "notes": [str(note) for note in report.notes[:SHOWN_NOTES]],
        "pictures": len(report.pictures),
        "kinds": _counted(content.kind for content in contents),
        "levels": _counted(content.difficulty for content in contents if content.difficulty),
        "topics": list(report.topics.items()),  # in their order, which a database's object would not keep
        "rows": [_row(parsed) for parsed in report.questions[:FIRST_ROWS]],
    }


def _counted(values: Iterable[Kind | Difficulty]) -> dict[str, int]:
    return {value.value: count for value, count in Counter(values).items()}


def _row(parsed: ParsedQuestion) -> dict[str, Any]:
    """Pictures are shown by their words: they are kept only with the import."""
    content = parsed.content
    return {
        "place": parsed.place,
        "topic": content.topic,
        "kind": content.kind.value,
        "difficulty": content.difficulty.value if content.difficulty else "",
        "tags": list(content.tags),
        "text": _without_pictures(content.text),
        "options": [_without_pictures(option) for option in content.options],
        "keys": list(content.keys),
        "explanation": _without_pictures(content.explanation),
        "source": content.source,
        "source_link": content.source_link,
        "pictures": len({name for text in _texts(content) for name in pictures_in(text)}),
    }


def _texts(content: Content) -> tuple[str, ...]:
    return (content.text, *content.options, content.explanation)


def _without_pictures(rich: str) -> str:
    return without_pictures(rich, pictures_in(rich))
