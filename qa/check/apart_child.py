"""The process that opens what others made: an Excel workbook or an RDF file from standard input -> JSON lines.

Run by qa.check.apart as a script; it imports nothing of qa. Its memory and time are bounded, it can open no file and
no connection once it has its libraries, and it may die: a crash, a stack overflow or a flood of memory ends here.
A line is ["row", number, [cells]], ["also", name], ["triple", …], ["error", code, line number or null] or ["end"].
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

try:
    import resource
except ImportError:  # not on Windows: there the limits are left out
    resource = None  # type: ignore[assignment]

_MEMORY, _SECONDS = 768 << 20, 60
_MOST_CELLS, _MOST_COLUMNS = 8_000_000, 1000
_LONGEST = 10_001
_NOTES = "说明"
_FIELD = "https://policy.datong.example/id/field/"
_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
_FORMATS = {"ttl": "TURTLE", "nt": "N_TRIPLES", "jsonld": "JSON_LD", "rdf": "RDF_XML"}
_BASE = "https://policy.datong.example/record/"
_MOST_PARTS = 5_000_000
Line = list[Any]


def confine() -> None:
    """Bound memory and time, and let nothing be opened from now on."""
    if resource is None:
        return
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most, hard) if hard == resource.RLIM_INFINITY or hard >= most else (hard, hard))


def workbook(wanted: str) -> Iterator[Line]:
    """Return the rows of one sheet (its place, or "" for the first that people see), then other sheets that hold something."""
    import python_calamine as calamine

    data = sys.stdin.buffer.read()
    confine()
    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    except calamine.PasswordError:
        yield ["error", "password", None]
        return
    except (calamine.CalamineError, OSError, ValueError):
        yield ["error", "broken", None]
        return
    del data
    seen = [s for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible and s.typ == calamine.SheetTypeEnum.WorkSheet]
    chosen = book.sheets_metadata[int(wanted)] if wanted and int(wanted) < len(book.sheets_metadata) else next((s for s in seen if s.name.strip() != _NOTES), None)
    if chosen is None:
        yield ["error", "no sheet", None]
        return
    try:
        yield from _rows(book.get_sheet_by_name(chosen.name))
        if not wanted:
            yield from (["also", s.name] for s in seen if s.name not in (chosen.name, _NOTES) and book.get_sheet_by_name(s.name).height)
    except (calamine.CalamineError, ValueError):
        yield ["error", "broken", None]


def _rows(sheet: Any) -> Iterator[Line]:
    if sheet.end is None:
        return
    rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
    if columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
        yield ["error", "wide" if columns > _MOST_COLUMNS else "many", None]
        return
    left = [None] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        if any(cell != "" for cell in row):
            yield ["row", number, left + [_cell(cell) for cell in row]]


def _cell(cell: Any) -> object:
    if isinstance(cell, str):
        return cell[:_LONGEST] or None
    if isinstance(cell, dt.datetime | dt.date):
        return {"date": cell.isoformat()}
    return {"time": str(cell)} if isinstance(cell, dt.time | dt.timedelta) else cell


def triples(form: str) -> Iterator[Line]:
    """Return the triples that speak of fields, and those that ask for an import."""
    import pyoxigraph as ox

    data = sys.stdin.buffer.read()
    confine()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if form == "rdf" and any(mark in data.upper() for mark in (b"<!DOCTYPE", b"<!ENTITY")):
        yield ["error", "entity", None]
        return
    if form == "jsonld" and (code := _context(data)):
        yield ["error", code, None]
        return
    try:
        for triple in ox.parse(data, format=getattr(ox.RdfFormat, _FORMATS[form]), base_iri=_BASE):
            name = triple.predicate.value
            if name == _IMPORTS:
                yield ["triple", "", "", name, "", "", ""]
            elif name.startswith(_FIELD):
                node, value = triple.subject, triple.object
                told = ("literal", value.value[:_LONGEST], value.datatype.value) if isinstance(value, ox.Literal) else ("node", "", "")
                yield ["triple", "node" if isinstance(node, ox.NamedNode) else "blank", getattr(node, "value", ""), name, *told]
    except SyntaxError as error:
        yield ["error", "syntax", error.lineno]
    except ValueError:
        yield ["error", "syntax", None]


def _context(data: bytes) -> str:
    """Return what is wrong with a JSON-LD document before it may be read: a context from elsewhere, or too much in it."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > _MOST_PARTS:
        return "many"
    try:
        waiting = [json.loads(data)]
    except RecursionError:
        return "deep"
    except ValueError:
        return "syntax"
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found = item.get("@context")
            if "@import" in item or any(isinstance(each, str) for each in (found if isinstance(found, list) else [found])):
                return "context"
        waiting += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return ""


def main() -> None:
    """Write the lines of what the arguments ask for."""
    what, form = sys.argv[1:3]
    out = sys.stdout
    try:
        for line in {"workbook": workbook, "triples": triples}[what](form):
            out.write(json.dumps(line) + "\n")
        out.write('["end"]\n')
        out.flush()
    except MemoryError:
        out.write('["error", "memory", null]\n')


if __name__ == "__main__":
    main()
