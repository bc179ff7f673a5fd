"""The judge: pySHACL over the shapes of the repository; nothing else decides whether a value meets a leaf.

A leaf looks at the values of one field only, so its verdict on a value holds wherever that value stands: each pair of
field and value is judged once and remembered. Shapes over several fields (contradictions) are remembered by their values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pyshacl
import rdflib
from rdflib import RDF, SH, XSD, Literal, URIRef

from qa.check.records import Value, Values
from qa.resources import broken, read_text
from qa.terms import ONTOLOGY, SHAPES

Key = tuple[str, Value | None]
_REMEMBERED = 200_000
_DOUBTS = URIRef(ONTOLOGY + "doubts")
_RECORD = URIRef(ONTOLOGY + "ApplicantRecord")
_ROW = "urn:row:"


@dataclass(frozen=True)
class Contradiction:
    """A shape over several fields: what it says, whether it forbids, and the fields that cannot be relied on then."""

    iri: str
    fields: tuple[str, ...]
    doubts: frozenset[str]
    message: str
    forbids: bool


def literal(value: Value) -> Literal:
    """Return a value as an RDF literal."""
    if isinstance(value, bool):
        return Literal(value)
    if isinstance(value, Decimal):
        return Literal(format(value, "f"), datatype=XSD.decimal)
    return Literal(value.isoformat(), datatype=XSD.date) if isinstance(value, dt.date) else Literal(value)


def shapes_file(name: str) -> rdflib.Graph:
    """Return a file of shapes/ as an rdflib graph. Raises DataError where it is damaged."""
    text = read_text(f"shapes/{name}")
    try:
        return rdflib.Graph().parse(data=text, format="turtle")
    except Exception as error:  # rdflib's parser raises errors of many kinds
        raise broken(f"shapes/{name}", error) from error


class ShaclJudge:
    """Judge values and records with pySHACL, in batches, remembering what it has judged."""

    def __init__(self) -> None:
        self._leaves = _targeted(shapes_file("eligibility.ttl"))
        record = shapes_file("applicant.ttl")
        self._values = _targeted(record)
        self.messages = {str(s): str(o) for g in (self._leaves, self._values) for s, o in g.subject_objects(SH.message)}
        self._record = record
        self._known: dict[Key, tuple[frozenset[str], frozenset[str]]] = {}
        self._clashes: dict[tuple[str, tuple[Value, ...]], bool] = {}

    @cached_property
    def components(self) -> dict[str, str]:
        """Return the constraint component of each leaf, as a validation report names it."""
        named = {SH["in"]: SH.InConstraintComponent, SH.minInclusive: SH.MinInclusiveConstraintComponent, SH.minCount: SH.MinCountConstraintComponent}
        return {str(s): str(component) for p, component in named.items() for s in self._leaves.subjects(p, None)}

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return the shapes over several fields, in the order of their names."""
        out = []
        for shape in sorted(self._record.subjects(_DOUBTS, None, unique=True), key=str):
            nodes, fields = [shape], list[str]()
            while nodes:
                node = nodes.pop()
                for predicate, value in self._record.predicate_objects(node):
                    if predicate in (SH.path, SH.lessThan, SH.lessThanOrEquals):
                        fields.append(str(value))
                    elif isinstance(value, rdflib.BNode):
                        nodes.append(value)
            out.append(Contradiction(
                str(shape), tuple(sorted(set(fields))), frozenset(str(f) for f in self._record.objects(shape, _DOUBTS)),
                str(self._record.value(shape, SH.message)), self._record.value(shape, SH.severity) != SH.Warning,
            ))  # fmt: skip
        return tuple(out)

    def judge(self, pairs: Iterable[Key]) -> dict[Key, tuple[frozenset[str], frozenset[str]]]:
        """Return for each field and value (None: not given) the leaves, and the shapes of a record, that it does not meet."""
        asked = set(pairs)
        fresh = sorted((k for k in asked if k not in self._known), key=repr)
        if fresh:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
                fresh = sorted(asked, key=repr)
            data = rdflib.Graph()
            for at, (field, value) in enumerate(fresh):
                node = URIRef(f"{_ROW}{at}")
                data.add((node, RDF.type, URIRef(field)))
                if value is not None:
                    data.add((node, URIRef(field), literal(value)))
            leaves, values = _results(data, self._leaves), _results(data, self._values)
            for at, key in enumerate(fresh):
                self._known[key] = (leaves.get(f"{_ROW}{at}", frozenset()), values.get(f"{_ROW}{at}", frozenset()))
        return {key: self._known[key] for key in asked}

    def clashes(self, records: Sequence[Values]) -> list[tuple[Contradiction, ...]]:
        """Return, record by record, the contradictions its values are in."""
        held = [[(c, tuple(r[f] for f in c.fields)) for c in self.contradictions if all(f in r for f in c.fields)] for r in records]
        fresh = sorted({(c.iri, values) for row in held for c, values in row} - self._clashes.keys(), key=repr)
        if fresh:
            if len(self._clashes) > _REMEMBERED:
                self._clashes.clear()
                fresh = sorted({(c.iri, values) for row in held for c, values in row}, key=repr)
            by_iri = {c.iri: c for c in self.contradictions}
            data, shapes = rdflib.Graph(), _copy(self._record)
            for at, (iri, values) in enumerate(fresh):
                node = URIRef(f"{_ROW}{at}")
                data.add((node, RDF.type, URIRef(iri)))
                shapes.add((URIRef(iri), SH.targetClass, URIRef(iri)))
                for field, value in zip(by_iri[iri].fields, values, strict=True):
                    data.add((node, URIRef(field), literal(value)))
            shapes.remove((None, SH.targetClass, _RECORD))
            found = _results(data, shapes)
            for at, key in enumerate(fresh):
                self._clashes[key] = bool(found.get(f"{_ROW}{at}"))
        return [tuple(c for c, values in row if self._clashes[c.iri, values]) for row in held]


def _copy(graph: rdflib.Graph) -> rdflib.Graph:
    return rdflib.Graph() + graph


def _targeted(graph: rdflib.Graph) -> rdflib.Graph:
    """Return the named property shapes alone, each aimed at the nodes of its own field."""
    out = rdflib.Graph()
    for shape, path in graph.subject_objects(SH.path):
        if isinstance(shape, URIRef) and str(shape).startswith(SHAPES.removesuffix("#")):
            for triple in graph.triples((shape, None, None)):
                out.add(triple)
                for item in graph.transitive_objects(triple[2], RDF.rest) if triple[1] == SH["in"] else ():
                    for inner in graph.triples((item, None, None)):
                        out.add(inner)
            out.remove((shape, SH.targetClass, None))
            out.add((shape, SH.targetClass, path))
    return out


def _results(data: rdflib.Graph, shapes: rdflib.Graph) -> Mapping[str, frozenset[str]]:
    """Return the shapes that each focus node fails, by its IRI."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False, inplace=True)
    found: dict[str, set[str]] = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        found.setdefault(str(report.value(result, SH.focusNode)), set()).add(str(report.value(result, SH.sourceShape)))
    return {node: frozenset(shapes_) for node, shapes_ in found.items()}
