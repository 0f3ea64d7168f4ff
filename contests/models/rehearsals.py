"""A rehearsal of a contest on its own plan: asked for by an organiser, played by a worker, nothing kept."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from contest_site.lib.work import Work
from contests.models.plan import Contest


class RehearsalRun(Work):
    """`digest` is that of the plan that was played (SHA-256, hex): a changed plan has not been rehearsed.

    `faults` are sentences; none means that it passed. Of what was played only these numbers remain.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="rehearsal_runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    rounds = models.PositiveSmallIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    awards = models.PositiveIntegerField(default=0)
    faults = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        verbose_name = "lần tổng duyệt"
        verbose_name_plural = "các lần tổng duyệt"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Tổng duyệt: {self.contest}"

    @property
    def passed(self) -> bool:
        return self.done_at is not None and not self.failure and not self.faults
