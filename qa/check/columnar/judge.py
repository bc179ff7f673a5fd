"""A block of records judged by columns: text columns -> verdict, amount and deciding reasons of every measure.

    judged = Columns(checker).judge(texts, Options(as_of=…)); judged.frame: row, day, and per measure v…, a…, m…, r…
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from qa.check.columnar.award import Awards
from qa.check.columnar.hold import DAY, Holder
from qa.check.columnar.values import ROW, Cells, doubt
from qa.check.columnar.weigh import CODES, FAILED, MET, MISSING, REVIEW, Found, Reasons, compiled, silent
from qa.check.effective import APPLIED
from qa.check.engine import Checker, Options
from qa.check.requirements import Requirement

KEY, NAME = "applicantId", "applicantName"


@dataclass(frozen=True)
class Judged:
    """Verdict v (0 符合 … 3 不符合), amount a, whether it is a maximum m, bits r of what decides, per measure in order; and what is to be told; names: number and name of each."""

    frame: pl.DataFrame
    told: pl.DataFrame
    names: pl.DataFrame
    measures: tuple[Requirement, ...]
    reasons: tuple[Reasons, ...]


class Columns:
    """The ordinary checker's rules, compiled for columns."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self.cells = Cells(checker.fields)
        self._holder = Holder(checker.fields, checker.judge, checker.deriver)
        self._awards = Awards(checker.fields, checker.amounts, checker.rules)
        places = {checker.fields[f].key for rule in checker.deriver.widening for f in rule.clear | rule.unclear}
        self._found = {m: compiled(r, checker.fields, checker.requirements.tiers, places) for m, r in checker.requirements.of.items()}
        self._reasons = {m: Reasons() for m in checker.requirements.of}

    def judge(self, texts: pl.DataFrame, options: Options) -> Judged:
        """Judge the records of a frame with a column of row numbers and one of cells per field that is there."""
        typed, unread = self.cells.read(texts)
        kind = self._checker.kinds.get(options.kind)
        held, told = self._holder.hold(typed, options.as_of, kind.value if kind else "")
        held = self._valid(held.with_columns(silent(self._checker.fields, self._checker.requirements)))
        measures = tuple(self._checker.wanted(options))
        out = held.select(ROW, DAY)
        for at, requirement in enumerate(measures):
            out = out.hstack(self._measure(held, requirement, str(at)))
        told = pl.concat([found.with_columns(pl.lit(bad).alias("unread")) for found, bad in ((unread, True), (told, False))])
        return Judged(out, told, typed.select(KEY, NAME), measures, tuple(self._reasons[r.measure] for r in measures))

    def _valid(self, held: pl.DataFrame) -> pl.DataFrame:
        """Add whether the document is in force on the day: a state, and the fact that says so."""
        rules, applied = self._checker.rules, self._checker.fields[APPLIED].key
        days = held[DAY].unique().to_list()
        found = [rules.validity(day) for day in days]
        table = pl.DataFrame({DAY: pl.Series(days, dtype=pl.Date), "force": pl.Series([CODES[f.state] if f else MET for f in found], dtype=pl.UInt8), "term": pl.Series([f.leaf if f else "" for f in found], dtype=pl.String)})
        undated = rules.undated()
        held = held.join(table, on=DAY, how="left", maintain_order="left")
        lost = pl.col(doubt(applied))
        return held.with_columns(pl.when(lost).then(CODES[undated.state]).otherwise(pl.col("force")).cast(pl.UInt8).alias("force"), pl.when(lost).then(pl.lit(undated.leaf)).otherwise(pl.col("term")).alias("term"))

    def _measure(self, held: pl.DataFrame, requirement: Requirement, name: str) -> pl.DataFrame:
        found, reasons = self._found[requirement.measure], self._reasons[requirement.measure]
        states = [f"s{at}" for at in range(len(found))]
        weighed = held.with_columns(f.state.alias(state) for f, state in zip(found, states, strict=True))
        weighed = weighed.with_columns(pl.max_horizontal("force", *states).alias("first"))
        looked = self._awards.look_up(weighed.filter(pl.col("first") < FAILED), requirement)
        weighed = weighed.join(looked, on=self._awards.columns(requirement), how="left", nulls_equal=True, maintain_order="left")
        readings = [f.leaf for f in self._checker.rules.readings(requirement)]
        free = pl.col("first") < FAILED
        asks = pl.when(free & (pl.lit(bool(readings)) | pl.col("unsettled").fill_null(value=False))).then(REVIEW).otherwise(MET).cast(pl.UInt8)
        against = pl.when(free).then(pl.col("conflict")).otherwise(MET).fill_null(MET).cast(pl.UInt8)
        weighed = weighed.with_columns(asks.alias("asks"), against.alias("against")).with_columns(pl.max_horizontal("first", "asks", "against").alias("verdict"))
        given = pl.col("verdict") < MISSING
        return weighed.select(
            pl.col("verdict").alias(f"v{name}"),
            pl.when(given).then(pl.col("amount")).otherwise(None).alias(f"a{name}"),
            (given & pl.col("most").fill_null(value=False)).alias(f"m{name}"),
            self._bits(found, states, reasons, requirement, readings, weighed).alias(f"r{name}"),
        )

    @staticmethod
    def _bits(found: tuple[Found, ...], states: list[str], reasons: Reasons, requirement: Requirement, readings: list[str], weighed: pl.DataFrame) -> pl.Expr:
        """Return the bits of what has the state that decides; nothing decides where all is met."""
        decides = pl.col("verdict")

        def bit(here: pl.Expr, name: str) -> pl.Expr:
            return pl.when(here & (decides > MET)).then(pl.lit(reasons.bit(name), dtype=pl.Int64)).otherwise(pl.lit(0, dtype=pl.Int64))

        parts = []
        for one, state in zip(found, states, strict=True):
            here, empty = pl.col(state) == decides, pl.col(one.field).is_null()
            if one.given == one.absent:
                parts.append(bit(here, one.given))
            else:
                asked = pl.col(f"{one.field}~") if f"{one.field}~" in weighed.columns else pl.lit(value=False)
                parts += [bit(here & (~empty | asked), one.given), bit(here & empty & ~asked, one.absent)]
        parts += [bit((pl.col("force") == decides) & (pl.col("term") == term), term) for term in weighed["term"].unique().to_list() if term]
        # what was worked out for a record that failed before counts for nothing
        free = pl.col("first") < FAILED
        parts += [bit(free & (decides == REVIEW), name) for name in readings]
        parts.append(bit(free & (decides == REVIEW) & pl.col("unsettled").fill_null(value=False), requirement.measure))
        parts += [bit(free & (pl.col("against") == decides) & (pl.col("rule") == rule), rule) for rule in weighed["rule"].drop_nulls().unique().to_list() if rule]
        return reduce(or_, parts)
