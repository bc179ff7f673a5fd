"""The graph: Turtle files -> one Oxigraph store -> rows.

load() -> Graph.select(query) -> [{"name": Term}]        values enter as terms, see values_block
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from qa.errors import DataError, StoreError
from qa.resources import turtle_files
from qa.terms import PREFIXES

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = dict[str, Term]
_PREFIXED = re.compile(r"(?<!\w)([a-z]+):(?=[A-Za-z])")
_RDF = PREFIXES["rdf"]
_LONGEST_LIST = 1000
HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@dataclass(frozen=True)
class Graph:
    """A loaded policy graph; version is a digest of the files it came from."""

    store: ox.Store
    version: str

    def select(self, query: str) -> list[Row]:
        """Run a SELECT (prefixes are added where the query has none) and return its rows, unbound variables left out.

        Raises StoreError where the query is malformed or is not a SELECT.
        """
        text = query if "PREFIX" in query else HEADER + query
        try:
            result = self.store.query(text)
        except (SyntaxError, OSError, ValueError) as error:
            raise StoreError(f"查询无法执行：{error}") from error
        if not isinstance(result, ox.QuerySolutions):
            raise StoreError("这里只接受 SELECT 查询。")
        names = [variable.value for variable in result.variables]
        return [{name: row[name] for name in names if row[name] is not None} for row in result]


    def items(self, head: Term | None) -> list[Term]:
        """Return the members of an RDF list in their order, [] where head is none."""
        out: list[Term] = []
        while isinstance(head, ox.NamedNode | ox.BlankNode) and head.value != _RDF + "nil" and len(out) < _LONGEST_LIST:
            first = next(self.store.quads_for_pattern(head, ox.NamedNode(_RDF + "first"), None), None)
            rest = next(self.store.quads_for_pattern(head, ox.NamedNode(_RDF + "rest"), None), None)
            if first is None or rest is None:
                break
            out.append(first.object)
            head = rest.object
        return out


def load(files: Iterable[Path] | None = None) -> Graph:
    """Load the given Turtle files (default: all of the repository's) into memory.

    Raises DataError naming the file and the line that cannot be read.
    """
    store, digest = ox.Store(), hashlib.sha256()
    for path in turtle_files() if files is None else files:
        try:
            content = path.read_bytes()
            store.load(content, format=ox.RdfFormat.TURTLE)
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(f"数据文件 {path.name} 读不出来：{error}。请用 git checkout 恢复它。") from error
        digest.update(content)
    return Graph(store, digest.hexdigest()[:12])


def with_prefixes(body: str) -> str:
    """Return a query with the PREFIX lines of the prefixes it uses, so that it runs as pasted on any endpoint."""
    used = set(_PREFIXED.findall(body))
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items() if prefix in used) + body


def values_block(names: Sequence[str], rows: Iterable[Mapping[str, Term | None]]) -> str:
    """Return a VALUES block that binds names, row by row, to serialised terms; None stands for UNDEF."""
    lines = " ".join("(" + " ".join("UNDEF" if row.get(n) is None else str(row[n]) for n in names) + ")" for row in rows)
    return f"VALUES ({' '.join('?' + n for n in names)}) {{ {lines} }}"


def text_of(term: Term | None) -> str:
    """Return a term's value as text, "" for None."""
    return "" if term is None or isinstance(term, ox.Triple) else term.value
