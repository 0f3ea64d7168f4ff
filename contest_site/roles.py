"""The organisers' roles as Django groups, and what each may do.

Kept in step with the code after every migration. Steps that need two people (appraising a question, approving
a result or a corrected key) are held apart by the database whatever the groups say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

CHIEF = "Trưởng ban"
SECRETARY = "Thư ký"
WRITER = "Tổ ra đề"
APPRAISER = "Tổ thẩm định"
JURY = "Ban Giám khảo"
WATCH = "Trực kỹ thuật"
AUDITOR = "Kiểm tra, giám sát"
OFFICER = "Cán bộ đầu mối"


def _crud(app: str, *models: str) -> set[str]:
    return {f"{app}.{act}_{model}" for model in models for act in ("view", "add", "change", "delete")}


def _view(app: str, *models: str) -> set[str]:
    return {f"{app}.view_{model}" for model in models}


PARTS = (
    *("contest", "milestone", "document", "faq", "category", "round", "quota", "exclusion"),
    *("block", "blockunit", "certificatetemplate", "prizetable", "prize"),
)
PLAN = _crud("contests", *PARTS)
UNITS = {*_crud("contests", "unit", "headcount", "unitofficer", "roster"), "contests.merge_unit"}
LOOKING = {
    *_view("contests", *PARTS, "entry", "entryrequest", "unit", "headcount", "unitofficer"),
    *_view("contests", "roster", "unitchange"),
    *_view("questions", "bank", "topic", "question", "revision"),
    *_view("attempts", "disqualification", "reinstatement", "keycorrection", "regrade"),
    *_view("attempts", "anomaly", "anomalyverdict"),
    *_view("prizes", "standingsrun", "nomination", "certificate"),
    *_view("audit", "auditevent", "change"),
    *_view("agency", "agencyrequest"),
}
# Accounts: seeing them, and the recorded ways out for people who cannot get in any more.
HELPING = {
    "accounts.help_people",
    *_view("accounts", "user", "contactmove", "accountmerge", "factorrecovery"),
}
# The running site: its numbers, its incidents, its backups.
WATCHING = {"watch.see_watch", "watch.make_backup", *_view("watch", "backup", "incident")}
# Organisers try a contest out as contestants would; what they do counts for nothing.
TRYING = "contests.try_contest"
ROLES: Mapping[str, set[str]] = {
    CHIEF: {
        *LOOKING,
        "reports.view_report",
        "reports.export_people",
        *PLAN,
        *UNITS,
        "contests.announce_contest",
        "contests.decide_request",
        "agency.decide_agencyrequest",
        "contests.see_national_id",
        "contests.answer_data_request",
        "contests.view_datarequest",
        TRYING,
        "contests.seal_round",
        "questions.seal_bank",
        "attempts.judge_attempts",
        "attempts.decide_anomaly",
        "attempts.approve_key_correction",
        "prizes.settle_standings",
        "prizes.approve_standings",
        *HELPING,
        *WATCHING,
        "accounts.recover_second_factor",
    },
    SECRETARY: {
        *LOOKING,
        "reports.view_report",
        "reports.export_people",
        *PLAN,
        *UNITS,
        "contests.decide_request",
        "agency.decide_agencyrequest",
        "contests.answer_data_request",
        "contests.view_datarequest",
        TRYING,
        "contests.seal_round",
        "questions.seal_bank",
        "attempts.judge_attempts",
        "attempts.decide_anomaly",
        "prizes.settle_standings",
        *HELPING,
        *WATCHING,
    },
    WRITER: {
        TRYING,
        *_view("questions", "bank", "topic", "question", "revision"),
        *("questions.add_bank", "questions.change_bank", "questions.add_topic", "questions.change_topic"),
        *("questions.add_question", "questions.change_question", "questions.see_key"),
    },
    APPRAISER: {
        TRYING,
        *_view("questions", "bank", "topic", "question", "revision"),
        *("questions.see_key", "questions.appraise_revision"),
    },
    # Puts people in order, settles ties and doubts; what is announced another approves. No question, no key.
    JURY: {
        *_view("contests", *PARTS, "entry", "unit"),
        *_view("attempts", "disqualification", "reinstatement", "keycorrection", "regrade"),
        *_view("attempts", "anomaly", "anomalyverdict"),
        *_view("prizes", "standingsrun", "nomination", "certificate"),
        "attempts.judge_attempts",
        "attempts.decide_anomaly",
        "prizes.settle_standings",
    },
    # Watches the site while a round runs: numbers and the timetable, nothing about anybody.
    WATCH: {*_view("contests", "contest", "round", "milestone"), *WATCHING},
    # Reads everything that is on a screen (see `assign_roles`), the trail too; changes nothing, sees no key.
    AUDITOR: {*LOOKING, "contests.view_datarequest", "watch.see_watch"},
    # Sees the agency's own pages by the unit that the account is attached to, nothing of the admin.
    OFFICER: set(),
}
# The site's own apps: not sessions, second factors and what else libraries keep.
OWN = ("accounts", "audit", "questions", "contests", "attempts", "prizes", "agency", "watch", "reports")


def assign_roles(**signal: Any) -> None:
    """Make the groups and give each exactly the permissions of its role; safe to repeat."""
    for name, wanted in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        found = permissions(wanted)
        if name == AUDITOR:
            found += Permission.objects.filter(codename__startswith="view_", content_type__app_label__in=OWN)
        group.permissions.set(found)


def permissions(names: set[str]) -> list[Permission]:
    """Those of "app.codename" that exist."""
    if not names:
        return []
    named = Q(pk__isnull=True)
    for name in names:
        app, codename = name.split(".")
        named |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(named))
