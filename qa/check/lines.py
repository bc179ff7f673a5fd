"""Bytes -> numbered lines of text, whatever the encoding, in constant memory.

encoding_of(path) reads the whole file once; lines() reads it again, and gives None for a line that is too long.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from qa.errors import FileError

LONGEST = 1_000_000
_CHUNK = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PLAIN = ("utf-8", "gb18030")
_BINARY = "这不是文字文件（里面有空字符）。请另存为 CSV UTF-8 或 XLSX 再交。"
Line = tuple[int, str | None]


def encoding_of(path: Path) -> str:
    """Return the encoding in which the whole file is well formed: by its mark, else UTF-8, else GB18030.

    Raises FileError where none fits, naming the line, or where the file is no text.
    """
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    furthest = 0
    for name in (marked,) if marked else _PLAIN:
        broken = _first_break(path, name)
        if broken is None:
            return name
        furthest = max(furthest, broken)
    raise FileError(f"{path.name}：第{furthest}行附近有认不出的字，文件编码不对。请用 Excel 打开，另存为“CSV UTF-8”再交。")


def _first_break(path: Path, encoding: str) -> int | None:
    """Return the number of the line near which decoding fails, None where it does not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    number = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            if b"\0" in chunk and encoding != "utf-16":
                raise FileError(f"{path.name}：{_BINARY}")
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return number + bytes(error.object)[: error.start].count(b"\n")
            if "\0" in text:
                raise FileError(f"{path.name}：{_BINARY}")
            if not chunk:
                return None
            number += text.count("\n")


def lines(path: Path, encoding: str, progress: Callable[[int], None]) -> Iterator[Line]:
    """Return each physical line with its number, from 1, without its end; None in place of one longer than LONGEST."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    number, pending, overlong, done = 1, "", False, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            done += len(chunk)
            progress(done)
            *whole, rest = decoder.decode(chunk, final=not chunk).split("\n")
            for text in whole:
                yield number, None if overlong or len(pending) + len(text) > LONGEST else pending + text
                number, pending, overlong = number + 1, "", False
            pending += rest
            if overlong or len(pending) > LONGEST:
                pending, overlong = "", True
            if not chunk:
                if pending or overlong:
                    yield number, None if overlong else pending
                return
