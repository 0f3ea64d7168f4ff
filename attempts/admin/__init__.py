"""The organisers' pages of attempts and of people's results, at /quan-tri/attempts/."""

from attempts.admin.attempts import AttemptAdmin
from attempts.admin.judging import DisqualificationAdmin

__all__ = ["AttemptAdmin", "DisqualificationAdmin"]
