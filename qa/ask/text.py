"""From what a person typed to one spelling: NFKC, simplified characters, no control characters, bounded length."""

from __future__ import annotations

import functools
import re
import unicodedata

from opencc import OpenCC

from qa.errors import QuestionError

MAX_QUESTION = 2_000
MAX_HISTORY = 20
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]"})


@functools.cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


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
    """Fold full width to half width, traditional to simplified, quotes to one kind, and lower case; cut to MAX_QUESTION."""
    folded = unicodedata.normalize("NFKC", text[:MAX_QUESTION]).translate(_QUOTES)
    return re.sub(r"\s+", " ", _simplifier().convert(folded)).lower()
