"""The graph as columns of boxes: which things are nodes, which facts are edges, what each is called.

graph -> picture(graph) -> Picture(nodes, edges, chapters)      every word about a thing comes from the graph
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from qa.graph import Graph, text_of
from qa.terms import ONTOLOGY
from qa.web.facts import Facts, Said
from qa.web.text_tab import Document, documents


@dataclass(frozen=True)
class Kind:
    """A column of the picture: its class; whether it is shown at first; whether a thing without an edge is left out."""

    name: str
    shown: bool
    linked_only: bool = False


@dataclass(frozen=True)
class Link:
    """A kind of edge: the pattern that finds it, what it is called from either end, and which way articles are handed on (1, -1, 0 not)."""

    pattern: str
    out: str
    back: str
    hands_on: int = 1


KINDS = (
    Kind("Agency", True),
    Kind("PolicyDocument", False, True),
    Kind("Chapter", False),
    Kind("Article", True),
    Kind("SupportMeasure", True),
    Kind("BeneficiaryType", False, True),
    Kind("Benefit", False, True),
    Kind("Tier", False, True),
)
_ROLE = '?from a po:Article ; cv:hasParticipation ?p . ?p po:participant ?to ; cv:role ?role . ?role rdfs:label ?word FILTER(LANG(?word) = "zh") BIND(?role != po:Lead AS ?minor)'
LINKS = (
    Link("?from eli:has_part ?to", "包含", "属于", -1),
    Link("?from eli:cites ?to", "引用的文件", "引用它的文件", 0),
    Link("?to a po:SupportMeasure ; po:statedIn ?from", "规定的措施", "载于"),
    Link("?from po:forBeneficiary ?to", "受益对象", "可享受的措施"),
    Link("?from po:hasBenefit ?to", "给予的待遇", "所属措施"),
    Link("?from po:tier ?to", "所属档次", "这一档的待遇"),
    Link(_ROLE, "%s", "作为%s的条"),
    Link("?x a po:ScopeExtension ; po:statedIn ?from ; po:beneficiaryType ?to", "同样适用于", "扩大适用的条"),
    Link("?x a po:ExecutionReferral ; po:statedIn ?from ; po:referredArticle ?to", "指明按其他文件执行的条", "指明它按其他文件执行的条", 0),
    Link("?x a po:ExecutionReferral ; po:statedIn ?from ; po:refersTo ?to", "据以执行的文件", "指向它的条"),
)
_ARTICLES = "SELECT ?s ?n ?title WHERE { ?s a po:Article ; eli:number ?n OPTIONAL { ?s eli:title ?title } }"
# a type or an agency has no quote of its own: it rests on the facts that name it
_NAMED = "SELECT ?s ?named WHERE { ?s po:beneficiaryType|po:participant ?named ; po:statedIn ?part } ORDER BY STR(?named) STR(?s)"


@dataclass(frozen=True)
class Edge:
    """An edge between two nodes by number, with its words from either end; a minor one is drawn dashed."""

    source: int
    target: int
    out: str
    back: str
    minor: bool


@dataclass(frozen=True)
class Node:
    """A thing in its column, with the articles it belongs to and its quotes as (part, anchor, text)."""

    said: Said
    column: int
    note: str
    articles: tuple[int, ...]
    quotes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Picture:
    """All nodes, column by column in document order, the edges, and the chapters as (label, articles)."""

    kinds: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    chapters: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class _Found:
    link: Link
    source: str
    target: str
    word: str
    minor: bool

    def said(self, text: str) -> str:
        return text.replace("%s", self.word)


def picture(graph: Graph) -> Picture:
    """Read the picture from the graph."""
    facts = Facts(graph)
    texts = documents(graph, facts)
    columns = {iri: column for column, kind in reversed(list(enumerate(KINDS))) for iri in _members(graph, kind.name)}
    links = [one for one in _links(graph) if one.source in columns and one.target in columns and one.source != one.target]
    linked = {iri for one in links for iri in (one.source, one.target)}
    rows = {text_of(row["s"]): row for row in graph.select(_ARTICLES)}
    articles = _articles(links, {iri: int(text_of(row["n"])) for iri, row in rows.items()})
    named: dict[str, list[str]] = defaultdict(list)
    for row in graph.select(_NAMED):
        named[text_of(row["named"])].append(text_of(row["s"]))
    nodes = []
    for iri, column in columns.items():
        if iri in linked or not KINDS[column].linked_only:
            said = facts.of(iri)
            note = text_of(rows[iri].get("title")) if iri in rows else next((value for word, value, _ in said.rows if word == "内容"), "")
            spans = said.spans or tuple(span for one in named[iri] for span in facts.of(one).spans)
            nodes.append(Node(said, column, note, tuple(sorted(articles[iri])), _quotes(texts, iri, spans)))
    nodes.sort(key=_place)
    at = {node.said.iri: number for number, node in enumerate(nodes)}
    edges = tuple(dict.fromkeys(Edge(at[one.source], at[one.target], one.said(one.link.out), one.said(one.link.back), one.minor) for one in links))
    chapters = tuple((node.said.label, node.articles) for node in nodes if KINDS[node.column].name == "Chapter")
    return Picture(tuple(facts.label(ONTOLOGY + kind.name) for kind in KINDS), tuple(nodes), edges, chapters)


def _members(graph: Graph, name: str) -> list[str]:
    return [text_of(row["s"]) for row in graph.select(f"SELECT DISTINCT ?s WHERE {{ ?s a ?class . ?class rdfs:subClassOf* po:{name} FILTER(isIRI(?s)) }} ORDER BY STR(?s)")]


def _links(graph: Graph) -> list[_Found]:
    return [
        _Found(link, text_of(row["from"]), text_of(row["to"]), text_of(row.get("word")), text_of(row.get("minor")) == "true")
        for link in LINKS
        for row in graph.select(f"SELECT DISTINCT ?from ?to ?word ?minor WHERE {{ {link.pattern} }} ORDER BY STR(?from) STR(?to)")
    ]


def _articles(links: list[_Found], numbers: dict[str, int]) -> dict[str, set[int]]:
    """Return the numbers of the articles each thing belongs to: down to what an article gives, up to what holds it."""
    out: dict[str, set[int]] = defaultdict(set, {iri: {number} for iri, number in numbers.items()})
    grew = True
    while grew:
        grew = False
        for one in links:
            if one.link.hands_on:
                giver, taker = (one.source, one.target) if one.link.hands_on > 0 else (one.target, one.source)
                grew |= not out[giver] <= out[taker]
                out[taker] |= out[giver]
    return out


def _place(node: Node) -> tuple[int, float, int, str]:
    """Order a column by the middle of the articles, then by place in the text, so that edges cross little."""
    middle = sum(node.articles) / len(node.articles) if node.articles else 0.0
    return node.column, middle, node.said.spans[0][0] if node.said.spans else 0, node.said.iri


def _quotes(texts: list[Document], iri: str, spans: tuple[tuple[int, int], ...]) -> tuple[tuple[str, str, str], ...]:
    """Return the quotes of a thing with where they stand; a part of a text is its own quote."""
    out = []
    for document in texts:
        for part in document.parts:
            if part.iri == iri:
                return ((part.label, part.anchor, document.text[part.start : part.end]),)
            out += [(part.label, part.anchor, document.text[a:b]) for a, b in spans if part.start <= a < part.end]
    return tuple(dict.fromkeys(out))
