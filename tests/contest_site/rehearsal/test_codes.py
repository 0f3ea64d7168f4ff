"""The rehearsal reads the newest code of each contact, whatever the spelling."""

import json
from pathlib import Path

import pytest

from contest_site.rehearsal.codes import Codes


def add(file: Path, to: str, code: str) -> None:
    with file.open("a") as lines:
        lines.write(json.dumps({"to": to, "code": code, "purpose": "login"}) + "\n")


def test_the_newest_code_counts(tmp_path: Path) -> None:
    file = tmp_path / "codes.jsonl"
    codes = Codes(file)
    with pytest.raises(LookupError):
        codes.of("0592 123 456")
    add(file, "+84592123456", "111111")
    assert codes.of("0592 123 456") == "111111"
    add(file, "+84592123456", "222222")
    add(file, "an@example.com", "333333")
    assert codes.of("84592123456") == "222222"
    assert codes.of("An@Example.com") == "333333"


def test_a_notice_without_a_code_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "codes.jsonl"
    add(file, "+84592123456", "111111")
    add(file, "+84592123456", "")
    assert Codes(file).of("0592123456") == "111111"


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    file = tmp_path / "codes.jsonl"
    add(file, "+84592123456", "111111")
    with file.open("a") as lines:
        lines.write('{"to": "+84592123456", "co')
    codes = Codes(file)
    assert codes.of("0592123456") == "111111"
    with file.open("a") as lines:
        lines.write('de": "222222"}\n')
    assert codes.of("0592123456") == "222222"
