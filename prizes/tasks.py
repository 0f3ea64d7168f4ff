from celery import shared_task

from contest_site.lib.pdf import PageCountError
from contests.models import Round
from prizes.domain import publishing, settling
from prizes.domain.participation import file_of, render_paper
from prizes.domain.press_figures import runs_without_figures, write_figures
from prizes.domain.rendering import render_missing
from prizes.domain.undrawable import mark_undrawable
from prizes.models import ParticipationPaper, StandingsRun
from prizes.scope import Scope


@shared_task
def close_due_rounds() -> None:
    """Every 15 seconds: close the rounds whose end has come, rank what has ended."""
    settling.close_due()


@shared_task
def settle_round(round_id: int) -> None:
    """One round at once, after an organiser closed it."""
    settling.settle(Scope.of_round(Round.objects.select_related("contest").get(pk=round_id)))


@shared_task
def regrade_and_rank(round_id: int) -> None:
    """One round after a key correction was approved; close_due_rounds finds what this has missed."""
    settling.regrade_and_rank(Round.objects.select_related("contest").get(pk=round_id))


@shared_task
def render_certificates(run_id: int) -> None:
    """The PDFs of a published run that are not there yet. Its own queue: it is slow and heavy."""
    render_missing(run_id)


@shared_task
def render_participation(paper_id: int) -> None:
    """The PDF of one paper of participation, which somebody has asked for and waits for."""
    papers = ParticipationPaper.objects.select_related("entry__contest", "entry__unit")
    paper = papers.filter(entry__erased_at=None, pk=paper_id).first()
    if paper:
        try:
            render_paper(paper)
        except PageCountError as error:
            mark_undrawable(file_of(paper), error)


@shared_task
def write_published_list(run_id: int) -> None:
    """The public list of a published run, with which anyone checks it."""
    publishing.write_list(run_id)


@shared_task
def resume_published_lists() -> None:
    """Every minute: published runs that lack their list."""
    for run_id in publishing.unlisted_runs().values_list("pk", flat=True):
        write_published_list.delay(run_id)


@shared_task
def count_press_figures(run_id: int) -> None:
    """What the press summary of a published run counts."""
    write_figures(run_id)


@shared_task
def resume_press_figures() -> None:
    """Every minute: published runs that lack the figures of their press summary."""
    for run_id in runs_without_figures().values_list("pk", flat=True):
        count_press_figures.delay(run_id)


@shared_task
def resume_certificates() -> None:
    """Every minute: published runs that lack certificates, whatever the broker or a worker forgot."""
    unfinished = StandingsRun.objects.filter(
        publication__isnull=False, awards__certificate__isnull=False, awards__certificate__file=None
    )
    for run_id in unfinished.values_list("pk", flat=True).distinct().order_by("pk"):
        render_certificates.delay(run_id)
