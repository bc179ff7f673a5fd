"""What was written -> which of the allowed values is meant, where only one can be.

Cautious: a word may be left out of a value (博士 for 博士研究生), a negation never, and nothing may be read into it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.check.fields import fold

_BEFORE = re.compile(r"^(?:全日制|普通|大学)(?=.)")
_AFTER = re.compile(r"(?<=.)(?:研究生|毕业生?|学历|学位|生|级|型|类)$")
_OWNER = re.compile(r"(?<=.)(?:企业|单位|公司|平台)$")
_NEGATIONS = re.compile(r"[非不未没无]")
_NEAR = 3


def choose(text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return the allowed values that text can mean: one where it is clear, several or none where it is not."""
    word, folded = fold(text), {a: fold(a) for a in allowed}
    for form in dict.fromkeys((word, _AFTER.sub("", word), _BEFORE.sub("", _AFTER.sub("", word)), _OWNER.sub("", word))):
        if found := tuple(a for a, name in folded.items() if form in (name, _AFTER.sub("", name))):
            return found
    core = _BEFORE.sub("", _AFTER.sub("", word))
    return tuple(a for a, name in folded.items() if core and _is_part(core, name))


def near(text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return the few allowed values that share most characters with text, for a hint."""
    letters = set(fold(text))
    shared = {a: len(letters & set(fold(a))) for a in allowed}
    return tuple(sorted((a for a in allowed if shared[a] * 2 > len(letters)), key=lambda a: -shared[a])[:_NEAR])


def _is_part(word: str, option: str) -> bool:
    before, found, after = option.partition(word)
    return len(word) > 1 and bool(found) and not _NEGATIONS.search(before + after)
