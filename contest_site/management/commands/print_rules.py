"""manage.py print_rules NAME --to FILE"""

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from contest_site.accounts.models import User
from contest_site.lib.errors import DomainError
from contest_site.rehearsal.stage import ensure_bank, plan_path
from contests.domain.plans import load_plan
from contests.models import Contest
from contests.planfile import read_plan
from prizes.rulebook import Rulebook, build
from prizes.rulebook.pdf import pdf_of


class Command(BaseCommand):
    help = "In thể lệ của một cuộc thi đã có, hoặc của một tệp kế hoạch (không lưu gì lại), ra tệp PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "name", help="Tên cuộc thi trong địa chỉ, tệp kế hoạch, hoặc tên một kế hoạch có sẵn."
        )
        parser.add_argument("--to", required=True, help="Tệp PDF được ghi.")
        parser.add_argument(
            "--organiser", action="store_true", help="Ghi rõ điều mà kế hoạch không quy định."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            book = rules_of(options["name"], for_organiser=options["organiser"])
        except FileNotFoundError:
            raise CommandError(f"Không có cuộc thi hay kế hoạch {options['name']}.") from None
        except DomainError as error:
            raise CommandError(str(error)) from None
        Path(options["to"]).write_bytes(pdf_of(book))
        self.stdout.write(f"Đã in: {options['to']}")


def rules_of(name: str, *, for_organiser: bool = False) -> Rulebook:
    """The rules of a contest by its slug, else of a plan file, which is loaded and taken back.

    Raises FileNotFoundError for neither, Refused with the faults of a plan.
    """
    contest = Contest.objects.filter(slug=name).first()
    if contest:
        return build(contest, for_organiser=for_organiser)
    path = plan_path(name)
    with transaction.atomic():
        writer, appraiser = (User.objects.create_user(username=f"in-the-le-{at}") for at in (1, 2))
        for bank in {one["bank"] for one in read_plan(path).rounds if "bank" in one}:
            ensure_bank(bank, writer, appraiser)
        # The plan's own name may be taken by the contest that was made of it.
        contest = load_plan(path, by=None, slug=f"in-the-le-{secrets.token_hex(4)}")
        book = build(contest, for_organiser=for_organiser)
        transaction.set_rollback(True)
    return book
