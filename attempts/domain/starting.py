"""Starting an attempt: one row is inserted, and the database alone decides between parallel starts."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt
from contest_site.lib.errors import NotAllowed, NotNow
from contests.models import Entry, Exclusion, Round
from contests.queries import RoundState, excluded_entries, exclusion_of, round_state


def start_attempt(entry: Entry, round: Round, *, address: str | None = None, device: str = "") -> Attempt:
    """The entry's open attempt in the round, started now unless there is one.

    The deadline is the start plus the time limit, or the round's close if that comes first. Raises NotNow
    outside the round's window or when all attempts are used, NotAllowed for an excluded person.
    """
    state = (
        Round.objects.filter(pk=round.pk)
        .select_related("seal", "closing", "contest__announcement")
        .annotate(now=Now(), excluded=Exists(excluded_entries(entry.contest).filter(pk=entry.pk)))
        .get()
    )
    if state.excluded:
        raise NotAllowed(refusal(exclusion_of(entry)))
    attempts = list(Attempt.objects.filter(entry=entry, round=state).only("number", "submitted_at"))
    for attempt in attempts:
        if attempt.submitted_at is None:
            return attempt
    _check_window(state, len(attempts))
    try:
        with transaction.atomic():
            return _insert(entry, state, len(attempts) + 1, address, device)
    except IntegrityError:
        # Another tab was faster: both are led to the one attempt.
        return Attempt.objects.filter(entry=entry, round=state).latest("number")


def refusal(exclusion: Exclusion | None) -> str:
    """The sentence that tells an excluded person why."""
    role = exclusion.get_role_display() if exclusion else ""
    return _("Theo kế hoạch, thành viên %(role)s không tham gia dự thi và không được xếp hạng.") % {
        "role": role
    }


def _check_window(round: Round, used: int) -> None:
    if not hasattr(round.contest, "announcement") or not hasattr(round, "seal"):
        raise NotNow(_("Vòng thi chưa sẵn sàng. Vui lòng quay lại sau."))
    match round_state(round, round.now):  # type: ignore[attr-defined]  # annotated by the query
        case RoundState.NOT_OPEN:
            raise NotNow(_("Vòng thi chưa mở."))
        case RoundState.CLOSED:
            raise NotNow(_("Vòng thi đã kết thúc."))
    if used >= round.attempts_allowed:
        raise NotNow(_("Đã dùng hết số lượt thi của vòng này."))


def _insert(entry: Entry, round: Round, number: int, address: str | None, device: str) -> Attempt:
    sealed = sealed_paper(round.seal.pk)
    seed, paper = sealed.draw(entry.pk, number)
    now = round.now  # type: ignore[attr-defined]
    attempt = Attempt(
        entry=entry,
        round=round,
        number=number,
        seed=seed,
        paper=paper.questions,
        orders=paper.orders,
        widths=[len(sealed.pool.questions[index].options) for index in paper.questions],
        answers=[0] * len(paper.questions),
        started_at=now,
        deadline=min(now + timedelta(minutes=round.time_limit_minutes), round.closes_at),
        address=address,
        device=device,
    )
    attempt.save(force_insert=True)
    return attempt
