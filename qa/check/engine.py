"""The checker: raw records -> typed values -> what holds on the day -> judge -> findings, verdict, mends, amount.

    checker = Checker(load()); checker.check(raws, Options(as_of=…)) -> [Result, …]
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.check.amounts import Amounts
from qa.check.cells import CellError, mask, parse, show
from qa.check.effective import APPLIED, KIND, Deriver, Effective
from qa.check.fields import Headers, load_fields
from qa.check.kinds import Kind, load_kinds
from qa.check.records import Finding, Judgement, Problem, Raw, Record, Result, State, Value, Verdict
from qa.check.requirements import Requirement, load_requirements
from qa.check.rules import Rules, settle
from qa.check.shacl import ShaclJudge
from qa.check.verdict import Weigher, combine, mends
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

_DOCUMENT = "SELECT ?title ?number WHERE { ?document po:textHeld true ; eli:title ?title ; eli:id_local ?number }"
_KEY, _NAME = field_iri("applicantId"), field_iri("applicantName")


@dataclass(frozen=True)
class Options:
    """How to check: the day for records without a date, the measures (none: all), the kind of applicant (none: any)."""

    as_of: dt.date
    measures: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Prepared:
    """A record ready to be judged: what it amounts to on its day."""

    record: Record
    effective: Effective
    day: dt.date


class Checker:
    """Check applicants; graph, shapes and rules are loaded once."""

    def __init__(self, graph: Graph, judge: ShaclJudge | None = None) -> None:
        self.fields = load_fields(graph)
        self.headers = Headers(self.fields)
        self.requirements = load_requirements(graph)
        self.kinds = load_kinds(graph, self.requirements)
        self.judge = judge or ShaclJudge()
        document = graph.select(_DOCUMENT)[0]
        self.title, self.number = text_of(document["title"]), text_of(document["number"])
        self.deriver = Deriver(graph)
        self.dates = self.deriver.dates
        self._weigher = Weigher(self.fields, self.requirements)
        self.amounts = Amounts(graph, self.fields, self.requirements)
        self.rules = Rules(graph, self.fields, self.requirements)

    def record(self, raw: Raw) -> Record:
        """Return a raw record with typed values; a cell that cannot be read is left out and told."""
        values: dict[str, Value] = {}
        problems, doubtful = list(raw.problems), set[str]()
        for iri, cell in raw.cells.items():
            try:
                value = parse(self.fields[iri], cell)
            except CellError as error:
                problems.append(Problem(raw.file, str(error), raw.row, self.fields[iri].label))
                doubtful.add(iri)
            else:
                if value is not None:
                    values[iri] = value
        return Record(raw.file, raw.row, values, tuple(problems), frozenset(doubtful))

    def check(self, raws: Sequence[Raw], options: Options) -> list[Result]:
        """Return a result for each raw record, in order."""
        prepared = self.prepare(raws, options)
        failed = self.judge.judge((field, value) for p in prepared for field, value in p.effective.values.items())
        return [self.conclude(p, frozenset(leaf for pair in p.effective.values.items() for leaf in failed[pair][0]), options) for p in prepared]

    def prepare(self, raws: Sequence[Raw], options: Options) -> list[Prepared]:
        """Return typed, consistent records with what they amount to on their day."""
        kind = self.kinds.get(options.kind)
        records = self._consistent(self._valid([self._with_kind(self.record(raw), kind) for raw in raws]))
        days = [self._day(record, options) for record in records]
        records = [self._counted(record, on) for record, on in zip(records, days, strict=True)]
        return [Prepared(record, self.deriver.derive(record, on), on) for record, on in zip(records, days, strict=True)]

    def wanted(self, options: Options) -> list[Requirement]:
        """Return the measures to judge, in the order of the articles: those named, else those of the kind, else all."""
        kind = self.kinds.get(options.kind)
        chosen = options.measures or (kind.measures if kind else self.requirements.of)
        return [r for m, r in self.requirements.of.items() if m in chosen]

    def conclude(self, prepared: Prepared, failed: frozenset[str], options: Options) -> Result:
        """Return the result for a record whose failing leaves are known."""
        record, on = prepared.record, prepared.day
        in_force = self.rules.undated() if APPLIED in record.doubtful else self.rules.validity(on)
        judgements = [self._judgement(requirement, prepared.effective, failed, in_force, on) for requirement in self.wanted(options)]
        unlocks = _unlocks(judgements)
        rank = {label: at for at, label in enumerate(unlocks)}
        judgements = [replace(j, missing=tuple(sorted(j.missing, key=lambda label: rank.get(label, len(rank))))) for j in judgements]
        name, key = str(record.values.get(_NAME, "")), str(record.values.get(_KEY, ""))
        return Result(record.file, record.row, mask(key), mask(name), on, tuple(judgements), record.problems, unlocks)

    @staticmethod
    def _with_kind(record: Record, kind: Kind | None) -> Record:
        return record if kind is None or KIND in record.values else replace(record, values={**record.values, KIND: kind.value})

    @staticmethod
    def _day(record: Record, options: Options) -> dt.date:
        on = record.values.get(APPLIED)
        return on if isinstance(on, dt.date) else options.as_of

    def _valid(self, records: Sequence[Record]) -> list[Record]:
        """Leave out values that the shapes of a record refuse, and tell them."""
        known = self.judge.judge((field, value) for r in records for field, value in r.values.items())
        out = []
        for record in records:
            bad = {field: known[field, value][1] for field, value in record.values.items() if known[field, value][1]}
            problems = tuple(Problem(record.file, self.judge.messages[iri], record.row, self.fields[field].label) for field, iris in bad.items() for iri in sorted(iris))
            values = {field: value for field, value in record.values.items() if field not in bad}
            out.append(replace(record, values=values, problems=(*record.problems, *problems), doubtful=record.doubtful | bad.keys()))
        return out

    def _consistent(self, records: Sequence[Record]) -> list[Record]:
        """Tell contradictions; what they make doubtful counts as not filled in."""
        out = []
        for record, clashes in zip(records, self.judge.clashes([r.values for r in records]), strict=True):
            problems = tuple(Problem(record.file, c.message, record.row, "、".join(self.fields[f].label for f in c.fields), unread=False) for c in clashes)
            doubtful = frozenset(f for c in clashes if c.forbids for f in c.doubts)
            out.append(replace(record, problems=(*record.problems, *problems), doubtful=record.doubtful | doubtful))
        return out

    def _counted(self, record: Record, on: dt.date) -> Record:
        """Tell months that differ from their dates; they count as not filled in."""
        wrong = self.deriver.miscounted({k: v for k, v in record.values.items() if k not in record.doubtful}, on)
        said = {iri: f"填的是{show(self.fields[iri], record.values[iri])}，按日期算是{show(self.fields[iri], counted)}，请核对" for iri, counted in wrong.items()}
        problems = tuple(Problem(record.file, words, record.row, self.fields[iri].label, unread=False) for iri, words in said.items())
        return replace(record, problems=(*record.problems, *problems), doubtful=record.doubtful | wrong.keys())

    def _judgement(self, requirement: Requirement, effective: Effective, failed: frozenset[str], in_force: Finding | None, on: dt.date) -> Judgement:
        findings = self._weigher.findings(requirement, effective, failed)
        findings = findings if in_force is None else (*findings, in_force)
        verdict = combine(f.state for f in findings)
        missing = tuple(dict.fromkeys(f.field_label for f in findings if f.state is State.MISSING))
        if verdict is Verdict.INELIGIBLE:
            return Judgement(requirement.measure, requirement.label, requirement.article, verdict, findings, missing, mends(findings))
        outcome = self.amounts.outcome(requirement.measure, effective.values)
        findings = (*findings, *self.rules.readings(requirement))
        if outcome.unsettled:
            findings = (*findings, self._unsettled(requirement, outcome.unsettled))
        verdict = combine(f.state for f in findings)
        notices = self.rules.notices(requirement, self._weigher.tier(requirement, effective), on)
        judgement = Judgement(requirement.measure, requirement.label, requirement.article, verdict, findings, missing, (), outcome.award, notices)
        settled = settle(judgement, self.rules.conflict(requirement, effective, outcome.award))
        return settled if settled.verdict in (Verdict.ELIGIBLE, Verdict.REVIEW) else replace(settled, award=None)

    def _unsettled(self, requirement: Requirement, reason: str) -> Finding:
        return Finding(requirement.measure, requirement.measure, "支持数额的限额", "", "", State.REVIEW, reason, quote=self.requirements.quote(requirement.measure))


def _unlocks(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Return the labels of missing fields, the one that stands in the way of most measures first."""
    missing = [j.missing for j in judgements if j.verdict is Verdict.INCOMPLETE]
    alone, every = Counter(m[0] for m in missing if len(m) == 1), Counter(label for m in missing for label in m)
    return tuple(sorted(every, key=lambda label: (-every[label], -alone[label])))
