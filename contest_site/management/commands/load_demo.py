"""manage.py load_demo: the demo's contest and people, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contest_site.demo import load_demo, logins
from contest_site.lib.errors import DomainError


class Command(BaseCommand):
    help = "Nạp cuộc thi và tài khoản của bản trình diễn; chạy lại không thay đổi cuộc thi đã có."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_demo()
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("Logins:")
        for line in logins():
            self.stdout.write(f"  {line}")
