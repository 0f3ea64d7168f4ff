"""What printed rules consist of, apart from how they are set on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contests.models import Document

# In a text, "{@violations}" stands for the number of the article of that name.
REFERENCE = re.compile(r"\{@(\w+)\}")
# An entry of a list in a dotted key.
ENTRY = re.compile(r"(\w+)\[\d+\]")


@dataclass(frozen=True)
class Grid:
    """A table of words. `numbers` are the columns (from 0) of figures; `foot` is its last, strong row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    foot: Sequence[str] = ()

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """(heading, whether its column holds figures)."""
        return [(text, at in self.numbers) for at, text in enumerate(self.head)]

    @property
    def lines(self) -> list[list[tuple[str, bool, str]]]:
        """Rows of (text, whether it is a figure, heading)."""
        return [self._cells(row) for row in self.rows]

    @property
    def foot_line(self) -> list[tuple[str, bool, str]]:
        return self._cells(self.foot)

    def _cells(self, row: Sequence[str]) -> list[tuple[str, bool, str]]:
        return [(text, at in self.numbers, self.head[at]) for at, text in enumerate(row)]


@dataclass(frozen=True)
class Clause:
    """One statement (khoản), with points (điểm) below it, then perhaps a formula, a table and a remark.

    `keys` are the dotted keys of the plan file that it states, `about` the entries of a list that it is
    about ("rounds[2]"; none = all), which its points inherit. `chosen` is set when the official plan is
    silent on one of them and the organiser chose.
    """

    text: str
    points: tuple[Clause, ...] = ()
    formula: str = ""
    grid: Grid | None = None
    remark: str = ""
    keys: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    chosen: bool = False
    letter: str = ""  # of a point, given when the whole is put together


@dataclass(frozen=True)
class Article:
    """`name` is for references from other articles; `number` is given when the whole is put together."""

    name: str
    title: str
    clauses: tuple[Clause, ...]
    number: int = 0


@dataclass(frozen=True)
class Chapter:
    title: str
    articles: tuple[Article, ...]
    number: str = ""


@dataclass(frozen=True)
class Rulebook:
    """The whole document. `annex` lists the competing units by block: (block, units).

    `documents` are what a page may offer beside it; the text names them.
    """

    contest: str
    organiser: str
    basis: Sequence[str]
    chapters: tuple[Chapter, ...]
    place: str
    date_line: str
    annex: Sequence[tuple[str, Sequence[str]]] = ()
    documents: Sequence[Document] = ()
    address: str = ""
    for_organiser: bool = False

    def articles(self) -> Iterator[Article]:
        for chapter in self.chapters:
            yield from chapter.articles


def clause(
    text: str,
    *points: Clause | str,
    keys: str = "",
    about: tuple[str, ...] = (),
    formula: str = "",
    grid: Grid | None = None,
    remark: str = "",
) -> Clause:
    """A clause from plain words; `keys` is a list of plan keys with spaces between."""
    below = tuple(point if isinstance(point, Clause) else Clause(point) for point in points)
    return Clause(text, below, formula, grid, remark, tuple(keys.split()), about)


def joined(lead: str, points: Sequence[Clause]) -> Clause:
    """A clause with its points; a single one is said in the same sentence."""
    if len(points) > 1:
        return clause(lead, *points)
    only = points[0]
    return replace(only, text=f"{lead} {only.text}")


def article(name: str, title: str, clauses: Iterable[Clause | None]) -> Article | None:
    """An article of the clauses that are there; None without any."""
    found = tuple(one for one in clauses if one is not None)
    return Article(name, title, found) if found else None


def assembled(chapters: Iterable[tuple[str, Iterable[Article | None]]]) -> tuple[Chapter, ...]:
    """Chapters and articles numbered through, references filled in; what is empty is left out."""
    kept = [
        (title, [one for one in articles if one is not None])
        for title, articles in ((title, list(articles)) for title, articles in chapters)
    ]
    numbers: dict[str, int] = {}
    for _title, articles in kept:
        for one in articles:
            numbers[one.name] = len(numbers) + 1
    return tuple(
        Chapter(
            title,
            tuple(
                replace(
                    one,
                    number=numbers[one.name],
                    clauses=tuple(_referring(each, numbers) for each in one.clauses),
                )
                for one in articles
            ),
            ROMAN[at],
        )
        for at, (title, articles) in enumerate(pair for pair in kept if pair[1])
    )


ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def _referring(one: Clause, numbers: Mapping[str, int]) -> Clause:
    def fill(text: str) -> str:
        return REFERENCE.sub(lambda found: f"Điều\u00a0{numbers[found[1]]}", text)

    return replace(
        one,
        text=fill(one.text),
        points=tuple(
            replace(_referring(point, numbers), letter=letter(at)) for at, point in enumerate(one.points)
        ),
        remark=fill(one.remark),
    )


# As papers letter their points: a, b, c, d, đ, e, g …
ALPHABET = "abcdđeghiklmnopqrstuvxy"


def letter(at: int) -> str:
    """The letter of a point (from 0); after "y" they go on as "aa", "bb"."""
    return ALPHABET[at % len(ALPHABET)] * (1 + at // len(ALPHABET))


def marked(one: Clause, chosen: frozenset[str], about: tuple[str, ...] = ()) -> Clause:
    """The clause with `chosen` set where the official plan is silent on something that it states."""
    about = one.about or about
    return replace(
        one,
        chosen=any(_same(key, word, about) for key in one.keys for word in chosen),
        points=tuple(marked(point, chosen, about) for point in one.points),
    )


def _same(key: str, word: str, about: tuple[str, ...]) -> bool:
    """Whether two dotted keys are one, or one of them stands for the table of the other.

    `word` may name an entry of a list ("prize_tables[3].prizes.amount"), which must then be what it is about.
    """
    entry = ENTRY.match(word)
    if entry:
        if about and entry[0] not in about:
            return False
        word = f"{entry[1]}{word[entry.end() :]}"
    return key == word or key.startswith(f"{word}.") or word.startswith(f"{key}.")


def plain_text(book: Rulebook) -> str:
    """Every word of the document, a line each: for its digest, for comparing and searching."""
    lines = [book.organiser, book.contest, book.place, book.date_line, book.address, *book.basis]
    for chapter in book.chapters:
        lines.append(f"{chapter.number} {chapter.title}")
        for one in chapter.articles:
            lines.append(f"Điều {one.number}. {one.title}")
            lines += [line for each in one.clauses for line in _clause_lines(each)]
    lines += [f"{block}: {'; '.join(units)}" for block, units in book.annex]
    return "\n".join(line for line in lines if line)


def _clause_lines(one: Clause) -> Iterator[str]:
    yield one.text
    for point in one.points:
        yield from _clause_lines(point)
    yield one.formula
    if one.grid:
        yield from (" | ".join(row) for row in (one.grid.head, *one.grid.rows, one.grid.foot))
    yield one.remark
