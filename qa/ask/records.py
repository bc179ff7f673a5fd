"""The records that travel through ask: Pattern, Reading, Citation, Reply."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from qa.ask.numbers import Numbers


@dataclass(frozen=True)
class Pattern:
    """A kind of question: canonical wording, slots in the order of its VALUES block, query, how to reply."""

    key: str
    label: str
    kind: str
    reply: str
    slots: tuple[str, ...]
    query: str
    group: str = ""
    template: str = ""
    empty: str = ""
    row: str = ""


@dataclass(frozen=True)
class Reading:
    """What a question was taken to ask: a pattern (or the type of what cannot be answered) and its slots as IRIs."""

    text: str
    label: str
    confidence: float
    numbers: Numbers
    measures: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    articles: tuple[int, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    facts: tuple[tuple[str, object], ...] = ()
    verdict: str = ""
    verdict_share: float = 0.0
    candidates: tuple[str, ...] = ()
    groups: tuple[tuple[str, float], ...] = ()
    about: str = ""
    parts: tuple[tuple[str, str], ...] = ()  # measures asked about together, each with its own words


@dataclass(frozen=True)
class Citation:
    """A sentence of the document with its place in code points (0-based, end exclusive) and the spans that count."""

    document: str
    article: int | None
    part: str | None
    quote: str
    start: int
    end: int
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Said:
    """What a reply kind says: the direct answer, the facts it rests on, the articles it cites, notices and steps."""

    answer: str
    facts: tuple[str, ...] = ()
    articles: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    status: str = "answered"


@dataclass(frozen=True)
class Reply:
    """One reply as the contract prints it; an answered reply always carries a citation."""

    question: str
    understood: str
    status: str
    answer: str
    document: str
    articles: tuple[int, ...]
    citations: tuple[Citation, ...]
    notices: tuple[str, ...]
    sparql: str
    rows: tuple[dict[str, str], ...]
    suggestions: tuple[str, ...]
    confidence: float
    as_of: dt.date
    data_version: str
    steps: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object of the contract, keys in a fixed order."""
        return {
            "question": self.question,
            "understood": self.understood,
            "status": self.status,
            "answer": self.answer,
            "document": self.document,
            "articles": list(self.articles),
            "citations": [
                {"document": c.document, "article": c.article, "part": c.part, "quote": c.quote, "start": c.start, "end": c.end}
                for c in self.citations
            ],
            "notices": list(self.notices),
            "steps": list(self.steps),
            "sparql": self.sparql,
            "rows": list(self.rows),
            "suggestions": list(self.suggestions),
            "confidence": round(self.confidence, 3),
            "as_of": self.as_of.isoformat(),
            "data_version": self.data_version,
        }
