from django.db import models
from django.db.models.functions import Now


class PressFigures(models.Model):
    """What the press summary of a published run counts beyond the run itself. Final (trigger).

    Counted once, right after the publication, from the very data that the run was computed from: the summary
    says the same numbers a year later. Its absence is swept up.

    `full`: the highest mark there was, in the run's parts of a question. `marks`: [[mark, people] …] from the
    highest; empty where nobody is ranked. `units`: [[unit's id, people, headcount or null] …] of the units
    that compete (of a plan without any: right below the contest's area).
    """

    run = models.OneToOneField("prizes.StandingsRun", on_delete=models.PROTECT, related_name="press_figures")
    full = models.PositiveIntegerField()
    marks = models.JSONField()
    units = models.JSONField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "số liệu thông cáo báo chí"
        verbose_name_plural = "số liệu thông cáo báo chí"

    def __str__(self) -> str:
        return f"Số liệu thông cáo: {self.run}"
