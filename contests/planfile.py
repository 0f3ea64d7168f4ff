"""Reading a plan file (TOML): a contest's whole plan, as a person writes it, with every fault at once.

Pure: opens the file and what it names beside it (units, documents), asks no database.
"""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError
from contests.fileschema import (
    CERTIFICATE,
    CONSENT,
    CONTEST,
    DOCUMENT,
    EXCLUSION,
    MILESTONE,
    PRIZE,
    ROUND,
    UNITS,
    Key,
    name,
    numbers,
    texts,
)
from contests.rules import Fault, PlanFacts, PrizeFacts, RoundFacts
from contests.suggestions import SUGGESTED

Values = dict[str, Any]
UNIT_COLUMNS = ("code", "parent_code", "kind", "name", "headcount")
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class UnitRow:
    code: str
    parent_code: str
    kind: str
    name: str
    headcount: int | None


@dataclass
class PlanFile:
    """What a plan file says, in the fields' own names and types; a key that could not be read is missing."""

    contest: Values = field(default_factory=dict)
    certificate: Values = field(default_factory=dict)
    consent: Values = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    area: str = ""
    units: list[UnitRow] = field(default_factory=list)
    milestones: list[Values] = field(default_factory=list)
    documents: list[Values] = field(default_factory=list)
    rounds: list[Values] = field(default_factory=list)
    prizes: list[Values] = field(default_factory=list)
    exclusions: list[Values] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def facts(self) -> PlanFacts:
        """The parts that depend on each other, for `contests.rules.faults`; without the banks."""
        return PlanFacts(
            opens_at=self.contest.get("opens_at"),
            closes_at=self.contest.get("closes_at"),
            categories=self.categories,
            rounds=[_round_facts(one) for one in self.rounds],
            prizes=[
                PrizeFacts(
                    **{key: one[key] for key in ("name", "round", "audience", "position") if key in one}
                )
                for one in self.prizes
            ],
        )

    def shift_to(self, opening: datetime) -> None:
        """Move every date and time by one offset, so that the first round opens at `opening`."""
        first = min(one["opens_at"] for one in self.rounds)
        offset = opening - first
        days = timezone.localdate(opening) - timezone.localdate(first)
        for table in (self.contest, *self.rounds):
            table["opens_at"] += offset
            table["closes_at"] += offset
        for milestone in self.milestones:
            for key in ("starts_on", "ends_on"):
                if milestone.get(key):
                    milestone[key] += timedelta(days=days.days)


def _round_facts(values: Values) -> RoundFacts:
    known = {key: values[key] for key in RoundFacts.__dataclass_fields__ if key in values}
    return RoundFacts(**{**known, "quotas": list(values.get("quotas", {}).items())})


def _prize_facts(values: Values) -> PrizeFacts:
    return PrizeFacts(**{key: values[key] for key in PrizeFacts.__dataclass_fields__ if key in values})


def read_plan(path: Path) -> PlanFile:
    """The plan in the file, with all its faults in `faults`; nothing else raises but a missing file."""
    plan = PlanFile()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(_("Tệp quá lớn."))
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        plan.faults.append(Fault(path.name, _("Tệp không phải văn bản UTF-8.")))
        return plan
    except ValueError as error:
        plan.faults.append(Fault(path.name, _("Tệp không đúng cú pháp TOML: %(error)s") % {"error": error}))
        return plan
    _Reader(plan, path.parent).read(raw)
    return plan


class _Reader:
    """Walks the parsed TOML, converts what is right and notes what is wrong with its place."""

    TABLES: Mapping[str, Mapping[str, Key]] = {
        "contest": CONTEST,
        "certificate": CERTIFICATE,
        "consent": CONSENT,
        "units": UNITS,
    }
    LISTS: Mapping[str, Mapping[str, Key]] = {
        "milestones": MILESTONE,
        "documents": DOCUMENT,
        "rounds": ROUND,
        "prizes": PRIZE,
        "exclusions": EXCLUSION,
    }

    def __init__(self, plan: PlanFile, folder: Path) -> None:
        self.plan = plan
        self.folder = folder

    def read(self, raw: Mapping[str, Any]) -> None:
        known = ["chosen", "categories", *self.TABLES, *self.LISTS]
        self._unknown("", raw, known)
        tables = {key: self._table(key, raw.get(key, {}), keys) for key, keys in self.TABLES.items()}
        lists = {key: self._list(key, raw.get(key, []), keys) for key, keys in self.LISTS.items()}
        plan = self.plan
        plan.contest, plan.certificate, plan.consent = (
            tables["contest"],
            tables["certificate"],
            tables["consent"],
        )
        plan.milestones, plan.rounds, plan.prizes = lists["milestones"], lists["rounds"], lists["prizes"]
        plan.exclusions = lists["exclusions"]
        plan.documents = [self._document(index, one) for index, one in enumerate(lists["documents"], 1)]
        plan.categories = self._value("categories", raw.get("categories", []), texts) or []
        plan.chosen = self._value("chosen", raw.get("chosen", []), texts) or []
        self._check_chosen()
        self._check_exclusions()
        plan.area = tables["units"].get("area", "")
        if file := tables["units"].get("file"):
            plan.units = self._units(file)

    def _fault(self, place: str, text: str) -> None:
        self.plan.faults.append(Fault(place, text))

    def _unknown(self, place: str, raw: Mapping[str, Any], known: list[str]) -> None:
        for key in raw:
            if key in known:
                continue
            close = get_close_matches(key, known, n=1)
            text = _("Không có mục này trong kế hoạch.")
            if close:
                text += " " + _("Có phải là “%(key)s”?") % {"key": close[0]}
            self._fault(f"{place}{key}", text)

    def _value(self, place: str, raw: object, convert: Callable[[Any], Any]) -> Any:
        try:
            return convert(raw)
        except ValueError as error:
            self._fault(place, str(error))
        except DomainError as error:
            self._fault(place, str(error.message))
        return None

    def _table(self, place: str, raw: object, keys: Mapping[str, Key], where: str = "") -> Values:
        """`place` is the key without an index, `where` the place shown to people."""
        where = where or place
        if not isinstance(raw, dict):
            self._fault(where, _("Phải là một bảng gồm nhiều mục."))
            return {}
        self._unknown(f"{where}.", raw, list(keys))
        values: Values = {}
        for key, rule in keys.items():
            if key not in raw:
                if rule.required:
                    self._missing(f"{place}.{key}", f"{where}.{key}")
                elif rule.default is not None:
                    values[rule.field or key] = rule.default
                continue
            value = self._value(f"{where}.{key}", raw[key], rule.convert)
            if value is not None:
                values[rule.field or key] = value
        return values

    def _missing(self, key: str, where: str) -> None:
        text = _("Thiếu mục này.")
        if key in SUGGESTED:
            text += " " + _("Nếu kế hoạch không quy định, gợi ý: %(value)s.") % {"value": SUGGESTED[key]}
        self._fault(where, text)

    def _list(self, place: str, raw: object, keys: Mapping[str, Key]) -> list[Values]:
        if not isinstance(raw, list):
            self._fault(place, _("Phải là một danh sách: viết [[%(key)s]].") % {"key": place})
            return []
        return [self._table(place, one, keys, f"{place}[{index}]") for index, one in enumerate(raw, 1)]

    def _check_chosen(self) -> None:
        known = {f"{table}.{key}" for table, keys in {**self.TABLES, **self.LISTS}.items() for key in keys}
        known |= {"categories", "units", "milestones", "documents", "prizes"}
        for key in self.plan.chosen:
            if key not in known:
                self._fault("chosen", _("Không có mục “%(key)s” trong kế hoạch.") % {"key": key})

    def _check_exclusions(self) -> None:
        for index, one in enumerate(self.plan.exclusions, 1):
            if not (one.get("account") or one.get("phone") or one.get("national_id_hash")):
                self._fault(
                    f"exclusions[{index}]",
                    _("Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân."),
                )

    def _document(self, index: int, one: Values) -> Values:
        if file := one.get("file"):
            path = self._beside(f"documents[{index}].file", file)
            one["path"] = path
        return one

    def _beside(self, place: str, file: str) -> Path | None:
        """A file in the plan's own folder, never one elsewhere on the machine."""
        path = (self.folder / file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            self._fault(place, _("Tệp phải nằm cùng thư mục với tệp kế hoạch."))
        elif not path.is_file():
            self._fault(place, _("Không tìm thấy tệp “%(file)s”.") % {"file": file})
        else:
            return path
        return None

    def _units(self, file: str) -> list[UnitRow]:
        path = self._beside("units.file", file)
        if path is None:
            return []
        try:
            text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            self._fault(file, _("Tệp không phải văn bản UTF-8."))
            return []
        lines = csv.DictReader(text.splitlines())
        missing = [column for column in UNIT_COLUMNS if column not in (lines.fieldnames or ())]
        if missing:
            self._fault(file, _("Thiếu cột: %(columns)s.") % {"columns": ", ".join(missing)})
            return []
        rows = [self._unit_row(f"{file}, dòng {number}", line) for number, line in enumerate(lines, 2)]
        self._check_tree(file, rows)
        return rows

    def _unit_row(self, place: str, line: Mapping[str, str | None]) -> UnitRow:
        cells = {column: (line.get(column) or "").strip() for column in UNIT_COLUMNS}
        for column, length in {"code": 20, "name": 200, "kind": 60}.items():
            if column != "kind" and not cells[column]:
                self._fault(place, _("Cột %(column)s để trống.") % {"column": column})
            elif cells[column]:
                self._value(place, cells[column], name(length))
        people = None
        if cells["headcount"]:
            people = self._value(place, cells["headcount"], numbers(1, 100_000_000))
        return UnitRow(cells["code"], cells["parent_code"], cells["kind"], cells["name"], people)

    def _check_tree(self, file: str, rows: list[UnitRow]) -> None:
        parents: dict[str, str] = {}
        for row in rows:
            if row.code in parents:
                self._fault(file, _("Mã đơn vị “%(code)s” bị lặp lại.") % {"code": row.code})
            parents[row.code] = row.parent_code
        for row in rows:
            if row.parent_code and row.parent_code not in parents:
                self._fault(
                    file,
                    _("Đơn vị “%(name)s” thuộc mã “%(code)s” không có trong tệp.")
                    % {"name": row.name, "code": row.parent_code},
                )
        for code in parents:
            if _circular(code, parents):
                self._fault(file, _("Đơn vị “%(code)s” nằm trong một vòng luẩn quẩn.") % {"code": code})


def _circular(code: str, parents: Mapping[str, str]) -> bool:
    seen = {code}
    above = parents.get(code, "")
    while above:
        if above in seen:
            return above == code
        seen.add(above)
        above = parents.get(above, "")
    return False
