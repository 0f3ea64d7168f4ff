"""What a rehearsal needs before anybody comes: organisers, officers, the bank, the contest announced."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow, Refused
from contest_site.rehearsal.people import Person
from contests.domain.announcing import announce
from contests.domain.plans import load_plan, shift_contest
from contests.domain.rounds import seal_round
from contests.models import BlockUnit, Contest, Entry, Exclusion, Round, Unit, UnitOfficer
from contests.planfile import read_plan
from contests.queries import contest_units, current_round
from questions.banks import WORKBOOK
from questions.domain.appraisal import approve_waiting
from questions.domain.importing import import_questions
from questions.formats.rich_reading import to_plain
from questions.models import Bank
from questions.pools import load_pool
from questions.queries import waiting_revisions

# People of a unit that competes for prizes, when there are enough.
UNIT_PEOPLE = 6
PLANS = settings.BASE_DIR / "contests" / "plans"


@dataclass(frozen=True)
class Stage:
    contest: Contest
    rounds: list[Round]  # by their number; the first is open
    secretary: User
    chair: User
    officer: User
    other_officer: User  # of one unit below, to whom the others are not there
    password: str  # of all accounts of this rehearsal
    units: list[tuple[int, str]]

    @property
    def staff(self) -> list[User]:
        return [self.secretary, self.chair, self.officer, self.other_officer]


def plan_path(plan: str) -> Path:
    """A plan's file by its path or, for those that come along, by its name. Raises FileNotFoundError."""
    for path in (Path(plan), PLANS / f"{Path(plan).name}.toml"):
        if path.suffix == ".toml" and path.is_file():
            return path
    raise FileNotFoundError(plan)


@transaction.atomic
def set_up(path: Path) -> Stage:
    """A rehearsal's copy of the plan, its first round open now; all of it or nothing.

    Raises Refused with the plan's faults, NotNow when the first round is not open.
    """
    password = secrets.token_urlsafe(16)
    mark = secrets.token_hex(3)
    secretary = _account(f"tong-duyet-thuky-{mark}", "Tổng duyệt – Tổ Thư ký", password, organiser=True)
    chair = _account(f"tong-duyet-truongban-{mark}", "Tổng duyệt – Trưởng Ban", password, organiser=True)
    plan = read_plan(path)
    for name in {one["bank"] for one in plan.rounds if "bank" in one}:
        ensure_bank(name, secretary, chair)
    slug = f"{plan.contest.get('slug', 'ke-hoach')[:60]}-tong-duyet-{mark}"
    contest = load_plan(path, by=secretary, shift_to_now=True, slug=slug, is_rehearsal=True)
    for round in contest.rounds.all():
        seal_round(round, by=secretary)
    announce(contest, by=chair)
    rounds = list(contest.rounds.select_related("contest", "seal").order_by("number"))
    if not rounds or current_round(contest, database_now()) != rounds[0]:
        raise NotNow(_("Vòng thi đầu tiên của kế hoạch không mở sau khi dời thời gian."))
    units = list(contest_units(contest).order_by("code"))
    assert contest.area is not None
    leaf = next(unit for unit in reversed(units) if unit.pk != contest.area_id or len(units) == 1)
    return Stage(
        contest=contest,
        rounds=rounds,
        secretary=secretary,
        chair=chair,
        officer=_officer(f"tong-duyet-canbo-{mark}", contest.area, password),
        other_officer=_officer(f"tong-duyet-canbo-don-vi-{mark}", leaf, password),
        password=password,
        units=[(unit.pk, unit.name) for unit in units],
    )


def open_next(stage: Stage, round: Round) -> None:
    """Move the plan so that this round opened an hour ago; the clock is nobody's to change."""
    shift_contest(stage.contest, round, by=stage.secretary)


def units_played(stage: Stage, people: int) -> list[tuple[int, str]]:
    """Where so many people come from: as few units as it takes for unit prizes and finals to be decided.

    A final takes the best of each competing unit, so each has to have more people than that; units win by
    how many take part.
    """
    best = max((round.promotes_best or 0 for round in stage.rounds), default=0)
    competing = set(BlockUnit.objects.filter(contest=stage.contest).values_list("unit", flat=True))
    if not competing:
        return stage.units
    found = [unit for unit in stage.units if unit[0] in competing]
    return found[: max(2, people // (best * 3 // 2 or UNIT_PEOPLE))]


def ensure_bank(name: str, writer: User, appraiser: User) -> Bank:
    """The bank by name; if it is not there, the one that comes along, written and approved by the two.

    A bank that is there is used as it is. Raises Refused when there is neither.
    """
    bank = Bank.objects.filter(name=name).first()
    if bank:
        return bank
    if not WORKBOOK.is_file():
        raise Refused(
            _("Chưa thể tổng duyệt."), [_("Chưa có ngân hàng câu hỏi “%(name)s”.") % {"name": name}]
        )
    with transaction.atomic():
        bank = Bank.objects.create(name=name)
        with WORKBOOK.open("rb") as file:
            import_questions(bank, file, by=writer)
        approve_waiting(bank, by=appraiser, expected=waiting_revisions(bank).count())
    return bank


def keys_of(round: Round) -> dict[str, str]:
    """The right option by question, of the round's sealed pool: as read on a page, white space folded."""
    pool = load_pool(round.seal.pool_id)
    return {
        " ".join(to_plain(question.text).split()): " ".join(
            to_plain(question.options[question.keys[0]]).split()
        )
        for question in pool.questions
    }


def phone_is_free(phone: str) -> bool:
    """Whether the phone belongs to nobody here: a rehearsal must never touch a real person's account."""
    return not (
        User.objects.filter(phone=phone).exists()
        or Entry.objects.filter(phone=phone).exists()
        or Exclusion.objects.filter(phone=phone).exists()
    )


def mark(person: Person, phone: str) -> None:
    """Mark the account that this person's sign-up has made, as soon as it is there."""
    owned = Q(email=person.email) if person.email else Q(phone=phone)
    User.objects.filter(owned, is_staff=False).update(is_rehearsal=True)


def switch_off(users: Iterable[User]) -> None:
    """Organisers' accounts of a rehearsal open nothing once it is over."""
    User.objects.filter(pk__in=[user.pk for user in users], is_rehearsal=True).update(is_active=False)


def _account(username: str, full_name: str, password: str, *, organiser: bool) -> User:
    return User.objects.create_user(
        username=username,
        full_name=full_name,
        password=password,
        is_staff=organiser,
        is_superuser=organiser,
        is_rehearsal=True,
    )


def _officer(username: str, unit: Unit, password: str) -> User:
    user = _account(username, f"Tổng duyệt – cán bộ {unit.name}"[:200], password, organiser=False)
    UnitOfficer.objects.create(user=user, unit=unit)
    return user
