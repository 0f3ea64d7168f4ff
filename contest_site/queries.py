"""What the pages of the root need from several apps at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from attempts.domain.starting import Look, allowance_of, check_person, refusal, round_for, waiting
from attempts.models import Attempt
from attempts.queries import attempts_of
from contest_site.accounts.models import User
from contest_site.lib.errors import NotAllowed
from contests.domain.entering import may_try
from contests.entered import entry_state
from contests.enums import Audience, CertificateKind
from contests.models import Block, CertificateTemplate, Contest, Entry, Exclusion, Promotion, Round, RoundSeal
from contests.prize_tables import Laid
from contests.queries import (
    RoundState,
    announced_contests,
    closing_of,
    effective_close,
    round_state,
    takes_entries,
    waiting_for_guardian,
)
from prizes.explaining import explain_rank
from prizes.models import Award, StandingsRun
from prizes.queries import published_awards


@dataclass(frozen=True)
class ContestCard:
    """A contest on the home page; `round` is open now, `coming` opens next."""

    contest: Contest
    round: Round | None
    coming: Round | None
    entered: bool


def home_cards(user_id: int | None, now: datetime) -> dict[str, list[ContestCard]]:
    """Open, coming and past contests, rehearsals left out. Three queries, whatever the number of contests."""
    contests = announced_contests().filter(is_rehearsal=False).prefetch_related("rounds__closing")
    entered = (
        set(Entry.objects.filter(user_id=user_id).values_list("contest_id", flat=True)) if user_id else set()
    )
    cards: dict[str, list[ContestCard]] = {"open_contests": [], "coming_contests": [], "past_contests": []}
    for contest in contests:
        states = {round: round_state(round, now) for round in contest.rounds.all()}
        current = next((round for round, state in states.items() if state is RoundState.OPEN), None)
        coming = next((round for round, state in states.items() if state is RoundState.NOT_OPEN), None)
        card = ContestCard(contest, current, coming, contest.pk in entered)
        if current:
            cards["open_contests"].append(card)
        elif RoundState.NOT_OPEN in states.values() or now < contest.opens_at:
            cards["coming_contests"].append(card)
        else:
            cards["past_contests"].append(card)
    return cards


def rounds_of(contest: Contest) -> list[Round]:
    rounds = contest.rounds.select_related("closing", "seal__pool", "promotes_from")
    # The digest is shown; the sealed questions themselves are megabytes that nobody here reads.
    return list(rounds.defer("seal__pool__content"))


def round_items(
    contest: Contest, rounds: list[Round], now: datetime, published: set[int | None]
) -> list[dict[str, Any]]:
    """The rounds of a contest for its page: state, seconds to the next change, seal, published results."""
    items = []
    for round in rounds:
        seal = getattr(round, "seal", None)
        state = round_state(round, now)
        items.append(
            {
                "round": round,
                "state": state.value,
                "opens_in_seconds": max(0, int((round.opens_at - now).total_seconds())),
                "closes_in_seconds": max(0, int((effective_close(round) - now).total_seconds())),
                "results_url": f"{reverse('prizes:results', args=[contest.slug])}?vong={round.number}"
                if round.pk in published
                else "",
                "seal_facts": _seal_facts(seal, closed=state is RoundState.CLOSED) if seal else None,
            }
        )
    return items


def next_change(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The end of the open round, else the opening of the first to come: that round, and seconds until."""
    for state, until in (("open", "closes_in_seconds"), ("not_open", "opens_in_seconds")):
        for item in items:
            if item["state"] == state:
                return {"round": item["round"], "open": state == "open", "seconds": item[until]}
    return None


def _seal_facts(seal: RoundSeal, *, closed: bool) -> dict[str, str]:
    """What anyone may know of a seal: its digests always, its secret once no paper can be taken any more."""
    secret = bytes(seal.secret).hex() if closed else ""
    return {"digest": seal.pool.digest, "commitment": seal.commitment, "secret": secret}


def published_rounds(contest: Contest) -> set[int | None]:
    """Ids of the rounds whose results are public; None stands for those of the whole contest."""
    runs = StandingsRun.objects.filter(contest=contest, publication__isnull=False)
    return set(runs.values_list("round_id", flat=True))


def next_action(
    contest: Contest,
    entry: Entry | None,
    exclusion: Exclusion | None,
    items: list[dict[str, Any]],
    now: datetime,
    look: Look | None = None,
) -> dict[str, str]:
    """The one thing to do on a contest's page, for this person at this moment: label, url (or ""), note.

    `look`: at the round that is open, where somebody has looked already.
    """
    current = next((item for item in items if item["state"] == "open"), None)
    if exclusion and not (entry and entry.unofficial):
        return _action("", "", refusal(exclusion))
    if entry is None:
        return _before_entry(contest, items)
    if entry.needs_guardian and entry_state(entry).waits:
        # A child's next step, whether a round is open yet or not; only a child pays its queries.
        return _action(
            _("Xin người giám hộ đồng ý"),
            reverse("contests:entry", args=[contest.slug]),
            _("Người dưới 16 tuổi bắt đầu thi được sau khi cha, mẹ hoặc người giám hộ đồng ý."),
        )
    if current is None:
        return _between_rounds(contest, items)
    return _in_round(entry, current["round"], now, look)


def _action(label: str, url: str, note: str = "") -> dict[str, str]:
    return {"label": label, "url": url, "note": note}


def trial_address(
    user: User | AnonymousUser,
    contest: Contest,
    entry: Entry | None,
    exclusion: Exclusion | None,
    now: datetime,
) -> str:
    """Where an organiser on the list may still try the contest out, or ""; no query for others."""
    if not (exclusion and entry is None and isinstance(user, User) and may_try(user)):
        return ""
    return reverse("contests:entry", args=[contest.slug]) if takes_entries(contest, now) else ""


def blocks_of(contest: Contest, tables: list[Laid]) -> QuerySet[Block]:
    """The blocks in which units compete, with how many they are; none where no prize is for units."""
    if not any(laid.table.audience == Audience.UNIT for laid in tables):
        return Block.objects.none()
    return contest.blocks.annotate(size=Count("units")).order_by("position", "pk")


def _before_entry(contest: Contest, items: list[dict[str, Any]]) -> dict[str, str]:
    left = [item["round"] for item in items if item["state"] != "closed"]
    if left and all(round.promotes_from_id is not None for round in left):
        return _action("", "", _("Các vòng thi còn lại chỉ dành cho người được chọn từ vòng trước."))
    if not left:
        return _between_rounds(contest, items)
    return _action(_("Đăng ký dự thi"), reverse("contests:entry", args=[contest.slug]))


def _between_rounds(contest: Contest, items: list[dict[str, Any]]) -> dict[str, str]:
    results = any(item["results_url"] for item in items)
    if any(item["state"] == "not_open" for item in items):
        return _action("", "", _("Đã đăng ký. Vòng thi chưa mở; nút làm bài xuất hiện tại đây khi đến giờ."))
    if results:
        # Without a choice the board shows the whole contest's results, else the latest round's.
        return _action(_("Xem kết quả"), reverse("prizes:results", args=[contest.slug]))
    return _action("", "", _("Cuộc thi đã kết thúc. Kết quả được đăng tại đây sau khi Ban Tổ chức công bố."))


def _in_round(entry: Entry, round: Round, now: datetime, look: Look | None) -> dict[str, str]:
    if round.promotes_from_id is not None:
        try:
            check_person(entry, look.round if look else round_for(entry, round))
        except NotAllowed as refused:
            return _action("", "", str(refused))
    attempts = look.attempts if look else list(attempts_of(entry).filter(round=round))
    start = reverse("attempts:start", args=[round.contest.slug, round.number])
    if open_attempt := next((attempt for attempt in attempts if attempt.submitted_at is None), None):
        return _action(_("Làm tiếp bài thi"), reverse("attempts:paper", args=[open_attempt.pk]))
    if not attempts:
        return _action(_("Vào thi"), start)
    last = reverse("result", args=[attempts[-1].pk])
    allowed = allowance_of(round, attempts, now)
    if allowed.wait is None:
        return _action(_("Thi thêm lượt nữa"), start, _("Còn %(left)d lượt thi.") % {"left": allowed.left})
    return _action(_("Xem bài đã nộp"), last, waiting(allowed))


def my_entries(user_id: int) -> list[dict[str, Any]]:
    """Each contest that the person entered, with attempts, prizes and their papers, and finals to come."""
    entries = (
        Entry.objects.filter(user_id=user_id)
        .select_related("contest", "unit")
        .prefetch_related("attempts__round", "requests__decision")
        .annotate(unguarded=Exists(waiting_for_guardian().filter(pk=OuterRef("pk"))))
        .order_by("-contest__opens_at")
    )
    awards = published_awards().filter(entry__user_id=user_id).order_by("prize__table__number", "run__round")
    won: dict[int | None, list[Award]] = {}
    for award in awards.select_related("run__round", "prize__certificate", "certificate__file"):
        won.setdefault(award.entry_id, []).append(award)
    goes_on: dict[int, list[Promotion]] = {}
    for promotion in _promotions(user_id):
        goes_on.setdefault(promotion.entry_id, []).append(promotion)
    with_papers = set(
        CertificateTemplate.objects.filter(
            contest__entries__user_id=user_id, kind=CertificateKind.THAM_GIA
        ).values_list("contest_id", flat=True)
    )
    return [
        {
            "entry": entry,
            "contest": entry.contest,
            "waits": entry.unguarded,
            "requests": [one for one in entry.requests.all() if one.erased_at is None],
            "attempts": sorted(entry.attempts.all(), key=lambda a: (a.round.number, a.number)),
            "awards": won.get(entry.pk, []),
            "promotions": goes_on.get(entry.pk, []),
            "participation": entry.contest_id in with_papers and bool(entry.attempts.all()),
        }
        for entry in entries
    ]


def _promotions(user_id: int) -> QuerySet[Promotion]:
    """The finals that a person may take part in, once the results that say so are public."""
    published = StandingsRun.objects.filter(round=OuterRef("round__promotes_from"), publication__isnull=False)
    mine = Promotion.objects.filter(Exists(published), entry__user_id=user_id, withdrawal=None)
    return mine.select_related("round").order_by("round__number")


def published_run(round: Round) -> StandingsRun | None:
    """The newest published standings of a round."""
    return (
        StandingsRun.objects.filter(round=round, publication__isnull=False)
        .order_by("-publication__at", "-version")
        .first()
    )


def after_close(attempt: Attempt) -> dict[str, Any]:
    """What the result page adds once the round is closed; before, at the bell, it asks for nothing of it.

    `published` whether the round's results are; `rank_lines` a sentence on the person's rank in the round and
    one in the whole contest; `awards` what the person won; `participation` whether the plan has a paper that
    says that one took part.
    """
    if closing_of(attempt.round) is None:
        return {}
    contest = attempt.round.contest
    run = published_run(attempt.round)
    return {
        "published": run is not None,
        "rank_lines": _rank_lines(attempt, run),
        "awards": published_awards()
        .filter(entry=attempt.entry_id)
        .select_related("run__round", "prize__certificate", "certificate__file")
        .order_by("prize__table__number", "run__round"),
        "participation": contest.certificate_templates.filter(kind=CertificateKind.THAM_GIA).exists(),
    }


def _rank_lines(attempt: Attempt, run: StandingsRun | None) -> list[str]:
    overall = (
        StandingsRun.objects.filter(contest=attempt.round.contest, round=None, publication__isnull=False)
        .order_by("-version")
        .first()
    )
    lines = [explain_rank(run, attempt.entry)] if run else []
    if overall and (line := explain_rank(overall, attempt.entry)):
        lines.append(_("Cả cuộc thi: %(sentence)s") % {"sentence": line})
    return [line for line in lines if line]
