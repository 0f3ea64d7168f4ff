"""The check before the announcement judges a saved contest by the rules of plan files, in people's words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contest_site.lib.clock import database_now
from contests.domain.check import problems
from contests.models import Contest, Prize
from tests.support.factories import (
    make_bank,
    make_block,
    make_contest,
    make_prizes,
    make_round,
    make_table,
    make_unit,
)

pytestmark = pytest.mark.django_db


def future() -> Contest:
    now = database_now()
    return make_contest(announced=False, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=20))


def two_weeks(contest: Contest) -> None:
    bank = make_bank(6)
    for number in (1, 2):
        opens_at = contest.opens_at + timedelta(days=7 * (number - 1))
        make_round(
            contest,
            bank=bank,
            sealed=False,
            name=f"Tuần {number}",
            questions=4,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(days=7),
        )


def test_a_contest_of_weeks_with_unit_prizes_can_run() -> None:
    contest = future()
    assert contest.area is not None
    make_block(contest, [make_unit(parent=contest.area) for _ in range(3)])
    two_weeks(contest)
    make_table(contest, scope="each_round")
    make_table(
        contest,
        [("Giải tập thể", 1, 700_000)],
        scope="each_round",
        audience="unit",
        unit_order=["attempts"],
        winner_limit=1,
    )
    assert problems(contest) == []


def test_what_is_wrong_is_told_by_the_names_on_the_screen() -> None:
    contest = future()
    two_weeks(contest)
    contest.rounds.filter(number=2).update(attempts_per_day=5)
    make_prizes(contest)
    table = make_table(
        contest,
        [("Giải tập thể", 1, 700_000), ("Giải phụ", 1, 0)],
        name="Giải tuần",
        scope="each_round",
        audience="unit",
        weights={"participants": 40, "luck": 50},
    )
    Prize.objects.filter(table=table, position=2).update(position=0)
    assert problems(contest) == [
        "Giải cá nhân: Giải cá nhân của cả cuộc thi có nhiều vòng cần bảng xếp hạng cá nhân cả cuộc thi "
        "(overall), mà kế hoạch không có.",
        "Giải tuần, Giải phụ: Thứ tự trao giải bắt đầu từ 1.",
        "Giải tuần: Không có tiêu chí “luck”.",
        "Giải tuần: Các trọng số cộng lại là 90, phải là 100.",
        "Giải tuần: Bảng giải tập thể nhưng chưa có đơn vị nào trong khối thi đua.",
        "Tuần 2: Số lượt trong một ngày (5) nhiều hơn số lượt của cả vòng (2).",
    ]


def test_a_paper_without_its_issuer_and_an_empty_block_are_told() -> None:
    contest = future()
    two_weeks(contest)
    contest.certificate_templates.update(issuer="")
    make_block(contest, [], name="Trường học")
    assert problems(contest) == [
        "Giấy chứng nhận: Chưa có “cơ quan cấp”.",
        "Trường học: Khối “Trường học” chưa có đơn vị nào.",
    ]
