"""A list of units compared with the directory, and written; a preview is the import with nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Refused
from contest_site.lib.locks import lock
from contest_site.lib.text import clean, fold
from contests.domain.unit_moves import held_units, stays_words
from contests.importers.nearest import Nearest
from contests.importers.units import CODE, NAME, PARENT, TO, ListedUnit
from contests.models import Unit
from questions.importers.report import Remark

if TYPE_CHECKING:
    from contest_site.accounts.models import User

LOCK = "contests.units"
FIELDS = ("code", "name", "kind", "parent", "valid_from", "valid_to")


class Key(NamedTuple):
    """A unit of the directory by its id, or a new one by its row."""

    is_new: bool
    number: int


@dataclass
class Node:
    """A unit as it will be."""

    key: Key
    code: str
    name: str
    kind: str
    parent: Key | None
    valid_from: date | None
    valid_to: date | None
    is_rehearsal: bool = False
    row: int = 0

    @property
    def folded(self) -> str:
        return fold(self.name)


@dataclass(frozen=True)
class Difference:
    """A unit that the directory has, as it is and as the file has it: {field: (before, after)}."""

    row: int
    unit_id: int
    code: str
    name: str
    fields: dict[str, tuple[Any, Any]]


@dataclass
class UnitPlan:
    """What an import would do; nothing may be written while there are problems."""

    new: list[Node] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    same: int = 0
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    nodes: dict[Key, Node] = field(default_factory=dict)


def plan_units(rows: Sequence[ListedUnit], *, under: Unit | None = None) -> UnitPlan:
    """Compare the rows with the directory. Rows without a parent of their own belong below `under`.

    A row is a unit of the directory by its code, or without one by its name below its parent. A unit that has
    ended is meant by its code alone. Three queries, and five more where units move.
    """
    return _Planner(rows, under).plan()


def write_units(
    rows: Sequence[ListedUnit], *, by: User | None, under: Unit | None = None, file: str = ""
) -> UnitPlan:
    """Write what `plan_units` says of the directory as it now is. Raises Refused with the problems."""
    with transaction.atomic():
        lock(LOCK)
        plan = plan_units(rows, under=under)
        if plan.problems:
            raise Refused(_("Danh mục chưa được nhập."), [str(one) for one in plan.problems])
        _write_new(plan)
        _write_changed(plan)
        target = Unit.objects.order_by("pk").first()
        if target and (plan.new or plan.changed):
            record(
                "imported units", under or target, by=by, file=file,
                new=len(plan.new), changed=len(plan.changed),
            )  # fmt: skip
    return plan


def _write_new(plan: UnitPlan) -> None:
    """Level by level, for a parent's row is there before its children's."""
    made: dict[Key, int] = {}
    waiting = plan.new
    while waiting:
        ready = [one for one in waiting if not one.parent or not one.parent.is_new or one.parent in made]
        units = Unit.objects.bulk_create([_unit(one, made) for one in ready], batch_size=1000)
        made |= {one.key: unit.pk for one, unit in zip(ready, units, strict=True)}
        waiting = [one for one in waiting if one.key not in made]
    plan.nodes |= {Key(is_new=False, number=pk): plan.nodes[key] for key, pk in made.items()}
    for one in plan.changed:
        if "parent" in one.fields:
            key = plan.nodes[Key(is_new=False, number=one.unit_id)].parent
            if key and key.is_new:
                plan.nodes[Key(is_new=False, number=one.unit_id)].parent = Key(is_new=False, number=made[key])


def _unit(one: Node, made: dict[Key, int]) -> Unit:
    parent = None if one.parent is None else made[one.parent] if one.parent.is_new else one.parent.number
    return Unit(
        code=one.code,
        name=one.name,
        folded=one.folded,
        kind=one.kind,
        parent_id=parent,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )


def _write_changed(plan: UnitPlan) -> None:
    units = Unit.objects.in_bulk([one.unit_id for one in plan.changed])
    for unit in units.values():
        node = plan.nodes[Key(is_new=False, number=unit.pk)]
        unit.name, unit.folded, unit.kind = node.name, node.folded, node.kind
        unit.parent_id = node.parent.number if node.parent else None
        unit.valid_from, unit.valid_to = node.valid_from, node.valid_to
        unit.is_rehearsal = False
    columns = ["name", "folded", "kind", "parent", "valid_from", "valid_to", "is_rehearsal"]
    Unit.objects.bulk_update(units.values(), columns, batch_size=500)


class _Planner:
    def __init__(self, rows: Sequence[ListedUnit], under: Unit | None) -> None:
        self.rows = rows
        self.under = Key(is_new=False, number=under.pk) if under else None
        self.result = UnitPlan()
        self.nodes = self.result.nodes
        self.before: dict[Key, Node] = {}
        self.codes: dict[str, Key] = {}
        self.children: dict[tuple[Key | None, str], Key] = {}
        self.names: dict[str, list[Key]] = {}
        self.keys: dict[int, Key | None] = {}  # by place in the file, once it is known
        self.busy: set[int] = set()
        self.places: dict[str, int] = {}
        self.named: dict[str, list[int]] = {}
        self.met: dict[Key, int] = {}
        self.nearest = Nearest((), cutoff=0.75)

    def plan(self) -> UnitPlan:
        try:
            self._plan()
        except RecursionError:
            self.result.problems = [Remark(_("Danh mục có quá nhiều cấp lồng nhau."))]
        return self.result

    def _plan(self) -> None:
        self._load()
        for place, row in enumerate(self.rows):
            if row.code and row.code.casefold() in self.places:
                first = self.rows[self.places[row.code.casefold()]].row
                self._fault(row, CODE, _("trùng mã với dòng %(row)d") % {"row": first})
            self.places.setdefault(row.code.casefold(), place)
            self.named.setdefault(fold(row.name), []).append(place)
        self.places.pop("", None)
        self.nearest = Nearest([*self.named, *self.names], cutoff=0.75)
        for place in range(len(self.rows)):
            self._key(place)
        if not self.result.problems:
            self._give_codes()
            self._compare()
            self._check_moves()

    def _load(self) -> None:
        """By code every unit; by name those that are still there, one that goes on before one that ends."""
        columns = ("pk", "code", "name", "kind", "parent_id", "valid_from", "valid_to", "is_rehearsal")
        units = Unit.objects.order_by(F("valid_to").asc(nulls_last=True), "pk")
        today = timezone.localdate(database_now())
        for pk, code, name, kind, parent, since, until, rehearsal in units.values_list(*columns):
            key = Key(is_new=False, number=pk)
            above = Key(is_new=False, number=parent) if parent else None
            node = Node(key, code, name, kind, above, since, until, rehearsal)
            self.nodes[key] = node
            self.codes[code.casefold()] = key
            if until and until <= today:
                continue
            self.children[above, node.folded] = key
            self.names.setdefault(node.folded, []).append(key)

    def _fault(self, row: ListedUnit, column: str, message: str) -> None:
        self.result.problems.append(Remark(message, row.row, column))

    def _key(self, place: int) -> Key | None:
        """The unit of a row; None where its parent cannot be known."""
        if place in self.keys:
            return self.keys[place]
        row = self.rows[place]
        if place in self.busy:
            self._fault(row, PARENT, _("đơn vị nằm trong một vòng luẩn quẩn"))
            self.keys[place] = None
            return None
        self.busy.add(place)
        known = self._known_code(row.code, bare=row.bare_code)
        parent = self._parent(row)
        if place in self.keys:  # the circle was found below
            return None
        if parent is False:
            self.keys[place] = None
        else:
            assert parent is not True
            self.keys[place] = self._place(row, known, parent)
        self.busy.discard(place)
        return self.keys[place]

    def _known_code(self, code: str, *, bare: bool) -> Key | None:
        """The directory's unit of that code; lost zeros are put back where only one code has them."""
        if known := self.codes.get(code.casefold()):
            return known
        if not bare:
            return None
        whole = [code.zfill(width) for width in range(len(code) + 1, 21)]
        found = [self.codes[one] for one in whole if one in self.codes]
        return found[0] if len(found) == 1 else None

    def _parent(self, row: ListedUnit) -> Key | bool | None:
        """The unit above; None: none is named; False: named but not found, which is a fault."""
        if not row.parent:
            return None
        if row.parent.casefold() in self.places:
            return self._key(self.places[row.parent.casefold()]) or False
        if known := self._known_code(row.parent, bare=row.bare_parent):
            return known
        *above, last = [part for part in map(clean, row.parent.replace(">", "/").split("/")) if part] or [""]
        found = list(dict.fromkeys(self._called(fold(last), row)))
        if above:
            found = [key for key in found if self._lies_below(key, [fold(one) for one in above])]
        if len(found) > 1:
            found = [key for key in found if self.nodes[key].valid_to is None] or found
        if len(found) > 1 and self.under:
            found = [key for key in found if self.under in self._line(key)] or found
        if len(found) == 1:
            return found[0]
        words = {"name": row.parent[:80]}
        if found:
            message = _("có nhiều đơn vị tên “%(name)s”; ghi mã, hoặc đường dẫn như Tỉnh A / Sở B") % words
        else:
            message = _("không có đơn vị “%(name)s”") % words
            if near := self.nearest.of(fold(last)):
                message += "; " + _("có phải là “%(name)s”?") % {"name": self._shown(near)}
        self._fault(row, PARENT, message)
        return False

    def _called(self, folded: str, asking: ListedUnit) -> Iterable[Key]:
        for place in self.named.get(folded, []):
            if self.rows[place] is not asking and (key := self._key(place)):
                yield key
        yield from self.names.get(folded, [])

    def _shown(self, folded: str) -> str:
        places, keys = self.named.get(folded), self.names.get(folded)
        return self.rows[places[0]].name if places else self.nodes[keys[0]].name if keys else folded

    def _line(self, key: Key) -> list[Key]:
        """The unit and all above it."""
        line: list[Key] = []
        above: Key | None = key
        while above and above not in line:
            line.append(above)
            above = self.nodes[above].parent
        return line

    def _lies_below(self, key: Key, names: list[str]) -> bool:
        """Whether units of these names stand above it, in this order, others in between or not."""
        line = [self.nodes[one].folded for one in self._line(key)[1:]]
        for name in reversed(names):
            if name not in line:
                return False
            line = line[line.index(name) + 1 :]
        return True

    def _place(self, row: ListedUnit, known: Key | None, parent: Key | None) -> Key | None:
        """Put the row into the directory as it will be."""
        above = parent or self.under
        key = known or (None if row.code else self.children.get((above, fold(row.name))))
        if key is None:
            twin = self.children.get((above, fold(row.name)))
            if twin and not twin.is_new:
                message = _(
                    "đã có đơn vị cùng tên, cùng cấp trên, mã %(code)s; dòng này sẽ lập thêm một đơn vị"
                )
                self.result.notes.append(Remark(message % {"code": self.nodes[twin].code}, row.row, NAME))
            key = Key(is_new=True, number=row.row)
            since, until = row.valid_from, row.valid_to
            self.nodes[key] = Node(key, row.code, row.name, row.kind, above, since, until, row=row.row)
            self.result.new.append(self.nodes[key])
        elif key in self.met:
            self._fault(row, NAME, _("cùng một đơn vị với dòng %(row)d") % {"row": self.met[key]})
            return None
        else:
            self._update(row, key, parent)
        self.met[key] = row.row
        self.children.setdefault((above, fold(row.name)), key)
        return key

    def _update(self, row: ListedUnit, key: Key, parent: Key | None) -> None:
        """What the file leaves open stays as it is."""
        old = self.before[key] = self.nodes[key]
        new = Node(
            key, old.code, row.name, row.kind or old.kind, parent or old.parent,
            row.valid_from or old.valid_from, row.valid_to or old.valid_to, row=row.row,
        )  # fmt: skip
        if new.valid_from and new.valid_to and new.valid_to <= new.valid_from:
            self._fault(row, TO, _("ngày chấm dứt phải sau ngày bắt đầu hoạt động"))
        if new.parent != old.parent and new.parent and key in self._line(new.parent):
            self._fault(row, PARENT, _("đơn vị nằm trong một vòng luẩn quẩn"))
        self.nodes[key] = new

    def _give_codes(self) -> None:
        """Codes for new units without one: the parent's and a number, as `make_unit` gives."""
        taken = set(self.codes) | {one.code.casefold() for one in self.result.new}
        numbers: dict[Key | None, int] = {}
        for one in (node for key, node in self.nodes.items() if not key.is_new):
            numbers[one.parent] = numbers.get(one.parent, 0) + 1

        def give(one: Node) -> str:
            if not one.code:
                start = give(self.nodes[one.parent])[:14] if one.parent else "DV"
                number = numbers.get(one.parent, 0) + 1
                while f"{start}-{number}".casefold() in taken:
                    number += 1
                numbers[one.parent] = number
                one.code = f"{start}-{number}"
                taken.add(one.code.casefold())
            return one.code

        for one in self.result.new:
            give(one)

    def _compare(self) -> None:
        for key, old in self.before.items():
            new = self.nodes[key]
            fields = {
                name: (self._words(old, name), self._words(new, name))
                for name in FIELDS
                if getattr(old, name) != getattr(new, name)
            }
            if fields or old.is_rehearsal:
                self.result.changed.append(Difference(new.row, key.number, new.code, new.name, fields))
            else:
                self.result.same += 1

    def _words(self, node: Node, name: str) -> Any:
        value = getattr(node, name)
        return self.nodes[value].name if isinstance(value, Key) else value

    def _check_moves(self) -> None:
        """A unit by whose place something is counted stays where it is (`contests.domain.unit_moves`)."""
        moved = {one.unit_id: one for one in self.result.changed if "parent" in one.fields}
        if not moved:
            return
        # As the tree was: by the old parents.
        parents = {key: self.before.get(key, node).parent for key, node in self.nodes.items()}
        inside: dict[int, int] = {}
        for key in parents:
            above: Key | None = key
            while above and above.number not in moved:
                above = parents[above]
            if above and not key.is_new:
                inside[key.number] = above.number
        for unit in sorted(held_units(inside)):
            one = moved.pop(inside[unit], None)
            if one:
                self.result.problems.append(Remark(stays_words(), one.row, PARENT))
