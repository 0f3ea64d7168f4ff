"""The demo stands after one command, and a second one changes nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contest_site.accounts.demo import DEMO_LOGINS, DEMO_PASSWORD
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.domain.check import problems
from contests.models import Announcement, Contest, RoundSeal, UnitOfficer
from contests.queries import current_round, matching_exclusion

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> str:
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_the_demo_has_an_open_contest_that_people_can_walk_through(demo: str) -> None:
    contest = Contest.objects.get()
    now = database_now()
    round = current_round(contest, now)
    assert round is not None
    assert RoundSeal.objects.get().round == round
    assert Announcement.objects.get().contest == contest
    assert problems(contest) == []
    assert (round.closes_at - round.opens_at).days == 20
    assert contest.headcounts.count() > 40
    with contest.documents.get().file.open("rb") as paper:
        assert paper.read(5) == b"%PDF-"
    officer = UnitOfficer.objects.get()
    assert officer.user.username == "canbo"
    member = User.objects.get(username="bantochuc")
    excluded = matching_exclusion(contest, user_id=member.pk, phones=[], national_id_hash=None)
    assert excluded is not None
    assert excluded.get_role_display() == "Ban Tổ chức"


def test_the_command_names_every_login(demo: str) -> None:
    assert demo.startswith("Logins:\n")
    for login in DEMO_LOGINS:
        assert f"{login.login} " in demo
    assert demo.count(DEMO_PASSWORD) == len(DEMO_LOGINS)


def test_a_second_load_changes_nothing(demo: str) -> None:
    before = Contest.objects.values().get()
    call_command("load_demo", stdout=StringIO())
    assert Contest.objects.values().get() == before
    assert User.objects.count() == len(DEMO_LOGINS)
    assert RoundSeal.objects.count() == 1


def test_no_demo_where_it_is_not_asked_for(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="trình diễn"):
        call_command("load_demo", stdout=StringIO())
    assert not Contest.objects.exists()
    assert not User.objects.exists()
