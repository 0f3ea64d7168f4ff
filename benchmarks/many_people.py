"""A province's contest with everybody in it, written set by set: no row of it was entered through the site.

The triggers are off meanwhile and keys of other tables are not looked up; constraints hold. Indexes without a
constraint are made when the rows are there. Names are as people's are: a few of them are most people's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

WARDS, SCHOOLS = 130, 30  # schools of each ward
ROUNDS = 4
ORGANISERS = 30
REQUESTS, SMALL = 20_000, 5_000
# Each place is chosen by the square of a random number: the first are the most.
SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Lâm"
MIDDLES = "Văn Thị Thị Văn Đức Ngọc Minh Hữu Thanh Thị_Kim Quang Xuân Công Hồng Bảo Gia Hoài Khánh Thùy Như"
GIVENS = (
    "Hương An Bình Châu Dũng Giang Hà Hùng Lan Minh Thảo Trang Linh Tuấn Long Phúc Hiếu Nam Nga Oanh Phương"
    " Quân Quỳnh Sơn Tâm Thành Thu Thủy Tiến Toàn Trung Trường Tùng Uyên Vân Việt Vinh Vy Xuân Yến"
    " Đạt Đức Hạnh Hiền Hòa Hoa Khoa"
)
PEOPLE = """
CREATE TEMP TABLE people AS
SELECT n, '+8496' || lpad(n::text, 7, '0') AS phone, {surname} || ' ' || {middle} || ' ' || {given} AS name,
    2 + floor(random() * {units})::bigint AS unit
FROM generate_series(1, {entries}) AS n
"""
LARGEST = [
    *("accounts_user", "contests_entry", "contests_rosterperson", "attempts_attempt"),
    *("audit_auditevent", "audit_change"),
]
INDEXES = """
SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
# In fours, as attempts.rules.receipts writes them.
RECEIPT = r"regexp_replace(lpad(n::text, 16, '0'), '(....)(?=.)', '\1-', 'g')"
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def fill(attempts: int, entries: int) -> None:
    """Made once as it always is, then many times over."""
    from django.db import connection, transaction

    from tests.support.factories import (
        make_bank,
        make_contest,
        make_entry,
        make_round,
        make_unit,
        submitted_attempt,
    )

    with transaction.atomic(), connection.cursor() as cursor:
        province = make_unit("Tỉnh Mẫu", code="T")
        contest = make_contest(area=province, name="Cuộc thi của cả tỉnh")
        bank = make_bank(60)
        days = [contest.opens_at + timedelta(days=at) for at in range(ROUNDS + 1)]
        rounds = [
            make_round(contest, bank=bank, name=f"Tuần {at}", opens_at=opens_at, closes_at=closes_at)
            for at, (opens_at, closes_at) in enumerate(pairwise(days), 1)
        ]
        entry = make_entry(contest)
        attempt = submitted_attempt(entry, rounds[0])
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no checks of keys
        cursor.execute("SELECT setseed(0.5)")
        indexes = _without_indexes(cursor)
        _units(cursor, province)
        _people(cursor, entry, entries)
        _attempts(cursor, attempt, rounds, attempts, entries)
        _trail(cursor, attempts)
        _beside(cursor, contest, entry, rounds[0], entries)
        for made_by in indexes:
            cursor.execute(made_by)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _without_indexes(cursor: Any) -> list[str]:
    """Takes away those of the largest tables that no constraint needs; what makes each anew."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(INDEXES, [LARGEST])
    found = cursor.fetchall()
    for name, _made_by in found:
        cursor.execute(f"DROP INDEX {name}")
    return [made_by for _name, made_by in found]


def copies(cursor: Any, one: Any, source: str, differs: Mapping[str, str]) -> None:
    """Copies of the row behind `one`, one for each row of `source`, with other values in some columns."""
    table = one._meta.db_table
    cursor.execute(COLUMNS, [table])
    names = [name for (name,) in cursor.fetchall() if name != "id" or "id" in differs]
    values = ", ".join(differs.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} AS one, {source} WHERE one.id = %s",  # noqa: S608
        [one.pk],
    )


def series(number: int) -> str:
    return f"generate_series(1, {number}) AS n"


def _units(cursor: Any, province: Any) -> None:
    """Wards and their schools; their ids follow upon another from 1001."""
    ward = "1000 + n", "'Xã ' || n", "'xa ' || n", "'X-' || n", "'Xã'", str(province.pk)
    school = (
        f"{1000 + WARDS} + n",
        "'Trường THCS ' || n",
        "'truong thcs ' || n",
        "'T-' || n",
        "'Trường'",
        f"1001 + n %% {WARDS}",
    )
    for number, values in ((WARDS, ward), (WARDS * SCHOOLS, school)):
        named = dict(zip(("id", "name", "folded", "code", "kind", "parent_id"), values, strict=True))
        copies(cursor, province, series(number), named)


def _people(cursor: Any, entry: Any, entries: int) -> None:
    def one_of(words: str) -> str:
        names = [word.replace("_", " ") for word in words.split()]
        quoted = ", ".join(f"'{name}'" for name in names)
        return f"(ARRAY[{quoted}])[1 + floor(power(random(), 2) * {len(names)})::int]"

    cursor.execute(
        PEOPLE.format(
            surname=one_of(SURNAMES),
            middle=one_of(MIDDLES),
            given=one_of(GIVENS),
            units=WARDS * (SCHOOLS + 1),
            entries=entries,
        )
    )
    when = f"now() - interval '7 days' * (1 - n / {entries}.0)"
    copies(
        cursor,
        entry.user,
        "people",
        {
            "id": "1000 + n",
            "username": "'u' || n",
            "phone": "people.phone",
            "full_name": "name",
            "date_joined": when,
        },
    )
    copies(
        cursor,
        entry,
        "people",
        {
            "id": "1000 + n",
            "user_id": "1000 + n",
            "phone": "people.phone",
            "full_name": "name",
            "unit_id": "1000 + unit - 1",
            "created_at": when,
            "consented_at": when,
            "birth_date": "date '1960-01-01' + (n %% 18000)",
        },
    )


def _attempts(cursor: Any, attempt: Any, rounds: list[Any], attempts: int, entries: int) -> None:
    """Each person's first attempt of a round, then everybody's next one; spread over the week."""
    began = f"now() - interval '7 days' * (1 - n / {attempts}.0)"
    time = "60000 + (n::bigint * 7919) %% 900000"
    keys = ", ".join(str(one.pk) for one in rounds)
    copies(
        cursor,
        attempt,
        series(attempts),
        {
            "id": "gen_random_uuid()",
            "entry_id": f"1001 + n %% {entries}",
            "round_id": f"(ARRAY[{keys}])[1 + (n / {entries}) %% {len(rounds)}]",
            "number": f"1 + n / ({entries} * {len(rounds)})",
            "receipt": RECEIPT,
            "correct": "n %% 31",
            "duration_ms": time,
            "started_at": began,
            "deadline": f"{began} + interval '31 minutes'",
            "finished_by": "CASE WHEN n %% 25 = 0 THEN 'server' ELSE 'contestant' END",
            "submitted_at": f"{began} + interval '1 millisecond' * ({time})",
        },
    )


def _trail(cursor: Any, rows: int) -> None:
    """What the organisers did and what the triggers wrote of it."""
    who = f"1 + n % {ORGANISERS}"
    cursor.execute(
        f"""INSERT INTO audit_auditevent
            (at, actor_id, actor_name, verb, object_type, object_id, object_name, reason, data)
            SELECT now() - ({rows} - n) * interval '1 second', {who}, 'Cán bộ ' || {who},
                (ARRAY['changed account', 'changed unit', 'decided request', 'downloaded report'])[1 + n % 4],
                'contests.unit', n, 'Trường THCS ' || n % 3900, 'Công văn ' || n, '{{}}'
            FROM {series(rows)}"""  # noqa: S608
    )
    cursor.execute(
        f"""INSERT INTO audit_change (at, actor_id, actor_name, source, place, role, table_name, row_key,
                operation, changes, words)
            SELECT now() - ({rows} - n) * interval '1 second', {who}, 'Cán bộ ' || {who}, 'web', '/quan-tri/',
                'contest_app', 'contests_entry', 1000 + n % 400000, 'U', '{{}}',
                audit_words('Cán bộ ' || {who})
            FROM {series(rows)}"""  # noqa: S608
    )


def _beside(cursor: Any, contest: Any, entry: Any, round: Any, entries: int) -> None:
    """What is asked for and listed about people and units."""
    from attempts.anomalies.models import Anomaly, AnomalyKind
    from attempts.models import Disqualification
    from contest_site.agency.models import AgencyRequest
    from contest_site.lib.clock import database_now
    from contest_site.reports.models import Report
    from contests.models import (
        DataRequest,
        EntryRequest,
        Exclusion,
        Headcount,
        Roster,
        RosterPerson,
        UnitOfficer,
    )

    user, unit, units = entry.user, contest.area, WARDS * (SCHOOLS + 1)
    some = f"1001 + (n * 97) %% {entries}"
    asked = EntryRequest.objects.create(entry=entry, kind="correction", wanted={"full_name": "An"}, by=user)
    copies(cursor, asked, series(REQUESTS), {"entry_id": some, "by_id": some})
    data = DataRequest.objects.create(user=user, kind="erasure", due_at=database_now())
    copies(cursor, data, series(SMALL), {"user_id": some, "due_at": "one.due_at + n * interval '1 minute'"})
    cursor.execute("CREATE TEMP TABLE some_people AS SELECT * FROM people WHERE n <= %s", [SMALL])
    out = Exclusion.objects.create(contest=contest, full_name="Ban Giám khảo", role="committee", user=user)
    copies(
        cursor,
        out,
        "some_people",
        {"user_id": "1000 + n", "full_name": "name", "phone": "some_people.phone"},
    )
    office = UnitOfficer.objects.create(user=user, unit=unit)
    copies(cursor, office, series(units), {"user_id": "1000 + n", "unit_id": "1000 + n"})
    people = Headcount.objects.create(contest=contest, unit=unit, people=500)
    copies(cursor, people, series(units), {"unit_id": "1000 + n", "people": "100 + n %% 900"})
    wish = AgencyRequest.objects.create(
        contest=contest, unit=unit, kind="headcount", people=12, reason="Thêm người", by=user
    )
    copies(cursor, wish, series(SMALL), {"unit_id": f"1001 + n %% {units}"})
    report = Report.objects.create(kind="participation", contest=contest, unit=unit, by=user)
    copies(cursor, report, series(SMALL), {"key": "gen_random_uuid()", "unit_id": f"1001 + n %% {units}"})
    roster = Roster.objects.create(contest=contest, unit=unit, by=user)
    copies(cursor, roster, series(units), {"id": "1000 + n", "unit_id": "1000 + n"})
    person = RosterPerson.objects.create(
        roster=roster, unit=unit, full_name="An", folded="an", birth_date="1990-05-17"
    )
    where = "1000 + unit - 1"
    copies(
        cursor,
        person,
        "people",
        {"roster_id": where, "unit_id": where, "full_name": "name", "folded": "lower(name)"},
    )
    found = Anomaly.objects.create(
        round=round,
        kind=AnomalyKind.values[0],
        fingerprint="0" * 64,
        people=1,
        papers=1,
        entries=[entry.pk],
        attempts=[],
        evidence={"minimum_ms": 60_000, "fastest_ms": 1_000},
    )
    copies(
        cursor, found, series(SMALL), {"fingerprint": "lpad(n::text, 64, '0')", "entries": f"ARRAY[{some}]"}
    )
    judged = Disqualification.objects.create(entry=entry, round=round, grounds="Thi hộ", by=user)
    copies(cursor, judged, series(500), {"entry_id": some})
