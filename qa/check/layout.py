"""Columns -> fields: what the headers of a file mean, and a row of cells -> Raw.

lay(file, rows, headers) serves every kind of table; Layout.raw() every kind of row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qa.check.cells import clean, quoted
from qa.check.fields import Field, Headers
from qa.check.identity import mask
from qa.check.records import Problem, Raw
from qa.errors import FileError
from qa.terms import field as field_iri

MOST_COLUMNS = 1000
LONGEST_CELL = 10_000
_TITLES = 20
_HEADER = 40
_KEY, _NAME = field_iri("applicantId"), field_iri("applicantName")
_SHOWN = ("applicantId", "applicantName", "applicantKind", "degree", "contractMonths", "registeredCapital")
_IN_WAN = re.compile(r"[(（]\s*万元\s*[)）]\s*$")
_BARE = re.compile(r"[\d.,]+")
_NOTE = re.compile(r"说明[:：]|[#＃](?!\s*\d)")


@dataclass(frozen=True)
class Row:
    """One row of a table as it was read: its number, its cells, and what is wrong with some of them, by their place."""

    number: int
    cells: Sequence[object]
    wrong: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column that was understood: its header, its field, and whether it counts in 万元."""

    header: str
    field: Field
    in_wan: bool


def is_filled(cell: object) -> bool:
    """Tell whether something stands in a cell."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def is_example(cell: object) -> bool:
    """Tell whether a cell says that its row is only an example."""
    return isinstance(cell, str) and cell.strip().startswith("示例")


def titled(header: str) -> str:
    """Return a header for an echo: short, on one line, identity numbers masked."""
    return mask(clean(header))[:_HEADER]


def column(header: str, headers: Headers) -> Column | None:
    """Return what a header means, None where no field has that name."""
    found = headers.find(header) if len(header) <= LONGEST_CELL else None
    return None if found is None else Column(titled(header), found, found.type == "money" and bool(_IN_WAN.search(header)))


def value(cell: object, of: Column) -> object:
    """Return a cell with the unit of its column: a bare number under 万元 is so many 万."""
    if not of.in_wan or isinstance(cell, bool):
        return cell
    text = unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else str(cell) if isinstance(cell, int | float) else ""
    return f"{text.removesuffix('.0')}万元" if _BARE.fullmatch(text) else cell


def unknown(file: str, row: int | None, header: str, nearest: str, what: str = "这一列") -> Problem:
    """Say that a header names no field; one that is near none is a column of the person's own, and no fault."""
    hint = f"最接近的是“{nearest}”；" if nearest else ""
    return Problem(file, f"不认识这个表头，{hint}{what}没有读。", row, titled(header), unread=bool(nearest))


def unify(file: str, row: int, found: Iterable[tuple[Column, object]]) -> tuple[dict[str, object], list[Problem]]:
    """Return the filled cells by field IRI; a field given twice with different values has none and is told."""
    cells: dict[str, object] = {}
    clashing: dict[str, Problem] = {}
    for col, cell in found:
        iri, new = col.field.iri, value(cell, col)
        if not is_filled(new):
            continue
        if isinstance(new, str) and len(new) > LONGEST_CELL:
            clashing[iri] = Problem(file, f"这一格有{len(new)}个字，太长了，没有读，请改短。", row, col.header)
        elif iri in cells and _plain(cells[iri]) != _plain(new):
            values = "" if col.field.type == "identity" else f"（{quoted(cells[iri])}和{quoted(new)}）"
            clashing.setdefault(iri, Problem(file, f"“{col.field.label}”出现了不止一次，值又不同{values}，没有采用，请只留一个。", row, col.field.label))
        else:
            cells.setdefault(iri, new)
    return {iri: cell for iri, cell in cells.items() if iri not in clashing}, list(clashing.values())


def _plain(cell: object) -> object:
    return cell.strip() if isinstance(cell, str) else cell


@dataclass(frozen=True)
class Layout:
    """The header row of one file, understood."""

    file: str
    columns: Mapping[int, Column]
    named: frozenset[int]
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, file: str, row: int, header: Sequence[str], headers: Headers) -> Layout:
        """Match a header row with the fields. Raises FileError where it has too many columns or none is known."""
        if len(header) > MOST_COLUMNS:
            raise FileError(f"{file}：表头有{len(header)}列，最多{MOST_COLUMNS}列。请删去多余的列再交。")
        columns = {at: col for at, name in enumerate(header) if name.strip() and (col := column(name, headers))}
        if not columns:
            labels = "、".join(f"“{found.label}”" for key in _SHOWN if (found := headers.find(key)))
            raise FileError(f"{file}：第{row}行里没有一个认识的表头。表头应有{labels}等，可用 python -m qa template 取一份模板。")
        match = headers.match(header)
        told = [unknown(file, row, name, nearest) for _, name, nearest in match.unknown]
        told += [Problem(file, f"与前面的一列是同一项“{columns[at].field.label}”；两列值相同时照用，不同时不采用。", row, titled(name)) for at, name in match.repeated]
        return cls(file, columns, frozenset(at for at, name in enumerate(header) if name.strip()), tuple(told))

    def raw(self, row: Row) -> Raw | Problem | None:
        """Return the record of a row, None where the row is blank, a note or the example."""
        cells = row.cells
        if len(cells) > MOST_COLUMNS and any(is_filled(c) for c in cells[MOST_COLUMNS:]):
            return Problem(self.file, f"这一行有{len(cells)}格，最多{MOST_COLUMNS}格，没有读。", row.number)
        first = cells[0].strip() if cells and isinstance(cells[0], str) else ""
        if _NOTE.match(first):
            return None
        found, problems = unify(self.file, row.number, ((col, cells[at]) for at, col in self.columns.items() if at < len(cells)))
        key = found.get(_KEY)
        if is_example(first) or is_example(key):
            if is_example(found.get(_NAME, key if is_example(key) else first)):
                return None
            problems.append(Problem(self.file, "编号写着“示例”，名称却不是：已当作申请人校验。若真是示例，请删去这一行。", row.number, unread=False))
        problems += [Problem(self.file, why, row.number, self.columns[at].header) for at, why in row.wrong.items() if at in self.columns]
        extra = [at + 1 for at, cell in enumerate(cells) if at not in self.named and is_filled(cell)]
        if extra:
            places = "、".join(map(str, extra[:3])) + ("等" if len(extra) > 3 else "")
            told = Problem(self.file, f"第{places}格上面没有表头，没有读，请核对这一行是不是错位了。", row.number)
            if not found and not problems:
                return told
            problems.append(told)
        return Raw(self.file, row.number, found, tuple(problems)) if found or problems else None


def heading(file: str, rows: Iterator[Row | Problem], headers: Headers) -> tuple[Layout, int, list[Problem]]:
    """Read up to the header, the first row that is no title (a single cell that names no field); return layout, row and what is to be told.

    Raises FileError where there is none.
    """
    told: list[Problem] = []
    titles = 0
    for row in rows:
        if isinstance(row, Problem):
            told.append(row)
        elif header := trimmed(row.cells):
            filled = [name for name in header if name.strip()]
            if titles < _TITLES and (_NOTE.match(filled[0]) or (len(filled) == 1 and column(filled[0], headers) is None)):
                titles += 1
                continue
            layout = Layout.of(file, row.number, header, headers)
            return layout, row.number, [*told, *layout.problems, *(Problem(file, why, row.number, f"第{at + 1}列") for at, why in row.wrong.items())]
    raise FileError(f"{file}：没有找到表头，文件可能是空的。可用 python -m qa template 取一份模板，填好再交。")


def lay(file: str, rows: Iterable[Row | Problem], headers: Headers) -> Iterator[Raw | Problem]:
    """Return the records of a table."""
    source = iter(rows)
    layout, _, told = heading(file, source, headers)
    yield from told
    for row in source:
        if isinstance(row, Problem):
            yield row
        elif (raw := layout.raw(row)) is not None:
            yield raw


def trimmed(cells: Sequence[object]) -> list[str]:
    """Return the texts of a header row without the blank ones at its end."""
    names = ["" if cell is None else str(cell) for cell in cells]
    while names and not names[-1].strip():
        names.pop()
    return names
