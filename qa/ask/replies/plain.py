"""Replies that a template says from the rows: facts, lists, agencies, dates, article texts, counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from qa.ask.numbers import day_range
from qa.ask.records import Said
from qa.ask.replies.common import Context, article, articles, chinese, column, day, join, row_articles, row_facts
from qa.graph import Row, text_of

_FIELD = re.compile(r"\{(\w+)\}")


def _substitute(template: str, fields: dict[str, str]) -> str:
    return _FIELD.sub(lambda match: fields.get(match[1], ""), template)


def _fields(context: Context, rows: Sequence[Row]) -> dict[str, str]:
    """Return what a template may name: every column joined, its plural, and the derived ones."""
    out: dict[str, str] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        values = column(rows, name)
        if name == "date":
            values = [day(v) for v in values]
        out[name] = out[name + "s"] = join(values)
        out[name + "sQuoted"] = "”和“".join(values)
    numbers = row_articles(rows)
    out["articles"] = articles(numbers)
    out["count"] = str(len(column(rows, "label") or column(rows, "article") or column(rows, "value") or rows))
    if rows and "count" in rows[0]:
        out["countValue"] = text_of(rows[0]["count"])
    if rows and "referredN" in rows[0]:
        referred = [int(v) for v in column(rows, "referredN")]
        out["referredNs"], out["count"] = articles(referred), str(len(referred))
    if context.pattern.row:
        said = [_substitute(context.pattern.row, {k: text_of(v) for k, v in row.items()}) for row in rows]
        out["rows"], out["first"] = join(said), said[0] if said else ""
    return out | _asked(context)


def _asked(context: Context) -> dict[str, str]:
    reading, catalogue = context.reading, context.catalogue
    numbers = reading.articles or tuple(dict.fromkeys(m.article for m in context.measures))
    return {
        "measures": join([m.label for m in context.measures]) or "该事项",
        "agencies": join([context.labels.get(a, "") for a in reading.agencies]) or "您问的单位",
        "slotArticles": articles(n for n in numbers if n in catalogue.articles),
    }


def fill(context: Context, template: str, rows: Sequence[Row]) -> str:
    """Fill a template from rows; groups with the same words are said once, with their names joined."""
    if not rows or "group" not in rows[0]:
        return _substitute(template, _fields(context, rows))
    said: dict[str, list[str]] = {}
    for group in column(rows, "group"):
        inside = [row for row in rows if text_of(row.get("group")) == group]
        fields = _fields(context, inside) | {"group": "{group}"}
        said.setdefault(_substitute(template, fields), []).append(group)
    return "".join(text.replace("{group}", join(groups)) for text, groups in said.items())


def listing(context: Context, rows: Sequence[Row]) -> Said:
    """Say the rows through the pattern's template, or what no row means."""
    if not rows:
        cited = context.reading.articles or tuple(dict.fromkeys(m.article for m in context.measures))
        text = fill(context, context.pattern.empty, rows)
        held = [context.catalogue.articles[n] for n in cited if n in context.catalogue.articles]
        if "第二十条" in text:
            own = next(iter(context.catalogue.referrals.values()))[1]
            return Said(text, tuple(p.iri + "/referral" for p in [context.catalogue.articles[own]]), (own,))
        return Said(text, tuple(p.iri + "/heading" for p in held), tuple(p.number or 0 for p in held))
    return Said(fill(context, context.pattern.template, rows), row_facts(rows), row_articles(rows))


def involved(context: Context, rows: Sequence[Row]) -> Said:
    """Say which articles an agency leads and which it helps with."""
    if not rows:
        return listing(context, rows)
    said = []
    for group in column(rows, "group"):
        for role, verb in (("Lead", "牵头"), ("Cooperating", "配合")):
            inside = [r for r in rows if text_of(r["group"]) == group and text_of(r["role"]).endswith(role)]
            numbers = row_articles(inside)
            said.append(f"{group}{verb}{len(numbers)}条" + (f"（{articles(numbers)}）" if numbers else ""))
    return Said("，".join(said) + "。", row_facts(rows), row_articles(rows))


def items(context: Context, rows: Sequence[Row]) -> Said:
    """List what a measure comprises, list by list."""
    if not rows:
        from qa.ask.replies.overview import how

        return how(context, rows)
    said = []
    for group in dict.fromkeys((text_of(r["group"]), text_of(r["list"])) for r in rows):
        inside = [r for r in rows if (text_of(r["group"]), text_of(r["list"])) == group]
        said.append(f"{group[1]}有{len(inside)}项：{join(column(inside, 'label'))}（{articles(row_articles(inside))}）。")
    return Said("".join(dict.fromkeys(said)), row_facts(rows), row_articles(rows))


def item(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether one thing is among those a measure lists."""
    listed = {text_of(r["fact"]): text_of(r["label"]) for r in rows}
    hit = [iri for iri in context.reading.items if iri in listed]
    if hit:
        inside = [r for r in rows if text_of(r["fact"]) in hit]
        return Said(f"算，包括“{join(column(inside, 'label'))}”（{articles(row_articles(inside))}）。", tuple(hit), row_articles(inside))
    if not rows:
        from qa.ask.replies.eligibility import eligible

        return eligible(context, rows)
    if context.reading.verdict == "yes":
        said = items(context, rows)
        return Said("可以。" + said.answer, said.facts, said.articles)
    said = items(context, rows)
    return Said("不在列举之内，没有列出。" + said.answer, said.facts, said.articles)


def article_text(context: Context, rows: Sequence[Row]) -> Said:
    """Give the official text of articles."""
    if not rows:
        top = max(context.catalogue.articles)
        return Said(f"没有这一条：本文件共{top}条，到{article(top)}为止。", (context.catalogue.articles[top].iri + "/heading",), (top,))
    text = "".join(context.catalogue.text[int(text_of(r["start"])) : int(text_of(r["end"]))] for r in rows)
    return Said(text, tuple(text_of(r["article"]) + "/heading" for r in rows), row_articles(rows))


def topic(context: Context, rows: Sequence[Row]) -> Said:
    """Say an article's heading, or its text where it has none."""
    said = []
    for row in rows:
        number = int(text_of(row["n"]))
        body = text_of(row.get("title")) or context.catalogue.text[int(text_of(row["start"])) : int(text_of(row["end"]))].removeprefix(article(number))
        said.append(f"{article(number)}：{body}。" if not body.endswith("。") else f"{article(number)}：{body}")
    facts = tuple(text_of(r["article"]) + "/heading" for r in rows)
    return Said("".join(said), facts, row_articles(rows)) if rows else article_text(context, rows)


def _ends(start: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """Return the last day by both readings: the first day counted in, or not."""
    later = start.replace(year=start.year + months // 12)
    return later - dt.timedelta(days=1), later


def _validity(rows: Sequence[Row]) -> dt.date:
    return next(dt.date.fromisoformat(text_of(r.get("date") or r.get("from"))) for r in rows if "date" in r or "from" in r)


def _term(context: Context) -> tuple[dt.date, dt.date, dt.date, int]:
    query = """SELECT ?date ?span WHERE {
      ?document eli:has_part ?part . ?a po:statedIn ?part ; a po:EffectiveDate ; po:date ?date . ?b po:statedIn ?part ; a po:ValidityTerm ; po:duration ?span }"""
    from qa.benefit import months_of

    row = context.catalogue.graph.select(query)[0]
    start, months = dt.date.fromisoformat(text_of(row["date"])), months_of(text_of(row["span"])) or 0
    return (start, *_ends(start, months), months)


def term(context: Context, rows: Sequence[Row]) -> Said:
    """Say how long the document holds and when it ends, by both readings."""
    start, first, second, months = _term(context)
    years = chinese(months // 12)
    facts = tuple(dict.fromkeys((*row_facts(rows), *_footer(context))))
    if context.pattern.key == "expiry":
        text = f"文件没有写明截止日；自{day(start.isoformat())}起施行，有效期{years}年，推算到{day(first.isoformat())}（或{second.day}日）届满。"
    else:
        text = f"有效期{years}年，自{day(start.isoformat())}起施行，推算到{day(first.isoformat())}（或{second.day}日）届满。"
    return Said(text, facts)


def _footer(context: Context) -> tuple[str, str]:
    base = context.catalogue.document
    return f"{base}/footer/effective-date", f"{base}/footer/term"


def valid(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether the document is in force on a day, a month or a year."""
    start, first, second, months = _term(context)
    dates = [r for d in context.reading.numbers.dates if (r := day_range(d))]
    begin, end = dates[-1] if dates else (context.as_of, context.as_of)
    asked = _spell(begin, end)
    tail = f"有效期{chinese(months // 12)}年，自{day(start.isoformat())}起施行，推算到{day(first.isoformat())}（或{second.day}日）届满。"
    facts = _footer(context)
    if end < start:
        return Said(f"不能，{asked}还没有施行，尚未生效。{tail}", facts)
    if begin > second:
        return Said(f"不能，{asked}已经届满失效，不在有效期内。{tail}", facts)
    if start <= begin and end <= first:
        return Said(f"能，{asked}在有效期内。{tail}", facts)
    if begin < start:
        return Said(f"{asked}要看日子：{day(start.isoformat())}起才施行。{tail}", facts)
    if begin == end:
        return Said(f"{asked}这一天有两种算法，文件没有写明截止日。{tail}", facts)
    return Said(f"{asked}要看日子：届满前有效，届满后失效。{tail}", facts)


def _spell(begin: dt.date, end: dt.date) -> str:
    if begin == end:
        return day(begin.isoformat())
    return f"{begin.year}年{begin.month}月" if (begin.year, begin.month) == (end.year, end.month) else f"{begin.year}年"


PLAIN = {
    "list": listing, "involved": involved, "items": items, "item": item, "article": article_text,
    "topic": topic, "term": term, "valid": valid,
}  # fmt: skip
