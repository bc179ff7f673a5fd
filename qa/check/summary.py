"""What a run came to: results -> counts, rankings and samples, in constant memory; and the words every report shares.

    tally = Tally(); tally.add(result) …; tally.to_text() for a terminal, tally.to_json() for summary.json
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from qa.check.records import Finding, Judgement, Problem, Quote, Result, State, Verdict

SAMPLES = 3
PROBLEMS = 20
_TOP = 10
_COLUMNS = 80
_BAR = 10
_DIGITS = "零一二三四五六七八九"
# Control characters, lone surrogates, and marks that turn the direction of writing: they hide or break what is shown.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\r\n\u2028\u2029]")
# A run of blanks is taken whole and looked at once: a pattern of blanks around a break would try every blank anew.
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Return text without control characters (tab and line breaks stay), lone surrogates or marks of direction."""
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """Return text clean and on one line; breaks become ；."""
    return _BLANKS.sub(lambda found: "；" if _BREAKS.search(found[0]) else found[0], clean(text).strip()).replace("\t", " ")


def article(number: int) -> str:
    """Name an article below 100: 第十七条."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens % 10] + "十"
    return f"第{head}{_DIGITS[ones] if ones or not tens else ''}条"


def cited(quote: Quote) -> str:
    """Say a quote with its article: 第十七条：“…”."""
    return (f"{article(quote.article)}：" if quote.article is not None else "") + f"“{quote.text}”"


def reason(finding: Finding) -> str:
    """Say how one condition stands, with the actual value and the difference where there are any."""
    message = finding.message or finding.label
    if finding.state is State.MISSING:
        return message
    facts = "，".join(([f"现为{finding.actual}"] if finding.actual else []) + ([finding.gap] if finding.gap else []))
    return f"{message}：{facts}" if facts else message


def reasons(judgement: Judgement) -> tuple[str, ...]:
    """Say what decides the verdict, one sentence a condition."""
    said = tuple(dict.fromkeys(reason(f) for f in judgement.reasons))
    return said or (("各项条件都满足",) if judgement.verdict is Verdict.ELIGIBLE else ())


def quotes(judgement: Judgement) -> tuple[Quote, ...]:
    """Return what a judgement rests on: the deciding conditions (all of them where met), then the steps of the amount."""
    found = [f.quote for f in (judgement.reasons or judgement.findings)] + [s.quote for s in (judgement.award.steps if judgement.award else ())]
    return tuple(dict.fromkeys(q for q in found if q is not None and q.text))


def who(result: Result) -> str:
    """Say which applicant a result is about: row, number and name."""
    return " ".join([f"第{result.row}行", *(one_line(t) for t in (result.key, result.name) if t)])


@dataclass(frozen=True)
class Sample:
    """One judgement as an example of its verdict."""

    file: str
    row: int
    key: str
    name: str
    measure: str
    reason: str


@dataclass
class Tally:
    """Add up results and problems; what it holds grows with the measures and fields, not with the applicants."""

    applicants: int = 0
    problems: int = 0
    by_verdict: Counter[Verdict] = field(default_factory=Counter)
    by_measure: dict[tuple[int, str], Counter[Verdict]] = field(default_factory=dict)
    failing: Counter[tuple[str, int]] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    samples: dict[Verdict, list[Sample]] = field(default_factory=lambda: {v: [] for v in Verdict})
    problem_samples: list[Problem] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count one applicant; a condition or a field counts once an applicant, however many measures ask for it."""
        self.applicants += 1
        failing: set[tuple[str, int]] = set()
        missing: set[str] = set()
        for judgement in result.judgements:
            self.by_verdict[judgement.verdict] += 1
            self.by_measure.setdefault((judgement.article, judgement.label), Counter())[judgement.verdict] += 1
            failing |= {(f.label, judgement.article) for f in judgement.findings if f.state is State.FAILED}
            if judgement.verdict is Verdict.INCOMPLETE:
                missing |= set(judgement.missing)
            if len(samples := self.samples[judgement.verdict]) < SAMPLES:
                why = next(iter(reasons(judgement)), "")
                samples.append(Sample(result.file, result.row, clean(result.key), clean(result.name), judgement.label, why))
        self.failing.update(failing)
        self.missing.update(missing)
        for problem in result.problems:
            self.problem(problem)

    def problem(self, problem: Problem) -> None:
        """Count a problem; a result's own problems are counted by add."""
        self.problems += 1
        if len(self.problem_samples) < PROBLEMS:
            self.problem_samples.append(problem)

    def merge(self, other: Tally) -> None:
        """Add what another tally counted, its samples after one's own."""
        self.applicants += other.applicants
        self.problems += other.problems
        self.by_verdict.update(other.by_verdict)
        self.failing.update(other.failing)
        self.missing.update(other.missing)
        for key, counts in other.by_measure.items():
            self.by_measure.setdefault(key, Counter()).update(counts)
        for verdict, samples in other.samples.items():
            self.samples[verdict] = [*self.samples[verdict], *samples][:SAMPLES]
        self.problem_samples = [*self.problem_samples, *other.problem_samples][:PROBLEMS]

    def measures(self) -> list[tuple[int, str, Mapping[Verdict, int]]]:
        """Return article, label and counts by verdict of each measure, in the order of the articles."""
        return [(*key, counts) for key, counts in sorted(self.by_measure.items())]

    def top_failing(self) -> list[tuple[str, int, int]]:
        """Return label, article and number of applicants of the conditions not met, the most frequent first."""
        return sorted(((label, at, n) for (label, at), n in self.failing.items()), key=lambda row: (-row[2], row[1], row[0]))

    def top_missing(self) -> list[tuple[str, int]]:
        """Return label and number of applicants of the fields not filled in, the most frequent first."""
        return sorted(self.missing.items(), key=lambda row: (-row[1], row[0]))

    def to_json(self) -> dict[str, object]:
        """Return the summary as plain data: keys English, words Chinese, the order fixed."""
        return {
            "applicants": self.applicants,
            "judgements": self.by_verdict.total(),
            "by_verdict": _counts(self.by_verdict),
            "by_measure": [{"measure": label, "article": at, "by_verdict": _counts(counts)} for at, label, counts in self.measures()],
            "failing": [{"condition": label, "article": at, "applicants": n} for label, at, n in self.top_failing()],
            "missing": [{"field": label, "applicants": n} for label, n in self.top_missing()],
            "problems": self.problems,
            "problem_samples": [{"file": p.file, "row": p.row, "column": p.column, "message": p.message} for p in self.problem_samples],
            "samples": {v.value: [vars(s) for s in self.samples[v]] for v in Verdict},
        }

    def to_text(self) -> str:
        """Return the summary for a terminal, no line wider than 80 columns (a Chinese character takes two)."""
        lines = [f"共 {self.applicants} 个申请人，{self.by_verdict.total()} 项裁决；读入时的问题 {self.problems} 个。", ""]
        lines += _bars([(v.value, self.by_verdict[v]) for v in Verdict])
        if self.by_measure:
            lines += ["", pad("按措施", 44) + "".join(pad(v.value, 9, right=True) for v in Verdict)]
            lines += [pad(f"  {article(at)} {label}", 44) + "".join(pad(str(counts[v]), 9, right=True) for v in Verdict) for at, label, counts in self.measures()]
        if self.failing:
            rows = [(f"{label}（{article(at)}）", n) for label, at, n in self.top_failing()]
            lines += ["", "没有满足的条件（申请人数）", *_bars(rows[:_TOP]), *_more(rows, "条")]
        if self.missing:
            lines += ["", "没有填的信息（申请人数）", *_bars(self.top_missing()[:_TOP]), *_more(self.top_missing(), "项")]
        for verdict in Verdict:
            if self.samples[verdict]:
                lines += ["", f"例：{verdict}"]
                lines += [f"  第{s.row}行 " + " ".join(one_line(t) for t in (s.key, s.name, s.measure) if t) + f"：{one_line(s.reason)}" for s in self.samples[verdict]]
        if self.problem_samples:
            lines += ["", f"问题（前 {min(_TOP, len(self.problem_samples))} 个，共 {self.problems} 个）", *(f"  {one_line(str(p))}" for p in self.problem_samples[:_TOP])]
        return "\n".join(fit(line, _COLUMNS).rstrip() for line in lines) + "\n"


def _wide(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def width(text: str) -> int:
    """Return the columns that text takes in a terminal; characters of ambiguous width count as two."""
    return sum(map(_wide, text))


def fit(text: str, columns: int) -> str:
    """Return text cut to a number of columns, with … where something was cut."""
    if width(text) <= columns:
        return text
    used, kept = _wide("…"), ""
    for char in text:
        used += _wide(char)
        if used > columns:
            break
        kept += char
    return kept + "…"


def pad(text: str, columns: int, right: bool = False) -> str:
    """Return text cut or filled to exactly a number of columns."""
    cut = fit(text, columns)
    blank = " " * (columns - width(cut))
    return blank + cut if right else cut + blank


def _counts(counts: Mapping[Verdict, int]) -> dict[str, int]:
    return {v.value: counts.get(v, 0) for v in Verdict}


def _bars(rows: Iterable[tuple[str, int]]) -> list[str]:
    """Return a line a row: name, number, and a bar in proportion to the largest number."""
    table = list(rows)
    most = max((n for _, n in table), default=0)
    return [f"  {pad(one_line(name), 44)}{n:>8}  {'▇' * (-(-n * _BAR // most) if most else 0)}" for name, n in table]


def _more(rows: list[tuple[str, int]], unit: str) -> list[str]:
    return [f"  ……另有 {len(rows) - _TOP} {unit}，见 summary.json"] if len(rows) > _TOP else []
