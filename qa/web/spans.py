"""Overlapping spans of a text -> pieces side by side: each piece knows the spans that cover it.

pieces(0, 10, [(2, 8), (4, 10)]) -> 0-2 (), 2-4 (0), 4-8 (0 1), 8-10 (1)      offsets are code points, end exclusive
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Piece:
    """A stretch of text over which no span begins or ends; covers holds the numbers of the spans over it, shortest first."""

    start: int
    end: int
    covers: tuple[int, ...]


def pieces(start: int, end: int, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """Cut start–end at every boundary of a span; the pieces join to the whole, in order, none empty."""
    inside = [(a, b, number) for number, (a, b) in enumerate(spans) if a < b and a < end and b > start]
    cuts = sorted({start, end, *(min(max(at, start), end) for a, b, _ in inside for at in (a, b))})
    order = sorted(inside, key=lambda span: (span[1] - span[0], span[2]))
    return [Piece(a, b, tuple(number for x, y, number in order if x <= a and b <= y)) for a, b in pairwise(cuts)]
