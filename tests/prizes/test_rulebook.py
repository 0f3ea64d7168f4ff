"""The printed rules: everything that the plan says, worked out by what runs it, in Vietnamese alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from contest_site.lib.pdf import render_document
from contest_site.management.commands.print_rules import rules_of
from contests.enums import (
    Audience,
    AwardMethod,
    CertificateKind,
    Combine,
    CountingAttempt,
    NamesShown,
    Participation,
    PredictionScope,
    PredictionTarget,
    RankKey,
    ResultShown,
    TableScope,
    UnitMetric,
)
from contests.fileschema import dotted_keys
from contests.models import (
    Announcement,
    Block,
    Category,
    CertificateTemplate,
    Contest,
    Document,
    Milestone,
    Prize,
    PrizeTable,
    Quota,
    Round,
    Unit,
)
from contests.person import old_enough
from prizes.rulebook import Clause, Rulebook, build
from prizes.rulebook import pdf as printing
from prizes.rulebook.examples import (
    PEOPLE,
    example_ranks,
    example_rows,
    example_truth,
    example_units,
    individual_example,
    unit_example,
)
from prizes.rulebook.general import latest_birth
from prizes.rulebook.parts import plain_text
from prizes.rulebook.pdf import pdf_of
from prizes.rulebook.words import in_words, span_minutes, two
from questions.enums import Difficulty, Kind
from questions.models import Question, Revision
from tests.support.factories import (
    make_bank,
    make_block,
    make_contest,
    make_round,
    make_staff,
    make_table,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
PLANS = ("bong-son-2024", "nghe-an-2022", "phu-tho-2024", "quang-ngai-2024", "tien-giang-2020")


def say(contest: Contest) -> str:
    return plain_text(build(Contest.objects.get(pk=contest.pk)))


def clauses(book: Rulebook) -> list[Clause]:
    top = [each for article in book.articles() for each in article.clauses]
    return top + [point for each in top for point in each.points]


# --- The five plans -----------------------------------------------------------------------------------------
ENGLISH = re.compile(
    r"\b(the|and|of|with|none|null|true|false|round|rounds|contest|unit|units|score|best|first|last|sum|people"
    r"|participants|attempts|ratio|percent|prediction|duration|submitted|ranked|chosen|individual|block|open)\b"
)
CODE = re.compile(r"[a-z]+_[a-z_]+|\{|\}|None|True|False|\[|\]")


@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_prints_itself_in_vietnamese_alone(plan: str) -> None:
    book = rules_of(plan)
    text = plain_text(book)
    assert not ENGLISH.findall(text)
    assert not CODE.findall(text)
    assert len(list(book.articles())) >= 18
    assert [article.number for article in book.articles()] == list(range(1, len(list(book.articles())) + 1))


@pytest.mark.parametrize("plan", PLANS)
def test_the_paper_in_the_docs_is_that_of_the_plan(plan: str) -> None:
    """To renew it: manage.py print_rules NAME --to docs/plans/NAME.pdf"""
    kept = Path(site.BASE_DIR) / "docs" / "plans" / f"{plan}.pdf"
    assert words(kept.read_bytes()) == words(pdf_of(rules_of(plan)))


def test_a_plan_is_printed_from_the_command_line_and_nothing_is_kept(tmp_path: Path) -> None:
    paper = tmp_path / "the-le.pdf"
    call_command("print_rules", "phu-tho-2024", "--to", str(paper), stdout=io.StringIO())
    assert "Cuộc thi" in words(paper.read_bytes())
    assert not Contest.objects.exists()
    contest = make_round(make_contest()).contest
    call_command("print_rules", contest.slug, "--to", str(paper), "--organiser", stdout=io.StringIO())
    assert contest.name in words(paper.read_bytes())


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


# --- Everything that the plan says -------------------------------------------------------------------------
@pytest.fixture
def whole() -> Contest:
    """A plan that uses everything: weekly rounds and a final, blocks, every kind of table."""
    province = make_unit("Tỉnh Ví Dụ")
    contest = make_contest(
        area=province,
        parent_organiser="Bộ Ví dụ",
        standing_body="Sở Ví dụ",
        ineligible="Ban Tổ chức",
        legal_basis=["Kế hoạch số 1"],
        min_age=15,
        age_on=date(2024, 8, 22),
        overall_combine=Combine.SUM,
        overall_rank_order=[RankKey.SCORE, RankKey.PREDICTION],
        prizes_per_person=2,
        closes_at=make_contest().closes_at + timedelta(days=60),
    )
    bank = make_bank(40)
    opens = contest.opens_at
    for at in range(2):
        week = make_round(
            contest,
            bank=bank,
            name=f"Tuần {at + 1}",
            sealed=False,
            opens_at=opens + timedelta(days=7 * at),
            closes_at=opens + timedelta(days=7 * at + 7),
            attempts_per_day=1,
            cooldown_minutes=90,
            prediction_scope=PredictionScope.ROUND,
        )
        for topic in bank.topics.all():
            Quota.objects.create(round=week, topic=topic, questions=15)
    first = contest.rounds.get(number=1)
    make_round(
        contest,
        bank=make_bank(30),
        name="Vòng chung kết",
        sealed=False,
        opens_at=opens + timedelta(days=20),
        closes_at=opens + timedelta(days=21),
        promotes_from=first,
        promotes_best=10,
        prediction_target=PredictionTarget.NONE,
        prediction_text="",
        rank_order=[RankKey.SCORE],
    )
    for name in ("Khối A", "Khối B"):
        make_block(contest, [make_unit(f"Đơn vị {name} {at}", province) for at in range(2)], name)
    make_table(contest, name="Giải tuần", scope=TableScope.EACH_ROUND, winner_limit=1, unit_limit=3)
    make_table(
        contest,
        [("Giải tập thể", 2, 700_000)],
        name="Giải đơn vị",
        audience=Audience.UNIT,
        weights={"ratio": 60, "mean_score": 40},
        by_block=True,
        min_participants=20,
        min_ratio_percent=Decimal("70.00"),
        winner_limit=1,
    )
    make_table(
        contest,
        [("Giải k", 1, 0)],
        name="Giải năm người",
        audience=Audience.UNIT,
        unit_order=["best_score", "best_duration"],
        best_of=5,
    )
    make_table(
        contest,
        [("Giải tổ chức", 10, 1_000)],
        name="Giải tổ chức tốt",
        audience=Audience.UNIT,
        method=AwardMethod.CHOSEN,
    )
    Milestone.objects.create(contest=contest, label="Trao giải", starts_on=date(2024, 12, 1))
    Document.objects.create(contest=contest, title="Bộ câu hỏi ôn tập", file="documents/a.pdf")
    return contest


Change = Callable[[Any], None]


def put(**values: Any) -> Change:
    def change(row: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    return change


later = timedelta(hours=1)
# One change for each field that matters.
CONTEST: dict[str, Change] = {
    "name": put(name="Cuộc thi khác"),
    "organiser": put(organiser="UBND xã Khác"),
    "parent_organiser": put(parent_organiser="Bộ khác"),
    "standing_body": put(standing_body="Phòng Khác"),
    "place": put(place="Huế"),
    "subject": put(subject="Chuyển đổi số"),
    "eligibility": put(eligibility="Mọi người"),
    "ineligible": put(ineligible="Không ai"),
    "legal_basis": put(legal_basis=["Kế hoạch số 2"]),
    "hotline": put(hotline="1022"),
    "opens_at": lambda one: setattr(one, "opens_at", one.opens_at - later),
    "closes_at": lambda one: setattr(one, "closes_at", one.closes_at + later),
    "area": lambda one: setattr(one, "area", make_unit("Tỉnh Khác")),
    "names_shown": put(names_shown=NamesShown.MASKED),
    "live_participation": put(live_participation=True),
    "headcounts_until": put(headcounts_until=date(2024, 11, 1)),
    "agency_comparison": put(agency_comparison="without_names"),
    "consent_version": put(consent_version="2"),
    "consent_text": put(consent_text="Đồng ý khác"),
    "ask_birth_date": put(ask_birth_date="no", min_age=None, age_on=None),
    "ask_gender": put(ask_gender="no"),
    "ask_phone": put(ask_phone="optional"),
    "ask_national_id": put(ask_national_id="required"),
    "ask_address": put(ask_address="optional"),
    "min_age": put(min_age=16),
    "age_on": put(age_on=date(2024, 8, 23)),
    "overall_combine": put(overall_combine=Combine.BEST),
    "overall_rank_order": put(overall_rank_order=[RankKey.DURATION]),
    "overall_only_all_right": put(overall_only_all_right=True),
    "prizes_per_person": put(prizes_per_person=3),
    "marking": put(marking="parts"),
}
ROUND: dict[str, Change] = {
    "name": put(name="Tuần lễ"),
    "opens_at": lambda one: setattr(one, "opens_at", one.opens_at + later),
    "closes_at": lambda one: setattr(one, "closes_at", one.closes_at - later),
    "bank": lambda one: setattr(one, "bank", make_bank(40, name="Ngân hàng khác")),
    "questions": put(questions=29),
    "time_limit_minutes": put(time_limit_minutes=45),
    "attempts_allowed": put(attempts_allowed=5),
    "attempts_per_day": put(attempts_per_day=2),
    "cooldown_minutes": put(cooldown_minutes=30),
    "min_plausible_seconds": put(min_plausible_seconds=45),
    "counting_attempt": put(counting_attempt=CountingAttempt.FIRST),
    "result_shown": put(result_shown=ResultShown.AFTER_PUBLICATION),
    "prediction_target": put(prediction_target=PredictionTarget.ALL_RIGHT_PERCENT),
    "prediction_scope": put(prediction_scope=PredictionScope.BLOCK),
    "prediction_text": put(prediction_text="Có bao nhiêu người?"),
    "rank_order": put(rank_order=[RankKey.SUBMITTED]),
    "only_all_right": put(only_all_right=True),
}
FINAL: dict[str, Change] = {
    "promotes_from": lambda one: setattr(one, "promotes_from", one.contest.rounds.get(number=2)),
    "promotes_best": put(promotes_best=7),
}
TABLES: dict[str, tuple[int, Change]] = {
    "name": (1, put(name="Giải khác")),
    "scope": (1, put(scope=TableScope.CONTEST)),
    "round": (1, lambda one: put(scope=TableScope.ROUND, round=one.contest.rounds.get(number=2))(one)),
    "audience": (4, put(audience=Audience.INDIVIDUAL)),
    "method": (4, put(method=AwardMethod.RANKED, unit_order=["attempts"])),
    "unit_order": (3, put(unit_order=["participants"])),
    "weights": (2, put(weights={"ratio": 50, "mean_score": 50})),
    "best_of": (3, put(best_of=6)),
    "by_block": (2, put(by_block=False)),
    "min_participants": (2, put(min_participants=30)),
    "min_ratio_percent": (2, put(min_ratio_percent=Decimal("65.50"))),
    "winner_limit": (2, put(winner_limit=2)),
    "unit_limit": (1, put(unit_limit=4)),
    "number": (4, put(number=9)),
}
PRIZE: dict[str, Change] = {
    "name": put(name="Giải Đặc biệt"),
    "quantity": put(quantity=4),
    "amount": put(amount=12_345),
    "certificate": put(certificate=None),
    "position": put(position=99),
}
# What no reader of the rules needs: keys, addresses, forms of papers, marks of ours.
SILENT = {
    Contest: {"id", "slug", "chosen", "is_rehearsal", "created_at"},
    Round: {"id", "contest", "number"},
    PrizeTable: {"id", "contest"},
    Prize: {"id", "table"},
    CertificateTemplate: {
        *("id", "contest", "position", "name", "reason"),
        *("signature_authority", "signature_title", "signature_name"),
    },
    Milestone: {"id", "contest", "position"},
    Category: {"id", "contest", "position"},
}


def changed(contest: Contest, row: models.Model, change: Change) -> bool:
    before = say(contest)
    change(row)
    row.save()
    return say(contest) != before


@pytest.mark.parametrize("field", CONTEST)
def test_every_field_of_the_contest_is_said(whole: Contest, field: str) -> None:
    assert changed(whole, whole, CONTEST[field])


@pytest.mark.parametrize("field", ROUND)
def test_every_field_of_a_round_is_said(whole: Contest, field: str) -> None:
    assert changed(whole, whole.rounds.get(number=1), ROUND[field])


@pytest.mark.parametrize("field", FINAL)
def test_every_field_of_a_promotion_is_said(whole: Contest, field: str) -> None:
    assert changed(whole, whole.rounds.get(number=3), FINAL[field])


@pytest.mark.parametrize("field", TABLES)
def test_every_field_of_a_prize_table_is_said(whole: Contest, field: str) -> None:
    number, change = TABLES[field]
    if field == "number":
        # Tables are considered in their order.
        assert changed(whole, whole.prize_tables.get(number=1), put(number=9))
        return
    assert changed(whole, whole.prize_tables.get(number=number), change)


@pytest.mark.parametrize("field", PRIZE)
def test_every_field_of_a_prize_is_said(whole: Contest, field: str) -> None:
    prize = Prize.objects.get(table__contest=whole, table__number=1, position=1)
    assert changed(whole, prize, PRIZE[field])


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        ("categories", put(name="Học sinh")),
        ("categories", put(participation=Participation.COMPULSORY)),
        ("milestones", put(label="Tổng kết")),
        ("milestones", put(starts_on=date(2025, 1, 1))),
        ("milestones", put(ends_on=date(2025, 1, 1))),
        ("milestones", put(text="tháng 12")),
        ("documents", put(title="Tài liệu khác")),
        ("certificate_templates", put(kind=CertificateKind.BANG_KHEN)),
        ("certificate_templates", put(issuer="Chủ tịch tỉnh")),
        ("blocks", put(name="Khối C")),
    ],
)
def test_every_part_of_the_plan_is_said(whole: Contest, rows: str, change: Change) -> None:
    assert changed(whole, getattr(whole, rows).first(), change)


def test_quotas_and_competing_units_are_said(whole: Contest) -> None:
    quota = Quota.objects.filter(round__contest=whole).first()
    assert quota is not None
    assert changed(whole, quota, put(questions=14))
    assert changed(whole, quota, put(difficulty=Difficulty.HARD))
    unit = Unit.objects.get(name="Đơn vị Khối A 0")
    assert changed(whole, unit, put(name="Sở Khác"))
    block = Block.objects.filter(contest=whole).first()
    assert block is not None
    before = say(whole)
    block.units.all()[0].delete()
    assert say(whole) != before


def test_no_field_was_forgotten() -> None:
    said: dict[Any, set[str]] = {
        Contest: set(CONTEST),
        Round: {*ROUND, *FINAL},
        PrizeTable: set(TABLES),
        Prize: set(PRIZE),
        CertificateTemplate: {"kind", "issuer"},
        Milestone: {"label", "starts_on", "ends_on", "text"},
        Category: {"name", "participation"},
    }
    for model, fields in said.items():
        assert {field.name for field in model._meta.concrete_fields} == fields | SILENT[model], model


def test_rounds_that_are_alike_are_said_once(whole: Contest) -> None:
    text = say(whole)
    assert text.count("Tuần 1 và Tuần 2: đề thi gồm 30 câu hỏi trắc nghiệm và 01 câu dự đoán") == 1
    assert text.count("Vòng chung kết: đề thi gồm 30 câu hỏi trắc nghiệm.") == 1


def test_an_end_is_written_as_in_plans_and_explained() -> None:
    opens = make_contest().opens_at.replace(
        year=2024, month=11, day=10, hour=0, minute=0, second=0, microsecond=0
    )
    contest = make_contest(opens_at=opens, closes_at=opens.replace(day=30, hour=17))
    make_round(contest, sealed=False)
    text = say(contest)
    assert "từ 07 giờ 00 ngày 10/11/2024 đến 24 giờ 00 ngày 30/11/2024" in text
    assert "nhận bài đến hết 23 giờ 59 phút 59 giây ngày 30/11/2024" in text


def test_totals_count_every_round_and_every_block(whole: Contest) -> None:
    text = say(whole)
    # 21 prizes of 16.5 million, in three rounds; 2 units of 700,000 in two blocks; 1 and 10 more.
    assert "03 vòng thi, cả Cuộc thi có 63 giải, tổng giá trị 49.500.000 đồng" in text
    assert "02 khối, cả Cuộc thi có 04 giải, tổng giá trị 2.800.000 đồng" in text
    assert (
        "Tổng cộng 78 giải, tổng giá trị 52.310.000 đồng"
        " (bằng chữ: Năm mươi hai triệu ba trăm mười nghìn đồng)" in text
    )
    assert "không kể các giải có mức thưởng theo quyết định trao giải" in text


@pytest.mark.parametrize(
    ("years", "on"),
    [
        (15, date(2022, 8, 22)),
        (12, date(2020, 2, 29)),
        (16, date(2024, 2, 29)),
        (15, date(2023, 2, 28)),
        (15, date(2023, 3, 1)),
        (18, date(2024, 1, 1)),
    ],
)
def test_the_last_birthday_is_the_one_that_the_entry_form_takes(years: int, on: date) -> None:
    latest = latest_birth(years, on)
    assert old_enough(latest, min_age=years, on=on)
    assert not old_enough(latest + timedelta(days=1), min_age=years, on=on)


@pytest.mark.parametrize(
    ("target", "hidden"),
    [
        (PredictionTarget.PARTICIPANTS, True),
        (PredictionTarget.ATTEMPTS, True),
        (PredictionTarget.ALL_RIGHT, False),
        (PredictionTarget.NONE, False),
    ],
)
def test_numbers_that_people_guess_are_not_promised_to_the_public(
    target: PredictionTarget, hidden: bool
) -> None:
    contest = make_contest(area=make_unit(), live_participation=True)
    make_round(contest, sealed=False, prediction_target=target)
    text = say(contest)
    assert ("không được công khai trước khi thi xong" in text) == hidden
    assert ("được công khai trên trang của Cuộc thi trong khi đang thi" in text) != hidden


def test_an_empty_plan_prints_what_there_is() -> None:
    contest = make_contest(area=make_unit())
    contest.categories.all().delete()
    text = say(contest)
    assert "Điều 1. Tên, nội dung và cơ quan tổ chức Cuộc thi" in text
    assert not CODE.findall(text)
    make_round(contest, sealed=False, rank_order=[])
    make_table(contest, [], audience=Audience.UNIT)
    assert not CODE.findall(say(contest))


def test_the_rules_are_vietnamese_whatever_the_screens_are(whole: Contest) -> None:
    before = say(whole)
    with override("en"):
        assert say(whole) == before


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "Không"),
        (5, "Năm"),
        (15, "Mười lăm"),
        (21, "Hai mươi mốt"),
        (105, "Một trăm linh năm"),
        (1_000, "Một nghìn"),
        (3_005_000, "Ba triệu không trăm linh năm nghìn"),
        (14_500_000, "Mười bốn triệu năm trăm nghìn"),
        (174_000_000, "Một trăm bảy mươi bốn triệu"),
        (1_000_000_000, "Một tỷ"),
        (2_000_045_000, "Hai tỷ không trăm bốn mươi lăm nghìn"),
        (1_000_000_000_000, "Một nghìn tỷ"),
    ],
)
def test_sums_are_said_in_words(amount: int, said: str) -> None:
    assert in_words(amount) == said


def test_numbers_and_spans_are_written_as_in_papers() -> None:
    assert [two(3), two(30)] == ["03", "30"]
    assert [span_minutes(90), span_minutes(2880), span_minutes(5)] == ["01 giờ 30 phút", "02 ngày", "05 phút"]


# --- Examples -----------------------------------------------------------------------------------------------
ORDERS = [list(order) for size in (1, 2, 4) for order in permutations(RankKey.values, size)]


@pytest.mark.parametrize("only_all_right", [False, True])
def test_the_example_of_people_is_in_the_order_that_the_rules_say(only_all_right: bool) -> None:
    round = make_round(sealed=False, only_all_right=only_all_right)
    for order in ORDERS:
        round.rank_order = order
        people = {
            at: (correct, guess, ms, submitted)
            for at, (correct, right, guess, ms, submitted) in enumerate(example_rows(round))
            if right or not only_all_right
        }
        keys = {at: plain_key(*person, order, example_truth(round)) for at, person in people.items()}
        expected = {at: 1 + sum(other < key for other in keys.values()) for at, key in keys.items()}
        assert example_ranks(round) == expected, order
        example = individual_example(round)
        assert example is not None
        shown = {row[0]: row[-1] for row in example[1].rows}
        assert shown == {one.name: str(expected.get(at, "Không xếp hạng")) for at, one in enumerate(PEOPLE)}


def plain_key(
    correct: int, guess: Decimal | None, ms: int, submitted: Any, order: list[str], truth: Decimal | None
) -> tuple[Any, ...]:
    """The order as the rules say it."""
    away = (1, Decimal(0)) if guess is None or truth is None else (0, abs(guess - truth))
    values = {"score": -correct, "prediction": away, "duration": ms, "submitted": submitted}
    return tuple(values[name] for name in order)


@pytest.mark.parametrize("target", [one for one in PredictionTarget if one != PredictionTarget.NONE])
def test_the_example_predicts_what_is_asked(target: PredictionTarget) -> None:
    round = make_round(sealed=False, prediction_target=target)
    example = individual_example(round)
    assert example is not None
    assert "đáp số của câu dự đoán là" in example[0]
    assert example[1].head[:4] == ["Người dự thi", "Số câu đúng", "Dự đoán", "Độ lệch"]


RULES: list[dict[str, Any]] = [
    *({"unit_order": list(order), "best_of": 5} for order in permutations(UnitMetric.values, 2)),
    *({"unit_order": [metric], "best_of": 3} for metric in UnitMetric.values),
    {"weights": {"participants": 30, "mean_score": 30, "best_duration": 40}, "best_of": 10},
    {"weights": {"ratio": 60, "all_right_share": 40}, "min_ratio_percent": Decimal(90), "by_block": True},
    {"unit_order": ["ratio", "mean_score"], "min_ratio_percent": Decimal("70.5"), "min_participants": 500},
    {"unit_order": ["attempts"], "winner_limit": 1},
]


def test_the_example_of_units_is_in_the_order_that_the_rules_say() -> None:
    contest = make_contest()
    for number, fields in enumerate(RULES, 1):
        table = PrizeTable(contest=contest, number=number, name="Giải", audience=Audience.UNIT, **fields)
        example = unit_example(table)
        assert example is not None
        expected = plain_unit_ranks(table)
        assert {row[0]: row[-1] for row in example[1].rows} == expected, fields
        assert len({len(row) for row in (example[1].head, *example[1].rows)}) == 1
        assert ("không được xếp hạng vì" in example[2]) == ("Không xếp hạng" in expected.values())
        assert len(set(expected.values())) >= 3, fields


def plain_unit_ranks(table: PrizeTable) -> dict[str, str]:
    """Ranks of the example's units, worked out from the words of the rules."""
    units = dict(example_units(table))
    numbers = {
        name: {
            "participants": Fraction(unit.participants),
            "attempts": Fraction(unit.attempts),
            "ratio": Fraction(unit.participants, unit.headcount or 1),
            "mean_score": Fraction(unit.correct, unit.sittings),
            "all_right": Fraction(unit.all_right),
            "all_right_share": Fraction(unit.all_right, unit.participants),
            "winners": Fraction(unit.winners),
            "best_score": Fraction(unit.best_correct),
            "best_duration": Fraction(-unit.best_duration_ms),
        }
        for name, unit in units.items()
    }
    kept = {
        name
        for name, unit in units.items()
        if unit.participants >= (table.min_participants or 0)
        and 100 * numbers[name]["ratio"] >= Fraction(table.min_ratio_percent or 0)
        and not (table.winner_limit and unit.wins >= table.winner_limit)
    }

    def worth(name: str) -> tuple[Fraction, ...]:
        if not table.weights:
            return tuple(numbers[name][metric] for metric in table.unit_order)
        total = Fraction(0)
        for metric, weight in table.weights.items():
            most = max(numbers[other][metric] for other in kept)
            # Of times the least is the best: both are negative here.
            total += weight * (
                most / numbers[name][metric] if metric == "best_duration" else numbers[name][metric] / most
            )
        return (total,)

    return {
        name: str(1 + sum(worth(other) > worth(name) for other in kept)) if name in kept else "Không xếp hạng"
        for name in units
    }


# --- The organiser's version --------------------------------------------------------------------------------
def test_every_key_that_a_clause_names_is_one_of_the_plan_file(whole: Contest) -> None:
    known = set(dotted_keys())
    named = {key for each in clauses(build(whole)) for key in each.keys}
    assert named <= known
    assert len(named) > 40


def test_what_the_plan_is_silent_on_is_marked_for_the_organiser_alone(whole: Contest) -> None:
    Contest.objects.filter(pk=whole.pk).update(chosen=["rounds.time_limit_minutes", "prize_tables.prizes"])
    whole.refresh_from_db()
    assert not [each for each in clauses(build(whole)) if each.chosen]
    marked = [each.text for each in clauses(build(whole, for_organiser=True)) if each.chosen]
    assert [text for text in marked if "tối đa 30 phút" in text]
    assert [text for text in marked if text.startswith("Giải tuần (dành cho cá nhân")]
    assert not [text for text in marked if "Số lượt thi: mỗi người" in text]


def test_what_the_plan_is_silent_on_in_one_table_is_marked_there_alone(whole: Contest) -> None:
    whole.chosen = ["prize_tables[4].prizes.amount", "rounds[3].questions"]
    whole.save()
    marked = [each.text for each in clauses(build(whole, for_organiser=True)) if each.chosen]
    assert [text.partition(" (")[0] for text in marked] == [
        "Vòng chung kết: đề thi gồm 30 câu hỏi trắc nghiệm. Câu hỏi trắc nghiệm được lấy ngẫu nhiên từ"
        f" ngân hàng câu hỏi “{whole.rounds.get(number=3).bank.name}”, không ấn định số câu theo chủ đề.",
        "Giải tổ chức tốt",
    ]


# --- The pages ----------------------------------------------------------------------------------------------
def page(contest: Contest, name: str = "rules") -> str:
    return reverse(f"prizes:{name}", args=[contest.slug])


def test_the_page_says_what_the_document_says(client: Client, whole: Contest) -> None:
    shown = client.get(page(whole)).content.decode()
    for expected in (
        "Điều 1. Tên, nội dung và cơ quan tổ chức Cuộc thi",
        "Giải Khuyến khích",
        "Khối và đơn vị thi đua",
        "Bộ câu hỏi ôn tập",
        reverse("contests:document", args=[whole.slug, whole.documents.get().pk]),
        page(whole, "rules_pdf"),
    ):
        assert expected in shown
    assert "kế hoạch không quy định" not in shown
    assert "Xem bản của Ban Tổ chức" not in shown


def test_the_page_costs_the_same_for_any_plan(
    client: Client, whole: Contest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # contest · rounds · quotas · tables · prizes · categories · milestones · documents · blocks · units
    # · a paper of participation · questions with several keys · two orders of people, an example each
    with django_assert_num_queries(14):
        client.get(page(whole))


def test_questions_with_several_keys_are_spoken_of_once_the_bank_has_one(whole: Contest) -> None:
    sentence = "chọn đúng và đủ mọi đáp án"
    assert sentence not in say(whole)
    bank = whole.rounds.all()[0].bank
    revision = Revision.objects.filter(question__bank=bank).select_related("topic", "writer")[0]
    Revision.objects.create(
        question=Question.objects.create(bank=bank, number=9_999), number=1, kind=Kind.MULTIPLE,
        topic=revision.topic, text="Những điều nào?", fingerprint="nhung dieu nao",
        options=["a", "b", "c"], keys=[0, 2], writer=revision.writer,
    )  # fmt: skip
    assert sentence in say(whole)


def test_a_plan_with_a_paper_of_participation_says_who_gets_it(client: Client, whole: Contest) -> None:
    sentence = "được tự nhận giấy xác nhận tham gia"
    assert sentence not in client.get(page(whole)).content.decode()
    CertificateTemplate.objects.create(
        contest=whole,
        name="Giấy xác nhận",
        position=9,
        kind=CertificateKind.THAM_GIA,
        issuer="Ban Tổ chức",
        reason="Đã tham gia",
        signature_authority="TM. BAN TỔ CHỨC",
        signature_title="TRƯỞNG BAN",
    )
    assert sentence in client.get(page(whole)).content.decode()


def test_before_the_announcement_only_organisers_read_it(client: Client) -> None:
    contest = make_contest(announced=False)
    for name in ("rules", "rules_pdf"):
        assert client.get(page(contest, name)).status_code == 404
    client.force_login(make_user(is_staff=True))
    assert client.get(page(contest)).status_code == 404
    client.force_login(make_staff())
    response = client.get(page(contest))
    assert "Cuộc thi chưa công bố" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert "ngày ..... tháng ..... năm ......." in response.content.decode()
    assert client.get(page(contest, "rules_pdf")).status_code == 200


def test_the_organisers_version_is_for_organisers(client: Client) -> None:
    contest = make_contest(chosen=["contest.hotline"])
    address = page(contest) + "?ban=to-chuc"
    for person in (None, make_user(), make_user(is_staff=True)):
        if person:
            client.force_login(person)
        assert "kế hoạch không quy định" not in client.get(address).content.decode()
    helper = make_user(is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_contest"))
    client.force_login(helper)
    response = client.get(address)
    assert "kế hoạch không quy định" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert f'href="{page(contest)}"' in response.content.decode()
    paper = client.get(page(contest, "rules_pdf") + "?ban=to-chuc")
    assert "kế hoạch không quy định" in words(paper.content)
    assert "kế hoạch không quy định" not in words(client.get(page(contest, "rules_pdf")).content)


def test_hostile_words_are_only_words(client: Client) -> None:
    hostile = '<script>alert(1)</script><img src="http://192.0.2.1/x">{{ settings.SECRET_KEY }}'
    contest = make_contest(name=hostile[:300], subject=hostile, hotline=hostile[:200])
    shown = client.get(page(contest)).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    text = "".join(words(client.get(page(contest, "rules_pdf")).content).split())
    assert "<script>alert(1)</script>" in text


# --- The paper ----------------------------------------------------------------------------------------------
def test_the_paper_has_the_layout_of_administrative_papers(client: Client, whole: Contest) -> None:
    response = client.get(page(whole, "rules_pdf"))
    assert response.headers["Content-Type"] == "application/pdf"
    assert f'filename="the-le-{whole.slug}.pdf"' in response.headers["Content-Disposition"]
    reader = PdfReader(io.BytesIO(response.content))
    text = words(response.content)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BAN TỔ CHỨC CUỘC THI",
        "THỂ LỆ",
        "Căn cứ Kế hoạch số 1.",
        "Điều 1. Tên, nội dung và cơ quan tổ chức Cuộc thi",
        "TM. BAN TỔ CHỨC TRƯỞNG BAN",
        f"Trang của Cuộc thi: {site.SITE_URL}/cuoc-thi/{whole.slug}/",
    ):
        assert expected in text
    for sheet in reader.pages:
        width, height = sheet.mediabox[2:]
        assert (int(width), int(height)) == (595, 841)
        resources: Any = sheet["/Resources"]
        fonts = [font.get_object() for font in resources["/Font"].values()]
        names = {font["/BaseFont"] for font in fonts}
        assert all("Paper-Serif" in name for name in names), names
        assert all(
            "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts
        )
    # The number of a page is in its top margin, from the second on.
    assert not reader.pages[0].extract_text().strip().startswith("1\n")
    assert reader.pages[1].extract_text().strip().startswith("2")


def test_a_paper_is_set_once_for_each_text(
    client: Client, whole: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    times: list[int] = []

    def counting(html: str) -> bytes:
        times.append(1)
        return render_document(html)

    monkeypatch.setattr(printing, "render_document", counting)
    first = client.get(page(whole, "rules_pdf")).content
    assert client.get(page(whole, "rules_pdf")).content == first
    assert len(times) == 1
    Contest.objects.filter(pk=whole.pk).update(hotline="1022")
    assert client.get(page(whole, "rules_pdf")).content != first
    assert len(times) == 2


def test_a_date_is_printed_when_the_contest_is_announced() -> None:
    contest = make_contest(announced=False)
    assert build(contest).date_line == "ngày ..... tháng ..... năm ......."
    made = Announcement.objects.create(contest=contest, by=make_user())
    contest = Contest.objects.get(pk=contest.pk)
    assert build(contest).date_line.endswith(f"năm {made.at:%Y}") or made.at.month == 12
