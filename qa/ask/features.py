"""A question as space-separated grams, the text step before the encoder.

Characters, pairs, triples, first and last pairs, pinyin pairs (homophones), names of the graph
and kinds of numbers. Pure text in, pure text out: any tokenizer that splits on blanks reads it.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable

from qa.ask.lexicon import Mention
from qa.ask.numbers import Numbers

os.environ["PYPINYIN_NO_PHRASES"] = "true"  # each character by itself: the same sounds wherever a question is cut, and a fifth of a second less to load
from pypinyin import Style, lazy_pinyin

_FILLER = re.compile(r"[\s,.!?;:，。！？；：、~\-()（）\"'《》<>\[\]…]+")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_LAUGHTER = re.compile(r"([哈嘿呵嘻呜嘤])\1+|233+|hh+")
MAX_CHARS = 160
LOUD = 3


def local_name(iri: str) -> str:
    """Return the last part of an IRI, the gram that stands for it."""
    return iri.rstrip("/").rpartition("/")[2].rpartition("#")[2]


def sound(character: str) -> str:
    """Return the sound of a character without its tone, "" of what is none."""
    return "".join(lazy_pinyin(character, style=Style.NORMAL, errors="ignore")[:1])


def says_something(text: str) -> bool:
    """Tell whether anything is left of a text without punctuation and laughter."""
    rest = _FILLER.sub("", _LAUGHTER.sub("", text))
    return len(rest) > 1 or rest >= "\u3400"


def grams(text: str, mentions: Iterable[Mention] = (), numbers: Numbers | None = None, context: Iterable[str] = ()) -> list[str]:
    """Return the grams of a normalised question, its mentions and numbers, and context tokens of what was asked before."""
    body = _DIGITS.sub("0", _FILLER.sub("_", _LAUGHTER.sub(" ", text))).strip("_")
    if len(body) > MAX_CHARS:
        body = body[: MAX_CHARS // 2] + "_" + body[-MAX_CHARS // 2 :]
    chars = list(body)
    out = [c for c in chars if c != "_"]
    out += [a + b for a, b in itertools.pairwise(chars)]
    out += [a + b + c for a, b, c in zip(chars, chars[1:], chars[2:], strict=False)]
    if len(chars) > 1:
        out += ["^" + "".join(chars[:2]), "".join(chars[-2:]) + "$", "".join(chars[-3:]) + "$"]
    sounds = lazy_pinyin(body.replace("_", " "), style=Style.NORMAL, errors="ignore")
    out += [f"~{a}.{b}" for a, b in itertools.pairwise(sounds)]
    for mention in mentions:
        out += [f"@{mention.kind}", *[f"@{mention.kind}:{local_name(mention.iri)}"] * LOUD]
    if numbers is not None:
        for name in ("money", "shares", "months", "counts", "groups", "articles", "dates"):
            values = getattr(numbers, name)
            if values:
                out += [f"#{name}", f"#{name}:{min(len(values), 3)}"]
        out += [f"#{value.normalize():f}" for value in (*numbers.money, *numbers.shares)]
        if numbers.chapter:
            out.append("#chapter")
    out += [f"<{token}" for token in context for _ in range(2 * LOUD)]
    return [g.replace(" ", "_") for g in out]
