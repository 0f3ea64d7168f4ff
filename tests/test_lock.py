"""Dependencies are pinned by content and come from wherever the machine gets its packages."""

import re
import subprocess

import pytest

from tests.support.stack import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock"]
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\$")
# Put together here so that this file does not name them itself.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "deb.debian" + ".org"]
ADDRESSES = ["index-" + "url", "find-" + "links", "trusted-" + "host"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_a_hash_or_a_remark(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    entries = [line for line in lines if line and not line.startswith(" ")]
    assert entries
    assert [line for line in entries if not PINNED.match(line)] == []
    rest = [line.strip() for line in lines if line.startswith(" ")]
    assert [line for line in rest if not line.startswith(("--hash=sha256:", "#"))] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PINNED.match(line):
            assert following.strip().startswith("--hash=sha256:"), line


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_is_in_a_lock(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_tests_run_what_a_server_runs() -> None:
    server, development = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS
    )
    assert server - development == set()


def test_no_file_names_a_registry() -> None:
    words = [part for word in (*REGISTRIES, *ADDRESSES) for part in ("-e", word)]
    result = subprocess.run(
        ["git", "grep", "-I", "-n", "-i", "-F", *words], cwd=ROOT, capture_output=True, text=True
    )
    # bin/lock tells uv to write no address; that is the only place to speak of them.
    found = [line for line in result.stdout.splitlines() if not line.startswith("bin/lock:")]
    assert found == []


def test_there_is_no_other_lock() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.splitlines()
    assert {"uv" + ".lock", "poetry.lock", "Pipfile.lock", "package-lock.json"} & set(tracked) == set()
