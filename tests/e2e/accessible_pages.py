"""The world in which every page is there, for the look at all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from attempts.domain.starting import start_attempt
from contest_site.lib.clock import database_now
from contests.enums import CertificateKind, PredictionTarget, RankKey
from contests.models import Faq, UnitOfficer
from prizes.models import Certificate
from questions.domain.studying import publish_study
from tests.contest_site.accounts.entrance import Codes
from tests.e2e.account_pages import CONTESTANT, STRANGER, Addresses, account_pages, signed_in
from tests.e2e.agency_pages import agency_pages
from tests.e2e.report_pages import report_pages
from tests.prizes.support import over, publish, take
from tests.support.factories import (
    exclude,
    make_block,
    make_contest,
    make_entry,
    make_login,
    make_prizes,
    make_round,
    make_staff,
    make_unit,
    make_user,
    submitted_attempt,
)

EXCLUDED, OFFICER, FRESH = "excluded", "officer", "entered, nothing begun"


def make_world(codes: Codes) -> tuple[dict[str, Client], Addresses]:
    """Who looks, and the pages: (who, name of the URLconf with its state, address)."""
    area = make_unit("Thành phố Quảng Ngãi")
    ward = make_unit("Phường Nguyễn Nghiêm", area)
    contest = make_contest(area=area, live_participation=True)
    round = make_round(contest, cooldown_minutes=0, attempts_allowed=3)
    make_prizes(contest)
    make_block(contest, [ward])
    contest.certificate_templates.create(
        name="Giấy xác nhận", kind=CertificateKind.THAM_GIA, issuer="Ban Tổ chức", reason="Đã dự thi",
        signature_authority="TM. BAN TỔ CHỨC", signature_title="TRƯỞNG BAN",
    )  # fmt: skip
    Faq.objects.create(contest=contest, question="Thi ở đâu?", answer="Ở bất cứ đâu có mạng.")
    person = make_login(email="hanh@example.com", phone_verified=True)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    entry = make_entry(contest, user=person, unit=ward)
    done = submitted_attempt(entry, round, submitted_at=database_now())
    paper = start_attempt(entry, round)
    officer, member = make_user(), make_user()
    UnitOfficer.objects.create(unit=area, user=officer)
    exclude(contest, user=member)
    clients = {
        STRANGER: Client(),
        CONTESTANT: signed_in(person),
        EXCLUDED: signed_in(member),
        OFFICER: signed_in(officer),
        "new person": signed_in(make_user()),
        FRESH: signed_in(make_entry(contest, unit=ward).user),
    }
    of_accounts, accounts = account_pages(codes)
    addresses = [
        *of_the_site(),
        *of_a_contest(contest.slug, "open"),
        *of_other_contests(),
        *sitting(contest.slug, paper.pk, done.pk),
        *accounts,
        *agency_pages(officer, OFFICER, contest, ward),
        *report_pages(officer, OFFICER, contest, ward),
        *studies(round),
    ]
    return clients | of_accounts, addresses


def of_the_site() -> Addresses:
    plain = (
        "home",
        "guide",
        "reading",
        "studies",
        "prizes:certificate_check",
        "attempts:receipt",
        "contests:guardian",
    )
    return [(STRANGER, name, reverse(name)) for name in plain] + [
        (STRANGER, "attempts:receipt, wrong", reverse("attempts:receipt") + "?code=0000-0000-0000-0000"),
        (STRANGER, "prizes:certificate_check, wrong", reverse("prizes:certificate_check") + "?code=x"),
        (CONTESTANT, "mine", reverse("mine")),
        *((CONTESTANT, name, reverse(name)) for name in ("my_data", "data_copy", "data_erasure")),
        ("new person", "mine, empty", reverse("mine")),
    ]


def of_a_contest(slug: str, state: str) -> Addresses:
    plain = (
        "contest",
        "answers",
        "participation",
        "embedding",
        "prizes:rules",
        "prizes:verify",
        "prizes:results",
    )
    return [
        *((STRANGER, f"{name}, {state}", reverse(name, args=[slug])) for name in plain),
        (STRANGER, "banner", reverse("banner", args=[slug, "ngang"])),
        (CONTESTANT, "contest, entered", reverse("contest", args=[slug])),
        (EXCLUDED, "contest, not allowed", reverse("contest", args=[slug])),
    ]


def of_other_contests() -> Addresses:
    """One that is to come, one whose results are out."""
    now = database_now()
    coming = make_contest(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    make_round(coming)
    past = over(rank_order=[RankKey.SCORE, RankKey.DURATION], prediction_target=PredictionTarget.NONE)
    make_prizes(past.contest)
    for number in range(3):
        take(past, f"Nguyễn Thị Ánh {number}", seconds=60 + number)
    publish(past)
    certificate = Certificate.objects.first()
    assert certificate is not None
    return [
        (STRANGER, "contest, to come", reverse("contest", args=[coming.slug])),
        (STRANGER, "contest, over", reverse("contest", args=[past.contest.slug])),
        (STRANGER, "prizes:results, out", reverse("prizes:results", args=[past.contest.slug])),
        (STRANGER, "prizes:verify, out", reverse("prizes:verify", args=[past.contest.slug])),
        (STRANGER, "prizes:certificate", reverse("prizes:certificate", args=[certificate.code])),
    ]


def sitting(slug: str, paper: object, done: object) -> Addresses:
    return [
        ("new person", "contests:entry", reverse("contests:entry", args=[slug])),
        (CONTESTANT, "contests:entry, done", reverse("contests:entry", args=[slug])),
        *(
            (CONTESTANT, name, reverse(name, args=[slug]))
            for name in (
                "contests:correct",
                "contests:withdraw",
                "prizes:participation",
            )
        ),
        (FRESH, "attempts:start", reverse("attempts:start", args=[slug, 1])),
        (CONTESTANT, "attempts:paper", reverse("attempts:paper", args=[paper])),
        (CONTESTANT, "attempts:review", reverse("attempts:review", args=[paper])),
        (CONTESTANT, "result", reverse("result", args=[done])),
        (CONTESTANT, "attempts:receipt_sheet", reverse("attempts:receipt_sheet", args=[done])),
    ]


def studies(round: Any) -> Addresses:
    study = publish_study(round.bank, title="Ôn tập", opens_at=database_now(), by=make_staff())
    return [
        (STRANGER, "study", reverse("study", args=[study.slug])),
        (STRANGER, "practice", reverse("practice", args=[study.slug])),
    ]
