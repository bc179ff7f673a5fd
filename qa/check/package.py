"""An XLSX file looked over before anything opens it: its zip, its sheets, and how far their cells reach.

Only a few tags are searched for, chunk by chunk; no XML parser runs, so nothing can be expanded.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from qa.errors import FileError

_MOST_MEMBERS, _MOST_BYTES, _MOST_RATIO, _SMALL = 5000, 512 << 20, 200, 1 << 20
MOST_COLUMNS, MOST_CELLS = 1000, 8_000_000
_MOST_TOLD = 10_000
_CHUNK, _LONGEST_TAG = 1 << 18, 1 << 16
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, KeyError, IndexError, NotImplementedError)
# a name is taken whole or not at all: else a long one would be tried from each of its letters
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]++)\s*+=\s*(?:"([^"]*)"|'([^']*)')""")
_SHEET = re.compile(r"<(?:[\w.-]+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(r"<(?:[\w.-]+:)?Relationship\s([^<>]*)>")
NOTES = "说明"
# a tag and the text after it; neither part can run past the next "<", so the search stays linear
_TAGS = re.compile(rb"<(/?)(?:[\w.-]+:)?(row|c|f|v)((?:\s[^<>]*)?)(/?)>([^<]*)")
_PLACES = re.compile(rb"<(/?)(?:[\w.-]+:)?(row|c)((?:\s[^<>]*)?)(/?)>([^<]*)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,5})(\d{1,9})["']""")
_TYPE = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
# how nearly every program writes a cell: its place comes first
_USUAL = re.compile(rb"""<c r="([A-Z]{1,5})(\d{1,9})"([^<>]*)>""")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?(?:v|is)[\s>]")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its place in the workbook, its name, whether people see it, its member of the zip."""

    place: int
    name: str
    visible: bool
    member: str


@dataclass
class Extent:
    """How far the cells of a sheet reach, and the cells (row, column) whose value cannot be relied on, with the reason."""

    rows: int = 0
    columns: int = 0
    doubtful: dict[tuple[int, int], str] = field(default_factory=dict)


class Package:
    """An XLSX file as a zip. Raises FileError where it is damaged, or unfolds to more than it should."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._damaged = f"{path.name}：文件已损坏或不完整，打不开。请在 Excel 里打开，另存为 XLSX 再交。"
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise FileError(self._damaged) from None
        members = self._zip.infolist()
        whole = sum(m.file_size for m in members)
        steep = any(m.file_size > _SMALL and m.file_size > _MOST_RATIO * max(m.compress_size, 1) for m in members)
        if steep or whole > _MOST_BYTES or len(members) > _MOST_MEMBERS:
            raise FileError(f"{path.name}：解压后大得不正常，可能是压缩炸弹，没有打开。请在 Excel 里只留申请记录，另存为 XLSX 或 CSV 再交。")

    def __enter__(self) -> Package:
        """Return the package; its file is closed on leaving."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._zip.close()

    def sheets(self) -> tuple[list[Sheet], Sheet]:
        """Return the work sheets, and the one to read: the first that people see and that is not the notes."""
        targets: dict[str, str] = {}
        for each in self._attributes("xl/_rels/workbook.xml.rels", _RELATION):
            if each.get("Type", "").endswith("/worksheet"):
                target = each.get("Target", "")
                targets[each.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found = [
            Sheet(at, each.get("name", ""), each.get("state", "visible") == "visible", targets[rid])
            for at, each in enumerate(self._attributes("xl/workbook.xml", _SHEET))
            if (rid := next((v for k, v in each.items() if k.endswith(":id")), "")) in targets
        ]
        chosen = next((s for s in found if s.visible and s.name.strip() != NOTES), None)
        if chosen is None:
            raise FileError(f"{self._name}：没有可读的工作表。请把申请记录填在第一个表里再交。")
        return found, chosen

    def _attributes(self, member: str, pattern: re.Pattern[str]) -> list[dict[str, str]]:
        text = b"".join(self._chunks(member, _SMALL)).decode("utf-8", "replace")
        return [{m[1]: unescape(m[2] or m[3] or "") for m in _ATTRIBUTE.finditer(tag)} for tag in pattern.findall(text)]

    def holds_something(self, sheet: Sheet) -> bool:
        """Tell whether the first part of a sheet has a value in it."""
        return any(_VALUE.search(chunk) for chunk in self._chunks(sheet.member, _SMALL))

    def _chunks(self, member: str, most: int = _MOST_BYTES) -> Iterator[bytes]:
        try:
            with self._zip.open(member) as file:
                read = 0
                while read < most and (chunk := file.read(_CHUNK)):
                    read += len(chunk)
                    yield chunk
        except (*_BROKEN, OSError):
            raise FileError(self._damaged) from None

    def extent(self, sheet: Sheet) -> Extent:
        """Look through the cells of a sheet. Raises FileError where they reach too far, or too many are doubtful."""
        scan = _Scan()
        rest = b""
        for chunk in self._chunks(sheet.member):
            buffer = rest + chunk
            # the last tag may go on in the next chunk, and so may the text after it
            cut = buffer.rfind(b"<")
            cut = cut if cut > 0 else 0
            scan.feed(buffer[:cut])
            rest = buffer[cut:][:_LONGEST_TAG]
            self._check(scan.extent)
        scan.feed(rest)
        self._check(scan.extent)
        return scan.extent

    def _check(self, extent: Extent) -> None:
        if extent.columns > MOST_COLUMNS:
            raise FileError(f"{self._name}：表格有{extent.columns}列，最多{MOST_COLUMNS}列。请删去右边多余的列（包括看起来是空的），再交。")
        if extent.rows * extent.columns > MOST_CELLS:
            raise FileError(f"{self._name}：表格有{extent.rows}行{extent.columns}列，太大了。请删去下面多余的行，或另存为 CSV 再交。")
        if len(extent.doubtful) > _MOST_TOLD:
            raise FileError(f"{self._name}：有一万多格公式没有算出的值或出错。请在 Excel 里打开，全选、复制、“选择性粘贴”为数值，保存后再交。")


class _Scan:
    """Follow rows and cells through the tags of a sheet, whether or not they say where they stand."""

    def __init__(self) -> None:
        self.extent = Extent()
        self._row = self._column = 0
        self._kind = ""
        self._formula = self._open = False

    def feed(self, part: bytes) -> None:
        """Take in the next part, which ends between two tags; parts without formulas and errors at a glance."""
        closely = self._formula or self._kind == "e" or b"<f" in part or b":f" in part or b'"e"' in part or b"'e'" in part
        if not closely:
            part = self._glance(part)
        for closing, name, attributes, alone, text in (_TAGS if closely else _PLACES).findall(part):
            alone = alone or attributes.endswith(b"/")
            if name == b"row":
                if not closing:
                    self._row, self._column = self._place(attributes, self._row + 1)[0], 0
            elif name == b"c":
                self._cell(bool(closing), attributes, bool(alone))
            elif name == b"f":
                self._formula = self._formula or not closing
            elif not closing:
                self._value(text.strip())

    def _glance(self, part: bytes) -> bytes:
        """Take in all cells but the last where they are written in the usual way; return what is left to be read closely."""
        last = part.rfind(b"<c ")
        found = _USUAL.findall(part, 0, max(last, 0))
        if not found or len(found) != part.count(b"<c ", 0, last) or b":c " in part or b"<c>" in part:
            return part
        filled = [(letters, int(row)) for letters, row, attributes in found if not attributes.endswith(b"/")]
        if filled:
            self._reach(max(row for _, row in filled), max(_column(letters) for letters in {letters for letters, _ in filled}))
        self._row, self._column = int(found[-1][1]), _column(found[-1][0])
        self._open, self._kind = False, ""
        return part[last:]

    def _reach(self, row: int, column: int) -> None:
        self.extent.rows, self.extent.columns = max(self.extent.rows, row), max(self.extent.columns, column)

    @staticmethod
    def _place(attributes: bytes, row: int, column: int = 0) -> tuple[int, int]:
        if not (match := _PLACE.search(attributes)):
            return row, column
        return int(match[2]), _column(match[1]) or column

    def _cell(self, closing: bool, attributes: bytes, alone: bool) -> None:
        if closing:
            self._end()
            return
        self._end()
        self._row, self._column = self._place(attributes, self._row or 1, self._column + 1)
        if not alone:
            kind = _TYPE.search(attributes)
            self._open, self._kind = True, kind[1].decode() if kind else ""
            self._reach(self._row, self._column)

    def _value(self, text: bytes) -> None:
        if self._kind == "e":
            self.extent.doubtful[self._row, self._column] = f"这一格是错误值 {text[:20].decode('ascii', 'replace')}，请改好再交。"
        if text or self._kind == "str":
            self._formula = False

    def _end(self) -> None:
        if self._open and self._formula:
            self.extent.doubtful[self._row, self._column] = "这一格是公式，没有算出的值，请粘贴为数值再交。"
        self._open = self._formula = False
        self._kind = ""


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters: AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
