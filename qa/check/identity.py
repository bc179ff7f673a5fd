"""Identity numbers: are they well formed, and how to show them without giving them away.

Check digits: GB 11643 (resident identity card), GB 32100 (unified social credit code).
"""

from __future__ import annotations

import datetime as dt
import re

_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CARD_WEIGHTS = tuple(2**power % 11 for power in range(17, 0, -1))
_CODE_WEIGHTS = tuple(3**power % 31 for power in range(17))
_CARD_CHECKS = "10X98765432"
_CARD = re.compile(r"[0-9]{17}[0-9X]")
_OLD_CARD = re.compile(r"[0-9]{15}")
_CREDIT = re.compile(rf"[{_CODE}]{{2}}[0-9]{{6}}[{_CODE}]{{10}}")
_FIRST_YEAR = 1850
# digits in any width; blanks or hyphens only where people put them, between place, birthday and serial
_NUMBERS = re.compile(r"(?<!\d)(?:\d{14,}[\dXxＸｘ]|\d{6}[ -]\d{8}[ -]\d{3}[\dXxＸｘ])(?!\d)")
_CREDITS = re.compile(rf"(?<![0-9A-Za-z])[{_CODE}]{{2}}[0-9]{{6}}[{_CODE}]{{10}}(?![0-9A-Za-z])", re.IGNORECASE)


def is_card(text: str) -> bool:
    """Tell whether text is a resident identity number: 18 places with a right check digit, or 15 of the old kind."""
    if _OLD_CARD.fullmatch(text):
        return _is_day("19" + text[6:12])
    if not _CARD.fullmatch(text) or not _is_day(text[6:14]):
        return False
    return text[17] == _CARD_CHECKS[sum(int(d) * w for d, w in zip(text[:17], _CARD_WEIGHTS, strict=True)) % 11]


def is_credit_code(text: str) -> bool:
    """Tell whether text is a unified social credit code of 18 places with a right check character."""
    if not _CREDIT.fullmatch(text):
        return False
    total = sum(_CODE.index(c) * w for c, w in zip(text[:17], _CODE_WEIGHTS, strict=True))
    return text[17] == _CODE[-total % 31]


def mask(text: str) -> str:
    """Return text with every identity number and credit code in it hidden but for its first 3 (4) and last 4 places."""
    return _NUMBERS.sub(lambda m: _hide(m[0], 3), _CREDITS.sub(lambda m: _hide(m[0], 3 if m[0][:17].isdigit() else 4), text))


def _hide(number: str, first: int) -> str:
    return number[:first] + "*" * (len(number) - first - 4) + number[-4:]


def _is_day(digits: str) -> bool:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= _FIRST_YEAR
    except ValueError:
        return False
