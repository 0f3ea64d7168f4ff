from contests.models.consent import Consent, ConsentText, ConsentWithdrawal, Guardian, GuardianCode
from contests.models.entry import Entry, Exclusion
from contests.models.faq import Faq
from contests.models.plan import Category, CertificateTemplate, Contest, Document, Milestone
from contests.models.prize_tables import Block, BlockUnit, Prize, PrizeTable
from contests.models.records import (
    Announcement,
    HeadcountLock,
    Promotion,
    RoundClosing,
    RoundSeal,
    Unsealing,
    Withdrawal,
)
from contests.models.rehearsals import RehearsalRun
from contests.models.requests import DataAnswer, DataExport, DataRequest, EntryDecision, EntryRequest
from contests.models.rosters import Roster, RosterImport, RosterMatch, RosterPerson
from contests.models.rounds import Quota, Round
from contests.models.unit import Headcount, Unit, UnitOfficer
from contests.models.unit_changes import UnitChange, UnitImport, UnitSuccession

__all__ = [
    "Announcement",
    "Block",
    "BlockUnit",
    "Category",
    "CertificateTemplate",
    "Consent",
    "ConsentText",
    "ConsentWithdrawal",
    "Contest",
    "DataAnswer",
    "DataExport",
    "DataRequest",
    "Document",
    "Entry",
    "EntryDecision",
    "EntryRequest",
    "Exclusion",
    "Faq",
    "Guardian",
    "GuardianCode",
    "Headcount",
    "HeadcountLock",
    "Milestone",
    "Prize",
    "PrizeTable",
    "Promotion",
    "Quota",
    "RehearsalRun",
    "Roster",
    "RosterImport",
    "RosterMatch",
    "RosterPerson",
    "Round",
    "RoundClosing",
    "RoundSeal",
    "Unit",
    "UnitChange",
    "UnitImport",
    "UnitOfficer",
    "UnitSuccession",
    "Unsealing",
    "Withdrawal",
]
