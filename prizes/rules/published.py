"""The public list of a run: what anyone needs to check it (docs/verify.py), and nothing about who anybody is.

UTF-8 text, every line a tag, a space and its content, in this order:

    LIST 2          the format
    RUN …           JSON: contest, round (its number, or null for the whole contest), version, digest
    STANDINGS …     the canonical text of the standings, line by line (prizes.rules.canonical): without the
                    tag and the space these lines have the digest
    ROUND …         JSON, one per round counted, by number: what a paper of the round is drawn from and
                    which times are right
                        number, id, opens_at, closes_at (an early closing counts), time_limit_minutes,
                        attempts_allowed, pool_digest, commitment, secret, questions, strata, widths,
                        multiple, parts
                    strata = [indices in the sealed pool, how many of them] in the order of drawing, empty
                    for a draw from the whole pool; widths = number of options by index; multiple = indices
                    of the questions where several options may be ticked; marks are numbers of 1/parts of a
                    question; all from pool_digest on are null for a round that was never sealed, in which
                    nobody can have taken part
    ATTEMPT …       after their ROUND, every submitted attempt of it, by entry and number:
                        receipt|status|own mark|mark after regrades|block|canonical line
                    the fourth empty where it is the attempt's own, the block (of the person) only where the
                    round's prediction is counted in blocks; the canonical line, itself with "|" between its
                    fields, is that of attempts.rules.receipts, of which the receipt is made
    END …           JSON: attempts, how many there were: a list without this line is cut off

Moments are UTC with six decimals ("2024-11-10T05:00:00.000000Z"). Questions are named by their index in the
sealed pool; no text of a question and no key is here. Whether an attempt is right is in its mark alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

FORMAT = 2


class Status(models.TextChoices):
    """Whether a submitted attempt counts; of several reasons against it the first."""

    COUNTED = "counted", _("được tính")
    EXCLUDED = "excluded", _("không được tính: người không được dự thi hoặc đã rút lại sự đồng ý")
    UNOFFICIAL = "unofficial", _("không được tính: bài thi thử của người tổ chức")
    DISQUALIFIED = "disqualified", _("không được tính: kết quả bị loại")


def tagged(tag: str, content: Mapping[str, Any] | int) -> bytes:
    """One line: JSON with sorted keys, without needless spaces, letters not escaped."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{tag} {text}\n".encode()


def moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def file_name(slug: str, round: int | None, version: int) -> str:
    """What the list is called on anybody's computer: "cuoc-thi-vong-2-phien-ban-1.txt.gz"."""
    scope = "ca-cuoc-thi" if round is None else f"vong-{round}"
    return f"{slug}-{scope}-phien-ban-{version}.txt.gz"
