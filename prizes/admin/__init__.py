"""The organisers' pages of results, at /quan-tri/prizes/."""

from prizes.admin.corrections import KeyCorrectionAdmin
from prizes.admin.results import StandingsRunAdmin

__all__ = ["KeyCorrectionAdmin", "StandingsRunAdmin"]
