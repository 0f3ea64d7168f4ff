"""The floor: bare Django views in the same web server. No middleware, session, template or form: the one SQL
statement that a step of a journey cannot do without, and a constant body as long as the site's own page.

Started by benchmarks/stack.py with FLOOR = the folder of the bodies. Rows lie in the site's own tables,
under a contest that only the floor writes to.
"""

import os
import uuid
from functools import lru_cache
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODIES = Path(os.environ["FLOOR"])
PAPER, ORDERS, LIMITS = [list(range(30)), [0] * 30, [4] * 30]
INSERT = """
INSERT INTO attempts_attempt (id, entry_id, round_id, number, seed, paper, orders, limits, answers, revision,
    started_at, deadline, device)
SELECT %s, %s, %s, 1, %s, %s, %s, %s, %s, 0, statement_timestamp(), statement_timestamp() + interval '30
min', '' RETURNING id
"""
UPDATE = """
UPDATE attempts_attempt SET revision = revision + 1, saved_at = statement_timestamp(), answers = %s
WHERE id = %s RETURNING revision
"""
SUBMIT = """
UPDATE attempts_attempt SET answers = %s, choices = %s, revision = revision + 1, correct = 10,
    submitted_at = statement_timestamp(), finished_by = 'contestant', duration_ms = 1000, receipt = %s
WHERE id = %s AND submitted_at IS NULL RETURNING revision
"""
ATTEMPT = "SELECT * FROM attempts_attempt WHERE id = %s"
CONTEST = "SELECT * FROM contests_contest WHERE slug = %s"


def one(statement: str, parameters: list[object]) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[object, ...] | None = cursor.fetchone()
    assert row is not None
    return row


@lru_cache
def body(name: str) -> bytes:
    return (BODIES / name).read_bytes()


def answer(name: str) -> HttpResponse:
    content = body(name)
    return HttpResponse(content, headers={"Content-Length": str(len(content))})


def led_to(address: str) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": address, "Content-Length": "0"})


def healthz(request: HttpRequest) -> HttpResponse:
    one("SELECT %s", [1])
    return HttpResponse("ok", headers={"Content-Length": "2"})


def contest(request: HttpRequest, slug: str) -> HttpResponse:
    one(CONTEST, [slug])
    return answer("contest")


def start(request: HttpRequest, round_id: int, entry_id: int) -> HttpResponse:
    made = uuid.uuid4()
    one(INSERT, [made, entry_id, round_id, b"0" * 32, PAPER, ORDERS, LIMITS, ORDERS])
    return led_to(f"/bai-thi/{made}/")


def paper(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    one(ATTEMPT, [attempt_id])
    return answer("paper")


def save(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    one(UPDATE, [LIMITS, attempt_id])
    return HttpResponse(
        b'{"revision": 1, "saved": true, "remaining": 1799}',
        content_type="application/json",
        headers={"Content-Length": "49"},
    )


def submit(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    one(SUBMIT, [LIMITS, LIMITS, attempt_id.hex[:19], attempt_id])
    return led_to(f"/bai-thi/{attempt_id}/ket-qua/")


def result(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    one(ATTEMPT, [attempt_id])
    return answer("result")


urlpatterns = [
    path("healthz", healthz),
    path("cuoc-thi/<slug:slug>/", contest),
    path("bat-dau/<int:round_id>/<int:entry_id>/", start),
    path("bai-thi/<uuid:attempt_id>/", paper),
    path("bai-thi/<uuid:attempt_id>/luu/", save),
    path("bai-thi/<uuid:attempt_id>/nop-bai/", submit),
    path("bai-thi/<uuid:attempt_id>/ket-qua/", result),
]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contest_site.settings")
django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "benchmarks.floor"
application = WSGIHandler()
