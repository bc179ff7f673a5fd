"""What each measure asks for: shapes and criteria of the graph -> Requirement with its leaves, tier by tier.

load_requirements(graph) -> Requirements.of[measure].leaves(tier)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from qa.check.records import Quote, Value
from qa.graph import Graph, Row, Term, held, text_of

_LEAVES = """SELECT ?leaf ?path ?message ?severity ?least ?count WHERE {
  ?leaf a sh:PropertyShape ; sh:path ?path ; sh:message ?message . FILTER(STRSTARTS(STR(?leaf), STR(leaf:)))
  OPTIONAL { ?leaf sh:severity ?severity } OPTIONAL { ?leaf sh:minInclusive ?least }
  OPTIONAL { ?leaf sh:minCount ?count }
} ORDER BY STR(?leaf)"""
_CRITERIA = """SELECT ?leaf ?criterion ?label ?check ?start WHERE { ?criterion a po:Criterion ; po:enforcedBy ?leaf ; rdfs:label ?label ;
  po:checkability ?check ; po:quote/oa:start ?start } ORDER BY DESC(?start)"""
_NODES = "SELECT ?node ?measure ?tier WHERE { ?node a sh:NodeShape ; po:judges ?measure OPTIONAL { ?node po:tier ?tier } } ORDER BY STR(?node)"
_PROPERTIES = "SELECT ?node ?leaf WHERE { ?node a sh:NodeShape ; po:judges ?m ; sh:node?/sh:property ?leaf } ORDER BY STR(?node) STR(?leaf)"
_MEASURES = """SELECT ?measure ?label ?n WHERE { ?measure a po:SupportMeasure ; rdfs:label ?label ; po:statedIn/eli:number ?n .
  FILTER(LANG(?label) = "zh") } ORDER BY ?n STR(?measure)"""
_NAMES = 'SELECT DISTINCT ?measure ?name WHERE { ?measure a po:SupportMeasure ; rdfs:label|skos:altLabel ?name . FILTER(LANG(?name) = "zh") } ORDER BY STR(?measure) ?name'
_TIERS = "SELECT ?tier ?field ?value WHERE { ?tier po:tierField ?field ; po:tierValue ?value } ORDER BY STR(?tier)"
_QUOTES = """SELECT ?fact ?exact ?start ?n WHERE { ?fact po:quote ?q ; po:statedIn ?part . ?q oa:exact ?exact ; oa:start ?start .
  OPTIONAL { ?part a po:Article ; eli:number ?n } } ORDER BY STR(?fact) ?start"""


@dataclass(frozen=True)
class Leaf:
    """One condition on one field. severity: Violation fails, Warning leaves it to the authority or to two readings."""

    iri: str
    field: str
    message: str
    severity: str
    least: int | None = None
    allowed: tuple[str, ...] | None = None
    criterion: str = ""
    label: str = ""
    official: bool = False
    start: int = 0

    def admits(self, value: Value) -> bool:
        """Return what SHACL says of one value; the judge in shacl.py is the authority, tests hold the two equal."""
        if self.least is not None:
            return isinstance(value, int) and not isinstance(value, bool) and value >= self.least
        return self.allowed is None or lexical(value) in self.allowed


@dataclass(frozen=True)
class Requirement:
    """A measure with its leaves; by_tier holds all leaves of a tier where tiers differ; given: field -> companion leaf."""

    measure: str
    label: str
    article: int
    names: tuple[str, ...]
    common: tuple[Leaf, ...]
    given: Mapping[str, str]
    by_tier: Mapping[str, tuple[Leaf, ...]]

    def leaves(self, tier: str = "") -> tuple[Leaf, ...]:
        """Return the leaves for a tier, those common to all where the tier is unknown or makes no difference."""
        return self.by_tier.get(tier, self.common)

    @cached_property
    def every(self) -> tuple[Leaf, ...]:
        """Return the leaves of all tiers."""
        return tuple({leaf.iri: leaf for leaves in (self.common, *self.by_tier.values()) for leaf in leaves}.values())


@dataclass(frozen=True)
class Requirements:
    """Every requirement by measure, in the order of the articles; tiers as (field, value) pairs; quotes by fact."""

    of: Mapping[str, Requirement]
    tiers: Mapping[str, tuple[str, str]]
    quotes: Mapping[str, tuple[Quote, ...]]

    def quote(self, fact: str) -> Quote | None:
        """Return the quotes of a fact as one, None where it has none."""
        found = self.quotes.get(fact, ())
        return Quote(found[0].article, "……".join(q.text for q in found)) if found else None


def lexical(value: Value) -> str:
    """Return a value as its RDF literal is written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Shared:
    """What the documents of a graph share: the leaf shapes with their lists, and the tiers."""

    leaves: tuple[Row, ...]
    listed: Mapping[str, tuple[Term, ...]]
    tiers: Mapping[str, tuple[str, str]]


def load_shared(graph: Graph) -> Shared:
    """Read what the requirements of every document are made of."""
    tiers = {text_of(r["tier"]): (text_of(r["field"]), text_of(r["value"])) for r in graph.select(_TIERS)}
    return Shared(tuple(graph.select(_LEAVES)), {iri: tuple(found) for iri, found in graph.lists("sh:in").items()}, tiers)


def load_requirements(graph: Graph, document: str = "", shared: Shared | None = None) -> Requirements:
    """Read shapes, criteria and quotes of a document (of the graph for "") from the graph; shared is read where it is not given."""
    shared = shared or load_shared(graph)
    criteria = {text_of(r["leaf"]): r for r in graph.select(held(_CRITERIA, "criterion", document))}
    listed = shared.listed
    leaves: dict[str, Leaf] = {}
    asked: dict[str, str] = {}
    for row in shared.leaves:
        iri, path = text_of(row["leaf"]), text_of(row["path"])
        if "count" in row:
            asked[iri] = path
            continue
        about = criteria.get(iri, {})
        leaves[iri] = Leaf(
            iri,
            path,
            text_of(row["message"]),
            text_of(row.get("severity")).rpartition("#")[2] or "Violation",
            int(text_of(row["least"])) if "least" in row else None,
            tuple(map(text_of, listed[iri])) if iri in listed else None,
            text_of(about.get("criterion")),
            text_of(about.get("label")),
            text_of(about.get("check")).endswith("#OfficialReview"),
            int(text_of(about["start"])) if "start" in about else 0,
        )
    own: dict[str, list[str]] = defaultdict(list)
    for row in graph.select(held(_PROPERTIES, "m", document)):
        own[text_of(row["node"])].append(text_of(row["leaf"]))
    names: dict[str, list[str]] = defaultdict(list)
    for row in graph.select(held(_NAMES, "measure", document)):
        names[text_of(row["measure"])].append(text_of(row["name"]))
    nodes = [(text_of(r["node"]), text_of(r["measure"]), text_of(r.get("tier"))) for r in graph.select(held(_NODES, "measure", document))]
    quotes: dict[str, list[Quote]] = defaultdict(list)
    for row in graph.select(held(_QUOTES, "fact", document)):
        quotes[text_of(row["fact"])].append(Quote(int(text_of(row["n"])) if "n" in row else None, text_of(row["exact"])))
    return Requirements(
        {m: _requirement(m, text_of(r["label"]), int(text_of(r["n"])), sorted(names[m]), [n for n in nodes if n[1] == m], own, leaves, asked)
         for r in graph.select(held(_MEASURES, "measure", document)) for m in [text_of(r["measure"])]},
        shared.tiers,
        {fact: tuple(found) for fact, found in quotes.items()},
    )  # fmt: skip


def _requirement(
    measure: str, label: str, article: int, names: list[str], nodes: list[tuple[str, str, str]],
    own: Mapping[str, list[str]], leaves: Mapping[str, Leaf], asked: Mapping[str, str],
) -> Requirement:  # fmt: skip
    def of(node: str) -> tuple[Leaf, ...]:
        return tuple(sorted((leaves[iri] for iri in own[node] if iri in leaves), key=lambda leaf: leaf.start))

    common = tuple(leaf for node, _, tier in nodes if not tier for leaf in of(node))
    given = {asked[iri]: iri for node, _, _ in nodes for iri in own[node] if iri in asked}
    return Requirement(measure, label, article, tuple(names), common, given, {tier: of(node) for node, _, tier in nodes if tier})
