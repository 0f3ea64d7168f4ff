"""Names in their order by the database: as the key in Python says, whatever they are made of."""

import itertools
import random
from typing import Any

import pytest
from django.db import transaction

from contest_site.lib.name_order import name_key, rows_by_name
from contest_site.lib.text import name_sort_key

WORDS = ["An", "Ân", "Ăn", "Anh", "Ánh", "Bình", "Đức", "Dũng", "Hà", "Hạ", "Ỷ", "Y", "Zoë", "Ø", "李", "O'N"]


def test_bytes_compare_as_the_key_does() -> None:
    names = [" ".join(words) for count in (1, 2, 3) for words in itertools.product(WORDS, repeat=count)]
    some = [*random.Random(7).sample(names, 400), "", "A"]
    assert sorted(some, key=name_key) == sorted(some, key=name_sort_key)


@pytest.mark.django_db
def test_the_database_gives_the_rows_by_name_and_namesakes_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contest_site.lib.name_order.AT_ONCE", 2)
    people = [(5, "Lê Thị Bình"), (4, "Nguyễn Văn An"), (3, "Trần Ánh"), (2, "Lê Thị Bình"), (1, "Bùi An")]
    values: dict[str, Any] = {"ids": [row[0] for row in people], "names": [row[1] for row in people]}
    sql = "SELECT * FROM unnest(%(ids)s::bigint[], %(names)s::text[]) named(id, full_name)"
    for _again in range(2):
        with transaction.atomic():
            count, found = rows_by_name(sql, values)
            assert (count, list(found)) == (
                5,
                [
                    (1, "Bùi An"),
                    (4, "Nguyễn Văn An"),
                    (3, "Trần Ánh"),
                    (2, "Lê Thị Bình"),
                    (5, "Lê Thị Bình"),
                ],
            )
