"""From leaves to a verdict, three-valued: a failing leaf decides, then a missing value, then what only officials can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa.benefit import span
from qa.check.cells import show
from qa.check.effective import KIND, Effective
from qa.check.fields import Field
from qa.check.records import Finding, State, Value, Verdict
from qa.check.requirements import Leaf, Requirement, Requirements

_REMEMBERED = 100_000
_ORDER = ((State.FAILED, Verdict.INELIGIBLE), (State.MISSING, Verdict.INCOMPLETE), (State.REVIEW, Verdict.REVIEW))


def combine(states: Iterable[State]) -> Verdict:
    """Return the verdict of a conjunction of conditions."""
    seen = set(states)
    return next((verdict for state, verdict in _ORDER if state in seen), Verdict.ELIGIBLE)


class Weigher:
    """Turn what the judge says of a record's values into findings, in the order of the text.

    Few values occur again and again, so findings are made once and shared.
    """

    def __init__(self, fields: Mapping[str, Field], requirements: Requirements) -> None:
        self.fields, self.requirements = fields, requirements
        self._asked = frozenset(leaf.field for r in requirements.of.values() for leaf in r.every) - {KIND}
        self._made: dict[tuple[str, str, Value | None, bool, str, str, bool, bool], Finding] = {}

    def tier(self, requirement: Requirement, effective: Effective) -> str:
        """Return the tier of the requirement that the record is in, "" where none or unknown."""
        for tier in requirement.by_tier:
            field, value = self.requirements.tiers[tier]
            if effective.values.get(field) == value:
                return tier
        return ""

    def findings(self, requirement: Requirement, effective: Effective, failed: frozenset[str]) -> tuple[Finding, ...]:
        """Return a finding per leaf of the record's tier; failed holds the leaves that the judge found not met.

        A leaf whose value is not given counts only where the shape asks for the value, or where what is given cannot be
        believed. Where nothing at all is filled in, official review is not the only thing open.
        """
        out: dict[str, Finding] = {}
        leaves = requirement.leaves(self.tier(requirement, effective))
        silent = self._asked.isdisjoint(effective.values)
        for leaf in leaves:
            value, unclear = effective.values.get(leaf.field), effective.open.get(leaf.field, "")
            doubtful = leaf.field in effective.doubtful
            if value is None and not unclear and not doubtful and leaf.field not in requirement.given:
                continue
            shape = leaf.iri if value is not None or unclear else requirement.given.get(leaf.field, leaf.iri)
            key = (leaf.iri, shape, value, leaf.iri in failed, unclear, effective.rests_on.get(leaf.field, ""), doubtful, silent)
            if key not in self._made:
                if len(self._made) > _REMEMBERED:
                    self._made.clear()
                self._made[key] = self._finding(leaf, *key[1:])
            out.setdefault(shape, self._made[key])
        return tuple(out.values())

    def _finding(self, leaf: Leaf, shape: str, value: Value | None, fails: bool, unclear: str, rests_on: str, doubtful: bool, silent: bool) -> Finding:
        field, state, message = self.fields[leaf.field], State.MET, leaf.message
        if unclear:
            state, message = State.REVIEW, f"{leaf.message}；{unclear}，是否及于这里条文没有写明"
        elif value is None:
            state = State.REVIEW if leaf.official and not doubtful and not silent else State.MISSING
            message = f"“{field.label}”填的内容读不懂或者前后矛盾，请核对：{message}" if doubtful else f"没有填“{field.label}”：{message}"
        elif fails:
            state = State.REVIEW if leaf.severity == "Warning" else State.FAILED
        lacking = leaf.least - value if state is State.FAILED and leaf.least is not None and isinstance(value, int) else 0
        return Finding(
            leaf=shape,
            criterion=leaf.criterion,
            label=leaf.label,
            field=leaf.field,
            field_label=field.label,
            state=state,
            message=message,
            actual="" if value is None else show(field, value),
            required=required(leaf, field),
            gap=f"还差{show(field, lacking)}" if lacking else "",
            quote=self.requirements.quote(rests_on or leaf.criterion),
        )


def required(leaf: Leaf, field: Field) -> str:
    """Say what a leaf requires of its field: 满3年, 是, 博士研究生、硕士研究生或本科."""
    if leaf.least is not None:
        return f"满{span(leaf.least)}"
    names = [{"true": "是", "false": "否"}.get(v, v) for v in leaf.allowed or ()]
    return names[0] if len(names) == 1 else "、".join(names[:-1]) + "或" + names[-1] if names else ""


def mends(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the smallest set of changes that would meet every failing condition, one a field.

    None where the applicant is of another kind: nobody can be asked to become one.
    """
    findings = tuple(findings)
    if any(f.state is State.FAILED and f.field == KIND for f in findings):
        return ()
    by_field: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.state is State.FAILED:
            by_field.setdefault(finding.field, []).append(finding)
    return tuple(_mend(found[0]) for found in by_field.values())


def _mend(finding: Finding) -> str:
    needs = finding.required if finding.gap else f"为{finding.required}"
    return f"“{finding.field_label}”须{needs}，现为{finding.actual}" + (f"，{finding.gap}" if finding.gap else "")
