"""Study and practice as everybody has them: light, to be kept on the way, and without a trace."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from contest_site.lib.clock import database_now
from contests.models import Round
from questions.domain.printing import file_of, study_html
from questions.domain.sealing import canonical, digest
from questions.domain.studying import withdraw_study
from questions.models import Picture, SealedPool, Study
from questions.practice import SIZES
from questions.tasks import print_study
from tests.support.factories import make_bank, make_login, make_round, make_user

pytestmark = pytest.mark.django_db
PNG = "0123456789abcdef0123456789abcdef.png"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def question(at: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": at,
        "kind": "single",
        "topic": f"Chủ đề {at % 4 + 1}",
        "difficulty": "",
        "text": f"Câu hỏi số {at + 1} về cải cách hành chính?",
        "options": [f"Phương án {at + 1}.{option + 1}" for option in range(4)],
        "keys": [at % 4],
        "explanation": f"Giải thích {at + 1}",
        "source": "Điều 1 Luật A",
        "source_link": "https://vanban.example/luat-a",
        **fields,
    }


def study_of(*questions: dict[str, Any], **fields: Any) -> Study:
    content = canonical(list(questions))
    pool = SealedPool.objects.create(
        bank=make_bank(0), content=content, size=len(questions), digest=digest(content), sealed_by=make_user()
    )
    values: dict[str, Any] = {
        "slug": "on-tap",
        "title": "Ôn tập cải cách hành chính",
        "opens_at": database_now(),
        "by": make_user(),
        **fields,
    }
    return Study.objects.create(pool=pool, **values)


@pytest.fixture
def study() -> Study:
    return study_of(*map(question, range(100)))


def get(name: str = "study", **query: Any) -> Any:
    return Client().get(reverse(name, args=["on-tap"]), query)


def shown(response: Any) -> list[int]:
    return [int(number) for number in re.findall(r'id="cau-(\d+)"', response.content.decode())]


class TestStudy:
    def test_the_list_has_what_is_public(self, study: Study) -> None:
        page = Client().get(reverse("studies")).content.decode()
        assert study.title in page
        assert "100 câu hỏi có đáp án" in page

    def test_an_empty_list_says_so(self) -> None:
        assert "Hiện chưa có tài liệu ôn tập" in Client().get(reverse("studies")).content.decode()

    def test_a_question_has_its_answer_folded_with_explanation_and_source(self, study: Study) -> None:
        page = get(q="số 2 về").content.decode()
        assert "<details" in page
        assert page.count("Giải thích 2<") == 1
        assert 'href="https://vanban.example/luat-a"' in page
        assert "noopener" in page
        assert "<b>✓ B.</b>" in page

    def test_topics_are_sections_and_pages_are_short(self, study: Study) -> None:
        first, last = get(), get(trang=3)
        assert shown(first) == [*range(1, 101, 4), *range(2, 61, 4)]
        assert len(shown(last)) == 20
        assert re.findall(r"<h2>(.*?)</h2>", first.content.decode()) == ["Chủ đề 1", "Chủ đề 2"]
        assert shown(get(trang="xyz")) == shown(first)

    def test_one_topic(self, study: Study) -> None:
        assert shown(get(**{"chu-de": "3"})) == list(range(3, 101, 4))
        assert len(shown(get(**{"chu-de": "99"}))) == 40

    def test_search_needs_no_accents(self, study: Study) -> None:
        assert shown(get(q="CAI CACH so 37")) == [37]
        assert shown(get(q="phuong an 100.2")) == [100]
        nothing = get(q="<không có>").content.decode()
        assert "Không có câu hỏi nào như vậy." in nothing
        assert "&lt;không có&gt;" in nothing

    def test_rich_text_is_shown_and_nothing_else_runs(self) -> None:
        study_of(
            question(0, text="Chọn <strong>một</strong>", explanation='<img src="x" onerror="alert(1)">')
        )
        page = get().content.decode()
        assert "<strong>một</strong>" in page
        assert "&lt;img" in page

    def test_before_its_day_it_is_not_there(self) -> None:
        study_of(question(0), opens_at=database_now() + timedelta(hours=1))
        for name in ("study", "practice", "study_pdf"):
            assert get(name).status_code == 404

    def test_taken_back_it_is_gone_and_says_so(self, study: Study) -> None:
        withdraw_study(study, reason="Có câu sai bí mật", by=make_user())
        for name in ("study", "practice", "study_pdf"):
            response = get(name)
            assert response.status_code == 410
            assert "bí mật" not in response.content.decode()

    def test_the_first_view_of_400_questions_is_light(self) -> None:
        words = (
            "theo quy định của pháp luật về kiểm soát thủ tục hành chính thì cơ quan nào chịu trách nhiệm "
        )
        study_of(*[question(at, text=f"{words * 3}{at}?", explanation=words * 4) for at in range(400)])
        assert len(gzip.compress(get().content)) < 60_000
        assert len(get().content) < 250_000

    def test_contest_and_home_lead_to_it(self) -> None:
        study = study_of(question(0))
        round: Round = make_round(bank=study.pool.bank, sealed=False)
        place = reverse("study", args=[study.slug])
        assert place in Client().get(reverse("contest", args=[round.contest.slug])).content.decode()
        assert reverse("studies") in Client().get("/").content.decode()
        other = make_round(sealed=False)
        assert place not in Client().get(reverse("contest", args=[other.contest.slug])).content.decode()

    def test_without_studies_there_is_no_link(self) -> None:
        assert reverse("studies") not in Client().get("/").content.decode()


class TestKeeping:
    def test_pages_may_be_kept_and_are_named_by_their_content(self, study: Study) -> None:
        response = get()
        assert response["Cache-Control"] == "public, max-age=60"
        assert response["Vary"] == "Cookie"  # of which only the chosen language changes the page
        again = Client().get(reverse("study", args=["on-tap"]), headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
        assert get(trang=2)["ETag"] != response["ETag"]

    def test_the_same_page_for_whoever_is_logged_in(self, study: Study) -> None:
        client = Client()
        client.force_login(make_login())
        response = client.get(reverse("study", args=["on-tap"]))
        assert response.content == get().content
        assert not response.cookies
        assert response["Vary"] == "Cookie"  # of which only the chosen language changes the page

    def test_one_statement_once_the_questions_are_known(
        self, study: Study, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        get()
        with django_assert_num_queries(1):
            get()
        with django_assert_num_queries(1):
            get("practice", so=10, de="abc")


def walk(client: Client, address: str, answers: Any) -> tuple[list[str], Any]:
    """Answer every question by following the page's own form and links, as a browser without scripts does."""
    feedback = []
    response = client.get(address)
    while b"<form method=" in response.content:
        page = response.content.decode()
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        number = int(re.search(r"Câu hỏi số (\d+)", page)[1])  # type: ignore[index]
        response = client.get(address.partition("?")[0], {**fields, "chon": answers(number), "tra-loi": "1"})
        page = response.content.decode()
        feedback.append(re.search(r"<b>(Đúng\.|Chưa đúng\.|Chưa chọn phương án\.)</b>", page)[1])  # type: ignore[index]
        following = re.search(r'href="([^"]+)" data-next', page)[1].replace("&amp;", "&")  # type: ignore[index]
        response = client.get(following)
    return feedback, response


class TestPractice:
    def begin(self, **query: object) -> str:
        response = get("practice", **query)
        assert response.status_code == 302
        assert response["Cache-Control"] == "no-store"
        return str(response["Location"])

    def test_it_begins_with_how_many_and_of_what(self, study: Study) -> None:
        page = get("practice").content.decode()
        for size in SIZES:
            assert f"{size} câu" in page
        assert "Chủ đề 4 (25)" in page

    def test_ten_questions_are_walked_through_to_the_score(self, study: Study) -> None:
        feedback, end = walk(Client(), self.begin(so=10), lambda number: [(number - 1) % 4])
        assert feedback == ["Đúng."] * 10
        assert end.context["score"] == 10
        assert "10/10" in end.content.decode()

    def test_wrong_and_blank_answers_are_told_at_once(self, study: Study) -> None:
        feedback, end = walk(Client(), self.begin(so=10), lambda number: [number % 4] if number % 2 else [])
        assert set(feedback) <= {"Chưa đúng.", "Chưa chọn phương án."}
        assert end.context["score"] == 0

    def test_the_key_is_not_on_the_page_before_the_answer(self, study: Study) -> None:
        page = Client().get(self.begin(so=10)).content.decode()
        for word in ("✓", "Giải thích", "đáp án", 'class="right"', "Luật A"):
            assert word not in page

    def test_each_beginning_draws_anew_and_one_address_always_the_same(self, study: Study) -> None:
        assert self.begin(so=10) != self.begin(so=10)
        assert get("practice", so=20, de="abc").content == get("practice", so=20, de="abc").content

    def test_only_questions_of_the_topic(self, study: Study) -> None:
        numbers: list[int] = []

        def answer(number: int) -> list[int]:
            numbers.append(number)
            return [0]

        walk(Client(), self.begin(**{"so": 10, "chu-de": 2}), answer)
        assert len(set(numbers)) == 10
        assert {number % 4 for number in numbers} == {2}

    def test_a_small_study_is_practised_whole(self) -> None:
        study_of(question(0), question(1), question(2))
        feedback, _end = walk(Client(), self.begin(so=30), lambda number: [0])
        assert len(feedback) == 3

    def test_several_must_be_ticked_exactly(self) -> None:
        study_of(question(0, kind="multiple", keys=[0, 2]))
        for ticked, said in (([0, 2], "Đúng."), ([0], "Chưa đúng."), ([0, 1, 2], "Chưa đúng.")):
            feedback, _end = walk(Client(), self.begin(so=10), lambda number, these=ticked: these)
            assert feedback == [said]

    def test_true_stands_before_false(self) -> None:
        study_of(question(0, kind="true_false", options=["Đúng", "Sai"], keys=[1]))
        for seed in "abcdef":
            options = get("practice", so=10, de=seed).context["options"]
            assert [option.text for option in options] == ["Đúng", "Sai"]

    @pytest.mark.parametrize(
        "query",
        [
            {"so": "11"},
            {"so": "10", "de": "a b"},
            {"so": "10", "de": "ok", "tl": "9.x.-1"},
            {"so": "10", "de": "ok", "tl": "1.1", "chon": ["99", "x", "-1"], "tra-loi": "1"},
            {"so": "10", "de": "ok", "tl": ".".join(["1"] * 50)},
            {"so": "10", "de": "ok", "chu-de": "²"},
            {"so": "²"},
        ],
    )
    def test_any_address_is_answered(self, study: Study, query: dict[str, Any]) -> None:
        assert get("practice", **query).status_code in {200, 302}

    def test_nothing_is_written_and_no_cookie_is_set(self, study: Study) -> None:
        make_round()
        client = Client()
        client.force_login(make_login())
        before = rows()
        cookies = {name: cookie.value for name, cookie in client.cookies.items()}
        with CaptureQueriesContext(
            connection,
        ) as captured:
            for name in ("studies", "study", "practice"):
                client.get(reverse(name, args=[] if name == "studies" else ["on-tap"]))
            walk(client, self.begin(so=10), lambda number: [0])
        assert rows() == before
        statements = [query["sql"] for query in captured.captured_queries]
        assert statements
        assert all(sql.startswith("SELECT") for sql in statements)
        assert not any(
            word in sql for sql in statements for word in ("attempts_", "contests_", "session", "FOR UPDATE")
        )
        assert {name: cookie.value for name, cookie in client.cookies.items()} == cookies

    def test_only_reading_is_possible(self, study: Study) -> None:
        for name in ("study", "practice", "study_pdf"):
            assert Client().post(reverse(name, args=["on-tap"])).status_code == 405


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed
    }


class TestPdf:
    def test_until_it_is_made_the_page_says_so_and_asks_once(
        self, study: Study, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[Any] = []
        monkeypatch.setattr("questions.domain.printing.send_after_commit", lambda *task: sent.append(task))
        for _time in range(3):
            response = get("study_pdf")
            assert response.status_code == 503
            assert response["Retry-After"] == "30"
        assert sent == [("questions.tasks.print_study", study.pk)]

    def test_a_worker_makes_it_once_and_everybody_gets_the_file(self) -> None:
        study = study_of(*map(question, range(3)))
        print_study(study.pk)
        made = file_of(study).stat().st_mtime_ns
        print_study(study.pk)
        assert file_of(study).stat().st_mtime_ns == made
        response = get("study_pdf")
        assert response["Content-Type"] == "application/pdf"
        assert b"".join(response.streaming_content).startswith(b"%PDF")
        assert response["Cache-Control"].startswith("public")
        again = Client().get(
            reverse("study_pdf", args=["on-tap"]), headers={"If-None-Match": response["ETag"]}
        )
        assert again.status_code == 304

    def test_it_has_the_questions_the_keys_and_the_pictures(self) -> None:
        Picture.objects.create(name=PNG, content=b"\x89PNG", by=make_user())
        study = study_of(question(0, text=f'Xem <img src="{PNG}" alt="Sơ đồ">', keys=[2]))
        html = study_html(study)
        assert "data:image/png;base64,iVBORw==" in html
        assert "/hinh/" not in html
        assert re.search(r'class="option key"><span>C\.\*', html)
        assert "Giải thích 1" in html
