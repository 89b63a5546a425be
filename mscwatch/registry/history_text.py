"""The texts of the registry's own history, which are HTML there, as the API writes them: in markdown. Pure.

Source: answers recorded by others in 2023 to 2026: `<p>`, `<ul><li>`, `&#x2F;`, `&gt;`, line breaks inside tags. Only
known tags count as tags, so that "<18 years" stays what it is; and no text, however odd, costs more than its length.
"""

from __future__ import annotations

import html
import re
from typing import Any

_BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "pre", "blockquote", "hr", "dl")
_LINES = ("br", "tr", "dt", "dd")
_LISTS = ("ul", "ol")
_INLINE = "a|b|i|u|em|strong|sub|sup|span|font|small|td|th|tbody|thead"
_TAG = re.compile(
    rf"<\s*(/?)\s*({'|'.join((*_BLOCKS, *_LINES, *_LISTS, 'li'))}|{_INLINE})(?=[\s/>])[^<>]*>", re.IGNORECASE
)
_DEEPEST = 6  # levels of lists that are shown as such
_SPACE = re.compile(r"\s+")
_ITEM = re.compile(r"(?:[*+•-]|\d+[.)])(?:\s|$)")  # what a person typed as an item of a list


def as_markdown(value: Any) -> Any:
    """A JSON value with every text that is HTML made markdown; a text without tags has only its entities resolved."""
    if isinstance(value, str):
        return _Markdown().of(value) if _TAG.search(value) else html.unescape(value)
    if isinstance(value, list):
        return [as_markdown(item) for item in value]
    if isinstance(value, dict):
        return {key: as_markdown(item) for key, item in value.items()}
    return value


class _Markdown:
    """One text, written from left to right."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._breaks = 0  # line breaks that are due before the next word
        self._space = False  # whether a space is due
        self._lists: list[
            int | None
        ] = []  # the open lists: the number of the last item, None where it has a bullet
        self._is_fresh = True  # at the start of the text or of an item, where no line is broken

    def of(self, text: str) -> str:
        place = 0
        for tag in _TAG.finditer(text):
            self._words(text[place : tag.start()])
            self._tag(tag[2].lower(), closes=bool(tag[1]))
            place = tag.end()
        self._words(text[place:])
        return "".join(self._written)

    def _words(self, text: str) -> None:
        plain = _SPACE.sub(_space, html.unescape(text))
        words = plain.strip()
        if not words:
            self._space |= bool(plain)
            return
        if self._breaks and not self._is_fresh:
            self._written.append("\n" * self._breaks)
        elif (self._space or plain[0].isspace()) and not self._is_fresh:
            self._written.append(" ")
        self._written.append(words)
        self._breaks, self._is_fresh, self._space = 0, False, plain[-1].isspace()

    def _tag(self, name: str, *, closes: bool) -> None:
        if name == "li":
            if not closes:
                self._item()
        elif name in _LISTS:
            is_outer = len(self._lists) <= closes
            if not closes:
                self._lists.append(0 if name == "ol" else None)
            elif self._lists:
                self._lists.pop()
            self._breaks = max(self._breaks, 2 if is_outer else 1)
        elif name in _BLOCKS:
            self._breaks = max(self._breaks, 2)
        elif name in _LINES:
            self._breaks = max(self._breaks, 1)
        elif name in ("td", "th"):
            self._space = True

    def _item(self) -> None:
        if not self._lists:
            self._lists.append(None)
        number = self._lists[-1]
        marker = "* "
        if number is not None:
            self._lists[-1] = number + 1
            marker = f"{number + 1}. "
        if self._written:
            self._written.append("\n" * max(1, self._breaks))
        self._written.append("  " * (min(len(self._lists), _DEEPEST) - 1) + marker)
        self._breaks, self._space, self._is_fresh = 0, False, True


def _space(found: re.Match[str]) -> str:
    """White space in a text is one space, but a line break before a typed item of a list."""
    return "\n" if "\n" in found[0] and _ITEM.match(found.string, found.end()) else " "
