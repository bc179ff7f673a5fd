"""Replies about the document's days: signed, printed, in force, how long, whether on a certain day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from qa.ask.days import relative
from qa.ask.numbers import day_range
from qa.ask.records import Said
from qa.ask.replies.common import Context, day
from qa.graph import Row, text_of


def _dates(rows: Sequence[Row]) -> dict[str, tuple[str, list[dt.date]]]:
    """Return by kind (IssueDate, …) a fact to cite and its days in order."""
    out: dict[str, tuple[str, list[dt.date]]] = {}
    for row in rows:
        _fact, days = out.setdefault(text_of(row["kind"]).rpartition("#")[2], (text_of(row["fact"]), []))
        if "date" in row:
            days.append(dt.date.fromisoformat(text_of(row["date"])))
    return out


def _tail(context: Context, rows: Sequence[Row]) -> tuple[str, dt.date, tuple[dt.date, ...], tuple[str, ...]]:
    """Return the sentence on validity, the first day, the last day by each reading, and the facts to cite."""
    held = _dates(rows)
    start, ends = held["EffectiveDate"][1][0], tuple(sorted(held["ExpiryDate"][1]))
    years = next(c.quote for c in context.catalogue.citations((held["ValidityTerm"][0],)))
    said = f"{years}，自{day(start.isoformat())}起施行，推算到{day(ends[0].isoformat())}（或{ends[-1].day}日）届满"
    return said, start, ends, (held["EffectiveDate"][0], held["ValidityTerm"][0])


def dates(context: Context, rows: Sequence[Row]) -> Said:
    """Say the date that was asked for first, then the others: signed, printed, in force, how long."""
    held = _dates(rows)
    validity, start, _ends, facts = _tail(context, rows)
    issued, printed = (held[k][1][0] for k in ("IssueDate", "PrintDate"))
    signed = f"成文（落款）日期是{day(issued.isoformat())}，印发日期是{day(printed.isoformat())}"
    begun = f"自{day(start.isoformat())}起施行，{validity.partition('，')[0]}"
    first = {
        "issue-date": f"{signed}；{begun}。",
        "print-date": f"{day(printed.isoformat())}印发，成文（落款）日期是{day(issued.isoformat())}；{begun}。",
        "effective-date": f"{begun}；{signed}。",
        "expiry": f"文件没有写明截止日，{validity}。",
    }.get(context.pattern.key, f"{validity}。")
    true = {"issue-date": issued, "print-date": printed, "effective-date": start}.get(context.pattern.key)
    return Said((_agrees(context, true) if true else "") + first, tuple(dict.fromkeys((*facts, held["IssueDate"][0], held["PrintDate"][0]))))

_YEAR = re.compile(r"(?<![\d.〔\[])20[2-4]\d(?![\d〕\]]|\s*[万亿元千块])")
_UNDATED = re.compile(r"[\d一二三四五六七八九十]\s*[月号](?!文)|\d\s*日|[一二三四五六七八九十]日|那天|当天|当日|[前次]一?[日天]|第二天|那会儿|节那")


def _agrees(context: Context, true: dt.date) -> str:
    """Say whether the one day that the question states is the true one, "" where it states none."""
    named = context.reading.numbers.dates
    if len(named) != 1:
        return ""
    same = all(a is None or a == b for a, b in zip(named[0], (true.year, true.month, true.day), strict=True))
    return "是，" if same else "不是，"


def standing(context: Context, rows: Sequence[Row]) -> str:
    """Say in a line whether the document is in force on the day of the question, and until when."""
    tail, start, ends, _facts = _tail(context, rows)
    now = context.as_of
    state = "还没有施行" if now < start else "已经届满失效" if now > ends[-1] else "在有效期内" if now <= ends[0] else "是不是最后一天有两种算法"
    return f"{day(now.isoformat())}{state}：{tail}。"


def valid(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether the document is in force on a day, a month or a year."""
    tail, start, ends, facts = _tail(context, rows)
    text = context.reading.text
    asked_days = context.reading.numbers.dates or relative(text, context.as_of) or tuple((int(y), None, None) for y in _YEAR.findall(text))
    if not asked_days and _UNDATED.search(text):
        return Said(f"{tail}。您说的日子没有年份，请对照这两头。", facts)
    named = [r for d in asked_days if (r := day_range(d))]
    if asked_days and not named:
        return Said(f"没有这个日子，请再核对。{tail}。", facts)
    begin, end = named[-1] if named else (context.as_of, context.as_of)
    asked = _spell(begin, end)
    verdict = (
        f"不能，{asked}还没有施行，尚未生效" if end < start
        else f"不能，{asked}已经届满失效，不在有效期内" if begin > ends[-1]
        else f"能，{asked}在有效期内" if start <= begin and end <= ends[0]
        else f"{asked}要看日子：{day(start.isoformat())}起才施行" if begin < start
        else f"{asked}这一天有两种算法，文件没有写明截止日" if begin == end
        else f"{asked}要看日子：届满前有效，届满后失效"
    )  # fmt: skip
    return Said(f"{verdict}。{tail}。", facts)


def _spell(begin: dt.date, end: dt.date) -> str:
    if begin == end:
        return day(begin.isoformat())
    return f"{begin.year}年{begin.month}月" if (begin.year, begin.month) == (end.year, end.month) else f"{begin.year}年"


DAYS = {"dates": dates, "valid": valid}
