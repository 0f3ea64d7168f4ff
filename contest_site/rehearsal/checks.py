"""What must be true after a rehearsal: database, report and public pages agree with what people did."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import openpyxl
from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from attempts.models import Attempt
from attempts.rules.marking import in_questions
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import number
from contest_site.rehearsal.browser import Browser, UnexpectedPageError
from contest_site.rehearsal.contestant import Outcome, Sitting
from contest_site.rehearsal.stage import Stage
from contests.enums import Audience, AwardMethod
from contests.models import Block, Contest, Entry, PrizeTable, Promotion, Round
from contests.queries import competitors, tables_of
from prizes.domain.publishing import withheld_until
from prizes.models import Award, Certificate, Nomination, StandingsRun
from prizes.rules.names import shown_name
from prizes.scope import Scope
from prizes.views import WHOLE

SPENT = "Đã trao (đồng)"
VERIFY = settings.BASE_DIR / "docs" / "verify.py"
CHECKED = 3  # papers of people, and of units, whose public page is opened, of each run


def wrong_attempts(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Attempts of which the database says something else than their contestants were told."""
    sittings = {sitting.attempt: (outcome, sitting) for outcome in outcomes for sitting in outcome.sittings}
    papers = Attempt.objects.select_related("round__contest")
    found = {str(attempt.pk): attempt for attempt in papers.filter(pk__in=list(sittings))}
    for key, (outcome, sitting) in sittings.items():
        attempt = found.get(key)
        if attempt is None:
            yield f"{outcome.person.full_name}: lượt thi {key} không có trong cơ sở dữ liệu"
        else:
            yield from (f"{outcome.person.full_name}: {words}" for words in _differences(attempt, sitting))


def _differences(attempt: Attempt, sitting: Sitting) -> Iterator[str]:
    parts = attempt.round.contest.parts
    stored = {number: value for number, value in enumerate(attempt.answers, 1) if value}
    if stored != sitting.answers:
        yield f"câu trả lời đã lưu khác: {sorted(set(stored.items()) ^ set(sitting.answers.items()))}"
    if attempt.submitted_at is None:
        yield "bài thi chưa được kết thúc"
    elif attempt.correct != sitting.right * parts:
        marked = number(in_questions(attempt.correct or 0, parts))
        yield f"chấm {marked} câu đúng, làm đúng {sitting.right} câu"
    if sitting.submitted and attempt.receipt != sitting.receipt:
        yield f"mã biên nhận khác: {attempt.receipt} và {sitting.receipt}"


def wrong_takers(round: Round) -> Iterator[str]:
    """People who took a final without having been chosen for it; more chosen of a unit than the plan has."""
    if round.promotes_from_id is None:
        return
    chosen = Promotion.objects.filter(round=round, withdrawal=None)
    for entry in Entry.objects.filter(attempts__round=round).exclude(promotions__in=chosen).distinct():
        yield f"{round.name}: {entry.full_name} không được chọn mà có bài thi"
    sizes = chosen.values_list("unit__name").annotate(people=Count("pk"))
    for unit, people in sizes.filter(people__gt=round.promotes_best or 0):
        yield f"{round.name}: {unit} có {people} người được chọn, kế hoạch chọn {round.promotes_best}"


def wrong_awards(run: StandingsRun) -> Iterator[str]:
    """Prizes that were not given as the plan says, or papers of the wrong kind, missing or too many."""
    contest = run.contest
    blocks = list(contest.blocks.all())
    for table in tables_of(contest, run.round):
        for block in blocks if table.by_block and table.method == AwardMethod.RANKED else [None]:
            yield from _wrong_lines(run, table, block)
    awards = Award.objects.filter(run=run)
    papers = awards.filter(prize__certificate__isnull=False)
    found = Certificate.objects.filter(award__run=run)
    made = found.filter(file__isnull=False, award__in=papers).count()
    if (wanted := papers.count()) != made:
        yield f"{wanted} giải kèm giấy nhưng {made} tờ đã tạo"
    if extra := found.exclude(award__in=papers).count():
        yield f"{extra} giấy cho giải không kèm giấy"


def _wrong_lines(run: StandingsRun, table: PrizeTable, block: Block | None) -> Iterator[str]:
    """Each line of a table is as full as there are winners left for it."""
    left = _able(run, table, block)
    where = f"{table.name}, {block.name}" if block else table.name
    for prize in table.prizes.order_by("position"):
        wanted = min(prize.quantity, left)
        left -= wanted
        given = Award.objects.filter(run=run, prize=prize, block=block).count()
        if given != wanted:
            yield f"{where}: {prize.name}: trao {given}, kế hoạch có {wanted}"


def _able(run: StandingsRun, table: PrizeTable, block: Block | None) -> int:
    """How many may win something in the table, by the plan's limits."""
    if table.method == AwardMethod.CHOSEN:
        return Nomination.objects.filter(prize__table=table, round=run.round, withdrawal=None).count()
    if table.audience == Audience.UNIT:
        rows = run.unit_rows.filter(table=table, rank__isnull=False)
        return (rows.filter(block=block) if block else rows).count()
    competing = competitors(run.contest)
    held = _held(run, table)
    able: Counter[int] = Counter()
    for entry, unit in run.rows.values_list("entry", "entry__unit"):
        one = competing.get(unit)
        in_block = block is None or (one is not None and one.block_id == block.pk)
        if in_block and not held(entry):
            able[one.unit_id if one else unit] += 1
    return sum(min(count, table.unit_limit or count) for count in able.values())


def _held(run: StandingsRun, table: PrizeTable) -> Callable[[int], bool]:
    """Whether a person had all prizes that one may have, before this table of this run."""
    rounds_before = Award.objects.filter(run__contest=run.contest, run__pk__lt=run.pk)
    tables_before = Award.objects.filter(run=run, prize__table__number__lt=table.number)
    every = Counter((rounds_before | tables_before).values_list("entry", flat=True))
    same = Counter(rounds_before.filter(prize__table=table).values_list("entry", flat=True))
    most, same_most = run.contest.prizes_per_person, table.winner_limit
    return lambda entry: bool((most and every[entry] >= most) or (same_most and same[entry] >= same_most))


def wrong_limits(contest: Contest) -> Iterator[str]:
    """Somebody, or a unit, with more prizes of the whole contest than the plan lets one have."""
    awards = list(Award.objects.filter(run__contest=contest).select_related("prize__table", "entry", "unit"))
    people = Counter(award.entry for award in awards if award.entry)
    for entry, count in people.items():
        if contest.prizes_per_person and count > contest.prizes_per_person:
            yield f"{entry} có {count} giải, kế hoạch cho {contest.prizes_per_person}"
    for (table, winner), count in Counter(
        (award.prize.table, award.entry or award.unit) for award in awards
    ).items():
        if table.winner_limit and count > table.winner_limit:
            yield f"{table.name}: {winner} đạt {count} lần, kế hoạch cho {table.winner_limit}"


def wrong_budget(browser: Browser, contest: Contest, amount: int) -> Iterator[str]:
    """The budget that an organiser downloads says of all parts together what was awarded, in đồng."""
    response = browser.download(reverse("admin:prizes_budget", args=[Scope.of_contest(contest)]))
    workbook = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    workbook.close()
    heading = next(row for row in rows if SPENT in row)
    place = heading.index(SPENT)
    below = rows[rows.index(heading) + 1 :]
    # A line of a table names it in the second column; the sum below them names nothing there.
    found = sum(int(str(row[place])) for row in below if row[1] and isinstance(row[place], int))
    if found != amount:
        yield f"Bảng kinh phí: đã trao {found} đồng, các giải đã trao cộng lại {amount} đồng"


def read_report(
    site: str, stage: Stage, outcomes: Iterable[Outcome], stop: threading.Event
) -> tuple[int, list[str]]:
    """Download the area's report as its officer: (rows of people in it, what is wrong)."""
    browser = _logged_in(site, stage.officer, stage.password, stop)
    try:
        browser.get(reverse("agency:contest", args=[stage.contest.slug]))
        response = browser.download(reverse("agency:excel", args=[stage.contest.slug]))
    finally:
        browser.close()
    workbook = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    units, people = (_table(sheet) for sheet in workbook.worksheets)
    workbook.close()
    wrong = []
    came = [outcome for outcome in outcomes if outcome.sittings]
    counted = (len(came), sum(len(outcome.sittings) for outcome in came))
    if len(people) != counted[0]:
        wrong.append(f"Báo cáo có {len(people)} người, đã có {counted[0]} người dự thi")
    if (units[0][3], units[0][4]) != counted:
        wrong.append(f"Dòng đầu của báo cáo: {units[0][3:5]}, người và lượt đã thi: {counted}")
    if len(units) != len(stage.units):
        wrong.append(f"Báo cáo có {len(units)} đơn vị, cuộc thi có {len(stage.units)}")
    return len(people), wrong


def _table(sheet: Any) -> list[Sequence[Any]]:
    """The numbered rows under the header."""
    return [row for row in sheet.iter_rows(values_only=True) if row and isinstance(row[0], int)]


def wrong_for_other_officer(site: str, stage: Stage, stop: threading.Event) -> list[str]:
    """A unit's officer asks for the whole area: it must not be there."""
    browser = _logged_in(site, stage.other_officer, stage.password, stop)
    try:
        browser.get(reverse("agency:contest", args=[stage.contest.slug]))
        if len(stage.units) > 1:
            path = reverse("agency:excel", args=[stage.contest.slug])
            browser.get(path, expect=404, unit=str(stage.contest.area_id))
    except UnexpectedPageError as error:
        return [f"Cán bộ của một đơn vị: {error}"]
    finally:
        browser.close()
    return []


def wrong_public_pages(
    site: str, stage: Stage, runs: Iterable[StandingsRun], stop: threading.Event
) -> Iterator[str]:
    """Each honour board names its winners; papers are confirmed with their kind, an invented code is not."""
    browser = Browser(site, stop)
    path = reverse("prizes:results", args=[stage.contest.slug])
    try:
        browser.get(path)
        for run in runs:
            if not run.awards.exists():
                continue
            board = browser.get(path, vong=str(run.round.number) if run.round else WHOLE).text
            awards = list(
                Award.objects.filter(run=run).select_related(
                    "entry", "unit", "certificate", "prize__certificate"
                )
            )
            for award in awards:
                if _shown(award, stage) not in board:
                    yield f"Bảng vinh danh không có {_shown(award, stage)}"
            with_paper = [award for award in awards if award.prize.certificate]
            for award in [*with_paper[:CHECKED], *[one for one in with_paper if one.unit][:CHECKED]]:
                page = browser.get(reverse("prizes:certificate", args=[award.certificate.code]))
                kind = award.prize.certificate.get_kind_display() if award.prize.certificate else ""
                holder = award.entry.full_name if award.entry else str(award.unit)
                for words in (holder, kind):
                    if words.lower() not in page.text.lower():
                        yield f"Trang kiểm tra giấy {award.certificate.serial} không có “{words}”"
        browser.get(reverse("prizes:certificate", args=["0" * 28]), expect=404)
    except UnexpectedPageError as error:
        yield f"Trang công khai: {error}"
    finally:
        browser.close()


def wrong_list(site: str, run: StandingsRun, receipts: Iterable[str], stop: threading.Event) -> Iterator[str]:
    """The public list of a round, downloaded by anybody, passes the script with receipts of its people.

    While another contest still draws papers from the same bank, the list must not be had.
    """
    browser = Browser(site, stop)
    try:
        if withheld_until(run, database_now()):
            browser.get(reverse("prizes:verify_list", args=[run.contest.slug, run.pk]), expect=409)
            return
        response = browser.download(reverse("prizes:verify_list", args=[run.contest.slug, run.pk]))
        for receipt in receipts:
            page = browser.get(reverse("prizes:verify", args=[run.contest.slug]), code=receipt)
            if receipt not in page.text:
                yield f"Trang kiểm tra không có mã biên nhận {receipt}"
    except UnexpectedPageError as error:
        yield f"Danh sách công khai: {error}"
        return
    finally:
        browser.close()
    with tempfile.NamedTemporaryFile(suffix=".gz") as file:
        file.write(response.content)
        file.flush()
        words = [sys.executable, str(VERIFY), file.name, "--digest", run.digest]
        for receipt in receipts:
            words += ["--receipt", receipt]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"Danh sách công khai không qua được kiểm tra: {' '.join(done.stdout.split())[-500:]}"


def _shown(award: Award, stage: Stage) -> str:
    if award.entry is None:
        return str(award.unit)
    return shown_name(award.entry.full_name, stage.contest.names_shown)


def _logged_in(site: str, user: User, password: str, stop: threading.Event) -> Browser:
    browser = Browser(site, stop)
    form = browser.get(reverse("account_login")).form(field="password")
    browser.submit(form, {"login": user.username, "password": password})
    return browser
