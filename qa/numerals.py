"""Numbers as people write them in a cell: Arabic or Chinese, with 万 and 亿, with 年 and 月.

number("三百") -> 300      yuan("3万5千") -> 35000      months("两年半") -> 30
cn2an sees only tokens that are already cut out as a number. Nothing is rounded; None means: not understood.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import cn2an

_LONGEST = 40
_FOLDED = str.maketrans({"〇": "零", "俩": "两", "仨": "三"})
_CN = "零〇一二两三四五六七八九十百千"
_CHINESE = re.compile(rf"[{_CN}万亿]+(?:点[{_CN}]+)?[万亿]?")
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SUM = re.compile(
    rf"(?:(?P<yi>{_ARABIC})亿)?(?:(?P<wan>{_ARABIC})(?P<size>千万|百万|十万|万))?(?:(?P<qian>{_ARABIC})千)?(?:(?P<bai>{_ARABIC})百)?(?P<one>{_ARABIC}(?:e\+?\d{{1,4}})?)?"
)
_SIZES = {"千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4}
_SMALLEST_TAIL = 100
_NUM = rf"(?:\d+(?:\.\d+)?|[{_CN}]+(?:点[{_CN}]+)?)"
_SPAN = re.compile(
    rf"[满共]?(?:(?P<half>半年)|(?P<y>{_NUM})年(?P<hy>半)?(?:[零又加]?(?P<ym>{_NUM})个?月)?|(?P<m>{_NUM})(?:个?月)?)[整期]?"
    r"|p(?=\d)(?:(?P<py>\d+)y)?(?:(?P<pm>\d+)m)?"
)


def number(token: str) -> Decimal | None:
    """Return the value of one cut-out number token, Arabic or Chinese; None where it is none or too long."""
    token = token.replace(",", "").translate(_FOLDED)
    if len(token) > _LONGEST:
        return None
    try:
        return Decimal(token)
    except InvalidOperation:
        pass
    try:
        return Decimal(str(cn2an.cn2an(token, "smart")))
    except (ValueError, KeyError, TypeError, IndexError, InvalidOperation):
        return None


def yuan(text: str) -> Decimal | None:
    """Return an amount without its 元 and without blanks: 1,000,000, 100万, 1亿5000万, 三百万; None where not understood.

    “3万5” is refused: some mean 35000 by it, some 30005.
    """
    if len(text) > _LONGEST:
        return None
    if _CHINESE.fullmatch(text):
        return None if re.search(r"[万亿][一二两三四五六七八九]$", text) else number(text)
    match = _SUM.fullmatch(text)
    if not text or match is None:
        return None
    parts = {name: Decimal(value.replace(",", "")) for name, value in match.groupdict().items() if value and name != "size"}
    if "one" in parts and len(parts) > 1 and parts["one"] < _SMALLEST_TAIL:
        return None
    sizes = {"yi": 10**8, "wan": _SIZES.get(match["size"], 1), "qian": 1000, "bai": 100, "one": 1}
    return sum((value * sizes[name] for name, value in parts.items()), Decimal(0))


def months(text: str) -> Decimal | None:
    """Return a span without blanks in months, perhaps not a whole number: 36, 36个月, 3年, 两年半, 一年零三个月, P3Y; None where not understood."""
    match = _SPAN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    if match["half"]:
        return Decimal(6)
    found = {name: number(value) for name, value in match.groupdict().items() if value and name != "hy"}
    if any(value is None for value in found.values()):
        return None
    years = found.get("y") or found.get("py") or Decimal(0)
    rest = found.get("ym") or found.get("pm") or found.get("m") or Decimal(0)
    return years * 12 + rest + (6 if match["hy"] else 0)
