"""Whoever has chosen English meets none of the product's own Vietnamese sentences, on no page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from lxml import html

from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from contest_site.accounts.models import User
from contest_site.lib import catalogue
from contest_site.lib.clock import database_now
from contests.enums import PredictionTarget
from contests.models import Faq, Round, UnitOfficer
from prizes.models import Certificate
from tests.contest_site.accounts.entrance import PASSWORD
from tests.contest_site.language.test_catalogue import PLACE, VIETNAMESE
from tests.prizes.support import publish, simple_round, table
from tests.questions.test_study_views import question, study_of
from tests.support.factories import make_contest, make_entry, make_prizes, make_round, make_user

# Shorter pieces of messages may stand in a contest's own names.
PIECE = 12


@pytest.fixture(autouse=True)
def _media(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pieces() -> list[str]:
    """What the product says in Vietnamese, as it stands on a page: nothing put in, no tags."""
    found = {
        " ".join(piece.split())
        for message in catalogue.stored()
        if message.id
        for piece in PLACE.split(message.id if isinstance(message.id, str) else message.id[0])
    }
    names = {"Ban Tổ chức Cuộc thi"}  # who signs a contest's papers
    return [piece for piece in found - names if len(piece) >= PIECE and VIETNAMESE.search(piece)]


def said(page: str) -> str:
    """The words of a page, seen or read out, without what is marked as Vietnamese."""
    tree: Any = html.document_fromstring(page)
    assert tree.get("lang") == "en"
    for own in tree.xpath("//*[@lang='vi'] | //script | //style | //link | //input[@type='hidden']"):
        if own.getparent() is not None:
            own.drop_tree()
    texts = tree.xpath(
        "//text() | //@aria-label | //@title | //@alt | //@placeholder | //@value | //@content"
    )
    data = [value for one in tree.iter() for name, value in one.attrib.items() if name.startswith("data-")]
    return " ".join(" ".join([*texts, *data]).split())


def kind_of(address: str) -> str:
    """The view's name; "" for other sites and for what is always Vietnamese: papers, files, banners."""
    try:
        kind = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
    apart = kind.startswith("admin:") or any(word in kind for word in ("pdf", "excel", "banner", "sheet"))
    return "" if apart else kind


class Walk:
    """The pages asked for, and one of each kind that links lead to and that nobody has read before.

    `wrong` has the Vietnamese found, by address.
    """

    def __init__(self, user: User | None, known: list[str], kinds: set[str]) -> None:
        self.client = Client()
        if user:
            self.client.force_login(user)
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        self.known = known
        self.kinds = kinds
        self.wrong: dict[str, list[str]] = {}

    def over(self, *starts: str) -> Walk:
        waiting = [(address, True) for address in starts]
        while waiting:
            address, asked = waiting.pop(0)
            kind = kind_of(address)
            if kind and (asked or kind not in self.kinds):
                self.kinds.add(kind)
                waiting += [(link, False) for link in self.read(address, self.client.get(address))]
        return self

    def read(self, address: str, response: Any) -> list[str]:
        if response.status_code in (301, 302):
            return [urljoin(address, response["Location"])]
        if not response["Content-Type"].startswith("text/html"):
            return []
        page = response.content.decode()
        words = said(page)
        if found := [piece for piece in self.known if piece in words]:
            self.wrong[address] = found
        links: Any = html.document_fromstring(page).xpath("//a/@href")
        addresses = [urljoin(address, str(link)).partition("#")[0] for link in links]
        return [one for one in addresses if one.startswith("/")]

    def post(self, address: str, **fields: str) -> None:
        response = self.client.post(address, fields)
        assert response.status_code in (200, 400, 403, 409), address
        self.read(address, response)


def running() -> Round:
    now = database_now()
    contest = make_contest(closes_at=now + timedelta(days=9), min_age=18, age_on=now.date())
    make_prizes(contest)
    Faq.objects.create(contest=contest, position=1, question="Thi ở đâu?", answer="Ở đâu cũng được.")
    half = now + timedelta(days=4)
    make_round(contest, name="Tuần 2", opens_at=half, prediction_target=PredictionTarget.NONE)
    return make_round(contest, name="Tuần 1", closes_at=half, questions=5, attempts_allowed=2)


def ended() -> Round:
    over = simple_round([("Lê Thị A", 60), ("Trần Văn B", 61), ("Vũ C", 62)])
    table(over, ("Giải Nhất", 1), ("Giải Nhì", 1))
    publish(over)
    return over


@pytest.mark.django_db
def test_no_page_speaks_vietnamese_to_whoever_chose_english() -> None:
    round, past = running(), ended()
    study_of(*(question(at) for at in range(6)))
    known, kinds = pieces(), set[str]()
    assert len(known) > 1_000
    address = reverse("contest", args=[round.contest.slug])
    entry = reverse("contests:entry", args=[round.contest.slug])

    guest = Walk(None, known, kinds).over("/", address, reverse("account_login"), reverse("account_signup"))
    guest.over(reverse("prizes:certificate", args=[Certificate.objects.all()[0].code]))
    guest.read("404", guest.client.get("/khong-co/"))
    guest.post(reverse("account_login"), login="0912345678", password="sai-mat-khau")
    guest.post(reverse("account_login"), login="", password="")
    guest.post(reverse("account_signup"), contact="khong", password1="1")
    guest.read("receipt", guest.client.get(reverse("attempts:receipt") + "?code=sai"))
    guest.read("code", guest.client.get(reverse("prizes:certificate_check") + "?code=sai"))

    stranger = make_user()
    stranger.set_password(PASSWORD)
    stranger.save()
    walks = [
        guest,
        Walk(stranger, known, kinds).over(address, entry, reverse("mine"), reverse("account_overview")),
    ]
    walks[-1].post(entry)
    walks[-1].post(entry, full_name="A", birth_date="31/02/2000", phone="1", consent="")

    open_attempt = start_attempt(make_entry(round.contest), round)
    done = start_attempt(make_entry(round.contest), round)
    submit_attempt(done.pk, done.entry.user_id)
    sitting = Walk(open_attempt.entry.user, known, kinds).over(
        *(reverse(f"attempts:{name}", args=[open_attempt.pk]) for name in ("paper", "review"))
    )
    finished = Walk(done.entry.user, known, kinds).over(
        reverse("result", args=[done.pk]),
        reverse("attempts:start", args=[round.contest.slug, round.number]),
        entry,
        reverse("mine"),
    )
    winner = past.contest.entries.order_by("pk")[0]
    honoured = Walk(winner.user, known, kinds).over(
        reverse("mine"),
        reverse("result", args=[winner.attempts.get().pk]),
        reverse("contest", args=[past.contest.slug]),
    )
    officer = make_user()
    assert past.contest.area
    UnitOfficer.objects.create(user=officer, unit=past.contest.area)
    office = Walk(officer, known, kinds).over(reverse("agency:offices"))
    walks += [sitting, finished, honoured, office]
    assert {address: found for walk in walks for address, found in walk.wrong.items()} == {}
    assert len(kinds) >= 35, sorted(kinds)
    assert {"attempts:paper", "result", "prizes:results", "agency:contest", "study"} <= kinds


def test_what_is_marked_vietnamese_is_left_out() -> None:
    page = '<html lang="en"><p title="Tên">One <b lang="vi">hai ba</b><input value="bốn"></p></html>'
    assert set(re.findall(r"\w+", said(page))) == {"One", "Tên", "bốn"}
