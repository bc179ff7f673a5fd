"""What the graph says of a thing, in words for people: graph -> Facts -> Said(label, kind, rows, spans).

Facts(graph).of(iri) -> Said | None      both picture and text show it in their panels; every word comes from the graph
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from qa.benefit import describe, money, months_of, percent, read, span
from qa.graph import Graph, Term, text_of
from qa.terms import ID, ONTOLOGY, PREFIXES

# simple queries, joined here: a triple store elsewhere answers them alike
_LABELS = 'SELECT ?s ?label WHERE { ?s rdfs:label ?label FILTER(LANG(?label) = "zh") } ORDER BY ?s ?label'
_TYPES = "SELECT ?s ?type WHERE { ?s a ?type FILTER(isIRI(?s)) } ORDER BY ?s ?type"
_ABOVE = "SELECT ?class ?above WHERE { ?class rdfs:subClassOf ?above FILTER(isIRI(?class) && isIRI(?above)) } ORDER BY ?class ?above"
_MONEY = 'SELECT ?p WHERE { ?p rdfs:subPropertyOf ?q FILTER(STRSTARTS(STR(?q), "https://schema.org/")) }'
_ROWS = "SELECT ?s ?p ?o WHERE { { ?s po:statedIn ?part } UNION { ?s skos:inScheme ?scheme } UNION { ?s a po:Article } ?s ?p ?o FILTER(isIRI(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o"
_SPANS = "SELECT ?s ?start ?end WHERE { ?s po:quote ?quote . ?quote oa:start ?start ; oa:end ?end } ORDER BY ?s ?start ?end"
_NOTICES = "SELECT ?about ?notice WHERE { ?note a po:InterpretationNote ; po:about ?about ; po:notice ?notice } ORDER BY STR(?note)"
_ROLES = "SELECT ?s ?role WHERE { ?s cv:role ?role }"
# what a panel leaves out: names it shows elsewhere, offsets, structure, and what only machines read
_HIDDEN = {ONTOLOGY + name for name in ("quote", "enforcedBy", "ordinal", "textFile", "servesClass", "tierField", "tierValue", "widensFor", "appliesToValue")}
_HIDDEN |= {PREFIXES["cv"] + "role", PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "inScheme"}
_WORDS = {PREFIXES["skos"] + "altLabel": "也叫", PREFIXES["skos"] + "definition": "解释"}
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True)
class Said:
    """What is said of one thing: rows are (property, value, path of the value or ""); spans are code points, end exclusive."""

    iri: str
    label: str
    kind: str
    classes: frozenset[str]
    rows: tuple[tuple[str, str, str], ...]
    also: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    part: str

    def panel(self) -> dict[str, Any]:
        """Return what a panel in the browser shows."""
        return {"label": self.label, "kind": self.kind, "rows": self.rows, "path": path(self.iri)}


def path(iri: str) -> str:
    """Return where a thing has its page, beside the page of tabs; "" for one that has none."""
    return quote(iri.removeprefix(ID.removesuffix("id/"))) if iri.startswith(ID) else ""


def _duration(text: str) -> str:
    months = months_of(text)
    return span(months) if months else text


def _day(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


_SAID: dict[str, Callable[[str], str]] = {
    "boolean": lambda text: "是" if text == "true" else "否",
    "duration": _duration,
    "date": _day,
    "decimal": lambda text: percent(Decimal(text)),
}


class Facts:
    """The things of a graph, each with what is said of it."""

    def __init__(self, graph: Graph) -> None:
        self._labels: dict[str, str] = {}
        for row in graph.select(_LABELS):
            self._labels.setdefault(text_of(row["s"]), text_of(row["label"]))
        self._above = _grouped(graph, _ABOVE, "class", "above")
        self._types = _grouped(graph, _TYPES, "s", "type")
        self._roles = _grouped(graph, _ROLES, "s", "role")
        self._money = {text_of(row["p"]) for row in graph.select(_MONEY)}
        self._notices = _grouped(graph, _NOTICES, "about", "notice")
        self._benefits = read(graph)
        self._spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in graph.select(_SPANS):
            self._spans[text_of(row["s"])].append((int(text_of(row["start"])), int(text_of(row["end"]))))
        self._rows: dict[str, dict[tuple[str, str], Term]] = defaultdict(dict)
        for row in graph.select(_ROWS):
            self._rows[text_of(row["s"])][text_of(row["p"]), text_of(row["o"])] = row["o"]

    def label(self, iri: str) -> str:
        """Return the Chinese label, else the last part of the IRI."""
        return self._labels.get(iri) or iri.rpartition("/")[2]

    def kind(self, iri: str) -> str:
        """Return the Chinese label of the class; a thing of a reused class is called by its role."""
        named = [self._labels[c] for c in (*self._types.get(iri, ()), *self._roles.get(iri, ())) if c in self._labels]
        return named[0] if named else "事项"

    def classes(self, iri: str) -> frozenset[str]:
        """Return every class a thing belongs to, those above included."""
        found: set[str] = set()
        queue = list(self._types.get(iri, ()))
        while queue:
            one = queue.pop()
            if one not in found:
                found.add(one)
                queue += self._above.get(one, ())
        return frozenset(found)

    def quoted(self) -> list[str]:
        """Return the IRIs of all things that rest on a span of a text."""
        return sorted(self._spans)

    def of(self, iri: str) -> Said:
        """Return what is said of a thing."""
        held = self._rows.get(iri, {})
        grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for (name, _), term in sorted(held.items(), key=lambda item: self._place(*item[0])):
            if word := self._word(name, term):
                grouped[word].append((self._value(name, term), path(text_of(term)) if isinstance(term, ox.NamedNode) else ""))
        rows = [(word, value, where) for word, found in grouped.items() for value, where in found if word not in _WORDS.values()]
        if (benefit := self._benefits.get(iri)) and benefit.has_figure:
            rows.insert(0, ("内容", describe(benefit), ""))
        rows += [("提示", notice, "") for notice in self._notices.get(iri, ())]
        also = tuple(value for value, _ in grouped.get(_WORDS[PREFIXES["skos"] + "altLabel"], ()) if value != self.label(iri))
        part = next((text_of(term) for (name, _), term in held.items() if name == ONTOLOGY + "statedIn"), "")
        return Said(iri, self.label(iri), self.kind(iri), self.classes(iri), tuple(rows), also, tuple(self._spans.get(iri, ())), part)

    def _word(self, name: str, term: Term) -> str:
        """Return what a property is called; a reused property without a label is called by the kind of what it points to."""
        if name in _HIDDEN or name.startswith(PREFIXES["eli"]):
            return ""
        if name in _WORDS or name in self._labels:
            return _WORDS.get(name) or self._labels[name]
        return self.kind(text_of(term)) if isinstance(term, ox.NamedNode) and text_of(term) in self._labels else ""

    def _place(self, name: str, value: str) -> tuple[str, int, list[tuple[bool, int, str]]]:
        """Order the values of a property as they stand in the text, 第二条 before 第十条."""
        parts = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", value)]
        return name, self._spans[value][0][0] if value in self._spans else 0, parts

    def _value(self, name: str, term: Term) -> str:
        if not isinstance(term, ox.Literal):
            return self.label(text_of(term))
        if name in self._money:
            return money(Decimal(term.value))
        say = _SAID.get(term.datatype.value.removeprefix(_XSD))
        return say(term.value) if say else term.value


def _grouped(graph: Graph, query: str, key: str, value: str) -> dict[str, tuple[str, ...]]:
    out: dict[str, list[str]] = defaultdict(list)
    for row in graph.select(query):
        out[text_of(row[key])].append(text_of(row[value]))
    return {name: tuple(dict.fromkeys(found)) for name, found in out.items()}
