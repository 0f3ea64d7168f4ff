from typing import Any

from django.core.management.base import BaseCommand

from questions.banks import MADE_AT, TITLE, WORKBOOK, read_csv
from questions.exporters.workbook import write_questions


class Command(BaseCommand):
    help = (
        "Writes the Excel file of the bank that comes with the product from its CSV, after an edit of that."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        questions = read_csv()
        with WORKBOOK.open("wb") as file:
            write_questions(file, questions, title=TITLE, made_at=MADE_AT)
        self.stdout.write(f"{WORKBOOK.name}: {len(questions)} questions")
