"""A saved contest's plan as values: the same shape that a plan file is read into."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models

from contest_site.lib.text import clean
from contests.enums import PredictionTarget
from contests.fileschema import (
    BLOCK,
    CATEGORY,
    CERTIFICATE,
    CONSENT,
    CONTEST,
    ENTRY,
    MILESTONE,
    OVERALL,
    PRIZE_TABLE,
    ROUND,
    Key,
    Keys,
)
from contests.models import BlockUnit, Contest, Exclusion, PrizeTable, Round, Unit
from contests.planfile.plan import PlanFile, Values
from contests.queries import contest_units
from contests.rules.facts import UnitRow
from contests.rules.strata import Stratum, as_quotas


def saved_plan(contest: Contest, *, with_people: bool = False) -> PlanFile:
    """The plan as it stands in the database; the list of excluded people only when asked for."""
    return PlanFile(
        contest=_fields(contest, CONTEST),
        overall=_fields(contest, OVERALL),
        entry=_fields(contest, ENTRY),
        consent=_fields(contest, CONSENT),
        chosen=list(contest.chosen),
        categories=[_fields(one, CATEGORY) for one in contest.categories.order_by("position", "id")],
        milestones=[_fields(one, MILESTONE) for one in contest.milestones.order_by("position", "id")],
        documents=[
            {"title": one.title, "file": one.file} for one in contest.documents.order_by("position", "id")
        ],
        area=contest.area.code if contest.area else "",
        units=unit_rows(contest),
        blocks=[_fields(one, BLOCK) for one in contest.blocks.order_by("position", "id")],
        rounds=_rounds(contest),
        certificates=[
            _fields(one, CERTIFICATE) for one in contest.certificate_templates.order_by("position", "id")
        ],
        prize_tables=_prize_tables(contest),
        exclusions=_exclusions(contest) if with_people else [],
    )


def _fields(row: models.Model, keys: Keys) -> Values:
    """The fields that a table of the file has, by the model's names; related rows are not among them."""
    names = [rule.field or key for key, rule in keys.items() if isinstance(rule, Key)]
    return {name: getattr(row, name) for name in names}


def _rounds(contest: Contest) -> list[Values]:
    rounds = contest.rounds.select_related("bank", "promotes_from").prefetch_related("quotas__topic")
    return [_round(one) for one in rounds.order_by("number")]


def _round(one: Round) -> Values:
    keys = {key: rule for key, rule in ROUND.items() if key not in ("bank", "quotas")}
    asked = one.prediction_target != PredictionTarget.NONE
    return {
        **_fields(one, keys),
        "bank": clean(one.bank.name),
        "quotas": as_quotas(
            Stratum(clean(quota.topic.name), quota.difficulty, quota.questions) for quota in one.quotas.all()
        ),
        "promotes_from": one.promotes_from.number if one.promotes_from else None,
        "promotes_best": one.promotes_best,
        # Without a prediction its scope means nothing, whatever the field holds.
        "prediction_scope": one.prediction_scope if asked else None,
    }


def _prize_tables(contest: Contest) -> list[Values]:
    tables = contest.prize_tables.select_related("round").prefetch_related("prizes__certificate")
    return [_prize_table(one) for one in tables.order_by("number")]


def _prize_table(one: PrizeTable) -> Values:
    keys = {key: rule for key, rule in PRIZE_TABLE.items() if key != "round"}
    prizes = sorted(one.prizes.all(), key=lambda prize: prize.position)
    return {
        **_fields(one, keys),
        "round": one.round.number if one.round else None,
        "prizes": [
            {
                **{key: getattr(prize, key) for key in ("position", "name", "quantity", "amount")},
                "certificate": prize.certificate.name if prize.certificate else None,
            }
            for prize in prizes
        ],
    }


def _exclusions(contest: Contest) -> list[Values]:
    def row(one: Exclusion) -> Values:
        return {
            "full_name": one.full_name,
            "role": one.role,
            "account": one.user.username if one.user else "",
            "phone": one.phone,
            "national_id_hash": one.national_id_hash,
        }

    return [row(one) for one in contest.exclusions.select_related("user").order_by("pk")]


def unit_rows(contest: Contest) -> list[UnitRow]:
    """The area's subtree, every unit with a headcount or a block, and what is above them: a whole tree.

    Parents before children, children by code, in the same order on every machine.
    """
    people = dict(contest.headcounts.values_list("unit_id", "people"))
    blocks = dict(BlockUnit.objects.filter(contest=contest).values_list("unit_id", "block__name"))
    columns = ("pk", "code", "parent_id", "kind", "name")
    found: dict[int, dict[str, Any]] = {one["pk"]: one for one in contest_units(contest).values(*columns)}
    wanted = {*people, *blocks, *_parents(found)} - found.keys()
    while wanted:
        found |= {one["pk"]: one for one in Unit.objects.filter(pk__in=wanted).values(*columns)}
        wanted = _parents(found) - found.keys()
    children: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for one in found.values():
        children[one["parent_id"]].append(one)
    rows: list[UnitRow] = []

    def walk(parent: int | None, parent_code: str) -> None:
        for one in sorted(children[parent], key=lambda unit: str(unit["code"])):
            pk, code = one["pk"], one["code"]
            rows.append(
                UnitRow(code, parent_code, one["kind"], one["name"], people.get(pk), blocks.get(pk, ""))
            )
            walk(pk, code)

    walk(None, "")
    return rows


def _parents(units: dict[int, dict[str, Any]]) -> set[int]:
    return {one["parent_id"] for one in units.values() if one["parent_id"] is not None}
