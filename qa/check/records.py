"""The records that travel through check: Raw -> Record -> Result, and what they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Value = bool | int | Decimal | dt.date | str
Values = Mapping[str, Value]


class Verdict(StrEnum):
    """The four verdicts, best first."""

    ELIGIBLE = "符合"
    REVIEW = "待认定"
    INCOMPLETE = "信息不足"
    INELIGIBLE = "不符合"


class State(StrEnum):
    """What is known of one condition: met, failed, not filled in, open to official review, or read in two ways."""

    MET = "满足"
    FAILED = "不满足"
    MISSING = "未填"
    REVIEW = "待评定"


@dataclass(frozen=True)
class Problem:
    """Something that was not read (unread), or that is only told; row counts as a spreadsheet does, the header is row 1."""

    file: str
    message: str
    row: int | None = None
    column: str | None = None
    unread: bool = True

    def __str__(self) -> str:
        where = [self.file] + ([f"第{self.row}行"] if self.row is not None else []) + ([f"“{self.column}”列"] if self.column else [])
        return f"{' '.join(where)}：{self.message}"


@dataclass(frozen=True)
class Raw:
    """One applicant as it stands in a file: cells by field IRI, as the reader found them (text, number, bool, date)."""

    file: str
    row: int
    cells: Mapping[str, object]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Record:
    """One applicant with typed values by field IRI; months as int, money in yuan as Decimal."""

    file: str
    row: int
    values: Values
    problems: tuple[Problem, ...] = ()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Quote:
    """A sentence or phrase of the document with the article it stands in."""

    article: int | None
    text: str


@dataclass(frozen=True)
class Finding:
    """How one condition (one leaf shape) stands: words for people, and the IRIs behind them."""

    leaf: str
    criterion: str
    label: str
    field: str
    field_label: str
    state: State
    message: str
    actual: str = ""
    required: str = ""
    gap: str = ""
    quote: Quote | None = None


@dataclass(frozen=True)
class Step:
    """One step of a calculation with the quote it rests on."""

    text: str
    quote: Quote


@dataclass(frozen=True)
class Award:
    """What a measure comes to: words, the amount in yuan where it can be computed, and what is still needed for it."""

    text: str
    amount: Decimal | None = None
    is_max: bool = False
    steps: tuple[Step, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """One applicant judged against one measure."""

    measure: str
    label: str
    article: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    mends: tuple[str, ...] = ()
    award: Award | None = None
    notices: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """Return the findings that decide the verdict."""
        wanted = {Verdict.INELIGIBLE: State.FAILED, Verdict.INCOMPLETE: State.MISSING, Verdict.REVIEW: State.REVIEW}.get(self.verdict)
        return tuple(f for f in self.findings if f.state is wanted)


@dataclass(frozen=True)
class Result:
    """Everything found out about one applicant; key and name are for people, identity numbers masked."""

    file: str
    row: int
    key: str
    name: str
    as_of: dt.date
    judgements: tuple[Judgement, ...] = ()
    problems: tuple[Problem, ...] = ()
    unlocks: tuple[str, ...] = field(default=())
