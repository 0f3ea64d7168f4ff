"""What a corrected answer key makes right."""

from collections.abc import Sequence

from attempts.rules.marking import BLANK

# question's index in the pool, canonical options that count, whether it counts for everybody
Line = tuple[int, list[int], bool]


def right_choices(accepted: Sequence[int], width: int, *, void: bool) -> list[int]:
    """The choices (0 = blank, else 1 + canonical option) that count as right; with `void` all, blank too."""
    return list(range(BLANK, width + 1)) if void else sorted(1 + option for option in accepted)
