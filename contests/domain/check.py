"""The check before the opening: every reason why a contest's plan cannot run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext as _

from contest_site.lib.text import clean
from contests.models import Contest
from contests.planfile.plan import PlanFile
from contests.queries import contest_units
from contests.rules import faults
from contests.rules.facts import BankFacts, Fault
from contests.saved_plan import saved_plan
from questions.models import Bank
from questions.queries import approved_revisions


@dataclass(frozen=True)
class Finding:
    """Why the contest cannot be announced: the dotted key of the plan that it is about, and a sentence."""

    place: str
    text: str

    def __str__(self) -> str:
        return self.text


def problems(contest: Contest) -> list[str]:
    """All reasons, as sentences for the organiser, why the contest cannot be announced; empty when it can."""
    return [finding.text for finding in findings(contest, saved_plan(contest))]


def findings(contest: Contest, plan: PlanFile) -> list[Finding]:
    """The same reasons with their places; `plan` is the contest's saved one."""
    facts = replace(plan.facts(), banks=bank_facts(one["bank"] for one in plan.rounds))
    names = _names(plan)
    return [
        *_empty_fields(contest),
        *_area_problems(contest),
        *(Finding(fault.place, _sentence(fault, names)) for fault in faults(facts)),
    ]


def bank_facts(names: Iterable[str]) -> dict[str, BankFacts]:
    """Approved questions by topic and level, by the bank's name, as far as it is there. Two queries each."""
    wanted = set(names)
    found = {}
    for bank in Bank.objects.all():
        if (name := clean(bank.name)) in wanted:
            approved = [
                (clean(topic), level)
                for topic, level in approved_revisions(bank).values_list("topic__name", "difficulty")
            ]
            by_topic = Counter(topic for topic, _level in approved)
            topics = [clean(topic.name) for topic in bank.topics.all()]
            found[name] = BankFacts({topic: by_topic[topic] for topic in topics}, Counter(approved))
    return found


def _empty_fields(contest: Contest) -> Iterator[Finding]:
    """Fields that a person must fill: everything that the model does not allow to be blank."""
    papers = [(paper, "certificates", f"{paper.name}: ") for paper in contest.certificate_templates.all()]
    for row, part, whose in [(contest, "contest", ""), *papers]:
        for field in row._meta.concrete_fields:
            if isinstance(field, models.BooleanField) or field.blank or not field.editable:
                continue
            if getattr(row, field.attname) in (None, "", []):
                sentence = _("Chưa có “%(field)s”.") % {"field": field.verbose_name}
                yield Finding(f"{part}.{field.name}", whose + sentence)


def _area_problems(contest: Contest) -> Iterator[Finding]:
    if contest.area_id is None:
        yield Finding("units.area", _("Chưa chọn địa bàn, nên người dự thi không có đơn vị nào để chọn."))
    elif not contest_units(contest).exists():
        yield Finding("units.area", _("Địa bàn chưa có đơn vị nào."))


def _names(plan: PlanFile) -> dict[str, str]:
    """What the places of the file's lists are called on screen, for those that have a name."""
    parts = {
        "rounds": plan.rounds,
        "prize_tables": plan.prize_tables,
        "blocks": plan.blocks,
        "certificates": plan.certificates,
    }
    names = {f"{part}[{at}]": one["name"] for part, rows in parts.items() for at, one in enumerate(rows, 1)}
    for at, table in enumerate(plan.prize_tables, 1):
        for line, prize in enumerate(table["prizes"], 1):
            names[f"prize_tables[{at}].prizes[{line}]"] = f"{table['name']}, {prize['name']}"
    return names


def _sentence(fault: Fault, names: Mapping[str, str]) -> str:
    """The fault with the name of the round or prize that it is about, instead of the file's key."""
    indexed = re.match(r"\w+\[\d+\](\.\w+\[\d+\])?", fault.place)
    name = names.get(indexed.group()) if indexed else None
    return f"{name}: {fault.text}" if name else fault.text
