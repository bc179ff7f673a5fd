"""Text columns -> typed columns: each distinct cell is read once, by the reader of cells and the shapes of a record.

Of a field there are two columns: its value (named by the field's key) and whether what stands in the cell is doubtful (key + "?").
Money is in fen (1/100 yuan) so that it is whole.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
import rdflib
from rdflib import RDF, SH, URIRef

from qa.check.cells import CellError, parse
from qa.check.fields import Field
from qa.check.records import Value
from qa.check.shacl import shapes_file
from qa.errors import DataError

ROW = "row"
FEN = 100
_REMEMBERED = 300_000
TYPES: Mapping[str, Any] = {
    "boolean": pl.Boolean, "choice": pl.String, "measure": pl.String, "text": pl.String, "identity": pl.String,
    "integer": pl.Int64, "months": pl.Int64, "money": pl.Int64, "date": pl.Date,
}  # fmt: skip


def doubt(key: str) -> str:
    """Name the column that tells whether a field is doubtful."""
    return f"{key}?"


def stored(value: Value) -> Any:
    """Return a value as it stands in a column."""
    return int(value * FEN) if isinstance(value, Decimal) else value


def restored(field: Field, value: Any) -> Value:
    """Return a value of a column as the ordinary checker has it."""
    return Decimal(value) / FEN if field.type == "money" else value


def plain(term: Any) -> Any:
    """Return what an RDF literal stands for."""
    return term.toPython()


def unknown(file: str, what: object) -> DataError:
    """Return the error that a shape says something that is not compiled yet."""
    return DataError(f"shapes/{file} 里的 {what} 大文件模式还不会判。请不用 --large，或在 qa/check/columnar 里补上它。")


@dataclass(frozen=True)
class Bound:
    """A shape of a record that speaks of one field: which values it refuses, and what it says."""

    message: str
    tests: tuple[tuple[Callable[[Any, Any], bool], Any], ...]

    def refuses(self, value: Value) -> bool:
        """Tell whether a value is refused."""
        return not all(test(value, asked) for test, asked in self.tests)


def _matches(value: Any, shape: Any) -> bool:
    return re.search(str(shape), value) is not None


# constraint of a property shape -> does a value meet it
_TESTS: Mapping[Any, Callable[[Any, Any], bool]] = {SH.minInclusive: operator.ge, SH.maxInclusive: operator.le, SH.maxLength: lambda value, most: len(value) <= most, SH.pattern: _matches}
_SILENT = (RDF.type, SH.path, SH.datatype, SH.maxCount, SH.message, SH.severity)


def _tests(shapes: rdflib.Graph, shape: Any) -> Iterable[tuple[Callable[[Any, Any], bool], Any]]:
    """Return the constraints of a property shape with what they ask. Raises DataError where one is of a kind not known here."""
    for predicate, given in shapes.predicate_objects(shape):
        if predicate == SH["in"]:
            yield (lambda value, allowed: value in allowed), frozenset(plain(item) for item in shapes.items(given))
        elif predicate in _TESTS:
            yield _TESTS[predicate], plain(given)
        elif predicate not in _SILENT:
            raise unknown("applicant.ttl", predicate)


def bounds() -> dict[str, tuple[Bound, ...]]:
    """Return the shapes of a record by field, compiled."""
    shapes = shapes_file("applicant.ttl")
    out: dict[str, tuple[Bound, ...]] = {}
    for shape in sorted(shapes.subjects(RDF.type, SH.PropertyShape), key=str):
        if isinstance(shape, URIRef):
            path = str(shapes.value(shape, SH.path))
            out[path] = (*out.get(path, ()), Bound(str(shapes.value(shape, SH.message)), tuple(_tests(shapes, shape))))
    return out


class Cells:
    """Read distinct cells; what was read is remembered, so that a value that occurs a thousand times is read once."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = {f.key: f for f in fields.values()}
        found = bounds()
        self._bounds = {f.key: found.get(f.iri, ()) for f in fields.values()}
        self._known: dict[str, dict[Any, tuple[Any, str]]] = {key: {} for key in self.fields}

    def read(self, texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return row numbers with typed values and doubts, and what is to be told (row, key, message)."""
        columns: list[pl.Series] = [texts[ROW]]
        told = []
        for key, field in self.fields.items():
            if key not in texts.columns:
                columns += [pl.Series(key, [None], dtype=TYPES[field.type]).new_from_index(0, texts.height), pl.Series(doubt(key), [False]).new_from_index(0, texts.height)]
                continue
            cells = texts[key]
            known = self._distinct(field, cells)
            raw = list(known)
            values = pl.DataFrame({key: cells}).join(
                pl.DataFrame({key: pl.Series(raw, dtype=cells.dtype), "value": pl.Series([known[r][0] for r in raw], dtype=TYPES[field.type]), "why": pl.Series([known[r][1] for r in raw], dtype=pl.String)}),
                on=key, how="left", maintain_order="left",
            )  # fmt: skip
            bad = (values["why"] != "").fill_null(False)
            columns += [values["value"].alias(key), bad.alias(doubt(key))]
            if bad.any():
                told.append(pl.DataFrame({ROW: texts[ROW], "message": values["why"]}).filter(bad).with_columns(pl.lit(field.label).alias("column")))
        return pl.DataFrame(columns), pl.concat(told) if told else pl.DataFrame(schema={ROW: pl.Int64, "message": pl.String, "column": pl.String})

    def _distinct(self, field: Field, cells: pl.Series) -> dict[Any, tuple[Any, str]]:
        """Return value (None: not filled in, or not to be believed) and message of each distinct cell."""
        known, out = self._known[field.key], {}
        if len(known) > _REMEMBERED:
            known.clear()
        for raw in cells.drop_nulls().unique().to_list():
            if raw not in known:
                known[raw] = self._one(field, raw)
            out[raw] = known[raw]
        return out

    def _one(self, field: Field, raw: object) -> tuple[Any, str]:
        try:
            value = parse(field, raw)
        except CellError as error:
            return None, str(error)
        if value is None:
            return None, ""
        refused = next((bound.message for bound in self._bounds[field.key] if bound.refuses(value)), "")
        return (None, refused) if refused else (stored(value), "")

