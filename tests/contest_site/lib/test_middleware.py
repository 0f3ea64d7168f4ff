import json

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisDownError

from contest_site.lib.errors import DomainError, Invalid, NotAllowed, NotNow, Refused
from contest_site.lib.middleware import DomainErrorMiddleware


def answer(error: Exception, **headers: str) -> HttpResponse | None:
    request: HttpRequest = RequestFactory().get("/", headers=headers)
    return DomainErrorMiddleware(lambda request: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(
    ("error", "status"), [(NotAllowed("Lý do"), 403), (NotNow("Lý do"), 409), (Invalid("Lý do"), 400)]
)
def test_a_refusal_is_a_page_with_its_sentence_and_status(error: DomainError, status: int) -> None:
    response = answer(error)
    assert response is not None
    assert response.status_code == status
    assert "Lý do" in response.content.decode()


def test_all_reasons_are_listed() -> None:
    response = answer(Refused("Chưa chạy được", ["Một <b>", "Hai"]))
    assert response is not None
    assert "<li>Một &lt;b&gt;</li><li>Hai</li>" in response.content.decode()


def test_a_script_gets_json() -> None:
    response = answer(NotNow("Hết giờ"), Accept="application/json")
    assert response is not None
    assert (response.status_code, json.loads(response.content)) == (409, {"error": "Hết giờ"})


@pytest.mark.parametrize("error", [OperationalError("gone"), RedisDownError("gone")])
def test_a_service_that_is_away_is_a_503_that_says_try_again(error: Exception) -> None:
    response = answer(error)
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "3"
    assert "Thử lại" in response.content.decode()


def test_other_errors_go_on() -> None:
    assert answer(ValueError("bug")) is None
