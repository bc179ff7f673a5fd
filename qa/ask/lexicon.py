"""Names and synonyms of the graph, found in a question: text -> mentions (kind, IRI, span).

A second policy document adds names by adding data; nothing is spelled here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from qa.ask.text import normalise
from qa.graph import HEADER, Graph, text_of

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
_QUERY = """PREFIX org: <http://www.w3.org/ns/org#>
SELECT DISTINCT ?kind ?thing ?name ?main WHERE {
  VALUES (?kind ?top) { %s }
  ?thing a ?class ; ?label ?name . ?class rdfs:subClassOf* ?top .
  VALUES (?label ?main) { (rdfs:label "main") (skos:altLabel "other") (skos:hiddenLabel "other") (eli:title "main") (eli:id_local "main") }
} ORDER BY ?kind STR(?thing) ?name"""
_OTHERS = "SELECT ?document WHERE { ?document a po:PolicyDocument ; po:textHeld false }"


@dataclass(frozen=True)
class Mention:
    """One name found: what kind of thing, its IRI, where, and the words."""

    kind: str
    iri: str
    start: int
    end: int
    words: str


def _under(iri: str, documents: set[str]) -> bool:
    """Tell whether an IRI stands under a document's; a document itself does not."""
    return any(iri[: slash.start()] in documents for slash in re.finditer("/", iri))


class Lexicon:
    """Every name of the graph, but for those of documents whose text is not held; find() reports the longest at each place, per kind."""

    def __init__(self, graph: Graph) -> None:
        values = " ".join(f'("{kind}" {top})' for kind, top in _KINDS.items())
        query = HEADER + (_QUERY % values)
        self.labels: dict[str, str] = {}
        self.phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)
        others = {text_of(row["document"]) for row in graph.select(_OTHERS)}
        for row in graph.select(query):
            if _under(text_of(row["thing"]), others):
                continue
            name, iri, kind = text_of(row["name"]), text_of(row["thing"]), text_of(row["kind"])
            english = getattr(row["name"], "language", None) == "en"
            if text_of(row["main"]) == "main" and not english:
                self.labels.setdefault(iri, name)
            phrase = normalise(name)
            if len(phrase) > 1 and "{" not in phrase and not (english and kind != "tier") and (kind, iri) not in self.phrases[phrase]:
                self.phrases[phrase].append((kind, iri))
        self.tiers = self._tiers()
        self._longest = max(map(len, self.phrases), default=0)

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
                for kind, iri in self.phrases.get(text[start:end], ()):
                    if end > taken[kind] or any(m.kind == kind and (m.start, m.end) == (start, end) for m in out):
                        out.append(Mention(kind, iri, start, end, text[start:end]))
                        taken[kind] = end
        return out
