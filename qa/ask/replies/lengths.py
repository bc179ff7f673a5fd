"""How long a question lets something run: a span it names, one year out of several, from one month to another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.ask.days import relative
from qa.ask.numbers import number
from qa.ask.replies.common import Context
from qa.benefit import Benefit

_YEAR = 12
_NTH = re.compile(r"(?:(?<![到至满前完])|(?=[^。]{4,9}[那这]一年))第(?P<n>[一二三四五六七八九]|\d)(?:个?年头?|载)")
_THAT = re.compile(r"[那这]一年")
_RUNNING = re.compile(r"一共|总共|合计|加起来|拢共|总计|统共|累计|攒")
_TILL = re.compile(r"到|至|[-~—–]")
_TO_YEAR_END = re.compile(r"(?P<m>1[0-2]|[1-9]|十[一二]|[一二三四五六七八九十])月(?!薪)[^。；;]{0,16}?[到至](?:了|今年|当年|本年)?(?:年底|年末|十二月|12月|腊月)")
# what is no number of months: 两三年, 十天, 三个星期
_UNCLEAR = re.compile(r"[一二两三四五六七八九][二三四五六七八九十]\s*个?[年月]|[\d一二两三四五六七八九十半几]\s*个?(?:星期|礼拜|周(?!年|岁)|天)(?![^，,。]{0,3}(?:工程师|来一|去一|一次|一趟))")


@dataclass(frozen=True)
class Length:
    """The months that count, None where the question names none; unclear where it names a time that is no number of months."""

    months: int | None = None
    unclear: bool = False
    notice: str = ""


def nth_year(text: str, benefits: Sequence[Benefit]) -> tuple[int, int] | None:
    """Return the one year that the question names (第四年) and the last year of what runs by the month, None where either is missing.

    What a station gets by the year does not start with the station: its fifth year says nothing of the term.
    """
    nth, longest = _NTH.search(text), max((b.duration or 0 for b in benefits if b.period == 1), default=0)
    which = number(nth["n"]) if nth else None
    return (int(which), longest // _YEAR) if which is not None and longest else None


def length(context: Context, benefits: Sequence[Benefit]) -> Length:
    """Return how long the benefits run as far as the question says."""
    text, spans = context.reading.text, context.reading.numbers.months
    nth = _NTH.search(text)
    if nth and (len(spans) < 2 or _THAT.search(text)) and not _RUNNING.search(text):
        which, longest = number(nth["n"]), max((b.duration or 0 for b in benefits if b.period), default=0)
        return Length(_YEAR) if which is not None and which * _YEAR <= longest else Length(unclear=True)
    if spans:
        return Length(next((n for n in spans if n > 1), spans[0]))  # 一个月两千一，领满三年: the month is the unit
    days = [d for d in context.reading.numbers.dates or relative(text, context.as_of) if d[1]]
    if len(days) == 2 and _TILL.search(text) and (first := days[0][0] * _YEAR + (days[0][1] or 0)) <= (last := days[1][0] * _YEAR + (days[1][1] or 0)):
        (year, month, _), (till_year, till_month, _) = days
        return Length(last - first + 1, notice=f"{year}年{month}月至{till_year}年{till_month}月，首尾两个月都算，共{last - first + 1}个月。")
    if (to_end := _TO_YEAR_END.search(text)) and (begun := number(to_end["m"])) is not None and 1 <= begun <= _YEAR:
        count = _YEAR - int(begun) + 1
        return Length(count, notice=f"{int(begun)}月至12月，首尾两个月都算，共{count}个月。")
    return Length(unclear=bool(_UNCLEAR.search(text)))
