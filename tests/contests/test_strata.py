"""A paper's blueprint: lines that share no question, in file, database, clone and rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest_site.lib.errors import Refused
from contests.domain.check import problems
from contests.domain.cloning import clone_contest
from contests.domain.exporting import export_plan
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.models import Contest, Quota
from contests.rules.strata import Stratum, as_quotas, overlaps, strata
from contests.saved_plan import saved_plan
from prizes.rulebook import build
from prizes.rulebook.parts import plain_text
from questions.enums import Difficulty
from questions.models import Bank, Topic
from questions.pools import Pool, PoolQuestion, strata_of
from tests.support.factories import make_bank, make_round, make_staff

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
QUOTAS = (
    'quotas = { "Chủ đề 1" = 13, "Đề án 06" = { easy = 4, hard = 6 },'
    ' "Đề án 06 › Định danh" = { medium = 7 } }\n'
)
TOPICS = ["A", "A › B", "A › B › C", "A › BB", "B", "AB"]
LEVELS = ["", *Difficulty.values]
LINES = st.lists(
    st.builds(Stratum, st.sampled_from(TOPICS), st.sampled_from(LEVELS), st.integers(1, 200)),
    max_size=6,
    unique_by=lambda line: line[:2],
)


@pytest.fixture
def bank(db: None) -> Bank:
    """60 questions, 20 of "Chủ đề 1" and 40 under "Đề án 06", which has no row of its own; levels in turn."""
    made = make_bank(60, topics=3, name=BANK, levels=("easy", "medium", "hard"))
    for name, new in [("Chủ đề 2", "Đề án 06 › Định danh"), ("Chủ đề 3", "Đề án 06 › Dịch vụ công")]:
        Topic.objects.filter(bank=made, name=name).update(name=new)
    return made


def plan_with(folder: Path, quotas: str) -> Path:
    text = (PLANS / "quang-ngai-2024.toml").read_text(encoding="utf-8")
    path = folder / "ke-hoach.toml"
    path.write_text(
        text.replace("only_all_right = false", f"{quotas}only_all_right = false"), encoding="utf-8"
    )
    for beside in PLANS.glob("quang-ngai-2024*.csv"):
        (folder / beside.name).write_bytes(beside.read_bytes())
    return path


# --- Pure ---------------------------------------------------------------------------------------------------


@given(LINES)
def test_lines_overlap_exactly_when_some_question_belongs_to_both(lines: list[Stratum]) -> None:
    def drawn(line: Stratum) -> set[tuple[str, str]]:
        parts = line.topic.split(" › ")
        return {
            (topic, level)
            for topic in TOPICS
            for level in LEVELS
            if topic.split(" › ")[: len(parts)] == parts and (not line.difficulty or line.difficulty == level)
        }

    expected = [
        (one, other) for at, one in enumerate(lines) for other in lines[at + 1 :] if drawn(one) & drawn(other)
    ]
    assert overlaps(lines) == expected


@given(LINES)
def test_lines_become_quotas_and_lines_again(lines: list[Stratum]) -> None:
    assert sorted(strata(as_quotas(lines))) == sorted(lines)


@given(LINES, st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(LEVELS)), max_size=30))
def test_disjoint_lines_draw_from_disjoint_parts_of_the_pool(
    lines: list[Stratum], questions: list[tuple[str, str]]
) -> None:
    pool = Pool(
        tuple(
            PoolQuestion(at, "single", topic, level, "", (), (), "", "", "")
            for at, (topic, level) in enumerate(questions)
        ),
        "",
    )
    parts = [indices for indices, _questions in strata_of(pool, lines)]
    for line, indices in zip(lines, parts, strict=True):
        assert indices == tuple(at for at, one in enumerate(questions) if line.has(*one))
    if not overlaps(lines):
        assert len({index for indices in parts for index in indices}) == sum(map(len, parts))


# --- The plan's way through file and database --------------------------------------------------------------


def test_topics_and_levels_go_through_file_database_and_clone(bank: Bank, tmp_path: Path) -> None:
    contest = load_plan(plan_with(tmp_path, QUOTAS), by=None)
    assert [(one.topic.name, one.difficulty, one.questions) for one in Quota.objects.order_by("pk")] == [
        ("Chủ đề 1", "", 13),
        ("Đề án 06", "easy", 4),
        ("Đề án 06", "hard", 6),
        ("Đề án 06 › Định danh", "medium", 7),
    ]
    assert problems(contest) == []
    first = export_plan(contest, tmp_path / "a", by=None)
    text = (tmp_path / "a" / f"{contest.slug}.toml").read_text(encoding="utf-8")
    assert '"Đề án 06" = { easy = 4, hard = 6 }' in text
    load_plan(tmp_path / "a" / f"{contest.slug}.toml", by=None)
    again = export_plan(Contest.objects.get(), tmp_path / "b", by=None)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    clone = clone_contest(contest, slug="moi", name="Mới", opening=contest.opens_at, by=make_staff())
    assert saved_plan(clone).rounds[0]["quotas"] == saved_plan(contest).rounds[0]["quotas"]


def test_the_printed_rules_name_the_level_of_every_line(bank: Bank, tmp_path: Path) -> None:
    contest = load_plan(plan_with(tmp_path, QUOTAS), by=None)
    said = plain_text(build(contest))
    assert "theo số câu của từng chủ đề và mức độ" in said
    for words in ("Vận dụng", "Nhận biết", "mọi mức độ", "Đề án 06 › Định danh"):
        assert words in said


def test_a_paper_is_drawn_from_the_topics_and_levels_of_the_plan(bank: Bank, tmp_path: Path) -> None:
    from attempts.domain.papers import sealed_paper

    round = load_plan(plan_with(tmp_path, QUOTAS), by=None, shift_to_now=True).rounds.get()
    sealed = sealed_paper(seal_round(round, by=make_staff()).pk)
    for number in range(1, 6):
        drawn = [sealed.pool.questions[index] for index in sealed.draw(1, number)[1].questions]
        assert len({one.id for one in drawn}) == 30
        assert sum(one.topic == "Chủ đề 1" for one in drawn) == 13
        assert sum(one.topic == "Đề án 06 › Định danh" and one.difficulty == "medium" for one in drawn) == 7
        assert [sum(one.topic != "Chủ đề 1" and one.difficulty == level for one in drawn) for level in
                ("easy", "hard")] == [4, 6]  # fmt: skip


def test_a_draft_with_lines_that_overlap_is_kept_and_told(bank: Bank) -> None:
    round = make_round(bank=bank, sealed=False)
    topic = bank.topics.get(name="Chủ đề 1")
    Quota.objects.create(round=round, topic=topic, questions=20)
    Quota.objects.create(round=round, topic=topic, difficulty="easy", questions=10)
    assert saved_plan(round.contest).rounds[0]["quotas"] == {"Chủ đề 1": {"": 20, "easy": 10}}
    said = [one for one in problems(round.contest) if "trùng phạm vi" in one]
    assert said == [
        "Vòng thi: “Chủ đề 1” và “Chủ đề 1, mức độ Nhận biết” trùng phạm vi:"
        " một câu hỏi có thể thuộc cả hai. Mỗi câu hỏi chỉ được thuộc một dòng."
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([("", 20)], "Số câu theo chủ đề cộng lại là 20, khác số câu hỏi của đề là 30."),
        ([("", 20), ("easy", 10)], "“Chủ đề 1” và “Chủ đề 1, mức độ Nhận biết” trùng phạm vi"),
        ([("very_hard", 30)], "Chủ đề “Chủ đề 1” cần 30 câu mức độ Vận dụng cao, mới có 0 câu đã duyệt."),
    ],
)
def test_a_blueprint_that_cannot_be_drawn_is_not_sealed(
    bank: Bank, lines: list[tuple[str, int]], reason: str
) -> None:
    round = make_round(bank=bank, sealed=False)
    topic = bank.topics.get(name="Chủ đề 1")
    for level, questions in lines:
        Quota.objects.create(round=round, topic=topic, difficulty=level, questions=questions)
    with pytest.raises(Refused) as refused:
        seal_round(round, by=make_staff())
    assert any(one.startswith(reason) for one in refused.value.reasons), refused.value.reasons
