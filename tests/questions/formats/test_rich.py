"""Rich text is safe, has one form, and says in plain words what it says."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.formats import limits
from questions.formats.rich_reading import (
    TooComplexError,
    clean_rich,
    from_plain,
    is_plain,
    pictures_in,
    to_plain,
)
from tests.questions.formats.samples import NAMES, RICH

TAG = re.compile(r"<(/?[a-z]+)((?: [a-z]+=\"[^\"<>]*\")*)>")
ALLOWED = {
    *("p", "br", "strong", "em", "u", "sub", "sup", "ul", "ol", "li"),
    *("table", "tbody", "tr", "td", "th", "img"),
}


@pytest.mark.parametrize(
    ("html", "rich"),
    [
        ("Một  dòng\n chữ", "Một dòng chữ"),
        ("<p>Một đoạn</p>", "Một đoạn"),
        ("<div>Hai</div><div>đoạn</div>", "<p>Hai</p><p>đoạn</p>"),
        ("a<p>b</p>c", "<p>a</p><p>b</p><p>c</p>"),
        ("<b>đậm</b><b> nữa</b>", "<strong>đậm nữa</strong>"),
        ("<i><b>x</b></i>", "<strong><em>x</em></strong>"),
        ("<b>a<p>b</p></b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        ("H<sub>2</sub>O, m<sup>2</sup>", "H<sub>2</sub>O, m<sup>2</sup>"),
        ("<span style='color:red'>đỏ</span>", "đỏ"),
        ("2<br></p>", "2"),
        ("a<br> b", "a<br>b"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li>a<br>b</li></ul>"),
        ("<ul></ul><p> </p>x", "x"),
        (
            "<table><thead><tr><th>a<th>b</thead><tr><td colspan=2>c</table>",
            '<table><tbody><tr><th>a</th><th>b</th></tr><tr><td colspan="2">c</td></tr></tbody></table>',
        ),
        ("<table><tr><td><p>a</p><p>b</p></table>", "<table><tbody><tr><td>a<br>b</td></tr></tbody></table>"),
        ("<table><tr><td> </table>", ""),
        ("5 &lt; 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("a&nbsp;&nbsp;b\u00a0", "a b"),
        (unicodedata.normalize("NFD", "Tiếng Việt"), "Tiếng Việt"),
        ("<b>x</b>\u0338<i>\u0301y</i>", "<strong>x</strong><em>y</em>"),
        ("a\u200bb\ufeff\x00c\ud800", "abc"),
        ('<a href="https://a.vn">chữ</a>', "chữ"),
    ],
)
def test_html_has_one_form(html: str, rich: str) -> None:
    assert clean_rich(html) == rich


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img src="https://a.vn/b.png">',
        '<img src="javascript:alert(1)">',
        "<svg onload=alert(1)><p>",
        "<iframe src=//a.vn></iframe>",
        "<style>*{display:none}</style>",
        "<math><mtext><img src onerror=alert(1)></math>",
        "<p style='background:url(//a.vn)' onclick=alert(1)></p>",
        "<!-- <p>chú thích</p> -->",
        '<form action="/x"><input name=q></form>',
    ],
)
def test_nothing_that_runs_loads_or_looks_otherwise_comes_through(html: str) -> None:
    assert clean_rich(html) == ""
    assert clean_rich(f"trước {html} sau") in {"trước sau", "<p>trước</p><p>sau</p>"}


def test_a_combining_character_cannot_break_a_tag() -> None:
    """In NFC, U+0338 and the sign before it are one character: no tag any more, but an attribute."""
    dirty = f'<b>a</b>&#x338; onerror=alert(1) &gt; <img src="{NAMES[0]}" alt="&#x338;">&#x338; b'
    rich = clean_rich(dirty)
    assert unicodedata.normalize("NFC", rich) == rich
    assert_safe(rich)


@given(st.one_of(RICH, st.lists(st.one_of(RICH, st.text(max_size=8)), max_size=4).map("".join)))
@settings(max_examples=80, deadline=None)
def test_cleaning_is_safe_and_twice_is_as_once(html: str) -> None:
    rich = clean_rich(html)
    assert clean_rich(rich) == rich
    assert unicodedata.normalize("NFC", rich) == rich
    assert_safe(rich)


def assert_safe(rich: str) -> None:
    """An oracle of its own: nothing but the allowed elements, and text without < and >."""
    for name, attributes in TAG.findall(rich):
        assert name.strip("/") in ALLOWED
        for attribute, value in re.findall(r' ([a-z]+)="([^"]*)"', attributes):
            assert attribute in {"img": {"src", "alt"}, "td": {"colspan", "rowspan"}}.get(
                name, {"colspan", "rowspan"} if name == "th" else set()
            )
            assert attribute != "src" or value in NAMES
            assert attribute not in {"colspan", "rowspan"} or value.isdigit()
    assert not re.search("[<>]", TAG.sub("", rich))


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_plain_text_is_a_special_case(text: str) -> None:
    rich = from_plain(text)
    assert clean_rich(rich) == rich
    assert is_plain(rich)
    assert from_plain(to_plain(rich)) == rich
    assert_safe(rich)


def test_plain_words_of_everything() -> None:
    html = (
        f'<p>Đoạn <b>đậm</b><br>dòng hai</p><img src="{NAMES[0]}" alt="Sơ đồ"><img src="{NAMES[1]}">'
        "<ol><li>một<ul><li>nhỏ</li></ul></li><li>hai</li></ol>"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
    )
    assert to_plain(clean_rich(html)).split("\n") == [
        *("Đoạn đậm", "dòng hai", "[Hình: Sơ đồ][Hình]", "1. một", "  – nhỏ", "2. hai", "a | b", "c | ")
    ]
    assert pictures_in(clean_rich(html)) == (NAMES[0], NAMES[1])


@pytest.mark.parametrize(
    "html",
    [
        "<b>" * 200,
        "<div><i>" * 100 + "x",
        "<p>a</p>" * (limits.RICH // 8 + 1),
        "a" * (limits.RICH + 1),
        f"<table>{'<tr><td>x' * (limits.TABLE_ROWS + 1)}</table>",
        f"<table><tr>{'<td>x' * (limits.TABLE_COLUMNS + 1)}</table>",
    ],
)
def test_what_no_question_has_is_refused(html: str) -> None:
    with pytest.raises(TooComplexError):
        clean_rich(html)


def test_lists_deeper_than_the_limit_are_flat() -> None:
    rich = clean_rich("<ul><li>x" * 12)
    assert rich.count("<ul>") == limits.LIST_DEPTH
    assert rich.count("<li>") == 12
    assert clean_rich(rich) == rich
