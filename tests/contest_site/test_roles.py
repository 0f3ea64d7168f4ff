"""The organisers' roles as groups that every migration brings up to date."""

import pytest
from django.contrib.auth.models import Group, Permission

from contest_site.roles import AUDITOR, JURY, ROLES, WATCH, assign_roles

pytestmark = pytest.mark.django_db


def granted(role: str) -> set[str]:
    found = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def test_every_role_is_a_group_after_a_migration() -> None:
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_permission_that_a_role_names_exists(role: str) -> None:
    assert ROLES[role] <= granted(role)


def test_who_audits_reads_everything_and_may_do_nothing() -> None:
    rights = granted(AUDITOR)
    # Looking at the live watch is reading, too; making a backup there is another right.
    assert {right for right in rights if ".view_" not in right} == {"watch.see_watch"}
    assert {"audit.view_auditevent", "attempts.view_attempt", "accounts.view_user"} <= rights


def test_who_watches_sees_nothing_about_anybody() -> None:
    assert not granted(WATCH) & {"accounts.view_user", "contests.view_entry", "prizes.view_standingsrun"}


def test_the_jury_sees_no_question_and_approves_nothing() -> None:
    rights = granted(JURY)
    assert not [right for right in rights if right.startswith("questions.")]
    assert not rights & {"prizes.approve_standings", "attempts.approve_key_correction"}


def test_a_right_that_was_given_by_hand_goes_with_the_next_migration() -> None:
    group = Group.objects.get(name=WATCH)
    group.permissions.add(Permission.objects.get(codename="approve_standings"))
    assign_roles()
    assert "prizes.approve_standings" not in granted(WATCH)
