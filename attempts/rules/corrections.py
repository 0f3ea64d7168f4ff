"""What a corrected answer key makes right."""

from attempts.rules.marking import worths

# question's index in the pool, canonical options that count, whether it counts for everybody
Line = tuple[int, list[int], bool]


def corrected_worths(
    kind: str, width: int, accepted: tuple[int, ...], parts: int, *, void: bool
) -> tuple[int, ...]:
    """What every choice is worth by a correction (attempts.rules.marking); with `void` all of it, blank too.

    Of a question with one option to choose any accepted one is right; where several are, `accepted` is the
    right combination.
    """
    if void:
        return (parts,) * len(worths(kind, width, (0,), parts))
    return worths(kind, width, accepted, parts)
