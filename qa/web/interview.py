"""The self-check as logic alone: which field decides most, what an answer changes, what a person sees. Knows nothing of Gradio.

    talk = interviewer.start("人才")  ->  view(talk).question  ->  answer(talk, "博士") | skip(talk) | back(talk)  ->  …  ->  question None

Talk (what was answered) is all there is to remember; view works everything else out with the checker, so nothing can drift.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from qa.check.cells import CellError, parse, show
from qa.check.effective import APPLIED, KIND, WIDENED, read_widening
from qa.check.engine import Checker, Options
from qa.check.fields import Field
from qa.check.kinds import Kind, purposes
from qa.check.records import Finding, Judgement, Raw, Result, State, Value, Verdict
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

_CONFLICTS = "SELECT DISTINCT ?value WHERE { ?rule a po:ConflictRule ; po:appliesToValue ?value }"
_OTHER, _OTHER_MEASURE, _OTHER_RECEIVED, _OTHER_AMOUNT = (field_iri(f"otherSupport{part}") for part in ("", "Measure", "Received", "Amount"))
_NEVER = frozenset({KIND, APPLIED, *(field_iri(name) for name in ("applicantId", "applicantName", "idNumber", "creditCode"))})
_FILE = "自测"
_OPEN = (Verdict.ELIGIBLE, Verdict.REVIEW)
EMPTY = "还没有填。请填好再按“下一题”；不清楚就按“跳过”。"


@dataclass(frozen=True)
class Answer:
    """What was answered to one question, as it was written; None: skipped."""

    field: str
    raw: str | None


@dataclass(frozen=True)
class Talk:
    """An interview so far: whom it is for, the day it counts on, the answers in order."""

    kind: str
    day: dt.date
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class View:
    """What a person sees: the next question (None: nothing left that matters) and how every measure stands."""

    result: Result
    question: Field | None
    options: tuple[str, ...]
    uses: str
    grounds: tuple[Finding, ...]
    answered: int
    left: int
    told: tuple[tuple[str, str], ...]
    judgements: tuple[Judgement, ...]


class Interviewer:
    """Lead interviews; the checker is shared by all of them and used by one at a time."""

    def __init__(self, checker: Checker, graph: Graph) -> None:
        self._checker, self._lock = checker, threading.Lock()
        self._by_label = {f.label: f for f in checker.fields.values()}
        self._places = frozenset[str]().union(*(rule.clear | rule.unclear for rule in read_widening(graph)))
        self._conflicts = frozenset(text_of(row["value"]) for row in graph.select(_CONFLICTS))
        self._uses = {kind.label: purposes(checker.requirements, kind) for kind in self.kinds()}
        # who says “院士工作站” has said what kind of station it is
        self._said = {kind.label: {f: kind.label for f in kind.fields if kind.label in checker.fields[f].allowed} for kind in self.kinds()}

    def kinds(self) -> tuple[Kind, ...]:
        """Return the kinds of applicant, those concerned by most measures first."""
        return tuple(sorted(dict.fromkeys(self._checker.kinds.values()), key=lambda kind: (kind.value != "个人", -len(kind.measures))))

    def start(self, kind: str, day: dt.date) -> Talk:
        """Return an interview in which nothing is answered; kind is a label of kinds()."""
        return Talk(self._checker.kinds[kind].label, day)

    def result(self, talk: Talk) -> Result:
        """Return what the checker says of the answers."""
        with self._lock:
            return self._checker.check([self.raw(talk)], Options(talk.day, (), talk.kind))[0]

    def raw(self, talk: Talk) -> Raw:
        """Return the answers, and what the kind of applicant says by itself, as a record like one of a file."""
        return Raw(_FILE, 1, self._said[talk.kind] | {a.field: a.raw for a in talk.answers if a.raw is not None})

    def view(self, talk: Talk) -> View:
        """Return what to show."""
        result = self.result(talk)
        left = self._left(talk, result)
        question = left[0] if left else None
        values, order = self._values(talk), list(Verdict)
        told = tuple((f.label, show(f, values[f.iri]) if f.iri in values else "跳过") for f in (self._checker.fields[a.field] for a in talk.answers))
        judgements = tuple(sorted(result.judgements, key=lambda j: (order.index(j.verdict), j.article)))
        if question is None:
            return View(result, None, (), "", (), len(told), 0, told, judgements)
        grounds = {f.message: f for j in judgements for f in j.findings if f.field == question.iri}
        return View(result, question, self._options(question, result), self._uses[talk.kind].get(question.iri, ""), tuple(grounds.values()), len(told), len(left), told, judgements)

    def answer(self, talk: Talk, raw: str) -> Talk:
        """Return the interview after an answer to its question. Raises CellError saying what to write instead."""
        question = self._question(talk)
        if question is None:
            return talk
        if parse(question, raw) is None:
            raise CellError(EMPTY)
        after = replace(talk, answers=(*talk.answers, Answer(question.iri, raw)))
        for problem in self.result(after).problems:
            # what the shapes of a record refuse is not an answer; what only contradicts another one is told beside the verdicts
            if problem.unread and problem.column == question.label:
                raise CellError(problem.message)
        return after

    def skip(self, talk: Talk) -> Talk:
        """Return the interview after a question that a person cannot or will not answer."""
        question = self._question(talk)
        return talk if question is None else replace(talk, answers=(*talk.answers, Answer(question.iri, None)))

    @staticmethod
    def back(talk: Talk) -> tuple[Talk, str]:
        """Return the interview before its last answer, and that answer, to be put right."""
        return replace(talk, answers=talk.answers[:-1]), (talk.answers[-1].raw or "" if talk.answers else "")

    def _question(self, talk: Talk) -> Field | None:
        left = self._left(talk, self.result(talk))
        return left[0] if left else None

    def _left(self, talk: Talk, result: Result) -> list[Field]:
        """Return the fields that still matter, the one that decides most first; no field that was asked before."""
        asked = {a.field for a in talk.answers}
        open_ = [j for j in result.judgements if j.verdict is Verdict.INCOMPLETE]
        # a measure that waits for something a person could not say cannot be settled any more: its other fields come last
        settled_by = {label for j in open_ if all(self._ways(label, talk) for label in j.missing) for label in j.missing}
        ranked = sorted(result.unlocks, key=lambda label: label not in settled_by)
        wanted = [*self._widening(talk, result), *(f for label in ranked for f in self._ways(label, talk)), *self._amounts(talk, result), *self._support(talk, result)]
        return [f for f in dict.fromkeys(wanted) if f.iri not in asked and f.iri not in _NEVER]

    def _ways(self, label: str, talk: Talk) -> tuple[Field, ...]:
        """Return how to get to know a field: by asking, or, where it was skipped, by the dates it is counted from."""
        field, answers = self._by_label[label], {a.field: a.raw for a in talk.answers}
        if field.iri not in answers:
            return (field,)
        dates = [iri for iri in self._checker.dates.get(field.iri, ()) if iri != APPLIED]
        if answers[field.iri] is not None or any(iri in answers and answers[iri] is None for iri in dates):
            return ()
        return tuple(self._checker.fields[iri] for iri in dates if iri not in answers)

    def _widening(self, talk: Talk, result: Result) -> Iterable[Field]:
        """Ask whether a place that was denied, or is not known, is settled by a scope extension."""
        asked = {a.field for a in talk.answers}
        hangs = any(f.field in self._places & asked and f.state in (State.FAILED, State.MISSING) for j in result.judgements for f in j.findings)
        return [self._checker.fields[WIDENED]] if hangs else []

    def _amounts(self, talk: Talk, result: Result) -> Iterable[Field]:
        """Ask what the amounts of measures that can be had are computed from."""
        return [self._by_label[label] for j in result.judgements if j.verdict in _OPEN and j.award for label in j.award.needs]

    def _support(self, talk: Talk, result: Result) -> Iterable[Field]:
        """Ask for other support of the same kind where something can be had, and for its particulars where the higher counts."""
        values = self._values(talk)
        if not any(j.verdict in _OPEN for j in result.judgements):
            return []
        if values.get(_OTHER) not in self._conflicts:
            return [self._checker.fields[_OTHER]]
        about = values.get(_OTHER_MEASURE)
        if about is not None and not any(j.label == about and j.verdict in _OPEN for j in result.judgements):
            return [self._checker.fields[_OTHER]]
        return [self._checker.fields[iri] for iri in (_OTHER_MEASURE, _OTHER_RECEIVED, _OTHER_AMOUNT)]

    def _values(self, talk: Talk) -> dict[str, Value]:
        return {a.field: value for a in talk.answers if a.raw is not None and (value := parse(self._checker.fields[a.field], a.raw)) is not None}

    @staticmethod
    def _options(question: Field, result: Result) -> tuple[str, ...]:
        """Return what to choose from: of the measures only those that can be had."""
        if question.type == "boolean":
            return ("是", "否")
        if question.type == "measure":
            return tuple(j.label for j in result.judgements if j.verdict in _OPEN)
        return question.allowed
