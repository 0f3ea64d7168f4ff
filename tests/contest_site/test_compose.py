"""One server: the compose file, the image and the operator's papers say the same."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import services
from tests.support.stack import ROOT

COMPOSE = ROOT / "docker-compose.yml"
TABLE_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
# What runs in our own image.
OURS = {"web": "web", "worker": "worker", "worker-pdf": "worker", "beat": "beat", "migrate": "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return loaded


def documented() -> set[str]:
    return set(TABLE_ROW.findall((ROOT / "docs" / "operations.md").read_text()))


def test_the_compose_file_follows_the_specification() -> None:
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [checker, "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_part_starts_by_the_entry_command_of_a_laptop(compose: dict[str, Any]) -> None:
    roles = re.findall(r"^    ([a-z]+)\)", (ROOT / "bin" / "serve").read_text(), re.MULTILINE)
    assert 'ENTRYPOINT ["bin/serve"]' in (ROOT / "Dockerfile").read_text()
    for name, role in OURS.items():
        assert compose["services"][name]["command"] == [role]
        assert role in roles


def test_every_queue_that_tasks_are_routed_to_has_a_worker(compose: dict[str, Any]) -> None:
    from django.conf import settings

    served = {compose["services"][name]["environment"]["QUEUES"] for name in ("worker", "worker-pdf")}
    assert served == {"celery", *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}


def test_parts_that_stay_restart_and_tell_their_health(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
        if name not in {"migrate", "proxy"}:
            assert "healthcheck" in service, name
        assert service["deploy"]["resources"]["limits"]["memory"], name


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert compose["services"]["web"]["environment"]["TRUSTED_PROXY_COUNT"] == "1"


def test_the_queue_is_kept_and_the_cache_is_apart(compose: dict[str, Any]) -> None:
    broker = " ".join(compose["services"]["broker"]["command"])
    assert "--appendonly yes" in broker
    assert "--appendfsync everysec" in broker
    assert "--maxmemory-policy noeviction" in broker
    environment = compose["services"]["web"]["environment"]
    assert "//broker:" in environment["REDIS_URL"]
    assert "//cache:" in environment["CACHE_URL"]


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    filled = dict(line.split("=", 1) for line in example_lines() if not line.startswith("#"))
    secrets = (
        "SECRET_KEY",
        "IDENTITY_KEY",
        "POSTGRES_PASSWORD",
        "APPLICATION_PASSWORD",
        "EMAIL_HOST_PASSWORD",
    )
    for name in secrets:
        assert filled[name] == "", name
    environment = compose["services"]["web"]["environment"]
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "contest_app:${APPLICATION_PASSWORD:?" in environment["DATABASE_URL"]


def test_only_the_migration_knows_the_owner_of_the_tables(compose: dict[str, Any]) -> None:
    for name in OURS:
        environment = compose["services"][name]["environment"]
        assert environment["POSTGRES_PASSWORD"] == ""
        assert ("MIGRATION_DATABASE_URL" in environment) == (name == "migrate")
    owner = compose["services"]["migrate"]["environment"]["MIGRATION_DATABASE_URL"]
    assert owner.startswith("postgresql://contest:${POSTGRES_PASSWORD:?")


def test_every_variable_that_is_read_is_documented() -> None:
    assert services.variables() - documented() == set()


def test_every_variable_that_the_compose_file_takes_is_documented_and_in_the_example() -> None:
    taken = set(
        re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text() + (ROOT / "deploy" / "Caddyfile").read_text())
    )
    taken |= set(re.findall(r"\{\$([A-Z_]+)\}", (ROOT / "deploy" / "Caddyfile").read_text()))
    assert taken - documented() == set()
    named = {line.lstrip("# ").split("=", 1)[0] for line in example_lines()}
    assert taken - named == set()
    assert named - documented() == set()


def test_nothing_is_documented_that_nobody_reads() -> None:
    compose_only = {"SITE_HOST", "ACME_EMAIL", "POSTGRES_PASSWORD", "APPLICATION_PASSWORD", "SITE_VERSION"}
    assert documented() - services.variables() - compose_only == set()


def test_the_image_holds_every_package_of_the_site() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for package in (
        "attempts",
        "contest_site",
        "contests",
        "prizes",
        "questions",
        "templates",
        "static",
        "bin/serve",
    ):
        assert f"!{package}" in ignored


def example_lines() -> list[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [line for line in lines if re.match(r"^(# )?[A-Z_]+=", line)]
