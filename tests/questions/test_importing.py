import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Refused
from questions.domain.importing import import_questions, preview_import
from questions.exporters.bank import Part, items_of
from questions.exporters.workbook import write_questions, write_template
from questions.formats.catalog import FORMATS
from questions.formats.content import rich_fingerprint
from questions.formats.rich_reading import from_plain
from questions.importers.checking import check_file, topic_form
from questions.models import Appraisal, Bank, Question, Revision, Topic
from questions.rules import Content, clean_lines, fingerprint, same_options, text_fault
from tests.questions.helpers import bank_with_topics, person, revision
from tests.questions.workbooks import excel, row

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def exported(bank: Bank) -> io.BytesIO:
    data, lost = FORMATS["excel"].write(*items_of(bank, Part()))
    assert lost == []
    return io.BytesIO(data)


@pytest.mark.django_db
class TestImport:
    def test_every_question_becomes_a_first_revision_that_waits(self) -> None:
        bank, writer = Bank.objects.create(name="Mới"), person("thuky")
        file = excel(row(5, chu_de="Hai"), row(2, chu_de="Một"), row(9, chu_de="Hai", dap_an="D"))

        report = import_questions(bank, file, by=writer)

        assert len(report.questions) == 3
        assert list(bank.questions.values_list("number", flat=True)) == [2, 5, 9]
        assert list(bank.topics.values_list("name", "position")) == [("Hai", 0), ("Một", 1)]
        assert set(Revision.objects.values_list("number", "writer")) == {(1, writer.pk)}
        assert Revision.objects.get(question__number=9).content == Content(
            "Hai", "Câu hỏi số 9?", ("Một", "Hai", "Ba", "Bốn"), (3,), "Vì thế.", "Điều 1 Luật A"
        )
        assert not Appraisal.objects.exists()

    def test_a_second_file_follows_the_last_number_and_reuses_topics(self) -> None:
        bank = bank_with_topics("Có sẵn", "Thể chế")
        writer = person("thuky")
        revision(bank, 7, by=writer)
        import_questions(
            bank, excel(row(1, chu_de="THỂ CHẾ"), row(None, chu_de="Khác", cau_hoi="B")), by=writer
        )
        assert list(bank.questions.values_list("number", flat=True)) == [7, 8, 9]
        assert list(bank.topics.values_list("name", flat=True)) == ["Thể chế", "Khác"]

    def test_one_fault_and_nothing_is_written(self) -> None:
        bank, writer = Bank.objects.create(name="Mới"), person("thuky")
        with pytest.raises(Refused, match="tệp có 2 lỗi") as refused:
            import_questions(bank, excel(row(1), row(2, dap_an="Z"), row(3, c="Một")), by=writer)
        assert refused.value.reasons == [
            "Dòng 3, cột Đáp án: “Z” không phải là một chữ cái từ A đến G",
            "Dòng 4, cột C: trùng với phương án A",
        ]
        assert not (Question.objects.exists())
        assert not (Topic.objects.exists())
        assert not (AuditEvent.objects.exists())

    def test_a_fault_of_the_database_leaves_nothing_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bank, writer = Bank.objects.create(name="Mới"), person("thuky")

        def broken(*args: object, **options: object) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("questions.domain.importing.record", broken)
        with pytest.raises(RuntimeError):
            import_questions(bank, excel(row(1)), by=writer)
        assert not (Question.objects.exists())
        assert not (Topic.objects.exists())
        assert not (Revision.objects.exists())

    def test_the_preview_says_the_same_and_writes_nothing(self) -> None:
        bank, writer = bank_with_topics("Có sẵn", "Thể chế"), person("thuky")
        revision(bank, 1, by=writer)
        good, bad = excel(row(2)), excel(row(2, dap_an=None))
        with CaptureQueriesContext(connection) as queries:
            preview, refusal = preview_import(bank, good), preview_import(bank, bad)
        assert all(query["sql"].startswith("SELECT") for query in queries)
        good.seek(0)
        bad.seek(0)
        with pytest.raises(Refused) as refused:
            import_questions(bank, bad, by=writer)
        assert refused.value.reasons == refusal.sentences
        assert import_questions(bank, good, by=writer) == preview

    def test_a_question_of_the_bank_is_not_taken_twice_even_after_an_edit(self) -> None:
        bank, writer = bank_with_topics("Có sẵn", "Thể chế"), person("thuky")
        import_questions(bank, excel(row(1)), by=writer)
        with pytest.raises(Refused, match="trùng với câu số 1 đã có trong ngân hàng"):
            import_questions(bank, excel(row(1)), by=writer)
        import_questions(Bank.objects.create(name="Khác"), excel(row(1)), by=writer)
        assert Question.objects.count() == 2

    def test_the_import_is_on_the_trail(self) -> None:
        bank, writer = Bank.objects.create(name="Mới"), person("thuky")
        import_questions(bank, excel(row(1), row(2)), by=writer)
        event = AuditEvent.objects.get()
        assert (event.verb, event.actor, event.data) == (
            "imported questions",
            writer,
            {
                "format": "excel",
                "questions": 2,
                "pictures": 0,
                "submitted": True,
                "topics": {"Cải cách thể chế": 2},
            },
        )

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_number_of_statements_does_not_hang_on_the_number_of_rows(self, count: int) -> None:
        bank, writer = Bank.objects.create(name="Mới"), person("thuky")
        file = excel(*(row(number) for number in range(1, count + 1)))
        with CaptureQueriesContext(connection) as queries:
            import_questions(bank, file, by=writer)
        assert len(queries) == 10

    def test_what_was_exported_comes_back_the_same(self) -> None:
        first, second, writer = (
            Bank.objects.create(name="Một"),
            Bank.objects.create(name="Hai"),
            person("thuky"),
        )
        import_questions(
            first, excel(row(3), row(8, cau_hoi="+1 bằng mấy?", a="@x", giai_thich=None)), by=writer
        )
        file = exported(first)
        import_questions(second, file, by=writer)
        assert [(r.question.number, r.content) for r in Revision.objects.filter(question__bank=first)] == [
            (r.question.number, r.content) for r in Revision.objects.filter(question__bank=second)
        ]

    def test_the_export_has_what_each_question_says_now(self) -> None:
        bank, writer = bank_with_topics("Có sẵn", "Thể chế"), person("thuky")
        revision(bank, 1, by=writer)
        revision(bank, 1, by=writer, version=2, key=3)
        report = check_file(exported(bank).getvalue(), "excel", {}, {})
        assert [(q.number, q.content.text, q.content.keys[0]) for q in report.questions] == [
            (1, "Câu hỏi 1 phiên bản 2?", 3)
        ]


def test_the_template_is_read_but_its_example_is_refused() -> None:
    file = io.BytesIO()
    write_template(file, made_at=MOMENT)
    report = check_file(file.getvalue(), "excel", {}, {})
    assert report.sentences == ["Dòng 2, cột Câu hỏi: đây là câu ví dụ của tệp mẫu; hãy xóa dòng này"]


# --- Whatever people write, the export and the import agree on it ------------------------------------------

letters = st.characters(codec="utf-8", exclude_categories=["Cs", "Co"])
texts = st.one_of(
    st.text(letters, min_size=1, max_size=40),
    st.sampled_from(
        ["=1+1", "+84", "-5", "@a", "#N/A", "TRUE", "00912", "15/07/2021", "1E5", "Một\nHai", "<b>&'\""]
    ),
).map(lambda text: clean_lines(text))
filled = texts.filter(lambda text: bool(fingerprint(text)) and not text_fault(text, 200))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    options = draw(
        st.lists(filled, min_size=4, max_size=7, unique=True).filter(
            lambda given: not same_options(given, exactly=True)
        )
    )
    note = texts.filter(lambda text: not text_fault(text, 200))
    topic = draw(filled.filter(lambda text: "\n" not in text))
    source = draw(note.filter(lambda text: "://" not in text))
    return Content(
        from_plain(topic),
        from_plain(draw(filled)),
        tuple(map(from_plain, options)),
        (draw(st.integers(0, len(options) - 1)),),
        from_plain(draw(note)),
        source,
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(contents(), min_size=1, max_size=6), st.integers(1, 10_000))
def test_export_then_import_keeps_everything(given: list[Content], first: int) -> None:
    questions: list[tuple[int, Content]] = []
    topics: dict[str, str] = {}
    for number, content in enumerate(
        {rich_fingerprint(content.text): content for content in given}.values(), first
    ):
        topic = topics.setdefault(topic_form(content.topic), content.topic)
        questions.append((number, Content(topic, *list(vars(content).values())[1:])))
    file = io.BytesIO()
    write_questions(file, questions, title="Thử", made_at=MOMENT)
    report = check_file(file.getvalue(), "excel", {}, {})
    assert report.sentences == []
    assert [(parsed.number, parsed.content) for parsed in report.questions] == questions


def test_the_same_questions_give_the_same_bytes() -> None:
    content = Content("T", "Câu?", ("1", "2", "3", "4"), (0,))
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_questions(file, [(1, content)], title="Thử", made_at=MOMENT)
    assert files[0].getvalue() == files[1].getvalue()
