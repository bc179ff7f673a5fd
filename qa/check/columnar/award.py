"""Awards and other support: worked out once for each distinct set of figures, by the ordinary Amounts and Rules.

Only what a measure looks at counts: tier, bases, months claimed, and what is said of other support.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from qa.check.amounts import Amounts
from qa.check.columnar.values import doubt, restored
from qa.check.columnar.weigh import CODES, MET
from qa.check.effective import Effective
from qa.check.fields import Field
from qa.check.requirements import Requirement
from qa.check.rules import SUPPORT, Rules

LOOKED_UP = {"unsettled": pl.Boolean, "conflict": pl.UInt8, "rule": pl.String, "amount": pl.String, "most": pl.Boolean}
_REMEMBERED = 500_000


@dataclass(frozen=True)
class Outcome:
    """What figures come to: whether officials must decide, what other support does and by which rule, the amount, whether it is a maximum."""

    unsettled: bool
    conflict: int
    rule: str
    amount: str | None
    most: bool


def written(amount: Decimal) -> str:
    """Return an amount in yuan without needless noughts."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Awards:
    """Look up awards by the figures of a record."""

    def __init__(self, fields: Mapping[str, Field], amounts: Amounts, rules: Rules) -> None:
        self._fields, self._amounts, self._rules = fields, amounts, rules
        self._known: dict[str, dict[tuple[Any, ...], Outcome]] = {}

    def columns(self, requirement: Requirement) -> list[str]:
        """Return the columns that an award depends on."""
        return [*(self._fields[f].key for f in sorted(self._amounts.inputs(requirement.measure)) if f not in SUPPORT), *(self._fields[f].key for f in SUPPORT), doubt(self._fields[SUPPORT[0]].key)]

    def look_up(self, held: pl.DataFrame, requirement: Requirement) -> pl.DataFrame:
        """Return each distinct set of figures of a measure with what it comes to."""
        columns = self.columns(requirement)
        figures = held.select(columns).unique()
        known = self._known.setdefault(requirement.measure, {})
        if len(known) > _REMEMBERED:
            known.clear()
        found = []
        for row in figures.iter_rows():
            if row not in known:
                known[row] = self._one(requirement, dict(zip(columns, row, strict=True)))
            found.append(known[row])
        return figures.with_columns(pl.Series(name, [getattr(one, name) for one in found], dtype=kind) for name, kind in LOOKED_UP.items())

    def _one(self, requirement: Requirement, row: Mapping[str, Any]) -> Outcome:
        by_key = {f.key: f for f in self._fields.values()}
        values = {by_key[key].iri: restored(by_key[key], value) for key, value in row.items() if key in by_key and value is not None}
        outcome = self._amounts.outcome(requirement.measure, values)
        level = self._fields[SUPPORT[0]]
        effective = Effective(values, doubtful=frozenset({level.iri}) if row[doubt(level.key)] else frozenset())
        conflict = self._rules.conflict(requirement, effective, outcome.award)
        award = conflict.award or outcome.award
        state, rule = (CODES[conflict.finding.state], conflict.finding.leaf) if conflict.finding else (MET, "")
        amount = None if award is None or award.amount is None else written(award.amount)
        return Outcome(bool(outcome.unsettled), state, rule, amount, amount is not None and award is not None and award.is_max)
