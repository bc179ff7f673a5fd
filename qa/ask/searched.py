"""The word a question looks for in the text itself: 哪几条提到了中试 -> 中试."""

from __future__ import annotations

import re

_SAYS = r"(?:提到|提了|提及|提过|写到|写了|写着|说到|说了|讲到|讲了|出现|涉及|带着?|含有?)(?:了|过|到)?"
_WORD = r"[\"']?(?P<word>[^,，。?？!！\"'\s]{2,12}?)[\"']?(?:(?:这|几|两|三|四)?个?(?:字样|字|词)|这件事|的事)?"
_QUOTED = re.compile(r"[\"'《](?P<word>[^\"'》]{2,12})[\"'》]")
_WHERE = re.compile(r"(?:哪|第?几)(?:一|几|些|个)?(?:条|处|款)|在哪|命中|出自")
_ASKED = (
    re.compile(rf"哪(?:一|几|些)?(?:条款?|项条款)(?:里|中|都|还|是|头|有)*{_SAYS}{_WORD}(?:的|了|呢|吗|啊|呀)*\s*[?？。]?$"),
    re.compile(rf"{_SAYS}{_WORD}的(?:条款|条文|地方)?(?:都|是|有|一共|共)*(?:哪|几)(?:一|几|些)?(?:条|处|款)"),
)


def asked_word(text: str) -> str:
    """Return the word whose articles a normalised question wants, "" where it wants none."""
    found = next((match for pattern in _ASKED if (match := pattern.search(text))), None) or (_WHERE.search(text) and _QUOTED.search(text))
    return found["word"] if found else ""
