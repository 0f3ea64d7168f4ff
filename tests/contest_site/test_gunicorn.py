from types import SimpleNamespace

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]

from contest_site import gunicorn

OURS = ("forwarded_allow_ips", "secure_scheme_headers", "forwarder_headers", "keepalive", "threads")


def configured() -> Config:
    config = Config()
    for name in OURS:
        config.set(name, getattr(gunicorn, name))
    return config


def test_no_header_becomes_the_scheme_or_the_path_of_a_request_even_on_this_machine() -> None:
    lines = [
        *("GET /a HTTP/1.1", "Host: thi.example", "X-Forwarded-Proto: https", "X-Forwarded-Ssl: on"),
        *("SCRIPT_NAME: /a", "PATH_INFO: /b", "X_Forwarded_For: 10.0.0.1"),
    ]
    sent = "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
    request = next(RequestParser(configured(), iter([sent]), ("127.0.0.1", 1)))
    assert request.scheme == "http"
    assert [name for name, _value in request.headers] == ["HOST", "X-FORWARDED-PROTO", "X-FORWARDED-SSL"]


def test_a_workers_settings_are_the_same_as_attributes() -> None:
    config = configured()
    before = {name: getattr(config, name) for name in config.settings}
    gunicorn.post_worker_init(SimpleNamespace(cfg=config))
    assert {name: getattr(config, name) for name in config.settings} == before
    assert vars(config)["keepalive"] == gunicorn.keepalive
