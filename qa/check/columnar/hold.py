"""What a record amounts to on its day, for whole columns: contradictions, months from dates, exclusions, widened places.

The same steps in the same order as engine.prepare and effective.Deriver, each rule read from the shapes and the graph.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from typing import Any

import polars as pl
import rdflib
from rdflib import SH

from qa.check.columnar.values import FEN, ROW, doubt, plain, unknown
from qa.check.effective import APPLIED, KIND, WIDENED, Deriver
from qa.check.fields import Field
from qa.check.shacl import ShaclJudge, shapes_file

DAY = "day"
_NEVER = pl.lit(value=False)


def open_(key: str) -> str:
    """Name the column that tells whether the text leaves it open if a place counts."""
    return f"{key}~"


class Holder:
    """Turn typed columns into what holds; compiled once."""

    def __init__(self, fields: Mapping[str, Field], judge: ShaclJudge, deriver: Deriver) -> None:
        self._fields, self._deriver = fields, deriver
        shapes = shapes_file("applicant.ttl")
        self._clashes = [(c, self._clash(shapes, rdflib.URIRef(c.iri))) for c in judge.contradictions]

    def key(self, iri: str) -> str:
        """Return the name of a field's column."""
        return self._fields[iri].key

    def hold(self, typed: pl.DataFrame, as_of: dt.date, kind: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the values to judge with their doubts, and what is to be told."""
        key = self.key
        if kind:
            typed = typed.with_columns(pl.col(key(KIND)).fill_null(kind))
        marks = typed.select(ROW, *(clash.alias(str(at)) for at, (_, clash) in enumerate(self._clashes)))
        told = [
            marks.filter(pl.col(str(at))).select(ROW, pl.lit(c.message).alias("message"), pl.lit("、".join(self._fields[f].label for f in c.fields)).alias("column"))
            for at, (c, _) in enumerate(self._clashes)
            if marks[str(at)].any()
        ]
        doubts: dict[str, list[str]] = {}
        for at, (c, _) in enumerate(self._clashes):
            for field in c.doubts if c.forbids else ():
                doubts.setdefault(key(field), []).append(str(at))
        held = typed.with_columns(pl.col(key(APPLIED)).fill_null(as_of).alias(DAY))
        held = held.with_columns(pl.any_horizontal(pl.col(doubt(field)), *(marks[name] for name in names)).alias(doubt(field)) for field, names in doubts.items())
        held = held.with_columns(pl.when(pl.col(doubt(f.key))).then(None).otherwise(pl.col(f.key)).alias(f.key) for f in self._fields.values())
        held, more = self._counted(held)
        return self._widened(self._excluded(held)), pl.concat([*told, *more]) if told or more else pl.DataFrame(schema={ROW: pl.Int64, "message": pl.String, "column": pl.String})

    def _counted(self, held: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Fill in months that dates come to; months that differ from their dates become doubtful."""
        told = []
        for iri, (first, last) in self._deriver.dates.items():
            months, start = self.key(iri), pl.col(self.key(first))
            end = pl.col(DAY) if last == APPLIED else pl.col(self.key(last))
            until = end if last == APPLIED else end.dt.offset_by("1d")
            span = (until.dt.year() - start.dt.year()) * 12 + (until.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)) - (until.dt.day() < start.dt.day()).cast(pl.Int32)
            counted = held.select(pl.when(start <= end).then(span.cast(pl.Int64)).otherwise(None).alias("n"))["n"]
            wrong = ((held[months] != counted) & held[months].is_not_null() & counted.is_not_null()).fill_null(False)
            if wrong.any():
                told.append(held.filter(wrong).select(ROW, pl.lit("月数与按日期算的不同，请核对").alias("message"), pl.lit(self._fields[iri].label).alias("column")))
            unsure = held[doubt(months)] | wrong
            held = held.with_columns(
                pl.Series(doubt(months), unsure),
                pl.when(pl.Series(unsure)).then(None).otherwise(pl.coalesce(pl.col(months), counted)).alias(months),
            )
        return held, told

    def _excluded(self, held: pl.DataFrame) -> pl.DataFrame:
        """Where one holds, the other does not, unless it is doubtful."""
        for one, other in self._deriver.excludes:
            a, b = self.key(one), self.key(other)
            held = held.with_columns(pl.when(pl.col(a).fill_null(value=False) & pl.col(b).is_null() & ~pl.col(doubt(b))).then(statement=False).otherwise(pl.col(b)).alias(b))
        return held

    def _widened(self, held: pl.DataFrame) -> pl.DataFrame:
        """Settle the places that a scope extension settles; mark those where the text leaves it open."""
        places = {self.key(f) for rule in self._deriver.widening for f in rule.clear | rule.unclear}
        held = held.with_columns(_NEVER.alias(open_(place)) for place in sorted(places))
        inside = pl.col(self.key(WIDENED)).fill_null(value=False)
        for rule in self._deriver.widening:
            settles = inside & pl.col(self.key(KIND)).is_in(sorted(rule.kinds)).fill_null(value=False)
            new: list[pl.Expr] = []
            for field in sorted(rule.clear | rule.unclear):
                name = self.key(field)
                true = pl.col(name).fill_null(value=False)
                sure = settles if field in rule.clear else _NEVER
                asks = (inside & ~settles if field in rule.clear and field not in rule.unclear else inside) & ~(true | sure)
                new += [pl.when(sure).then(statement=True).when(asks).then(None).otherwise(pl.col(name)).alias(name), (pl.col(open_(name)) | asks).alias(open_(name))]
            held = held.with_columns(new)
        return held

    def _clash(self, shapes: rdflib.Graph, shape: Any) -> pl.Expr:
        """Compile a shape over several fields: not all of some conditions together, or one field at most another.

        Raises DataError where it is of a kind not known here.
        """
        if (denied := shapes.value(shape, SH["not"])) is not None:
            parts = [self._condition(shapes, each) for each in shapes.objects(denied, SH.property)]
            return reduce(lambda a, b: a & b, parts)
        each = shapes.value(shape, SH.property)
        path, most = shapes.value(each, SH.path), shapes.value(each, SH.lessThanOrEquals)
        if most is None or set(shapes.predicates(each)) != {SH.path, SH.lessThanOrEquals}:
            raise unknown("applicant.ttl", shape)
        return (pl.col(self.key(str(path))) > pl.col(self.key(str(most)))).fill_null(value=False)

    def _condition(self, shapes: rdflib.Graph, each: Any) -> pl.Expr:
        field = self._fields[str(shapes.value(each, SH.path))]
        out = pl.col(field.key).is_not_null()
        for predicate, given in shapes.predicate_objects(each):
            if predicate == SH["in"]:
                out &= pl.col(field.key).is_in([plain(item) for item in shapes.items(given)]).fill_null(value=False)
            elif predicate == SH.minExclusive:
                out &= (pl.col(field.key) > int(plain(given) * (FEN if field.type == "money" else 1))).fill_null(value=False)
            elif predicate not in (SH.path, SH.minCount):
                raise unknown("applicant.ttl", predicate)
        return out
