"""An agency's overview at full size: of a department with thousands of people, and of the whole province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.full_size.scene import UNITS
from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene


def rows(scene: Scene) -> list[Row]:
    """The block's numbers are kept for a minute, so they are counted once before."""
    return [
        _view(scene, f"DO-{UNITS // 2}", "of a department", views=3),
        _view(scene, "DO", "of the whole province", views=1),  # counts for everybody, and takes its time
    ]


def _view(scene: Scene, code: str, name: str, *, views: int) -> Row:
    from django.conf import settings
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from contest_site.accounts.models import User
    from contests.models import Unit, UnitOfficer

    settings.ALLOWED_HOSTS = ["*"]
    address = f"/bao-cao/{scene.contest.slug}/"
    with transaction.atomic():
        user = User.objects.create_user(full_name="Cán bộ đầu mối")
        UnitOfficer.objects.create(user=user, unit=Unit.objects.get(code=code))
        client = Client()
        client.force_login(user)
        response = client.get(address)
        assert response.status_code == 200
        with CaptureQueriesContext(connection) as queries, Clock() as clock:
            for _time in range(views):
                response = client.get(address)
        people = response.context["numbers"]["people"] if response.context else 0
        transaction.set_rollback(True)
    statements = len(queries) // views
    told = f"agency's overview {name} ({statements} statements{f', {people:,} people' if people else ''})"
    return Row(told, clock.cost.cpu / views, "s CPU")
