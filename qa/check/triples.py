"""RDF -> records: a subject that has a field of the graph is one applicant.

Parsing is done apart (see apart); nothing is fetched, imported or expanded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from qa.check.apart import ask
from qa.check.fields import Headers
from qa.check.layout import titled, unknown
from qa.check.records import Problem, Raw
from qa.errors import FileError
from qa.terms import ID, PREFIXES
from qa.terms import field as field_iri

LARGEST = 64 << 20
FORMS = {".ttl": "ttl", ".nt": "nt", ".jsonld": "jsonld", ".rdf": "rdf", ".xml": "rdf", ".owl": "rdf"}
_MOST_RECORDS, _MOST_CELLS, _MOST_UNKNOWN = 200_000, 2_000_000, 100
_LONGEST_NUMBER, _LONGEST_CELL = 100, 10_000
_IMPORTS = PREFIXES["owl"] + "imports"
_WHOLE = frozenset("integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger unsignedInt unsignedLong unsignedShort unsignedByte".split())


@dataclass
class _Subject:
    """What one subject says: the first value of each field, and the fields whose values clash or are no text."""

    blank: bool
    name: str
    cells: dict[str, object] = field(default_factory=dict)
    clashing: dict[str, str] = field(default_factory=dict)


def read_triples(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Raw | Problem]:
    """Read an RDF file; records are numbered by the order of their IRIs, those without one come last.

    Raises FileError where the file is too large, cannot be parsed, asks for something from elsewhere, or has no record.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise FileError(f"{path.name}：RDF 文件超过{LARGEST >> 20}MB。请分成几个文件，或改用 CSV、JSON Lines 再交。")
    subjects: dict[tuple[str, str], _Subject] = {}
    strangers: dict[str, str] = {}
    cells = imports = 0
    for _, kind, name, predicate, sort, text, datatype in ask("triples", FORMS[path.suffix.lower()], path):
        if predicate == _IMPORTS:
            imports += 1
            continue
        subject = subjects.setdefault((kind, name), _Subject(kind == "blank", name))
        key = predicate.removeprefix(ID + "field/")
        found = headers.find(key)
        if found is None or found.iri != predicate:
            if len(strangers) < _MOST_UNKNOWN:
                strangers[key] = headers.nearest(key)
            continue
        cells += 1
        if len(subjects) > _MOST_RECORDS or cells > _MOST_CELLS:
            raise FileError(f"{path.name}：RDF 里的记录太多。请分成几个文件，或改用 CSV、JSON Lines 再交。")
        _add(subject, predicate, sort, _typed(text, datatype))
    progress(size)
    if not subjects:
        raise FileError(f"{path.name}：没有找到申请记录。每条记录应是一个主语，用 <{field_iri('applicantId')}> 这样的谓词写各项的值。")
    if imports:
        yield Problem(path.name, f"有{imports}处 owl:imports，没有读入（本程序不联网）；请把要用的内容写在同一个文件里。")
    yield from (unknown(path.name, None, key, nearest, "用它写的值") for key, nearest in strangers.items())
    # the sort is stable: subjects without a name keep the order in which they stand in the file
    for number, each in enumerate(sorted(subjects.values(), key=lambda s: (s.blank, "" if s.blank else s.name)), 1):
        if each.cells or each.clashing:
            labels = {iri: titled(found.label if (found := headers.find(iri.rpartition("/")[2])) else iri) for iri in each.clashing}
            problems = tuple(Problem(path.name, why, number, labels[iri]) for iri, why in each.clashing.items())
            yield Raw(path.name, number, {iri: cell for iri, cell in each.cells.items() if iri not in each.clashing}, problems)


def _add(subject: _Subject, predicate: str, sort: str, value: object) -> None:
    if sort != "literal":
        subject.clashing.setdefault(predicate, "这里应写值，不能写另一个节点，没有采用。")
    elif isinstance(value, str) and len(value) > _LONGEST_CELL:
        subject.clashing.setdefault(predicate, "这个值太长了，没有采用，请改短。")
    elif isinstance(value, str) and not value.strip():
        return
    elif subject.cells.setdefault(predicate, value) != value:
        subject.clashing.setdefault(predicate, "同一项有几个不同的值，没有采用，请只留一个。")


def _typed(text: str, datatype: str) -> object:
    """Return a literal as the value of its datatype, as its text where it has none or does not fit it."""
    kind = datatype.removeprefix(PREFIXES["xsd"])
    if kind == datatype or len(text) > _LONGEST_NUMBER:
        return text
    try:
        if kind in _WHOLE:
            return int(text)
        if kind == "decimal":
            return Decimal(text)
        if kind in ("double", "float"):
            return float(text)
        if kind == "date":
            return dt.date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        return text
    return text in ("true", "1") if kind == "boolean" and text in ("true", "1", "false", "0") else text
