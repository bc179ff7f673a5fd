"""The conditions of measures and the facts that people state, weighed three-valued: met, failed, open."""

from __future__ import annotations

from functools import lru_cache

from qa.ask.catalogue import POLICIES, Catalogue
from qa.ask.facts import UNSETTLED, Asked, known
from qa.ask.replies.common import Context
from qa.check.effective import read_widening
from qa.check.requirements import Leaf, Requirements, Shared, load_requirements, load_shared
from qa.graph import Row, held, text_of
from qa.terms import field

_CONDITIONS = "SELECT ?m ?c ?label WHERE { ?m a po:SupportMeasure ; cv:holdsRequirement ?c . ?c rdfs:label ?label ; po:quote/oa:start ?at } ORDER BY ?m ?at"
_TARGETS = "SELECT DISTINCT ?m ?c ?label WHERE { ?m a po:SupportMeasure ; po:hasBeneficiaryStatement ?c . ?c rdfs:label ?label ; po:quote/oa:start ?at } ORDER BY ?m ?at"
_CONTRACT = field("contractMonths")
_OPEN = "Warning"


@lru_cache(maxsize=POLICIES)
def requirements(catalogue: Catalogue) -> Requirements:
    """Return what every measure asks for, as the shapes that check applicants say it."""
    return load_requirements(catalogue.graph, catalogue.document, _shared(catalogue.first))


@lru_cache(maxsize=1)
def _shared(first: Catalogue) -> Shared:
    return load_shared(first.graph)


@lru_cache(maxsize=POLICIES)
def _widened(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(name for rule in read_widening(catalogue.graph) for name in rule.clear)


@lru_cache(maxsize=POLICIES)
def _leaves(catalogue: Catalogue) -> tuple[Leaf, ...]:
    return tuple({leaf.iri: leaf for r in requirements(catalogue).of.values() for leaf in r.every}.values())


@lru_cache(maxsize=8 * POLICIES)
def spared(catalogue: Catalogue, tier: str) -> frozenset[str]:
    """Return the criteria that hold for other tiers of a measure but not for this one."""
    tiered = [r for r in requirements(catalogue).of.values() if tier in r.by_tier]
    own = {leaf.criterion for r in tiered for leaf in r.leaves(tier)}
    return frozenset(leaf.criterion for r in tiered for leaf in r.every) - own


@lru_cache(maxsize=2 * POLICIES)
def _rows(catalogue: Catalogue, query: str) -> list[Row]:
    return catalogue.graph.select(held(query, "m", catalogue.document))


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
    extended = bool(set(context.reading.places) & context.catalogue.extended.keys())
    boxes: dict[bool | None, list[Leaf]] = {True: [], False: [], None: []}
    for leaf in _of(context, criteria, tier):
        value = True if extended and leaf.field in _widened(context.catalogue) else facts.get(leaf.field)
        met = leaf.admits(value) if known(value) else None  # type: ignore[arg-type]
        boxes[None if met is False and leaf.severity == _OPEN else met].append(leaf)
    return boxes[True], boxes[False], boxes[None]


def needed(context: Context, criteria: set[str]) -> list[Leaf]:
    """Return the leaves that ask for just what the question asks about: must it be so? Five years asked for three are another matter."""
    asked = _raised(context)
    return [leaf for leaf in _of(context, criteria, asked_tier(context)) if leaf.field in asked and leaf.severity != _OPEN and _just(leaf, asked[leaf.field])]


def open_to_doubt(context: Context, criteria: set[str]) -> list[Leaf]:
    """Return the leaves that the text can be read to ask for or not, where the question asks about them."""
    asked = _raised(context)
    return [leaf for leaf in _of(context, criteria, asked_tier(context)) if leaf.field in asked and leaf.severity == _OPEN and _just(leaf, asked[leaf.field])]


def _raised(context: Context) -> dict[str, bool | str | int]:
    return {iri: fact.value for iri, fact in context.reading.facts if isinstance(fact, Asked) and fact.value != UNSETTLED and isinstance(fact.value, (bool, str, int))}


def _just(leaf: Leaf, value: bool | str | int) -> bool:
    """Tell whether a leaf takes the value, and of a number nothing less."""
    return leaf.admits(value) and (isinstance(value, (bool, str)) or not leaf.admits(value - 1))


def _of(context: Context, criteria: set[str], tier: str) -> list[Leaf]:
    """Return the leaves of the criteria that hold for a tier; where readings differ by tier and none is named, the strict ones."""
    found: dict[str, Leaf] = {}
    for requirement in requirements(context.catalogue).of.values():
        tiered = requirement.leaves(tier) if tier in requirement.by_tier else tuple(leaf for leaf in requirement.every if leaf.severity != _OPEN or leaf in requirement.common)
        found |= {leaf.iri: leaf for leaf in tiered if leaf.criterion in criteria}
    return list(found.values())


def unasked(context: Context, criteria: set[str]) -> str:
    """Say which of the things the question brings up these conditions do not ask for."""
    tier = asked_tier(context)
    own = {leaf.field for leaf in _leaves(context.catalogue) if leaf.criterion in criteria}
    said = []
    for stated, _ in context.reading.facts:
        free = [leaf for leaf in _leaves(context.catalogue) if leaf.criterion in criteria & spared(context.catalogue, tier) and leaf.field == stated]
        if free:
            said.append(f"{context.labels.get(tier, '')}不受“{free[0].label}”的限制")
        elif stated == _CONTRACT and stated not in own:
            said.append("没有要求合同满多少年")
    return "，".join(dict.fromkeys(said)) or _foreign(context, own)


def _foreign(context: Context, own: set[str]) -> str:
    """Say that what the question takes for a condition is one of other measures only: 领创新券要交社保吗."""
    asked = [iri for iri, fact in context.reading.facts if isinstance(fact, Asked) and fact.value is True]
    if not own or own & set(asked) or (_CONTRACT in own and _CONTRACT in dict(context.reading.facts)):
        return ""
    said = [next((leaf.label for leaf in _leaves(context.catalogue) if leaf.field == iri and leaf.admits(value=True)), "") for iri in asked]
    return f"没有要求{min(labels, key=len)}" if (labels := [label for label in said if label]) else ""
