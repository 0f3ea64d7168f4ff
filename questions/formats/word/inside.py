"""The lines of one question: its options, its key, what is said of it."""

import re

from django.utils.translation import gettext as _

from questions.formats.tidying import difficulty_named, letter
from questions.formats.word import answers, patterns
from questions.formats.word.draft import Draft, Option
from questions.formats.word.model import Line, ListKind, ListMark, Role
from questions.formats.word.parts import Part
from questions.rules import fingerprint

FIELDS = {
    Role.EXPLANATION: patterns.EXPLANATION,
    Role.SOURCE: patterns.SOURCE,
    Role.LINK: patterns.LINK,
    Role.DIFFICULTY: patterns.DIFFICULTY,
    Role.TAG: patterns.TAGS,
}
LETTERED = {ListKind.LETTER, ListKind.SMALL_LETTER}
TRUE_WORD, FALSE_WORD = "dung", "sai"


def take_line(draft: Draft, line: Line, mark: ListMark | None) -> str:
    """Put a line where it belongs. Returns the letter of the option that it was added to below, or ""."""
    key = patterns.KEY.match(line.text)
    if key and take_key(draft, key):
        return ""
    for role, pattern in FIELDS.items():
        if found := pattern.match(line.text):
            take_field(draft, role, line[found.end() :].strip())
            return ""
    if draft.complete:
        return _go_on(draft, line, mark)
    lettered = mark is not None and mark.kind in LETTERED
    if mark and lettered:
        small = mark.kind is ListKind.SMALL_LETTER
        _turn_statements(draft, small=small)
        first, *rest = patterns.parted(line, len(draft.options) + 1)
        take_option(draft, patterns.Labelled(len(draft.options), small, Line(), first, False, first))
    else:
        rest = patterns.parted(line, len(draft.options))
    below = ""
    for piece in rest:
        option = patterns.labelled(piece)
        if not option or not _typed_option(draft, option):
            below = _go_on(draft, piece, mark)
    return below


def _typed_option(draft: Draft, option: patterns.Labelled) -> bool:
    """Whether a labelled line is an option of the question; then it is taken, or refused."""
    if option.place == 0:
        _turn_statements(draft, small=option.small)
    count = len(draft.options)
    if option.place != count and (not count or draft.options[0].small != option.small):
        return False
    name = letter(option.place)
    if option.place == count:
        take_option(draft, option)
    elif option.place < count:
        draft.fault(_("phương án %(name)s có hai lần; có thể câu sau thiếu số câu") % {"name": name})
    else:
        missing = letter(count)
        draft.fault(
            _("thiếu phương án %(missing)s trước phương án %(name)s") % {"missing": missing, "name": name}
        )
    return True


def _turn_statements(draft: Draft, *, small: bool) -> None:
    """ "a) … b) …" above "A. … B. …" are statements of the question and not its options."""
    if small or not draft.options or not draft.options[0].small:
        return
    for statement in draft.options:
        draft.text.add(statement.whole)
        for line in statement.part.lines[1:]:
            draft.text.add(line)
    draft.options.clear()


def take_option(draft: Draft, found: patterns.Labelled) -> None:
    text = found.line.text.strip()
    star = found.star or text.startswith("*") or text.endswith(("*", "(*)"))
    option = Option(Part(), found.label, star, found.small, found.whole)
    option.part.add(found.line)
    draft.add_option(option)


def _go_on(draft: Draft, line: Line, mark: ListMark | None) -> str:
    """The line goes on with what stands above it."""
    below = draft.options and draft.part is draft.options[-1].part and bool(draft.part.blocks)
    draft.part.add(line, mark)
    words = any(not look.drawing for look in line.shown)
    return letter(len(draft.options) - 1) if below and words and mark is None else ""


def take_key(draft: Draft, found: re.Match[str]) -> bool:
    """Whether the line is the written key; then it is read, or its fault is told."""
    rest = found["rest"].strip()
    places, truth = answers.letters(rest), answers.truth(rest)
    known = places is not None or (truth is not None and (not draft.options or is_truth(draft)))
    if not rest or (
        not known and not (found["sign"] and fingerprint(found[0]).startswith(("dap an", "phuong an")))
    ):
        return False
    if not known:
        draft.fault(_("dòng đáp án “%(text)s” không đọc được") % {"text": rest[:40]})
    elif places is not None:
        draft.key = places
    elif draft.options:
        words = [fingerprint(option.part.text) for option in draft.options]
        draft.key = (words.index(TRUE_WORD if truth else FALSE_WORD),)
    else:
        draft.truth = truth
    draft.answered, draft.part = True, draft.explanation
    return True


def is_truth(draft: Draft) -> bool:
    """Whether its options are "Đúng" and "Sai"."""
    return {fingerprint(option.part.text) for option in draft.options} == {TRUE_WORD, FALSE_WORD}


def take_field(draft: Draft, role: Role, line: Line) -> None:
    """A line that says something of the question; what follows it goes on with it."""
    draft.answered = True
    text = line.text.strip()
    if role is Role.EXPLANATION:
        draft.part = draft.explanation
        draft.part.add(line)
    elif role is Role.SOURCE:
        draft.part = draft.source
        draft.part.add(line)
    elif role is Role.LINK:
        draft.link = text
    elif role is Role.DIFFICULTY:
        draft.difficulty = difficulty_named(text)
        if not draft.difficulty:
            draft.fault(_("độ khó “%(text)s” không đọc được") % {"text": text[:40]})
    else:
        draft.tags += [text] if draft.ours else re.split("[;,]", text)
