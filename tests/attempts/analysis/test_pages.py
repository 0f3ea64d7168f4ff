"""The organisers' pages of the item analysis, and its Excel file."""

from __future__ import annotations

import io
from random import Random

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from openpyxl import load_workbook

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contests.models import Round
from tests.attempts.analysis.support import analyse
from tests.attempts.support import answered, random_attempt, round_of
from tests.support.factories import make_entry, make_staff
from tests.support.screens import address, parsed, text_of

pytestmark = pytest.mark.django_db


def organiser(*permissions: str) -> User:
    user = make_staff(is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(organiser("see_key", "appraise_revision"))
    return client


@pytest.fixture
def round() -> Round:
    """The key of the first question is wrong: those who know say the third option."""
    round = round_of([(4, 0), *[(4, 1)] * 4, (4, frozenset({0, 2})), (4, 3)], paper=6)
    random = Random(1)
    papers = [
        answered(make_entry(round.contest), round, range(6), [2, 1, 1, 1, 1, frozenset({0, 2})])
        for _person in range(20)
    ]
    chances = [random_attempt(make_entry(round.contest), round, random) for _person in range(20)]
    Attempt.objects.bulk_create([*papers, *chances])
    analyse(round)
    return round


def test_only_those_who_may_see_keys(round: Round) -> None:
    client = Client()
    client.force_login(organiser("view_attempt", "judge_attempts"))
    for name, args in (
        ("attempts_analysis_rounds", []),
        ("attempts_analysis", [round.pk]),
        ("attempts_analysis_workbook", [round.pk]),
        ("attempts_analysis_question", [round.pk, 1]),
    ):
        assert client.get(address(name, *args)).status_code == 403


def test_the_rounds_are_listed_and_linked(client: Client, round: Round) -> None:
    page = client.get(address("attempts_analysis_rounds"))
    assert address("attempts_analysis", round.pk) in page.content.decode()


def test_what_looks_wrong_stands_on_top_with_its_reasons(client: Client, round: Round) -> None:
    page = client.get(address("attempts_analysis", round.pk))
    suspected = page.context["suspected"]
    assert suspected[0].item.number == 1
    text = " ".join(text_of(page).split())
    assert "Cần xem lại đáp án" in text
    assert "một phương án đang tính là sai được chọn nhiều hơn đáp án" in text
    assert "40 bài" in text
    assert "no-store" in page["Cache-Control"]
    assert len(parsed(page.content).xpath("//svg[@class='a-plane']/a")) == 7
    assert page.context["dots"][-1].bad


def test_nothing_on_the_page_is_styled_inline(client: Client, round: Round) -> None:
    page = client.get(address("attempts_analysis_question", round.pk, 6)).content.decode()
    main = page[page.index('class="p-title"') :]
    assert "style=" not in main[: main.index("Quiz statistics")]


def test_the_table_is_filtered_and_sorted(client: Client, round: Round) -> None:
    def numbers(query: str) -> list[int]:
        page = client.get(address("attempts_analysis", round.pk) + query)
        return [line.item.number for line in page.context["lines"]]

    assert numbers("") == [1, 2, 3, 4, 5, 6, 7]
    assert numbers("?q=cau+hoi+so+4") == [4]
    assert numbers("?q=7") == [7]
    assert numbers("?chu-de=Không+có") == []
    assert 1 in numbers("?loc=xem-lai")
    assert numbers("?loc=chua") == []
    assert numbers("?sap-xep=dung")[0] == 1
    assert numbers("?sap-xep=phan-biet")[0] == 1
    for order in ("hieu-qua", "so-bai", "bo-trong", "khong-co"):
        assert sorted(numbers(f"?sap-xep={order}")) == [1, 2, 3, 4, 5, 6, 7]
    for only in ("de", "kem", "sua", "khong-co"):
        numbers(f"?loc={only}")


def test_a_question_shows_who_chose_what(client: Client, round: Round) -> None:
    page = client.get(address("attempts_analysis_question", round.pk, 1))
    third = page.context["choices"][2]
    assert (third.name, third.right) == ("C", False)
    assert third.papers >= 20
    assert third.upper.words == "100,0 %"
    assert address("attempts_corrected_question", round.pk, 1) in page.content.decode()
    assert client.get(address("attempts_analysis_question", round.pk, 8)).status_code == 404


def test_where_several_are_ticked_combinations_are_counted(client: Client, round: Round) -> None:
    page = client.get(address("attempts_analysis_question", round.pk, 6))
    first = page.context["combinations"][0]
    assert (first.name, first.right, first.text) == ("A + C", True, "100,0 %")
    assert "Các phương án được chọn cùng nhau" in page.content.decode()


def test_who_may_not_propose_gets_no_link(round: Round) -> None:
    client = Client()
    client.force_login(organiser("see_key"))
    page = client.get(address("attempts_analysis_question", round.pk, 1)).content.decode()
    assert "Đề nghị sửa đáp án" not in page


def test_all_papers_of_a_person_on_request(client: Client, round: Round) -> None:
    entry = make_entry(round.contest)
    papers = [answered(entry, round, range(6), [0] * 5 + [frozenset({0})], number=at) for at in (1, 2)]
    Attempt.objects.bulk_create(papers)
    page = address("attempts_analysis", round.pk)
    assert client.get(page).context["analysis"].papers == 40
    analyse(round)
    analyse(round, every=True)
    assert client.get(page).context["analysis"].papers == 41
    assert client.get(page + "?luot=tat-ca").context["analysis"].papers == 42


def test_a_round_without_papers_says_so(client: Client) -> None:
    empty = round_of([(4, 0)], paper=1, closed=False)
    analyse(empty)
    page = client.get(address("attempts_analysis", empty.pk))
    assert "Chưa có bài nào được nộp." in page.content.decode()
    assert client.get(address("attempts_analysis_question", empty.pk, 1)).status_code == 200
    assert client.get(address("attempts_analysis_workbook", empty.pk)).status_code == 200


def test_excel_has_the_same_figures_and_is_recorded_without_them(client: Client, round: Round) -> None:
    response = client.get(address("attempts_analysis_workbook", round.pk))
    questions, options = load_workbook(io.BytesIO(response.content)).worksheets
    rows = [[cell.value for cell in row] for row in questions.iter_rows()]
    heading = next(at for at, row in enumerate(rows) if row[0] == "Câu")
    table = rows[heading + 1 :]
    shown = client.get(address("attempts_analysis", round.pk)).context["analysis"].items
    assert len(table) == 7
    for row, item in zip(table, shown, strict=True):
        assert row[3:6] == [item.papers, item.answered, item.blank.papers]
        assert row[6] == pytest.approx(float(item.found.facility))
        assert row[8] == pytest.approx(float(item.found.discrimination))
    assert options.max_row == 1 + sum(len(item.options) + len(item.combinations) + 1 for item in shown)
    event = AuditEvent.objects.get(verb="downloaded item analysis")
    assert event.data == {"papers": 40, "questions": 7, "every": False}
