"""A round's analysis, by the way that every one goes: asked for, counted by the task, stored, read again."""

from attempts import tasks
from attempts.analysis.report import Analysis
from attempts.analysis.storing import stored_analysis
from attempts.models import ItemCounts
from contests.models import Round


def analyse(round: Round, *, every: bool = False) -> Analysis:
    row, _made = ItemCounts.objects.get_or_create(round=round, every=every)
    ItemCounts.objects.filter(pk=row.pk).update(done_at=None, tries=0)
    tasks.count_items(row.pk)
    row.refresh_from_db()
    assert not row.waits
    assert row.failure == ""
    return stored_analysis(row)
