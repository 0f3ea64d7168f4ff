"""docs/plan-file.md describes the plan file's language: every key, none that is not there, and every word."""

from __future__ import annotations

import re
from pathlib import Path

from contests import enums
from contests.fileschema import PLAN, Key, Keys, Table
from contests.planfile.units import COLUMNS
from questions.enums import Difficulty

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "plan-file.md").read_text(encoding="utf-8")
WORDS = (
    enums.Asked,
    enums.AwardMethod,
    enums.Audience,
    enums.CertificateKind,
    enums.Combine,
    enums.CountingAttempt,
    enums.ExclusionRole,
    enums.NamesShown,
    enums.Participation,
    enums.PredictionScope,
    enums.PredictionTarget,
    enums.RankKey,
    enums.ResultShown,
    enums.TableScope,
    enums.UnitMetric,
    Difficulty,
)


def sections() -> dict[str, dict[str, str]]:
    """By heading: the keys of its table and whether the guide says that each must be there."""
    found: dict[str, dict[str, str]] = {}
    heading = ""
    for line in GUIDE.splitlines():
        if line.startswith("##"):
            heading = line.lstrip("# ")
        elif row := re.match(r"\| `(\w+)` \| (có|tùy) \| .+ \|$", line):
            found.setdefault(heading, {})[row[1]] = row[2]
    return found


def expected(keys: Keys) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, rule in keys.items():
        if isinstance(rule, Table):
            top = keys is PLAN
            heading = f"[[{table}]]" if top and rule.many else f"[{table}]" if top else table
            found[heading] = {key: "có" if inner.required else "tùy" for key, inner in rule.keys.items()}
            found |= expected({key: inner for key, inner in rule.keys.items() if isinstance(inner, Table)})
    return found


def test_every_key_is_described_and_no_other() -> None:
    assert sections() == expected(PLAN)


def test_every_word_of_a_choice_is_there() -> None:
    for words in WORDS:
        for value in words.values:
            assert f"`{value}`" in GUIDE, value


def test_the_columns_of_the_list_of_units_are_there_in_their_order() -> None:
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \|$", GUIDE, re.MULTILINE) == list(COLUMNS)


def test_chosen_is_explained() -> None:
    assert [key for key, rule in PLAN.items() if isinstance(rule, Key)] == ["chosen"]
    assert "`chosen`" in GUIDE
