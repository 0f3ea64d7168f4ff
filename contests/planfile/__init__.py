"""Plan files (TOML): a contest's whole plan, as a person writes it. Pure: asks no database."""

from contests.planfile.plan import PlanFile, Values
from contests.planfile.reader import read_plan

__all__ = ["PlanFile", "Values", "read_plan"]
