"""Writing a plan file: readable, in the order of the schema, and read back into the same values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import tomli_w
from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError
from contest_site.lib.text import clean
from contests.fileschema import (
    ENTRY,
    NO_OVERALL,
    OVERALL,
    PLAN,
    PLAN_ZONE,
    USUAL_ENTRY,
    Key,
    Keys,
    Table,
    text,
    without_indexes,
)
from contests.planfile.plan import PlanFile, Values
from contests.planfile.series import joined

WIDTH = 100
Raw = Mapping[str, Any]


def write_plan(plan: PlanFile, *, units_file: str, document_files: Sequence[str], with_people: bool) -> str:
    """The file's text. `document_files` are the names beside it of the plan's documents, in their order.

    What a draft has not filled in yet is left out; reading the file then says that it is missing.
    """
    raw = _raw(plan, units_file, document_files)
    chosen = set(plan.chosen)
    slug = clean(str(plan.contest.get("slug", "")))
    lines = [
        f"# {clean(str(plan.contest.get('name', '')))}",
        "#",
        f"# {_('Tệp kế hoạch do lệnh “manage.py export_plan” ghi ra.')}",
        f"# {_('Nạp lại: manage.py load_plan %(slug)s.toml') % {'slug': slug}}",
        f"# {_('Ý nghĩa của từng mục: docs/plan-file.md')}",
        "",
        *_chosen(raw["chosen"]),
    ]
    for key, rule in PLAN.items():
        if not isinstance(rule, Table):
            continue
        if key == "exclusions" and not with_people:
            lines += [
                *_heading(key),
                f"# {_('Không ghi ở đây vì có dữ liệu cá nhân; xuất kèm: --with-people')}",
            ]
        elif found := raw[key]:
            lines += _heading(key)
            if key in chosen:
                lines.append(f"# {_('Kế hoạch không quy định.')}")
            lines += _part(key, found, rule, chosen)
    return "\n".join(lines).rstrip() + "\n"


def _headings() -> dict[str, str]:
    return {
        "contest": _("Cuộc thi"),
        "overall": _("Xếp hạng cá nhân cả cuộc thi"),
        "entry": _("Thông tin khi đăng ký"),
        "categories": _("Đối tượng"),
        "milestones": _("Mốc thời gian khác"),
        "documents": _("Tài liệu"),
        "units": _("Địa bàn và đơn vị"),
        "blocks": _("Khối thi đua"),
        "rounds": _("Vòng thi"),
        "certificates": _("Giấy chứng nhận, giấy khen, bằng khen"),
        "prize_tables": _("Cơ cấu giải thưởng"),
        "consent": _("Đồng ý xử lý dữ liệu cá nhân"),
        "exclusions": _("Người không được dự thi"),
    }


def _heading(key: str) -> list[str]:
    title = f"# ── {_headings()[key]} "
    return [title.ljust(WIDTH, "─")]


# --- The plan as the file's own tables ----------------------------------------------------------------------


def _raw(plan: PlanFile, units_file: str, document_files: Sequence[str]) -> dict[str, Any]:
    overall = any(plan.overall.get(key) != value for key, value in NO_OVERALL.items())
    unusual = any(plan.entry.get(key) != value for key, value in USUAL_ENTRY.items())
    return {
        "chosen": plan.chosen,
        "contest": plan.contest,
        "overall": _renamed(plan.overall, OVERALL) if overall else None,
        "entry": _renamed(plan.entry, ENTRY) if unusual else None,
        "categories": plan.categories,
        "milestones": [_renamed(one, _keys("milestones")) for one in plan.milestones],
        "documents": [
            {"title": one["title"], "file": file}
            for one, file in zip(plan.documents, document_files, strict=True)
        ],
        "units": {"area": plan.area, "file": units_file if plan.units else ""},
        "blocks": plan.blocks,
        "rounds": [_round(one) for one in joined(plan.rounds)],
        "certificates": plan.certificates,
        "prize_tables": plan.prize_tables,
        "consent": _renamed(plan.consent, _keys("consent")),
        "exclusions": plan.exclusions,
    }


def _keys(table: str) -> Keys:
    rule = PLAN[table]
    assert isinstance(rule, Table)
    return rule.keys


def _renamed(values: Values, keys: Keys) -> Values:
    """The model's fields under the words of the file."""
    return {
        key: values.get(rule.field or key) if isinstance(rule, Key) else values.get(key)
        for key, rule in keys.items()
    }


def _round(one: Values) -> Values:
    promotion = {"from": one.get("promotes_from"), "best": one.get("promotes_best")}
    return {**one, "promotion": promotion if promotion["from"] else None}


# --- Lines --------------------------------------------------------------------------------------------------


def _chosen(chosen: Sequence[str]) -> list[str]:
    if not chosen:
        return []
    return [
        f"# {_('Những mục mà kế hoạch không quy định, do cơ quan tổ chức chọn.')}",
        *_list("chosen", chosen),
        "",
    ]


def _part(key: str, found: Any, rule: Table, chosen: set[str]) -> Iterator[str]:
    """`key` may have indexes, as places in messages do; the file's own words have none."""
    for index, one in enumerate(found if rule.many else [found], 1):
        bare = without_indexes(key)
        yield f"[[{bare}]]" if rule.many else f"[{bare}]"
        yield from _table(one, rule.keys, f"{key}[{index}]" if rule.many else key, chosen)
        yield ""


def _table(values: Raw, keys: Keys, above: str, chosen: set[str]) -> Iterator[str]:
    lists: list[str] = []
    for key, rule in keys.items():
        dotted = f"{above}.{key}"
        if isinstance(rule, Table):
            found = values.get(key)
            if found and rule.many:
                lists += ["", *_part(dotted, found, rule, chosen)]
            elif found:
                yield f"{key} = {_inline(found, rule.keys)}"
            continue
        value = values.get(key)
        if value in (None, "", [], {}) or (not rule.required and value == rule.default):
            continue
        lines = _entry(key, value, rule)
        if _is_chosen(dotted, chosen):
            lines[-1] += f"  # {_('kế hoạch không quy định')}"
        yield from lines
    # Lists of tables come last: what follows them would belong to them.
    yield from lists[:-1]


def _is_chosen(place: str, chosen: set[str]) -> bool:
    """Whether the plan is silent on it, in all of a list's tables or in this one."""
    parts = place.split(".")
    return any(_covers(one.split("."), parts) for one in chosen)


def _covers(words: list[str], parts: list[str]) -> bool:
    pairs = zip(words, parts, strict=False)
    return len(words) == len(parts) and all(word in (part, without_indexes(part)) for word, part in pairs)


def _entry(key: str, value: Any, rule: Key) -> list[str]:
    if isinstance(value, str):
        value = _canonical(value, rule)
        if "\n" in value or len(value) > WIDTH:
            # The end of the text on a line of its own; reading takes it off again.
            lines = tomli_w.dumps({key: f"{value}\n"}, multiline_strings=True).rstrip("\n").split("\n")
            return [part for line in lines for part in _wrapped(line)]
    if isinstance(value, list):
        return _list(key, [item for item in map(_canonical_item, value) if item])
    if isinstance(value, dict):
        return [f"{key} = {_inline(value)}"]
    return [f"{key} = {_scalar(value, end=key == 'closes_at')}"]


def _wrapped(line: str) -> list[str]:
    """A line of a text over several lines: what ends in a backslash goes on without a break."""
    parts = textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    return [*(f"{part} \\" for part in parts[:-1]), parts[-1]]


def _canonical(value: str, rule: Key) -> str:
    """As reading makes it, so that a file written again is the same; a value that it refuses stays."""
    try:
        found = rule.convert(value)
    except (ValueError, DomainError):
        return clean(value)
    return found if isinstance(found, str) else value


def _canonical_item(value: str) -> str:
    try:
        return text(value)
    except ValueError:
        return ""


def _list(key: str, values: Sequence[str]) -> list[str]:
    items = [_scalar(item) for item in values]
    line = f"{key} = [{', '.join(items)}]"
    if len(line) <= WIDTH and key != "chosen":
        return [line]
    return [f"{key} = [", *(f"    {item}," for item in items), "]"]


def _inline(values: Raw, keys: Keys | None = None) -> str:
    pairs = {key: values[key] for key in keys} if keys else values
    return "{ " + ", ".join(f"{_bare(clean(key))} = {_scalar(value)}" for key, value in pairs.items()) + " }"


def _bare(key: str) -> str:
    return tomli_w.dumps({key: 0}).partition(" = 0\n")[0]


def _scalar(value: Any, *, end: bool = False) -> str:
    if isinstance(value, dict):
        return _inline(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, Decimal):
        exact = f"{value.normalize():f}"
        return exact if "." not in exact else f'"{exact.replace(".", ",")}"'
    if isinstance(value, datetime):
        return f'"{moment_text(value, end=end)}"'
    if isinstance(value, date):
        return f'"{day_text(value)}"'
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def day_text(value: date) -> str:
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def moment_text(value: datetime, *, end: bool = False) -> str:
    """As plans write it; an end at midnight is 24:00 of the day before."""
    local = value.astimezone(PLAN_ZONE)
    clock = f"{local:%H:%M}"
    if local.second or local.microsecond:
        clock += f":{local:%S}"
    if local.microsecond:
        clock += f".{local.microsecond:06}"
    if end and clock == "00:00":
        return f"24:00 {day_text(local.date() - timedelta(days=1))}"
    return f"{clock} {day_text(local.date())}"
