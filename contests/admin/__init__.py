"""The organisers' screens of plans, units and people."""

from contests.admin.contests import ContestAdmin
from contests.admin.people import EntryAdmin, ExclusionAdmin
from contests.admin.rounds import RoundAdmin
from contests.admin.units import UnitAdmin, UnitOfficerAdmin

__all__ = ["ContestAdmin", "EntryAdmin", "ExclusionAdmin", "RoundAdmin", "UnitAdmin", "UnitOfficerAdmin"]
