"""Can I get it? yes, no or depends, naming the condition that decides and what is still unknown."""

from __future__ import annotations

from collections.abc import Sequence

from qa.ask.records import Said
from qa.ask.replies.common import Context, articles, row_articles, row_facts
from qa.ask.replies.conditions import beneficiaries, unasked, weigh
from qa.ask.replies.money import unlisted
from qa.ask.replies.overview import grouped, short_measure, with_provisions
from qa.benefit import Benefit
from qa.graph import Row, text_of

_ROOM = 180


def eligible(context: Context, rows: Sequence[Row]) -> Said:
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
        return Said(f"不能，不符合条件：{names}要求{wanting}{where}。", facts, arts)
    free, benefits = unasked(context, set(labels)), _benefits(context)
    listed = bool(tiers & {b.tier for m in context.measures for b in context.catalogue.of_measure[m.iri] if b.tier})
    if not free and context.reading.verdict == "no" and not listed:
        return Said(f"不能，不在支持范围：{target}{need}{where}。", facts, arts)
    if not free and context.reading.verdict != "yes":
        said = f"要看条件：{target}{need}{where}。"
        given = "；".join(short_measure(g) for g in grouped(benefits)[:2]) + "。"
        text, used = with_provisions(context, said + (given if len(said + given) < _ROOM and given not in said else ""))
        return Said(text, (*facts, *used, *(b.iri for b in benefits)), arts)
    known = {leaf.criterion for leaf in met}
    parts = ["；".join(short_measure(g) for g in grouped(benefits)[:2])]
    if met:
        parts.append("符合：" + "、".join(dict.fromkeys(leaf.label for leaf in met)))
    rest = list(dict.fromkeys(leaf.label for leaf in open_ if leaf.criterion not in known))
    if rest:
        parts.append("还须：" + "、".join(rest))
    said = (f"{free}。" if free else "") + f"能：{'；'.join(parts)}{where}。"
    if who and len(said) + len(target) < _ROOM:
        said += f"{target}。"
    text, used = with_provisions(context, said)
    return Said(text, (*facts, *used, *(b.iri for b in benefits)), arts)


def _benefits(context: Context) -> list[Benefit]:
    tiers, out = set(context.reading.tiers), []
    for measure in context.measures:
        own = context.catalogue.of_measure[measure.iri]
        out += [b for b in own if b.tier in tiers] or own
    return out


ELIGIBILITY = {"eligible": eligible}
