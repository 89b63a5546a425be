"""The messages to people: events and notices as subject, plain text, HTML and CSV. Pure.

Every text from outside passes through `plain` before it is shown. The channels also use `render_item` and `plain`,
so a title that is harmless in a mail is harmless everywhere.
"""

from mscwatch.digest.compose import MOST_NAMED, SUBJECT_LIMIT, compose, waits
from mscwatch.digest.item import render_item
from mscwatch.digest.text import heading, markdown_escaped, plain, printable, shorten, study_url, words
from mscwatch.digest.unshown import check, plain_item

__all__ = [
    "MOST_NAMED",
    "SUBJECT_LIMIT",
    "check",
    "compose",
    "heading",
    "markdown_escaped",
    "plain",
    "plain_item",
    "printable",
    "render_item",
    "shorten",
    "study_url",
    "waits",
    "words",
]
