"""The ways in which Moodle's files write a text, all made into HTML."""

from markdown_it import MarkdownIt

from questions.formats.rich_reading import from_plain

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def html_of(text: str, markup: str) -> str:
    """`markup`: "html", "plain", "markdown", or "moodle", which is HTML whose line breaks count."""
    if markup == "plain":
        return from_plain(text)
    if markup == "markdown":
        return str(MARKDOWN.render(text))
    if markup == "moodle":
        return "<br>".join(line.strip() for line in text.strip().split("\n"))
    return text
