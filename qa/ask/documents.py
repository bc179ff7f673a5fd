"""Which policy a question names, where the graph holds several: names -> grams -> the one whose own grams it says.

Every policy beside the first stands in a named graph of its own (N-Quads, TriG); what all share is in the default graph.
A name is told from the others by the grams that few of them hold, so a place or a number is enough, the whole title is not needed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from qa.ask.text import normalise
from qa.graph import LocalGraph, text_of

_NAMES = """SELECT ?document ?number ?title WHERE { GRAPH ?document {
  ?document a po:PolicyDocument ; eli:id_local ?number ; eli:title ?title . FILTER(LANG(?title) = "zh" || LANG(?title) = "") } } ORDER BY STR(?document)"""
_RARE = 0.01
_FEW = 5.0
_SAID = 0.6
_AHEAD = 1.2
_SAMPLE = 20


@dataclass(frozen=True)
class Named:
    """A policy by its IRI, number, title, and the place that its title begins with."""

    iri: str
    number: str
    title: str
    place: str = ""


class Documents:
    """The names of the other policies of a graph, none for one that holds a single document; first is the first document's title."""

    def __init__(self, graph: LocalGraph, first: str) -> None:
        rows = [Named(*(text_of(row[k]) for k in ("document", "number", "title"))) for row in graph.select(_NAMES)]
        titles = [first, *(row.title for row in rows[:_SAMPLE])]
        self.names = tuple(replace(row, place=_place(row.title, titles)) for row in rows)
        if self.names:
            self._index()

    def _index(self) -> None:
        """Weigh the grams of every place, number and title; one row each, in that order."""
        from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]  # a second to import: only where there is more than one policy

        said = [normalise(words) for names in zip(*((n.place, n.number, n.title) for n in self.names), strict=True) for words in names]
        self._grams = CountVectorizer(analyzer="char", ngram_range=(2, 3), binary=True, dtype=np.float32)
        held = self._grams.fit_transform(said)
        seen = np.asarray(held.sum(axis=0)).ravel() / 3
        weight = np.where(seen <= max(_FEW, _RARE * len(self.names)), np.log(1.0 + len(self.names) / seen), 0.0).astype(np.float32)
        matrix = held.multiply(weight[None, :]).tocsr()
        whole = np.asarray(matrix.sum(axis=1)).ravel()
        self._matrix = matrix.multiply(1.0 / np.maximum(whole, 1e-6)[:, None]).tocsr()

    def find(self, text: str) -> Named | None:
        """Return the policy that a question names, None where it names none, or two alike."""
        if not self.names:
            return None
        asked = self._grams.transform([normalise(text)])
        share = np.asarray((self._matrix @ asked.T).todense()).reshape(3, -1).max(axis=0)
        best = int(share.argmax())
        rest = float(np.partition(share, -2)[-2]) if len(share) > 1 else 0.0
        return self.names[best] if share[best] >= _SAID and share[best] >= _AHEAD * rest else None


def _place(title: str, others: list[str]) -> str:
    """Return the words that a title begins with and others do not, which people leave out of the names within."""
    tails = Counter(len(_tail(title, other)) for other in others if other != title)
    return title[: len(title) - tails.most_common(1)[0][0]] if tails else ""


def _tail(one: str, other: str) -> str:
    """Return the longest common end of two titles."""
    size = 0
    while size < min(len(one), len(other)) and one[-1 - size] == other[-1 - size]:
        size += 1
    return one[len(one) - size :]
