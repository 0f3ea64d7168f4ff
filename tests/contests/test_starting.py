"""A contest from a plan that comes along leaves the directory of units as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from contest_site.lib.errors import Refused
from contests.domain.starting import Beginning, plan_to_read, start_from_plan
from contests.domain.storing import store_plan
from contests.domain.unit_changes import Decision, record_change
from contests.domain.unit_moves import stays_words
from contests.models import Contest, Unit
from tests.support.factories import make_staff, make_unit
from tests.support.screens import address

pytestmark = pytest.mark.django_db

PLAN = "bong-son-2024"
OPENING = datetime(2027, 1, 4, 1, tzinfo=UTC)


def started(slug: str) -> tuple[Contest, list[str]]:
    beginning = Beginning("Cuộc thi", slug, "UBND phường", "Bồng Sơn", "")
    return start_from_plan(PLAN, beginning, opening=OPENING, with_units=True, by=make_staff())


def test_a_second_start_takes_units_as_they_are_and_leaves_out_those_that_ended() -> None:
    first, left_out = started("mot")
    assert left_out == []
    corrected, moved, ended = first.block_units.order_by("unit__code").values_list("unit", flat=True)[:3]
    Unit.objects.filter(pk=corrected).update(name="Tên đã đính chính")
    elsewhere = make_unit("Nơi khác", parent=first.area, code="NK")
    Unit.objects.filter(pk=moved).update(parent=elsewhere)
    gone = Unit.objects.get(pk=ended)
    record_change(Decision("dissolve", "1", date(2025, 6, 1), date(2025, 7, 1), [gone]), by=make_staff())
    second, left_out = started("hai")
    assert left_out == [gone.name]
    assert not second.block_units.filter(unit=gone).exists()
    assert not second.headcounts.filter(unit=gone).exists()
    assert Unit.objects.get(pk=corrected).name == "Tên đã đính chính"
    assert Unit.objects.get(pk=moved).parent == elsewhere
    # A plan that is loaded as a file may rename, but not move what another contest counts by its place.
    plan = plan_to_read(PLAN)
    with pytest.raises(Refused) as refused:
        store_plan(plan, by=None)
    assert [reason.endswith(stays_words()) for reason in refused.value.reasons] == [True]


def test_the_page_names_the_units_that_were_left_out(page: Client) -> None:
    row = next(one for one in plan_to_read(PLAN).units if one.block)
    make_unit(row.name, code=row.code, valid_to=date(2025, 7, 1))
    form = {
        "name": "Cuộc thi", "slug": "mot", "organiser": "UBND", "place": "Bồng Sơn", "hotline": "",
        "opening": "07:00 04/01/2027", "with_units": "on",
    }  # fmt: skip
    answer = page.post(address("contests_contest_start_plan", PLAN), form, follow=True)
    assert f"nên không đưa vào: {row.name}." in answer.content.decode()
