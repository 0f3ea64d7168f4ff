"""What the seed plans leave unused: blocks, weights, ratios, limits, predictions, people over all rounds.

Each is a seed plan's file with other choices of the organisers in it, for a few hundred people.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from contests.domain.headcounts import correct_headcount, lock_headcounts
from contests.models import Unit
from tests.oracles.people import Award
from tests.scenarios.crowd import sit_alike, sit_all, sit_ladder, split
from tests.scenarios.office import Office
from tests.scenarios.world import PLANS, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
PEOPLE = 420
PAIR = 12
# Where the two tables of units say how units are ranked.
ORDER = 'unit_order = ["attempts", "mean_score"]'
WEEKLY_UNITS = f'{ORDER}\n\n[[prize_tables.prizes]]\nposition = 1\nname = "Giải thi tuần"'
LAST_UNITS = f'{ORDER}\n\n[[prize_tables.prizes]]\nposition = 1\nname = "Giải tập thể"'
OVERALL_TABLE = """
[[prize_tables]]
number = 4
name = "Giải cá nhân cuộc thi"
scope = "contest"
audience = "individual"
method = "ranked"
{more}

[[prize_tables.prizes]]
position = 1
name = "Giải Xuất sắc"
quantity = 2
amount = 4_000_000

[[prize_tables.prizes]]
position = 2
name = "Giải Tiêu biểu"
quantity = 4
amount = 2_000_000
certificate = "Giấy chứng nhận"

[consent]
"""


def plan_with(folder: Path, *, overall: str, more: str = "", **instead: str) -> Path:
    """Nghệ An's plan for three weeks, with these words in the place of those and people ranked over all."""
    words = (PLANS / "nghe-an-2022.toml").read_text(encoding="utf-8")
    fixed = {
        "count = 4, days = 7": "count = 3, days = 7",
        'closes_at = "08:00 19/09/2022"': 'closes_at = "08:00 12/09/2022"',
        "[consent]\n": OVERALL_TABLE.format(more=more),
        "[[categories]]\n": f"[overall]\n{overall}\n\n[[categories]]\n",
    }
    for old, new in {**fixed, **instead}.items():
        assert old in words, old
        words = words.replace(old, new, 1)
    path = folder / "nghe-an-2022.toml"
    path.write_text(words, encoding="utf-8")
    shutil.copy(PLANS / "nghe-an-2022-units.csv", folder)
    return path


def predicted(target: str, scope: str, order: str) -> dict[str, str]:
    """The words that ask for a prediction and rank by it."""
    return {
        'prediction_target = "none"': f'prediction_target = "{target}"\nprediction_scope = "{scope}"\n'
        'prediction_text = "Đoán xem?"',
        'rank_order = ["score", "duration", "submitted"]': f"rank_order = {order}",
    }


def played(path: Path, seed: int) -> Office:
    """Three weeks, each awarded in turn where its target allows, then the whole contest."""
    world = make_world(path, seed=seed)
    pair = [world.unit("NAN-VP"), world.unit("NAN-NV")]
    teams = [world.add_people([unit] * PAIR) for unit in pair]
    others = [unit for unit in world.area if unit not in pair]
    crowd = world.add_people(world.dice.choices(others, k=PEOPLE))
    best = world.add_people(world.dice.choices(others[:6], k=14))
    _count_heads(world, pair)
    world.end(3)
    for week in (1, 2, 3):
        coming = world.dice.sample(crowd, len(crowd) * 2 // 3)
        sit_all(
            world, week, coming, guess=lambda: _guess(world), attempts=lambda: world.dice.choice([1, 1, 2])
        )
        sit_alike(world, week, teams, times=2)
        sit_ladder(world, week, split(best, [1, 2, 3, *[1] * 4, 4]), truth=Decimal(20))
    world.write()
    office = Office(world)
    for scope in (1, 2, 3, None):
        office.award(scope, office.rank(scope))
    return office


def _guess(world: World) -> Decimal | None:
    """Few different ones, with blanks; near and far, whole and not."""
    return world.dice.choice([None, Decimal(20), Decimal("31.5"), Decimal("31.25"), Decimal(150), Decimal(0)])


def _count_heads(world: World, pair: list[int]) -> None:
    """The two with the same people have the same headcount, far too small; then the numbers stand."""
    for unit in pair:
        correct_headcount(world.contest, Unit.objects.get(pk=unit), 5, by=world.secretary)
        world.facts.headcounts[unit] = 5
    lock_headcounts(world.contest, by=world.secretary)


def test_sums_over_weeks_blocks_weights_and_limits(tmp_path: Path) -> None:
    path = plan_with(
        tmp_path,
        overall='combine = "sum"\nrank_order = ["score", "prediction", "duration"]',
        more="unit_limit = 1",
        **predicted("all_right_percent", "block", '["score", "prediction", "duration"]'),
        **{
            "min_age = 15": "min_age = 15\nprizes_per_person = 2",
            'name = "Giải cá nhân tuần"': 'name = "Giải cá nhân tuần"\nunit_limit = 2',
            WEEKLY_UNITS: WEEKLY_UNITS.replace(
                ORDER,
                "weights = { attempts = 35, mean_score = 25, all_right_share = 40 }\nby_block = true",
            ),
            LAST_UNITS: LAST_UNITS.replace(
                ORDER,
                'unit_order = ["winners", "ratio", "all_right"]\nmin_ratio_percent = "0,5"\n'
                "min_participants = 4",
            ),
        },
    )
    office = played(path, seed=5)
    awards = [award for awards in office.world.facts.in_force.values() for award in awards]
    assert {award.block for award in awards if award.table == 2} == set(office.world.facts.blocks)
    assert max(_held(awards).values()) == 2
    left_out = set(office.newest(None).unit_rows.filter(table__number=3).values_list("left_out", flat=True))
    assert left_out >= {"", "few", "ratio"}
    assert office.newest(1).unit_rows.filter(points__isnull=False).exists()

    # A corrected headcount makes the next version, with its reason
    unit = office.awards(None)[0].winner
    correct_headcount(
        office.world.contest,
        Unit.objects.get(pk=unit),
        9_000,
        by=office.world.chair,
        reason="Đơn vị báo lại.",
    )
    office.world.facts.headcounts[unit] = 9_000
    again = office.rank(None, reason="Sửa tổng số người.")
    assert again.version == 2
    office.award(None, again)


def test_best_week_of_each_and_a_truth_over_all_weeks(tmp_path: Path) -> None:
    path = plan_with(
        tmp_path,
        overall='combine = "best"\nrank_order = ["score", "duration"]\nonly_all_right = true',
        **predicted("participants", "contest", '["prediction", "score", "duration", "submitted"]'),
        **{
            'counting_attempt = "best"': 'counting_attempt = "last"',
            "only_all_right = false": "only_all_right = true",
            'name = "Giải cá nhân tuần"': 'name = "Giải cá nhân tuần"\nwinner_limit = 1',
            WEEKLY_UNITS: WEEKLY_UNITS.replace(
                ORDER,
                'unit_order = ["best_score", "best_duration", "participants"]\nbest_of = 3\nby_block = true',
            ),
            LAST_UNITS: LAST_UNITS.replace(
                ORDER,
                "weights = { ratio = 50, best_score = 30, winners = 20 }\nbest_of = 5",
            ),
        },
    )
    office = played(path, seed=8)
    awards = [award for awards in office.world.facts.in_force.values() for award in awards]
    weekly = _held([award for award in awards if award.table == 1])
    assert max(weekly.values()) == 1
    assert office.newest(1).target_value == office.newest(3).target_value
    headless = office.newest(None).unit_rows.filter(table__number=3, left_out="headcount")
    assert not headless.filter(points__isnull=False).exists()


def _held(awards: Iterable[Award]) -> Counter[int]:
    """By person, how many prizes."""
    return Counter(award.winner for award in awards if award.audience == "individual")
