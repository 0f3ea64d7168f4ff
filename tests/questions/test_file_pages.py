"""The pages that bring questions in from files and out into them, and the page of near duplicates."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from questions.admin.exports import CHOICES
from questions.domain.importing import import_questions
from questions.formats.catalog import FORMATS
from questions.models import Bank, DuplicateSearch, ImportDraft, Revision, Submission
from tests.questions.formats.samples import NAMES, PICTURES, item, truth
from tests.questions.helpers import person

RIGHTS = ("view_bank", "view_question", "add_question", "see_key")
SECRET = "Vì bí mật là như thế"
ITEMS = [
    item(1, number=1, topics=("Thể chế",), text="Một là <em>gì</em>?", explanation=SECRET),
    item(0, 2, number=2, topics=("Thể chế", "Một cửa"), text=f'Hai? <img src="{NAMES[0]}" alt="Sơ đồ">'),
    truth(False, number=3, topics=("Khác",), text="Ba là bốn"),
]


@pytest.fixture
def bank(db: None) -> Bank:
    made = Bank.objects.create(name="Ngân hàng A")
    data, _lost = FORMATS["zip"].write(ITEMS, PICTURES)
    import_questions(made, io.BytesIO(data), by=person("Người Soạn"), form="zip")
    return made


pytestmark = pytest.mark.usefixtures("work_at_once")


def browser(*rights: str) -> Client:
    client = Client()
    user: User = person("Người Dùng", *rights)
    client.force_login(user)
    return client


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:questions_bank_{name}", args=args)


@pytest.mark.parametrize("key", CHOICES)
def test_a_file_of_each_format_in_two_steps_and_on_the_trail(bank: Bank, key: str) -> None:
    client = browser(*RIGHTS)
    asked = {"format": key, "state": "", "topic": "Thể chế"}
    page = client.get(address("export_file", bank.pk), asked).content.decode()
    assert "<strong>2</strong> trong số 3 câu hỏi" in page
    assert ("không giữ được hết" in page) == (key in {"excel", "gift", "aiken"})
    response = client.post(address("export_file", bank.pk), asked)
    assert response["Content-Disposition"].startswith('attachment; filename="ngan-hang-a')
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.filter(verb="exported bank").get()
    assert (event.data["format"], event.data["questions"], event.data["topic"]) == (key, 2, "Thể chế")
    if key in FORMATS:
        assert len(FORMATS[key].read(response.content).items) == (1 if key == "aiken" else 2)


def pdf_text(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_the_paper_has_no_key_and_the_key_apart_from_it_has(bank: Bank) -> None:
    client = browser(*RIGHTS)
    paper = client.post(address("export_file", bank.pk), {"format": "paper"})
    key = client.post(address("export_file", bank.pk), {"format": "key"})
    assert paper["Content-Type"] == key["Content-Type"] == "application/pdf"
    words = pdf_text(paper.content)
    assert "Câu 1. Một là gì?" in words
    assert "Thể chế › Một cửa" in words
    assert "(chọn một hoặc nhiều phương án)" in words
    assert SECRET not in words
    assert len(PdfReader(io.BytesIO(paper.content)).pages[0].images) == 1
    words = pdf_text(key.content)
    assert SECRET in words
    assert "A, C" in words


def test_who_may_not_see_keys_gets_the_paper_alone(bank: Bank) -> None:
    client = browser("view_bank", "view_question")
    page = client.get(address("export_file", bank.pk)).content.decode()
    assert 'value="paper"' in page
    assert 'value="excel"' not in page
    for key in set(CHOICES) - {"paper"}:
        response = client.post(address("export_file", bank.pk), {"format": key})
        assert response.status_code == 200
        assert "Content-Disposition" not in response
    assert not AuditEvent.objects.filter(verb="exported bank").exists()
    assert (
        client.post(address("export_file", bank.pk), {"format": "paper"})["Content-Type"] == "application/pdf"
    )
    assert client.get(address("duplicates", bank.pk)).status_code == 403


def test_a_part_without_questions_and_one_too_large_to_print(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(*RIGHTS)
    page = client.get(address("export_file", bank.pk), {"format": "excel", "state": "retired"})
    assert "Không có câu hỏi nào như vậy" in page.content.decode()
    monkeypatch.setattr("questions.admin.exports.PAGE_LIMIT", 2)
    monkeypatch.setattr("questions.exporters.papers.PAGE_LIMIT", 2)
    for response in (
        client.get(address("export_file", bank.pk), {"format": "paper"}),
        client.post(address("export_file", bank.pk), {"format": "paper"}),
    ):
        assert "tối đa 2 câu hỏi" in response.content.decode()


def upload(client: Client, bank: Bank, name: str, data: bytes) -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post(address("import_file", bank.pk), {"file": file}, follow=True)


def test_a_package_with_pictures_is_previewed_and_kept_as_drafts(bank: Bank) -> None:
    other = Bank.objects.create(name="Ngân hàng B")
    client = browser(*RIGHTS)
    data, _lost = FORMATS["zip"].write(ITEMS, PICTURES)
    preview = upload(client, other, "gói.zip", data)
    page = preview.content.decode()
    assert "Có 1 hình; hình chỉ hiện sau khi nhập" in page
    assert "Nhiều đáp án: 1" in page
    assert "[Hình: Sơ đồ]" in page
    assert "<em>gì</em>" in page
    done = client.post(preview.request["PATH_INFO"], {"submit": "draft"}, follow=True)
    assert "Đã nhập 3 câu hỏi thành bản nháp" in done.content.decode()
    made = Revision.objects.filter(question__bank=other)
    assert made.count() == 3
    assert not Submission.objects.filter(revision__in=made).exists()
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_taken_by_its_content(bank: Bank, key: str) -> None:
    other = Bank.objects.create(name="Ngân hàng B")
    data, _lost = FORMATS[key].write(ITEMS, PICTURES)
    page = upload(browser(*RIGHTS), other, f"a{FORMATS[key].extension}", data).content.decode()
    assert f"({FORMATS[key].name})" in page
    assert "không có lỗi" in page


def test_what_is_no_file_of_questions(bank: Bank) -> None:
    client = browser(*RIGHTS)
    assert "Chọn một tệp Excel (.xlsx), Word" in upload(client, bank, "a.pdf", b"%PDF").content.decode()
    assert "Tệp rỗng" in upload(client, bank, "a.docx", b"").content.decode()
    assert (
        "đã có trong ngân hàng"
        in upload(client, bank, "a.zip", FORMATS["zip"].write(ITEMS)[0]).content.decode()
    )


def test_the_page_of_near_duplicates(bank: Bank) -> None:
    client = browser(*RIGHTS)
    place = address("duplicates", bank.pk)
    page = client.get(place).content.decode()
    assert "So từng câu hỏi với mọi câu khác" in page
    assert not DuplicateSearch.objects.exists()
    page = client.post(place, follow=True).content.decode()
    assert "Không có câu hỏi nào giống nhau" in page
    assert "Ngân hàng đã thay đổi" not in page
    long = "Theo Nghị quyết số 76/NQ-CP, cải cách hành chính giai đoạn 2021 - 2030 có mấy nội dung"
    pair = [
        item(1, number=8, topics=("Thể chế",), text=f"{long}?"),
        item(2, number=9, topics=("Thể chế",), text=f"{long} chính?"),
    ]
    data, _lost = FORMATS["zip"].write(pair)
    import_questions(bank, io.BytesIO(data), by=person("Khác"), form="zip")
    assert "Ngân hàng đã thay đổi từ lúc đó" in client.get(place).content.decode()
    page = client.post(place, follow=True).content.decode()
    assert "Câu hỏi như nhau, đáp án khác nhau (1)" in page
