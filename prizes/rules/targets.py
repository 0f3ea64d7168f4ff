"""What the prediction question asks for, counted.

All numbers are over eligible people, that is, without those on the exclusion list:
participants = people with at least one submitted attempt; attempts = submitted attempts; people all right =
people with at least one submitted attempt in which every question of the paper was answered right
(whether or not that attempt is the one that counts); per cent = 100 × people all right ÷ participants.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from contests.enums import PredictionTarget

PLACES = Decimal("0.00001")  # as predictions are stored


@dataclass(frozen=True)
class Counts:
    participants: int
    attempts: int
    all_right: int


def percent(part: int, whole: int) -> Decimal | None:
    """100 × part ÷ whole, half up at five places; None when there is nothing to divide by."""
    if not whole:
        return None
    with localcontext(prec=40):
        return (Decimal(100 * part) / whole).quantize(PLACES, ROUND_HALF_UP)


def target_value(target: PredictionTarget, counts: Counts) -> Decimal | None:
    """The true answer of the prediction question, at five places; None when the plan asks for none."""
    match target:
        case PredictionTarget.NONE:
            return None
        case PredictionTarget.PARTICIPANTS:
            return Decimal(counts.participants).quantize(PLACES)
        case PredictionTarget.ATTEMPTS:
            return Decimal(counts.attempts).quantize(PLACES)
        case PredictionTarget.ALL_RIGHT:
            return Decimal(counts.all_right).quantize(PLACES)
        case PredictionTarget.ALL_RIGHT_PERCENT:
            return percent(counts.all_right, counts.participants)
