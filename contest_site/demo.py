"""The demo: the contest of Quảng Ngãi city, moved to now, with people who may sign in."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string

from contest_site.accounts.demo import DEMO_LOGINS, DEMO_PASSWORD, create_demo_accounts
from contest_site.accounts.models import User
from contest_site.lib.pdf import render_pages
from contest_site.rehearsal.stage import ensure_bank
from contest_site.roles import AUDITOR, JURY, WATCH
from contests.domain.announcing import announce
from contests.domain.excluding import exclude_person
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.enums import ExclusionRole
from contests.models import Contest, Document, Prize, Unit, UnitOfficer
from contests.planfile import read_plan

PLAN = settings.BASE_DIR / "contests" / "plans" / "quang-ngai-2024.toml"
# Who the demo's officer reports for: a ward, and so a small table.
OFFICE = "UBND phường Chánh Lộ"
GROUPS = {"giamkhao": JURY, "tructhi": WATCH, "giamsat": AUDITOR}


@transaction.atomic
def load_demo() -> bool:
    """Make what is missing of the demo; False when its contest was there already, and stays as it is."""
    people = create_demo_accounts()
    for login, role in GROUPS.items():
        people[login].groups.set([Group.objects.get(name=role)])
    plan = read_plan(PLAN)
    slug = plan.contest["slug"]
    if Contest.objects.filter(slug=slug).exists():
        return False
    secretary, chief = people["thuky"], people["truongban"]
    for bank in {round["bank"] for round in plan.rounds}:
        ensure_bank(bank, secretary, chief)
    contest = load_plan(PLAN, by=secretary, shift_to_now=True)
    _add_people(contest, people)
    _add_document(contest)
    for round in contest.rounds.all():
        seal_round(round, by=secretary)
    announce(contest, by=chief)
    return True


def logins() -> list[str]:
    """One line per login of the demo, for the terminal."""
    width = max(len(login.login) for login in DEMO_LOGINS)
    return [f"{login.login.ljust(width)}  {DEMO_PASSWORD}  {login.role}" for login in DEMO_LOGINS]


def _add_people(contest: Contest, people: dict[str, User]) -> None:
    member = people["bantochuc"]
    exclude_person(
        contest, by=people["thuky"], full_name=member.full_name, role=ExclusionRole.COMMITTEE, user=member
    )
    UnitOfficer.objects.get_or_create(user=people["canbo"], unit=Unit.objects.get(name=OFFICE))


def _add_document(contest: Contest) -> None:
    prizes = Prize.objects.filter(table__contest=contest)
    page = render_to_string("pdf/plan_summary.html", {"contest": contest, "prizes": prizes})
    document = Document(contest=contest, position=1, title="Tóm tắt kế hoạch Cuộc thi")
    document.file.save(f"{contest.slug}.pdf", ContentFile(render_pages(page, pages=1)[0]))
