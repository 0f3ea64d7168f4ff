"""English is complete: every message of the product has it, in every form, with the same places to fill."""

import ast
import gettext
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings

from contest_site.lib import catalogue

VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]+")
# What is put in, marked up or referred to by the code: %(name)s, %d, {n}, <b class="…">, %%.
PLACE = re.compile(r"%\(\w+\)\d*[sdf]|%[sd%]|\{\w+\}|<[^>]+>")
# The currency is written as the banks of Viet Nam write it in English.
BORROWED = {"đồng"}


@pytest.fixture(scope="module")
def stored() -> Catalog:
    return catalogue.stored()


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_the_catalogue_is_what_templates_and_code_say(stored: Catalog) -> None:
    """`bin/messages` was run, and writes the very same file again."""
    found = catalogue.extracted()
    wanted = {(forms(message.id), message.context) for message in found if message.id}
    known = {(forms(message.id), message.context) for message in stored if message.id}
    assert (wanted - known, known - wanted) == (set(), set())
    assert catalogue.written(found, stored) == catalogue.ENGLISH.read_bytes()


def test_every_message_has_english(stored: Catalog) -> None:
    assert [message.id for message in catalogue.untranslated(stored)] == []
    assert [message.id for message in stored if message.fuzzy and message.id] == []


def test_every_message_keeps_its_places(stored: Catalog) -> None:
    wrong = []
    for message in stored:
        for english in forms(message.string) if message.id else ():
            vietnamese = forms(message.id)[0]
            if sorted(PLACE.findall(vietnamese)) != sorted(PLACE.findall(english)):
                wrong.append((vietnamese, english))
            # Some sentences are joined to others: what leads or follows them must stay.
            if [vietnamese[:1].isspace(), vietnamese[-1:].isspace()] != [
                english[:1].isspace(),
                english[-1:].isspace(),
            ]:
                wrong.append((vietnamese, english))
    assert wrong == []


def test_english_is_english(stored: Catalog) -> None:
    """Vietnamese words stand in it only where the source names them too: a button, a column of a file."""
    wrong = []
    for message in stored:
        for english in forms(message.string) if message.id else ():
            source = " ".join(forms(message.id))
            named = {word for word in WORD.findall(source) if VIETNAMESE.search(word)} | BORROWED
            foreign = {word for word in WORD.findall(english) if VIETNAMESE.search(word)} - named
            same = english == source and bool(VIETNAMESE.search(english)) and "%(amount)s" not in english
            if foreign or same:
                wrong.append((source, english))
    assert wrong == []


def test_it_compiles_and_counts_as_english_does(stored: Catalog) -> None:
    file = BytesIO()
    write_mo(file, stored)
    file.seek(0)
    english = gettext.GNUTranslations(file)
    assert [english.ngettext("%d phút", "%d phút", count) % count for count in (0, 1, 2)] == [
        "0 minutes",
        "1 minute",
        "2 minutes",
    ]


# --- The code -----------------------------------------------------------------------------------------------

WRAPPERS = set(catalogue.KEYWORDS)
# Where Vietnamese words are no message of a page that contestants or agencies see.
NO_MESSAGES = {
    "prizes/rulebook/": "the printed rules, an official paper",
    "contest_site/rehearsal/": "invented people, and a terminal's words for the operator",
    "contest_site/demo": "the demo's own data",
    "contest_site/accounts/demo": "the demo's own data",
    "contest_site/formats/vi/": "the Vietnamese forms of dates",
    "contest_site/settings.py": "the language's own name",
    "contest_site/roles.py": "names of groups, rows of the database",
    "contest_site/adminsite.py": "the admin's title",
    "contest_site/audit/acting.py": "who did it, as stored in the trail",
    "contest_site/audit/sql.py": "letters that a search takes for others",
    "contest_site/lib/work.py": "fields of the admin",
    "contest_site/accounts/gateway.py": "letters that text messages go without",
    "contests/domain/requesting.py": "a word of a stored record",
    "prizes/press": "the press summary, an official paper",
    "prizes/domain/rendering.py": "a number of a decision to try a paper with",
    "contest_site/preflight/papers.py": "a long name to try a paper with",
    "contest_site/reports/final/": "the contest's final report, an official paper",
    "contest_site/reports/kinds/": "sheets of the organisers, official papers; what refuses them is stored",
    "contest_site/watch/enums.py": "incidents as they are stored and sent",
    "contest_site/watch/guarding.py": "incidents as they are stored and sent",
    "prizes/forms.py": "a number of a decision as an example",
    "contest_site/lib/text.py": "letters and their order",
    "contest_site/lib/folding.py": "letters that a search takes for others",
    "contest_site/privacy/erasing.py": "what takes the place of a name in the database",
    "contest_site/lib/pdf.py": "letters that a font must have",
    "questions/banks/": "the demo's question bank",
    "questions/formats/": "words by which files are read and written",
    "questions/importers/": "words by which files are read and written",
    "contests/importers/": "columns of the offices' own tables",
    "contests/planfile/": "words of the plan file",
    "questions/rules.py": "letters by which wrong encodings are known",
}
# In these the organisers' admin alone speaks, which is Vietnamese (docs/decisions/0015).
ADMIN = re.compile(r"(^|/)(admin|models|\w+_model)(/|\.py$)|/apps\.py$|/management/commands/")


def own_sentences(path: Path) -> Iterator[str]:
    """String literals with Vietnamese letters that go through no catalogue; docstrings are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marked: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRAPPERS:
            marked.update(ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            marked.add(node.value)
    for node in ast.walk(tree):
        if node in marked or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if VIETNAMESE.search(node.value):
            yield node.value


def test_every_sentence_of_the_code_is_a_message() -> None:
    said = {}
    for path in catalogue.sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if path.suffix != ".py" or name.startswith(tuple(NO_MESSAGES)) or ADMIN.search(name):
            continue
        if sentences := list(own_sentences(path)):
            said[name] = sentences
    assert said == {}


def test_no_message_is_put_into_words_before_anybody_asks() -> None:
    """gettext outside of a function speaks the language of the process; gettext_lazy that of the reader."""
    early = []
    for path in catalogue.sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if path.suffix == ".py" and not ADMIN.search(name):
            early += [f"{name}:{line}" for line in early_calls(path)]
    assert early == []


def early_calls(path: Path) -> Iterator[int]:
    text = path.read_text(encoding="utf-8")
    if "django.utils.translation" not in text:
        return
    tree = ast.parse(text)
    eager = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext", "npgettext"}
    }
    inside = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for statement in (node.body if isinstance(node.body, list) else [node.body])
        for part in ast.walk(statement)
        if isinstance(part, ast.Call)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in eager and node not in inside:
            yield node.lineno
