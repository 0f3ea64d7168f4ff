import logging
import re
from types import TracebackType

# What PostgreSQL says of a row that a constraint refused: all of its values, among them perhaps an answer
# key, an explanation or a phone number. It ends where the next part of the message or the trace begins.
ROW = re.compile(
    r"DETAIL:  Failing row contains \(.*?(?=\n(?:CONTEXT|HINT|QUERY|LINE \d+):|\n\n|\n  File \"|\Z)",
    re.DOTALL,
)
HIDDEN = "DETAIL:  Failing row contains (…)."
Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLineFormatter(logging.Formatter):
    """One event, one line: a line break in a message cannot forge an entry. Traces stay readable below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the base class's name)
        message = without_rows(record.message)
        record.message = message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)

    def formatException(self, ei: Caught) -> str:  # noqa: N802
        return without_rows(super().formatException(ei))


def without_rows(text: str) -> str:
    """The text without the values of rows that the database refused."""
    return ROW.sub(HIDDEN, text)
