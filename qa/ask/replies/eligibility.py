"""Can I get it? The stated facts against the conditions of a measure, three-valued: yes, no, unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from qa.ask.catalogue import Catalogue
from qa.ask.records import Said
from qa.ask.replies.common import Context, article, articles, row_articles, row_facts
from qa.ask.replies.overview import grouped, short_measure
from qa.graph import Row, text_of
from qa.terms import ID

_LEAVES = """SELECT ?criterion ?label ?field ?fieldLabel ?least ?allowed ?tier ?disputed WHERE {
  ?criterion po:enforcedBy ?leaf ; rdfs:label ?label . ?leaf sh:path ?field . ?field rdfs:label ?fieldLabel . FILTER(LANG(?fieldLabel) = "zh")
  OPTIONAL { ?leaf sh:minInclusive ?least } OPTIONAL { ?leaf sh:in/rdf:rest*/rdf:first ?allowed }
  OPTIONAL { ?criterion po:tier ?tier } OPTIONAL { ?criterion po:disputedTier ?disputed }
} ORDER BY ?criterion ?field ?allowed"""
_PARK, _JINCHUANGGU = f"{ID}field/locatedInPark", "晋创谷"


@dataclass(frozen=True)
class Leaf:
    """One condition on one field: the least months, or the values allowed; the tiers it holds for."""

    criterion: str
    label: str
    field: str
    field_label: str
    least: int | None
    allowed: tuple[str, ...]
    tier: str
    disputed: str

    def judge(self, value: object) -> bool | None:
        """Return whether a value meets the condition, None where it is unknown."""
        if value is None:
            return None
        if self.least is not None:
            return int(str(value)) >= self.least
        said = str(value).lower() if isinstance(value, bool) else str(value)
        return said in self.allowed


@cache
def _leaves(catalogue: Catalogue) -> tuple[Leaf, ...]:
    grouped_rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in catalogue.graph.select(_LEAVES):
        get = {k: text_of(v) for k, v in row.items()}
        grouped_rows.setdefault((get["criterion"], get["field"]), []).append(get)
    return tuple(
        Leaf(c, rows[0]["label"], f, rows[0]["fieldLabel"], int(rows[0]["least"]) if "least" in rows[0] else None,
             tuple(r["allowed"] for r in rows if "allowed" in r), rows[0].get("tier", ""), rows[0].get("disputed", ""))
        for (c, f), rows in grouped_rows.items()
    )  # fmt: skip


def eligible(context: Context, rows: Sequence[Row]) -> Said:
    """Answer yes, no or depends, naming the condition that decides and what is still unknown."""
    facts = dict(context.reading.facts)
    criteria = {text_of(r["fact"]) for r in rows}
    tier = context.reading.tiers[0] if context.reading.tiers else ""
    extended = _JINCHUANGGU in context.reading.text
    failed: dict[str, str] = {}
    met: dict[str, str] = {}
    open_: dict[str, str] = {}
    for leaf in _leaves(context.catalogue):
        if leaf.criterion not in criteria or (leaf.tier and tier and tier not in (leaf.tier, leaf.disputed)):
            continue
        value = True if extended and leaf.field == _PARK else facts.get(leaf.field)
        box = {True: met, False: failed, None: open_}[leaf.judge(value)]
        box[leaf.criterion] = leaf.label
    for done in failed:
        open_.pop(done, None)
    labels = {text_of(r["fact"]): text_of(r["label"]) for r in rows}
    names = "、".join(m.label for m in context.measures)
    where = f"（{articles(row_articles(rows) or [m.article for m in context.measures])}）"
    benefits = [b for m in context.measures for b in context.catalogue.of_measure[m.iri] if not b.tier or not tier or b.tier == tier]
    arts = row_articles(rows) or tuple(dict.fromkeys(m.article for m in context.measures))
    support = "；".join(short_measure(context, g) for g in grouped(benefits)[:2])
    if failed:
        ids = tuple(failed)
        return Said(f"不能，不符合条件。{names}要求：{'、'.join(dict.fromkeys(labels.get(i, failed[i]) for i in ids))}{where}。", ids, arts)
    verdict = context.reading.verdict
    unknown = "、".join(dict.fromkeys(labels.get(i, open_[i]) for i in open_ if i not in met)) or ""
    every = "、".join(dict.fromkeys(labels.values()))
    if verdict == "no" and not met:
        return Said(f"不能，不在支持范围。{names}的条件是：{every}{where}。", row_facts(rows), arts)
    if verdict == "no" and met and not unknown:
        return Said(f"不能确认。{names}的条件是：{every}{where}。", row_facts(rows), arts)
    if verdict == "depends" or (not met and verdict != "yes"):
        return Said(f"要看条件。{names}要求：{every}{where}。", row_facts(rows), arts)
    head = "能" if verdict in ("yes", "none") else "要看条件"
    rest = f"；其余条件：{unknown}" if unknown and len(unknown) < 80 else ""
    return Said(f"{head}，可以享受：{support}{rest}{where}。", (*row_facts(rows), *(b.iri for b in benefits)), arts)


ELIGIBILITY = {"eligible": eligible}
__all__ = ["ELIGIBILITY", "article", "eligible"]
