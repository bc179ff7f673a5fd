"""From what a person typed to one spelling: NFKC, simplified characters, no control characters, bounded length."""

from __future__ import annotations

import functools
import re
import unicodedata

from opencc import OpenCC

from qa.errors import QuestionError

MAX_QUESTION = 2_000
MAX_HISTORY = 20
# Nobody writes a number this long; readers of numbers try a run of numerals from each of its places, which takes seconds when it fills a question.
_ENDLESS = re.compile(r"([\d,.零〇一二两俩仨三四五六七八九十百千万亿半点]{40})[\d,.零〇一二两俩仨三四五六七八九十百千万亿半点]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]"})


@functools.cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@functools.cache
def _traditional() -> frozenset[str]:
    """Return the characters that the simplifier changes, alone or in a word: a text without any of them stays as it is."""
    pairs = [(old, new.split(" ")[0]) for held in _simplifier()._dict_chain_data for *_, words in held for old, new in words.items()]
    return frozenset(a for old, new in pairs for a, b in (zip(old, new, strict=True) if len(old) == len(new) else ((c, "") for c in old)) if a != b)


def _simplified(text: str) -> str:
    # most texts are simplified already, and looking is two hundred times faster than converting
    return text if _traditional().isdisjoint(text) else str(_simplifier().convert(text))


def clean(raw: object) -> str:
    """Return the question as trimmed text without control characters.

    Raises QuestionError where it is not text, is empty, or is not readable as text.
    """
    if not isinstance(raw, str):
        raise QuestionError("问题应当是一段文字，请用 {\"question\": \"…\"} 的形式。")
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in raw if unicodedata.category(c) != "Cs")
    text = re.sub(r"\s+", " ", text[: MAX_QUESTION * 60]).strip()
    if not text:
        raise QuestionError("问题是空的，请写一句话，例如：博士租房补贴每月多少钱。")
    return text


def normalise(text: str) -> str:
    """Fold full width to half width, traditional to simplified, quotes to one kind, and lower case; cut to MAX_QUESTION, runs of numerals to 40."""
    folded = unicodedata.normalize("NFKC", text[:MAX_QUESTION]).translate(_QUOTES)
    return re.sub(r"\s+", " ", _ENDLESS.sub(r"\1", _simplified(folded[:MAX_QUESTION]))).lower()
