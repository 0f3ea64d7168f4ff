"""Starting an attempt: one row is inserted, and the database alone decides between parallel starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject, Now
from django.utils.translation import gettext as _

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt, Prediction
from attempts.queries import know, own_along, standing_disqualifications
from attempts.rules.limits import Allowance, Limits, Sitting, Wait, allowance
from contest_site.accounts.sessions import Along
from contest_site.lib import hot
from contest_site.lib.errors import NotAllowed, NotNow
from contest_site.lib.hot import Compiled
from contest_site.lib.templatetags.vi import moment
from contests.models import (
    ConsentWithdrawal,
    Contest,
    Entry,
    Exclusion,
    Promotion,
    Round,
    RoundClosing,
    Unit,
)
from contests.queries import (
    RoundState,
    effective_close,
    excluded_entries,
    exclusion_of,
    round_state,
    waiting_for_guardian,
)

# The number is worked out from the attempts that were read. Numbers are consecutive and attempts are never
# deleted, so this row goes in only while those attempts are still all: every limit that was checked on them
# holds at this moment too, however many tabs and devices start at once.
# The seal that the paper was drawn from must be there still: its unsealing or the round's closing waits for
# this row, or this statement for them; likewise the withdrawal of a promoted person. The functions look only
# once the row is locked.
INSERT = """
{untold} WITH seal AS MATERIALIZED (
    SELECT round_id FROM contests_roundseal WHERE id = %s FOR KEY SHARE
) {promotion}
INSERT INTO attempts_attempt (
    id, entry_id, round_id, number, seed, paper, orders, limits, answers, revision, started_at, deadline,
    address, device
)
SELECT %s, %s, %s, %s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s::smallint[], 0, %s, %s,
    %s::inet, %s
FROM seal {own} WHERE NOT contests_is_closed(seal.round_id) {promoted}
ON CONFLICT DO NOTHING
RETURNING id
"""
OF_ALL = INSERT.format(untold=hot.UNTOLD, promotion="", own="", promoted="")
OF_PROMOTED = INSERT.format(
    untold=hot.UNTOLD,
    promotion=""", own AS MATERIALIZED (
    SELECT id FROM contests_promotion WHERE round_id = %s AND entry_id = %s FOR KEY SHARE
)""",
    own=", own",
    promoted="AND NOT contests_is_withdrawn(own.id)",
)


def start_attempt(entry: Entry, round: Round, *, address: str | None = None, device: str = "") -> Attempt:
    """The entry's open attempt in the round, started now unless there is one.

    The deadline is the start plus the time limit, or the round's close if that comes first. Raises NotNow
    outside the round's window and while the plan's limits (in all, per day, cool-down) do not let another
    attempt begin, NotAllowed for an excluded person and for one who was not promoted to this round.
    """
    while True:
        state = round_for(entry, round)
        attempts = list(
            Attempt.objects.filter(entry=entry, round=state).only("number", "started_at", "submitted_at")
        )
        if started := _start(Look(entry, state, attempts), address, device):
            return started
        # Another tab or device was faster: look again, which leads to its attempt while that is open.


def start_at_once(look: Look | None, *, address: str | None = None, device: str = "") -> Attempt | None:
    """The same after a look, with one INSERT; None for who has not entered."""
    if look is None:
        return None
    if started := _start(look, address, device):
        return started
    return start_attempt(look.entry, look.round, address=address, device=device)


@dataclass(frozen=True)
class Look:
    """A person before a start: the round as `round_for` gives it, the attempts in it so far, and the number
    predicted that binds already.
    """

    entry: Entry
    round: Round
    attempts: list[Attempt]
    bound: Decimal | None = None


def _start(look: Look, address: str | None, device: str) -> Attempt | None:
    """None when what was looked at is no longer so."""
    check_person(look.entry, look.round)
    for attempt in look.attempts:
        if attempt.submitted_at is None:
            return attempt
    _check_window(look.round, look.attempts)
    return _insert(look.entry, look.round, len(look.attempts) + 1, address, device)


def look_at_start(user_id: int, round: Round) -> Look | None:
    """One statement; the plan of the round is that of `kept_round`, everything about the person is of now."""
    row = _looking().row(round.pk, round.contest_id, user_id)
    return look_from(row, round) if row else None


def look_from(row: Sequence[Any], round: Round) -> Look:
    """The same from such a row."""
    names = hot.attributes(Entry)
    entry = Entry.from_db("default", names, row[: len(names)])
    entry.contest = round.contest
    unit, now, closed_at, bound, *facts, sittings = row[len(names) :]
    entry.unit = Unit.from_db("default", ["id", "name"], [entry.unit_id, unit])
    know(round, "closing", RoundClosing(round_id=round.pk, at=closed_at) if closed_at else None)
    for name, value in zip(("now", *FACTS), (now, *facts), strict=True):
        setattr(round, name, value)
    return Look(entry, round, [_sitting(one) for one in sittings], bound)


def look_along(round: Round) -> tuple[Along, list[Any]]:
    """What reads such a row along with the session, for its account, and the parameters."""
    along, looking = _look_along(None, None)
    return along, looking.parameters(round.pk, round.contest_id)


@cache
def _look_along(*names: str | None) -> tuple[Along, Compiled]:
    looking = _looking().beside(*names, "u.id")
    width = len(hot.attributes(Entry)) + len(("unit", "now", "closed_at", "bound", *FACTS, "sittings"))
    return Along("look.*", f"LEFT JOIN LATERAL ({looking.statement}) look ON true", width), looking


@cache
def own_look_along() -> tuple[Along, list[Any]]:
    """For an attempt that is read along: the same for its round, after the attempt's own columns."""
    own = own_along()
    look, looking = _look_along("a.round_id", "e.contest_id")
    both = Along(f"{own.columns}, {look.columns}", own.joins + look.joins, own.width + look.width)
    return both, looking.parameters()


# What a start depends on beside the plan, in the words of `round_for`, and whether what is done counts.
FACTS = ("excluded", "promoted", "unguarded", "withdrawn", "judged")
ROUND, CONTEST, USER = -1, -2, -3  # stand for their numbers in the one statement


@cache
def _looking() -> Compiled:
    contest, person = Contest(pk=CONTEST), OuterRef("pk")
    attempts = Attempt.objects.filter(entry=person, round=ROUND)
    facts = Entry.objects.filter(contest=contest, user=USER).annotate(
        looked_at=Now(),
        closed_at=Subquery(RoundClosing.objects.filter(round=ROUND).values("at")),
        bound=Subquery(Prediction.objects.filter(round=ROUND, entry=person).values("value")),
        excluded=Exists(excluded_entries(contest).filter(pk=person)),
        promoted=Exists(Promotion.objects.filter(round=ROUND, entry=person, withdrawal=None)),
        unguarded=Exists(waiting_for_guardian().filter(pk=person)),
        withdrawn=Exists(ConsentWithdrawal.objects.filter(entry=person)),
        judged=Exists(standing_disqualifications(Round(pk=ROUND)).filter(entry=person)),
        sittings=ArraySubquery(
            attempts.order_by("number").values(
                one=JSONObject(id="id", number="number", started_at="started_at", submitted_at="submitted_at")
            )
        ),
    )
    rows = facts.values_list(
        *hot.attributes(Entry), "unit__name", "looked_at", "closed_at", "bound", *FACTS, "sittings"
    )
    return Compiled(rows, ROUND, CONTEST, USER)


def _sitting(text: str) -> Attempt:
    known: dict[str, Any] = json.loads(text)
    submitted = known["submitted_at"]
    values = [
        UUID(known["id"]),
        known["number"],
        datetime.fromisoformat(known["started_at"]),
        submitted and datetime.fromisoformat(submitted),
    ]
    return Attempt.from_db("default", ["id", "number", "started_at", "submitted_at"], values)


def allowance_of(round: Round, attempts: Iterable[Attempt], now: datetime) -> Allowance:
    """What the round's limits leave at `now` to the person of these attempts in it, all of them over."""
    limits = Limits(round.attempts_allowed, round.attempts_per_day, timedelta(minutes=round.cooldown_minutes))
    sittings = [Sitting(one.started_at, one.submitted_at) for one in attempts if one.submitted_at]
    return allowance(limits, sittings, now=now, closes_at=effective_close(round))


def waiting(found: Allowance) -> str:
    """The sentence that tells why no attempt may begin now and when the next may; "" when one may."""
    if found.wait is None:
        return ""
    if found.wait is Wait.USED:
        return _("Đã dùng hết số lượt thi của vòng này.")
    if found.wait is Wait.DAY:
        why = _("Đã dùng hết số lượt thi của ngày hôm nay.")
    else:
        why = _("Chưa hết thời gian nghỉ giữa hai lượt thi.")
    if found.next_at is None:
        return f"{why} {_('Vòng thi kết thúc trước khi lượt tiếp theo bắt đầu được.')}"
    # Rounded up to the minute: at the time shown the attempt does begin.
    shown = found.next_at + timedelta(seconds=59, microseconds=999_999)
    return f"{why} {_('Lượt tiếp theo bắt đầu được từ %(moment)s.') % {'moment': moment(shown)}}"


def refusal(exclusion: Exclusion | None) -> str:
    """The sentence that tells an excluded person why."""
    role = exclusion.get_role_display() if exclusion else ""
    return _("Theo kế hoạch, thành viên %(role)s không tham gia dự thi và không được xếp hạng.") % {
        "role": role
    }


def round_for(entry: Entry, round: Round) -> Round:
    """The round as it is at its `now`, with all that a start of this person depends on."""
    promoted = Promotion.objects.filter(round=OuterRef("pk"), entry=entry, withdrawal=None)
    person = Entry.objects.filter(pk=entry.pk)
    return (
        Round.objects.filter(pk=round.pk)
        .select_related("seal", "closing", "contest__announcement", "promotes_from")
        .annotate(
            now=Now(),
            excluded=Exists(excluded_entries(entry.contest).filter(pk=entry.pk)),
            promoted=Exists(promoted),
            unguarded=Exists(waiting_for_guardian().filter(pk=entry.pk)),
            withdrawn=Exists(person.filter(consent_withdrawal__isnull=False)),
        )
        .get()
    )


def check_person(entry: Entry, round: Round) -> None:
    """Raises NotAllowed for somebody who may not take part in the round (of `round_for`) at any time."""
    # An organiser's trial is for trying every round out; it counts nowhere.
    if entry.unofficial:
        return
    if round.excluded:  # type: ignore[attr-defined]
        raise NotAllowed(refusal(exclusion_of(entry)))
    if round.withdrawn:  # type: ignore[attr-defined]
        raise NotAllowed(
            _("Sự đồng ý xử lý dữ liệu cá nhân đã được rút lại nên không bắt đầu lượt thi mới được.")
        )
    if round.unguarded:  # type: ignore[attr-defined]
        raise NotAllowed(
            _(
                "Người dưới 16 tuổi cần cha, mẹ hoặc người giám hộ đồng ý trước khi thi. Mở trang đăng ký của"
                " cuộc thi này, ghi số điện thoại của người giám hộ rồi làm theo hướng dẫn; hoặc nộp giấy"
                " đồng ý cho nhà trường, Ban Tổ chức."
            )
        )
    if round.promotes_from is not None and not round.promoted:  # type: ignore[attr-defined]
        raise NotAllowed(
            _("Vòng này chỉ dành cho người được chọn từ %(round)s; đăng ký này không có trong danh sách.")
            % {"round": round.promotes_from.name}
        )


def _check_window(round: Round, attempts: list[Attempt]) -> None:
    if not hasattr(round.contest, "announcement") or not hasattr(round, "seal"):
        raise NotNow(_("Vòng thi chưa sẵn sàng. Vui lòng quay lại sau."))
    now = round.now  # type: ignore[attr-defined]  # annotated by the query
    match round_state(round, now):
        case RoundState.NOT_OPEN:
            raise NotNow(_("Vòng thi chưa mở."))
        case RoundState.CLOSED:
            raise NotNow(_("Vòng thi đã kết thúc."))
    if refused := waiting(allowance_of(round, attempts, now)):
        raise NotNow(refused)


def _insert(entry: Entry, round: Round, number: int, address: str | None, device: str) -> Attempt | None:
    sealed = sealed_paper(round.seal.pk)
    seed, paper = sealed.draw(entry.pk, number)
    now = round.now  # type: ignore[attr-defined]
    attempt = Attempt(
        id=uuid4(),
        entry=entry,
        round=round,
        number=number,
        seed=seed,
        paper=paper.questions,
        orders=paper.orders,
        limits=sealed.limits(paper.questions),
        answers=[0] * len(paper.questions),
        started_at=now,
        deadline=min(now + timedelta(minutes=round.time_limit_minutes), round.closes_at),
        address=address,
        device=device,
    )
    values: list[Any] = [
        *(attempt.id, entry.pk, round.pk, number, attempt.seed),
        *map(hot.numbers, (attempt.paper, attempt.orders, attempt.limits, attempt.answers)),
        *(attempt.started_at, attempt.deadline, address, device),
    ]
    promoted_only = round.promotes_from_id is not None and not entry.unofficial
    statement, promoted = (OF_PROMOTED, [round.pk, entry.pk]) if promoted_only else (OF_ALL, [])
    if hot.row(statement, [round.seal.pk, *promoted, *values]) is None:
        return None
    attempt._state.adding = False
    return attempt
