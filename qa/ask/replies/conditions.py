"""The conditions of measures and the facts that people state, weighed three-valued: met, failed, open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qa.ask.catalogue import Catalogue
from qa.ask.replies.common import Context
from qa.graph import Row, text_of
from qa.terms import field

_LEAVES = """SELECT ?criterion ?label ?field ?least ?allowed ?tier ?disputed WHERE {
  ?criterion po:enforcedBy ?leaf ; rdfs:label ?label . ?leaf sh:path ?field .
  OPTIONAL { ?leaf sh:minInclusive ?least } OPTIONAL { ?leaf sh:in/rdf:rest*/rdf:first ?allowed }
  OPTIONAL { ?criterion po:tier ?tier } OPTIONAL { ?criterion po:disputedTier ?disputed }
} ORDER BY ?criterion ?field ?allowed"""
_CONDITIONS = "SELECT ?m ?c ?label WHERE { ?m a po:SupportMeasure ; cv:holdsRequirement ?c . ?c rdfs:label ?label ; po:quote/oa:start ?at } ORDER BY ?m ?at"
_TARGETS = "SELECT DISTINCT ?m ?c ?label WHERE { ?m a po:SupportMeasure ; po:hasBeneficiaryStatement ?c . ?c rdfs:label ?label ; po:quote/oa:start ?at } ORDER BY ?m ?at"
UNSETTLED = "未定"
_CONTRACT = field("contractMonths")
_PARK = field("locatedInPark")


@dataclass(frozen=True)
class Leaf:
    """One condition on one field: the least months, or the values allowed; the tiers it holds for."""

    criterion: str
    label: str
    field: str
    least: int | None
    allowed: tuple[str, ...]
    tier: str
    disputed: str

    def judge(self, value: object) -> bool | None:
        """Return whether a value meets the condition, None where it is unknown."""
        if value is None or value == UNSETTLED:
            return None
        if self.least is not None:
            return int(str(value)) >= self.least
        said = str(value).lower() if isinstance(value, bool) else str(value)
        return said in self.allowed

    def spares(self, tier: str) -> bool:
        """Tell whether the condition is only for other tiers than this one."""
        return bool(self.tier and tier and tier not in (self.tier, self.disputed))


@cache
def leaves(catalogue: Catalogue) -> tuple[Leaf, ...]:
    """Return every leaf of every criterion."""
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in catalogue.graph.select(_LEAVES):
        get = {k: text_of(v) for k, v in row.items()}
        grouped.setdefault((get["criterion"], get["field"]), []).append(get)
    return tuple(
        Leaf(c, rows[0]["label"], f, int(rows[0]["least"]) if "least" in rows[0] else None,
             tuple(r["allowed"] for r in rows if "allowed" in r), rows[0].get("tier", ""), rows[0].get("disputed", ""))
        for (c, f), rows in grouped.items()
    )  # fmt: skip


@cache
def _rows(catalogue: Catalogue, query: str) -> list[Row]:
    return catalogue.graph.select(query)


def conditions(catalogue: Catalogue, measure: str) -> list[tuple[str, str]]:
    """Return a measure's conditions: (criterion, words), in the order of the text."""
    return [(text_of(r["c"]), text_of(r["label"])) for r in _rows(catalogue, _CONDITIONS) if text_of(r["m"]) == measure]


def beneficiaries(context: Context) -> list[tuple[str, str]]:
    """Return whom the measures of the question are for: (statement, words)."""
    wanted = {m.iri for m in context.measures}
    return [(text_of(r["c"]), text_of(r["label"])) for r in _rows(context.catalogue, _TARGETS) if text_of(r["m"]) in wanted]


def asked_tier(context: Context) -> str:
    """Return the tier the question names, "" where it names none or several."""
    return context.reading.tiers[0] if len(context.reading.tiers) == 1 else ""


def weigh(context: Context, criteria: set[str]) -> tuple[list[Leaf], list[Leaf], list[Leaf]]:
    """Sort the leaves of the criteria into met, failed and open by the stated facts."""
    facts, tier = dict(context.reading.facts), asked_tier(context)
    extended = bool(set(context.reading.places) & context.catalogue.extended)
    boxes: dict[bool | None, list[Leaf]] = {True: [], False: [], None: []}
    for leaf in leaves(context.catalogue):
        if leaf.criterion in criteria and not leaf.spares(tier):
            value = True if extended and leaf.field == _PARK else facts.get(leaf.field)
            verdict = leaf.judge(value)
            boxes[None if verdict is False and tier == leaf.disputed != "" else verdict].append(leaf)
    return boxes[True], boxes[False], boxes[None]


def unasked(context: Context, criteria: set[str]) -> str:
    """Say which of the things the question brings up these conditions do not ask for."""
    every, tier = leaves(context.catalogue), asked_tier(context)
    own = {leaf.field for leaf in every if leaf.criterion in criteria}
    said = []
    for stated, _ in context.reading.facts:
        free = [leaf for leaf in every if leaf.criterion in criteria and leaf.field == stated and leaf.spares(tier)]
        if free:
            said.append(f"{context.labels.get(tier, '')}不受“{free[0].label}”的限制")
        elif stated == _CONTRACT and stated not in own:
            said.append("没有要求合同满多少年")
    return "，".join(dict.fromkeys(said))
