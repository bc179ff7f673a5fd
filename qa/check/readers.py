"""The door for files of applicants: any format -> Raw and Problem, one by one.

read(path, headers) -> tables (CSV) | objects (JSON) | sheets (Excel) | triples (RDF)
What is wrong with one record is a Problem and the rest is read; only a file of no use at all is a FileError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from qa.check.fields import Headers
from qa.check.objects import read_objects
from qa.check.records import Problem, Raw
from qa.check.sheets import read_sheet
from qa.check.tables import read_table
from qa.check.triples import FORMS, read_triples
from qa.errors import FileError

Reader = Callable[[Path, Headers, Callable[[int], None]], Iterator[Raw | Problem]]
_READERS: dict[str, Reader] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), read_table),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), read_objects),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), read_sheet),
    **dict.fromkeys(FORMS, read_triples),
}


def read(path: Path, headers: Headers, progress: Callable[[int], None] = lambda n: None) -> Iterator[Raw | Problem]:
    """Read a file of applicants by its extension; progress is told the bytes read so far.

    A row counts as a spreadsheet does (the header is row 1), a JSON array and RDF count their records from 1.
    Raises FileError where the file as a whole is unusable.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise FileError(f"{path.name}：不认识的文件类型“{path.suffix}”。请用 CSV、XLSX、XLS、JSON、JSON Lines、Turtle、N-Triples、JSON-LD 或 RDF/XML。")
    total(path)
    empty = True
    try:
        for item in reader(path, headers, progress):
            empty = False
            yield item
    except OSError as error:
        raise FileError(f"{path.name}：文件打不开（{_reason(error)}）。请检查文件是否还在、有没有权限。") from None
    except MemoryError:
        raise FileError(f"{path.name}：内存不够，读不下。请分成几个文件再交。") from None
    if empty:
        raise FileError(f"{path.name}：只有表头或空行，没有一条申请记录。请填好再交。")


def total(path: Path) -> int:
    """Return the size of a file in bytes. Raises FileError where there is no such file."""
    try:
        if path.is_file():
            return path.stat().st_size
    except (OSError, ValueError):
        pass
    what = "这是一个目录，不是文件" if path.is_dir() else "没有这个文件"
    raise FileError(f"{path.name}：{what}。请检查路径。")


def _reason(error: OSError) -> str:
    return {"PermissionError": "没有权限", "FileNotFoundError": "文件不在了"}.get(type(error).__name__, "读取出错")
