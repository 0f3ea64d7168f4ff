"""A contest as large as it gets, filled by set-based SQL: 400,000 people, 1,000,000 attempts and more.

Three rounds of one contest: the first with several attempts a person and a prediction; the second with one
paper a person; the third, of 100,000 people, for what reads the papers themselves. People are spread over 600
units as uneven as life (the largest has thousands), wrong answers are given as people give them, some
networks and devices are shared, some phones and ID numbers too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.stored import without_indexes

if TYPE_CHECKING:
    from contests.models import Contest, Round

POOL, PAPER, PAPERS = 300, 30, 1000  # questions of the bank, of a paper; different papers
SHEETS = 200_000  # papers with answers: in each round few people of one unit give the very same
UNITS, SUBUNITS = 30, 20
IDS = 100  # sealed national IDs, again and again: opening one costs the same
FIRST = 10_000  # ids of the people made here begin after it
SLUG = "do-toan-phan"

SURNAMES = "ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Huỳnh','Phan','Vũ','Võ','Đặng','Bùi','Đỗ']"
MIDDLE = "ARRAY['Văn','Thị','Thanh','Ngọc Minh','Quốc','Thị Kim','Đức','Hồng']"
GIVEN = (
    "ARRAY['An','Ân','Ánh','Bình','Châu','Dũng','Đức','Hà','Hạnh','Hùng','Khánh','Lan','Ngân','Oanh',"
    "'Phượng','Thảo','Yến','Ỷ']"
)
NAME = f"({SURNAMES})[1 + n % 12] || ' ' || ({MIDDLE})[1 + n / 12 % 8] || ' ' || ({GIVEN})[1 + n / 96 % 18]"

USERS = """
INSERT INTO accounts_user (id, password, is_superuser, username, full_name, phone, phone_verified, email,
    is_staff, is_active, is_rehearsal, date_joined)
SELECT {first} + n, '', false, 'u' || n, {name}, '+849' || lpad(n::text, 8, '0'), true, '',
    false, true, false, now() - n * interval '1 second'
FROM generate_series(1, {people}) n
"""
# Every fiftieth gives the phone number of another's account.
ENTRIES = """
INSERT INTO contests_entry (id, contest_id, user_id, full_name, birth_date, gender, phone, address,
    national_id_hash, national_id_sealed, unit_id, category_id, unofficial, consent_version)
SELECT {first} + n, {contest}, {first} + n, {name}, date '1960-01-01' + (n % 16000 * 7919 % 16000)::int,
    (ARRAY['female', 'male'])[1 + n % 2],
    CASE WHEN n % 50 = 0 THEN '+849' || lpad((n - 7)::text, 8, '0') ELSE '+848' || lpad(n::text, 8, '0') END,
    '', encode(sha256(n::text::bytea), 'hex'),
    decode((ARRAY{sealed})[1 + n % {ids}], 'hex'),
    (ARRAY{units})[1 + floor({offered} * pow(
        ('x' || left(md5(n::text), 7))::bit(28)::int / 268435456.0, 2))],
    {category}, false, '1'
FROM generate_series(1, {people}) n
"""
# Some gave the next one's ID number in another contest.
ELSEWHERE = """
INSERT INTO contests_entry (id, contest_id, user_id, full_name, birth_date, gender, phone, address,
    national_id_hash, unit_id, category_id, unofficial, consent_version)
SELECT {first} + {people} + n, {contest}, {first} + n, {name},
    date '1960-01-01' + (n % 16000 * 7919 % 16000)::int, 'female', NULL, '',
    encode(sha256((n + 1)::text::bytea), 'hex'), {unit}, {category}, false, '1'
FROM generate_series(5, 5 * {number}, 5) n
"""
# A person's knowledge decides how often an answer is right; of the wrong ones the first is the most liked.
# The right option of question q of the pool is 1 + q % 4 (tests.support.factories.make_bank).
SHEETS_FILLED = """
CREATE TEMP TABLE bench_sheet ON COMMIT DROP AS
SELECT n AS id, bench_paper.paper, given.choices, (
    SELECT count(*) FROM unnest(bench_paper.paper, given.choices) one(q, c) WHERE c = 1 + q % 4
) AS correct
FROM generate_series(0, {sheets} - 1) n JOIN bench_paper ON bench_paper.id = n % {papers}
CROSS JOIN LATERAL (
    SELECT array_agg((CASE WHEN random() < 0.45 + n % 50 / 100.0 THEN 1 + q % 4
        ELSE 1 + (q + 1 + floor(pow(random(), 2) * 3)::int) % 4 END)::smallint) AS choices
    FROM unnest(bench_paper.paper) q
) given;
CREATE INDEX ON bench_sheet (id);
ANALYZE bench_sheet
"""
ATTEMPTS = """
INSERT INTO attempts_attempt (id, entry_id, round_id, number, seed, paper, orders, limits, answers, choices,
    prediction_draft, revision, started_at, deadline, saved_at, submitted_at, finished_by, correct,
    duration_ms, receipt, address, device)
SELECT (lpad(to_hex(({serial} + n::bigint) * {apart}), 12, '0') || '40008000' || lpad('', 12, '0'))::uuid,
    {first} + person, {round}, 1 + (n - 1) / {people}, '\\x00'::bytea, sheet.paper,
    array_fill(0::smallint, ARRAY[{width}]), array_fill(4::smallint, ARRAY[{width}]), sheet.choices,
    sheet.choices, CASE WHEN {predicts} THEN person % 5000 END, 5, at, at + interval '30 minutes',
    ended - interval '20 s', ended, 'contestant', sheet.correct, extract(epoch FROM ended - at) * 1000,
    lpad(({serial} + n)::text, 19, '0'), address::inet, device
FROM (
    SELECT n, 1 + (n * 7) % {people} AS person FROM generate_series(1, {number}) n
) one
JOIN bench_sheet sheet ON sheet.id = (n * 13) % {sheets}
CROSS JOIN LATERAL (
    SELECT date_trunc('milliseconds', timestamptz '{opens}' + interval '{span} seconds' * (
            pow(('x' || left(md5('s' || n), 7))::bit(28)::int / 268435456.0, 2) * 0.3
            + 0.333 * ((n - 1) / {people}))) AS at,
        CASE WHEN person % 10 < 3 THEN '10.0.' || person % 3000 / 250 || '.' || person % 250
             WHEN person % 10 < 5 THEN '100.64.0.' || person % 97
             ELSE '2001:db8::' || to_hex(person / 65536) || ':' || to_hex(person % 65536) END AS address,
        left(md5((person % 499)::text), 16) AS device
) when_where
CROSS JOIN LATERAL (SELECT at + (
    60000 + ('x' || left(md5('d' || n), 7))::bit(28)::int % 1700000) * interval '1 millisecond' AS ended
) until
"""
PREDICTIONS = """
INSERT INTO attempts_prediction (entry_id, round_id, attempt_id, value, at)
SELECT entry_id, round_id, id, prediction_draft, submitted_at FROM attempts_attempt
WHERE round_id = {round} AND number = 1
"""


@dataclass(frozen=True)
class Size:
    people: int = 400_000
    attempts: int = 1_000_000
    single: int = 400_000
    papers: int = 100_000


@dataclass(frozen=True)
class Scene:
    """Rounds: `several` attempts a person, one paper a person, few people; all closed."""

    contest: Contest
    several: Round
    single: Round
    few: Round


def filled(size: Size) -> Scene:
    """The scene, made where this database does not have it yet."""
    from django.db import connection, transaction

    from contests.models import Contest

    contest = Contest.objects.filter(slug=SLUG).first()
    if contest is None:
        with transaction.atomic():
            scene = _fill(size)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE, FREEZE)")
            # What is written to disk later would count as the work that is measured then.
            cursor.execute("CHECKPOINT")
        return scene
    return Scene(contest, *contest.rounds.order_by("number"))


def _fill(size: Size) -> Scene:
    from django.db import connection

    from tests.support.factories import exclude, make_contest, make_unit

    area = make_unit("Tỉnh", code="DO")
    above = [make_unit(f"Sở, ban, ngành và địa phương số {n}", area, code=f"DO-{n}") for n in range(UNITS)]
    leaves = [
        make_unit(f"Phòng, đơn vị số {n} của {one.name}", one, code=f"{one.code}-{n}")
        for one in above
        for n in range(SUBUNITS)
    ]
    scene = _plan(area, above, leaves)
    other = make_contest(slug=f"{SLUG}-truoc", area=area)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no checks of keys
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SELECT setseed(0.5)")
        _papers(cursor)
        with without_indexes(cursor):
            _people(cursor, scene, size, other, leaves)
        cursor.execute("SET LOCAL session_replication_role = origin")
    for user in scene.contest.entries.order_by("pk").values_list("user_id", flat=True)[5000:5200]:
        exclude(scene.contest, user_id=user)
    return scene


def _people(cursor: Any, scene: Scene, size: Size, other: Contest, leaves: list[Any]) -> None:
    """Accounts, entries, attempts, predictions."""
    from contest_site.lib.identity import seal_national_id
    from tests.support.factories import make_entry

    first = {"first": FIRST, "people": size.people, "name": NAME}
    cursor.execute(USERS.format(**first))
    category = make_entry(scene.contest, unit=leaves[0]).category_id
    offered = [unit.pk for unit in leaves]
    sealed = [seal_national_id(f"0{10**10 + n * 7:011d}").hex() for n in range(IDS)]
    about = {
        "contest": scene.contest.pk, "category": category, "units": offered, "offered": len(offered),
        "sealed": sealed, "ids": IDS,
    }  # fmt: skip
    cursor.execute(ENTRIES.format(**first, **about))
    category, number = make_entry(other).category_id, size.people // 100
    about = {"contest": other.pk, "unit": other.area_id, "category": category, "number": number}
    cursor.execute(ELSEWHERE.format(**first, **about))
    serial, every = 0, sum(number for _round, number in _numbers(scene, size))
    for round, number in _numbers(scene, size):
        span = (round.closes_at - round.opens_at).total_seconds()
        about = {
            "round": round.pk, "number": number, "opens": round.opens_at.isoformat(), "span": span,
            "sheets": SHEETS, "width": PAPER, "serial": serial, "predicts": round == scene.several,
            "apart": (1 << 48) // (every + 1),
        }  # fmt: skip
        cursor.execute(ATTEMPTS.format(**{**first, "people": min(number, size.people)}, **about))
        serial += number
    cursor.execute(PREDICTIONS.format(round=scene.several.pk))


def _plan(area: Any, above: list[Any], leaves: list[Any]) -> Scene:
    """Three rounds, one after another, sealed and closed; prizes for people and for units."""
    from contests.enums import Audience, TableScope, UnitMetric
    from contests.models import Headcount, RoundClosing
    from tests.support.factories import make_bank, make_block, make_contest, make_round, make_table

    contest = make_contest(slug=SLUG, area=area)
    third = timedelta(days=7)
    opens = contest.opens_at - 3 * third
    type(contest).objects.filter(pk=contest.pk).update(opens_at=opens)
    contest.refresh_from_db()
    bank = make_bank(POOL, topics=5)
    rounds = [
        make_round(
            contest, bank=bank, opens_at=opens + third * n, closes_at=opens + third * (n + 1),
            attempts_allowed=3, min_plausible_seconds=75,
        )
        for n in range(3)
    ]  # fmt: skip
    make_block(contest, above)
    for round in rounds:
        make_table(contest, round=round)
        RoundClosing.objects.create(round=round)
    make_table(
        contest, scope=TableScope.EACH_ROUND, audience=Audience.UNIT,
        unit_order=[UnitMetric.RATIO, UnitMetric.BEST_SCORE, UnitMetric.BEST_DURATION], best_of=50,
    )  # fmt: skip
    Headcount.objects.bulk_create(
        Headcount(contest=contest, unit=unit, people=300 + 41 * n % 900) for n, unit in enumerate(leaves)
    )
    return Scene(contest, *rounds)


def _papers(cursor: Any) -> None:
    draw = random.Random(1)  # the same papers each time
    cursor.execute("CREATE TEMP TABLE bench_paper (id int, paper smallint[]) ON COMMIT DROP")
    papers = [(n, draw.sample(range(POOL), PAPER)) for n in range(PAPERS)]
    cursor.executemany("INSERT INTO bench_paper VALUES (%s, %s)", papers)
    cursor.execute(SHEETS_FILLED.format(sheets=SHEETS, papers=PAPERS))


def _numbers(scene: Scene, size: Size) -> list[tuple[Round, int]]:
    return [(scene.several, size.attempts), (scene.single, size.single), (scene.few, size.papers)]
