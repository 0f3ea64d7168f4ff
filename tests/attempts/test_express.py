"""The short way of a save says and does what the ordinary one does."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from attempts import express
from attempts.express import ExpressMiddleware
from attempts.models import Attempt
from contest_site.lib import tally
from tests.attempts.test_views import Sitting

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def short_ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each save went the short way."""
    taken: list[bool] = []
    saved = ExpressMiddleware._saved

    def noted(self: ExpressMiddleware, *args: Any) -> bytes | None:
        told = saved(self, *args)
        taken.append(told is not None)
        return told

    monkeypatch.setattr(ExpressMiddleware, "_saved", noted)
    return taken


def test_the_second_save_goes_it_and_reads_like_the_first(short_ways: list[bool]) -> None:
    sitting = Sitting()
    first = sitting.save(q1="1", revision="0")
    second = sitting.save(q2="2", prediction="1.250", revision="1")
    assert short_ways == [True]
    stored = sitting.stored()
    assert (stored.answers[:2], stored.prediction_draft, stored.revision) == ([1, 2], Decimal(1250), 2)
    assert second.content == first.content.replace(b'"revision": 1', b'"revision": 2')
    assert dict(second.headers) == dict(first.headers)


def test_a_refusal_goes_the_ordinary_way_and_changes_nothing(short_ways: list[bool]) -> None:
    sitting = Sitting()
    sitting.save(q1="1", revision="0")
    for fields, status in (
        ({"q1": "9", "revision": "1"}, 400),
        ({"q99": "1", "revision": "1"}, 400),
        ({"x": "1"}, 400),
        ({"prediction": "nhiều", "revision": "1"}, 400),
        ({"q1": "2", "revision": "0"}, 409),
    ):
        assert sitting.save(**fields).status_code == status, fields
    assert not any(short_ways)
    assert sitting.stored().answers[0] == 1


def test_a_forged_request_is_refused(short_ways: list[bool]) -> None:
    sitting = Sitting()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sitting.entry.user)
    page = strict.get(sitting.url("paper")).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = {"q1": "1", "csrfmiddlewaretoken": token}
    kind = "application/x-www-form-urlencoded"

    def save(fields: dict[str, str], **more: Any) -> int:
        text = "&".join(f"{name}={value}" for name, value in fields.items())
        return strict.post(sitting.url("save"), text, content_type=kind, headers=JSON | more).status_code

    assert save(body) == save(body) == 200
    assert short_ways == [True]
    assert save({"q1": "2"}) == 403
    assert save(body | {"csrfmiddlewaretoken": "x" * 64}) == 403
    assert save(body, Origin="https://elsewhere.example") == 403
    assert short_ways == [True, False, False, False]
    assert sitting.stored().answers[0] == 1


def test_anothers_session_or_none_saves_nothing() -> None:
    sitting, other = Sitting(), Sitting()
    sitting.save(q1="1", revision="0")
    assert other.client.post(sitting.url("save"), {"q1": "2"}, headers=JSON).status_code == 404
    assert Client().post(sitting.url("save"), {"q1": "2"}, headers=JSON).status_code == 401
    assert Attempt.objects.get(pk=sitting.attempt.pk).answers[0] == 1


def test_the_limit_holds_on_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS_ENABLED = True
    counts = iter([1, 2, 241, 242, 243])
    monkeypatch.setattr(tally, "one_more", lambda *args, **how: next(counts))
    sitting = Sitting()
    found = [sitting.save(q1=str(1 + at), revision=str(at)).status_code for at in range(3)]
    assert found == [200, 200, 429]
    assert sitting.stored().answers[0] == 2


@pytest.mark.parametrize("size", [0, express.LARGEST])
def test_what_is_larger_than_a_paper_is_read_the_ordinary_way(short_ways: list[bool], size: int) -> None:
    sitting = Sitting()
    sitting.save(q1="1", revision="0")
    sitting.save(q1="2", revision="1", prediction=" " * size)
    assert short_ways == ([True] if size == 0 else [])
    assert sitting.stored().answers[0] == 2
