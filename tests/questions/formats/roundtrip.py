"""What every format promises: what a writer wrote is read back the same, but for what it reported as lost."""

from collections.abc import Callable, Sequence

from questions.formats.exchange import Item, Lost, Read
from questions.formats.holding import Holds, place_of, reduce
from questions.formats.tidying import tidy
from tests.questions.formats.samples import PICTURES, losing, placeless, problems


def round_trip(
    given: Sequence[Item],
    write: Callable[..., tuple[bytes, list[Lost]]],
    read: Callable[[bytes], Read],
    holds: Holds,
    unfit: Callable[[Item], str] = lambda item: "",
) -> list[Lost]:
    """Write, read, compare; returns what was reported as lost."""
    data, lost = write(given, PICTURES, title="Đề thi")
    again = read(data)
    reported = losing(lost)
    whole = [tidy(each) for ordinal, each in enumerate(given, 1) if place_of(each, ordinal) not in reported]
    expected, said = reduce(given, PICTURES, holds, unfit)
    back = placeless(again.items)
    if expected:
        assert problems(again) == []
    assert back == placeless(expected)
    for each in placeless(whole):
        assert each in back
    if holds.pictures:
        used = {name for each in expected for name in each.pictures}
        assert again.pictures == {name: PICTURES[name] for name in used}
    assert lost == said
    return lost
