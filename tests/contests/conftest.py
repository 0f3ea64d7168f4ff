"""An organiser at the screens, and a plan that may still change.

Models are imported inside: this file is read before Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from contest_site.accounts.models import User
    from contests.models import Contest


@pytest.fixture
def chief() -> User:
    from tests.support.factories import make_staff

    return make_staff(full_name="Phạm Quốc Hùng")


@pytest.fixture
def page(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


@pytest.fixture
def draft() -> Contest:
    """Two weeks in a city of three wards; nothing announced."""
    from tests.support.factories import make_bank, make_contest, make_round, make_unit

    city = make_unit("Thành phố", code="C")
    for letter in "ABC":
        make_unit(f"Phường {letter}", parent=city, code=f"C-{letter}", kind="Phường")
    contest = make_contest(announced=False, area=city)
    bank = make_bank(5)
    half = contest.opens_at + (contest.closes_at - contest.opens_at) / 2
    make_round(contest, bank=bank, sealed=False, questions=4, name="Tuần 1", closes_at=half)
    make_round(contest, bank=bank, sealed=False, questions=4, name="Tuần 2", opens_at=half)
    return contest
