"""The organisers' screens of plans, units and people."""

from contests.admin.blocks import BlockAdmin
from contests.admin.contests import ContestAdmin
from contests.admin.people import EntryAdmin, ExclusionAdmin
from contests.admin.prize_tables import PrizeTableAdmin
from contests.admin.requests import EntryRequestAdmin
from contests.admin.rosters import RosterAdmin
from contests.admin.rounds import RoundAdmin
from contests.admin.studies import StudyAdmin
from contests.admin.units import UnitAdmin, UnitChangeAdmin, UnitOfficerAdmin

__all__ = [
    "BlockAdmin",
    "ContestAdmin",
    "EntryAdmin",
    "EntryRequestAdmin",
    "ExclusionAdmin",
    "PrizeTableAdmin",
    "RosterAdmin",
    "RoundAdmin",
    "StudyAdmin",
    "UnitAdmin",
    "UnitChangeAdmin",
    "UnitOfficerAdmin",
]
