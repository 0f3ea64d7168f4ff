"""Contestants who have signed in and entered, and the contests that they take part in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contest_site.accounts.models import User
    from contests.models import Contest, Round

PLAN = "quang-ngai-2024"
PASSWORD = "mot-mat-khau-dai"  # noqa: S105  of people who exist only in the benchmark


def make_contest(slug: str) -> Contest:
    """The contest of a real plan, open now, made by the product's own verbs; the one there is, if any."""
    from django.conf import settings
    from django.db import transaction

    from contest_site.accounts.models import User
    from contest_site.rehearsal.stage import ensure_bank
    from contests.domain.announcing import announce
    from contests.domain.plans import load_plan
    from contests.domain.rounds import seal_round
    from contests.models import Contest
    from contests.planfile import read_plan

    if found := Contest.objects.filter(slug=slug).first():
        return found
    path = settings.BASE_DIR / "contests" / "plans" / f"{PLAN}.toml"
    with transaction.atomic():
        secretary, chief = (
            User.objects.get_or_create(
                username=f"do-{name}",
                defaults={"full_name": "Người đo", "is_staff": True, "is_superuser": True},
            )[0]
            for name in ("thuky", "truongban")
        )
        for bank in {round["bank"] for round in read_plan(path).rounds}:
            ensure_bank(bank, secretary, chief)
        contest = load_plan(path, by=secretary, shift_to_now=True, slug=slug)
        for round in contest.rounds.all():
            seal_round(round, by=secretary)
        announce(contest, by=chief)
    return contest


def open_round(contest: Contest) -> Round:
    from contest_site.lib.clock import database_now
    from contests.queries import current_round

    round = current_round(contest, database_now())
    assert round is not None
    return round


def contestants(contest: Contest, number: int, *, password: str = "") -> list[dict[str, Any]]:
    """So many new people: entered, signed in, each with an address; with `password` they can log in, too."""
    from django.contrib.auth.hashers import make_password
    from django.db.models import Max

    from contest_site.accounts.models import User
    from contests.models import Entry

    first = 1 + (User.objects.aggregate(last=Max("pk"))["last"] or 0)
    serials = range(first, first + number)
    hashed = make_password(password or None)
    users = User.objects.bulk_create(
        User(
            username=f"do{n}", full_name=f"Nguyễn Thị {n}", phone=f"+8490{n:07d}", phone_verified=True,
            password=hashed,
        )
        for n in serials
    )  # fmt: skip
    category = contest.categories.first()
    unit = contest.area
    assert unit is not None
    entries = Entry.objects.bulk_create(
        Entry(
            contest=contest, user=user, full_name=user.full_name, birth_date="1990-05-17", gender="female",
            phone=user.phone, unit=unit, category=category, consent_version=contest.consent_version,
        )
        for user in users
    )  # fmt: skip
    keys = _signed_in(users)
    return [
        {
            "entry": entry.pk,
            "login": user.phone.replace("+84", "0"),
            "cookies": {"__Host-session": key},
            "address": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
            "token": "",
        }
        for n, key, user, entry in zip(serials, keys, users, entries, strict=True)
    ]


def _signed_in(users: list[User]) -> list[str]:
    """The keys of new sessions of these people, as the log-in leaves them."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db import connection
    from django.utils import timezone
    from django.utils.crypto import get_random_string

    store, expires = SessionStore(), timezone.now() + timezone.timedelta(days=14)
    keys = [get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789") for _ in users]
    Session.objects.bulk_create(
        Session(
            session_key=key,
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=expires,
        )
        for key, user in zip(keys, users, strict=True)
    )
    with connection.cursor() as cursor:
        # Whose it is (contest_site.accounts.session_engine).
        cursor.executemany(
            "UPDATE django_session SET user_id = %s WHERE session_key = %s",
            [(user.pk, key) for key, user in zip(keys, users, strict=True)],
        )
    return keys
