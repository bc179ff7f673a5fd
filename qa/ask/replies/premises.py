"""Replies that confirm or correct what the question takes for granted: a figure, a lead unit, a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.ask.records import Said
from qa.ask.replies.common import Context, article, articles, row_articles
from qa.ask.replies.conditions import conditions, unasked, weigh
from qa.ask.replies.money import amount, unlisted
from qa.ask.replies.overview import sentence
from qa.benefit import money, percent, span
from qa.graph import Row

_ROOM = 190


def _agency_premise(context: Context) -> Said:
    """Confirm or correct who leads."""
    number = context.measures[0].article
    lead, said = context.catalogue.leads.get(number, ""), [context.labels.get(a, "") for a in context.reading.agencies]
    head = "是" if lead in said else "不是"
    where = context.catalogue.articles[number].iri
    return Said(f"{head}。{context.measures[0].label}的牵头单位是{lead}（{article(number)}）。", (where + "/lead",), (number,))


def premise(context: Context, rows: Sequence[Row]) -> Said:
    """Confirm or correct the figure or the claim in the question."""
    benefits = context.benefits(rows)
    numbers = context.reading.numbers
    true = {v for b in benefits for v in (b.amount, b.cap, b.low, b.high) if v is not None}
    rates = {v for b in benefits for v in (b.rate, b.ratio_limit) if v is not None}
    spans = {v for b in benefits for v in (b.duration, b.longest, b.instalments, b.period) if v is not None}
    worked = {b.amount * n: (n, f"{money(b.amount)}×{n}个月＝{money(b.amount * n)}") for b in benefits if b.period == 1 and b.amount is not None for n in numbers.months}
    true |= set(worked)  # 一年六万 is right for 5000 a month
    shown = tuple(dict.fromkeys(worked[m] for m in numbers.money if m in worked))
    spans |= {n for n, _ in shown}
    if context.reading.agencies and context.measures:
        return _agency_premise(context)
    needed = [pair for m in context.measures for pair in conditions(context.catalogue, m.iri)]
    failed = [] if numbers.money or numbers.shares else weigh(context, {iri for iri, _ in needed})[1]
    if failed and (other := unlisted(context)) is not None:
        return other
    if failed:
        wanting = "、".join(dict.fromkeys(leaf.label for leaf in failed))
        labels = "、".join(m.label for m in context.measures)
        numbered = tuple(dict.fromkeys(m.article for m in context.measures))
        return Said(f"不能，不符合条件：{labels}要求{wanting}（{articles(numbered)}）。", tuple(iri for iri, _ in needed), numbered)
    free = unasked(context, {iri for iri, _ in needed})
    if free:
        every = "、".join(dict.fromkeys(label for _, label in needed))
        return Said(f"{'是' if context.reading.verdict == 'yes' else '不是'}，{free}。条件是：{every}（{articles(row_articles(rows))}）。", tuple(iri for iri, _ in needed), row_articles(rows))
    wrong: list[str] = []
    if true:
        wrong += [money(v) for v in sorted(set(numbers.money) - true)]
    if rates:
        wrong += [percent(v) for v in sorted(set(numbers.shares) - rates)]
    if spans:
        wrong += [span(v) for v in sorted(set(numbers.months) - spans)]
    stated = (numbers.money and true) or (numbers.shares and rates) or (numbers.months and spans)
    said = amount(context, rows)
    if not stated and (other := unlisted(context)) is not None:
        return other
    if not stated:
        head = {"yes": "是。", "no": "不是。"}.get(context.reading.verdict, "")
        words = "".join(f"{m.label}（{article(m.article)}）：{sentence(context.catalogue, m.iri)}。" for m in context.measures[:1])
        if context.measures and len(head + words) < _ROOM:
            return Said(head + words, (*said.facts, *(m.iri for m in context.measures[:1])), said.articles)
        return Said(head + said.answer, said.facts, said.articles, status=said.status)
    if wrong:
        return Said(f"不是{'、'.join(wrong)}。{said.answer}", said.facts, said.articles, status="answered")
    fixed_asked = re.search(r"固定|足额|都给|都能|一定|白给|定额|保底|人人", context.reading.text)
    if fixed_asked and any(b.is_max for b in benefits):
        return Said(f"不是定额，是最高额。{said.answer}", said.facts, said.articles)
    steps = tuple(step for _, step in shown)
    return Said("是的，对。" + "".join(f"{step}。" for step in steps) + said.answer, said.facts, said.articles, steps=steps)


PREMISES = {"premise": premise}
