"""The organisers' pages of attempts and of people's results, at /quan-tri/attempts/."""

from attempts.admin.anomalies import AnomalyAdmin
from attempts.admin.attempts import AttemptAdmin
from attempts.admin.judging import DisqualificationAdmin
from attempts.admin.merging import AccountMergeAdmin

__all__ = ["AccountMergeAdmin", "AnomalyAdmin", "AttemptAdmin", "DisqualificationAdmin"]
