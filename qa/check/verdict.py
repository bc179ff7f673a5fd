"""From leaves to a verdict, three-valued: a failing leaf decides, then a missing value, then what only officials can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qa.benefit import span
from qa.check.cells import show
from qa.check.effective import Effective
from qa.check.fields import Field
from qa.check.records import Finding, State, Verdict
from qa.check.requirements import Leaf, Requirement, Requirements

_ORDER = ((State.FAILED, Verdict.INELIGIBLE), (State.MISSING, Verdict.INCOMPLETE), (State.REVIEW, Verdict.REVIEW))


def combine(states: Iterable[State]) -> Verdict:
    """Return the verdict of a conjunction of conditions."""
    seen = set(states)
    return next((verdict for state, verdict in _ORDER if state in seen), Verdict.ELIGIBLE)


@dataclass(frozen=True)
class Weigher:
    """Turn what the judge says of a record's values into findings, in the order of the text."""

    fields: Mapping[str, Field]
    requirements: Requirements

    def tier(self, requirement: Requirement, effective: Effective) -> str:
        """Return the tier of the requirement that the record is in, "" where none or unknown."""
        for tier in requirement.by_tier:
            field, value = self.requirements.tiers[tier]
            if effective.values.get(field) == value:
                return tier
        return ""

    def findings(self, requirement: Requirement, effective: Effective, failed: frozenset[str]) -> tuple[Finding, ...]:
        """Return a finding per leaf of the record's tier; failed holds the leaves that the judge found not met."""
        leaves = requirement.leaves(self.tier(requirement, effective))
        return tuple(f for leaf in leaves if (f := self._finding(requirement, leaf, effective, failed)) is not None)

    def _finding(self, requirement: Requirement, leaf: Leaf, effective: Effective, failed: frozenset[str]) -> Finding | None:
        value, field = effective.values.get(leaf.field), self.fields[leaf.field]
        state, message = State.MET, leaf.message
        if leaf.field in effective.open:
            state, message = State.REVIEW, f"{leaf.message}；{effective.open[leaf.field]}，是否及于这里条文没有写明"
        elif value is None:
            if leaf.field not in requirement.given:
                return None
            state = State.REVIEW if leaf.official or leaf.severity == "Warning" else State.MISSING
        elif leaf.iri in failed:
            state = State.REVIEW if leaf.severity == "Warning" else State.FAILED
        actual = "" if value is None else show(field, value)
        lacking = leaf.least - value if state is State.FAILED and leaf.least is not None and isinstance(value, int) else 0
        return Finding(
            leaf=leaf.iri,
            criterion=leaf.criterion,
            label=leaf.label,
            field=leaf.field,
            field_label=field.label,
            state=state,
            message=message,
            actual=actual,
            required=required(leaf, field),
            gap=f"还差{show(field, lacking)}" if lacking else "",
            quote=self.requirements.quote(effective.rests_on.get(leaf.field, leaf.criterion)),
        )


def required(leaf: Leaf, field: Field) -> str:
    """Say what a leaf requires of its field: 满3年, 是, 博士研究生、硕士研究生或本科."""
    if leaf.least is not None:
        return f"满{span(leaf.least)}"
    names = [{"true": "是", "false": "否"}.get(v, v) for v in leaf.allowed or ()]
    return names[0] if len(names) == 1 else "、".join(names[:-1]) + "或" + names[-1] if names else ""


def mends(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the smallest set of changes that would meet every failing condition, one a field."""
    by_field: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.state is State.FAILED:
            by_field.setdefault(finding.field, []).append(finding)
    return tuple(f"“{fs[0].field_label}”须为{fs[0].required}，现为{fs[0].actual}" + (f"，{fs[0].gap}" if fs[0].gap else "") for fs in by_field.values())
