"""Reading a plan file, with every fault at once; opens what it names beside it (units, documents)."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError
from contests.enums import DOCUMENT_TYPES
from contests.fileschema import (
    NO_OVERALL,
    PLAN,
    ROUND,
    USUAL_ENTRY,
    WEEKLY,
    Key,
    Keys,
    Table,
    dotted_keys,
    without_indexes,
)
from contests.planfile.plan import PlanFile, Values
from contests.planfile.series import ROUND_NUMBER, spread
from contests.planfile.units import read_units
from contests.rules.facts import Fault, UnitRow
from contests.suggestions import SUGGESTED

MAX_BYTES = 1_000_000
MAX_UNITS_BYTES = 10_000_000
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024


def read_plan(path: Path) -> PlanFile:
    """The plan in the file, with all its faults in `faults`; nothing else raises but a missing file."""
    plan = PlanFile()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(_("Tệp quá lớn."))
        # A percentage stays the decimal that was written.
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        plan.faults.append(Fault(path.name, _("Tệp không phải văn bản UTF-8.")))
        return plan
    except (ValueError, ArithmeticError, RecursionError) as error:
        plan.faults.append(Fault(path.name, _("Tệp không đúng cú pháp TOML: %(error)s") % {"error": error}))
        return plan
    _Reader(plan, path.parent).read(raw)
    return plan


class _Reader:
    """Walks the parsed TOML, converts what is right and notes what is wrong with its place."""

    def __init__(self, plan: PlanFile, folder: Path) -> None:
        self.plan = plan
        self.folder = folder

    def read(self, raw: Mapping[str, Any]) -> None:
        plan = self.plan
        self._unknown("", raw, PLAN)
        found = self._keys(raw, PLAN, "", "")
        plan.contest, plan.consent = found["contest"], found["consent"]
        plan.overall = found["overall"] if "overall" in raw else dict(NO_OVERALL)
        plan.entry = found["entry"] if "entry" in raw else dict(USUAL_ENTRY)
        plan.chosen = found.get("chosen", [])
        plan.categories, plan.milestones, plan.blocks = (
            found[key] for key in ("categories", "milestones", "blocks")
        )
        plan.certificates = found["certificates"]
        plan.prize_tables = [
            {**one, "number": one["number"] or index} if "number" in one else one
            for index, one in enumerate(found["prize_tables"], 1)
        ]
        plan.documents = [self._document(index, one) for index, one in enumerate(found["documents"], 1)]
        plan.exclusions = [self._exclusion(index, one) for index, one in enumerate(found["exclusions"], 1)]
        for index, one in enumerate(found["rounds"], 1):
            given = raw["rounds"][index - 1]
            self._rounds(f"rounds[{index}]", one, given if isinstance(given, dict) else {})
        self._check_chosen()
        plan.area = found["units"].get("area", "")
        if file := found["units"].get("file"):
            plan.units = self._units(file)

    def _fault(self, place: str, text: str) -> None:
        self.plan.faults.append(Fault(place, text))

    def _unknown(self, place: str, raw: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in raw:
            if key in known:
                continue
            close = get_close_matches(key, list(known), n=1)
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

    def _keys(self, raw: Mapping[str, Any], keys: Keys, place: str, where: str) -> Values:
        """`place` is what stands before these keys without an index, `where` the same as shown to people."""
        values: Values = {}
        for key, rule in keys.items():
            if isinstance(rule, Table):
                values[key] = self._nested(raw, key, rule, place, where)
            elif key in raw:
                value = self._value(f"{where}{key}", raw[key], rule.convert)
                if value is not None:
                    values[rule.field or key] = value
            elif rule.required:
                self._missing(f"{place}{key}", f"{where}{key}")
            else:
                # Never the schema's own list or table: what is loaded may be changed.
                default = rule.default
                values[rule.field or key] = default.copy() if isinstance(default, list | dict) else default
        return values

    def _nested(self, raw: Mapping[str, Any], key: str, rule: Table, place: str, where: str) -> Any:
        if rule.many:
            return self._list(f"{place}{key}", raw.get(key, []), rule.keys, f"{where}{key}")
        if not rule.required and key not in raw:
            return {}
        return self._table(f"{place}{key}", raw.get(key, {}), rule.keys, f"{where}{key}")

    def _table(self, place: str, raw: object, keys: Keys, where: str) -> Values:
        if not isinstance(raw, dict):
            self._fault(where, _("Phải là một bảng gồm nhiều mục."))
            return {}
        self._unknown(f"{where}.", raw, keys)
        return self._keys(raw, keys, f"{place}.", f"{where}.")

    def _list(self, place: str, raw: object, keys: Keys, where: str) -> list[Values]:
        if not isinstance(raw, list):
            self._fault(where, _("Phải là một danh sách: viết [[%(key)s]].") % {"key": place})
            return []
        return [self._table(place, one, keys, f"{where}[{index}]") for index, one in enumerate(raw, 1)]

    def _missing(self, key: str, where: str) -> None:
        text = _("Thiếu mục này.")
        if key in SUGGESTED:
            text += " " + _("Nếu kế hoạch không quy định, gợi ý: %(value)s.") % {"value": SUGGESTED[key]}
        self._fault(where, text)

    def _check_chosen(self) -> None:
        known = set(dotted_keys())
        for key in self.plan.chosen:
            if without_indexes(key) not in known:
                self._fault("chosen", _("Không có mục “%(key)s” trong kế hoạch.") % {"key": key})

    def _exclusion(self, index: int, one: Values) -> Values:
        place = f"exclusions[{index}]"
        hashes = [one.pop(key, None) for key in ("national_id", "national_id_hash")]
        if all(hashes):
            self._fault(f"{place}.national_id_hash", _("Đã có số định danh cá nhân (national_id)."))
        one["national_id_hash"] = hashes[0] or hashes[1]
        named = one.get("account") or one.get("phone") or one["national_id_hash"]
        wrong = any(fault.place.startswith(f"{place}.") for fault in self.plan.faults)
        if not named and not wrong:
            self._fault(place, _("Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân."))
        return one

    # --- Rounds ------------------------------------------------------------------------------------------

    def _rounds(self, place: str, one: Values, raw: Mapping[str, Any]) -> None:
        """One round, or the rounds of a series, as rows of their own."""
        promotion, weekly = one.pop("promotion", {}), one.pop("weekly", {})
        one |= {"promotes_from": None, "promotes_best": None, **promotion}
        if "weekly" in raw:
            made = self._series(place, one, weekly, raw)
        else:
            made = [one]
            for key in ("opens_at", "closes_at"):
                if key not in raw and raw:
                    self._fault(
                        f"{place}.{key}",
                        _("Thiếu mục này: ghi opens_at và closes_at, hoặc weekly cho nhiều vòng liền nhau."),
                    )
        self.plan.rounds += made
        self.plan.round_places += [place] * len(made)

    def _series(self, place: str, one: Values, weekly: Values, raw: Mapping[str, Any]) -> list[Values]:
        for key in ("opens_at", "closes_at"):
            if key in raw:
                self._fault(f"{place}.{key}", _("Đã có weekly thì không ghi mục này."))
        name = one.get("name")
        if name is not None and ROUND_NUMBER not in name:
            self._fault(f"{place}.name", _("Tên của các vòng liền nhau phải có {n}, như “Tuần {n}”."))
        if len(weekly) < len(WEEKLY) or "number" not in one:
            return [one]
        made = spread(one, weekly)
        rule = ROUND["name"]
        assert isinstance(rule, Key)
        # The longest name is the last one's.
        self._value(f"{place}.name", made[-1].get("name", ROUND_NUMBER), rule.convert)
        return made

    # --- Files beside the plan ---------------------------------------------------------------------------

    def _document(self, index: int, one: Values) -> Values:
        place = f"documents[{index}].file"
        path = self._beside(place, one.pop("file", ""))
        if path is None:
            return one
        if path.suffix.lower() not in DOCUMENT_TYPES:
            self._fault(place, _("Chỉ nhận tệp: %(types)s.") % {"types": ", ".join(DOCUMENT_TYPES)})
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            self._fault(place, _("Tệp lớn hơn 20 MB."))
        return {**one, "file": path}

    def _beside(self, place: str, file: str) -> Path | None:
        """A file in the plan's own folder, never one elsewhere on the machine."""
        if not file:
            return None
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
        if path.stat().st_size > MAX_UNITS_BYTES:
            self._fault("units.file", _("Tệp quá lớn."))
            return []
        try:
            text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            self._fault(file, _("Tệp không phải văn bản UTF-8."))
            return []
        rows, faults = read_units(text, file, [one.get("name", "") for one in self.plan.blocks])
        self.plan.faults += faults
        return rows
