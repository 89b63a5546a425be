"""The flow of PRISMA 2020 as a picture (SVG), drawn from the rows of the view `prisma_flow`. Pure.

Registrations go down on the left, reports on the right; what leaves the flow stands beside it. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

from mscwatch.digest import plain

PARTS = {"registrations": "Registrations", "reports": "Reports (papers)"}
# Each step down, with what stands beside it.
STEPS = (
    ("identified", "Identified", "duplicates", "Duplicates removed"),
    ("screened", "Screened", "excluded", "Excluded"),
    ("included", "Included", "undecided", "Not decided yet"),
)
LEAVES = frozenset({"duplicates", "excluded"})
MOST_LINES = 8  # reasons in a box; the others are added up
LABEL = 200  # characters

LINE, PADDING, GAP = 18, 10, 28  # pixels
WIDTH, BETWEEN = 260, 26
LETTERS = 33  # of a line in a box
PART = WIDTH + BETWEEN + WIDTH
# In a page the rules reach all of it, so each begins with the picture's class.
STYLE = (
    ".prisma{max-width:100%;height:auto}.prisma text{font:13px/1.4 system-ui,sans-serif;fill:#1a1a1a}"
    ".prisma .head{font-weight:600}.prisma .part{font-size:15px;font-weight:600}"
    ".prisma rect{fill:#fff;stroke:#555}.prisma .arrow{stroke:#555;marker-end:url(#prisma-arrow)}"
)


@dataclass(frozen=True, slots=True)
class _Box:
    """A heading and lines below it, at a place."""

    x: int
    y: int
    heading: str
    lines: Sequence[str]

    @property
    def height(self) -> int:
        return PADDING * 2 + LINE * (1 + len(self.lines))


def svg(counts: Iterable[Mapping[str, Any]], banner: str = "") -> str:
    """The picture of rows with `part`, `stage`, `label` and `n`; `banner` stands above it, such as the demo's."""
    rows = list(counts)
    top = 30 + (LINE + 6 if banner else 0)
    drawn, height = [], top
    for number, part in enumerate(PARTS):
        x = 10 + number * (PART + GAP)
        drawn.append(f'<text class="part" x="{x}" y="{top}">{escape(PARTS[part])}</text>')
        shapes, end = _part([row for row in rows if row["part"] == part], x, top + 12)
        drawn += shapes
        height = max(height, end)
    if banner:
        drawn.insert(0, f'<text class="head" x="10" y="22">{escape(plain(banner, LABEL))}</text>')
    width = 20 + len(PARTS) * PART + GAP
    told = "; ".join(
        f"{row['part']} {row['stage']}{' (' + _label(row) + ')' if row['label'] else ''}: {row['n']}"
        for row in rows
    )
    return (
        f'<svg class="prisma" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 10}" width="{width}" '
        f'height="{height + 10}" role="img" aria-labelledby="prisma-title prisma-text">\n'
        '<title id="prisma-title">PRISMA 2020 flow of registrations and reports</title>\n'
        f'<desc id="prisma-text">{escape(told)}</desc>\n'
        '<defs><marker id="prisma-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto">'
        '<path d="M0,0L8,4L0,8z" fill="#555"/></marker></defs>\n'
        f"<style>{STYLE}</style>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def _part(rows: Sequence[Mapping[str, Any]], x: int, y: int) -> tuple[list[str], int]:
    """The boxes of one part and the arrows between them, from `y` down; and where they end."""
    drawn: list[str] = []
    above: _Box | None = None
    for stage, heading, side_stage, side_heading in STEPS:
        box = _box(rows, stage, heading, x, y)
        if box is None:
            continue
        drawn += _shapes(box)
        if above:
            drawn.append(_arrow(x + WIDTH // 2, above.y + above.height, x + WIDTH // 2, box.y))
        side = _box(rows, side_stage, side_heading, x + WIDTH + BETWEEN, y)
        if side:
            drawn += _shapes(side)
            if side_stage in LEAVES:
                drawn.append(_arrow(x + WIDTH, y + LINE, side.x, y + LINE))
        y += max(box.height, side.height if side else 0) + GAP
        above = box
    return drawn, y - GAP if above else y


def _box(rows: Sequence[Mapping[str, Any]], stage: str, heading: str, x: int, y: int) -> _Box | None:
    """The box of a stage; None where the flow has no number of it."""
    chosen = [row for row in rows if row["stage"] == stage]
    if not chosen:
        return None
    total = sum(row["n"] for row in chosen)
    shown, others = chosen[:MOST_LINES], chosen[MOST_LINES:]
    said = [f"{_label(row)} ({row['n']})" for row in shown if row["label"]]
    if others:
        said.append(f"{len(others)} other reasons ({sum(row['n'] for row in others)})")
    lines = [line for text in said for line in wrap(text, LETTERS, subsequent_indent="   ")]
    return _Box(x, y, f"{heading} (n = {total})", lines)


def _label(row: Mapping[str, Any]) -> str:
    return plain(str(row["label"] or ""), LABEL)


def _shapes(box: _Box) -> list[str]:
    text = [f'<text class="head" x="{box.x + PADDING}" y="{box.y + LINE + 3}">{escape(box.heading)}</text>']
    text += [
        f'<text xml:space="preserve" x="{box.x + PADDING}" y="{box.y + LINE * (number + 2) + 3}">{escape(line)}</text>'
        for number, line in enumerate(box.lines)
    ]
    return [f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="3"/>', *text]


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    return f'<path class="arrow" d="M{x1},{y1}L{x2},{y2}"/>'
