"""Information concepts of the graph as form fields: label, type, allowed values, names people use for them.

load_fields(graph) -> {IRI: Field}        Headers(fields).match(["学历", …]) -> which column is which field
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.graph import Graph, text_of
from qa.terms import field as field_iri

TYPES = ("text", "identity", "boolean", "choice", "measure", "months", "money", "date")
_FIELDS = """SELECT ?field ?label ?type ?note ?example WHERE {
  ?field a cv:InformationConcept ; po:fieldType ?type ; rdfs:label ?label . FILTER(LANG(?label) = "zh")
  OPTIONAL { ?field po:fillingNote ?note }
  OPTIONAL { ?field po:exampleValue ?example }
}"""
_MEASURES = 'SELECT ?label WHERE { ?m a po:SupportMeasure ; rdfs:label ?label ; po:statedIn/eli:number ?n . FILTER(LANG(?label) = "zh") } ORDER BY ?n STR(?m)'
_NAMES = "SELECT DISTINCT ?field ?name WHERE { ?field a cv:InformationConcept ; skos:altLabel|rdfs:label ?name } ORDER BY STR(?field) ?name"
# two plain queries: some servers lose or reorder rows where UNION, BIND and paths meet
_TIER_NAMES = "SELECT DISTINCT ?field ?value ?name WHERE { ?tier po:tierField ?field ; po:tierValue ?value ; skos:altLabel|rdfs:label ?name }"
_KIND_NAMES = "SELECT DISTINCT ?value ?name WHERE { ?kind po:applicantKindValue ?value ; skos:altLabel|rdfs:label ?name }"
_KIND = field_iri("applicantKind")
_UNIT = re.compile(r"\((?:元|月|个月|万元)\)$")
_NEAR = 0.5


@dataclass(frozen=True)
class Field:
    """One thing to fill in: type is one of TYPES; allowed values stand in the order of the scheme.

    aliases are what people write for an allowed value, as pairs (name, value).
    """

    iri: str
    label: str
    type: str
    allowed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""
    example: str | None = None
    aliases: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Return the local name, the key in JSON."""
        return self.iri.rpartition("/")[2]


def load_fields(graph: Graph) -> dict[str, Field]:
    """Read every information concept, in the order of the form; a field of type measure allows every measure's label."""
    names: dict[str, list[str]] = {}
    for row in graph.select(_NAMES):
        names.setdefault(text_of(row["field"]), []).append(text_of(row["name"]))
    aliases: dict[str, list[tuple[str, str]]] = {}
    for row in [*graph.select(_TIER_NAMES), *graph.select(_KIND_NAMES)]:
        aliases.setdefault(text_of(row["field"]) if "field" in row else _KIND, []).append((fold(text_of(row["name"])), text_of(row["value"])))
    order = [text_of(item) for items in graph.lists("po:formOrder").values() for item in items]
    listed = graph.lists("po:allowedValues")
    measures = tuple(text_of(row["label"]) for row in graph.select(_MEASURES))
    found = {}
    for row in graph.select(_FIELDS):
        iri, kind = text_of(row["field"]), text_of(row["type"])
        allowed = measures if kind == "measure" else tuple(map(text_of, listed.get(iri, ())))
        example = text_of(row["example"]) if "example" in row else None
        found[iri] = Field(iri, text_of(row["label"]), kind, allowed, tuple(sorted(names.get(iri, ()))), text_of(row.get("note")), example, tuple(sorted(set(aliases.get(iri, ())))))
    place = {iri: at for at, iri in enumerate(order)}
    return dict(sorted(found.items(), key=lambda kv: (place.get(kv[0], len(place)), kv[0])))


def fold(text: str) -> str:
    """Return a header or a value in one spelling: half width, lower case, no blanks or quotes."""
    return re.sub(r"[\s“”\"'‘’*：:？?]+", "", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True)
class Match:
    """Which field each column is, and what is to be said of the headers."""

    columns: Mapping[int, Field]
    unknown: tuple[tuple[int, str, str], ...] = ()
    repeated: tuple[tuple[int, str], ...] = ()


class Headers:
    """Match headers with fields by label, label without its unit, English key, and names people use."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._by_name: dict[str, Field] = {}
        ranked = [(0, f.label, f) for f in fields.values()] + [(1, _UNIT.sub("", fold(f.label)), f) for f in fields.values()]
        ranked += [(1, f.key, f) for f in fields.values()] + [(1, fold(f.label).removeprefix("是否"), f) for f in fields.values()]
        ranked += [(2, name, f) for f in fields.values() for name in f.names]
        for _, name, each in sorted(ranked, key=lambda r: r[0]):
            self._by_name.setdefault(fold(name), each)

    def find(self, header: str) -> Field | None:
        """Return the field a header names, None where none does."""
        name = fold(header)
        return self._by_name.get(name) or self._by_name.get(_UNIT.sub("", name))

    def nearest(self, header: str) -> str:
        """Return the label of the field whose name is most like a header, "" where none is near."""
        close = difflib.get_close_matches(fold(header)[:80], self._by_name, n=1, cutoff=_NEAR)
        return self._by_name[close[0]].label if close else ""

    def match(self, headers: Sequence[str]) -> Match:
        """Match a header row; a field named twice keeps its first column, the later ones are told as repeated."""
        columns: dict[int, Field] = {}
        unknown: list[tuple[int, str, str]] = []
        repeated: list[tuple[int, str]] = []
        for index, header in enumerate(headers):
            if not header.strip():
                continue
            found = self.find(header)
            if found is None:
                unknown.append((index, header, self.nearest(header)))
            elif found in columns.values():
                repeated.append((index, header))
            else:
                columns[index] = found
        return Match(columns, tuple(unknown), tuple(repeated))
