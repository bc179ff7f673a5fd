"""Which articles say a word: the question's word is looked for in the text itself, and only the text's own letters are said back."""

from __future__ import annotations

from collections.abc import Sequence

from qa.ask.records import Said
from qa.ask.replies.common import Context, articles
from qa.ask.searched import asked_word
from qa.graph import Row, text_of

_ENOUGH = 2


def mentioning(context: Context, rows: Sequence[Row]) -> Said:
    """Name the articles with the word, or with the longest part of it that the text holds."""
    text, word = context.catalogue.text, asked_word(context.reading.text)
    held = next((word[i : i + size] for size in range(len(word), _ENOUGH - 1, -1) for i in range(len(word) - size + 1) if word[i : i + size] in text), "")
    if not held or 2 * len(held) < len(word):
        return Said("", status="no_answer")
    places = {int(text_of(row["n"])): text.find(held, int(text_of(row["start"])), int(text_of(row["end"]))) for row in rows}
    numbers = tuple(n for n, at in places.items() if at >= 0)
    facts = [_around(context, at, at + len(held)) for at in places.values() if at >= 0]
    if not numbers:
        at = text.find(held)
        return Said(f"各条里没有“{held}”，写在条文以外的部分。", tuple(filter(None, [_around(context, at, at + len(held))])))
    return Said(f"写有“{held}”的有{len(numbers)}条：{articles(numbers)}。", tuple(f for f in facts if f), numbers)


def _around(context: Context, start: int, end: int) -> str:
    """Return the fact with the shortest quote that holds a place."""
    spans = [(b - a, fact) for fact, quotes in context.catalogue.spans.items() for a, b in quotes if a <= start and end <= b]
    return min(spans)[1] if spans else ""


MENTIONS = {"mentioning": mentioning}
