"""Plain functions that make real rows for tests; every argument has a sensible value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from attempts.models import Attempt, Prediction
from attempts.queries import line_of
from attempts.rules.receipts import receipt_of_line
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.enums import (
    Audience,
    CertificateKind,
    CountingAttempt,
    ExclusionRole,
    Gender,
    NamesShown,
    PredictionTarget,
    RankKey,
    ResultShown,
    TableScope,
)
from contests.models import (
    Announcement,
    Block,
    BlockUnit,
    Category,
    CertificateTemplate,
    Contest,
    Entry,
    Exclusion,
    Prize,
    PrizeTable,
    Round,
    RoundSeal,
    Unit,
)
from questions.models import Appraisal, Bank, Question, Revision, Submission, Topic

PASSWORD = "mot-mat-khau-dai"
_serial = count(1)


def make_user(**fields: Any) -> User:
    """An account with a phone number and no usable password (hashing is slow; see `make_login`)."""
    n = next(_serial)
    values: dict[str, Any] = {"full_name": f"Nguyễn Văn {n}", "phone": f"+8491{n:07d}", **fields}
    return User.objects.create_user(**values)


def make_login(**fields: Any) -> User:
    """An account that can sign in with PASSWORD."""
    return make_user(password=PASSWORD, **fields)


def make_staff(**fields: Any) -> User:
    return make_user(
        **{"is_staff": True, "is_superuser": True, "username": f"to-chuc-{next(_serial)}", **fields}
    )


def make_unit(name: str = "", parent: Unit | None = None, **fields: Any) -> Unit:
    n = next(_serial)
    unit = Unit(name=name or f"Đơn vị {n}", code=fields.pop("code", f"U{n}"), parent=parent, **fields)
    unit.save()
    return unit


def make_bank(
    questions: int = 40,
    *,
    topics: int = 2,
    name: str = "",
    approved: bool = True,
    levels: Sequence[str] = ("",),
) -> Bank:
    """A bank whose question i has the right option "Đúng i" at place i % 4; levels in turn in each topic."""
    n = next(_serial)
    bank = Bank.objects.create(name=name or f"Ngân hàng {n}")
    names = [Topic.objects.create(bank=bank, name=f"Chủ đề {at + 1}", position=at) for at in range(topics)]
    writer, appraiser = make_user(), make_user()
    rows = Question.objects.bulk_create(Question(bank=bank, number=at + 1) for at in range(questions))
    revisions = Revision.objects.bulk_create(
        Revision(
            question=question,
            number=1,
            topic=names[at % topics],
            text=f"Câu hỏi số {at + 1} của {bank}?",
            fingerprint=f"cau hoi so {at + 1} cua {bank.pk}",
            options=[f"Đúng {at}" if place == at % 4 else f"Sai {at}-{place}" for place in range(4)],
            keys=[at % 4],
            explanation=f"Giải thích bí mật {at + 1}",
            source="Điều 1 Luật A",
            difficulty=levels[at // topics % len(levels)],
            writer=writer,
        )
        for at, question in enumerate(rows)
    )
    Submission.objects.bulk_create(Submission(revision=revision, by=writer) for revision in revisions)
    if approved:
        Appraisal.objects.bulk_create(
            Appraisal(revision=revision, verdict="approved", writer=writer, appraiser=appraiser)
            for revision in revisions
        )
    return bank


def make_contest(*, announced: bool = True, area: Unit | None = None, **fields: Any) -> Contest:
    """A contest that opened an hour ago and ends in a week, without rounds."""
    n = next(_serial)
    now = database_now()
    values: dict[str, Any] = {
        "slug": f"cuoc-thi-{n}",
        "name": f"Cuộc thi tìm hiểu cải cách hành chính lần {n}",
        "organiser": "UBND thành phố Quảng Ngãi",
        "place": "Quảng Ngãi",
        "subject": "Cải cách hành chính",
        "eligibility": "Cán bộ, công chức, viên chức và Nhân dân",
        "hotline": "0255 3822 222",
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=7),
        "area": area or make_unit(),
        "names_shown": NamesShown.FULL,
        "consent_version": "1",
        "consent_text": "Đồng ý cho Ban Tổ chức xử lý dữ liệu để tổ chức cuộc thi.",
        **fields,
    }
    contest = Contest.objects.create(**values)
    Category.objects.create(contest=contest, name="Cán bộ, công chức, viên chức", position=1)
    CertificateTemplate.objects.create(
        contest=contest,
        name="Giấy chứng nhận",
        kind=CertificateKind.CHUNG_NHAN,
        issuer="Ban Tổ chức Cuộc thi",
        reason="Đã đạt giải tại Cuộc thi",
        signature_authority="TM. BAN TỔ CHỨC",
        signature_title="TRƯỞNG BAN",
        signature_name="Trần Văn B",
    )
    if announced:
        Announcement.objects.create(contest=contest, by=make_user())
    return contest


def make_round(
    contest: Contest | None = None, *, bank: Bank | None = None, sealed: bool = True, **fields: Any
) -> Round:
    """The contest's next round, in the contest's window, sealed."""
    contest = contest or make_contest()
    values: dict[str, Any] = {
        "number": contest.rounds.count() + 1,
        "name": "Vòng thi",
        "opens_at": contest.opens_at,
        "closes_at": contest.closes_at,
        "bank": bank or make_bank(),
        "questions": 30,
        "time_limit_minutes": 30,
        "attempts_allowed": 2,
        "counting_attempt": CountingAttempt.BEST,
        "result_shown": ResultShown.AT_ONCE,
        "prediction_target": PredictionTarget.ALL_RIGHT,
        "prediction_text": "Có bao nhiêu người trả lời đúng tất cả 30 câu hỏi?",
        "rank_order": [RankKey.SCORE, RankKey.PREDICTION, RankKey.DURATION, RankKey.SUBMITTED],
        **fields,
    }
    round = Round.objects.create(contest=contest, **values)
    if sealed:
        seal(round)
    return round


def seal(round: Round) -> RoundSeal:
    """Seal by the product's own verb when the round is still to end, else (a past round) by rows alone."""
    from contests.domain.rounds import seal_round

    if round.closes_at > database_now():
        return seal_round(round, by=make_user())
    from questions.domain.sealing import seal_bank

    pool = seal_bank(round.bank, by=make_user())
    return RoundSeal.objects.create(
        round=round,
        pool=pool,
        questions=round.questions,
        secret=b"s" * 32,
        commitment="0" * 64,
        by=make_user(),
    )


QUANG_NGAI_PRIZES = (
    ("Giải Nhất", 1, 3_000_000),
    ("Giải Nhì", 2, 1_500_000),
    ("Giải Ba", 3, 1_000_000),
    ("Giải Khuyến khích", 15, 500_000),
)


def make_table(
    contest: Contest,
    prizes: Sequence[tuple[str, int, int]] = QUANG_NGAI_PRIZES,
    *,
    round: Round | None = None,
    **fields: Any,
) -> PrizeTable:
    """A prize table of (name, quantity, amount) lines from the highest; individual unless said otherwise."""
    values: dict[str, Any] = {
        "number": contest.prize_tables.count() + 1,
        "name": "Giải cá nhân",
        "scope": TableScope.ROUND if round else TableScope.CONTEST,
        "round": round,
        "audience": Audience.INDIVIDUAL,
        **fields,
    }
    table = PrizeTable.objects.create(contest=contest, **values)
    template = contest.certificate_templates.first()
    Prize.objects.bulk_create(
        Prize(table=table, position=at, name=name, quantity=quantity, amount=amount, certificate=template)
        for at, (name, quantity, amount) in enumerate(prizes, 1)
    )
    return table


def make_prizes(contest: Contest, round: Round | None = None) -> list[Prize]:
    """The Quảng Ngãi table: 1 · 2 · 3 · 15."""
    return list(make_table(contest, round=round).prizes.order_by("position"))


def make_block(contest: Contest, units: Iterable[Unit], name: str = "") -> Block:
    """A block in which these units compete."""
    position = contest.blocks.count() + 1
    block = Block.objects.create(contest=contest, name=name or f"Khối {position}", position=position)
    BlockUnit.objects.bulk_create(BlockUnit(contest=contest, block=block, unit=unit) for unit in units)
    return block


def make_entry(contest: Contest, *, user: User | None = None, **fields: Any) -> Entry:
    user = user or make_user()
    values: dict[str, Any] = {
        "full_name": user.full_name,
        "birth_date": date(1990, 5, 17),
        "gender": Gender.FEMALE,
        "phone": user.phone or f"+8493{next(_serial):07d}",
        "unit": contest.area,
        "category": contest.categories.get_or_create(name="Cán bộ, công chức, viên chức")[0],
        "consent_version": contest.consent_version,
        **fields,
    }
    return Entry.objects.create(contest=contest, user=user, **values)


def exclude(contest: Contest, **by: Any) -> Exclusion:
    return Exclusion.objects.create(
        contest=contest, full_name="Người bị loại", role=ExclusionRole.COMMITTEE, **by
    )


def submitted_attempt(
    entry: Entry,
    round: Round,
    *,
    correct: int = 30,
    duration_ms: int = 600_000,
    submitted_at: datetime | None = None,
    number: int = 0,
    prediction: Decimal | int | None = None,
) -> Attempt:
    """A finished attempt with the given result, as a row of its own (no paper was really answered).

    Its receipt is that of its line, as always.
    """
    ended = submitted_at or datetime(2024, 11, 10, 8, tzinfo=UTC)
    width = round.questions
    attempt = Attempt(
        entry=entry,
        round=round,
        number=number or Attempt.objects.filter(entry=entry, round=round).count() + 1,
        seed=b"0" * 32,
        paper=list(range(width)),
        orders=[0] * width,
        limits=[4] * width,
        answers=[1] * width,
        started_at=ended - timedelta(milliseconds=duration_ms),
        deadline=ended + timedelta(minutes=1),
        submitted_at=ended,
        finished_by=Attempt.FinishedBy.CONTESTANT,
        choices=[1] * width,
        correct=correct,
        duration_ms=duration_ms,
        prediction_draft=prediction,
    )
    attempt.receipt = receipt_of_line(line_of(attempt))
    attempt.save(force_insert=True)
    if prediction is not None:
        Prediction.objects.bulk_create(
            [Prediction(entry=entry, round=round, attempt=attempt, value=prediction, at=ended)],
            ignore_conflicts=True,
        )
    return attempt
