"""Example papers of a round, drawn as real ones are but by a seed of their own."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.rules.draw import attempt_seed, draw
from attempts.rules.permutation import permutation
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, Refused
from contests.domain.rounds import blueprint, pool_shortages
from contests.models import Round
from contests.queries import seal_of
from questions.pools import PoolQuestion, approved_pool, load_pool, strata_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User

MOST = 10


@dataclass(frozen=True)
class ShownQuestion:
    """A question as it stands on a paper; `options`: (letter's place from 0, text, whether it is a key)."""

    question: PoolQuestion
    options: list[tuple[int, str, bool]]


@dataclass(frozen=True)
class Preview:
    """`sealed`: drawn from the round's sealed pool, else from what is approved now."""

    sealed: bool
    papers: list[list[ShownQuestion]]


@transaction.atomic
def preview_papers(round: Round, *, papers: int, with_keys: bool, by: "User") -> Preview:
    """Draw 1 to MOST example papers; the trail says who saw how many, and whether with their keys.

    The secret is made for this call and thrown away, never the round's: no paper of a contestant is seen
    here but by chance. Raises Invalid for another number, Refused when the questions do not fill a paper.
    """
    if not 1 <= papers <= MOST:
        raise Invalid(_("Số đề mẫu từ 1 đến %(most)d.") % {"most": MOST})
    seal = seal_of(round)
    pool = load_pool(seal.pool_id) if seal else approved_pool(round.bank)
    if not seal and (shortages := pool_shortages(round, pool)):
        raise Refused(_("Ngân hàng câu hỏi chưa đủ để ra đề."), shortages)
    strata = strata_of(pool, seal.quotas if seal else blueprint(round))
    widths = [len(question.options) for question in pool.questions]
    secret = secrets.token_bytes(32)
    total = seal.questions if seal else round.questions
    drawn = [draw(strata, widths, total, attempt_seed(secret, round.pk, 0, at)) for at in range(papers)]
    record("previewed papers", round, by=by, papers=papers, sealed=bool(seal), with_keys=with_keys)
    return Preview(
        bool(seal),
        [
            [_shown(pool.questions[at], rank) for at, rank in zip(paper.questions, paper.orders, strict=True)]
            for paper in drawn
        ],
    )


def _shown(question: PoolQuestion, rank: int) -> ShownQuestion:
    order = permutation(rank, len(question.options))
    return ShownQuestion(
        question, [(at, question.options[one], one in question.keys) for at, one in enumerate(order)]
    )
