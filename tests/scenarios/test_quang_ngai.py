"""Quảng Ngãi city 2024: one round, best attempt, score → prediction → time → moment, 21 prizes."""

from __future__ import annotations

import pytest

from tests.scenarios.crowd import far_guesses, sit_all
from tests.scenarios.office import Office
from tests.scenarios.world import make_world

pytestmark = pytest.mark.django_db
PEOPLE = 2_000


def test_quang_ngai() -> None:
    world = make_world("quang-ngai-2024", seed=2024)
    assert len(world.area) >= 40
    people = world.add_people(world.dice.choices(world.area, k=PEOPLE))
    world.end(1)
    sit_all(world, 1, people, guess=far_guesses(world), attempts=lambda: world.dice.choice([1, 1, 2]))
    world.write()
    office = Office(world)
    office.award(1, office.rank(1))
