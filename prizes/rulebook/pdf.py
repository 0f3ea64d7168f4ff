"""The printed rules as a PDF file, set once for each text."""

from __future__ import annotations

import hashlib
import logging

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import override
from redis.exceptions import RedisError

from contest_site.lib.pdf import render_document
from prizes.rulebook.parts import Rulebook

log = logging.getLogger(__name__)

KEPT_SECONDS = 7 * 24 * 3600


def pdf_of(book: Rulebook) -> bytes:
    """The document in the layout of administrative papers (Decree 30/2020/NĐ-CP, appendix I).

    Setting it takes a second or two, so it is kept by the words that it is set from; when the cache is away
    it is set again.
    """
    with override("vi"):
        html = render_to_string("pdf/rulebook.html", {"book": book})
    key = f"rulebook:{hashlib.sha256(html.encode()).hexdigest()}"
    try:
        kept: bytes | None = cache.get(key)
    except RedisError:
        log.warning("the cache is away: the rules are set again")
        return render_document(html)
    if kept is None:
        kept = render_document(html)
        _keep(key, kept)
    return kept


def _keep(key: str, content: bytes) -> None:
    try:
        cache.set(key, content, KEPT_SECONDS)
    except RedisError:
        log.warning("the cache is away: the rules are not kept")
