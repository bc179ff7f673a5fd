"""What a good official adds to an answer: reply -> Sheet(conditions, units, validity, part of the graph), all of it from the graph.

The answer is not read again: a sheet is made from how the question was read and from the facts that the reply rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.ask.catalogue import Catalogue
from qa.ask.records import Reply, Said
from qa.ask.replies.common import Context, article
from qa.ask.replies.conditions import conditions, weigh
from qa.benefit import describe
from qa.check.effective import KIND

MET, FAILED, OPEN = "met", "failed", "open"
_MEASURES = 4
_WITH_CONDITIONS = {"money", "sum", "condition", "way", "judgement", "premise"}


@dataclass(frozen=True)
class Condition:
    """A condition in words, and where it stands by what the question says: met, failed or open."""

    words: str
    state: str


@dataclass(frozen=True)
class Units:
    """Who answers for an article: its lead unit and those that cooperate."""

    article: int
    lead: str
    helpers: tuple[str, ...]


@dataclass(frozen=True)
class Thing:
    """A node of the small picture: what it is, its words, the number of the node above it (-1 for the first)."""

    iri: str
    kind: str
    words: str
    above: int


@dataclass(frozen=True)
class Sheet:
    """What stands beside a reply; empty parts do not apply to it. stated tells whether the question says anything about the asker; order is the answer's own order of its articles."""

    conditions: tuple[Condition, ...] = ()
    stated: bool = False
    units: tuple[Units, ...] = ()
    validity: str = ""
    order: tuple[int, ...] = ()
    things: tuple[Thing, ...] = ()


def make(context: Context, reply: Reply, said: Said, validity: str) -> Sheet:
    """Return the sheet of a reply; a reply without an answer has none, one that rests on no article only the validity."""
    catalogue = context.catalogue
    if reply.status != "answered":
        return Sheet()
    if not reply.articles:
        return Sheet(validity=validity)
    touched = (*context.reading.measures, *(b.measure for f in said.facts if (b := catalogue.benefits.get(f))), *(f for f in said.facts if f in catalogue.measures))
    measures = [m for m in dict.fromkeys(touched) if catalogue.measures[m].article in reply.articles][:_MEASURES]
    units = tuple(
        Units(n, catalogue.leads[n], tuple(name for name, _ in catalogue.helpers.get(n, ()))) for n in reply.articles if n in catalogue.leads
    )
    shown = _conditions(context, measures) if context.pattern.group in _WITH_CONDITIONS else ()
    order = tuple(n for n in dict.fromkeys(said.articles) if n in catalogue.articles)
    asked = {context.labels.get(agency, "") for agency in context.reading.agencies}
    return Sheet(shown, any(c.state != OPEN for c in shown), units, validity, order, _things(catalogue, order, measures, said.facts, asked))


def _conditions(context: Context, measures: Sequence[str]) -> tuple[Condition, ...]:
    """Return the conditions of the measures, each once, as the stated facts leave them."""
    out: dict[str, Condition] = {}
    for measure in measures:
        for criterion, words in conditions(context.catalogue, measure):
            met, failed, open_ = weigh(context, {criterion})
            open_ = [leaf for leaf in open_ if leaf.field != KIND or not met]  # who has a degree is a person: the degree said, the kind is
            if met or failed or open_:  # a condition without a leaf here holds for another tier
                out.setdefault(words, Condition(words, FAILED if failed else OPEN if open_ else MET))
    return tuple(out.values())


def _things(catalogue: Catalogue, articles: Sequence[int], measures: Sequence[str], facts: Sequence[str], asked: set[str]) -> tuple[Thing, ...]:
    """Return the part of the graph that was used: articles, the unit in charge and those asked about, their measures, and the benefits the reply rests on."""
    out: list[Thing] = []
    for number in articles[:3]:
        top = len(out)
        part = catalogue.articles[number]
        out.append(Thing(part.iri, "article", part.title or article(number), -1))
        if number in catalogue.leads:
            out.append(Thing("", "lead", f"牵头：{catalogue.leads[number]}", top))
        out += [Thing("", "lead", f"配合：{name}", top) for name, _ in catalogue.helpers.get(number, ()) if name in asked]
        for measure in measures:
            if catalogue.measures[measure].article == number:
                at = len(out)
                out.append(Thing(measure, "measure", catalogue.measures[measure].label, top))
                out += [Thing(b.iri, "benefit", _said(b.label, describe(b)), at) for b in catalogue.of_measure[measure] if b.iri in facts]
    return tuple(out)


def _said(label: str, words: str) -> str:
    return words if label in words or not words else f"{label}：{words}"
