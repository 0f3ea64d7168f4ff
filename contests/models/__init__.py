from contests.models.entry import Entry, Exclusion
from contests.models.plan import (
    Category,
    Contest,
    Document,
    Milestone,
    Prize,
    Quota,
    Round,
)
from contests.models.records import Announcement, RoundClosing, RoundSeal
from contests.models.unit import Headcount, Unit, UnitOfficer

__all__ = [
    "Announcement",
    "Category",
    "Contest",
    "Document",
    "Entry",
    "Exclusion",
    "Headcount",
    "Milestone",
    "Prize",
    "Quota",
    "Round",
    "RoundClosing",
    "RoundSeal",
    "Unit",
    "UnitOfficer",
]
