"""What a run was computed from, read from its own configuration: what the plan says since does not matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contests.enums import PredictionTarget
from contests.models import Block
from prizes.models import StandingsRun


@dataclass(frozen=True)
class TrueAnswer:
    """The true answer of a round's prediction question: for everybody, or for the people of one block."""

    round_number: int
    label: str
    block: Block | None
    value: Decimal | None


def predicts(run: StandingsRun) -> bool:
    """Whether a round counted here asked for a prediction."""
    return any(PredictionTarget(one["prediction_target"]) != PredictionTarget.NONE for one in _rounds(run))


def true_answers(run: StandingsRun) -> list[TrueAnswer]:
    """One for each round that asked, or one for each block; a round's own alone in a round's run."""
    rounds = [one for one in _rounds(run) if run.round is None or one["number"] == run.round.number]
    keys = [target["block"] for one in rounds for target in one["targets"] if target["block"]]
    blocks = Block.objects.in_bulk(keys) if keys else {}
    return [
        TrueAnswer(
            one["number"],
            str(PredictionTarget(one["prediction_target"]).label),
            blocks.get(target["block"]),
            None if target["value"] is None else Decimal(target["value"]),
        )
        for one in rounds
        for target in one["targets"]
    ]


def refused(run: StandingsRun) -> dict[str, int]:
    """People with attempts that do not count, by why; of a whole contest once for each round."""
    return {why: sum(one[why] for one in _rounds(run)) for why in ("excluded", "disqualified", "unofficial")}


def _rounds(run: StandingsRun) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = run.configuration["rounds"]
    return found
