"""Names and synonyms of the graph, found in a question: text -> mentions (kind, IRI, span).

A second policy document adds names by adding data; nothing is spelled here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from qa.ask.text import normalise
from qa.graph import HEADER, Graph, Row, text_of

_KINDS = {
    "measure": "po:SupportMeasure",
    "family": "po:MeasureFamily",
    "agency": "org:Organization",
    "tier": "po:Tier",
    "beneficiary": "po:BeneficiaryType",
    "place": "po:Place",
    "topic": "po:Topic",
    "list": "po:ItemList",
    "item": "po:ListedItem",
    "document": "po:PolicyDocument",
    "field": "cv:InformationConcept",
    "role": "po:AgencyRole",
    "qualifier": "po:Qualifier",
    "aspect": "po:QuestionPattern",
}
_CLASSES = """PREFIX org: <http://www.w3.org/ns/org#>
SELECT DISTINCT ?kind ?class WHERE { VALUES (?kind ?top) { %s } ?class rdfs:subClassOf* ?top }"""
_NAMES = """SELECT DISTINCT ?kind ?thing ?name ?main WHERE {
  VALUES (?kind ?class) { %s }
  ?thing a ?class ; ?label ?name .
  VALUES (?label ?main) { (rdfs:label "main") (skos:altLabel "other") (skos:hiddenLabel "other") (eli:title "main") (eli:id_local "main") }
} ORDER BY ?kind STR(?thing) ?name"""
_OTHERS = "SELECT ?document WHERE { ?document a po:PolicyDocument ; po:textHeld false }"


_INSIDE = re.compile(r"[a-z][a-z]|\d\d")
Found = tuple[tuple[str, str], ...]  # (kind, IRI) of each thing that goes by a name


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether no word of letters or number is cut at either end: app is not in apply; a plural is the same name."""
    return not _INSIDE.match(text[max(start - 1, 0) : start + 1]) and (text[end : end + 1] == "s" or not _INSIDE.match(text[end - 1 : end + 1]))


@dataclass(frozen=True)
class Mention:
    """One name found: what kind of thing, its IRI, where, and the words."""

    kind: str
    iri: str
    start: int
    end: int
    words: str


class Lexicon:
    """Every name of the graph, but for those of documents whose text is not held; find() reports the longest at each place, per kind."""

    labels: dict[str, str]
    phrases: dict[str, Found]
    tiers: dict[str, str]

    def __init__(self, graph: Graph) -> None:
        classes = graph.select(HEADER + _CLASSES % " ".join(f'("{kind}" {top})' for kind, top in _KINDS.items()))  # first the classes: one join with a path took an endpoint a minute
        self._query = _NAMES % " ".join(f"({row['kind']} {row['class']})" for row in classes)
        others = tuple(text_of(row["document"]) + "/" for row in graph.select(_OTHERS))
        self._shared: tuple[dict[str, str], dict[str, Found]] | None = None
        self._fill({}, {}, (row for row in graph.select(self._query) if not text_of(row["thing"]).startswith(others)))
        self.tiers = self._tiers()

    def of(self, graph: Graph, document: str, place: str, first: str) -> Lexicon:
        """Return the names of another document instead of the first one's, beside what all share.

        place is what its names begin with and people leave out: 某市租房补贴 is 租房补贴 to whoever named the city.
        """
        own = graph.select(self._query.replace("?thing a ?class", f"GRAPH <{document}> {{ ?thing a ?class").replace("?label ?name .", "?label ?name }"))
        if self._shared is None:
            self._shared = (
                {iri: name for iri, name in self.labels.items() if not iri.startswith(first + "/")},
                {p: kept for p, found in self.phrases.items() if (kept := tuple(pair for pair in found if not pair[1].startswith(first + "/")))},
            )
        out = object.__new__(Lexicon)
        out._query, out._shared, out.tiers = self._query, None, self.tiers
        labels, phrases = self._shared
        out._fill(dict(labels), dict(phrases), own, normalise(place))
        return out

    def _fill(self, labels: dict[str, str], phrases: dict[str, Found], rows: Iterable[Row], place: str = "") -> None:
        self.labels, self.phrases = labels, phrases
        for row in rows:
            name, iri, kind = text_of(row["name"]), text_of(row["thing"]), text_of(row["kind"])
            english = getattr(row["name"], "language", None) == "en"
            if text_of(row["main"]) == "main" and not english:
                labels.setdefault(iri, name)
            whole = normalise(name)
            for phrase in dict.fromkeys((whole, whole.removeprefix(place))):
                if len(phrase) > 1 and "{" not in phrase and not (english and kind != "tier") and (kind, iri) not in phrases.get(phrase, ()):
                    phrases[phrase] = (*phrases.get(phrase, ()), (kind, iri))
        self._longest = max(map(len, phrases), default=0)

    def _tiers(self) -> dict[str, str]:
        """Return the tier that each name stands for, and the first character of its main name."""
        named = {phrase: iri for phrase, found in self.phrases.items() for kind, iri in found if kind == "tier"}
        firsts = {self.labels[iri][0]: iri for iri in sorted(named.values(), reverse=True)}
        return firsts | named

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a normalised text, longest first at each place and never nested within one kind."""
        out: list[Mention] = []
        taken: dict[str, int] = defaultdict(int)
        for start in range(len(text)):
            for end in range(min(len(text), start + self._longest), start + 1, -1):
                for kind, iri in self.phrases.get(text[start:end], ()) if _whole(text, start, end) else ():
                    if end > taken[kind] or any(m.kind == kind and (m.start, m.end) == (start, end) for m in out):
                        out.append(Mention(kind, iri, start, end, text[start:end]))
                        taken[kind] = end
        return out
