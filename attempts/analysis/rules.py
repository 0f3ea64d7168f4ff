"""Statistics of one question over the papers that had it: pure and exact.

The formulas are those of Moodle's documentation, "Quiz statistics calculations" (docs.moodle.org/dev) and of
its question statistics (question/classes/statistics/questions/calculator.php), where for the question i of S
papers x is the mark of the question on a paper, X the mark on the rest of that paper (the paper's mark less
x), and variances and covariances are those of a sample (divided by S − 1):

    facility                   mean(x) / max
    standard deviation         √V(x) / max
    discrimination index       C(x, X) / √(V(x)·V(X))
    discriminative efficiency  C(x, X) / Cmax, the covariance of the same x and X, each put in ascending order

All of them are ratios here and not per cent. As there, a question that was left blank has the mark 0, and
only papers that had the question count. The facility of Moodle is over the highest mark alone; ours is the
same, because no mark is below 0.

Whole numbers come in (marks in 1/`parts` of a question), fractions go out; a square root has DIGITS places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import Enum
from fractions import Fraction

DIGITS = 30
# The classical part of the papers at either end (T. L. Kelley, 1939), at which their difference tells most.
GROUP = Fraction(27, 100)
# From so many papers on a suspicion is uttered; below it a single person decides the sign of a correlation.
ENOUGH = 30


@dataclass(frozen=True)
class Choice:
    """How often one choice was made, in all and by the upper and lower group; sums of the rest's marks.

    `rest` and `rest_squares` are the sums of X and of X² over the papers with this choice.
    """

    papers: int
    upper: int
    lower: int
    rest: int
    rest_squares: int


@dataclass(frozen=True)
class Sums:
    """S, Σx, Σx², ΣX, ΣX², Σx·X, and Σx·X of the two in ascending order."""

    papers: int
    mark: int
    mark_squares: int
    rest: int
    rest_squares: int
    products: int
    sorted_products: int


@dataclass(frozen=True)
class Statistics:
    """The four indices; None where the formula has no value (too few papers, everybody alike)."""

    facility: Fraction | None
    deviation: Decimal | None
    discrimination: Decimal | None
    efficiency: Fraction | None


class Suspicion(Enum):
    """Why a question looks as if its key were wrong, the gravest first."""

    WRONG_PREFERRED = "wrong_preferred"
    NEGATIVE = "negative"
    BELOW_GUESS = "below_guess"


def sums_of(choices: Mapping[int, Choice], rests: Mapping[int, int], worths: Sequence[int]) -> Sums:
    """Add up a question: its choices (0 = blank), how many papers had each mark on the rest, and what each
    choice is worth."""
    marks: dict[int, int] = {}
    for choice, made in choices.items():
        marks[worths[choice]] = marks.get(worths[choice], 0) + made.papers
    return Sums(
        papers=sum(made.papers for made in choices.values()),
        mark=sum(worth * papers for worth, papers in marks.items()),
        mark_squares=sum(worth**2 * papers for worth, papers in marks.items()),
        rest=sum(made.rest for made in choices.values()),
        rest_squares=sum(made.rest_squares for made in choices.values()),
        products=sum(worths[choice] * made.rest for choice, made in choices.items()),
        sorted_products=_sorted_products(marks, rests),
    )


def _sorted_products(marks: Mapping[int, int], rests: Mapping[int, int]) -> int:
    """Σx·X when the smallest x meets the smallest X, and so on; both given as how often each value comes."""
    ascending = sorted(rests.items())
    place, left = 0, ascending[0][1] if ascending else 0
    total = 0
    for mark, papers in sorted(marks.items()):
        while papers:
            taken = min(papers, left)
            total += taken * mark * ascending[place][0]
            papers, left = papers - taken, left - taken
            if not left and place + 1 < len(ascending):
                place += 1
                left = ascending[place][1]
    return total


def statistics(sums: Sums, parts: int) -> Statistics:
    """The indices of a question whose highest mark is `parts`."""
    if not sums.papers:
        return Statistics(None, None, None, None)
    facility = Fraction(sums.mark, sums.papers * parts)
    if sums.papers < 2:
        return Statistics(facility, None, None, None)
    variance = _covariance(sums, sums.mark_squares, sums.mark, sums.mark)
    of_rest = _covariance(sums, sums.rest_squares, sums.rest, sums.rest)
    together = _covariance(sums, sums.products, sums.mark, sums.rest)
    highest = _covariance(sums, sums.sorted_products, sums.mark, sums.rest)
    product = variance * of_rest
    return Statistics(
        facility=facility,
        deviation=root(variance / parts**2),
        discrimination=root(together**2 / product).copy_sign(1 if together >= 0 else -1) if product else None,
        efficiency=together / highest if highest else None,
    )


def _covariance(sums: Sums, products: int, one: int, other: int) -> Fraction:
    """C(a, b) = (Σab − Σa·Σb / S) / (S − 1)."""
    return Fraction(sums.papers * products - one * other, sums.papers * (sums.papers - 1))


def root(square: Fraction) -> Decimal:
    """The square root, to DIGITS significant places."""
    context = Context(prec=DIGITS)
    return context.sqrt(context.divide(Decimal(square.numerator), Decimal(square.denominator)))


def guess(worths: Sequence[int], parts: int) -> Fraction:
    """What guessing brings: the mean of all answers but the blank one, as a part of the highest mark.

    Moodle's "random guess score"; for questions with several options to tick Moodle knows none, and here
    every combination is as likely as any other.
    """
    return Fraction(sum(worths[1:]), (len(worths) - 1) * parts)


def group_size(papers: int) -> int:
    """How many papers are in the upper and in the lower group: 27 %, rounded half up."""
    return int(papers * GROUP + Fraction(1, 2))


def suspicions(
    choices: Mapping[int, Choice], worths: Sequence[int], parts: int, found: Statistics
) -> list[Suspicion]:
    """What speaks against the key of a question; nothing with fewer than ENOUGH papers.

    A question that is right whatever was answered has no key that could be wrong.
    """
    papers = sum(made.papers for made in choices.values())
    if papers < ENOUGH or set(worths) == {parts}:
        return []
    reasons = []
    right = sum(made.upper for choice, made in choices.items() if worths[choice] == parts)
    wrong = max(
        (made.upper for choice, made in choices.items() if choice and worths[choice] < parts), default=0
    )
    if wrong > right:
        reasons.append(Suspicion.WRONG_PREFERRED)
    if found.discrimination is not None and found.discrimination < 0:
        reasons.append(Suspicion.NEGATIVE)
    if found.facility is not None and found.facility < guess(worths, parts):
        reasons.append(Suspicion.BELOW_GUESS)
    return reasons
