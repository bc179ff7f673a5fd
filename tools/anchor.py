"""Recompute where every quote of data/policy.ttl stands in data/policy.txt, keeping the file's layout.

    python tools/anchor.py [--check]

A quote is looked for at its old place first, then nearest to it. Exits 1 naming the quote that is not in the text.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_QUOTE = re.compile(r'\[ oa:exact "((?:[^"\\]|\\.)*)"(?: ; oa:start (\d+) ; oa:end \d+)? \]')


def place(text: str, quote: str, near: int) -> int:
    """Return where quote stands, nearest to near; -1 where it does not."""
    starts = [m.start() for m in re.finditer(re.escape(quote), text)]
    return min(starts, key=lambda s: abs(s - near), default=-1)


def anchored(turtle: str, text: str) -> str:
    """Return the Turtle with every position recomputed. Raises ValueError naming a quote that is not there."""

    def one(match: re.Match[str]) -> str:
        quote = match[1].replace('\\"', '"').replace("\\\\", "\\")
        start = place(text, quote, int(match[2] or 0))
        if start < 0:
            raise ValueError(f"原文里没有这一句：{quote}")
        return f'[ oa:exact "{match[1]}" ; oa:start {start} ; oa:end {start + len(quote)} ]'

    return _QUOTE.sub(one, turtle)


def main() -> int:
    path = ROOT / "data/policy.ttl"
    turtle = path.read_text(encoding="utf-8")
    try:
        new = anchored(turtle, (ROOT / "data/policy.txt").read_text(encoding="utf-8"))
    except ValueError as error:
        print(error)
        return 1
    if "--check" in sys.argv:
        return int(new != turtle)
    path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
