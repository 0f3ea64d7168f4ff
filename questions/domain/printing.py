"""A study as a PDF file: made once by a worker, kept beside the certificates, named by what it says."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import override
from redis.exceptions import RedisError

from contest_site.lib.pdf import render_document
from contest_site.lib.queue import send_after_commit
from questions.models import Picture, Study
from questions.rules import LETTERS
from questions.studies import contents_of

PICTURE = re.compile(r'<img src="[^"]*?([0-9a-f]{32}\.(?:png|jpg|gif|webp))"')
MEDIA = {"jpg": "jpeg"}
ASKED_SECONDS = 60


def file_of(study: Study) -> Path:
    """Where its PDF lies, or will lie."""
    said = "\n".join([study.title, study.note, study.pool.digest])
    name = f"{study.pk}-{hashlib.sha256(said.encode()).hexdigest()[:32]}.pdf"
    return Path(settings.MEDIA_ROOT) / "studies" / name


def printed(study: Study) -> Path | None:
    """The PDF, or None until a worker has made it."""
    path = file_of(study)
    return path if path.is_file() else None


def ask_for_print(study: Study) -> None:
    """Have a worker make the PDF; once a minute at most, however many people wait for it."""
    try:
        if not cache.add(f"print-study:{study.pk}", 1, ASKED_SECONDS):
            return
    except RedisError:
        return  # the broker is away with it
    send_after_commit("questions.tasks.print_study", study.pk)


def print_study(study: Study) -> Path:
    """Make the PDF unless it is there. Whole or not at all: it is written beside its place and renamed."""
    path = file_of(study)
    if path.is_file():
        return path
    content = render_document(study_html(study))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def study_html(study: Study) -> str:
    """The document, with its pictures inside it."""
    contents = contents_of(study.pool_id)
    sections = [
        (
            topic,
            [
                (
                    one.number,
                    one.question,
                    [
                        (letter, text, index in one.question.keys)
                        for index, (letter, text) in enumerate(
                            zip(LETTERS, one.question.options, strict=False)
                        )
                    ],
                )
                for one in contents.find(topic=topic)
            ],
        )
        for topic in contents.topics
    ]
    with override("vi"):
        html = render_to_string("pdf/study.html", {"study": study, "sections": sections})
    names = set(PICTURE.findall(html))
    pictures = {one.name: bytes(one.content) for one in Picture.objects.filter(pk__in=names)}
    return PICTURE.sub(lambda found: _inside(found, pictures), html)


def _inside(found: re.Match[str], pictures: dict[str, bytes]) -> str:
    name = found[1]
    if name not in pictures:
        return '<img src="data:,"'
    kind = name.rpartition(".")[2]
    return f'<img src="data:image/{MEDIA.get(kind, kind)};base64,{base64.b64encode(pictures[name]).decode()}"'
