"""Which tables the trail of changes follows, and what of them stands in it veiled.

Every table of the site's own apps is followed unless it is named here; a column whose name says that it holds
a secret or something about a person is veiled. A new table needs an entry only where the rule does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

from contest_site.lib.work import Work

# Libraries' tables that an organiser's screens change: rights, ways into an account.
BESIDES = (
    "auth.Group",
    "auth.Group.permissions",
    "accounts.User.groups",
    "accounts.User.user_permissions",
    "account.EmailAddress",
    "mfa.Authenticator",
    "socialaccount.SocialAccount",
)
# What runs while thousands take part, or is counted, cached and done again by the site itself.
UNTRACKED = frozenset(
    {
        "attempts_attempt",
        "attempts_prediction",
        "accounts_messagecount",
        "contests_guardiancode",
        "django_session",
        "audit_change",
        "audit_seal",
        # The acts themselves; they are final and sealed like the changes.
        "audit_auditevent",
        "prizes_certificatefile",
        "prizes_participationpaper",
        "watch_roundcount",
        "watch_minutecount",
        "watch_unitcount",
        "watch_incident",
    }
)
# Written by one statement for hundreds of thousands; one line with their number, and each row only if it is
# changed or deleted afterwards.
BULK = frozenset({"prizes_standingsrow", "prizes_unitrow", "attempts_regradedscore", "contests_rosterperson"})
# Rows that people make for themselves by the thousand; what organisers do to them is followed.
VISITORS = frozenset(
    {
        "accounts_user",
        "account_emailaddress",
        "contests_entry",
        "contests_consent",
        "contests_guardian",
    }
)
# No key, code or ID number, not even as a hash.
SECRET = frozenset(
    {
        *("password", "secret", "seed", "code", "token", "keys", "key", "data", "extra_data", "uid"),
        *("national_id_sealed", "national_id_hash", "receipt"),
    }
)
PERSONAL = frozenset(
    {
        *("full_name", "username", "phone", "email", "address", "birth_date", "gender", "contact"),
        *("old_contact", "new_contact", "before", "after", "wanted", "relation", "device", "evidence"),
    }
)
# Follow from other columns, or change with each log-in.
SILENT = frozenset({"folded", "words", "last_login", "last_used_at", "fingerprint"})
# Questions and what marks them are secret until a round is over, and the trail has more readers than that.
ALSO_SECRET: Mapping[str, frozenset[str]] = {
    "questions_revision": frozenset({"text", "options", "explanation", "source", "source_link"}),
    "questions_sealedpool": frozenset({"content"}),
    "questions_picture": frozenset({"content"}),
    "questions_appraisal": frozenset({"comment"}),
    "attempts_keycorrection": frozenset({"accepted", "void"}),
    "attempts_regrade": frozenset({"corrections"}),
    "contests_dataexport": frozenset({"name"}),
    "contests_roundseal": frozenset({"secret"}),
}
ALSO_PERSONAL: Mapping[str, frozenset[str]] = {
    "contests_entryrequest": frozenset({"reason"}),
    "contests_rosterperson": frozenset({"reference"}),
}
# "code" and "address" are a secret and a person's in most tables, in these they are neither.
OPEN: Mapping[str, frozenset[str]] = {
    "contests_unit": frozenset({"code"}),
    "auth_group": frozenset(),
}
# Whose name may stand: organisers'.
NAMED_IF: Mapping[str, tuple[str, frozenset[str]]] = {
    "accounts_user": ("is_staff", frozenset({"full_name", "username"})),
}


@dataclass(frozen=True)
class Tracked:
    """What the trigger of a table is told (as JSON)."""

    table: str
    pk: list[str]
    mode: str = "rows"
    secret: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    # These personal columns stand as they are where that column of the row is true.
    named_if: str = ""
    named: list[str] = field(default_factory=list)


def tracked_models() -> list[type[models.Model]]:
    """In the order of the apps."""
    own = [
        model
        for model in apps.get_models()
        if (model.__module__.split(".")[0] in {"contest_site", "questions", "contests", "attempts", "prizes"})
        and not issubclass(model, Work)
    ]
    found = [*own, *(_besides(name) for name in BESIDES)]
    return [model for model in dict.fromkeys(found) if model._meta.managed and _table(model) not in UNTRACKED]


def tracked() -> list[Tracked]:
    return [_tracked(model) for model in tracked_models()]


def _tracked(model: type[models.Model]) -> Tracked:
    table = _table(model)
    columns = [column.column for column in model._meta.concrete_fields]
    open_columns = OPEN.get(table, frozenset())
    secret = (SECRET | ALSO_SECRET.get(table, frozenset())) - open_columns
    personal = (PERSONAL | ALSO_PERSONAL.get(table, frozenset())) - open_columns - secret
    named_if, named = NAMED_IF.get(table, ("", frozenset()))
    return Tracked(
        table=table,
        pk=[str(column.column) for column in model._meta.pk_fields],
        mode="bulk" if table in BULK else "visitors" if table in VISITORS else "rows",
        secret=[column for column in columns if column in secret],
        personal=[column for column in columns if column in personal],
        silent=[column for column in columns if column in SILENT],
        named_if=named_if,
        named=sorted(named),
    )


def _besides(name: str) -> type[models.Model]:
    app, model, *many = name.split(".")
    found = apps.get_model(app, model)
    return getattr(found, many[0]).through if many else found


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table
