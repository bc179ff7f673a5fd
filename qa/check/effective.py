"""What a record amounts to on its day: durations from dates, places widened by a scope extension, the doubtful left out.

Deriver.derive(record, day) -> Effective
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from qa.check.records import Record, Value
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

_WIDENING = """SELECT ?rule ?label ?clear ?unclear ?kind WHERE { ?rule a po:ScopeExtension ; rdfs:label ?label ; po:widensFor ?kind .
  OPTIONAL { ?rule po:widensField ?clear } OPTIONAL { ?rule po:widensUnclearly ?unclear } }"""
_EXCLUDES = "SELECT ?one ?other WHERE { ?one po:excludesField ?other } ORDER BY STR(?one)"
APPLIED = field_iri("applicationDate")
KIND = field_iri("applicantKind")
WIDENED = field_iri("inJinchuanggu")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Widening:
    """A scope extension: the place fields it settles for some kinds of applicant, and those where the text is unclear."""

    rule: str
    label: str
    clear: frozenset[str]
    unclear: frozenset[str]
    kinds: frozenset[str]


@dataclass(frozen=True)
class Effective:
    """The values to judge; facts that a value rests on, fields that the text leaves open, with the rule's words,
    and fields that are filled in but cannot be believed.
    """

    values: Mapping[str, Value]
    rests_on: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)
    doubtful: frozenset[str] = frozenset()


def whole_months(start: dt.date, end: dt.date) -> int:
    """Return the whole months from start up to, not including, end."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def read_widening(graph: Graph) -> tuple[Widening, ...]:
    """Read the scope extensions of the graph."""
    rows = graph.select(_WIDENING)

    def part(rule: str, name: str) -> frozenset[str]:
        return frozenset(text_of(r[name]) for r in rows if text_of(r["rule"]) == rule and name in r)

    labels = {text_of(r["rule"]): text_of(r["label"]) for r in rows}
    return tuple(Widening(rule, labels[rule], part(rule, "clear"), part(rule, "unclear"), part(rule, "kind")) for rule in sorted(labels))


class Deriver:
    """Work out what a record amounts to; the rules are read from the graph once."""

    def __init__(self, graph: Graph) -> None:
        self.dates = {months: [text_of(i) for i in dates] for months, dates in graph.lists("po:derivedFromDates").items()}
        self.widening = read_widening(graph)
        self.excludes = [(text_of(r["one"]), text_of(r["other"])) for r in graph.select(_EXCLUDES)]

    def derive(self, record: Record, day: dt.date) -> Effective:
        """Return the values to judge on a day; doubtful ones are left out, as if not filled in."""
        values = {k: v for k, v in record.values.items() if k not in record.doubtful}
        for months, counted in self._counted(values, day).items():
            if months not in record.doubtful:
                values.setdefault(months, counted)
        for one, other in self.excludes:
            if values.get(one) is True and other not in record.doubtful:
                values.setdefault(other, False)
        rests_on, unclear = {}, {}
        if values.get(WIDENED) is True:
            for rule in self.widening:
                settled = rule.clear if values.get(KIND) in rule.kinds else frozenset()
                for each in settled:
                    if values.get(each) is not True:
                        values[each], rests_on[each] = True, rule.rule
                for each in rule.unclear | (rule.clear - settled):
                    if values.get(each) is not True:
                        values.pop(each, None)
                        unclear[each] = rule.label
        return Effective(values, rests_on, unclear, record.doubtful)

    def miscounted(self, values: Mapping[str, Value], day: dt.date) -> Mapping[str, int]:
        """Return the fields of months that are filled in and differ from their dates, with what the dates come to."""
        return {months: counted for months, counted in self._counted(values, day).items() if values.get(months, counted) != counted}

    def _counted(self, values: Mapping[str, Value], day: dt.date) -> Mapping[str, int]:
        """Return the months that the dates of a record come to, by field."""
        out = {}
        for months, (first, last) in self.dates.items():
            start, end = values.get(first), day if last == APPLIED else values.get(last)
            if isinstance(start, dt.date) and isinstance(end, dt.date) and start <= end:
                # the last day of a contract counts in; the day of the application does not add a month
                out[months] = whole_months(start, end if last == APPLIED else end + _DAY)
        return out
