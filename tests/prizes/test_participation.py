"""Papers of participation: on request, after the end, for those who count, checked by anybody."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from attempts.models import Disqualification, Reinstatement
from contest_site.lib.errors import NotAllowed
from contest_site.lib.pdf import PageCountError
from contest_site.privacy.erasing import erase_entries
from contests.domain.consenting import withdraw_consent
from contests.enums import CertificateKind
from contests.models import CertificateTemplate, Contest, Entry, Round, RoundClosing
from prizes.domain.participation import file_of, issue_paper, refusal_of, render_paper
from prizes.models import ParticipationPaper
from prizes.tasks import render_participation
from tests.prizes.support import over, take
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_round,
    make_user,
    submitted_attempt,
)


@pytest.fixture
def round(db: None) -> Round:
    """A closed round of a contest whose plan has such a paper."""
    found = over()
    with_paper(found.contest)
    return found


def with_paper(contest: Contest) -> None:
    CertificateTemplate.objects.create(
        contest=contest,
        name="Giấy xác nhận",
        position=2,
        kind=CertificateKind.THAM_GIA,
        issuer="Ban Tổ chức Cuộc thi",
        reason="Cuộc thi trực tuyến tìm hiểu cải cách hành chính",
        signature_authority="TM. BAN TỔ CHỨC",
        signature_title="TRƯỞNG BAN",
    )


def client_of(entry: Entry) -> Client:
    client = Client()
    client.force_login(entry.user)
    return client


def address(entry: Entry, name: str = "participation") -> str:
    return reverse(f"prizes:{name}", args=[entry.contest.slug])


def public(paper: ParticipationPaper) -> Any:
    return Client().get(reverse("prizes:certificate", args=[paper.code]))


def test_asked_for_drawn_by_the_worker_downloaded_and_checked(round: Round) -> None:
    entry = take(round, "Nguyễn Thị Ánh Tuyết")
    client = client_of(entry)
    assert "Nhận giấy xác nhận" in client.get(address(entry)).content.decode()
    assert not ParticipationPaper.objects.exists(), "looking asks for nothing"
    client.post(address(entry))
    client.post(address(entry))
    paper = ParticipationPaper.objects.get()
    render_participation(paper.pk)
    assert "Giấy xác nhận đã sẵn sàng" in client.get(address(entry)).content.decode()
    response = client.get(address(entry, "participation_pdf"))
    content = b"".join(response)
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text().split())
    assert "Nguyễn Thị Ánh Tuyết" in text
    assert "ĐÃ THAM GIA" in text.upper()
    assert paper.code[:4] in text
    assert "Số:" not in text
    assert "Quyết định" not in text
    checked = public(paper).content.decode()
    assert "đang có giá trị" in checked
    assert "Nguyễn Thị Ánh Tuyết" in checked
    for private in (entry.phone, entry.unit.name, "17/05/1990"):
        assert private not in checked


def test_a_file_that_is_gone_is_drawn_again_when_somebody_looks(
    round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = take(round, "An")
    paper = issue_paper(entry)
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "prizes.domain.participation.send_after_commit", lambda task, pk: sent.append((task, pk))
    )
    client = client_of(entry)
    page = client.get(address(entry)).content.decode()
    assert "đang được tạo" in page
    assert '<meta http-equiv="refresh"' in page
    client.get(address(entry))
    assert sent == [("prizes.tasks.render_participation", paper.pk)], "once, however often the page looks"
    assert client.get(address(entry, "participation_pdf")).status_code == 409
    render_participation(paper.pk)
    first = file_of(paper).read_bytes()
    file_of(paper).unlink()
    cache.clear()
    client.get(address(entry))
    assert len(sent) == 3
    render_participation(paper.pk)
    assert file_of(paper).read_bytes() == first, "the same bytes"
    assert not list(Path(file_of(paper).parent).glob("*.part"))


def test_a_paper_that_no_page_can_hold_is_told_with_the_hotline_and_not_tried_for_ever(
    round: Round, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entry = take(round, "An")
    paper = issue_paper(entry)
    sent: list[Any] = []
    monkeypatch.setattr("prizes.domain.participation.send_after_commit", lambda *task: sent.append(task))

    def too_long(papers: Any) -> list[bytes]:
        raise PageCountError("2 pages")

    monkeypatch.setattr("prizes.domain.participation.render_papers", too_long)
    render_participation(paper.pk)
    assert [record.levelname for record in caplog.records if "cannot be drawn" in record.message] == ["ERROR"]
    client = client_of(entry)
    page = client.get(address(entry)).content.decode()
    assert "Chưa tạo được giấy xác nhận" in page
    assert f"để được cấp giấy: {entry.contest.hotline}" in page
    assert "http-equiv" not in page
    assert client.get(address(entry, "participation_pdf")).status_code == 409
    assert sent == []
    # With other words it is another paper.
    Entry.objects.filter(pk=entry.pk).update(full_name="Ân")
    assert "đang được tạo" in client.get(address(entry)).content.decode()
    assert len(sent) == 1


def test_a_corrected_name_is_on_the_next_download(round: Round) -> None:
    entry = take(round, "Nguyen Thi Anh")
    paper = issue_paper(entry)
    before = file_of(paper)
    Entry.objects.filter(pk=entry.pk).update(full_name="Nguyễn Thị Ánh")
    assert file_of(ParticipationPaper.objects.get(pk=paper.pk)) != before


def test_a_paper_drawn_for_a_corrected_name_leaves_no_older_file(round: Round) -> None:
    entry = take(round, "Nguyen Thi Anh")
    paper = issue_paper(entry)
    before = render_paper(paper)
    Entry.objects.filter(pk=entry.pk).update(full_name="Nguyễn Thị Ánh")
    render_participation(paper.pk)
    assert not before.exists()
    assert file_of(ParticipationPaper.objects.get(pk=paper.pk)).exists()


def test_erasure_takes_the_file_and_no_other_is_given(
    round: Round, django_capture_on_commit_callbacks: Any
) -> None:
    entry, other = take(round, "An"), take(round, "Bình")
    mine, others = (render_paper(issue_paper(one)) for one in (entry, other))
    older = mine.with_name(f"{ParticipationPaper.objects.get(entry=entry).pk}-{'0' * 16}.pdf")
    older.write_bytes(b"x")
    with django_capture_on_commit_callbacks(execute=True):
        erase_entries(Entry.objects.filter(pk=entry.pk), name_too=False)
    assert (mine.exists(), older.exists(), others.exists()) == (False, False, True)
    entry.refresh_from_db()
    with pytest.raises(NotAllowed, match="đã được xóa"):
        issue_paper(entry)
    render_participation(ParticipationPaper.objects.get(entry=entry).pk)
    assert not list(mine.parent.glob(f"{ParticipationPaper.objects.get(entry=entry).pk}-*")), (
        "by no late task"
    )


def refused(entry: Entry) -> str:
    client = client_of(entry)
    page = client.get(address(entry)).content.decode()
    assert "Nhận giấy xác nhận" not in page
    response = client.post(address(entry))
    assert response.status_code in {403, 409}
    assert not ParticipationPaper.objects.filter(entry=entry).exists()
    reason = refusal_of(entry)
    assert reason is not None
    assert str(reason.message) in page
    return str(reason.message)


def test_who_does_not_count_gets_none(round: Round) -> None:
    listed, trial, judged, idle = (take(round, name) for name in ("An", "Bình", "Cường", "Dung"))
    exclude(round.contest, phone=listed.phone)
    Entry.objects.filter(pk=trial.pk).update(unofficial=True)
    trial.refresh_from_db()
    judgement = Disqualification.objects.create(entry=judged, round=round, grounds="Mật", by=make_user())
    idle = make_entry(round.contest)
    assert "không được tính" in refused(listed)
    assert "không được tính" in refused(trial)
    assert "đã loại kết quả" in refused(judged)
    assert "Mật" not in refused(judged)
    assert "đã nộp ít nhất một bài thi" in refused(idle)
    Reinstatement.objects.create(disqualification=judgement, grounds="Nhầm", by=make_user())
    assert issue_paper(judged).code


def test_none_is_given_before_the_contest_is_over(db: None) -> None:
    round = make_round(make_contest())
    with_paper(round.contest)
    entry = make_entry(round.contest)
    submitted_attempt(entry, round)
    assert "sau khi cuộc thi kết thúc" in refused(entry)
    RoundClosing.objects.create(round=round)
    assert issue_paper(entry).code


def test_who_is_disqualified_afterwards_has_a_paper_that_no_longer_holds(round: Round) -> None:
    entry = take(round, "An")
    paper = issue_paper(entry)
    render_participation(paper.pk)
    Disqualification.objects.create(entry=entry, grounds="Biên bản", by=make_user())
    page = public(paper)
    assert "không còn giá trị" in page.content.decode()
    assert "An</b>" not in page.content.decode()
    assert client_of(entry).get(address(entry, "participation_pdf")).status_code == 404


def test_who_took_the_consent_back_gets_none_and_one_given_before_no_longer_holds(round: Round) -> None:
    holder, late = take(round, "An"), take(round, "Bình")
    paper = issue_paper(holder)
    for entry in (holder, late):
        withdraw_consent(entry, by=entry.user)
    assert "đã được rút lại" in refused(late)
    assert "không còn giá trị" in public(paper).content.decode()


def test_without_such_a_paper_in_the_plan_there_is_no_page(db: None) -> None:
    entry = take(over(), "An")
    assert client_of(entry).get(address(entry)).status_code == 404
    assert client_of(entry).post(address(entry)).status_code == 404


def test_the_file_is_its_holders_alone(round: Round) -> None:
    entry, other = take(round, "An"), take(round, "Bình")
    render_participation(issue_paper(entry).pk)
    assert client_of(other).get(address(entry, "participation_pdf")).status_code == 404
    assert Client().get(address(entry, "participation_pdf")).status_code == 302
    assert client_of(make_entry(make_contest())).get(address(entry)).status_code == 404


def test_a_paper_is_final(round: Round) -> None:
    paper = issue_paper(take(round, "An"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ParticipationPaper.objects.update(code="0" * 28)
    with pytest.raises(IntegrityError), transaction.atomic():
        paper.delete()
