"""A contest with questions of every kind and marks in parts, from the paper to the public check."""

from __future__ import annotations

import gzip
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from attempts.reports import unit_rows
from attempts.rules.permutation import permutation
from contest_site.lib.errors import Invalid
from contests.domain.rounds import close_round, seal_round
from contests.enums import Marking, RankKey, ResultShown
from contests.models import Round
from prizes.domain.publishing import write_list
from prizes.domain.settling import settle
from prizes.models import PublishedList, StandingsRow, StandingsRun
from prizes.scope import Scope
from questions.models import Appraisal, Bank, Question, Revision, Submission, Topic
from tests.oracles.marks import mark_of
from tests.prizes.support import Office, office, publish
from tests.support.factories import make_contest, make_entry, make_round, make_staff, make_table, make_user

pytestmark = pytest.mark.django_db
SCRIPT = Path(site.BASE_DIR) / "docs" / "verify.py"
# kind, options, keys: every kind, several with each number of keys that there may be
QUESTIONS = [
    ("single", 4, [2]),
    ("true_false", 2, [0]),
    ("multiple", 4, [0, 3]),
    ("multiple", 5, [1, 2, 4]),
    ("multiple", 7, [0, 1, 2, 3, 4, 6]),
    ("multiple", 3, [1]),
    ("single", 5, [0]),
    ("true_false", 2, [1]),
    ("multiple", 6, [0, 2, 3, 5]),
    ("multiple", 7, [1, 2, 3, 4, 6]),
]
CORRECTIONS: dict[int, set[int] | None] = {2: {0, 1, 3}, 0: {1, 2}, 3: None}


def mixed_bank() -> Bank:
    """An approved bank of QUESTIONS, in this order."""
    bank = Bank.objects.create(name="Ngân hàng nhiều dạng câu")
    topic = Topic.objects.create(bank=bank, name="Chung", position=0)
    writer, appraiser = make_user(), make_user()
    for number, (kind, width, keys) in enumerate(QUESTIONS, 1):
        options = ["Đúng", "Sai"] if kind == "true_false" else [f"Ý {number}.{at}" for at in range(width)]
        revision = Revision.objects.create(
            question=Question.objects.create(bank=bank, number=number),
            number=1,
            kind=kind,
            topic=topic,
            text=f"Câu hỏi số {number}?",
            fingerprint=f"cau hoi so {number}",
            options=options,
            keys=keys,
            writer=writer,
        )
        Submission.objects.create(revision=revision, by=writer)
        Appraisal.objects.create(revision=revision, verdict="approved", writer=writer, appraiser=appraiser)
    return bank


def sealed(marking: Marking, *, questions: int = 8) -> Round:
    contest = make_contest(marking=marking)
    round = make_round(
        contest,
        bank=mixed_bank(),
        sealed=False,
        questions=questions,
        attempts_allowed=2,
        rank_order=[RankKey.SCORE, RankKey.DURATION, RankKey.SUBMITTED],
        result_shown=ResultShown.AFTER_CLOSE,
    )
    seal_round(round, by=make_staff())
    return Round.objects.select_related("seal", "contest").get(pk=round.pk)


def oracle(attempt: Attempt, corrections: dict[int, set[int] | None], *, partial: bool) -> Fraction:
    return mark_of(
        attempt.paper,
        attempt.orders,
        attempt.answers,
        [width for _kind, width, _keys in QUESTIONS],
        [set(keys) for _kind, _width, keys in QUESTIONS],
        {at for at, one in enumerate(QUESTIONS) if one[0] == "multiple"},
        corrections,
        partial=partial,
    )


def play(round: Round, people: int, seed: int) -> None:
    """So many people who answer something: what ranges from nothing to everything that there is to tick."""
    chance = random.Random(seed)
    for _index in range(people):
        entry = make_entry(round.contest)
        attempt = start_attempt(entry, round)
        taps = {
            at: chance.randint(0, limit)
            for at, limit in enumerate(attempt.limits, 1)
            if chance.random() < 0.9
        }
        submit_attempt(attempt.pk, entry.user_id, taps, prediction=Decimal(7))


def tick(attempt: Attempt, question: int, options: set[int]) -> None:
    """Submit a paper in which these options of one question of the pool are ticked, and nothing else."""
    place = attempt.paper.index(question)
    shown = permutation(attempt.orders[place], QUESTIONS[question][1])
    answer = sum(1 << shown.index(option) for option in options)
    submit_attempt(attempt.pk, attempt.entry.user_id, {place + 1: answer})


def correct_keys(round: Round, people: Office) -> None:
    for question, accepted in CORRECTIONS.items():
        made = propose_correction(
            round,
            question=question,
            accepted=accepted or (),
            void=accepted is None,
            grounds="Luật mới",
            by=people.preparer,
        )
        decide_correction(made, approve=True, by=people.approver)


def finished(marking: Marking) -> tuple[Round, StandingsRun]:
    people = office()
    round = sealed(marking)
    make_table(round.contest, [("Giải Nhất", 1, 500_000)], round=round)
    play(round, 40, seed=4)
    close_round(round, by=people.preparer, reason="Xong")
    correct_keys(round, people)
    settle(Scope.of_round(round))
    return round, publish(round, people)


def lines_of(run: StandingsRun) -> list[str]:
    assert write_list(run.pk)
    path = site.MEDIA_ROOT / PublishedList.objects.get(run=run).name
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def verify(lines: list[str], folder: Path, *arguments: str) -> tuple[int, str]:
    path = folder / "danh-sach.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize("marking", list(Marking))
def test_a_contest_of_every_kind_is_marked_ranked_and_published_as_by_hand(
    marking: Marking, tmp_path: Path
) -> None:
    round, run = finished(marking)
    parts, partial = marking.parts, marking is Marking.PARTS
    assert (round.seal.parts, run.parts) == (parts, parts)
    attempts = list(Attempt.objects.filter(round=round))
    assert {attempt.pk: Fraction(attempt.correct or 0, parts) for attempt in attempts} == {
        attempt.pk: oracle(attempt, {}, partial=partial) for attempt in attempts
    }
    now = {attempt.entry_id: oracle(attempt, CORRECTIONS, partial=partial) for attempt in attempts}
    rows = list(StandingsRow.objects.filter(run=run))
    assert {row.entry_id: Fraction(row.correct, parts) for row in rows} == now
    assert any(value.denominator > 1 for value in now.values()) == partial
    expected = sorted(
        attempts, key=lambda one: (-now[one.entry_id], one.duration_ms or 0, one.submitted_at, one.entry_id)
    )
    assert [row.entry_id for row in sorted(rows, key=lambda row: (row.rank, row.entry_id))] == [
        one.entry_id for one in expected
    ]
    assert run.all_right == sum(value == 8 for value in now.values())
    status, said = verify(
        lines_of(run), tmp_path, "--digest", run.digest, "--commitment", round.seal.commitment,
        "--receipt", str(attempts[0].receipt),
    )  # fmt: skip
    assert status == 0, said


def tampered(lines: list[str], change: Callable[[list[str]], None]) -> list[str]:
    """The list with fields of one attempt changed: 2 own mark, 3 mark in force, 14 answers."""
    found = list(lines)
    at = next(at for at, line in enumerate(found) if line.startswith("ATTEMPT "))
    fields = found[at].split("|")
    change(fields)
    found[at] = "|".join(fields)
    return found


def _put(place: int, value: str) -> Callable[[list[str]], None]:
    def change(fields: list[str]) -> None:
        fields[place] = value

    return change


def test_impossible_marks_answers_and_divisions_are_found(tmp_path: Path) -> None:
    _round, run = finished(Marking.PARTS)
    lines = lines_of(run)
    facts = next(json.loads(line[6:]) for line in lines if line.startswith("ROUND "))
    assert facts["parts"] == 60
    assert facts["multiple"] == [at for at, one in enumerate(QUESTIONS) if one[0] == "multiple"]
    for mark in ("481", "1", "-60", "479"):
        assert "điểm không thể có" in verify(tampered(lines, _put(2, mark)), tmp_path)[1]
        assert "điểm không thể có" in verify(tampered(lines, _put(3, mark)), tmp_path)[1]
    paper = next(line for line in lines if line.startswith("ATTEMPT ")).split("|")[12].split(",")
    beyond = [str(2 ** QUESTIONS[int(q)][1] if QUESTIONS[int(q)][0] == "multiple" else 9) for q in paper]
    assert "câu trả lời không có trong đề" in verify(tampered(lines, _put(14, ",".join(beyond))), tmp_path)[1]
    whole = [line.replace('"parts":60', '"parts":1') if line.startswith("ROUND ") else line for line in lines]
    status, said = verify(whole, tmp_path)
    assert status == 1
    assert "cách chia điểm khác" in said


def test_parts_are_shown_in_questions_wherever_a_mark_is() -> None:
    people = office()
    round = sealed(Marking.PARTS, questions=len(QUESTIONS))
    make_table(round.contest, [("Giải Nhất", 1, 500_000)], round=round)
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round)
    tick(attempt, 3, {1})
    close_round(round, by=people.preparer, reason="Xong")
    settle(Scope.of_round(round))
    run = publish(round, people)
    contestant, organiser = Client(), Client()
    contestant.force_login(entry.user)
    organiser.force_login(make_staff())
    assert "<b>0,33/10</b>" in contestant.get(reverse("result", args=[attempt.pk])).content.decode()
    scope = reverse("admin:prizes_scope", args=[round])
    for page in (scope, f"{scope}bang/{run.version}/", reverse("admin:attempts_attempt_changelist")):
        assert "0,33" in organiser.get(page).content.decode(), page
    whole = unit_rows(round.contest, entry.unit, with_scores=True)[0]
    assert (whole.best, whole.mean, whole.all_right) == (Decimal("0.33"), Decimal("0.33"), 0)
    board = reverse("prizes:results", args=[round.contest.slug])
    assert ">0,33<" in contestant.get(board).content.decode()


def test_of_several_keys_a_correction_is_one_combination() -> None:
    round = sealed(Marking.WHOLE)
    with pytest.raises(Invalid, match="không khác"):
        propose_correction(round, question=2, accepted={3, 0}, grounds="Luật mới", by=make_staff())
    with pytest.raises(Invalid, match="mọi phương án"):
        propose_correction(round, question=2, accepted={0, 1, 2, 3}, grounds="Luật mới", by=make_staff())
    made = propose_correction(round, question=2, accepted={2, 0}, grounds="Luật mới", by=make_staff())
    assert made.accepted == [0, 2]


def test_the_page_of_a_correction_tells_options_and_combinations() -> None:
    round = sealed(Marking.PARTS, questions=len(QUESTIONS))
    for ticked in ({0, 3}, {0, 3}, {0, 1}):
        entry = make_entry(round.contest)
        tick(start_attempt(entry, round), 4, ticked)
    organiser = Client()
    organiser.force_login(make_staff())
    page = organiser.get(reverse("admin:attempts_corrected_question", args=[round.pk, 5])).content.decode()
    assert "Đáp án gồm đúng các phương án được đánh dấu" in page
    assert "Nhiều đáp án" in page
    cells = [cell.strip() for cell in re.findall(r"<td[^>]*>\s*([^<]*?)\s*<", page)]
    assert cells[cells.index("A, D") + 1] == "2"
    assert cells[cells.index("A, B") + 1] == "1"
