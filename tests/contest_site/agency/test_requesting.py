"""What an officer asks for: one request at a time, decided once, carried out in the same transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from contest_site.agency.models import AgencyDecision, AgencyRequest
from contest_site.agency.requesting import ask_headcount, ask_unit_name, ask_unit_of, decide_agency_request
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotNow, Refused
from contests.domain.headcounts import correct_headcount, lock_headcounts
from contests.domain.requesting import decide_request
from contests.models import Contest, EntryRequest, Unit, UnitOfficer
from tests.support.factories import make_contest, make_entry, make_staff, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contest() -> Contest:
    city = make_unit("Thành phố", code="C")
    for letter in "AB":
        make_unit(f"Phường {letter}", city, code=f"C-{letter}")
    return make_contest(area=city, slug="cuoc-thi")


def ward(letter: str) -> Unit:
    return Unit.objects.get(code=f"C-{letter}")


def officer(*units: Unit) -> User:
    user = make_user()
    for unit in units:
        UnitOfficer.objects.create(user=user, unit=unit)
    return user


def page(user: User, name: str, *args: object, data: dict[str, Any] | None = None, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    path = reverse(f"agency:{name}", args=["cuoc-thi", *args])
    if data is None:
        return client.get(path, query)
    return client.post(path, data, query_params=query)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- The verbs ----------------------------------------------------------------------------------------------
def test_an_accepted_number_stands_with_the_agencys_grounds_even_after_the_lock(contest: Contest) -> None:
    unit, by, chief = ward("A"), officer(ward("A")), make_staff()
    correct_headcount(contest, unit, 40, by=chief)
    lock_headcounts(contest, by=chief)
    asked = ask_headcount(contest, unit, 52, by=by, reason="Thêm 12 người hợp đồng")
    assert contest.headcounts.get(unit=unit).people == 40
    decision = decide_agency_request(asked, by=chief, accept=True)
    assert contest.headcounts.get(unit=unit).people == 52
    assert (decision.verdict, decision.before) == ("accepted", "40")
    change = AuditEvent.objects.get(verb="corrected headcount", data__after=52)
    assert change.reason == "Đề nghị của đơn vị: Thêm 12 người hợp đồng"
    assert AuditEvent.objects.filter(verb__in=["sent agency request", "accepted agency request"]).count() == 2


def test_an_accepted_name_is_the_units_name_from_then_on(contest: Contest) -> None:
    asked = ask_unit_name(contest, ward("A"), "Phường Á", by=officer(ward("A")), reason="Thiếu dấu")
    decide_agency_request(asked, by=make_staff(), accept=True)
    assert ward("A").name == "Phường Á"
    assert ward("A").folded == "phuong a"
    event = AuditEvent.objects.get(verb="corrected unit name")
    assert (event.data["before"], event.data["after"]) == ("Phường A", "Phường Á")


def test_a_name_that_a_sister_has_is_not_taken(contest: Contest) -> None:
    asked = ask_unit_name(contest, ward("A"), "phường b", by=officer(ward("A")), reason="Thử xem")
    with pytest.raises(Invalid, match="cùng tên"):
        decide_agency_request(asked, by=make_staff(), accept=True)
    assert ward("A").name == "Phường A"
    assert not AgencyDecision.objects.exists()


def test_a_refusal_has_grounds_and_changes_nothing(contest: Contest) -> None:
    asked = ask_headcount(contest, ward("A"), 52, by=officer(ward("A")), reason="Thêm người")
    with pytest.raises(Invalid, match="lý do không chấp nhận"):
        decide_agency_request(asked, by=make_staff(), accept=False, grounds=" ")
    decide_agency_request(asked, by=make_staff(), accept=False, grounds="Không có quyết định kèm theo")
    assert not contest.headcounts.exists()


def test_a_request_is_decided_once_and_another_waits_for_it(contest: Contest) -> None:
    by = officer(ward("A"))
    asked = ask_headcount(contest, ward("A"), 52, by=by, reason="Thêm người")
    with pytest.raises(NotNow, match="đang chờ"):
        ask_headcount(contest, ward("A"), 53, by=by, reason="Thêm người")
    ask_headcount(contest, ward("B"), 9, by=by, reason="Đơn vị khác")
    decide_agency_request(asked, by=make_staff(), accept=True)
    with pytest.raises(NotNow, match="đã được quyết định"):
        decide_agency_request(asked, by=make_staff(), accept=False, grounds="Nhầm")
    with pytest.raises(Invalid, match="đúng số này"):
        ask_headcount(contest, ward("A"), 52, by=by, reason="Thêm người")
    ask_headcount(contest, ward("A"), 53, by=by, reason="Thêm người nữa")


@pytest.mark.parametrize(
    ("people", "reason", "sentence"),
    [(0, "Thêm người", "từ 1 đến"), (10**8, "Thêm người", "từ 1 đến"), (5, " ", "Ghi lý do")],
)
def test_what_cannot_be_is_not_asked_for(contest: Contest, people: int, reason: str, sentence: str) -> None:
    with pytest.raises((Invalid, Refused), match=sentence):
        ask_headcount(contest, ward("A"), people, by=officer(ward("A")), reason=reason)
    assert not AgencyRequest.objects.exists()


def test_a_persons_unit_waits_with_the_peoples_own_requests(contest: Contest) -> None:
    entry, by = make_entry(contest, unit=ward("A")), officer(ward("A"))
    with pytest.raises(Invalid, match="đúng đơn vị đã chọn"):
        ask_unit_of(entry, ward("A"), by=by, reason="Chọn nhầm")
    asked = ask_unit_of(entry, ward("B"), by=by, reason="Chọn nhầm khi đăng ký")
    decide_request(EntryRequest.objects.get(pk=asked.pk), by=make_staff(), accept=True)
    entry.refresh_from_db()
    assert entry.unit == ward("B")


# --- The pages ----------------------------------------------------------------------------------------------
def test_an_officer_sends_a_number_and_reads_the_answer(contest: Contest) -> None:
    user = officer(ward("A"))
    assert "Chưa có tổng số người" in text_of(page(user, "headcount"))
    wrong = page(user, "headcount", data={"people": "nhiều", "reason": ""})
    assert wrong.status_code == 400
    assert "Ghi một số nguyên" in text_of(wrong)
    sent = page(user, "headcount", data={"people": "1.250", "reason": "Theo biên chế năm nay"})
    assert sent.status_code == 302
    text = text_of(page(user, "requests"))
    assert "1.250 người" in text
    assert "Chờ Ban Tổ chức" in text
    decide_agency_request(AgencyRequest.objects.get(), by=make_staff(), accept=False, grounds="Thiếu căn cứ")
    assert "Thiếu căn cứ" in text_of(page(user, "requests"))


def test_an_officer_sends_a_name(contest: Contest) -> None:
    user = officer(ward("A"))
    assert page(user, "unit_name", data={"name": "Phường A", "reason": "Thử"}).status_code == 400
    page(user, "unit_name", data={"name": "Phường An", "reason": "Ghi thiếu chữ"})
    assert AgencyRequest.objects.get().name == "Phường An"


def test_an_officer_finds_a_person_and_asks_for_another_unit(contest: Contest) -> None:
    user = officer(ward("A"))
    entry = make_entry(contest, unit=ward("A"), full_name="Trần Thị Ánh")
    make_entry(contest, unit=ward("B"), full_name="Lê Thị Ánh")
    found = text_of(page(user, "people", q="thi anh"))
    assert "Trần Thị Ánh" in found
    assert "Lê Thị Ánh" not in found
    searched = page(user, "person", entry.pk, data={"unit_query": "phuong b", "find": "1"})
    assert "Phường B" in text_of(searched)
    data = {"unit_query": "", "unit": ward("B").pk, "reason": "Chọn nhầm khi đăng ký"}
    assert page(user, "person", entry.pk, data=data).status_code == 302
    asked = EntryRequest.objects.get()
    assert (asked.by, asked.wanted) == (user, {"unit": ward("B").pk})
    assert "Phường B" in text_of(page(user, "requests"))


@pytest.mark.parametrize("name", ["requests", "headcount", "unit_name", "people"])
def test_another_units_requests_are_not_found(contest: Contest, name: str) -> None:
    user = officer(ward("A"))
    assert page(user, name, unit=ward("B").pk).status_code == 404
    assert page(make_user(), name).status_code == 404
    assert page(user, name)["Cache-Control"] == "private, no-store"


def test_a_person_of_another_unit_is_not_found(contest: Contest) -> None:
    other = make_entry(contest, unit=ward("B"))
    assert page(officer(ward("A")), "person", other.pk).status_code == 404


def test_what_another_unit_asked_is_not_listed(contest: Contest) -> None:
    ask_headcount(contest, ward("B"), 77, by=officer(ward("B")), reason="Của phường B")
    assert "Của phường B" not in text_of(page(officer(ward("A")), "requests"))


def test_organisers_read_requests_and_send_none(contest: Contest) -> None:
    chief = make_staff()
    assert page(chief, "requests").status_code == 200
    assert page(chief, "headcount").status_code == 403
    assert page(chief, "headcount", data={"people": "5", "reason": "Thử thôi"}).status_code == 403


# --- The organisers' queue ----------------------------------------------------------------------------------
def test_organisers_decide_on_a_page_that_says_what_will_happen(contest: Contest) -> None:
    asked = ask_headcount(contest, ward("A"), 52, by=officer(ward("A")), reason="Thêm người")
    client = Client()
    client.force_login(make_staff())
    listing = client.get(reverse("admin:agency_agencyrequest_changelist"), {"tinh-trang": "cho"})
    where = reverse("admin:agency_agencyrequest_decide", args=[asked.pk])
    assert where in listing.content.decode()
    assert "tổng số người của chính đơn vị được sửa ngay" in text_of(client.get(where))
    assert client.post(where, {"act": "refuse"}).status_code == 400
    assert client.post(where, {"act": "x"}).status_code == 400
    assert not AgencyDecision.objects.exists()
    assert client.post(where, {"act": "accept"}).status_code == 302
    assert contest.headcounts.get().people == 52
    assert "Đã chấp nhận" in text_of(client.get(where))
