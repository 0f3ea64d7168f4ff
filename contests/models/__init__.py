from contests.models.entry import Entry, Exclusion
from contests.models.plan import (
    Block,
    BlockUnit,
    Category,
    CertificateTemplate,
    Contest,
    Document,
    Milestone,
    Prize,
    PrizeTable,
    Quota,
    Round,
)
from contests.models.records import (
    Announcement,
    HeadcountLock,
    Promotion,
    RoundClosing,
    RoundSeal,
    Withdrawal,
)
from contests.models.unit import Headcount, Unit, UnitOfficer

__all__ = [
    "Announcement",
    "Block",
    "BlockUnit",
    "Category",
    "CertificateTemplate",
    "Contest",
    "Document",
    "Entry",
    "Exclusion",
    "Headcount",
    "HeadcountLock",
    "Milestone",
    "Prize",
    "PrizeTable",
    "Promotion",
    "Quota",
    "Round",
    "RoundClosing",
    "RoundSeal",
    "Unit",
    "UnitOfficer",
    "Withdrawal",
]
