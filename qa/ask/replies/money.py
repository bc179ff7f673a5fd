"""Replies about what is given: amounts, rates, periods, how often, counted per what, of what base."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qa.ask.records import Said
from qa.ask.replies.common import Context, article, articles, row_articles, row_facts
from qa.ask.replies.overview import grouped, overview, provisions, short_measure
from qa.benefit import Benefit, describe, span
from qa.graph import Row

_ROOM = 190
EQUITY = re.compile(r"入股|作价|折了|折成|折算|股权|折股|占股")  # two rates in one measure: by shares, or by what the deal came to
_COUNTS_IN = re.compile(r"算进|算入|计入|并入|加进|算不算|算在|纳入|一并算")
_ASKS_SHARE = re.compile(r"比例|百分之|几成|%|几个点|报几(?!个?[人位名项家份次])")
_ASKS_FIGURE = re.compile(r"多少|几[万千百成个]|百分之几|比例|限额|上限|封顶|最高|数额|金额|具体|规模|多大|标准|几%|多钱|多儿|啥价")


def end(context: Context, benefits: Sequence[Benefit]) -> str:
    return f"（{articles(context.catalogue.measures[b.measure].article for b in benefits)}）。"


def unlisted(context: Context) -> Said | None:
    """Say that a tier is not among those the measures list: one of the same kind, or one that no benefit has."""
    sets = [{b.tier for b in benefits if b.tier} for benefits in context.catalogue.of_measure.values()]
    own = [b for m in context.measures for b in context.catalogue.of_measure[m.iri] if b.tier]
    listed_here = {b.tier for b in own}
    akin = set().union(*(s for s in sets if s & listed_here)) if own else set()
    asked = [t for t in context.reading.tiers if t in akin or not any(t in s for s in sets)]
    if not own or not asked or set(asked) & listed_here:
        return None
    names = "、".join(context.labels.get(t, "") for t in asked)
    listed = "；".join(f"{g[0].measure_label}只列{'、'.join(b.tier_label for b in g)}" for g in grouped(own))
    return Said(f"不能，{names}不在列举之内：{listed}" + end(context, own), tuple(b.iri for b in own), tuple(dict.fromkeys(context.catalogue.measures[b.measure].article for b in own)))


def asks_share(text: str) -> bool:
    """Tell whether a question asks for a share."""
    return bool(_ASKS_SHARE.search(text))


def rate(context: Context, rows: Sequence[Row]) -> Said:
    """Say the share, or that none is written."""
    return (asks_share(context.reading.text) and _unwritten(context, rows, "比例", lambda b: b.rate is not None or b.ratio_limit is not None)) or amount(context, rows)


def amount(context: Context, rows: Sequence[Row]) -> Said:
    """Say what is given: the figure, or the mode where the text has none; silence where a figure is asked and none is stated."""
    benefits = context.benefits(rows)
    if (other := unlisted(context)) is not None:
        return other
    groups = grouped(benefits)
    if len(groups) > 3:
        return overview(context, rows)
    facts, numbers = row_facts(rows), row_articles(rows)
    plain = [b for b in benefits if b.kind == "UnquantifiedBenefit"]
    if plain and len(plain) == len(benefits) and (context.pattern.key != "amount" or _ASKS_FIGURE.search(context.reading.text)):
        what = "、".join(b.label for b in plain)
        return Said(f"本文件未载明具体数额：{article(numbers[0])}只写“{what}”，没有写比例和金额。", facts, numbers, status="no_answer")
    said = []
    for group in groups:
        text = short_measure(group)
        kind = group[0].kind
        if kind == "CaseByCaseBenefit":
            text = f"没有固定数额，{group[0].label}"
        elif kind == "UnquantifiedBenefit":
            text = f"有支持，{group[0].label}，没有写数额"
        elif kind == "InKindBenefit":
            text = describe(group[0])
        elif kind == "ServiceBenefit":
            ways = "；".join(words for _, words in provisions(context.catalogue, group[0].measure))
            text = f"这是服务，不是资金：{ways[:_ROOM - 40]}"
        said.append(text + end(context, group[:1]))
    return Said("".join(said), facts, numbers)


def _unwritten(context: Context, rows: Sequence[Row], what: str, written: Callable[[Benefit], object]) -> Said | None:
    """Say that the document is silent on it, where no benefit asked about has it written; what is written stands beside it."""
    benefits = context.benefits(rows)
    if not benefits or any(written(b) for b in benefits):
        return None
    said = "；".join(short_measure(g) for g in grouped(benefits))
    return Said(f"本文件未载明{what}，只写：{said}" + end(context, benefits), row_facts(rows), row_articles(rows), status="no_answer")


def alternatives(context: Context, benefits: list[Benefit]) -> list[Benefit]:
    """Keep the benefit whose base the question names, where a measure offers several bases."""
    bases = {b.base for b in benefits if b.base}
    if len(bases) < 2:
        return benefits
    equity = EQUITY.search(context.reading.text)
    wanted = [b for b in benefits if b.base and ("equity" in b.base) == bool(equity)]
    return wanted or benefits


def frequency(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether it is paid once, monthly, yearly or in instalments, as far as the text says."""
    if unwritten := _unwritten(context, rows, "发放方式", lambda b: b.instalments or b.period or b.afterwards or b.one_off):
        return unwritten
    said = []
    for group in grouped(context.benefits(rows)):
        first = group[0]
        if first.instalments:
            head = f"分{span(first.instalments)}到位"
        elif first.period:
            head = "按月发放" if first.period == 1 else "按年给予"
        elif first.afterwards:
            head = "事后给予（后补助）"
        elif first.one_off:
            head = "一次性给予"
        else:
            head = "文件没有写明发放方式"
        said.append(f"{head}：{short_measure(group)}" + end(context, group[:1]))
    return Said("".join(said), row_facts(rows), row_articles(rows))


def instalments(context: Context, rows: Sequence[Row]) -> Said:
    """Say over how many years it is paid out; where no term of any kind is written, that it is not."""
    if any(b.instalments or b.duration or b.longest for b in context.benefits(rows)):
        return amount(context, rows)
    return frequency(context, rows)


def qualifier(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether the figure is fixed, a maximum or a range."""
    words = {"Exact": "是定额，没有写“最高”", "UpTo": "是最高额（上限），不是定额", "Range": "是区间，不是定额"}
    said = [f"{words.get(g[0].qualifier, '没有写数额')}：{short_measure(g)}" + end(context, g[:1]) for g in grouped(context.benefits(rows))]
    return Said("".join(said), row_facts(rows), row_articles(rows))


def per_unit(context: Context, rows: Sequence[Row]) -> Said:
    """Say what the figure is counted per, where the text says it."""
    if unwritten := _unwritten(context, rows, "按什么计", lambda b: b.per or b.period):
        return unwritten
    said = []
    for group in grouped(context.benefits(rows)):
        first = group[0]
        counted = "、".join(filter(None, [f"每个{first.per}" if first.per else "", {1: "每月", 12: "每年"}.get(first.period or 0, "")]))
        head = f"按{counted}计" if counted else "文件没有写明按什么计"
        said.append(f"{head}：{short_measure(group)}" + end(context, group[:1]))
    return Said("".join(said), row_facts(rows), row_articles(rows))


def _beside(context: Context, rated: Sequence[Benefit]) -> bool:
    """Tell whether the question would count in money that the stated base does not name."""
    named = "".join(b.base_label or b.limit_label for b in rated)
    pieces = {named[i : i + 2] for i in range(len(named) - 1)}
    return bool(_COUNTS_IN.search(context.reading.text)) and not any(p in context.reading.text for p in pieces)


def base(context: Context, rows: Sequence[Row]) -> Said:
    """Say what the rate is taken of."""
    benefits = context.benefits(rows)
    rated = [b for b in benefits if b.rate is not None or b.ratio_limit is not None]
    if not rated:
        return amount(context, rows)
    head = "不能，只" if context.reading.verdict == "no" or _beside(context, rated) else ""
    said = head + "；".join(f"按{describe(b)}" if b.base_label else f"按{b.limit_label}计算，{describe(b)}" for b in rated)
    return Said(said + end(context, rated[:1]), row_facts(rows), row_articles(rows))


MONEY = {
    "amount": amount, "rate": rate, "cap": amount, "duration": amount, "instalments": instalments, "frequency": frequency,
    "qualifier": qualifier, "per-unit": per_unit, "base": base,
}  # fmt: skip
