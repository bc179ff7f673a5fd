"""Names of places elsewhere in a question: text -> tokens that say whether another place's policy is asked about.

A place may be where somebody comes from (the policy here may still be for them), the name of a school, or the place
whose policy is meant. The names are data; which of them decides is learned.
"""

from __future__ import annotations

import re
from functools import cache

from qa.ask.text import normalise
from qa.resources import read_text

_SCHOOL = r"(?:大学|学院|理工|工大|师大|医大|科大|交大|农大|财大|一中|师范|研究[院所]|农林|邮电|航空航天|电子科)"
_BEFORE = r"(?:从|由|自|人在|家在|老家|来自|户口在|户籍|原[来先]?在|毕业于|毕业|籍贯)"
_AFTER = r"(?:来的?|过来|回来|回到|回大同|回去|搬|迁|调|转|引进|跳槽|毕业|籍|户口|人(?!才)|那边来|挖|的?.{0,3}(?:专家|教授|团队|老师|师傅|公司|企业|厂|院士|博士|硕士|大夫|机构|实验室|检测))"
_GOES, _WORKS = re.compile(r"[去到在]$"), re.compile(r"市?(?:那边|那儿|那头)?(?:上班|工作|就业|发展|落户|安家|定居)")
_HERE = ("大同", "园区", "本市", "咱市", "咱们市", "datong")


@cache
def _names() -> re.Pattern[str]:
    lines = read_text("questions/places.txt").splitlines()
    names = {normalise(name) for line in lines if not line.startswith("#") for name in line.split()}
    return re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))))


def place_tokens(text: str) -> list[str]:
    """Return tokens for the other places in a normalised question: @there, @from or @school, and @here beside them."""
    out: list[str] = []
    for found in _names().finditer(text):
        before, after = text[max(0, found.start() - 4) : found.start()], text[found.end() : found.end() + 6]
        role = "school" if re.match(r".{0,2}" + _SCHOOL, after) else "from" if re.search(_BEFORE + r".?$", before) or re.match(r".{0,2}" + _AFTER, after) else "there"
        out.append(f"@{role}")
    if out:
        out += ["@here" if any(word in text for word in _HERE) else "@nothere", "@only" + out[0]] if len(set(out)) == 1 else ["@mixed"]
    return out


def works_elsewhere(text: str) -> bool:
    """Tell whether a normalised question is about working or settling in another place, and this one is not named."""
    if any(word in text for word in _HERE):
        return False
    return any(_GOES.search(text[max(0, found.start() - 2) : found.start()]) and _WORKS.match(text, found.end()) for found in _names().finditer(text))
