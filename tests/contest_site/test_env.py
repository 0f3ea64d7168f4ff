"""Environment readers: a good value is read, a bad one is refused by name."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from contest_site.env import env_bool, env_int, env_list, env_path, env_str, parse_database_url


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("TRUE", True), ("on", True), ("no", False), ("", False)]
)
def test_bool_reads_the_usual_words(monkeypatch: pytest.MonkeyPatch, raw: str, value: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", raw)
    assert env_bool("SOME_FLAG", not value) is value


def test_bool_refuses_anything_else_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FLAG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SOME_FLAG must be true or false, not 'maybe'"):
        env_bool("SOME_FLAG", False)


def test_int_refuses_words_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_COUNT", "two")
    with pytest.raises(ImproperlyConfigured, match="SOME_COUNT must be a whole number, not 'two'"):
        env_int("SOME_COUNT", 1)
    monkeypatch.setenv("SOME_COUNT", "2")
    assert env_int("SOME_COUNT", 1) == 2


def test_defaults_stand_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSET", raising=False)
    assert env_str("UNSET", "x") == "x"
    assert env_bool("UNSET", True) is True
    assert env_int("UNSET", 7) == 7
    assert env_list("UNSET", ["a"]) == ["a"]
    assert env_path("UNSET", Path("/a")) == Path("/a")


def test_list_parts_at_commas_and_drops_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_LIST", " a.vn, b.vn ,, ")
    assert env_list("SOME_LIST", []) == ["a.vn", "b.vn"]


def test_path_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_PATH", "media")
    assert env_path("SOME_PATH", Path("/")) == tmp_path.resolve() / "media"


def test_database_url_over_tcp() -> None:
    parsed = parse_database_url("postgresql://us%40er:p%3Aw@db.example:6432/con%20test?sslmode=require")
    assert parsed == {
        "ENGINE": "contest_site.lib.postgres",
        "NAME": "con test",
        "USER": "us@er",
        "PASSWORD": "p:w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_url_over_a_socket() -> None:
    parsed = parse_database_url("postgresql://postgres@/contest?host=%2Fa%20b%2Frun&port=5432")
    assert (parsed["HOST"], parsed["PORT"], parsed["OPTIONS"]) == ("/a b/run", "5432", {})


def test_database_url_of_another_dialect_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must start with postgresql://, not 'mysql'"):
        parse_database_url("mysql://root@localhost/contest")
