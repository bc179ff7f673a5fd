"""A file -> blocks of text columns: tables by Polars, block by block, where a block is as plain as most are; else by the ordinary reader.

    for block in blocks(path, headers): texts = block.texts()          block.texts() may run in another process or on another machine
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from qa.check.columnar.values import ROW
from qa.check.fields import Headers
from qa.check.layout import LONGEST_CELL, Column, Layout, Row, heading, value
from qa.check.lines import LONGEST, encoding_of
from qa.check.records import Problem, Raw
from qa.check.tables import Records, rows
from qa.errors import FileError

SIZE = 12_000_000
_KEY = "applicantId"
_NARROW = 90
_ODD = "^(说明[:：]|[#＃]|示例)"
_PLAIN = ("utf-8", "utf-8-sig", "gb18030")
_RECORDS = 50_000
TOLD = {ROW: pl.Int64, "message": pl.String, "column": pl.String, "unread": pl.Boolean}
Texts = tuple[pl.DataFrame, pl.DataFrame]


def told(problems: list[Problem]) -> pl.DataFrame:
    """Return problems as a frame."""
    return pl.DataFrame([(p.row, p.message, p.column or "", p.unread) for p in problems], schema=TOLD, orient="row")


@dataclass(frozen=True)
class Block:
    """Lines of a table, whole, with the number of the first; what its columns are."""

    file: str
    first: int
    data: bytes
    encoding: str
    delimiter: str
    layout: Layout

    def texts(self) -> Texts:
        """Return row numbers with a column of cells per field, and what is to be told."""
        plain = self._plain()
        return plain if plain is not None else self._one_by_one()

    def _plain(self) -> Texts | None:
        """Read the block as columns, None where a line is of another form than the header says."""
        data = self.data if self.encoding != "gb18030" else self.data.decode("gb18030").encode()
        if b'"' in data or b"\n\n" in data or b"\n\r" in data or data.startswith((b"\n", b"\r")) or b"\r" in data.replace(b"\r\n", b""):
            return None
        width, height = max(self.layout.named) + 1, data.count(b"\n") + (not data.endswith(b"\n"))
        names = [f"c{at}" for at in range(width)]
        try:
            frame = pl.read_csv(BytesIO(data), has_header=False, separator=self.delimiter, quote_char=None, infer_schema=False, schema=dict.fromkeys(names, pl.String), encoding="utf8")
        except (pl.exceptions.PolarsError, OSError):
            return None
        if frame.height != height or frame.select(pl.any_horizontal(pl.all().str.len_chars() > LONGEST_CELL).any()).item():
            return None
        frame = frame.with_columns(pl.int_range(self.first, self.first + height, dtype=pl.Int64).alias(ROW))
        problems: list[Problem] = []
        key = next((f"c{at}" for at, col in self.layout.columns.items() if col.field.key == _KEY), "c0")
        odd = frame.filter(pl.any_horizontal(pl.col("c0", key).str.strip_chars().str.contains(_ODD)))
        dropped = []
        for row in odd.iter_rows(named=True):
            raw = self.layout.raw(Row(row[ROW], [row[name] or "" for name in names]))
            if isinstance(raw, Raw):
                problems += raw.problems
            else:
                dropped.append(row[ROW])
        if dropped:
            frame = frame.filter(~pl.col(ROW).is_in(dropped))
        texts = frame.select(ROW, *(_cells(frame[f"c{at}"], col) for at, col in self.layout.columns.items()))
        return texts.filter(pl.any_horizontal(pl.all().exclude(ROW).is_not_null())), told(problems)

    def _one_by_one(self) -> Texts:
        text = self.data.decode(self.encoding.removesuffix("-sig"))
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        numbered = ((self.first + at, line if len(line) <= LONGEST else None) for at, line in enumerate(lines if lines[-1] else lines[:-1]))
        found = (row if isinstance(row, Problem) else self.layout.raw(row) for row in Records(self.file, numbered, self.delimiter))
        return gathered([one for one in found if one is not None])


def _cells(cells: pl.Series, col: Column) -> pl.Series:
    """Return the cells of a column under its field, blank ones as null, with the unit of the column."""
    filled = pl.select(pl.when(cells.str.strip_chars() == "").then(None).otherwise(cells)).to_series()
    if col.in_wan:
        distinct = filled.drop_nulls().unique().to_list()
        filled = filled.replace_strict(distinct, [value(cell, col) for cell in distinct], default=None, return_dtype=pl.String)
    return filled.alias(col.field.key)


def gathered(items: list[Raw | Problem]) -> Texts:
    """Return records that were read one by one as columns."""
    raws = [item for item in items if isinstance(item, Raw)]
    problems = [problem for item in items for problem in (item.problems if isinstance(item, Raw) else (item,))]
    cells: dict[str, list[Any]] = {}
    for at, raw in enumerate(raws):
        for iri, cell in raw.cells.items():
            cells.setdefault(iri.rpartition("/")[2], [None] * len(raws))[at] = cell
    return pl.DataFrame([pl.Series(ROW, [raw.row for raw in raws], dtype=pl.Int64), *(pl.Series(key, found, dtype=pl.String) for key, found in cells.items())]), told(problems)


@dataclass(frozen=True)
class Ready:
    """Records that are read already."""

    file: str
    columns: pl.DataFrame
    problems: pl.DataFrame

    def texts(self) -> Texts:
        """Return the columns and what is to be told."""
        return self.columns, self.problems


def blocks(path: Path, headers: Headers, progress: Callable[[int], None] = lambda done: None) -> Iterator[Block | Ready]:
    """Return the blocks of a file in order. Raises FileError where it is of no use, or of a kind that is not read here."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path, headers, progress)
        return
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise FileError(f"{path.name}：大文件模式只读 CSV、TSV 和 Parquet。请先另存为其中一种，或者不用 --large。")
    encoding = encoding_of(path)
    source, delimiter = rows(path, encoding, headers, lambda done: None)
    layout, header, problems = heading(path.name, iter(source), headers)
    repeated = len({col.field.key for col in layout.columns.values()}) < len(layout.columns)
    holes = set(range(max(layout.named) + 1)) - layout.named
    if encoding not in _PLAIN or repeated or holes or max(layout.named) >= _NARROW or len(delimiter.encode()) > 1 or not _is_plain(path):
        yield from _slowly(path, headers, progress)
        return
    if problems:
        yield Ready(path.name, pl.DataFrame(schema={ROW: pl.Int64}), told(problems))
    with path.open("rb") as file:
        for _ in range(header):
            file.readline()
        number = header + 1
        while data := file.read(SIZE):
            data += file.readline()
            yield Block(path.name, number, data, encoding, delimiter, layout)
            number += data.count(b"\n")
            progress(file.tell())


def _is_plain(path: Path) -> bool:
    """Tell whether a file has neither quotation marks nor lines that end in a lone carriage return, without holding it."""
    with path.open("rb") as file:
        while data := file.read(SIZE):
            data += file.readline()
            if b'"' in data or (b"\r" in data and b"\r" in data.replace(b"\r\n", b"")):
                return False
    return True


def _slowly(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Ready]:
    """Read a file whose form is not plain with the ordinary reader."""
    from qa.check.readers import read

    items: list[Raw | Problem] = []
    for item in read(path, headers, progress):
        items.append(item)
        if len(items) >= _RECORDS:
            yield Ready(path.name, *gathered(items))
            items = []
    if items:
        yield Ready(path.name, *gathered(items))


def _parquet(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Ready]:
    """Read a Parquet file, its records counted from 1."""
    try:
        lazy = pl.scan_parquet(path)
        names = lazy.collect_schema().names()
        layout = Layout.of(path.name, 1, names, headers)
        height = lazy.select(pl.len()).collect().item()
        if len({col.field.key for col in layout.columns.values()}) < len(layout.columns):
            raise FileError(f"{path.name}：有两列是同一项，请只留一列。")
        if layout.problems:
            yield Ready(path.name, pl.DataFrame(schema={ROW: pl.Int64}), told(list(layout.problems)))
        for start in range(0, height, _RECORDS):
            frame = lazy.slice(start, _RECORDS).collect()
            columns = [frame[names[at]].alias(col.field.key) for at, col in layout.columns.items()]
            yield Ready(path.name, pl.DataFrame([pl.int_range(start + 1, start + 1 + frame.height, dtype=pl.Int64, eager=True).alias(ROW), *columns]), pl.DataFrame(schema=TOLD))
            progress(path.stat().st_size * (start + frame.height) // height)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileError(f"{path.name}：不是完好的 Parquet 文件（{type(error).__name__}）。请重新导出再交。") from None
