"""Rules over whole measures: validity on the day, other support of the same kind, the referral, and what to be told.

All of them are read from the graph: the dates, whom the conflict rule is for, the articles referred, the notes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from qa.benefit import Benefit, money, read
from qa.check.effective import APPLIED, Effective
from qa.check.fields import Field
from qa.check.records import Award, Finding, Judgement, State, Value
from qa.check.requirements import Requirement, Requirements
from qa.check.verdict import combine
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

_DATES = "SELECT ?fact ?date ?class WHERE { ?fact a ?class ; po:date ?date . VALUES ?class { po:EffectiveDate po:ExpiryDate } } ORDER BY ?date"
_TERM = "SELECT ?fact WHERE { ?fact a po:ValidityTerm }"
_REFERRALS = "SELECT ?n ?number ?own WHERE { ?r a po:ExecutionReferral ; po:referredArticle/eli:number ?n ; po:refersTo/eli:id_local ?number ; po:statedIn/rdfs:label ?own }"
_OPEN = "SELECT ?note ?measure ?label ?notice ?reading WHERE { ?note po:opensVerdict true ; po:about ?measure ; rdfs:label ?label ; po:notice ?notice ; po:alternative ?reading } ORDER BY STR(?note) ?reading"
_NOTES = "SELECT ?about ?notice ?tier WHERE { ?note a po:InterpretationNote ; po:about ?about ; po:notice ?notice OPTIONAL { ?note po:tier ?tier } } ORDER BY STR(?note)"
_CONFLICT = "SELECT ?rule ?value ?label WHERE { ?rule a po:ConflictRule ; po:appliesToValue ?value ; rdfs:label ?label }"
SUPPORT = tuple(field_iri(name) for name in ("otherSupport", "otherSupportMeasure", "otherSupportPolicy", "otherSupportAmount", "otherSupportReceived"))
_LEVEL, _MEASURE, _POLICY, _AMOUNT, _RECEIVED = SUPPORT

_FISCAL = field_iri("fiscalSupportReceived")
_IN_FORCE = "在文件有效期内"


def day(date: dt.date) -> str:
    """Say a date: 2024年9月12日."""
    return f"{date.year}年{date.month}月{date.day}日"


@dataclass(frozen=True)
class Conflict:
    """What other support does to a judgement: a finding, notices, and the award after 就高."""

    finding: Finding | None = None
    notices: tuple[str, ...] = ()
    award: Award | None = None


class Rules:
    """Apply the document's general rules; read from the graph once."""

    def __init__(self, graph: Graph, fields: Mapping[str, Field], requirements: Requirements) -> None:
        self._fields, self._requirements = fields, requirements
        rows = [(dt.date.fromisoformat(text_of(r["date"])), text_of(r["fact"]), text_of(r["class"]).endswith("#ExpiryDate")) for r in graph.select(_DATES)]
        self._start, self._effective = next((d, fact) for d, fact, expires in rows if not expires)
        ends = [d for d, _, expires in rows if expires]
        self._sure_end, self._last_end = ends[0], ends[-1]
        self._term = text_of(graph.select(_TERM)[0]["fact"])
        self._referrals = {int(text_of(r["n"])): (text_of(r["own"]), text_of(r["number"])) for r in graph.select(_REFERRALS)}
        self._notes = [(text_of(r["about"]), text_of(r["notice"]), text_of(r.get("tier"))) for r in graph.select(_NOTES)]
        self._readings: dict[str, dict[str, tuple[str, str, list[str]]]] = {}
        for r in graph.select(_OPEN):
            known = self._readings.setdefault(text_of(r["measure"]), {}).setdefault(text_of(r["note"]), (text_of(r["label"]), text_of(r["notice"]), []))
            known[2].append(text_of(r["reading"]))
        self._conflicts = {text_of(r["value"]): (text_of(r["rule"]), text_of(r["label"])) for r in graph.select(_CONFLICT)}
        self.names = {self._effective: _IN_FORCE, self._term: _IN_FORCE, **dict(self._conflicts.values())}
        self._longest: dict[str, int] = {}
        for benefit in read(graph).values():
            self._longest[benefit.measure] = max(self._longest.get(benefit.measure, 0), _months(benefit))

    def validity(self, on: dt.date) -> Finding | None:
        """Return the finding that the document is not, or perhaps not, in force on a day; None where it surely is."""
        if self._start <= on <= self._sure_end:
            return None
        state = State.REVIEW if self._sure_end < on <= self._last_end else State.FAILED
        if on < self._start:
            fact, message = self._effective, f"申请日期早于施行日，文件还没有施行（{day(self._start)}起施行）"
        elif state is State.REVIEW:
            fact, message = self._term, f"有效期到{day(self._sure_end)}还是{day(self._last_end)}届满，文件没有写明，两种算法结果不同"
        else:
            fact, message = self._term, f"文件的有效期已经届满（推算最晚{day(self._last_end)}）"
        span = f"{day(self._start)}至{day(self._sure_end)}（或{self._last_end.day}日）"
        return Finding(fact, fact, _IN_FORCE, APPLIED, self._fields[APPLIED].label, state, message, on.isoformat(), span, "", self._requirements.quote(fact))

    def undated(self) -> Finding:
        """Return the finding that a date of application is given but cannot be read: then no day may be assumed."""
        field = self._fields[APPLIED]
        return Finding(self._effective, self._effective, _IN_FORCE, APPLIED, field.label, State.MISSING, "申请日期读不懂，不知道是否在有效期内", quote=self._requirements.quote(self._effective))

    def readings(self, requirement: Requirement) -> tuple[Finding, ...]:
        """Return a finding for each ambiguity whose readings differ in verdict, with every reading told."""
        quote = self._requirements.quote(requirement.measure)
        notes = self._readings.get(requirement.measure, {}).items()
        return tuple(Finding(note, note, label, "", "", State.REVIEW, f"{notice.rstrip('。')}，有几种读法：{'、'.join(readings)}；由主管部门认定", quote=quote) for note, (label, notice, readings) in notes)

    def notices(self, requirement: Requirement, tier: str, on: dt.date) -> tuple[str, ...]:
        """Return what must be told with a measure: competing readings, the referral, a term that outlives the document."""
        out = [n for about, n, of in self._notes if about == requirement.measure and (not of or of == tier)]
        if requirement.article in self._referrals:
            own, number = self._referrals[requirement.article]
            out.append(f"{own}：本条按{number}执行，以该文件为准。")
        if on == self._sure_end:
            out.append(f"按推算，{day(self._sure_end)}或{self._last_end.day}日是有效期的最后一天，文件没有写明截止日。")
        months = self._longest.get(requirement.measure, 0)
        if months and _later(on, months) > self._last_end >= on:
            out.append("待遇期限跨过文件有效期的怎么办，文件没有写明。")
        return tuple(dict.fromkeys(out))

    def conflict(self, requirement: Requirement, effective: Effective, award: Award | None) -> Conflict:
        """Weigh other support recorded for the same thing: the higher counts, no second award, differences are for officials."""
        values, doubtful = effective.values, effective.doubtful
        level, about, received = values.get(_LEVEL), values.get(_MEASURE), values.get(_RECEIVED)
        none = level == self._fields[_LEVEL].allowed[0]
        if none or (about is not None and about != requirement.label):
            return Conflict()
        told = about is not None or received is True or bool(values.get(_AMOUNT)) or _LEVEL in doubtful
        if level is None:
            return self._unknown(_LEVEL, "不知道另一份支持是哪一级政策给的") if told else Conflict()
        excluded = next((leaf for leaf in requirement.every if leaf.field == _FISCAL), None)
        if excluded is not None and about is not None and received is True:
            said = f"{excluded.message}：已领{level}，不论是哪一级、数额高低"
            field = self._fields[_LEVEL]
            return Conflict(Finding(excluded.iri, excluded.criterion, excluded.label, _LEVEL, field.label, State.FAILED, said, str(level), "", "", self._requirements.quote(excluded.criterion)))
        if level not in self._conflicts:
            return Conflict(notices=(f"与{level}能否同时享受，文件没有写明。",))
        if about is None:
            unknown = f"填了有{level}，不知道与哪一项同类"
            return self._unknown(_MEASURE, unknown) if received is True else Conflict(notices=(f"{unknown}，不能判断是否重复。",))
        name = f"《{values[_POLICY]}》" if _POLICY in values else str(level)
        if received is None:
            return self._unknown(_RECEIVED, f"与{name}只能享受一份，不知道那一份领了没有", str(level))
        return self._received(str(level), name, values.get(_AMOUNT), award) if received is True else self._choice(name, values.get(_AMOUNT), award)

    def _unknown(self, field: str, why: str, level: str = "") -> Conflict:
        """Return the finding that a field must be filled in before other support can be weighed."""
        rule, label = self._conflicts.get(level) or next(iter(self._conflicts.values()))
        said = f"没有填“{self._fields[field].label}”，或者填的有矛盾：{why}"
        return Conflict(Finding(rule, rule, label, field, self._fields[field].label, State.MISSING, said, quote=self._requirements.quote(rule)))

    def _received(self, level: str, name: str, other: Value | None, award: Award | None) -> Conflict:
        """Refuse a second award; whether a difference is paid is for officials."""
        rule, label = self._conflicts[level]
        ours, sums = _both(name, other, award)

        def finding(state: State, message: str) -> Finding:
            return Finding(rule, rule, label, _RECEIVED, self._fields[_RECEIVED].label, state, message, "是", "", "", self._requirements.quote(rule))

        if sums and isinstance(other, Decimal) and ours <= other:
            return Conflict(finding(State.FAILED, f"已领{name}，不重复给予；{sums}"))
        why = f"{sums}，能否补差额文件没有写明，由主管部门认定" if sums else "两份数额不全，能否补差额由主管部门认定"
        refused = Award(f"不再给第二份{f'；两份{_least(award)}相差{money(ours - Decimal(str(other)))}' if sums else ''}，能否补差额待认定", None, False, award.steps if award else ())
        return Conflict(finding(State.REVIEW, f"已领{name}，不再给第二份；{why}"), award=refused)

    def _choice(self, name: str, other: Value | None, award: Award | None) -> Conflict:
        """Tell which of two awards is the higher; only one of them is given."""
        ours, sums = _both(name, other, award)
        if not sums or award is None or not isinstance(other, Decimal):
            return Conflict(notices=(f"与{name}按“从优、就高、不重复”只能享受一份，数额不全，不能比较。",))
        if ours == other:
            return Conflict(notices=(f"与{name}{_least(award)}一致，按“不重复”只享受一份。",))
        if ours > other:
            settled = f"：{sums}，本文件的数额以核定为准。" if award.is_max else f"本文件的{money(ours)}。"
            return Conflict(notices=(f"与{name}只能享受一份，就高取{'高的一份' if award.is_max else ''}{settled}",))
        higher = Award(f"就高取{name}的{money(other)}，本文件的{'最高' if award.is_max else ''}{money(ours)}不另给", None, False, award.steps, award.needs)
        return Conflict(notices=(f"与{name}只能享受一份，就高取那一份。",), award=higher)


def _both(name: str, other: Value | None, award: Award | None) -> tuple[Decimal, str]:
    """Return our amount and both sums in words, "" where one of them is not known."""
    if award is None or award.amount is None or not isinstance(other, Decimal):
        return Decimal(0), ""
    return award.amount, f"{name}{money(other)}，本文件{'最高' if award.is_max else ''}{money(award.amount)}"


def _least(award: Award | None) -> str:
    return "按最高数额算" if award is not None and award.is_max else "数额"


def _months(benefit: Benefit) -> int:
    return benefit.duration or benefit.longest or benefit.instalments or 0


def _later(on: dt.date, months: int) -> dt.date:
    total = on.month - 1 + months
    return dt.date(on.year + total // 12, total % 12 + 1, min(on.day, 28))


def settle(judgement: Judgement, conflict: Conflict) -> Judgement:
    """Return the judgement after what other support does to it."""
    told = replace(judgement, notices=(*conflict.notices, *judgement.notices), award=conflict.award or judgement.award)
    if conflict.finding is None:
        return told
    findings = (*judgement.findings, conflict.finding)
    lacking = (conflict.finding.field_label,) if conflict.finding.state is State.MISSING else ()
    return replace(told, verdict=combine(f.state for f in findings), findings=findings, missing=(*judgement.missing, *lacking))
