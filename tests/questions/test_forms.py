"""What people type, paste and upload in the form of a question, and what becomes of it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from contest_site.accounts.models import User
from questions.enums import Kind
from questions.formats.pictures import read_picture
from questions.formats.rich_reading import clean_rich
from questions.forms import QuestionForm
from questions.models import Picture
from questions.widgets import RichTextarea, read_rich, typed_of
from tests.questions.helpers import bank_with_topics, person, revision
from tests.questions.test_admin import client, text, url
from tests.questions.test_pictures import NAME, PNG

KEPT = read_picture(PNG).name
DATA: dict[str, Any] = {
    "kind": "single",
    "topic": "Thể chế",
    "text": "Câu hỏi?",
    **{letter: letter.lower() for letter in "ABCD"},
    "keys": ["A"],
    "base": "0",
}
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body><!--StartFragment-->
<p class=MsoNormal style='color:red'><b><span lang=VI style='font-size:14.0pt'>Nghị quyết</span></b>
<span style='font-family:"Times New Roman"'>số <i>76</i>/NQ-CP<o:p></o:p></span></p>
<p class=MsoNormal><a href="file:///C:/x.doc" onclick="alert(1)">xem</a><img src="file:///C:/a.png"></p>
<script>alert(1)</script><!--EndFragment--></body></html>"""


def form_of(**changes: Any) -> QuestionForm:
    return QuestionForm({**DATA, **changes})


def content_of(**changes: Any) -> Any:
    form = form_of(**changes)
    assert form.is_valid(), form.errors
    return form.content


class TestRich:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("Câu\nhai  dòng ", "Câu<br>hai dòng"),
            ("1 < 2 & R&D", "1 &lt; 2 &amp; R&amp;D"),
            ("H<sub>2</sub>O\nlà <B>nước</B>", "H<sub>2</sub>O<br>là <strong>nước</strong>"),
            ("<div>một</div><div>hai</div>", "<p>một</p><p>hai</p>"),
            ("a&nbsp;b", "a b"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("<b onclick=x>a</b><script>alert(1)</script>", "<strong>a</strong>"),
            ("<p><br></p>", ""),
            (f'<img src="/hinh/{NAME}" alt="x" onerror="y">', f'<img src="{NAME}" alt="x">'),
            ('a<img src="https://a.example/b.png" alt="x">', "a"),
            ('a<img src="data:image/png;base64,AAAA" alt="x">', "a"),
            (WORD, "<p><strong>Nghị quyết</strong> số <em>76</em>/NQ-CP</p><p>xem</p>"),
        ],
    )
    def test_what_is_typed_or_pasted_comes_out_clean(self, typed: str, stored: str) -> None:
        assert read_rich(typed) == stored

    @given(st.text("ab<>&;/ \n\"'bp", max_size=40))
    def test_what_is_stored_is_stored_again_unchanged(self, typed: str) -> None:
        stored = read_rich(typed)
        assert clean_rich(stored) == stored
        assert read_rich(stored) == stored
        assert read_rich(typed_of(stored)) == stored

    @pytest.mark.parametrize(
        "stored", ["A &amp; B", "&lt;b&gt;", "a<br>b", "<p>a</p><p>b</p>", "a <em>b</em>"]
    )
    def test_the_area_and_the_editor_begin_with_the_same(self, stored: str) -> None:
        markup = RichTextarea().render("text", stored)
        assert f'data-rich="{escaped(stored)}"' in markup
        assert f">{escaped(typed_of(stored))}</textarea>" in markup

    def test_no_text_gets_out_of_its_attribute(self) -> None:
        markup = RichTextarea().render("text", '<b>"><script>alert(1)</script></b>')
        assert "<script" not in markup


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class TestKinds:
    def test_several_keys(self) -> None:
        content = content_of(kind="multiple", keys=["C", "A"])
        assert (content.kind, content.keys) == (Kind.MULTIPLE, (0, 2))

    def test_true_or_false_has_its_own_options(self) -> None:
        content = content_of(kind="true_false", keys=["B"])
        assert (content.kind, content.options, content.keys) == (Kind.TRUE_FALSE, ("Đúng", "Sai"), (1,))

    def test_three_options_are_usual_for_several_keys(self) -> None:
        assert content_of(kind="multiple", D="").options == ("a", "b", "c")

    def test_fewer_only_when_they_are_meant(self) -> None:
        form = form_of(C="", D="")
        assert not form.is_valid()
        assert form.asks_about_fewer
        assert content_of(C="", D="", fewer="on").options == ("a", "b")
        assert not form_of(B="", C="", D="", fewer="on").is_valid()

    def test_two_pictures_are_two_options(self) -> None:
        one, other = (f'<img src="/hinh/{digit * 32}.png" alt="hình">' for digit in "ab")
        assert form_of(A=one, B=other).is_valid()
        assert not form_of(A=one, B=one).is_valid()

    @pytest.mark.django_db
    def test_a_form_that_is_saved_as_it_was_says_the_same(self) -> None:
        one = revision(bank_with_topics(), 1, by=person("Người Soạn"))
        initial = QuestionForm.initial_of(one)
        form = QuestionForm({**initial, "fewer": ""})
        assert form.is_valid(), form.errors
        assert form.content == one.content


@pytest.mark.django_db
class TestPictureUpload:
    @pytest.fixture(autouse=True)
    def _no_second_factor(self, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = False

    @pytest.fixture
    def writer(self) -> User:
        return person("Người Soạn", "add_question", "change_question", "view_question", "see_key")

    def upload(self, user: User, data: bytes, name: str = "a.png") -> Any:
        return client(user).post(url("question_picture"), {"file": SimpleUploadedFile(name, data)})

    def test_from_the_upload_to_the_page(self, writer: User) -> None:
        answer = self.upload(writer, PNG + b"<script>alert(1)</script>", "a.svg").json()
        kept = Picture.objects.get()
        assert answer == {"address": f"/hinh/{kept.name}", "width": 1, "height": 1}
        assert (bytes(kept.content), kept.by) == (PNG, writer)
        assert self.upload(writer, PNG).json() == answer
        assert Picture.objects.count() == 1

        bank = bank_with_topics()
        data = {**DATA, "text": f'Hình gì? <img src="{answer["address"]}" alt="Một điểm">'}
        page = client(writer).post(url("question_add") + f"?bank={bank.pk}", data, follow=True)
        assert f'<img src="/hinh/{kept.name}" loading="lazy" decoding="async" alt="Một điểm">' in text(page)
        assert client(writer).get(answer["address"]).content == PNG

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            (b"GIF89a", "hỏng"),
            (b"%PDF-1.7", "không phải là hình"),
            (PNG + bytes(2 * 1024 * 1024), "2 MB"),
        ],
    )
    def test_what_is_no_picture(self, writer: User, data: bytes, words: str) -> None:
        response = self.upload(writer, data)
        assert response.status_code == 400
        assert words in response.json()["error"]
        assert not Picture.objects.exists()

    def test_rights(self, writer: User) -> None:
        assert self.upload(person("Người Đọc", "view_question", "see_key"), PNG).status_code == 403
        assert client(writer).get(url("question_picture")).status_code == 400
        assert client(person("Người Thi", staff=False)).post(url("question_picture")).status_code == 302
        assert not Picture.objects.exists()


@pytest.mark.django_db
class TestPictureWithoutScript:
    @pytest.fixture(autouse=True)
    def _no_second_factor(self, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = False

    @pytest.fixture
    def writer(self) -> User:
        return person("Người Soạn", "add_question", "change_question", "view_question", "see_key")

    def send(self, writer: User, address: str, file: bytes | None = PNG, **changes: Any) -> Any:
        files = {} if file is None else {"file": SimpleUploadedFile("a.png", file)}
        data = {**DATA, "act": "picture", "alt": 'Công thức "a < b"', "place": "text", **files, **changes}
        return client(writer).post(address, data)

    def test_it_goes_behind_the_text_and_nothing_is_saved(self, writer: User) -> None:
        bank = bank_with_topics()
        page = self.send(writer, url("question_add") + f"?bank={bank.pk}", text="Dòng một\nDòng hai")
        assert "Đã thêm hình vào nội dung. Câu hỏi chưa được lưu." in text(page)
        assert not bank.questions.exists()
        form = page.context["form"]
        assert not form.is_bound
        assert form["A"].value() == "a"
        assert form["keys"].value() == ["A"]
        typed = form["text"].value()
        assert typed == (
            f'<p>Dòng một<br>Dòng hai</p><p><img src="{KEPT}" alt="Công thức &quot;a &lt; b&quot;"></p>'
        )
        # What the area shows is what is saved with the next button.
        saved = client(writer).post(
            url("question_add") + f"?bank={bank.pk}", {**DATA, "text": typed, "act": "draft"}, follow=True
        )
        assert f'<img src="/hinh/{KEPT}"' in text(saved)
        assert bank.questions.get().revisions.get().text == typed

    def test_into_an_option_of_a_question_that_is_edited(self, writer: User) -> None:
        one = revision(bank_with_topics(), 1, by=person("Người Khác"))
        page = self.send(writer, url("question_edit", one.question_id), place="C", base="1")
        typed = f'<p>c</p><p><img src="{KEPT}" alt="Công thức &quot;a &lt; b&quot;"></p>'
        assert page.context["form"]["C"].value() == typed
        assert page.context["form"]["base"].value() == "1"
        assert one.question.revisions.count() == 1

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"file": None}, "Chưa chọn tệp hình."),
            ({"alt": " "}, "Chưa có mô tả hình."),
            ({"file": b"<svg onload=alert(1)>"}, "Không dùng được hình này"),
            ({"file": b""}, "Không dùng được hình này"),
            ({"place": "keys"}, "keys"),
            ({"text": "<p>" + "<b>" * 2_000}, "lồng nhau"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, writer: User, changes: dict[str, Any], sentence: str
    ) -> None:
        bank = bank_with_topics()
        page = self.send(writer, url("question_add") + f"?bank={bank.pk}", **changes)
        assert page.status_code == 200
        assert sentence in str(page.context["picture"].errors)
        assert page.context["form"]["B"].value() == "b"
        assert not bank.questions.exists()
