"""A record as the registry's own history shows it: long texts as HTML, entities for slashes, quotes and angle brackets.

The opposite of what the client does, made with another tool (the markdown renderer that `rich` brings along).
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_RENDERER = MarkdownIt("commonmark", {"html": False}).disable("blockquote")  # the API escapes ">"
_LONG = re.compile(r"(description|Description|Criteria|Summary|Population|measure|timeFrame)$")
_TAG = re.compile(r"(<[^<>]*>)")


def as_html(value, key=""):
    """A JSON value whose long texts are HTML, and whose other texts have entities."""
    if isinstance(value, dict):
        return {name: as_html(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [as_html(item, key) for item in value]
    if not isinstance(value, str):
        return value
    if not _LONG.search(key):
        return value.replace("&", "&amp;").replace("/", "&#x2F;").replace("'", "&#x27;")
    return "".join(map(_piece, _TAG.split(_RENDERER.render(value).strip())))


def _piece(piece):
    """Tags have line breaks inside, texts have entities."""
    if _TAG.fullmatch(piece):
        return piece.replace(">", "\n>") if piece in {"<li>", "</ul>"} else piece
    return piece.replace("/", "&#x2F;").replace("'", "&#x27;")
