"""Questions that say nearly the same, by the trigrams of their fingerprints (pg_trgm): accents, case and
punctuation are no difference."""

from questions.formats.exchange import Note
from questions.importers.report import Report
from questions.models import Bank


def similar_notes(bank: Bank, report: Report) -> list[Note]:
    return []
