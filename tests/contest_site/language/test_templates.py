"""Every word that a template shows goes through the catalogue."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from contest_site.lib.catalogue import sources

TEMPLATES = [path for path in sources() if path.suffix != ".py"]
# Attributes that are seen or read out.
SPOKEN = {"alt", "aria-label", "placeholder", "title", "label", "content"}
UNSEEN = {"script", "style"}
# Each language is named in itself.
ALIKE = {"SHA", "QR", "PDF", "Ctrl", "Enter", "English", "Tiếng", "Việt"}
# Blocks of base.html that hold names of classes.
CLASSES = {"main_class", "body_attributes"}
# Official papers, which are Vietnamese always; and text messages, which say it in both languages at once.
OF_BOTH = ("templates/pdf/", "templates/account/sms.txt")


class Words(HTMLParser):
    """The visible texts of a template from which all tags and translated parts were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        named = dict(attrs)
        seen = SPOKEN if tag != "meta" or named.get("name") == "description" else set()
        self.found += [value or "" for name, value in attrs if name in seen]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.found.append(data)


def own_words(template: str) -> Iterator[str]:
    """What the template itself says outside `translate` and `blocktranslate`, word by word."""
    inside = ""
    kept: list[str] = []
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.BLOCK:
            name, *rest = token.contents.split()
            if name in {"blocktranslate", "comment"} or (name == "block" and rest[0] in CLASSES):
                inside = f"end{name}"
            elif name == inside:
                inside = ""
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
        elif token.token_type == TokenType.VAR:
            kept.append("·")
    parser = Words()
    parser.feed("".join(kept))
    for text in parser.found:
        words = "".join(char if char.isalpha() else " " for char in text).split()
        yield from (word for word in words if len(word) > 1 and word not in ALIKE)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<p>Xin chào</p>", ["Xin", "chào"]),
        ('{% load i18n %}<p title="Tên">{% translate "Xin chào" %}</p>', ["Tên"]),
        ("{% blocktranslate %}Xin {{ name }}{% plural %}chào{% endblocktranslate %} {{ name }}", []),
        ("{% comment %}words{% endcomment %}{# words #}<script>words</script><i class='words'></i>", []),
    ],
)
def test_the_reader_of_templates_finds_what_is_said(template: str, said: list[str]) -> None:
    assert list(own_words(template)) == said


def test_no_template_has_words_of_its_own() -> None:
    assert len(TEMPLATES) > 150
    said = {
        name: words
        for path in TEMPLATES
        if not (name := path.relative_to(settings.BASE_DIR).as_posix()).startswith(OF_BOTH)
        if (words := list(own_words(path.read_text())))
    }
    assert said == {}


def test_no_script_has_words_of_its_own() -> None:
    """Scripts take their words from the page, which has them translated."""
    vietnamese = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
    # The answers of a question, which are a contest's own text.
    content = {"editor.js": 'fixed ? ["Đúng", "Sai"][at]'}
    for path in Path(settings.BASE_DIR / "static/js").glob("*.js"):
        for line in path.read_text().replace(content.get(path.name, "\0"), "").splitlines():
            if not line.lstrip().startswith(("//", "*", "/*")):
                assert not vietnamese & set(line.lower()), f"{path.name}: {line.strip()}"
