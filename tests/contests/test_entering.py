"""One person, one entry; nothing that cannot be right; nobody who may not take part."""

from __future__ import annotations

import calendar
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError, Invalid, NotAllowed, NotNow
from contest_site.lib.identity import national_id_hash, normal_phone, open_national_id
from contest_site.lib.immutable import erasing_rehearsal_data
from contests.domain.entering import AlreadyEntered, EntryData, enter, enter_unofficially
from contests.domain.excluding import exclude_person, readmit_person
from contests.domain.rounds import close_round
from contests.enums import ExclusionRole
from contests.models import Consent, Contest, Entry
from contests.person import birth_date, birthday, old_enough, person_name
from contests.queries import excluded_entries, exclusion_of, uncounted_entries
from tests.support.factories import make_contest, make_entry, make_round, make_staff, make_unit, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2024, 11, 10)


@pytest.fixture
def contest() -> Contest:
    return make_round(sealed=False).contest


def forget_entries() -> None:
    """As a rehearsal's are: consents are final for everybody else."""
    with transaction.atomic(), erasing_rehearsal_data():
        Consent.objects.all()._raw_delete("default")
        Entry.objects.all().delete()


def data(contest: Contest, **changes: Any) -> EntryData:
    assert contest.area is not None
    first = contest.categories.first()
    assert first is not None
    right = EntryData(
        full_name="Nguyễn Thị Ánh",
        birth_date=date(1990, 5, 17),
        gender="female",
        phone="0912 345 678",
        unit=contest.area,
        category=first,
        consented=True,
    )
    return replace(right, **changes)


def test_an_entry_is_stored_clean_with_the_consents_version(contest: Contest) -> None:
    user = make_user()
    name = "  Nguye\u0302\u0303n\u200b  Thi\u0323\u202e A\u0301nh "
    entry = enter(contest, by=user, data=data(contest, full_name=name, national_id="051 088 000 123"))
    entry.refresh_from_db()
    assert entry.full_name == "Nguyễn Thị Ánh"
    assert entry.phone == "+84912345678"
    assert entry.national_id_hash == national_id_hash("051088000123")
    assert entry.national_id_sealed is not None
    assert b"051088000123" not in bytes(entry.national_id_sealed)
    assert open_national_id(entry.national_id_sealed) == "051088000123"
    assert entry.consent_version == contest.consent_version
    assert abs(entry.consented_at - database_now()) < timedelta(seconds=10)


@pytest.mark.parametrize(
    "typed", ["+84 912 345 678", "0084912345678", "84912345678", "０９１２３４５６７８", "0912.345.678"]
)
def test_one_number_however_typed_enters_once(contest: Contest, typed: str) -> None:
    enter(contest, by=make_user(), data=data(contest))
    with pytest.raises(AlreadyEntered, match="Số điện thoại này đã được dùng") as refused:
        enter(contest, by=make_user(), data=data(contest, phone=typed))
    assert refused.value.field == "phone"
    assert "Ánh" not in str(refused.value)


def test_one_national_id_enters_once_and_none_at_all_is_fine(contest: Contest) -> None:
    enter(contest, by=make_user(), data=data(contest, phone="0912345671", national_id="051088000123"))
    with pytest.raises(AlreadyEntered, match="Số định danh cá nhân này đã được dùng") as refused:
        enter(
            contest,
            by=make_user(),
            data=data(contest, phone="0912345672", national_id="０５１０８８０００１２３"),
        )
    assert refused.value.field == "national_id"
    enter(contest, by=make_user(), data=data(contest, phone="0912345673"))
    enter(contest, by=make_user(), data=data(contest, phone="0912345674", national_id=" "))
    assert contest.entries.count() == 3


def test_one_account_enters_once_and_another_contest_is_another_matter(contest: Contest) -> None:
    user = make_user()
    enter(contest, by=user, data=data(contest))
    with pytest.raises(AlreadyEntered, match="Tài khoản này đã đăng ký"):
        enter(contest, by=user, data=data(contest, phone="0912345671"))
    other = make_round(sealed=False).contest
    enter(other, by=user, data=data(other))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"full_name": "\u200b \u202e"}, "Nhập đầy đủ họ và tên"),
        ({"full_name": "12345"}, "Nhập đầy đủ họ và tên"),
        ({"full_name": "Nguyễn\x07 An"}, "ký tự không hợp lệ"),
        ({"full_name": "Nguyễn\ue000 An"}, "ký tự không hợp lệ"),
        ({"full_name": "Ẵ" * 201}, "tối đa 200 ký tự"),
        ({"phone": "12345"}, "Số điện thoại chưa đúng"),
        ({"phone": ""}, "Số điện thoại chưa đúng"),
        ({"national_id": "12345678901"}, "12 chữ số"),
        ({"national_id": "123456789012a"}, "12 chữ số"),
        ({"birth_date": date(2999, 1, 1)}, "sau ngày hôm nay"),
        ({"birth_date": date(1899, 12, 31)}, "trước năm 1900"),
        ({"gender": "robot"}, "Chọn giới tính"),
        ({"consented": False}, "Cần đồng ý"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(
    contest: Contest, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        enter(contest, by=make_user(), data=data(contest, **change))
    assert not Entry.objects.exists()


def test_a_birth_date_today_is_accepted_and_tomorrow_is_not(contest: Contest) -> None:
    today = timezone.localdate(database_now())
    with pytest.raises(Invalid, match="sau ngày hôm nay"):
        enter(contest, by=make_user(), data=data(contest, birth_date=today + timedelta(days=1)))
    enter(contest, by=make_user(), data=data(contest, birth_date=today))


# --- Old enough, to the day ---------------------------------------------------------------------------------

REFERENCE = date(2022, 8, 22)  # the opening of a contest "from 15 years"


@pytest.mark.parametrize(
    ("born", "on", "enough"),
    [
        (date(2007, 8, 21), REFERENCE, True),
        (date(2007, 8, 22), REFERENCE, True),  # the birthday itself counts
        (date(2007, 8, 23), REFERENCE, False),
        (date(2007, 12, 31), date(2022, 12, 31), True),
        (date(2008, 1, 1), date(2022, 12, 31), False),
        # Born on 29 February, who is 15 in a common year on the 28th.
        (date(2008, 2, 29), date(2023, 2, 27), False),
        (date(2008, 2, 29), date(2023, 2, 28), True),
        (date(2008, 2, 29), date(2023, 3, 1), True),
        (date(2008, 2, 28), date(2023, 2, 27), False),
        (date(2008, 3, 1), date(2023, 2, 28), False),
        (date(2008, 3, 1), date(2023, 3, 1), True),
    ],
)
def test_fifteen_on_the_plans_day(born: date, on: date, enough: bool) -> None:
    assert old_enough(born, min_age=15, on=on) is enough


@pytest.mark.parametrize(
    ("years", "day"), [(1, date(2005, 2, 28)), (4, date(2008, 2, 29)), (12, date(2016, 2, 29))]
)
def test_in_a_leap_year_the_birthday_is_the_29th_again(years: int, day: date) -> None:
    assert birthday(date(2004, 2, 29), years) == day


def test_without_a_limit_everybody_is_old_enough() -> None:
    assert old_enough(REFERENCE, min_age=None, on=None)


@given(
    st.dates(date(1900, 1, 1), date(2030, 12, 31)),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.integers(1, 100),
)
def test_age_agrees_with_counting_birthdays(born: date, on: date, years: int) -> None:
    """The oracle counts whole years by month and day, with 29 February taken as the 28th in a common year."""
    leap = calendar.isleap(on.year)
    month_day = (2, 28) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)
    completed = on.year - born.year - ((on.month, on.day) < month_day)
    assert old_enough(born, min_age=years, on=on) is (completed >= years)


def test_the_plans_least_age_is_asked_at_entry(contest: Contest) -> None:
    Contest.objects.update(min_age=12, age_on=date(2020, 4, 1))
    contest.refresh_from_db()
    with pytest.raises(NotAllowed, match="phải đủ 12 tuổi tính đến ngày 01/04/2020") as refused:
        enter(contest, by=make_user(), data=data(contest, birth_date=date(2008, 4, 2)))
    assert refused.value.status == 403
    assert not Entry.objects.exists()
    assert enter(contest, by=make_user(), data=data(contest, birth_date=date(2008, 4, 1))).pk


# --- Organisers who try the contest out --------------------------------------------------------------------


def test_an_organisers_trial_is_marked_for_good_and_never_counted(contest: Contest) -> None:
    organiser = make_staff()
    exclude_person(contest, by=organiser, full_name="Bà Hà", role=ExclusionRole.COMMITTEE, user=organiser)
    Contest.objects.update(min_age=60, age_on=date(2020, 1, 1))
    contest.refresh_from_db()
    with pytest.raises(NotAllowed):
        enter(contest, by=organiser, data=data(contest))
    trial = enter_unofficially(contest, by=organiser, data=data(contest))
    trial.refresh_from_db()
    assert trial.unofficial
    official = make_entry(contest)
    assert list(uncounted_entries(contest)) == [trial]
    assert official not in uncounted_entries(contest)
    with pytest.raises(AlreadyEntered):
        enter_unofficially(contest, by=organiser, data=data(contest, phone="0912345671"))
    event = AuditEvent.objects.get(verb="entered unofficially")
    assert (event.actor, event.object_id) == (organiser, str(trial.pk))


@pytest.mark.parametrize("staff", [False, True])
def test_a_trial_is_for_those_who_were_given_it(contest: Contest, staff: bool) -> None:
    user = make_user(is_staff=staff)
    with pytest.raises(NotAllowed, match="Chỉ thành viên Ban Tổ chức được giao"):
        enter_unofficially(contest, by=user, data=data(contest))
    assert not Entry.objects.exists()


def test_a_trial_is_still_a_right_entry_of_this_contest(contest: Contest) -> None:
    with pytest.raises(Invalid, match="Cần đồng ý"):
        enter_unofficially(contest, by=make_staff(), data=data(contest, consented=False))
    with pytest.raises(Invalid, match="Chọn đơn vị"):
        enter_unofficially(contest, by=make_staff(), data=data(contest, unit=make_unit()))
    hidden = make_round(make_contest(announced=False), sealed=False).contest
    with pytest.raises(NotNow, match="chưa được công bố"):
        enter_unofficially(hidden, by=make_staff(), data=data(hidden))


# --- However it is written ----------------------------------------------------------------------------------

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
GAPS = st.sampled_from(["", "", " ", ".", "-", "\u00a0", "\u200b", "  "])


@st.composite
def written(draw: st.DrawFn, digits: str) -> str:
    """The digits in order, with what people put between them, some of them full width."""
    wide = draw(st.booleans())
    text = "".join(digit + draw(GAPS) for digit in digits)
    return draw(GAPS) + (text.translate(FULL_WIDTH) if wide else text)


@st.composite
def written_phone(draw: st.DrawFn, national: str) -> str:
    """A national number (without its 0) behind any of the ways in which Vietnamese write its beginning."""
    start = draw(st.sampled_from(["0", "+84", "84", "0084", "(+84) ", "(0) ", "+84 (0)"]))
    if start == "(0) ":
        start = "0"
    return start + draw(written(national))


@given(st.data())
def test_a_phone_is_one_number_in_every_form(drawn: st.DataObject) -> None:
    tail = drawn.draw(st.text("0123456789", min_size=7, max_size=7))
    one = drawn.draw(written_phone("91" + tail))
    other = drawn.draw(written_phone("91" + tail))
    assert normal_phone(one) == normal_phone(other) == "+8491" + tail


@given(st.data())
def test_a_national_id_is_one_hash_in_every_form(drawn: st.DataObject) -> None:
    digits = drawn.draw(st.text("0123456789", min_size=12, max_size=12))
    one = drawn.draw(written(digits))
    assert national_id_hash(one) == national_id_hash(digits)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.data())
def test_one_person_enters_once_in_whatever_form(contest: Contest, drawn: st.DataObject) -> None:
    phone, number = "91" + drawn.draw(st.text("0123456789", min_size=7, max_size=7)), "051088000123"
    forget_entries()
    enter(contest, by=make_user(), data=data(contest, phone=f"0{phone}", national_id=number))
    same_phone = data(contest, phone=drawn.draw(written_phone(phone)), national_id="")
    same_number = data(contest, phone="0987654321", national_id=drawn.draw(written(number)))
    with pytest.raises(AlreadyEntered) as by_phone:
        enter(contest, by=make_user(), data=same_phone)
    with pytest.raises(AlreadyEntered) as by_number:
        enter(contest, by=make_user(), data=same_number)
    assert (by_phone.value.field, by_number.value.field) == ("phone", "national_id")


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("17/05/1990", date(1990, 5, 17)),
        ("7-5-1990", date(1990, 5, 7)),
        (" 07.05.1990 ", date(1990, 5, 7)),
        ("１７/０５/１９９０", date(1990, 5, 17)),
        ("29/02/2004", date(2004, 2, 29)),
        ("10/11/2024", TODAY),
        ("01/01/1900", date(1900, 1, 1)),
    ],
)
def test_birth_dates_as_people_type_them(typed: str, born: date) -> None:
    assert birth_date(typed, today=TODAY) == born


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("29/02/2023", "Không có ngày 29/02/2023"),
        ("31/04/1990", "Không có ngày"),
        ("05/17/1990", "Không có ngày"),
        ("1990", "ngày/tháng/năm"),
        ("17/05/90", "ngày/tháng/năm"),
        ("1990-05-17", "ngày/tháng/năm"),
        ("١٧/٠٥/١٩٩٠x", "ngày/tháng/năm"),
        ("11/11/2024", "sau ngày hôm nay"),
        ("31/12/1899", "trước năm 1900"),
        ("00/00/0000", "Không có ngày"),
    ],
)
def test_birth_dates_that_are_none(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        birth_date(typed, today=TODAY)


def test_a_name_keeps_what_names_have() -> None:
    assert person_name("H'Hen Niê") == "H'Hen Niê"
    assert person_name("Trần\tVăn\nÚt") == "Trần Văn Út"
    assert person_name("<b>An</b>") == "<b>An</b>"  # shown escaped, wherever it is shown


def test_only_units_and_categories_of_the_contest_are_accepted(contest: Contest) -> None:
    other = make_contest()
    child = make_unit(parent=contest.area)
    with pytest.raises(Invalid, match="Chọn đơn vị"):
        enter(contest, by=make_user(), data=data(contest, unit=make_unit()))
    with pytest.raises(Invalid, match="Chọn đối tượng"):
        enter(contest, by=make_user(), data=data(contest, category=other.categories.get()))
    assert enter(contest, by=make_user(), data=data(contest, unit=child)).unit == child


def test_entering_is_possible_only_while_the_contest_is_public_and_not_over(contest: Contest) -> None:
    hidden = make_round(make_contest(announced=False), sealed=False).contest
    with pytest.raises(NotNow, match="chưa được công bố"):
        enter(hidden, by=make_user(), data=data(hidden))
    early = make_contest(opens_at=database_now() + timedelta(days=1))
    make_round(early, sealed=False)
    assert enter(early, by=make_user(), data=data(early)).pk
    now = database_now()
    over = make_contest(opens_at=now - timedelta(days=2), closes_at=now - timedelta(seconds=1))
    make_round(over, sealed=False)
    with pytest.raises(NotNow, match="đã kết thúc"):
        enter(over, by=make_user(), data=data(over))
    close_round(contest.rounds.get(), by=make_staff(), reason="Sự cố đường truyền")
    with pytest.raises(NotNow, match="đã kết thúc"):
        enter(contest, by=make_user(), data=data(contest))


def test_a_final_takes_no_newcomer(contest: Contest) -> None:
    """Only people promoted from an earlier round take part in it, and that one is over."""
    final = contest.rounds.get()
    earlier = make_round(
        contest, sealed=False, bank=final.bank, number=2,
        opens_at=final.opens_at - timedelta(days=2), closes_at=final.opens_at - timedelta(days=1),
    )  # fmt: skip
    assert enter(contest, by=make_user(), data=data(contest)).pk
    contest.rounds.filter(pk=final.pk).update(promotes_from=earlier, promotes_best=10)
    with pytest.raises(NotNow, match="Các vòng thi nhận người mới đã kết thúc"):
        enter(contest, by=make_user(), data=data(contest, phone="0912345671"))


# --- Who may not take part ---------------------------------------------------------------------------------


def by_account(contest: Contest, user: User) -> dict[str, Any]:
    return {"user": user}


def by_phone(contest: Contest, user: User) -> dict[str, Any]:
    return {"phone": "0084 912-345-678"}


def by_account_phone(contest: Contest, user: User) -> dict[str, Any]:
    return {"phone": user.phone}


def by_national_id(contest: Contest, user: User) -> dict[str, Any]:
    return {"national_id": "051.088.000.123"}


def by_phone_of_the_listed_account(contest: Contest, user: User) -> dict[str, Any]:
    return {"user": make_user(phone="+84912345678")}


WAYS = [by_account, by_phone, by_account_phone, by_national_id, by_phone_of_the_listed_account]


@pytest.mark.parametrize("way", WAYS)
def test_someone_on_the_list_cannot_enter_and_is_told_the_role(
    contest: Contest, way: Callable[[Contest, User], dict[str, Any]]
) -> None:
    user = make_user()
    exclude_person(
        contest, by=make_staff(), full_name="Lê Văn An", role=ExclusionRole.JURY, **way(contest, user)
    )
    with pytest.raises(NotAllowed, match="Ban Giám khảo") as refused:
        enter(contest, by=user, data=data(contest, national_id="051088000123"))
    assert refused.value.status == 403
    assert not Entry.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_someone_put_on_the_list_later_is_out_and_back_in_when_taken_off(
    contest: Contest, way: Callable[[Contest, User], dict[str, Any]]
) -> None:
    user = make_user()
    entry = enter(contest, by=user, data=data(contest, national_id="051088000123"))
    make_entry(contest)
    assert exclusion_of(entry) is None
    chief = make_staff()
    listed = exclude_person(
        contest, by=chief, full_name="Lê Văn An", role=ExclusionRole.COMMITTEE, **way(contest, user)
    )
    assert exclusion_of(entry) == listed
    assert list(excluded_entries(contest)) == [entry]
    readmit_person(listed, by=chief, reason="Nhầm người")
    assert list(excluded_entries(contest)) == []


def test_a_list_holds_for_its_own_contest_only(contest: Contest) -> None:
    user = make_user()
    other = make_round(sealed=False).contest
    exclude_person(other, by=None, full_name="Lê Văn An", role=ExclusionRole.JURY, user=user)
    assert enter(contest, by=user, data=data(contest)).pk


def test_the_list_takes_nobody_without_a_name_for_them_and_nobody_twice(contest: Contest) -> None:
    for nothing in ("", "  "):
        with pytest.raises(Invalid, match="Cần ít nhất một trong ba"):
            exclude_person(
                contest, by=None, full_name="An", role=ExclusionRole.JURY, phone=nothing, national_id=nothing
            )
    with pytest.raises(Invalid, match="12 chữ số"):
        exclude_person(contest, by=None, full_name="An", role=ExclusionRole.JURY, national_id="123")
    exclude_person(contest, by=None, full_name="An", role=ExclusionRole.JURY, phone="0912345678")
    with pytest.raises(Invalid, match="đã có trong danh sách"):
        exclude_person(contest, by=None, full_name="An", role=ExclusionRole.JURY, phone="+84912345678")


# --- Twenty at once ----------------------------------------------------------------------------------------


def race(count: int, act: Callable[[int], object]) -> list[object]:
    """Runs `act(i)` in threads behind a barrier; results, or the errors that they raised."""
    barrier = threading.Barrier(count)
    results: list[object] = [None] * count

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[index] = act(index)
        except DomainError as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_twenty_entries_of_one_account_at_once_make_one() -> None:
    contest = make_round(sealed=False).contest
    user = make_user()
    results = race(20, lambda i: enter(contest, by=user, data=data(contest, phone=f"09123456{i:02d}")))
    assert Entry.objects.count() == 1
    assert sum(isinstance(result, Entry) for result in results) == 1
    refusals = [result for result in results if isinstance(result, AlreadyEntered)]
    assert len(refusals) == 19
    assert {refusal.field for refusal in refusals} == {""}


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_the_race_shows() -> None:
    """The control: looking first and inserting then is not enough, and the test above would notice."""
    contest = make_round(sealed=False).contest
    user = make_user()
    name = "one_entry_per_contest_and_user"

    def look_then_enter(index: int) -> None:
        if not Entry.objects.filter(contest=contest, user=user).exists():
            enter(contest, by=user, data=data(contest, phone=f"09123456{index:02d}"))

    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE contests_entry DROP CONSTRAINT {name}")
        try:
            race(20, look_then_enter)
            assert Entry.objects.count() > 1
        finally:
            forget_entries()
            cursor.execute(f"ALTER TABLE contests_entry ADD CONSTRAINT {name} UNIQUE (contest_id, user_id)")


@pytest.mark.django_db(transaction=True)
def test_twenty_accounts_with_one_phone_at_once_make_one_entry() -> None:
    contest = make_round(sealed=False).contest
    users = [make_user() for _ in range(20)]
    results = race(20, lambda i: enter(contest, by=users[i], data=data(contest)))
    assert Entry.objects.count() == 1
    assert {result.field for result in results if isinstance(result, AlreadyEntered)} == {"phone"}
