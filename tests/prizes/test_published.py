"""The public list of a run, and the stand-alone script with which anyone checks it."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import transaction
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contests.domain.consenting import withdraw_consent
from contests.domain.rounds import close_round, seal_round
from contests.enums import Combine, CountingAttempt, PredictionScope, PredictionTarget, RankKey
from contests.models import Contest, Entry, Quota, Round, RoundClosing
from prizes.domain import publishing
from prizes.domain.publishing import status_of, unlisted_runs, withheld_until, write_list
from prizes.domain.settling import settle
from prizes.models import PublishedList, StandingsRun
from prizes.scope import Scope
from prizes.tasks import resume_published_lists, write_published_list
from tests.prizes.papers import fill, row, sit
from tests.prizes.support import Office, office, publish
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_table,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
SCRIPT = Path(site.BASE_DIR) / "docs" / "verify.py"
RIGHT, WRONG = 0, 1


# --- A real run -------------------------------------------------------------------------------------------
def real_round(**fields: Any) -> Round:
    """A round that opened an hour ago, with quotas, sealed."""
    bank = make_bank(24)
    round = make_round(
        make_contest(),
        bank=bank,
        sealed=False,
        questions=6,
        attempts_allowed=3,
        time_limit_minutes=20,
        **fields,
    )
    for topic, questions in zip(bank.topics.order_by("position"), (4, 2), strict=True):
        Quota.objects.create(round=round, topic=topic, questions=questions)
    seal_round(round, by=make_staff())
    return round


def sit_and_fill(round: Round, people: Office) -> list[Entry]:
    """Two dozen people through the verbs, forty as rows; some who do not count; one wrong key found later."""
    entries = [make_entry(round.contest) for _index in range(24)]
    for at, entry in enumerate(entries):
        sit(entry, round, right=6 if at % 3 else at % 6, prediction=at if at % 4 else None)
    for entry in entries[:8]:
        sit(entry, round, right=5, prediction=7)
    fill(round, 40)
    excluded, thrown_out, forgiven, trial = entries[20:24]
    exclude(round.contest, user=excluded.user)
    disqualify(thrown_out, round=round, grounds="Thi hộ", by=people.preparer)
    taken_back = disqualify(forgiven, round=None, grounds="Nhầm người", by=people.preparer)
    reinstate(taken_back, grounds="Xác minh lại", by=people.approver)
    Entry.objects.filter(pk=trial.pk).update(unofficial=True)
    close_round(round, by=people.preparer, reason="Tổng kết sớm")
    # Papers are drawn anew in every run: one that somebody who counts has certainly got wrong.
    missed = Attempt.objects.get(entry=entries[0], number=1).paper[0]
    wrong = propose_correction(round, question=missed, void=True, grounds="Luật mới", by=people.preparer)
    decide_correction(wrong, approve=True, by=people.approver)
    settle(Scope.of_round(round))
    return entries


@dataclass
class Published:
    """A published run, its list as lines, and what somebody wrote down before anything could be changed."""

    lines: list[str]
    digest: str
    commitments: list[str]
    receipts: list[str]
    copy: list[str] = field(default_factory=list)


def lines_of(run: StandingsRun) -> list[str]:
    assert write_list(run.pk)
    path = site.MEDIA_ROOT / PublishedList.objects.get(run=run).name
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def published(run: StandingsRun) -> Published:
    rounds = Scope.of_run(run).rounds()
    attempts = Attempt.objects.filter(round__in=rounds, submitted_at__isnull=False).order_by(
        "entry", "number"
    )
    return Published(
        lines=lines_of(run),
        digest=run.digest,
        commitments=[one.seal.commitment for one in rounds],
        receipts=[str(attempt.receipt) for attempt in attempts],
    )


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    """One real run for all tests that change its list; its rows are gone again."""
    before = site.MEDIA_ROOT
    site.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        people = office()
        round = real_round()
        sit_and_fill(round, people)
        found = published(publish(round, people))
        transaction.set_rollback(True)
    site.MEDIA_ROOT = before
    return found


def verify(lines: list[str], folder: Path, *arguments: str, zipped: bool = False) -> tuple[int, str]:
    """Run the script as a stranger would: alone, in isolated mode, in a folder of its own."""
    text = "".join(f"{line}\n" for line in lines).encode()
    path = folder / "danh-sach.txt"
    path.write_bytes(gzip.compress(text) if zipped else text)
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


def given(one: Published) -> list[str]:
    """All that somebody may hold against the list."""
    receipts = [part for code in one.receipts[:3] for part in ("--receipt", code)]
    commitments = [part for code in one.commitments for part in ("--commitment", code)]
    return ["--digest", one.digest, *commitments, *receipts]


# --- It bears the run out ---------------------------------------------------------------------------------
@pytest.mark.parametrize("zipped", [False, True])
def test_a_real_run_is_borne_out(kept: Published, tmp_path: Path, zipped: bool) -> None:
    code, said = verify(kept.lines, tmp_path, *given(kept), zipped=zipped)
    assert code == RIGHT, said
    assert "MỌI ĐIỀU ĐÃ KIỂM ĐỀU ĐÚNG" in said
    assert f"Mã băm bảng xếp hạng: {kept.digest}" in said
    assert kept.receipts[0] in said
    assert "Lưu ý" not in said


def test_it_says_in_english_what_was_not_compared(kept: Published, tmp_path: Path) -> None:
    code, said = verify(kept.lines, tmp_path, "--english")
    assert code == RIGHT, said
    assert "RESULT: ALL THAT WAS CHECKED IS RIGHT" in said
    assert "only --digest, --commitment and --receipt tell" in said


def test_every_kind_of_attempt_is_in_the_list(kept: Published) -> None:
    attempts = [line.split("|") for line in kept.lines if line.startswith("ATTEMPT ")]
    assert {fields[1] for fields in attempts} == {"counted", "excluded", "unofficial", "disqualified"}
    assert any(fields[3] for fields in attempts), "some were regraded"
    assert len(attempts) == len(kept.receipts)


def test_the_script_runs_on_an_old_python() -> None:
    compile(SCRIPT.read_text(), str(SCRIPT), "exec")
    import ast

    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


# --- A tamperer who mends everything in the file that can be mended -----------------------------------------
class Forged:
    """A list that somebody changes; `mended` sets right again whatever follows from the lines alone."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = list(lines)

    def indexes(self, tag: str) -> list[int]:
        return [at for at, line in enumerate(self.lines) if line.startswith(f"{tag} ")]

    def counted(self) -> int:
        """The line of an attempt that counts, of somebody with one attempt, that predicts something."""
        entries = [self.lines[at].split("|")[7] for at in self.indexes("ATTEMPT")]
        for at in self.indexes("ATTEMPT"):
            fields = self.lines[at].split("|")
            if "|counted|" in self.lines[at] and entries.count(fields[7]) == 1 and fields[15]:
                return at
        raise AssertionError("no such attempt")

    def change(self, at: int, change: Callable[[list[str]], None]) -> None:
        """Change the fields of a line (0 receipt, 1 status, 2 mark, 5 … the canonical line)."""
        fields = self.lines[at].split("|")
        change(fields)
        self.lines[at] = "|".join(fields)

    def json(self, tag: str, change: Callable[[dict[str, Any]], None], at: int | None = None) -> None:
        at = self.indexes(tag)[0] if at is None else at
        content = json.loads(self.lines[at].partition(" ")[2])
        change(content)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self.lines[at] = f"{tag} {text}"

    def row_of(self, entry: str) -> int:
        return next(at for at in self.indexes("STANDINGS")[1:] if self.lines[at].split("|")[1] == entry)

    def mended(self) -> list[str]:
        """Receipts, the attempts' number, the standings' digest: all that takes no luck."""
        for at in self.indexes("ATTEMPT"):
            _receipt, *fields = self.lines[at].split("|")
            line = "|".join(fields[4:])
            self.lines[at] = "ATTEMPT " + "|".join([receipt(line), *fields])
        total = len(self.indexes("ATTEMPT"))
        self.json("END", lambda content: content.update(attempts=total))
        text = "".join(f"{self.lines[at].partition(' ')[2]}\n" for at in self.indexes("STANDINGS"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.json("RUN", lambda content: content.update(digest=digest))
        return self.lines


def receipt(line: str) -> str:
    """As a tamperer would compute it."""
    number = int(hashlib.sha256(line.encode()).hexdigest()[:20], 16)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    code = ""
    for _place in range(16):
        number, digit = divmod(number, 32)
        code = alphabet[digit] + code
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def later(text: str) -> str:
    """A moment one second later."""
    seconds = int(text[17:19])
    return f"{text[:17]}{(seconds + 1) % 60:02d}{text[19:]}" if seconds < 59 else text[:17] + "00" + text[19:]


def _time(forged: Forged) -> str:
    """The time taken becomes a second shorter, in the attempt and in the standings."""
    at = forged.counted()
    entry = forged.lines[at].split("|")[7]

    def faster(fields: list[str]) -> None:
        fields[9] = later(fields[9])
        fields[11] = str(int(fields[11]) - 1000)

    def ranked(fields: list[str]) -> None:
        fields[4] = str(int(fields[4]) - 1000)

    forged.change(at, faster)
    forged.change(forged.row_of(entry), ranked)
    return at_receipt(forged, at)


def _prediction(forged: Forged) -> str:
    at = forged.counted()
    fields = forged.lines[at].split("|")
    truth = json.loads(forged.lines[forged.indexes("STANDINGS")[0]].partition(" ")[2])
    value = truth["rounds"][0]["targets"][0]["value"]
    assert fields[15] != value

    def predicted(fields: list[str]) -> None:
        fields[15] = value

    def ranked(row: list[str]) -> None:
        row[6], row[7] = value, "0.00000"

    forged.change(at, predicted)
    forged.change(forged.row_of(fields[7]), ranked)
    return at_receipt(forged, at)


def _removed(forged: Forged) -> str:
    """Somebody who counts vanishes, from the counts too."""
    at = forged.counted()
    fields = forged.lines[at].split("|")
    whole = int(fields[3] or fields[2]) == len(fields[12].split(","))
    row = forged.row_of(fields[7])

    def fewer(content: dict[str, Any]) -> None:
        for counts in (content, content["rounds"][0], *content["rounds"][0]["targets"]):
            counts["participants"] -= 1
            counts["attempts"] -= 1
            counts["all_right"] -= whole

    forged.json("STANDINGS", fewer)
    for gone in sorted((at, row), reverse=True):
        del forged.lines[gone]
    return fields[0].removeprefix("ATTEMPT ")


def _paper(forged: Forged) -> str:
    """Two people swap their papers: both are papers of this round."""
    first, second = forged.indexes("ATTEMPT")[2:4]
    one, other = (forged.lines[at].split("|") for at in (first, second))
    for at, own, others in ((first, one, other), (second, other, one)):
        forged.change(at, lambda fields, others=others: fields.__setitem__(slice(12, 14), others[12:14]))  # type: ignore[misc]
        assert own[12:14] != others[12:14]
    return one[0].removeprefix("ATTEMPT ")


def _answer(forged: Forged) -> str:
    at = forged.counted()

    def answered(fields: list[str]) -> None:
        answers = fields[14].split(",")
        answers[0] = "2" if answers[0] != "2" else "3"
        fields[14] = ",".join(answers)

    forged.change(at, answered)
    return at_receipt(forged, at)


def at_receipt(forged: Forged, at: int) -> str:
    """The receipt that the person of this line holds: the one printed before the list was mended."""
    return forged.lines[at].split("|")[0].removeprefix("ATTEMPT ")


CHANGES = {"time": _time, "prediction": _prediction, "removed": _removed, "paper": _paper, "answer": _answer}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_line_is_noticed_by_anyone(kept: Published, tmp_path: Path, name: str) -> None:
    forged = Forged(kept.lines)
    CHANGES[name](forged)
    code, said = verify(forged.lines, tmp_path)
    assert code == WRONG, said
    assert "SAI: " in said


@pytest.mark.parametrize("name", CHANGES)
def test_the_holder_of_the_receipt_notices_whatever_is_mended(
    kept: Published, tmp_path: Path, name: str
) -> None:
    forged = Forged(kept.lines)
    held = CHANGES[name](forged)
    code, said = verify(forged.mended(), tmp_path, "--receipt", held)
    assert code == WRONG, said
    assert f"không có mã biên nhận {held}" in said


@pytest.mark.parametrize("name", ["time", "prediction", "removed"])
def test_who_knows_the_digest_notices_whatever_is_mended(kept: Published, tmp_path: Path, name: str) -> None:
    forged = Forged(kept.lines)
    CHANGES[name](forged)
    code, said = verify(forged.mended(), tmp_path, "--digest", kept.digest)
    assert code == WRONG
    assert "mã băm khác mã đã công bố" in said


def _change(change: dict[str, Any], content: dict[str, Any]) -> None:
    content.update(change)


def test_another_contests_or_rounds_label_is_noticed(kept: Published, tmp_path: Path) -> None:
    changes: list[dict[str, Any]] = [{"contest": "cuoc-thi-khac"}, {"round": 7}, {"round": None}]
    for change in changes:
        forged = Forged(kept.lines)
        forged.json("RUN", partial(_change, change))
        code, said = verify(forged.lines, tmp_path, *given(kept))
        assert code != 0
        assert "của cuộc thi hoặc vòng thi khác" in said


def test_a_person_left_out_by_reading_a_round_twice_is_noticed(kept: Published, tmp_path: Path) -> None:
    """The papers of the last of the ranking stand between two heads of the round, and so count nowhere."""
    forged = Forged(kept.lines)
    at = forged.indexes("STANDINGS")[-1]
    entry = forged.lines.pop(at).split("|")[1]
    own = [forged.lines[at] for at in forged.indexes("ATTEMPT") if forged.lines[at].split("|")[7] == entry]

    def fewer(content: dict[str, Any]) -> None:
        first = content["rounds"][0]
        for counts in (content, first, *first["targets"]):
            counts["participants"] -= 1
            counts["attempts"] -= len(own)

    forged.json("STANDINGS", fewer)
    forged.lines = [line for line in forged.lines if line not in own]
    head = forged.indexes("ROUND")[0]
    forged.lines[head:head] = [forged.lines[head], *own]
    code, said = verify(forged.mended(), tmp_path)
    assert code != 0
    assert "xuất hiện hai lần" in said


@pytest.mark.parametrize("targets", [[], [{}, {}]])
def test_true_answers_that_are_missing_or_too_many_are_noticed(
    kept: Published, tmp_path: Path, targets: list[Any]
) -> None:
    forged = Forged(kept.lines)

    def change(content: dict[str, Any]) -> None:
        (one,) = content["rounds"][0]["targets"]
        content["rounds"][0]["targets"] = [one] * len(targets)

    forged.json("STANDINGS", change)
    code, said = verify(forged.mended(), tmp_path)
    assert code != 0
    assert "thiếu hoặc thừa đáp số" in said


def test_a_swapped_paper_is_noticed_by_anyone_whatever_is_mended(kept: Published, tmp_path: Path) -> None:
    forged = Forged(kept.lines)
    _paper(forged)
    code, said = verify(forged.mended(), tmp_path)
    assert code == WRONG
    assert said.count("đề không được chọn theo quy tắc") == 2


def test_another_secret_draws_other_papers_and_is_not_the_one_committed_to(
    kept: Published, tmp_path: Path
) -> None:
    forged = Forged(kept.lines)
    forged.json("ROUND", lambda facts: facts.update(secret="ab" * 32))
    code, said = verify(forged.lines, tmp_path)
    assert code == WRONG
    assert "số bí mật không khớp mã cam kết" in said
    assert "đề không được chọn theo quy tắc" in said
    forged.json("ROUND", lambda facts: facts.update(commitment=hashlib.sha256(b"\xab" * 32).hexdigest()))
    code, said = verify(forged.mended(), tmp_path, "--commitment", kept.commitments[0])
    assert code == WRONG
    assert "mã cam kết khác mã đã công bố trước khi thi" in said


def test_a_changed_status_is_noticed_whatever_is_mended(kept: Published, tmp_path: Path) -> None:
    forged = Forged(kept.lines)
    forged.change(forged.counted(), lambda fields: fields.__setitem__(1, "disqualified"))
    code, said = verify(forged.mended(), tmp_path)
    assert code == WRONG
    assert "đếm được" in said
    assert "không được xếp hạng, hoặc xếp hai lần" in said


def test_a_changed_rank_is_noticed_whatever_is_mended(kept: Published, tmp_path: Path) -> None:
    forged = Forged(kept.lines)
    last = forged.indexes("STANDINGS")[-1]
    forged.change(last, lambda fields: fields.__setitem__(0, "STANDINGS 1"))
    code, said = verify(forged.mended(), tmp_path)
    assert code == WRONG
    assert "phải có hạng" in said


def test_two_places_exchanged_are_noticed_whatever_is_mended(kept: Published, tmp_path: Path) -> None:
    forged = Forged(kept.lines)
    first, last = forged.indexes("STANDINGS")[1], forged.indexes("STANDINGS")[-1]
    one, other = forged.lines[first].split("|"), forged.lines[last].split("|")
    one[0], other[0] = other[0], one[0]
    forged.lines[first], forged.lines[last] = "|".join(other), "|".join(one)
    code, said = verify(forged.mended(), tmp_path)
    assert code == WRONG
    assert "đứng sai chỗ" in said


def test_a_second_attempt_left_out_is_noticed_whatever_is_mended(kept: Published, tmp_path: Path) -> None:
    """Only the first of somebody's two: what remains is not numbered through."""
    forged = Forged(kept.lines)
    lines = forged.indexes("ATTEMPT")
    second = next(at for at in lines if forged.lines[at].split("|")[8] == "2")
    del forged.lines[second - 1]
    code, said = verify(forged.mended(), tmp_path)
    assert code == WRONG
    assert "có bài bị bỏ ra hoặc đổi chỗ" in said


@pytest.mark.parametrize(
    ("mar", "fault"),
    [
        (lambda lines: lines[:-1], "bị cắt cụt"),
        (lambda lines: lines[: len(lines) // 2], "bị cắt cụt"),
        (lambda lines: ["LIST 9", *lines[1:]], "không phải dòng của danh sách này"),
        (lambda lines: [*lines, lines[-2]], "không phải dòng của danh sách này"),
        (lambda lines: ["xin chào"], "danh sách thiếu bảng xếp hạng hoặc vòng thi"),
        (lambda lines: [], "danh sách thiếu bảng xếp hạng hoặc vòng thi"),
        (lambda lines: [*lines[:-2], lines[-2][:-9] + "x", lines[-1]], "không đọc được"),
    ],
)
def test_what_is_no_whole_list_is_said_so(
    kept: Published, tmp_path: Path, mar: Callable[[list[str]], list[str]], fault: str
) -> None:
    code, said = verify(mar(kept.lines), tmp_path)
    assert code == WRONG
    assert fault in said


def test_a_damaged_file_is_said_so(kept: Published, tmp_path: Path) -> None:
    path = tmp_path / "danh-sach.txt.gz"
    path.write_bytes(gzip.compress("\n".join(kept.lines).encode())[:-20])
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == WRONG
    assert "tệp bị hỏng" in done.stdout
    assert not done.stderr


def test_an_unknown_receipt_is_said_so(kept: Published, tmp_path: Path) -> None:
    code, said = verify(kept.lines, tmp_path, "--receipt", "7k2mq9xdo4rtwz8n")
    assert code == WRONG
    assert "không có mã biên nhận 7K2M-Q9XD-04RT-WZ8N" in said


# --- Every plan -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [
        {"counting_attempt": CountingAttempt.FIRST, "prediction_target": PredictionTarget.PARTICIPANTS},
        {"counting_attempt": CountingAttempt.LAST, "prediction_target": PredictionTarget.ATTEMPTS},
        {"prediction_target": PredictionTarget.ALL_RIGHT_PERCENT, "only_all_right": True},
        {"prediction_target": PredictionTarget.NONE, "rank_order": [RankKey.SUBMITTED]},
    ],
)
def test_every_rule_of_a_round_is_borne_out(fields: dict[str, Any], tmp_path: Path) -> None:
    round = real_round(**fields)
    fill(round, 30, seed=7)
    close_round(round, by=make_staff(), reason="Xong")
    code, said = verify(lines_of(publish(round)), tmp_path)
    assert code == RIGHT, said


def test_a_prediction_counted_in_blocks_is_borne_out(tmp_path: Path) -> None:
    round = real_round(prediction_scope=PredictionScope.BLOCK)
    town, village, outside = (make_unit(parent=round.contest.area) for _index in range(3))
    make_block(round.contest, [town])
    make_block(round.contest, [village])
    fill(round, 40, units=[town, village, outside])
    close_round(round, by=make_staff(), reason="Xong")
    lines = lines_of(publish(round))
    blocks = {line.split("|")[4] for line in lines if line.startswith("ATTEMPT ")}
    assert blocks == {"", *(str(block.pk) for block in round.contest.blocks.all())}
    code, said = verify(lines, tmp_path)
    assert code == RIGHT, said


def two_rounds(**fields: Any) -> Contest:
    """A contest of two sealed rounds, one after the other, both over, with people who took one or both."""
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9), **fields)
    bank = make_bank(20)
    for at in (1, 2):
        round = make_round(
            contest,
            bank=bank,
            name=f"Tuần {at}",
            questions=5,
            attempts_allowed=3,
            opens_at=now + timedelta(days=at),
            closes_at=now + timedelta(days=at + 1),
            prediction_scope=PredictionScope.CONTEST,
            rank_order=[RankKey.SCORE, RankKey.PREDICTION, RankKey.DURATION],
        )
        # Sealed while it was to come; now it is over.
        round.opens_at, round.closes_at = (
            now - timedelta(hours=3 - at),
            now - timedelta(hours=2 - at, minutes=1),
        )
        round.save()
        regulars = list(Entry.objects.filter(contest=contest).order_by("pk")[::2])
        fill(round, 25, seed=at)
        Attempt.objects.bulk_create(
            row(one, round, right=4, started_at=round.opens_at + timedelta(minutes=3), duration_ms=45_000)
            for one in regulars
        )
        RoundClosing.objects.create(round=round)
    return contest


@pytest.mark.parametrize("combine", [Combine.SUM, Combine.BEST, Combine.NONE])
def test_a_whole_contest_is_borne_out_by_one_list(combine: Combine, tmp_path: Path) -> None:
    contest = two_rounds(
        overall_combine=combine,
        overall_rank_order=[RankKey.SCORE, RankKey.PREDICTION, RankKey.DURATION, RankKey.SUBMITTED],
    )
    assert contest.area is not None
    make_block(contest, [contest.area])
    make_table(contest, audience="unit", unit_order=["attempts"], name="Giải tập thể")
    run = publish(Scope.of_contest(contest))
    lines = lines_of(run)
    code, said = verify(lines, tmp_path, "--digest", run.digest)
    assert code == RIGHT, said
    assert [line for line in lines if line.startswith("STANDINGS unit|")]
    assert len([line for line in lines if line.startswith("ROUND ")]) == 2
    if combine != Combine.NONE:
        forged = Forged(lines)
        third = forged.indexes("STANDINGS")[3]
        forged.change(third, lambda fields: fields.__setitem__(3, str(int(fields[3]) + 1)))
        code, said = verify(forged.mended(), tmp_path)
        assert code == WRONG
        assert "không đúng với bài đã nộp" in said


# --- Nothing about who anybody is, whole or not there, once ------------------------------------------------
def test_the_list_says_nothing_of_who_anybody_is_and_no_key() -> None:
    round = real_round()
    people = office()
    entries = sit_and_fill(round, people)
    text = "\n".join(lines_of(publish(round, people)))
    for entry in entries:
        assert entry.phone
        for private in (entry.full_name, entry.phone, entry.phone[-9:], entry.user.full_name):
            assert private not in text
    assert round.contest.area is not None
    assert round.contest.area.name not in text
    for secret in ("Đúng", "Sai", "Câu hỏi số", "Giải thích", "explanation", '"key"'):
        assert secret not in text


def test_it_is_written_once_and_found_again_when_it_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = real_round()
    fill(round, 3)
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)
    assert list(unlisted_runs()) == [run]
    sent: list[int] = []
    monkeypatch.setattr(write_published_list, "delay", sent.append)
    resume_published_lists()
    assert sent == [run.pk]
    write_published_list(run.pk)
    write_published_list(run.pk)
    kept = PublishedList.objects.get(run=run)
    content = (settings.MEDIA_ROOT / kept.name).read_bytes()
    assert kept.digest == hashlib.sha256(content).hexdigest()
    assert kept.attempts == Attempt.objects.filter(round=round).count()
    assert kept.name == f"lists/{round.contest.slug}/{round.contest.slug}-vong-1-phien-ban-1.txt.gz"
    assert [path.name for path in (settings.MEDIA_ROOT / kept.name).parent.iterdir()] == [
        Path(kept.name).name
    ]
    assert not unlisted_runs()


def test_the_same_run_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    round = real_round()
    fill(round, 5)
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)
    digests = []
    for name in ("one", "two"):
        settings.MEDIA_ROOT = tmp_path / name
        with transaction.atomic():
            assert write_list(run.pk)
            digests.append(PublishedList.objects.get(run=run).digest)
            transaction.set_rollback(True)
    assert digests[0] == digests[1]


def test_a_list_that_cannot_be_written_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = real_round()
    fill(round, 3)
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prizes.domain.publishing.os.fsync", full)
    with pytest.raises(OSError, match="No space"), transaction.atomic():
        write_list(run.pk)
    assert not list((settings.MEDIA_ROOT / "lists").rglob("*.*"))
    assert list(unlisted_runs()) == [run]


def test_what_happens_after_the_ranking_does_not_reach_its_list(tmp_path: Path) -> None:
    """A disqualification and a regrade after the publication belong to the next version."""
    round = real_round()
    people = office()
    fill(round, 12)
    entry = Entry.objects.filter(contest=round.contest).first()
    assert entry is not None
    close_round(round, by=people.preparer, reason="Xong")
    run = publish(round, people)
    disqualify(entry, round=round, grounds="Thi hộ", by=people.preparer)
    wrong = propose_correction(round, question=1, void=True, grounds="Luật mới", by=people.preparer)
    decide_correction(wrong, approve=True, by=people.approver)
    settle(Scope.of_round(round))
    code, said = verify(lines_of(run), tmp_path, "--digest", run.digest)
    assert code == RIGHT, said
    again = publish(round, people, reason="Loại kết quả", number="124/QĐ-UBND")
    code, said = verify(lines_of(again), tmp_path, "--digest", again.digest)
    assert code == RIGHT, said
    assert again.digest != run.digest


def test_a_consent_taken_back_after_the_ranking_is_in_the_next_list_alone(tmp_path: Path) -> None:
    round = real_round()
    people = office()
    fill(round, 4)
    entry = Entry.objects.filter(contest=round.contest).first()
    assert entry is not None
    close_round(round, by=people.preparer, reason="Xong")
    run = publish(round, people)
    withdraw_consent(entry, by=entry.user)
    assert status_of(entry, round, at=run.at) == "counted"
    again = publish(round, people, reason="Rút lại sự đồng ý", number="124/QĐ-UBND")
    assert status_of(entry, round, at=again.at) == "excluded"
    assert again.participants == run.participants - 1
    for one in (run, again):
        code, said = verify(lines_of(one), tmp_path, "--digest", one.digest)
        assert code == RIGHT, said


def test_a_list_that_would_not_bear_the_run_out_is_not_written(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = real_round()
    fill(round, 3)
    entry = Entry.objects.filter(contest=round.contest).first()
    assert entry is not None
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)
    exclude(round.contest, user=entry.user)
    assert not write_list(run.pk)
    assert "what counts has changed" in caplog.text
    assert not PublishedList.objects.exists()
    again = publish(round, reason="Người thuộc Ban Tổ chức", number="124/QĐ-UBND")
    assert list(unlisted_runs()) == [run, again]
    monkeypatch.setattr(publishing, "GIVEN_UP_AFTER", timedelta(0))
    assert list(unlisted_runs()) == [again]
    assert write_list(again.pk)


# --- No key by way of a list ------------------------------------------------------------------------------
def test_a_list_waits_while_another_round_draws_from_the_same_bank() -> None:
    round = real_round()
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)
    now = database_now()
    assert withheld_until(run, now) is None
    make_round(make_contest(), sealed=False)
    make_round(make_contest(announced=False), bank=round.bank, sealed=False)
    make_round(make_contest(is_rehearsal=True), bank=round.bank, sealed=False)
    assert withheld_until(run, now) is None
    other = make_round(make_contest(), bank=round.bank, sealed=False)
    assert withheld_until(run, now) == other.closes_at
    RoundClosing.objects.create(round=other)
    assert withheld_until(run, database_now()) is None


def test_a_rehearsals_list_waits_for_a_contest_that_is_still_a_draft() -> None:
    round = make_round(make_contest(is_rehearsal=True), attempts_allowed=3)
    close_round(round, by=make_staff(), reason="Xong")
    run = publish(round)
    draft = make_round(make_contest(announced=False), bank=round.bank, sealed=False)
    assert withheld_until(run, database_now()) == draft.closes_at


def test_nothing_is_listed_before_the_publication() -> None:
    round = real_round()
    close_round(round, by=make_staff(), reason="Xong")
    settle(Scope.of_round(round))
    assert not unlisted_runs()
    with pytest.raises(StandingsRun.DoesNotExist):
        write_list(StandingsRun.objects.get(round=round).pk)


def test_decimals_are_written_with_five_places() -> None:
    round = real_round(prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)
    entry = make_entry(round.contest, user=make_user())
    sit(entry, round, 6, prediction=Decimal("87.5"))
    close_round(round, by=make_staff(), reason="Xong")
    lines = lines_of(publish(round))
    assert [line.rpartition("|")[2] for line in lines if line.startswith("ATTEMPT ")] == ["87.50000"]
