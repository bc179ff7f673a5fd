"""The graph: Turtle files -> one Oxigraph store -> rows. (On another machine: qa.remote.)

load() -> Graph.select(query) -> [{"name": Term}]        values enter as terms, see values_block
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from qa.errors import DataError, StoreError
from qa.resources import broken, turtle_files
from qa.terms import PREFIXES

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = dict[str, Term]
_PREFIXED = re.compile(r"(?<!\w)([a-z]+):(?=[A-Za-z])")
_LISTS = """SELECT ?s ?member (COUNT(?before) AS ?place) WHERE {
  ?s PREDICATE ?head . ?head rdf:rest* ?before . ?before rdf:rest* ?node . ?node rdf:first ?member
} GROUP BY ?s ?node ?member ORDER BY ?s ?place"""
HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


class Graph:
    """A policy graph that answers SELECT; version tells its content apart."""

    version: str

    def rows(self, query: str) -> list[Row]:
        """Run a complete SELECT query."""
        raise NotImplementedError

    def select(self, query: str) -> list[Row]:
        """Run a SELECT (prefixes are added where the query has none) and return its rows, unbound variables left out.

        Raises StoreError where the query is malformed or is not a SELECT.
        """
        return self.rows(query if "PREFIX" in query else HEADER + query)


    def lists(self, predicate: str) -> dict[str, list[Term]]:
        """Return by subject the RDF lists that a predicate (a prefixed name) points to, members in their order.

        A position is the number of list nodes up to it, so that any endpoint can tell it, whatever it calls its blank nodes.
        """
        out: dict[str, list[Term]] = {}
        for row in self.select(_LISTS.replace("PREDICATE", predicate)):
            out.setdefault(text_of(row["s"]), []).append(row["member"])
        return out


@dataclass(frozen=True)
class LocalGraph(Graph):
    """The graph in this process; version is a digest of the files it came from.

    named is the one named graph seen beside the default graph, "" for the default graph alone (GRAPH reaches all of them);
    shared is what a document of a graph of policies needs of the default graph.
    """

    store: ox.Store
    version: str
    named: str = ""
    shared: tuple[ox.Quad, ...] = field(default=(), repr=False, compare=False)

    def beside(self, name: str) -> LocalGraph:
        """Return the graph of what all documents share and one document's own named graph.

        It has a store of its own: Oxigraph walks every triple of a predicate, and ten thousand documents have as many more of them.
        """
        store = ox.Store()
        store.extend(self.shared)
        store.extend(self.store.quads_for_pattern(None, None, None, ox.NamedNode(name)))
        return LocalGraph(store, self.version, name)

    def rows(self, query: str) -> list[Row]:
        """Run a complete SELECT query on the embedded store."""
        seen: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = [ox.DefaultGraph(), ox.NamedNode(self.named)] if self.named else None
        try:
            result = self.store.query(query, default_graph=seen)
        except (SyntaxError, OSError, ValueError) as error:
            raise StoreError(f"查询无法执行：{error}") from error
        if not isinstance(result, ox.QuerySolutions):
            raise StoreError("这里只接受 SELECT 查询。")
        names = [variable.value for variable in result.variables]
        return [{name: row[name] for name in names if row[name] is not None} for row in result]


def load(files: Iterable[Path] | None = None) -> LocalGraph:
    """Load the given Turtle files (default: all of the repository's) into memory.

    Raises DataError naming the file and the line that cannot be read.
    """
    store, digest = ox.Store(), hashlib.sha256()
    for path in turtle_files() if files is None else files:
        try:
            content = path.read_bytes()
            if not content.strip():
                raise ValueError("文件是空的")
            store.load(content, format=ox.RdfFormat.TURTLE)
        except (OSError, SyntaxError, ValueError) as error:
            raise broken(f"{path.parent.name}/{path.name}", error) from error
        digest.update(content)
    return LocalGraph(store, digest.hexdigest()[:12])


def load_policies(graph: LocalGraph, document: str, path: Path) -> LocalGraph:
    """Return a graph of other policies, each in a named graph of its own, beside what the first document's graph shares with all.

    path holds N-Quads or TriG. Raises DataError where it cannot be read.
    """
    kinds = {".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG}
    store, shared = ox.Store(), tuple(_shared(graph.store, document))
    store.extend(shared)
    once = {quad.subject for quad in shared if quad.predicate.value.startswith(PREFIXES["sh"])}  # queries and shapes are read once, for all; so are the names
    names = {PREFIXES["skos"] + "altLabel", PREFIXES["skos"] + "hiddenLabel"}
    try:
        store.bulk_load(path=str(path), format=kinds[path.suffix])
    except (OSError, SyntaxError, ValueError, KeyError) as error:
        raise DataError(f"{path.name} 读不出来：{error}。其他政策请用 N-Quads（.nq）或 TriG（.trig），每份一个命名图。") from error
    return LocalGraph(store, f"{graph.version}+{path.stat().st_size}", shared=tuple(quad for quad in shared if quad.subject not in once and quad.predicate.value not in names))


def _shared(store: ox.Store, document: str) -> Iterable[ox.Quad]:
    """Yield the quads that are not of a document: neither about it and what stands under it, nor of their blank nodes."""
    own: set[ox.NamedNode | ox.BlankNode | ox.Triple] = set()
    todo: list[ox.NamedNode | ox.BlankNode | ox.Triple] = [q.subject for q in store if isinstance(q.subject, ox.NamedNode) and (q.subject.value == document or q.subject.value.startswith(document + "/"))]
    while todo:
        subject = todo.pop()
        if subject not in own:
            own.add(subject)
            todo += [q.object for q in store.quads_for_pattern(subject, None, None) if isinstance(q.object, ox.BlankNode)]
    return (quad for quad in store if quad.subject not in own)


def with_prefixes(body: str) -> str:
    """Return a query with the PREFIX lines of the prefixes it uses, so that it runs as pasted on any endpoint."""
    used = set(_PREFIXED.findall(body))
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items() if prefix in used) + body


def values_block(names: Sequence[str], rows: Iterable[Mapping[str, Term | None]]) -> str:
    """Return a VALUES block that binds names, row by row, to serialised terms; None stands for UNDEF."""
    lines = " ".join("(" + " ".join("UNDEF" if row.get(n) is None else str(row[n]) for n in names) + ")" for row in rows)
    return f"VALUES ({' '.join('?' + n for n in names)}) {{ {lines} }}"


def held(query: str, name: str, document: str) -> str:
    """Return a SELECT held to the things of one document: ?name is an IRI under the document's own; all things for "".

    Other documents in the graph say the same of theirs: what is not held to one would mix them.
    """
    head, brace, tail = query.rpartition("}")
    return f"{head} FILTER(STRSTARTS(STR(?{name}), {ox.Literal(document + '/')})) {brace}{tail}" if document else query


def text_of(term: Term | None) -> str:
    """Return a term's value as text, "" for None."""
    return "" if term is None or isinstance(term, ox.Triple) else term.value
