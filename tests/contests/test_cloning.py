"""A contest for a new year: the same plan at other times, and nothing of what happened in the old one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.cloning import clone_contest
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.models import Contest, Document, Exclusion, Round
from contests.saved_plan import saved_plan
from tests.support.factories import exclude, make_bank, make_contest, make_entry, make_staff, make_user

PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
NAMES = sorted(path.stem for path in PLANS.glob("*.toml"))
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
# 08:00 on Monday 25/08/2025 in Viet Nam.
OPENING = datetime(2025, 8, 25, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bank() -> None:
    make_bank(60, topics=3, name=BANK)


def clone(contest: Contest, slug: str = "nam-sau", name: str = "Cuộc thi năm sau") -> Contest:
    return clone_contest(contest, slug=slug, name=name, opening=OPENING, by=make_staff())


@pytest.mark.parametrize("name", NAMES)
def test_a_clone_is_the_same_plan_moved_as_a_whole(name: str) -> None:
    source = load_plan(PLANS / f"{name}.toml", by=None)
    before = saved_plan(source)
    made = clone(source)
    assert made.pk != source.pk
    assert (made.slug, made.name) == ("nam-sau", "Cuộc thi năm sau")
    assert problems(made) == []
    expected, found = before, saved_plan(made)
    expected.shift_to(OPENING)
    expected.contest |= {"slug": "nam-sau", "name": "Cuộc thi năm sau"}
    assert found == expected
    # The source stays where it was.
    assert saved_plan(Contest.objects.get(pk=source.pk)) != expected
    assert Contest.objects.get(pk=source.pk).slug == source.slug


def test_all_dates_move_by_one_offset() -> None:
    source = load_plan(PLANS / "nghe-an-2022.toml", by=None)
    made = clone(source)
    assert [one.opens_at for one in made.rounds.order_by("number")] == [
        OPENING + timedelta(days=7 * week) for week in range(4)
    ]
    assert (made.opens_at, made.closes_at) == (OPENING, OPENING + timedelta(days=28))
    # 1099 days after 22/08/2022; the weekday stays, the day of the month does not.
    assert made.age_on == date(2025, 8, 25)
    assert made.milestones.get(label__startswith="Phát động").starts_on == date(2025, 8, 4)
    assert made.milestones.get(label__startswith="Tổng kết").text == "tháng 10/2022"


def test_what_happened_in_the_old_contest_stays_there() -> None:
    chief = make_staff()
    source = load_plan(PLANS / "quang-ngai-2024.toml", by=None, shift_to_now=True)
    document = Document(contest=source, position=1, title="Thể lệ")
    document.file.save("the-le.pdf", ContentFile(b"%PDF-1.7 the le"))
    exclude(source, phone="+84912345678")
    seal_round(source.rounds.get(), by=chief)
    announce(source, by=chief)
    make_entry(source, user=make_user())
    made = clone(source)
    assert not hasattr(made, "announcement")
    assert not Round.objects.filter(contest=made, seal__isnull=False).exists()
    assert not made.entries.exists()
    assert not made.is_rehearsal
    assert Exclusion.objects.get().contest == source
    copy = made.documents.get()
    with copy.file.open() as content:
        assert (copy.title, content.read()) == ("Thể lệ", b"%PDF-1.7 the le")
    assert copy.file.name != document.file.name
    assert made.headcounts.count() == source.headcounts.count()
    event = AuditEvent.objects.get(verb="cloned contest")
    assert (event.object_id, event.data) == (
        str(made.pk),
        {"source": source.pk, "source_slug": source.slug},
    )


@pytest.mark.parametrize(
    ("slug", "name", "reason"),
    [
        ("Năm sau", "Mới", "tên trong địa chỉ: Chỉ gồm chữ không dấu, chữ số, dấu gạch nối và gạch dưới."),
        ("nam-sau", " \u200b ", "tên cuộc thi: Không được để trống."),
        ("nam-sau", "x" * 301, "tên cuộc thi: Dài 301 ký tự, tối đa 300."),
        ("cu", "Cuộc thi", "Đã có cuộc thi khác dùng tên trong địa chỉ “cu”."),
    ],
)
def test_a_clone_needs_an_address_and_a_name_of_its_own(slug: str, name: str, reason: str) -> None:
    source = make_contest(slug="cu", announced=False)
    with pytest.raises(Invalid) as refused:
        clone(source, slug, name)
    assert str(refused.value) == reason
    assert list(Contest.objects.values_list("slug", flat=True)) == ["cu"]


def test_a_draft_is_cloned_with_its_faults() -> None:
    source = make_contest(slug="cu", announced=False, hotline="")
    source.area = None
    source.save()
    made = clone(source)
    assert made.opens_at == OPENING
    assert problems(made) == problems(source)
    assert "Chưa có “đường dây nóng”." in problems(made)
