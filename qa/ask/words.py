"""Everyday words by meaning: text -> tokens of the classes whose words it holds.

What a graph of one policy cannot know (置业 is about buying a home, 辞职 about leaving) is data in questions/words.txt;
a wording that nobody wrote before is so led to a meaning that was learned.
"""

from __future__ import annotations

import itertools
import re
from functools import cache

from qa.resources import read_text

_CLAUSE = re.compile(r"[,.;?!，。？！；… ]+")
_LETTER = re.compile(r"[a-z]")


@cache
def _classes() -> tuple[dict[str, tuple[str, ...]], int]:
    """Return the classes of each word, and the length of the longest word; the file holds them as a normalised question does."""
    found: dict[str, list[str]] = {}
    for line in read_text("questions/words.txt").splitlines():
        name, colon, words = line.partition(":")
        for word in words.split() if colon and not line.startswith("#") else ():
            found.setdefault(word.replace("_", " "), []).append(name)
    return {word: tuple(dict.fromkeys(names)) for word, names in found.items()}, max(map(len, found))


def word_tokens(text: str) -> list[str]:
    """Return the classes named in a normalised text (&…), and those of its last clause (]…), where stories put the question."""
    clauses = [part for part in _CLAUSE.split(text) if len(part) > 1]
    return [f"&{name}" for name in _named(text)] + [f"]{name}" for name in _named(clauses[-1] if clauses else "")]


def word_pairs(text: str) -> list[str]:
    """Return which class follows which within a clause (&…>…): whether it asks how much of a thing, or tells a sum and asks if it is true."""
    held = [list(_named(part)) for part in _CLAUSE.split(text) if len(part) > 1]
    return [f"&{first}>{second}" for names in held for first, second in itertools.pairwise(names)]


def _named(text: str) -> dict[str, None]:
    """Return the classes of the words in a text, in its order; a word inside a longer one does not count."""
    classes, longest = _classes()
    out: dict[str, None] = {}
    taken = 0
    for start in range(len(text)):
        for end in range(min(len(text), start + longest), max(start, taken), -1):
            if text[start:end] in classes and not _within_a_word(text, start, end):
                out |= dict.fromkeys(classes[text[start:end]])
                taken = end
                break
    return out


def _within_a_word(text: str, start: int, end: int) -> bool:
    """Tell whether letters go on before or after a Latin word: app is not in apple."""
    return (_LETTER.match(text, start) is not None and start > 0 and _LETTER.match(text, start - 1) is not None) or (
        _LETTER.match(text, end - 1) is not None and end < len(text) and _LETTER.match(text, end) is not None
    )
