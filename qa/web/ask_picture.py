"""The part of the graph that a reply used, small enough for a telephone: things -> rows of boxes, tied from above -> SVG.

layout(things) -> (boxes, height)      svg(things) -> escaped SVG, every thing with a page linked to the 图谱 tab
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from qa.ask.sheet import Thing
from qa.web.facts import path

WIDTH = 340
_GAP, _LINE, _PAD, _SIZE = 8, 19, 9, 13
_INDENT = 22
_KINDS = {"article": "条", "lead": "单位", "measure": "措施", "benefit": "待遇"}
_DEPTH = {"article": 0, "lead": 1, "measure": 1, "benefit": 2}
CSS = """
.pk {max-width: 26rem; width: 100%; height: auto; display: block} .pk text {font-size: 13px; fill: var(--pc-text)}
.pk rect {fill: var(--pc-back); stroke: var(--pc-line); stroke-width: 1.2} .pk .article rect {fill: var(--pc-tint); stroke: var(--pc-accent)} .pk .lead rect {stroke-dasharray: 5 3} .pk .benefit rect {stroke: #1c7a46}
.pk path {fill: none; stroke: var(--pc-soft); stroke-width: 1.2} .pk a:focus-visible rect, .pk a:hover rect {stroke-width: 3}
"""


@dataclass(frozen=True)
class Box:
    """A thing with its place in pixels and its words cut into lines."""

    thing: Thing
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]


def _wide(text: str) -> int:
    """Return the width of a text in half characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _cut(text: str, room: int) -> tuple[str, ...]:
    """Cut a text into lines of at most so many half characters."""
    lines, line = [], ""
    for c in text:
        if _wide(line + c) > room:
            lines.append(line)
            line = ""
        line += c
    return (*lines, line)


def layout(things: Sequence[Thing]) -> tuple[tuple[Box, ...], int]:
    """Stack the things in their order, each indented by its depth; return the boxes and the height of all."""
    out: list[Box] = []
    y = 1
    for thing in things:
        x = 1 + _INDENT * _DEPTH[thing.kind]
        lines = _cut(thing.words, (WIDTH - x - 2 * _PAD - 1) * 2 // _SIZE)
        widest = max(map(_wide, lines)) * _SIZE // 2 + 2 * _PAD
        height = len(lines) * _LINE + 10
        out.append(Box(thing, x, y, min(widest, WIDTH - x - 1), height, lines))
        y += height + _GAP
    return tuple(out), y


def svg(things: Sequence[Thing]) -> str:
    """Return the picture, "" where there is nothing to show."""
    if not things:
        return ""
    boxes, height = layout(things)
    ties = "".join(_tie(boxes[box.thing.above], box) for box in boxes if box.thing.above >= 0)
    said = "；".join(f"{_KINDS[b.thing.kind]}：{b.thing.words}" for b in boxes)
    return f"<svg class='pk' viewBox='0 0 {WIDTH} {height}' role='group' aria-label='{escape(said, quote=True)}'>{ties}{''.join(map(_drawn, boxes))}</svg>"


def _tie(upper: Box, lower: Box) -> str:
    x, y = upper.x + _INDENT // 2, lower.y + lower.height // 2
    return f"<path d='M{x} {upper.y + upper.height} V{y} H{lower.x}'/>"


def _drawn(box: Box) -> str:
    words = "".join(f"<text x='{box.x + _PAD}' y='{box.y + 18 + _LINE * n}'>{escape(line)}</text>" for n, line in enumerate(box.lines))
    body = f"<rect x='{box.x}' y='{box.y}' width='{box.width}' height='{box.height}' rx='6'/>{words}"
    where = path(box.thing.iri)
    linked = f"<a href='#node={escape(where, quote=True)}' aria-label='{escape('在图谱里看' + box.thing.words, quote=True)}'>{body}</a>" if where else body
    return f"<g class='{box.thing.kind}'>{linked}</g>"
