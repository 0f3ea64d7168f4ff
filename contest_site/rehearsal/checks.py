"""What must be true after a rehearsal: database, report and public pages agree with what people did."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl
from django.urls import reverse

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.rehearsal.browser import Browser, UnexpectedPageError
from contest_site.rehearsal.contestant import Outcome, Sitting
from contest_site.rehearsal.stage import Stage
from contests.models import Prize
from prizes.models import Award, Certificate, StandingsRun
from prizes.queries import prizes_of
from prizes.rules.names import shown_name

CHECKED = 3  # certificates whose public page is opened


def wrong_attempts(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Attempts of which the database says something else than their contestants were told."""
    sittings = {sitting.attempt: (outcome, sitting) for outcome in outcomes for sitting in outcome.sittings}
    found = {str(attempt.pk): attempt for attempt in Attempt.objects.filter(pk__in=list(sittings))}
    for key, (outcome, sitting) in sittings.items():
        attempt = found.get(key)
        if attempt is None:
            yield f"{outcome.person.full_name}: lượt thi {key} không có trong cơ sở dữ liệu"
        else:
            yield from (f"{outcome.person.full_name}: {words}" for words in _differences(attempt, sitting))


def _differences(attempt: Attempt, sitting: Sitting) -> Iterator[str]:
    stored = {number: value for number, value in enumerate(attempt.answers, 1) if value}
    if stored != sitting.answers:
        yield f"câu trả lời đã lưu khác: {sorted(set(stored.items()) ^ set(sitting.answers.items()))}"
    if attempt.submitted_at is None:
        yield "bài thi chưa được kết thúc"
    elif attempt.correct != sitting.right:
        yield f"chấm {attempt.correct} câu đúng, làm đúng {sitting.right} câu"
    if sitting.submitted and attempt.receipt != sitting.receipt:
        yield f"mã biên nhận khác: {attempt.receipt} và {sitting.receipt}"


def wrong_awards(run: StandingsRun) -> Iterator[str]:
    """Prizes that were not given as the plan says, or certificates that are missing."""
    left = run.ranked
    for prize in prizes_of(run.round):
        wanted = min(prize.quantity, left)
        left -= wanted
        if (given := _given(run, prize)) != wanted:
            yield f"{prize.name}: trao {given}, kế hoạch có {wanted}"
    papers = Certificate.objects.filter(award__run=run)
    awards = Award.objects.filter(run=run).count()
    if papers.filter(file__isnull=False).count() != awards:
        yield f"{awards} giải nhưng {papers.filter(file__isnull=False).count()} giấy chứng nhận"


def _given(run: StandingsRun, prize: Prize) -> int:
    return Award.objects.filter(run=run, prize=prize).count()


def read_report(site: str, stage: Stage, run: StandingsRun, stop: threading.Event) -> tuple[int, list[str]]:
    """Download the area's report as its officer: (rows of people in it, what is wrong)."""
    browser = _logged_in(site, stage.officer, stage.password, stop)
    try:
        browser.get(reverse("attempts:agency_contest", args=[stage.contest.slug]))
        response = browser.download(reverse("attempts:agency_excel", args=[stage.contest.slug]))
    finally:
        browser.close()
    workbook = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    units, people = (_table(sheet) for sheet in workbook.worksheets)
    workbook.close()
    wrong = []
    if len(people) != run.participants:
        wrong.append(f"Báo cáo có {len(people)} người, bảng xếp hạng có {run.participants} người dự thi")
    if (units[0][3], units[0][4]) != (run.participants, run.attempts):
        wrong.append(
            f"Dòng đầu của báo cáo: {units[0][3:5]}, bảng xếp hạng: {run.participants, run.attempts}"
        )
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
        browser.get(reverse("attempts:agency_contest", args=[stage.contest.slug]))
        if len(stage.units) > 1:
            path = reverse("attempts:agency_excel", args=[stage.contest.slug])
            browser.get(path, expect=404, unit=str(stage.contest.area_id))
    except UnexpectedPageError as error:
        return [f"Cán bộ của một đơn vị: {error}"]
    finally:
        browser.close()
    return []


def wrong_public_pages(site: str, stage: Stage, run: StandingsRun, stop: threading.Event) -> Iterator[str]:
    """The honour board names every winner; certificates are confirmed, an invented code is not."""
    browser = Browser(site, stop)
    try:
        board = browser.get(reverse("prizes:results", args=[stage.contest.slug])).text
        awards = Award.objects.filter(run=run).select_related("entry", "certificate")
        for award in awards:
            name = shown_name(award.entry.full_name, stage.contest.names_shown)
            if name not in board:
                yield f"Bảng vinh danh không có {name}"
        for award in awards[:CHECKED]:
            page = browser.get(reverse("prizes:certificate", args=[award.certificate.code]))
            if award.entry.full_name not in page.text:
                yield f"Trang kiểm tra giấy chứng nhận không có tên {award.entry.full_name}"
        browser.get(reverse("prizes:certificate", args=["0" * 28]), expect=404)
    except UnexpectedPageError as error:
        yield f"Trang công khai: {error}"
    finally:
        browser.close()


def _logged_in(site: str, user: User, password: str, stop: threading.Event) -> Browser:
    browser = Browser(site, stop)
    form = browser.get(reverse("account_login")).form(field="password")
    browser.submit(form, {"login": user.username, "password": password})
    return browser
