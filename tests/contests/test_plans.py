"""The five plans that come along say what the offices' papers say, to the second and to the đồng."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contests.domain.check import problems
from contests.domain.plans import load_plan
from contests.models import Block, BlockUnit, Contest, Prize, Unit
from contests.queries import competitors, contest_units
from tests.support.factories import make_bank

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
NAMES = sorted(path.stem for path in PLANS.glob("*.toml"))
QUANG_NGAI = PLANS / "quang-ngai-2024.toml"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank() -> None:
    """60 approved questions, as many as the longest paper has."""
    make_bank(60, topics=3, name=BANK)


def load(name: str) -> Contest:
    return load_plan(PLANS / f"{name}.toml", by=None)


def viet_nam(year: int, month: int, day: int, hour: int) -> datetime:
    """An instant by the clock of Viet Nam, which has been UTC+7 all these years."""
    return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour - 7)


def prizes(contest: Contest, table: int) -> list[tuple[Any, ...]]:
    found = Prize.objects.filter(table__contest=contest, table__number=table).order_by("position")
    return list(found.values_list("name", "quantity", "amount"))


def units_of(contest: Contest) -> dict[str, list[str]]:
    """The competing units by block."""
    return {
        block.name: list(block.units.values_list("unit__name", flat=True))
        for block in contest.blocks.order_by("position")
    }


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("name", NAMES)
def test_every_plan_that_comes_along_can_run_and_says_what_was_chosen(name: str) -> None:
    contest = load(name)
    assert problems(contest) == []
    # What no plan says: how many attempts, who asks whom, what may be kept of a person.
    assert {"rounds.attempts_allowed", "rounds.counting_attempt", "contest.hotline", "consent.text"} <= set(
        contest.chosen
    )
    # What every plan says is not called a choice.
    assert not {"contest.name", "contest.eligibility", "prize_tables.prizes.quantity"} & set(contest.chosen)
    assert contest_units(contest).count() >= 40
    assert not contest.headcounts.filter(people__lt=1).exists()


def test_there_are_five() -> None:
    assert NAMES == ["bong-son-2024", "nghe-an-2022", "phu-tho-2024", "quang-ngai-2024", "tien-giang-2020"]


# --- Quảng Ngãi ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_the_quang_ngai_plan_says_what_the_paper_says() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    # 07:00 on 10/11/2024 to 24:00 on 30/11/2024 in Viet Nam (UTC+7), to the second.
    opening = datetime(2024, 11, 10, 0, 0, 0, tzinfo=UTC)
    end = datetime(2024, 11, 30, 17, 0, 0, tzinfo=UTC)
    assert (contest.opens_at, contest.closes_at) == (opening, end)
    one = contest.rounds.get()
    assert (one.opens_at, one.closes_at) == (opening, end)
    assert one.questions == 30
    assert one.prediction_target == "all_right"
    assert "đúng tất cả 30 câu" in one.prediction_text
    assert list(
        Prize.objects.filter(table__contest=contest).values_list("position", "name", "quantity", "amount")
    ) == [
        (1, "Giải Nhất", 1, 3_000_000),
        (2, "Giải Nhì", 2, 1_500_000),
        (3, "Giải Ba", 3, 1_000_000),
        (4, "Giải Khuyến khích", 15, 500_000),
    ]
    table = contest.prize_tables.get()
    assert (table.scope, table.audience, table.method) == ("contest", "individual", "ranked")
    assert list(contest.milestones.values_list("label", "starts_on", "ends_on", "text")) == [
        ("Ban hành Thể lệ Cuộc thi", date(2024, 10, 20), date(2024, 10, 30), ""),
        ("Phát động Cuộc thi", date(2024, 11, 1), date(2024, 11, 10), ""),
        ("Tổng kết và trao giải", None, None, "tháng 12/2024"),
    ]
    paper = contest.certificate_templates.get()
    assert (paper.kind, paper.issuer) == ("giay_chung_nhan", "Ban Tổ chức Cuộc thi")
    assert set(paper.prizes.all()) == set(table.prizes.all())
    for group in ("học sinh trung học cơ sở", "lực lượng vũ trang", "Nhân dân trên địa bàn thành phố"):
        assert group in contest.eligibility
    for group in ("Ban Tổ chức", "Ban Giám khảo", "Tổ Thư ký", "trực tiếp tham gia tổ chức"):
        assert group in contest.ineligible
    assert len(contest.legal_basis) == 3
    assert problems(contest) == []


@pytest.mark.usefixtures("bank")
def test_what_the_plan_leaves_open_is_marked_as_the_organisers_choice() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    one = contest.rounds.get()
    assert {"rounds.time_limit_minutes", "rounds.attempts_allowed", "rounds.counting_attempt"} <= set(
        contest.chosen
    )
    assert {
        "rounds.result_shown",
        "rounds.rank_order",
        "rounds.prediction_target",
        "contest.names_shown",
    } <= set(contest.chosen)
    # What the paper fixes is not called a choice.
    assert not {
        "contest.opens_at",
        "rounds.questions",
        "prize_tables.prizes.amount",
        "certificates.kind",
    } & set(contest.chosen)
    assert (one.time_limit_minutes, one.attempts_allowed, one.counting_attempt) == (30, 2, "best")
    assert one.rank_order == ["score", "prediction", "duration", "submitted"]


@pytest.mark.usefixtures("bank")
def test_the_units_of_the_city_come_with_the_plan() -> None:
    contest = load_plan(QUANG_NGAI, by=None)
    names = set(contest_units(contest).values_list("name", flat=True))
    assert len([name for name in names if name.startswith(("UBND phường", "UBND xã"))]) == 23
    assert {
        "UBND phường Nghĩa Lộ",
        "UBND xã Tịnh Ấn Tây",
        "Phòng Nội vụ thành phố",
        "Thành đoàn Quảng Ngãi",
    } <= names
    assert contest.area is not None
    assert contest.area.name == "Thành phố Quảng Ngãi"
    assert Unit.objects.get(name="Trường THCS Nghĩa Lộ").parent.name == "Phòng Giáo dục và Đào tạo thành phố"
    assert contest.headcounts.count() == len(names) - 1


# --- Nghệ An ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_nghe_an_has_four_weeks_from_monday_to_monday() -> None:
    contest = load("nghe-an-2022")
    opening, end = viet_nam(2022, 8, 22, 8), viet_nam(2022, 9, 19, 8)
    assert (contest.opens_at, contest.closes_at) == (opening, end)
    assert (opening.weekday(), end.weekday()) == (0, 0)
    weeks = list(contest.rounds.order_by("number"))
    assert [one.name for one in weeks] == ["Tuần 1", "Tuần 2", "Tuần 3", "Tuần 4"]
    assert [(one.opens_at, one.closes_at) for one in weeks] == [
        (viet_nam(2022, 8, 22, 8), viet_nam(2022, 8, 29, 8)),
        (viet_nam(2022, 8, 29, 8), viet_nam(2022, 9, 5, 8)),
        (viet_nam(2022, 9, 5, 8), viet_nam(2022, 9, 12, 8)),
        (viet_nam(2022, 9, 12, 8), viet_nam(2022, 9, 19, 8)),
    ]
    assert {one.prediction_target for one in weeks} == {"none"}
    assert list(contest.milestones.values_list("starts_on", "ends_on", "text")) == [
        (date(2022, 7, 1), date(2022, 7, 29), ""),
        (date(2022, 8, 1), date(2022, 8, 19), ""),
        (None, None, "tháng 10/2022"),
    ]


@pytest.mark.usefixtures("bank")
def test_nghe_an_obliges_officials_and_encourages_citizens_from_fifteen() -> None:
    contest = load("nghe-an-2022")
    assert list(contest.categories.values_list("participation", flat=True)) == [
        "compulsory",
        "encouraged",
        "encouraged",
    ]
    assert contest.min_age == 15
    assert {"contest.age_on"} <= set(contest.chosen)
    assert "contest.min_age" not in contest.chosen
    for group in ("vùng biên giới, hải đảo", "hộ khẩu thường trú tại Nghệ An", "ngành dọc"):
        assert group in contest.eligibility
    for group in ("Ban Tổ chức", "Tổ giúp việc", "Tổ ra đề", "Tổ thẩm định", "kỹ thuật"):
        assert group in contest.ineligible
    assert contest.legal_basis[0].startswith("Kế hoạch số 108/KH-UBND ngày 18/02/2022")


@pytest.mark.usefixtures("bank")
def test_nghe_an_gives_sixteen_prizes_and_one_unit_each_week_and_five_units_at_the_end() -> None:
    contest = load("nghe-an-2022")
    weekly, units, overall = contest.prize_tables.order_by("number")
    assert (weekly.scope, weekly.audience) == ("each_round", "individual")
    assert [quantity for _name, quantity, _amount in prizes(contest, 1)] == [1, 2, 3, 10]
    assert (units.scope, units.audience, units.winner_limit) == ("each_round", "unit", 1)
    assert prizes(contest, 2)[0][:2] == ("Giải thi tuần", 1)
    assert (overall.scope, overall.audience, overall.winner_limit) == ("contest", "unit", None)
    assert prizes(contest, 3)[0][:2] == ("Giải tập thể", 5)
    assert units.unit_order == overall.unit_order == ["attempts", "mean_score"]
    assert not contest.prize_tables.filter(by_block=True).exists()
    # The formula, the amounts and the papers are the rules', on which the plan is silent.
    assert {"prize_tables.unit_order", "prize_tables.prizes.amount", "certificates.kind"} <= set(
        contest.chosen
    )


@pytest.mark.usefixtures("bank")
def test_nghe_ans_bodies_districts_and_schools_compete() -> None:
    contest = load("nghe-an-2022")
    bodies, districts, schools = units_of(contest).values()
    assert len(districts) == 21
    assert {"UBND thành phố Vinh", "UBND thị xã Cửa Lò", "UBND huyện Kỳ Sơn"} <= set(districts)
    assert {"Văn phòng UBND tỉnh", "Sở Nội vụ", "Tỉnh Đoàn Nghệ An", "Công an tỉnh"} <= set(bodies)
    assert len([name for name in schools if "THPT" in name]) >= 20
    # People of a commune count for its district, those of a school for the school and not for its department.
    who = competitors(contest)
    ids = dict(Unit.objects.values_list("name", "pk"))
    assert who[ids["UBND phường Lê Mao"]].unit_id == ids["UBND thành phố Vinh"]
    assert who[ids["Trường THPT Tân Kỳ"]].unit_id == ids["Trường THPT Tân Kỳ"]
    assert who[ids["Trường THPT Tân Kỳ"]].block_id != who[ids["Sở Giáo dục và Đào tạo"]].block_id
    assert ids["Tỉnh Nghệ An"] not in who


# --- Bồng Sơn -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_the_bong_son_plan_says_what_the_paper_says() -> None:
    contest = load("bong-son-2024")
    one = contest.rounds.get()
    assert (contest.opens_at, contest.closes_at) == (viet_nam(2024, 7, 1, 7), viet_nam(2024, 7, 21, 17))
    assert (one.opens_at, one.closes_at) == (contest.opens_at, contest.closes_at)
    assert one.rank_order == ["score", "duration"]
    assert "rounds.rank_order" not in contest.chosen
    assert contest.ineligible == "Thành viên Ban Tổ chức cuộc thi."
    assert not contest.milestones.exists()
    assert prizes(contest, 1) == [
        ("Giải Nhất", 1, 600_000),
        ("Giải Nhì", 1, 500_000),
        ("Giải Ba", 1, 400_000),
        ("Giải Khuyến khích", 3, 300_000),
    ]
    people, most, right = contest.prize_tables.order_by("number")
    assert people.audience == "individual"
    assert [(one.audience, one.unit_order) for one in (most, right)] == [
        ("unit", ["participants"]),
        ("unit", ["all_right"]),
    ]
    for number in (2, 3):
        ((_name, quantity, amount),) = prizes(contest, number)
        assert (quantity, amount) == (1, 700_000)
    paper = contest.certificate_templates.get()
    assert (paper.kind, paper.issuer) == ("giay_khen", "Chủ tịch Ủy ban nhân dân phường Bồng Sơn")
    assert not Prize.objects.exclude(certificate=paper).exists()
    bodies, quarters = units_of(contest).values()
    assert quarters == [f"Khu phố {number}" for number in range(1, 12)]
    assert {"Công an phường Bồng Sơn", "Trạm Y tế phường Bồng Sơn", "Hội Nông dân phường"} <= set(bodies)


# --- Phú Thọ ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_the_phu_tho_plan_says_what_the_paper_says() -> None:
    contest = load("phu-tho-2024")
    one = contest.rounds.get()
    # From 01/9 to the end of 30/10/2024: sixty whole days.
    assert (contest.opens_at, contest.closes_at) == (viet_nam(2024, 9, 1, 0), viet_nam(2024, 10, 31, 0))
    assert (one.opens_at, one.closes_at) == (contest.opens_at, contest.closes_at)
    assert one.closes_at - one.opens_at == timedelta(days=60)
    assert list(contest.milestones.values_list("label", "text")) == [
        ("Tổng kết và trao giải", "dự kiến trong tháng 11/2024")
    ]
    assert [(name, quantity) for name, quantity, _amount in prizes(contest, 1)] == [
        ("Giải Nhất", 1),
        ("Giải Nhì", 3),
        ("Giải Ba", 5),
    ]
    people, unit = contest.prize_tables.order_by("number")
    assert (people.audience, unit.audience, unit.unit_order) == ("individual", "unit", ["attempts"])
    assert [quantity for _name, quantity, _amount in prizes(contest, 2)] == [1]
    assert {"prize_tables.prizes.amount", "certificates.kind", "contest.ineligible"} <= set(contest.chosen)
    assert "prize_tables.unit_order" not in contest.chosen
    assert any("1782/KH-UBND" in basis for basis in contest.legal_basis)
    _bodies, districts, _others = units_of(contest).values()
    assert len(districts) == 13


# --- Tiền Giang ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_tien_giang_has_a_preliminary_and_a_final_of_the_ten_best_of_each_unit() -> None:
    contest = load("tien-giang-2020")
    preliminary, final = contest.rounds.order_by("number")
    # The plan gives the quarters alone; the days in them were chosen.
    assert viet_nam(2020, 4, 1, 0) <= preliminary.opens_at < preliminary.closes_at <= viet_nam(2020, 7, 1, 0)
    assert viet_nam(2020, 7, 1, 0) <= final.opens_at < final.closes_at <= viet_nam(2020, 10, 1, 0)
    assert {"rounds.opens_at", "rounds.closes_at", "contest.opens_at", "contest.closes_at"} <= set(
        contest.chosen
    )
    assert (final.promotes_from, final.promotes_best) == (preliminary, 10)
    for one in (preliminary, final):
        assert (one.questions, one.time_limit_minutes, one.result_shown) == (60, 45, "at_once")
        assert one.rank_order == ["score", "duration"]
    assert not {"rounds.questions", "rounds.time_limit_minutes", "rounds.result_shown"} & set(contest.chosen)
    assert contest.min_age == 12
    assert "từ đủ 12 tuổi" in contest.eligibility
    assert contest.legal_basis[0].startswith("Kế hoạch số 328/KH-UBND ngày 08/10/2019")


@pytest.mark.usefixtures("bank")
def test_tien_giang_gives_the_prizes_and_papers_of_the_plan() -> None:
    contest = load("tien-giang-2020")
    people, units, chosen = contest.prize_tables.select_related("round").order_by("number")
    assert prizes(contest, 1) == [
        ("Giải Nhất", 1, 10_000_000),
        ("Giải Nhì", 2, 7_000_000),
        ("Giải Ba", 3, 5_000_000),
        ("Giải Khuyến khích", 10, 3_000_000),
    ]
    assert prizes(contest, 2) == [
        ("Giải Nhất", 1, 20_000_000),
        ("Giải Nhì", 1, 15_000_000),
        ("Giải Ba", 2, 10_000_000),
        ("Giải Khuyến khích", 6, 5_000_000),
    ]
    assert {table.round.number for table in (people, units) if table.round} == {2}
    assert (units.unit_order, units.best_of) == (["best_score", "best_duration"], 10)
    assert {"prize_tables.unit_order", "prize_tables.best_of", "prize_tables[3].prizes.amount"} <= set(
        contest.chosen
    )
    assert chosen.round is not None
    assert (chosen.round.number, chosen.audience, chosen.method) == (1, "unit", "chosen")
    assert [quantity for _name, quantity, _amount in prizes(contest, 3)] == [10]
    papers = [
        [prize.certificate.kind for prize in table.prizes.order_by("position") if prize.certificate]
        for table in (people, units, chosen)
    ]
    high = ["bang_khen"] * 3
    assert papers == [[*high, "giay_khen"], [*high, "giay_khen"], ["bang_khen"]]
    assert set(contest.certificate_templates.values_list("kind", "issuer")) == {
        ("bang_khen", "Chủ tịch Ủy ban nhân dân tỉnh Tiền Giang"),
        ("giay_khen", "Ban Tổ chức Cuộc thi"),
    }
    _bodies, districts, _schools = units_of(contest).values()
    assert len(districts) == 11
    assert BlockUnit.objects.filter(contest=contest).count() >= 40
    assert Block.objects.filter(contest=contest).count() == 3
