"""Foreign text in Markdown is shown as it is: in a table, in a list and alone it becomes nothing but text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mscwatch.digest import markdown_escaped

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(text):
    """What a reader sees of a text in a cell, in a list and on a line of its own."""
    escaped = markdown_escaped(text)
    tokens = GFM.parse(f"| a | b |\n| --- | --- |\n| {escaped} | end |\n\n- {escaped}\n\n---\n\n{escaped}\n")
    lines = [token for token in tokens if token.type == "inline"]
    parts = {part.type for line in lines for part in line.children}
    assert parts <= {"text", "text_special"}
    return ["".join(part.content for part in line.children) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "[a link](https://evil.example)",
        "![an image](https://evil.example/x.png)",
        "[a reference][1] and [1]: https://evil.example",
        "<img src=x onerror=alert(1)> <!-- hidden",
        "a | cell | more |",
        "`code` and ``code``",
        "*one* **two** _three_ ~~four~~",
        "&lt;b&gt; &#42;",
        "back\\slash \\| \\",
        "# a heading",
        "1. a list",
        "1) a list",
        "- a list",
        "+ a list",
        "=====",
        "```",
    ],
)
def test_markup_is_shown_as_text(text):
    assert shown(text) == ["a", "b", text, "end", text, text]


@given(st.text("ab1 .-+=*_`~|<>[]()!#&;:/\\{}$@\"'", min_size=1).filter(str.strip))
def test_any_punctuation_is_shown_as_text(text):
    one_line = " ".join(text.split())
    assert shown(text) == ["a", "b", one_line, "end", one_line, one_line]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [  # what GitHub and others make links and mentions of
        ("see https://evil.example", "see https:/\\/evil.example"),
        ("WWW.evil.example", "WWW\\.evil.example"),
        ("a@evil.example @somebody #12", "a\\@evil.example \\@somebody \\#12"),
        ("$x^2$ {{ x }}", "\\$x^2\\$ \\{\\{ x \\}\\}"),
        ("one\n\n# two\r\nthree\x0b", "one \\# two three"),
    ],
)
def test_addresses_mentions_and_formulas_become_no_link(text, escaped):
    assert markdown_escaped(text) == escaped
