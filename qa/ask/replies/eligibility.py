"""Can I get it? yes, no or depends, naming the condition that decides and what is still unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.ask.records import Said
from qa.ask.replies.common import Context, articles, row_articles, row_facts
from qa.ask.replies.conditions import asked_tier, beneficiaries, needed, spared, unasked, weigh
from qa.ask.replies.money import alternatives, unlisted
from qa.ask.replies.overview import grouped, short_measure, with_provisions
from qa.benefit import Benefit, Inputs, compute
from qa.check.effective import KIND
from qa.graph import Row, text_of

_ROOM, _MANY = 180, 4
_SURE = 0.5  # a learned no must be sure, and stands only where nothing stated meets a condition
_MUCH = re.compile(r"多少|几个钱|几万|几千|几百|多大一笔|how much")
NO = "不能，不符合条件"
MAY = re.compile(r"(?:吗|么|嘛|不|没有?|[给行中成]|呢)[?]?$|(?:吗|么|嘛)[,。!?;]|能不能|可不可以|行不行|给不给|有没有|算不算|行吗|能否")


def eligible(context: Context, rows: Sequence[Row]) -> Said:
    """Weigh as the place asked about allows: where another article extends the measures to it, that is said first."""
    said = _weighed(context, rows)
    place = next((p for p in context.reading.places if p in context.catalogue.extended), "")
    if not place or said.status != "answered" or said.answer.startswith(NO):
        return said
    fact, number = context.catalogue.extended[place]
    head = f"{context.labels.get(place, '')}同样适用（{articles([number])}）；"
    kept = said.answer.split("。")
    while len(head) + len("。".join(kept)) > _ROOM + 15 and len(kept) > 2:
        kept.pop(-2)  # the last one is empty: every sentence ends with its stop
    return replace(said, answer=head + "。".join(kept), facts=(fact, *said.facts), articles=tuple(sorted({*said.articles, number})))


def _weighed(context: Context, rows: Sequence[Row]) -> Said:
    """Weigh the stated facts against the conditions; a learned verdict decides only where no condition does."""
    if (other := unlisted(context)) is not None:
        return other
    tiers = set(context.reading.tiers)
    labels = {text_of(r["fact"]): text_of(r["label"]) for r in rows}
    arts = row_articles(rows) or tuple(dict.fromkeys(m.article for m in context.measures))
    where, names = f"（{articles(arts)}）", "、".join(m.label for m in context.measures)
    met, failed, open_ = weigh(context, set(labels))
    who = beneficiaries(context)
    facts = (*row_facts(rows), *(iri for iri, _ in who))
    every = "、".join(dict.fromkeys(labels.values()))
    target = f"{names}面向{'、'.join(dict.fromkeys(w for _, w in who))}" if who else names
    need = f"，条件：{every}" if every else ""
    if failed:
        wanting = "、".join(dict.fromkeys(leaf.label for leaf in failed))
        return Said(f"{NO}：{names}要求{wanting}{where}。", facts, arts)
    if not met and (wanted := needed(context, set(labels))):
        return Said(f"要：{'、'.join(dict.fromkeys(leaf.label for leaf in wanted))}{where}。{target}{need}。", facts, arts)
    free, benefits = unasked(context, set(labels)), _benefits(context)
    listed = bool(tiers & {b.tier for m in context.measures for b in context.catalogue.of_measure[m.iri] if b.tier})
    if not (free or met or listed) and context.reading.verdict == "no" and not _named(context, who) and context.reading.verdict_share > _SURE:
        return Said(f"不能，不在支持范围：{target}{need}{where}。", facts, arts)
    whole = met and all(leaf.field == KIND and tiers for leaf in open_)  # who meets every condition needs no learned verdict; who has a degree is a person
    lacking = list(dict.fromkeys(leaf.label for leaf in open_ if leaf.field != KIND and leaf.criterion not in {x.criterion for x in met}))
    if not free and len(met) >= _MANY and len(lacking) == 1:  # whoever tells all but one hangs on that one
        had = "、".join(dict.fromkeys(leaf.label for leaf in met))
        return Said(f"要看条件，没有说到：{lacking[0]}；符合：{had}{where}。{'；'.join(short_measure(g) for g in grouped(benefits)[:2])}。", (*facts, *(b.iri for b in benefits)), arts)
    if not free and context.reading.verdict != "yes" and not whole:
        done = {leaf.criterion for leaf in met} - {leaf.criterion for leaf in open_ if leaf.field != KIND}
        if done and (rest := [words for iri, words in labels.items() if iri not in done | spared(context.catalogue, asked_tier(context))]):
            need = f"，符合：{'、'.join(words for iri, words in labels.items() if iri in done)}；没有说到：{'、'.join(dict.fromkeys(rest))}"
        said = f"要看条件：{target}{need}{where}。"
        given = _given(context, benefits) + "。"
        sums = _MUCH.search(context.reading.text) and any(b.has_figure for b in benefits)  # who asks how much hears that first
        said = given + said if sums else said + (given if len(said + given) < _ROOM and given not in said else "")
        text, used = with_provisions(context, said)
        return Said(text, (*facts, *used, *(b.iri for b in benefits)), arts)
    known = {leaf.criterion for leaf in met}
    parts = [_given(context, benefits)]
    if met:
        parts.append("符合：" + "、".join(dict.fromkeys(leaf.label for leaf in met)))
    rest = list(dict.fromkeys(leaf.label for leaf in open_ if leaf.criterion not in known))
    if rest:
        parts.append("还须：" + "、".join(rest))
    said = f"能：{'；'.join(parts)}{where}。" + (f"{free}。" if free else "")
    if who and len(said) + len(target) < _ROOM:
        said += f"{target}。"
    text, used = with_provisions(context, said)
    return Said(text, (*facts, *used, *(b.iri for b in benefits)), arts)


def _given(context: Context, benefits: list[Benefit]) -> str:
    """Say what is given, and what a share comes to of the one sum that the question names."""
    said, sums = "；".join(short_measure(g) for g in grouped(benefits)[:2]), context.reading.numbers.money
    one = alternatives(context, benefits)
    done = compute(one[0], Inputs(sums[0], None, 1, full=False)) if len(sums) == len(one) == 1 and one[0].rate is not None else None
    return said + (f"，{'；'.join(done.steps)}" if done else "")


def _named(context: Context, who: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the question names one that the measures are for: then only a condition may say no."""
    return any(label in words for b in context.reading.beneficiaries if (label := context.labels.get(b, "")) for _, words in who)


def _benefits(context: Context) -> list[Benefit]:
    tiers, out = set(context.reading.tiers), []
    for measure in context.measures:
        own = context.catalogue.of_measure[measure.iri]
        out += [b for b in own if b.tier in tiers] or own
    return out


ELIGIBILITY = {"eligible": eligible}
