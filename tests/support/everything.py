"""A site in which every page has something to show, and one more row of whatever the admin lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile

from attempts.anomalies.models import Anomaly, AnomalyKind
from attempts.domain.starting import start_attempt
from attempts.models import Attempt, Disqualification, KeyCorrection, Reinstatement
from contest_site.accounts.models import AccountMerge, ContactMove, FactorRecovery, User
from contest_site.agency.models import AgencyRequest
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.privacy.copying import path_of
from contest_site.reports.models import Report
from contest_site.roles import ROLES
from contest_site.watch.enums import BackupKind, IncidentKind
from contest_site.watch.models import Backup, Incident
from contests.enums import Audience, AwardMethod, CertificateKind, PredictionTarget, RankKey
from contests.models import (
    Contest,
    DataExport,
    DataRequest,
    Entry,
    EntryRequest,
    Faq,
    Headcount,
    Promotion,
    Roster,
    RosterImport,
    RosterPerson,
    Round,
    Unit,
    UnitChange,
    UnitImport,
    UnitOfficer,
)
from prizes.domain.ranking import compute_standings
from prizes.models import Nomination, StandingsRun
from prizes.scope import Scope
from questions.domain.pictures import keep_picture
from questions.domain.sealing import seal_bank
from questions.models import Bank, ImportDraft, Study
from tests.prizes.support import over, publish, take
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_table,
    make_unit,
    make_user,
    submitted_attempt,
)

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
STAFF = [role for role in ROLES if ROLES[role]]


@dataclass
class World:
    """A contest of three rounds: the first is published, the second runs, the third is still to come."""

    contest: Contest
    published: Round
    running: Round
    coming: Round
    tied: Round  # of another contest: over, ranked, two people equal where one prize is
    wards: tuple[Unit, Unit]
    run: StandingsRun
    entry: Entry
    open: Attempt
    done: Attempt
    by: User
    people: dict[str, User] = field(default_factory=dict)


def staff(role: str) -> User:
    """An organiser of this role alone."""
    user = make_user(username=f"vai-{Group.objects.get(name=role).pk}", full_name=role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def make_world() -> World:
    by = make_user(username="nguoi-lap", full_name="Người lập", is_staff=True, is_superuser=True)
    now = database_now()
    area = make_unit("Thành phố", code="C")
    wards = make_unit("Phường A", area, code="C-A"), make_unit("Phường B", area, code="C-B")
    contest = make_contest(
        slug="cuoc-thi", area=area, live_participation=True,
        opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=9),
    )  # fmt: skip
    make_block(contest, wards)
    order = [RankKey.SCORE, RankKey.DURATION]
    plain: dict[str, Any] = {"rank_order": order, "prediction_target": PredictionTarget.NONE}
    published = over(contest, closes_at=now - timedelta(days=2), name="Tuần 1", **plain)
    make_table(contest, [("Giải Nhất", 1, 500_000)], round=published)
    take(published, "Lê Văn An", unit=wards[0], seconds=60)
    for name in ("Trần Thị Bình", "Trần Văn Bình"):
        take(published, name, unit=wards[1], seconds=90)
    run = publish(published)
    running = make_round(
        contest, name="Tuần 2", bank=make_bank(), questions=5, attempts_allowed=3, cooldown_minutes=0,
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1), **plain,
    )  # fmt: skip
    coming = make_round(
        contest, name="Chung kết", bank=running.bank, questions=5,
        opens_at=now + timedelta(days=2), closes_at=now + timedelta(days=3),
        promotes_from=published, promotes_best=1, **plain,
    )  # fmt: skip
    entry = make_entry(contest, unit=wards[0], full_name="Phạm Thị Dự Thi", needs_guardian=False)
    done = submitted_attempt(entry, running, correct=5, submitted_at=now - timedelta(hours=1))
    world = World(
        contest, published, running, coming, _tied(by), wards, run,
        entry, start_attempt(entry, running), done, by,
    )  # fmt: skip
    more(world)
    return world


def _tied(by: User) -> Round:
    round = over(rank_order=[RankKey.SCORE], prediction_target=PredictionTarget.NONE)
    make_table(round.contest, [("Giải Nhất", 1, 500_000)], round=round)
    for name in ("Đỗ Văn Dũng", "Đỗ Thị Giang"):
        take(round, name)
    compute_standings(Scope.of_round(round), by=by)
    return round


def more(world: World) -> None:
    """What single pages are about beside the contest itself."""
    contest, now = world.contest, database_now()
    contest.certificate_templates.create(
        name="Giấy xác nhận", kind=CertificateKind.THAM_GIA, issuer="Ban Tổ chức", reason="Đã dự thi",
        signature_authority="TM. BAN TỔ CHỨC", signature_title="TRƯỞNG BAN",
    )  # fmt: skip
    contest.documents.create(title="Kế hoạch", position=1, file=ContentFile(b"%PDF-1.4", "ke-hoach.pdf"))
    Faq.objects.create(contest=contest, question="Thi ở đâu?", answer="Ở bất cứ đâu có mạng.")
    Headcount.objects.create(contest=contest, unit=world.wards[0], people=40)
    chosen = make_table(
        contest, [("Tổ chức tốt", 2, 1000)], round=world.running, audience=Audience.UNIT,
        method=AwardMethod.CHOSEN,
    ).prizes.get()  # fmt: skip
    Nomination.objects.create(
        prize=chosen, round=world.running, unit=world.wards[0], grounds="Tờ trình 12", by=world.by,
        report=ContentFile(b"%PDF-1.4", "bao-cao.pdf"),
    )  # fmt: skip
    Promotion.objects.create(
        round=world.coming, entry=Entry.objects.filter(unit=world.wards[0]).order_by("pk")[0],
        unit=world.wards[0], place=1, basis="1/1/x",
    )  # fmt: skip
    back = _disqualification(world)
    Reinstatement.objects.create(
        disqualification=back, grounds="Nhầm người", by=world.by,
        attachment=ContentFile(b"%PDF-1.4", "quyet-dinh.pdf"),
    )  # fmt: skip
    keep_picture(PIXEL, by=world.by)
    _copy_of_own_data(world)
    _rosters(world)
    for key, make in MAKERS.items():
        if key not in ALREADY:
            make(world)
    opened = Study.objects.latest("pk")
    Study.objects.filter(pk=opened.pk).update(opens_at=now - timedelta(minutes=1))


def _rosters(world: World) -> None:
    """Ward A's list, and what waits for a confirmation."""
    ward, by = world.wards[0], world.by
    roster = Roster.objects.create(contest=world.contest, unit=ward, by=by)
    RosterPerson.objects.create(
        roster=roster, unit=ward, full_name="Lê Văn Ân", folded="le van an", birth_date="1990-05-17"
    )
    UnitImport.objects.create(by=by, name="don-vi.xlsx", content=b"", language="vi")
    RosterImport.objects.create(
        contest=world.contest, unit=ward, by=by, name="ds.xlsx", content=b"", language="vi"
    )


def _copy_of_own_data(world: World) -> None:
    asked = DataRequest.objects.create(user=world.entry.user, kind="export", due_at=database_now())
    export = DataExport.objects.create(
        request=asked, name="copies/ban-sao.zip", digest="0" * 64,
        expires_at=database_now() + timedelta(days=1),
    )  # fmt: skip
    path_of(export).parent.mkdir(parents=True, exist_ok=True)
    path_of(export).write_bytes(b"PK")


# --- One more row of what the admin lists -------------------------------------------------------------------


def _disqualification(world: World) -> Disqualification:
    round = world.published
    paper = ContentFile(b"%PDF-1.4", "bien-ban.pdf")
    judged: dict[str, Any] = {"round": round, "grounds": "Thi hộ", "by": world.by, "attachment": paper}
    return Disqualification.objects.create(entry=take(round, "Người bị loại"), **judged)


def _correction(world: World) -> KeyCorrection:
    return KeyCorrection.objects.create(
        round=world.running, question=0, accepted=[1], grounds="Văn bản mới", by=world.by,
        attachment=ContentFile(b"%PDF-1.4", "van-ban.pdf"),
    )  # fmt: skip


def _question(world: World) -> None:
    make_bank(1)


def _published_run(world: World) -> StandingsRun:
    round = over(rank_order=[RankKey.SCORE], prediction_target=PredictionTarget.NONE)
    take(round, "Võ Văn Cường")
    return publish(round)


def _study(world: World) -> Study:
    number = Study.objects.count() + 1
    pool = seal_bank(world.running.bank, by=world.by)
    return Study.objects.create(
        pool=pool, slug=f"on-tap-{number}", title="Ôn tập", opens_at=database_now(), by=world.by
    )


# By "app.model" of the admin's registry: whoever registers a model says here how one is made.
MAKERS: Mapping[str, Callable[[World], Any]] = {
    "audit.auditevent": lambda world: record("exported plan", world.contest, by=world.by),
    "auth.group": lambda world: Group.objects.create(name=f"Nhóm {Group.objects.count()}"),
    "accounts.user": lambda world: make_user(),
    "accounts.contactmove": lambda world: ContactMove.objects.create(
        user=make_user(),
        by=world.by,
        grounds="Đơn",
        new_contact="…678",
        reason="lost",
        identity_check="letter",
    ),
    "accounts.factorrecovery": lambda world: FactorRecovery.objects.create(
        user=make_user(), by=world.by, grounds="Đơn", identity_check="letter"
    ),
    "accounts.accountmerge": lambda world: AccountMerge.objects.create(
        kept=make_user(), absorbed=make_user(), by=world.by, grounds="Đơn", identity_check="letter"
    ),
    "questions.bank": lambda world: make_bank(2),
    "questions.sealedpool": lambda world: seal_bank(make_bank(2), by=world.by),
    "questions.question": _question,
    "questions.study": _study,
    "contests.block": lambda world: make_block(world.contest, [make_unit(parent=world.contest.area)]),
    "contests.contest": lambda world: make_contest(),
    "contests.round": lambda world: make_round(make_contest(), sealed=False),
    "contests.exclusion": lambda world: exclude(world.contest, user=make_user()),
    "contests.entry": lambda world: make_entry(world.contest, unit=world.wards[1]),
    "contests.entryrequest": lambda world: EntryRequest.objects.create(
        entry=make_entry(world.contest),
        kind="correction",
        wanted={"full_name": "Lê An"},
        reason="Gõ nhầm",
        by=world.by,
    ),
    "contests.datarequest": lambda world: DataRequest.objects.create(
        user=make_user(), kind="erasure", due_at=database_now() + timedelta(days=2)
    ),
    "contests.prizetable": lambda world: make_table(world.contest, [("Giải", 1, 1000)]),
    "contests.unit": lambda world: make_unit(parent=world.contest.area),
    "contests.unitofficer": lambda world: UnitOfficer.objects.create(user=make_user(), unit=world.wards[1]),
    "agency.agencyrequest": lambda world: AgencyRequest.objects.create(
        contest=world.contest,
        unit=make_unit(parent=world.wards[0]),
        kind="headcount",
        people=12,
        reason="Thêm người",
        by=world.by,
    ),
    "attempts.anomaly": lambda world: Anomaly.objects.create(
        round=world.running,
        kind=AnomalyKind.values[0],
        fingerprint=f"{Anomaly.objects.count():064d}",
        people=1,
        papers=1,
        entries=[world.entry.pk],
        attempts=[world.done.pk],
        evidence={"minimum_ms": 60_000, "fastest_ms": 1_000},
    ),
    # Triggers write these: what changes a plan leaves one.
    "audit.change": lambda world: make_block(world.contest, []),
    "contests.roster": lambda world: Roster.objects.create(
        contest=world.contest, unit=make_unit(parent=world.wards[0]), by=world.by
    ),
    "contests.unitchange": lambda world: UnitChange.objects.create(
        kind="rename",
        decision_number="12/NQ",
        decision_date="2024-01-01",
        effective_on="2024-02-01",
        by=world.by,
    ),
    "reports.report": lambda world: Report.objects.create(
        kind="participation", contest=world.contest, unit=world.wards[0], by=world.by
    ),
    "watch.backup": lambda world: Backup.objects.create(kind=BackupKind.values[0], name="sao-luu.tar"),
    "watch.incident": lambda world: Incident.objects.create(
        kind=IncidentKind.values[0], about=str(Incident.objects.count()), text="Thử"
    ),
    "contests.headcount": lambda world: Headcount.objects.create(
        contest=world.contest, unit=make_unit(parent=world.contest.area), people=7
    ),
    "attempts.attempt": lambda world: submitted_attempt(
        make_entry(world.contest), world.running, correct=3, submitted_at=database_now()
    ),
    "attempts.disqualification": _disqualification,
    "attempts.keycorrection": _correction,
    "prizes.standingsrun": _published_run,
}
# Of these the world has one by itself.
ALREADY = frozenset(
    {"auth.group", "accounts.user", "questions.bank", "questions.question", "contests.block",
     "contests.contest", "contests.round", "contests.entry", "contests.prizetable", "contests.unit",
     "contests.headcount", "attempts.attempt", "prizes.standingsrun"}
)  # fmt: skip


def make_import_draft(bank: Bank, by: User) -> ImportDraft:
    """A file that was read and waits for its "import"."""
    return ImportDraft.objects.create(
        bank=bank, by=by, name="cau-hoi.xlsx", content=b"x", done_at=database_now()
    )
