"""The check before the opening: every reason why a contest's plan cannot run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from django.db import models
from django.utils.translation import gettext as _

from contests.models import Contest, Round
from contests.queries import contest_units
from contests.rules import BankFacts, Fault, PlanFacts, PrizeFacts, RoundFacts, faults
from questions.models import Bank
from questions.queries import approved_revisions


def problems(contest: Contest) -> list[str]:
    """All reasons, as sentences for the organiser, why the contest cannot be announced; empty when it can."""
    rounds = list(contest.rounds.select_related("bank").prefetch_related("quotas__topic"))
    facts = plan_facts(contest, rounds)
    names = {f"rounds[{index}]": one.name for index, one in enumerate(rounds, 1)}
    names |= {f"prizes[{index}]": prize.name for index, prize in enumerate(contest.prizes.all(), 1)}
    return [
        *_empty_fields(contest),
        *_area_problems(contest),
        *(_sentence(fault, names) for fault in faults(facts)),
    ]


def plan_facts(contest: Contest, rounds: list[Round]) -> PlanFacts:
    """A saved contest in the form that the rules judge; `rounds` with their bank and quotas."""
    return PlanFacts(
        opens_at=contest.opens_at,
        closes_at=contest.closes_at,
        categories=[category.name for category in contest.categories.all()],
        rounds=[_round_facts(one) for one in rounds],
        prizes=[
            PrizeFacts(
                name=prize.name,
                round=prize.round.number if prize.round else None,
                audience=prize.audience,
                position=prize.position,
            )
            for prize in contest.prizes.select_related("round")
        ],
        banks=bank_facts({one.bank for one in rounds}),
    )


def _round_facts(one: Round) -> RoundFacts:
    return RoundFacts(
        number=one.number,
        name=one.name,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        bank=one.bank.name,
        questions=one.questions,
        quotas=[(quota.topic.name, quota.questions) for quota in one.quotas.all()],
        prediction_target=one.prediction_target,
        prediction_text=one.prediction_text,
        rank_order=one.rank_order,
    )


def bank_facts(banks: Iterable[Bank]) -> dict[str, BankFacts]:
    """Approved questions by topic, by the bank's name. Two queries a bank."""
    found = {}
    for bank in banks:
        approved = Counter(approved_revisions(bank).values_list("topic__name", flat=True))
        found[bank.name] = BankFacts({topic.name: approved[topic.name] for topic in bank.topics.all()})
    return found


def _empty_fields(contest: Contest) -> Iterator[str]:
    """Fields that a person must fill: everything that the model does not allow to be blank."""
    for field in contest._meta.concrete_fields:
        if isinstance(field, models.BooleanField) or field.blank or not field.editable:
            continue
        if getattr(contest, field.attname) in (None, "", []):
            yield _("Chưa có “%(field)s”.") % {"field": field.verbose_name}


def _area_problems(contest: Contest) -> Iterator[str]:
    if contest.area_id is None:
        yield _("Chưa chọn địa bàn, nên người dự thi không có đơn vị nào để chọn.")
    elif not contest_units(contest).exists():
        yield _("Địa bàn chưa có đơn vị nào.")


def _sentence(fault: Fault, names: Mapping[str, str]) -> str:
    """The fault with the name of the round or prize that it is about, instead of the file's key."""
    indexed = re.match(r"\w+\[\d+\]", fault.place)
    name = names.get(indexed.group()) if indexed else None
    return f"{name}: {fault.text}" if name else fault.text
