"""Writing a plan's values as rows: the contest and everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.lib.errors import Refused
from contest_site.lib.text import clean
from contests.domain.excluding import record_exclusion
from contests.domain.unit_moves import held_units, stays_words
from contests.enums import PredictionScope
from contests.models import (
    Block,
    BlockUnit,
    Category,
    CertificateTemplate,
    Contest,
    Document,
    Exclusion,
    Headcount,
    Milestone,
    Prize,
    PrizeTable,
    Quota,
    Round,
    Unit,
)
from contests.planfile import PlanFile, Values
from contests.rules.facts import UnitRow
from contests.rules.strata import Stratum, strata
from questions.models import Bank, Topic


def store_plan(
    plan: PlanFile, *, by: User | None, is_rehearsal: bool = False, directory_stays: bool = False
) -> tuple[Contest, bool]:
    """Write a plan without faults and say whether the contest is new; records nothing in the trail.

    `directory_stays`: units that the directory has are used as they are, whatever the plan says of them.
    Raises Refused when the contest came too far in the meantime to be changed (`loading_barriers`), or the
    plan has a unit elsewhere by whose place another contest counts (`contests.domain.unit_moves`).
    """
    banks = {clean(bank.name): bank for bank in Bank.objects.all()}
    with transaction.atomic():
        # Announcing waits for this lock, and what it has announced is seen here.
        known = Contest.objects.select_for_update().filter(slug=plan.contest["slug"]).first()
        if known and (barriers := loading_barriers(known)):
            raise Refused(_("Kế hoạch chưa được nạp."), barriers)
        writer = _Writer(plan, banks, by=by, is_rehearsal=is_rehearsal, directory_stays=directory_stays)
        return writer.write(known), known is None


def loading_barriers(contest: Contest) -> list[str]:
    """Why the contest's plan can no longer be written anew, as sentences; empty when it can."""
    found = []
    if hasattr(contest, "announcement"):
        found.append(_("Cuộc thi đã được công bố nên không nạp lại kế hoạch được."))
    elif contest.rounds.filter(seal__isnull=False).exists():
        found.append(_("Cuộc thi đã có vòng niêm phong đề nên không nạp lại kế hoạch được."))
    if hasattr(contest, "headcount_lock"):
        found.append(_("Tổng số người của các đơn vị đã khóa nên không nạp lại kế hoạch được."))
    if contest.entries.exists():
        found.append(_("Cuộc thi đã có người đăng ký nên không nạp lại kế hoạch được."))
    return found


class _Writer:
    """Writes a plan without faults; in the caller's transaction."""

    def __init__(
        self,
        plan: PlanFile,
        banks: Mapping[str, Bank],
        *,
        by: User | None,
        is_rehearsal: bool,
        directory_stays: bool,
    ) -> None:
        self.plan = plan
        self.banks = banks
        self.by = by
        self.is_rehearsal = is_rehearsal
        # A rehearsal uses the real directory and leaves it as it is.
        self.directory_stays = directory_stays or is_rehearsal

    def write(self, known: Contest | None) -> Contest:
        plan = self.plan
        units = self._units(known)
        values = {
            **plan.contest,
            **plan.overall,
            **plan.entry,
            **plan.consent,
            "chosen": plan.chosen,
            "area": units.get(plan.area) or Unit.objects.filter(code=plan.area).first(),
            "is_rehearsal": self.is_rehearsal,
        }
        contest = known or Contest()
        for field, value in values.items():
            setattr(contest, field, value)
        _save(contest)
        self._clear(contest)
        self._competition(contest, units)
        self._timetable(contest)
        self._documents(contest)
        self._prizes(contest, self._rounds(contest))
        self._exclusions(contest)
        return contest

    def _clear(self, contest: Contest) -> None:
        """Everything below the contest that the file says anew; people added to the list by hand stay."""
        for document in contest.documents.all():
            # Kept until nothing can take the deletion of the row back.
            transaction.on_commit(partial(document.file.delete, save=False))
        # A final is deleted before the round that it takes its people from.
        for one in contest.rounds.order_by("-opens_at"):
            one.delete()
        for rows in (
            contest.prize_tables,
            contest.certificate_templates,
            contest.blocks,
            contest.headcounts,
            contest.milestones,
            contest.documents,
            contest.categories,
        ):
            rows.all().delete()

    def _units(self, contest: Contest | None) -> dict[str, Unit]:
        """The file's units by code, parents before children."""
        rows = {row.code: row for row in self.plan.units}
        known = {unit.code: unit for unit in Unit.objects.filter(code__in=rows).select_related("parent")}
        if not self.directory_stays:
            _check_moves(rows, known.values(), contest)
        done: dict[str, Unit] = {}

        def write(row: UnitRow) -> Unit:
            if row.code not in done:
                parent = write(rows[row.parent_code]) if row.parent_code else None
                done[row.code] = self._unit(row, known.get(row.code), parent)
            return done[row.code]

        for row in rows.values():
            write(row)
        return done

    def _unit(self, row: UnitRow, unit: Unit | None, parent: Unit | None) -> Unit:
        wanted: Values = {}
        if unit is None or not self.directory_stays:
            wanted = {"name": row.name, "kind": row.kind, "parent_id": parent.pk if parent else None}
        if not self.is_rehearsal:
            # A unit that a rehearsal brought along becomes real with the first real plan that names it.
            wanted["is_rehearsal"] = False
        if unit is None:
            unit = Unit(code=row.code, is_rehearsal=self.is_rehearsal)
        elif all(getattr(unit, key) == value for key, value in wanted.items()):
            return unit
        for key, value in wanted.items():
            setattr(unit, key, value)
        unit.save()
        return unit

    def _competition(self, contest: Contest, units: Mapping[str, Unit]) -> None:
        """Headcounts, blocks and who competes in them."""
        blocks = {
            one["name"]: Block.objects.create(contest=contest, position=position, **one)
            for position, one in enumerate(self.plan.blocks, 1)
        }
        Headcount.objects.bulk_create(
            Headcount(contest=contest, unit=units[row.code], people=row.headcount)
            for row in self.plan.units
            if row.headcount
        )
        BlockUnit.objects.bulk_create(
            BlockUnit(contest=contest, block=blocks[row.block], unit=units[row.code])
            for row in self.plan.units
            if row.block
        )

    def _timetable(self, contest: Contest) -> None:
        Milestone.objects.bulk_create(
            Milestone(contest=contest, position=position, **one)
            for position, one in enumerate(self.plan.milestones, 1)
        )
        Category.objects.bulk_create(
            Category(contest=contest, position=position, **one)
            for position, one in enumerate(self.plan.categories, 1)
        )

    def _documents(self, contest: Contest) -> None:
        for position, one in enumerate(self.plan.documents, 1):
            with one["file"].open("rb") as content:
                Document.objects.create(
                    contest=contest,
                    position=position,
                    title=one["title"],
                    file=File(content, name=Path(one["file"].name).name),
                )

    def _rounds(self, contest: Contest) -> dict[int, Round]:
        """By number; a round's own from the one before it, so the earlier are made first."""
        made: dict[int, Round] = {}
        for one in sorted(self.plan.rounds, key=lambda values: values["opens_at"]):
            made[one["number"]] = self._round(contest, dict(one), made)
        return made

    def _round(self, contest: Contest, values: Values, made: Mapping[int, Round]) -> Round:
        lines = list(strata(values.pop("quotas")))
        bank = self.banks[values.pop("bank")]
        values["promotes_from"] = made.get(values["promotes_from"])
        values["prediction_scope"] = values["prediction_scope"] or PredictionScope.ROUND
        one = Round.objects.create(contest=contest, bank=bank, **values)
        topics = _topics(bank, lines)
        Quota.objects.bulk_create(
            Quota(round=one, topic=topics[line.topic], difficulty=line.difficulty, questions=line.questions)
            for line in lines
        )
        return one

    def _prizes(self, contest: Contest, rounds: Mapping[int, Round]) -> None:
        papers = {
            one["name"]: CertificateTemplate.objects.create(contest=contest, position=position, **one)
            for position, one in enumerate(self.plan.certificates, 1)
        }
        for one in self.plan.prize_tables:
            values = {**one, "round": rounds.get(one["round"])}
            lines = values.pop("prizes")
            table = PrizeTable.objects.create(contest=contest, **values)
            Prize.objects.bulk_create(
                Prize(table=table, **{**line, "certificate": papers.get(line["certificate"])})
                for line in lines
            )

    def _exclusions(self, contest: Contest) -> None:
        users = User.objects.in_bulk(
            [one["account"] for one in self.plan.exclusions if one.get("account")], field_name="username"
        )
        for one in self.plan.exclusions:
            exclusion = Exclusion(
                contest=contest,
                full_name=one["full_name"],
                role=one["role"],
                user=users.get(one.get("account", "")),
                phone=one.get("phone"),
                national_id_hash=one.get("national_id_hash"),
            )
            if not _listed(exclusion):
                exclusion.save()
                record_exclusion(exclusion, by=self.by)


def _check_moves(rows: Mapping[str, UnitRow], known: Iterable[Unit], contest: Contest | None) -> None:
    """Raises Refused for units that the plan has elsewhere and that another contest holds where they are."""
    moved = [one for one in known if rows[one.code].parent_code != (one.parent.code if one.parent else "")]
    faults = [
        f"{one.name} ({one.code}): {stays_words()}"
        for one in moved
        if held_units(Unit.objects.descendants(one, include_self=True), but_for=contest)
    ]
    if faults:
        raise Refused(_("Kế hoạch chưa được nạp."), faults)


def _topics(bank: Bank, lines: Iterable[Stratum]) -> dict[str, Topic]:
    """By name those that the lines name. One that is only part of others' names becomes a row of its own."""
    topics = {clean(topic.name): topic for topic in Topic.objects.filter(bank=bank)}
    for line in lines:
        if line.topic not in topics:
            topics[line.topic], _created = Topic.objects.get_or_create(bank=bank, name=line.topic)
    return topics


def _save(contest: Contest) -> None:
    try:
        with transaction.atomic():
            contest.save()
    except IntegrityError:
        raise Refused(
            _("Kế hoạch chưa được nạp."),
            [_("Tên trong địa chỉ “%(slug)s” vừa được dùng cho một cuộc thi khác.") % {"slug": contest.slug}],
        ) from None


def _listed(exclusion: Exclusion) -> bool:
    """Whether the list has this account, phone or ID already (loaded before, or added by hand)."""
    same = Q(pk__isnull=True)
    for key in ("user", "phone", "national_id_hash"):
        if value := getattr(exclusion, key):
            same |= Q(**{key: value})
    return Exclusion.objects.filter(same, contest=exclusion.contest).exists()
