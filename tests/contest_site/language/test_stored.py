"""What is kept, published or handed over is Vietnamese and the same, whatever language the asker reads."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from openpyxl import load_workbook

from attempts.exporters import write_participation
from attempts.reports import participant_rows, unit_rows
from contest_site.audit import trail
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.language import in_vietnamese
from prizes.domain.participation import facts
from prizes.domain.ranking import compute_standings
from prizes.domain.rendering import paper
from prizes.models import Certificate, ParticipationPaper
from prizes.rulebook import build
from prizes.scope import Scope
from tests.prizes.support import publish, simple_round, table
from tests.prizes.test_participation import with_paper
from tests.support.factories import exclude, make_contest, make_round, make_staff, make_user

pytestmark = pytest.mark.django_db
Made = TypeVar("Made")


@pytest.fixture(autouse=True)
def _media(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def in_both(make: Callable[[], Made]) -> list[Made]:
    made = []
    for language in ("vi", "en"):
        with override(language):
            made.append(make())
            assert get_language() == language
    return made


def same(make: Callable[[], Any]) -> bool:
    first, second = in_both(make)
    return bool(first == second)


def test_the_trail() -> None:
    """A row names its object by labels that have a translation."""
    contest = make_contest()
    excluded = exclude(contest, user=make_user())
    with override("en"):
        assert "Organising Committee" in str(excluded)
    in_both(lambda: trail.record("excluded person", excluded, by=make_staff(full_name="Lê A")))
    first, second = AuditEvent.objects.order_by("pk").reverse()[:2]
    assert first.object_name == second.object_name == "Người bị loại (Ban Tổ chức)"


def test_standings_and_their_digest() -> None:
    """The same facts are the same version: nothing in the text is put into words."""
    round = simple_round([("A", 60), ("B", 61)])
    table(round, ("Giải Nhất", 1))
    by = make_staff()
    first, second = in_both(lambda: compute_standings(Scope.of_round(round), by=by, reason="thử"))
    assert (first.pk, first.digest) == (second.pk, second.digest)


def test_certificates_and_the_rules_in_print() -> None:
    round = simple_round([("Lê Thị A", 60)])
    table(round, ("Giải Nhất", 1))
    publish(round)
    certificate = Certificate.objects.get()
    assert same(lambda: paper(Certificate.objects.get(pk=certificate.pk)))
    assert same(lambda: build(round.contest, for_organiser=True, address=""))


def test_a_paper_of_participation_lies_where_the_worker_put_it() -> None:
    """Its file is named by what it says."""
    round = simple_round([("Lê Thị A", 60)])
    with_paper(round.contest)
    one = ParticipationPaper.objects.create(entry=round.contest.entries.get(), code="A" * 28)
    assert same(lambda: facts(one))


def test_an_agencys_report() -> None:
    round = simple_round([("Lê Thị A", 60)])
    contest, now = round.contest, database_now()
    unit = contest.area
    assert unit

    def cells() -> list[Any]:
        file = io.BytesIO()
        units = unit_rows(contest, unit, with_scores=True)
        people = participant_rows(contest, unit, with_scores=True)
        write_participation(file, contest, unit, units, people, with_scores=True, made_at=now)
        sheets = load_workbook(file)
        return [[sheet.title, *([cell.value for cell in row] for row in sheet)] for sheet in sheets]

    vietnamese, english = in_both(cells)
    assert vietnamese == english
    assert vietnamese[0][0] == "Theo đơn vị"


def test_the_banner_on_portals() -> None:
    contest = make_round(make_contest(), sealed=False).contest
    address = reverse("banner", args=[contest.slug, "ngang"])
    pages = []
    for language in ("vi", "en"):
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = client.get(address)
        assert response.headers["Content-Language"] == "vi"
        pages.append(response.content)
    assert pages[0] == pages[1]


def test_what_is_made_in_vietnamese_leaves_the_page_in_english() -> None:
    said = in_vietnamese(lambda: gettext("Trang chủ"))
    with override("en"):
        assert (said(), gettext("Trang chủ")) == ("Trang chủ", "Home")
