"""Excel workbooks -> rows -> records: the first sheet that people see and that is not “说明”.

An XLSX is looked over first (see package) and opened apart (see apart); an XLS is only opened apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qa.check.apart import ask
from qa.check.fields import Headers
from qa.check.layout import Row, lay, titled
from qa.check.package import NOTES, Extent, Package
from qa.check.records import Problem, Raw
from qa.errors import FileError

LARGEST = 128 << 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_sheet(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Raw | Problem]:
    """Read a workbook; a formula counts as the value it last had.

    Raises FileError where it is damaged, encrypted, too large, unfolds to too much, or no header is known.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise FileError(f"{path.name}：工作簿超过{LARGEST >> 20}MB。请分成几个文件，或另存为 CSV 再交。")
    with path.open("rb") as file:
        start = file.read(8)
    place, extent, others = "", Extent(), []
    if start.startswith(_ZIP):
        with Package(path) as package:
            sheets, chosen = package.sheets()
            place, extent = str(chosen.place), package.extent(chosen)
            others = [s.name for s in sheets if s.visible and s is not chosen and s.name.strip() != NOTES and package.holds_something(s)]
    elif start != _OLE:
        raise FileError(f"{path.name}：这不是 Excel 工作簿（或已损坏）。请在 Excel 里打开，另存为 XLSX 再交。")
    elif _ENCRYPTED in path.read_bytes():
        raise FileError(f"{path.name}：文件有密码，打不开。请在 Excel 里去掉密码再交。")
    yield from lay(path.name, _rows(path, place, extent, others, lambda share: progress(int(size * share))), headers)
    for name in others:
        yield Problem(path.name, f"工作表“{titled(name)}”里也有内容，没有读；只读第一个表。要校验的记录请都放在第一个表里。")
    progress(size)


def _rows(path: Path, place: str, extent: Extent, others: list[str], told: Callable[[float], None]) -> Iterator[Row]:
    """Return the rows of the sheet; names of further sheets that the process reports are added to others."""
    doubtful: dict[int, dict[int, str]] = {}
    for (number, column), why in sorted(extent.doubtful.items()):
        doubtful.setdefault(number, {})[column - 1] = why
    for line in ask("workbook", place, path):
        if line[0] == "also":
            others.append(line[1])
            continue
        _, number, cells = line
        # a row in which nothing but such cells stand does not come from the process
        for passed in [n for n in doubtful if n < number]:
            yield Row(passed, (), doubtful.pop(passed))
        wrong = doubtful.pop(number, {})
        told(min(1.0, number / extent.rows) if extent.rows else 0.0)
        yield Row(number, [None if at in wrong else _value(cell) for at, cell in enumerate(cells)], wrong)
    yield from (Row(number, (), wrong) for number, wrong in doubtful.items())


def _value(cell: Any) -> object:
    if not isinstance(cell, dict):
        return cell
    if "time" in cell:
        return str(cell["time"])
    text = cell["date"]
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)

