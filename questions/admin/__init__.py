"""The organisers' pages of the question banks, at /quan-tri/questions/."""

from questions.admin.banks import BankAdmin
from questions.admin.pools import SealedPoolAdmin
from questions.admin.questions import QuestionAdmin

__all__ = ["BankAdmin", "QuestionAdmin", "SealedPoolAdmin"]
