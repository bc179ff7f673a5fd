"""Days named by their distance from today: 明年3月, 一年后, 半年前, 下个月 -> (year, month, day)."""

from __future__ import annotations

import datetime as dt
import re

from qa.ask.numbers import number

Day = tuple[int, int | None, int | None]

_NUM = r"[\d零〇一二两三四五六七八九十百半]+"
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "明年": 1, "来年": 1, "下一年": 1, "大后年": 3, "后年": 2}
_MONTHS = {"上个月": -1, "上月": -1, "这个月": 0, "本月": 0, "下个月": 1, "下月": 1, "下下个月": 2}
_WITHIN = {"初": 1, "底": 12, "末": 12, "年初": 1, "年底": 12, "年末": 12}
_BY_YEAR = re.compile(rf"(?P<word>{'|'.join(sorted(_YEARS, key=len, reverse=True))})(?:的)?(?:(?P<m>{_NUM})\s*月(?:份)?(?:\s*(?P<d>{_NUM})\s*[日号])?|(?P<part>年?[初底末]))?")
_BY_MONTH = re.compile(rf"(?P<word>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?:\s*(?P<d>{_NUM})\s*[日号])?")
_AWAY = re.compile(rf"(?:(?P<ahead>再过|再等|过)\s*)?(?P<n>{_NUM})\s*(?:(?P<year>年)(?P<half>半)?|个?(?P<month>月)|(?P<day>天))(?:之|以)?(?P<way>后|前(?!十|[\d一二三]+[名条个]))?")


def _value(token: str | None) -> int | None:
    found = number(token) if token else None
    return None if found is None else int(found)


def _shift(today: dt.date, months: int) -> dt.date:
    """Move by months, to the last day of a shorter month."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    for day in range(today.day, 27, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date(year, month + 1, min(today.day, 28))


def relative(text: str, today: dt.date) -> tuple[Day, ...]:
    """Return the days that a normalised question names by their distance from today; a bare span of time names none."""
    out: list[Day] = []
    for match in _BY_YEAR.finditer(text):
        month = _value(match["m"]) or _WITHIN.get(match["part"] or "")
        out.append((today.year + _YEARS[match["word"]], month if month and month <= 12 else None, _value(match["d"])))
    for match in _BY_MONTH.finditer(text):
        there = _shift(today.replace(day=1), _MONTHS[match["word"]])
        out.append((there.year, there.month, _value(match["d"])))
    for match in _AWAY.finditer(text):
        day = _distant(match, today)
        if day is not None:
            out.append((day.year, day.month, day.day))
    return tuple(out)


def _distant(match: re.Match[str], today: dt.date) -> dt.date | None:
    if not match["way"] and not match["ahead"]:
        return None
    sign = -1 if match["way"] == "前" else 1
    half = match["n"] == "半"
    count = 0 if half else _value(match["n"])
    if count is None or count > 100:
        return None
    if match["day"]:
        return today + dt.timedelta(days=sign * count)
    months = (count * 12 + (6 if half or match["half"] else 0)) if match["year"] else count
    return _shift(today, sign * months)
