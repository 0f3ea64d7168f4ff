"""Whom the guides' pictures show: names as people have them, a department's schools, their lists.

Run inside the stack (`manage.py shell`), beside tests.e2e.nghe_an_crowd, whose contest it is. What the office
does stays clicked.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.rehearsal.people import FAMILIES, GIVENS, MIDDLES
from contests.enums import Gender
from contests.models import Contest, Entry, Unit, UnitOfficer
from tests.e2e.nghe_an_crowd import CHEAT, SLUG, _world

DEPARTMENT = "NAN-GDDT"  # with 26 schools below it
NUMBER = 2  # the week that runs while the pictures are taken
ROSTER_SIZE, ROSTER_MISSING = 14, 9
FIRST = 1000  # after the crowd's numbers


def names() -> None:
    """Give everybody a name and a birthday of their own."""
    entries = list(Entry.objects.filter(contest__slug=SLUG, full_name__startswith="Người thi").order_by("pk"))
    dice = random.Random(entries[0].pk)  # others than those of the week before
    for entry in entries:
        # The one who is too fast is looked for by name later.
        entry.full_name = "Phan Đình Khoa" if entry.full_name == CHEAT else _name(dice)
        entry.birth_date = date(1968, 1, 1) + timedelta(days=dice.randrange(13_000))
    Entry.objects.bulk_update(entries, ["full_name", "birth_date"])


def _name(dice: random.Random) -> str:
    gender = dice.choice([Gender.FEMALE, Gender.MALE])
    return f"{dice.choice(FAMILIES)} {dice.choice(MIDDLES[gender])} {dice.choice(GIVENS[gender])}"


def schools() -> None:
    """In the running week people of the department's schools take part, some of them just now."""
    world = _world(Contest.objects.get(slug=SLUG), seed=11)
    world.serial = FIRST
    dice, round = world.dice, world.rounds[NUMBER]
    units = Unit.objects.filter(parent__code=DEPARTMENT).order_by("code")
    people = world.add_people([unit.pk for unit in units for _ in range(dice.randint(6, 30))])
    now = database_now()
    for person in people:
        lately = dice.random() < 0.4
        minutes = (
            dice.randint(1, 42)
            if lately
            else dice.randint(60, int((now - round.opens_at).total_seconds() / 60) - 60)
        )
        world.sit(
            person,
            NUMBER,
            wrong=dice.randint(0, 12),
            duration_ms=dice.randrange(300_000, 1_400_000, 1000),
            submitted_at=now - timedelta(minutes=minutes, seconds=dice.randint(0, 59)),
        )
    world.write()
    names()


def officer(login: str) -> None:
    """The officer of the demo answers for the department."""
    user = User.objects.get(username=login)
    UnitOfficer.objects.get_or_create(user=user, unit=Unit.objects.get(code=DEPARTMENT))


def roster_file(path: str) -> None:
    """A school's list as Excel: some of its people took part, some did not."""
    school = Unit.objects.filter(parent__code=DEPARTMENT).order_by("code")[0]
    entries = Entry.objects.filter(contest__slug=SLUG, unit=school).order_by("pk")[:ROSTER_SIZE]
    dice = random.Random(5)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["STT", "Họ và tên", "Ngày sinh", "Bộ phận", "Đơn vị"])
    rows = [(entry.full_name, entry.birth_date) for entry in entries]
    rows += [(_name(dice), date(1980 + number, 3, 5)) for number in range(ROSTER_MISSING)]
    for number, (name, born) in enumerate(rows, 1):
        sheet.append([number, name, born, f"Tổ {number % 4 + 1}", school.name])
    book.save(Path(path))
