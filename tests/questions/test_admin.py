import io
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from contest_site.accounts.models import User
from questions.domain.importing import import_questions
from questions.domain.previewing import keep_draft
from questions.domain.sealing import seal_bank
from questions.enums import Difficulty
from questions.formats.catalog import FORMATS
from questions.models import Appraisal, Bank, ImportDraft, Question, Revision
from questions.rules import Content
from tests.questions.helpers import bank_with_topics, person, revision, verdict
from tests.questions.workbooks import excel, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("work_at_once")]
SECRET = "Giải thích bí mật"
ALL = (
    *("view_bank", "add_bank", "change_bank", "view_question", "add_question", "change_question"),
    *("view_sealedpool", "see_key", "appraise_revision", "seal_bank", "view_topic"),
)


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def bank() -> Bank:
    return bank_with_topics("Ngân hàng", "Thể chế", "Chuyển đổi số")


@pytest.fixture
def writer() -> User:
    return person("Người Soạn", *ALL)


@pytest.fixture
def appraiser() -> User:
    return person("Người Thẩm Định", *ALL)


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def url(name: str, *args: Any) -> str:
    return reverse(f"admin:questions_{name}", args=args)


def upload(file: io.BytesIO, name: str = "cau-hoi.xlsx") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, file.getvalue())}


def text(response: Any) -> str:
    return str(response.content.decode())


class TestLists:
    @pytest.mark.parametrize("count", [1, 3])
    def test_banks(self, writer: User, appraiser: User, count: int) -> None:
        for number in range(count):
            bank = bank_with_topics(f"Ngân hàng {number}")
            verdict(revision(bank, 1, by=writer), appraiser)
            revision(bank, 2, by=writer)
        browser = client(writer)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url("bank_changelist"))
        assert len(queries) == 6
        assert text(response).count(">2</a>") == count
        assert text(response).count(">1</a>") == 2 * count
        assert "Tải mẫu" in text(response)

    @pytest.mark.parametrize("count", [1, 3])
    def test_questions(self, bank: Bank, writer: User, appraiser: User, count: int) -> None:
        for number in range(1, count + 1):
            verdict(revision(bank, number, by=writer), appraiser)
        browser = client(writer)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url("question_changelist"))
        assert len(queries) == 9
        assert text(response).count("phiên bản 1?") == count

    @pytest.mark.parametrize("count", [1, 3])
    def test_pools(self, bank: Bank, writer: User, appraiser: User, count: int) -> None:
        verdict(revision(bank, 1, by=writer), appraiser)
        pools = [seal_bank(bank, by=appraiser) for _ in range(count)]
        browser = client(writer)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url("sealedpool_changelist"))
        assert len(queries) == 6
        assert text(response).count(pools[0].digest) == count
        assert client(writer).post(url("sealedpool_change", pools[0].pk), {"size": 9}).status_code == 403

    def test_filters_and_search(self, bank: Bank, writer: User, appraiser: User) -> None:
        verdict(revision(bank, 1, by=writer, text="Thủ tục hành chính là gì?"), appraiser)
        revision(bank, 2, by=writer, text="Đề án 06 là gì?", topic="Chuyển đổi số")
        verdict(revision(bank, 3, by=writer, text="Câu bị trả?"), appraiser, "returned")

        def numbers(query: str) -> list[int]:
            response = client(writer).get(url("question_changelist") + query)
            return [question.number for question in response.context["cl"].result_list]

        assert numbers("") == [1, 2, 3]
        assert numbers("?state=waiting") == [2]
        assert numbers("?state=approved") == [1]
        assert numbers(f"?bank__id__exact={bank.pk}&topic=Chuyển+đổi+số") == [2]
        assert numbers("?q=thu+tuc") == [1]
        assert numbers("?q=ĐỀ+ÁN") == [2]
        assert numbers("?q=khác") == []

    @pytest.mark.parametrize("name", ["bank_changelist", "question_changelist", "sealedpool_changelist"])
    def test_no_list_shows_a_key_even_to_those_who_may_see_it(
        self, bank: Bank, writer: User, appraiser: User, name: str
    ) -> None:
        verdict(revision(bank, 1, by=writer), appraiser)
        seal_bank(bank, by=appraiser)
        page = text(client(writer).get(url(name)))
        assert SECRET not in page
        assert "Hai" not in page


class TestKeys:
    """Whoever may not see keys sees none on any page of the app."""

    def test_every_page_without_the_right(self, bank: Bank, writer: User, appraiser: User) -> None:
        verdict(revision(bank, 1, by=writer), appraiser)
        revision(bank, 1, by=writer, version=2, key=3)
        pool = seal_bank_with_other(bank, writer, appraiser)
        without = person("Không Quyền", *(name for name in ALL if name != "see_key"))
        browser = client(without)
        question = Question.objects.get(number=1)
        content = excel(row(9, giai_thich=SECRET)).read()
        draft = keep_draft(bank, "x.xlsx", content, FORMATS["excel"], by=without)
        seen = [
            browser.get(address)
            for address in (
                url("bank_changelist"),
                url("question_changelist"),
                url("sealedpool_changelist"),
                url("bank_change", bank.pk),
                url("question_change", question.pk),
                url("sealedpool_change", pool),
                url("bank_import_file", bank.pk),
                url("bank_preview", bank.pk, draft.pk),
                url("bank_approve_all", bank.pk),
                url("bank_export_file", bank.pk),
                url("bank_topics", bank.pk),
                url("question_board"),
                url("question_compare", question.pk),
                reverse("admin:index"),
            )
        ]
        assert {response.status_code for response in seen} == {200}
        for response in seen:
            assert SECRET not in text(response)
            assert "q-right" not in text(response)
        assert 'value="excel"' not in text(browser.get(url("bank_export_file", bank.pk)))
        assert browser.get(url("question_edit", question.pk)).status_code == 403

    def test_the_page_of_a_question_with_the_right(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer)
        page = text(client(writer).get(url("question_change", Question.objects.get().pk)))
        assert SECRET in page
        assert page.count("q-right") == 1


def seal_bank_with_other(bank: Bank, writer: User, appraiser: User) -> int:
    verdict(revision(bank, 2, by=writer), appraiser)
    return seal_bank(bank, by=appraiser).pk


class TestRights:
    ADDRESSES = (
        ("bank_changelist", "view_bank"),
        ("bank_blank_template", "view_bank"),
        ("bank_change", "view_bank"),
        ("bank_import_file", "add_question"),
        ("bank_export_file", "view_question"),
        ("bank_approve_all", "appraise_revision"),
        ("question_changelist", "view_question"),
        ("question_change", "view_question"),
        ("question_edit", "see_key"),
        ("question_add", "add_question"),
        ("sealedpool_changelist", "view_sealedpool"),
    )

    @pytest.mark.parametrize(("name", "permission"), ADDRESSES)
    def test_without_the_permission(self, bank: Bank, writer: User, name: str, permission: str) -> None:
        question = revision(bank, 1, by=writer).question
        args = [] if name.endswith(("list", "template", "add")) else [bank.pk]
        if name in {"question_change", "question_edit"}:
            args = [question.pk]
        address = url(name, *args) + (f"?bank={bank.pk}" if name == "question_add" else "")
        assert client(writer).get(address).status_code == 200
        # A view permission is implied by the one to change.
        lacking = {permission, permission.replace("view_", "change_")}
        writer.user_permissions.remove(*Permission.objects.filter(codename__in=lacking))
        assert client(writer).get(address).status_code == 403

    def test_a_contestant_is_sent_to_log_in(self, bank: Bank) -> None:
        response = client(person("Người Thi", staff=False)).get(url("bank_import_file", bank.pk))
        assert response.status_code == 302

    @pytest.mark.parametrize(
        "name", ["bank_import_file", "bank_export_file", "bank_approve_all", "question_edit"]
    )
    def test_what_is_not_there(self, writer: User, name: str) -> None:
        assert client(writer).get(url(name, 4711)).status_code == 404

    def test_nothing_is_deleted_but_an_empty_bank(self, bank: Bank, writer: User) -> None:
        root = User.objects.create_superuser(username="root", full_name="Root", password="mat-khau-thu")
        question = revision(bank, 1, by=writer).question
        empty = Bank.objects.create(name="Trống")
        browser = client(root)
        assert browser.post(url("bank_delete", bank.pk), {"post": "yes"}).status_code == 403
        assert browser.post(url("question_delete", question.pk), {"post": "yes"}).status_code == 403
        assert browser.post(url("bank_delete", empty.pk), {"post": "yes"}).status_code == 302
        assert list(Bank.objects.all()) == [bank]


class TestImport:
    def test_upload_preview_import(self, bank: Bank, writer: User) -> None:
        browser = client(writer)
        hostile = "<script>alert(1)</script>"
        file = excel(*(row(number, chu_de=hostile if number == 1 else "Hai") for number in range(1, 26)))

        preview = browser.post(url("bank_import_file", bank.pk), upload(file), follow=True)

        page = text(preview)
        assert preview.status_code == 200
        assert "Nhập 25 câu hỏi" in page
        assert "20 câu đầu tiên" in page
        assert "&lt;script&gt;" in page
        assert hostile not in page
        assert page.count("q-right") == 20
        assert not Question.objects.exists()

        done = browser.post(preview.request["PATH_INFO"], follow=True)

        assert "Đã nhập 25 câu hỏi" in text(done)
        assert Revision.objects.filter(writer=writer).count() == 25
        assert not ImportDraft.objects.exists()

    def test_a_bad_file_shows_every_fault_and_brings_nothing(self, bank: Bank, writer: User) -> None:
        browser = client(writer)
        file = excel(row(1, dap_an="A hoặc B"), row(2, c=None))
        page = browser.post(url("bank_import_file", bank.pk), upload(file), follow=True)
        assert "Tệp có 2 lỗi" in text(page)
        assert "Dòng 2, cột Đáp án: “A hoặc B” không phải là một chữ cái" in text(page)
        assert "Dòng 3, cột C: phương án còn trống" in text(page)
        assert "Nhập 0 câu hỏi" not in text(page)
        again = browser.post(page.request["PATH_INFO"], follow=True)
        assert "Tệp có 2 lỗi" in text(again)
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("a.xls", b"x", "không phải là Excel .xlsx"),
            ("a.pdf", b"x", "Chọn một tệp Excel (.xlsx), Word"),
            ("a.xlsx", b"", "Tệp rỗng (0 byte)."),
            ("a.xlsx", b"STT,A,B", "không phải là Excel .xlsx"),
            ("a.xlsx", bytes(5 * 1024 * 1024 + 1), "Tệp lớn hơn 5 MB"),
        ],
    )
    def test_files_that_are_none(
        self, bank: Bank, writer: User, name: str, content: bytes, sentence: str
    ) -> None:
        page = client(writer).post(
            url("bank_import_file", bank.pk), upload(io.BytesIO(content), name), follow=True
        )
        assert page.status_code == 200
        assert sentence in text(page)

    def test_a_bank_that_changed_after_the_preview(self, bank: Bank, writer: User, appraiser: User) -> None:
        browser = client(writer)
        preview = browser.post(url("bank_import_file", bank.pk), upload(excel(row(1))), follow=True)
        import_questions(bank, excel(row(1)), by=appraiser)
        page = browser.post(preview.request["PATH_INFO"], follow=True)
        assert "trùng với câu số 1 đã có trong ngân hàng" in text(page)
        assert Question.objects.count() == 1

    def test_a_file_is_for_the_one_who_uploaded_it_and_the_last_one_counts(
        self, bank: Bank, writer: User, appraiser: User
    ) -> None:
        browser = client(writer)
        first = browser.post(url("bank_import_file", bank.pk), upload(excel(row(1))))["Location"]
        assert client(appraiser).get(first).status_code == 404
        assert client(appraiser).post(first).status_code == 404
        second = browser.post(url("bank_import_file", bank.pk), upload(excel(row(2))))["Location"]
        assert browser.get(first).status_code == 404
        assert browser.get(second).status_code == 200
        assert ImportDraft.objects.count() == 1

    def test_yesterdays_files_go_with_the_next_upload(
        self, bank: Bank, writer: User, appraiser: User
    ) -> None:
        ImportDraft.objects.create(
            bank=bank, by=appraiser, name="a.xlsx", content=b"", at="2020-01-01T00:00Z"
        )
        client(writer).post(url("bank_import_file", bank.pk), upload(excel(row(1))))
        assert list(ImportDraft.objects.values_list("by", flat=True)) == [writer.pk]


class TestFiles:
    def test_the_export_is_a_workbook_in_the_office_shape(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer)
        response = client(writer).post(url("bank_export_file", bank.pk), {"format": "excel"})
        assert response["Content-Disposition"] == 'attachment; filename="ngan-hang.xlsx"'
        assert "no-store" in response["Cache-Control"]
        sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
        rows = list(sheet.values)
        assert rows[0] == ("STT", "Chủ đề", "Câu hỏi", "A", "B", "C", "D", "Đáp án", "Giải thích", "Căn cứ")
        assert rows[1][0] == 1
        assert rows[1][7] == "B"
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")

    def test_the_template(self, writer: User) -> None:
        response = client(writer).get(url("bank_blank_template"))
        assert response["Content-Disposition"] == 'attachment; filename="mau-nhap-cau-hoi.xlsx"'
        assert len(list(load_workbook(io.BytesIO(response.content)).worksheets[0].values)) == 2


class TestAppraisal:
    def test_all_that_wait_in_two_steps(self, bank: Bank, writer: User, appraiser: User) -> None:
        for number in (1, 2):
            revision(bank, number, by=writer)
        revision(bank, 3, by=appraiser)
        browser = client(appraiser)
        page = browser.get(url("bank_approve_all", bank.pk))
        assert "Duyệt 2 câu hỏi của ngân hàng" in text(page)
        assert "Không gồm 1 câu" in text(page)
        assert not Appraisal.objects.exists()
        done = browser.post(url("bank_approve_all", bank.pk), {"expected": "2"}, follow=True)
        assert "Đã duyệt 2 câu hỏi." in text(done)
        assert Appraisal.objects.filter(verdict="approved", appraiser=appraiser).count() == 2

    def test_not_ones_own_and_not_another_number(self, bank: Bank, writer: User, appraiser: User) -> None:
        revision(bank, 1, by=writer)
        assert "Phải do người khác thẩm định" in text(client(writer).get(url("bank_approve_all", bank.pk)))
        assert client(writer).post(url("bank_approve_all", bank.pk), {"expected": "1"}).status_code == 409
        assert client(appraiser).post(url("bank_approve_all", bank.pk), {"expected": "9"}).status_code == 409
        assert client(appraiser).post(url("bank_approve_all", bank.pk), {"expected": "x"}).status_code == 409
        assert not Appraisal.objects.exists()

    def test_one_question_and_on_to_the_next(self, bank: Bank, writer: User, appraiser: User) -> None:
        first, second = (revision(bank, number, by=writer) for number in (1, 2))
        response = client(appraiser).post(
            url("question_change", first.question_id),
            {"verdict": "returned", "comment": "Sai căn cứ", "revision": first.pk},
        )
        assert response["Location"] == url("question_change", second.question_id)
        page = text(client(writer).get(url("question_change", first.question_id)))
        assert "Sai căn cứ" in page
        assert "Trả lại" in page

    def test_what_is_refused_is_said_on_the_page(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        other = revision(bank, 2, by=writer)
        address = url("question_change", one.question_id)

        def answer(user: User, **data: Any) -> str:
            response = client(user).post(address, {"verdict": "approved", "revision": one.pk, **data})
            assert response.status_code == 200
            return text(response)

        assert "phải ghi lý do" in answer(appraiser, verdict="returned")
        assert "không được thẩm định" in answer(writer) or "phải do người khác" in answer(writer)
        answer(appraiser, revision=other.pk)
        answer(appraiser, verdict="tuyệt")
        assert not Appraisal.objects.exists()

    def test_without_the_right_to_appraise(self, bank: Bank, writer: User) -> None:
        one = revision(bank, 1, by=writer)
        reader = person("Người Đọc", "view_question", "see_key")
        address = url("question_change", one.question_id)
        assert "Ghi kết luận" not in text(client(reader).get(address))
        assert client(reader).post(address, {"verdict": "approved", "revision": one.pk}).status_code == 403


class TestEdit:
    DATA: ClassVar[dict[str, Any]] = {
        "kind": "single",
        "topic": "Thể chế",
        "difficulty": "hard",
        "tags": "pháp luật, Đề án 06, pháp luật",
        "text": "Câu đã sửa?",
        "A": "a",
        "B": "b",
        "C": "c",
        "D": "d",
        "keys": ["C"],
        "explanation": "",
        "source": "Điều 3",
        "source_link": "https://vanban.example/123",
        "base": "1",
    }

    def test_an_edit_makes_a_draft(self, bank: Bank, writer: User, appraiser: User) -> None:
        old = revision(bank, 1, by=writer)
        page = client(appraiser).post(url("question_edit", old.question_id), self.DATA, follow=True)
        assert "Đã lưu bản nháp, phiên bản 2" in text(page)
        new = old.question.revisions.get(number=2)
        assert not hasattr(new, "submission")
        assert (new.writer, new.content) == (
            appraiser,
            Content(
                topic="Thể chế",
                text="Câu đã sửa?",
                options=("a", "b", "c", "d"),
                keys=(2,),
                source="Điều 3",
                difficulty=Difficulty.HARD,
                tags=("pháp luật", "Đề án 06"),
                source_link="https://vanban.example/123",
            ),
        )

    def test_or_hands_it_in_at_once(self, bank: Bank, writer: User) -> None:
        question = revision(bank, 1, by=writer).question
        data = {**self.DATA, "act": "submit"}
        page = client(writer).post(url("question_edit", question.pk), data, follow=True)
        assert "Đã lưu phiên bản 2, chờ thẩm định." in text(page)
        assert question.revisions.get(number=2).submission.by == writer

    def test_a_question_is_added(self, bank: Bank, writer: User) -> None:
        address = url("question_add") + f"?bank={bank.pk}"
        response = client(writer).post(address, {**self.DATA, "base": "0"})
        assert response.status_code == 302
        assert Revision.objects.get().question.number == 1

    def test_adding_without_a_bank_leads_to_the_banks(self, writer: User) -> None:
        assert client(writer).get(url("question_add"))["Location"] == url("bank_changelist")

    def test_a_topic_that_is_new_is_made(self, bank: Bank, writer: User) -> None:
        one = revision(bank, 1, by=writer)
        browser = client(writer)
        browser.post(url("question_edit", one.question_id), {**self.DATA, "topic": "thể chế >  Một cửa "})
        assert one.question.revisions.get(number=2).topic.name == "thể chế › Một cửa"
        browser.post(url("question_edit", one.question_id), {**self.DATA, "topic": "THỂ CHẾ", "base": "2"})
        assert one.question.revisions.get(number=3).topic.name == "Thể chế"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"text": "  "}, "Trường này là bắt buộc."),
            ({"text": "<p>&nbsp;</p>"}, "Trường này là bắt buộc."),
            ({"text": "??"}, "Câu hỏi không có chữ nào."),
            ({"text": "chữ " * 501}, "Dài 2003 ký tự, tối đa là 2000."),
            ({"B": "a"}, "Trùng với phương án A."),
            ({"B": "<i>a</i>"}, "Trùng với phương án A."),
            ({"F": "f"}, "Phương án còn trống."),
            ({"D": ""}, "Phương án còn trống."),
            ({"D": ""}, "Câu hỏi có 3 phương án; loại này thường có ít nhất 4."),
            ({"keys": []}, "Chưa chọn đáp án đúng."),
            ({"keys": ["E"]}, "Đáp án không có trong các phương án."),
            ({"keys": ["A", "B"]}, "Loại câu hỏi này chỉ có một đáp án đúng."),
            ({"kind": "multiple", "keys": ["A", "B", "C", "D"]}, "Phải có ít nhất một phương án sai."),
            ({"kind": "true_false", "keys": ["C"]}, "Đáp án không có trong các phương án."),
            ({"source": "Nghò quyeát cuûa Chính phuû"}, "bảng mã cũ"),
            ({"source_link": "javascript:alert(1)"}, "Liên kết phải là địa chỉ http hoặc https."),
            ({"source_link": "ftp://a.example/b"}, "Liên kết phải là địa chỉ http hoặc https."),
            ({"topic": "A > > B"}, "Mỗi cấp của chủ đề phải có tên."),
            ({"topic": "a>b>c>d>e>f"}, "Chủ đề có tối đa 5 cấp."),
            ({"tags": "x" * 51}, "tối đa là 50"),
            ({"tags": ",".join(map(str, range(21)))}, "Có tối đa 20 nhãn."),
            ({"text": "<b>" * 61}, "Có quá nhiều thẻ HTML lồng nhau."),
            ({"text": f"Hình <img src='/hinh/{'0' * 32}.png' alt=''>"}, "Mỗi hình phải có lời mô tả"),
            ({"text": f"Hình <img src='/hinh/{'0' * 32}.png' alt='x'>"}, "Có hình chưa được tải lên."),
            ({"base": "7"}, "vừa được người khác sửa"),
        ],
    )
    def test_faults_are_said_at_their_field(
        self, bank: Bank, writer: User, changes: dict[str, Any], sentence: str
    ) -> None:
        one = revision(bank, 1, by=writer)
        response = client(writer).post(url("question_edit", one.question_id), {**self.DATA, **changes})
        assert response.status_code == 200
        assert sentence in text(response)
        assert Revision.objects.count() == 1

    def test_the_history_has_every_revision_and_appraisal(
        self, bank: Bank, writer: User, appraiser: User
    ) -> None:
        for version in (1, 2, 3):
            verdict(revision(bank, 1, by=writer, version=version), appraiser, "retired")
        browser = client(writer)
        address = url("question_change", Question.objects.get().pk)
        with CaptureQueriesContext(connection) as queries:
            page = text(browser.get(address))
        assert len(queries) == 7
        assert page.count("Ngừng dùng</strong>") == 3
        assert "Câu hỏi 1 phiên bản 2?" in page
