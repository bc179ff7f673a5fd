"""Leaf shapes -> states for whole columns, compiled from the requirements: what verdict.Weigher finds, without the words.

A state is a small number, the greater the graver, so that the verdict of a conjunction is the greatest of its states.
A reason is the name of a shape; those that decide are kept as bits of a whole number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from qa.check.columnar.hold import open_
from qa.check.columnar.values import doubt, unknown
from qa.check.effective import KIND
from qa.check.fields import Field
from qa.check.records import State, Verdict
from qa.check.requirements import Leaf, Requirement, Requirements

MET, REVIEW, MISSING, FAILED = range(4)
CODES = {State.MET: MET, State.REVIEW: REVIEW, State.MISSING: MISSING, State.FAILED: FAILED}
VERDICTS = (Verdict.ELIGIBLE, Verdict.REVIEW, Verdict.INCOMPLETE, Verdict.INELIGIBLE)
SILENT = "silent"
_READ: Mapping[str, Callable[[str], Any]] = {"boolean": lambda text: text == "true", "months": int, "integer": int}


@dataclass(frozen=True)
class Found:
    """One condition as an expression of its state, with the shape that counts where a value is given, and where none is."""

    state: pl.Expr
    given: str
    absent: str
    field: str


def silent(fields: Mapping[str, Field], requirements: Requirements) -> pl.Expr:
    """Tell whether nothing that any measure asks for is filled in."""
    asked = {leaf.field for r in requirements.of.values() for leaf in r.every} - {KIND}
    return pl.all_horizontal(pl.col(fields[f].key).is_null() for f in sorted(asked)).alias(SILENT)


def compiled(requirement: Requirement, fields: Mapping[str, Field], tiers: Mapping[str, tuple[str, str]], places: Iterable[str]) -> tuple[Found, ...]:
    """Return the conditions of a measure, those of a tier in force only for it."""
    open_places = frozenset(places)
    tier = _tier(requirement, fields, tiers)
    out = list(_variant(requirement, requirement.common, fields, open_places))
    if not requirement.by_tier:
        return tuple(out)
    none = tier.is_null()
    parts = [_only(none, found) for found in out]
    for name, leaves in requirement.by_tier.items():
        parts += [_only((tier == name).fill_null(value=False), found) for found in _variant(requirement, leaves, fields, open_places)]
    return tuple(parts)


def _only(where: pl.Expr, found: Found) -> Found:
    return Found(pl.when(where).then(found.state).otherwise(MET), found.given, found.absent, found.field)


def _tier(requirement: Requirement, fields: Mapping[str, Field], tiers: Mapping[str, tuple[str, str]]) -> pl.Expr:
    """Return the first tier of the requirement that a record is in, null where none or unknown."""
    out: pl.Expr = pl.lit(None, dtype=pl.String)
    for tier in reversed(list(requirement.by_tier)):
        field, value = tiers[tier]
        out = pl.when((pl.col(fields[field].key) == value).fill_null(value=False)).then(pl.lit(tier)).otherwise(out)
    return out


def _variant(requirement: Requirement, leaves: Sequence[Leaf], fields: Mapping[str, Field], places: frozenset[str]) -> Iterable[Found]:
    """Compile the leaves of one tier; of several on a field that is not filled in only the first counts, as one shape asks for it."""
    seen = set[str]()
    for leaf in leaves:
        yield _leaf(leaf, requirement.given.get(leaf.field, ""), leaf.field not in seen, fields[leaf.field], places)
        seen.add(leaf.field)


def _leaf(leaf: Leaf, given: str, first: bool, field: Field, places: frozenset[str]) -> Found:
    value, unsure = pl.col(field.key), pl.col(doubt(field.key))
    if not given:
        lacking = pl.when(unsure).then(MISSING).otherwise(MET)
    elif not first:
        lacking = pl.lit(MET)
    elif leaf.official:
        lacking = pl.when(unsure | pl.col(SILENT)).then(MISSING).otherwise(REVIEW)
    else:
        lacking = pl.lit(MISSING)
    fails = REVIEW if leaf.severity == "Warning" else FAILED
    state = pl.when(value.is_null()).then(lacking).when(_admits(leaf, field, value)).then(MET).otherwise(fails)
    if field.key in places:
        state = pl.when(pl.col(open_(field.key))).then(REVIEW).otherwise(state)
    return Found(state.cast(pl.UInt8), leaf.iri, given or leaf.iri, field.key)


def _admits(leaf: Leaf, field: Field, value: pl.Expr) -> pl.Expr:
    """Compile sh:minInclusive or sh:in of a leaf. Raises DataError where it has neither."""
    if leaf.least is not None:
        return value >= leaf.least
    if leaf.allowed is None:
        raise unknown("eligibility.ttl", leaf.iri)
    return value.is_in([_READ.get(field.type, str)(text) for text in leaf.allowed])


class Reasons:
    """The names of what may decide a measure, each one bit."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def bit(self, name: str) -> int:
        """Return the bit of a name."""
        if name not in self.names:
            self.names.append(name)
        return 1 << self.names.index(name)

    def of(self, bits: int) -> tuple[str, ...]:
        """Return the names that bits stand for."""
        return tuple(name for at, name in enumerate(self.names) if bits >> at & 1)
