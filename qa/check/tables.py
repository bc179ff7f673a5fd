"""CSV and its kin -> rows -> records. A record that cannot be read is told, and the next line is read.

A quotation mark that is never closed swallows nothing: its line is told and reading goes on with the line after it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from qa.check.fields import Headers
from qa.check.layout import Row, column, lay
from qa.check.lines import LONGEST, Line, encoding_of, lines
from qa.check.records import Problem, Raw
from qa.errors import FileError

DELIMITERS = (",", "\t", ";", "，")
_LOOKED_AT = 20
_LONGEST_HEADER = 100_000


def read_table(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Raw | Problem]:
    """Read a CSV or TSV file, its encoding and delimiter found out from it.

    Raises FileError where the encoding fits nothing or no header is known.
    """
    yield from lay(path.name, rows(path, encoding_of(path), headers, progress)[0], headers)


def rows(path: Path, encoding: str, headers: Headers, progress: Callable[[int], None]) -> tuple[Records, str]:
    """Return the rows of a file, and what stands between its cells. Raises FileError where it is empty."""
    found = lines(path, encoding, progress)
    first = list(islice(found, _LOOKED_AT))
    if not any(text is None or text.strip() for _, text in first):
        rest = next((line for line in found if line[1] is None or line[1].strip()), None)
        if rest is None:
            raise FileError(f"{path.name}：文件是空的。可用 python -m qa template 取一份模板，填好再交。")
        first.append(rest)
    delimiter = _delimiter([text for _, text in first if text and len(text) < _LONGEST_HEADER], headers)
    return Records(path.name, chain(first, found), delimiter), delimiter


def _delimiter(texts: list[str], headers: Headers) -> str:
    """Return the delimiter under which one of the first lines names most fields."""
    hits = {d: max((sum(column(name.strip(' "'), headers) is not None for name in text.split(d)) for text in texts), default=0) for d in DELIMITERS}
    return max(DELIMITERS, key=lambda d: hits[d])


class Records:
    """Split lines into rows; cells in quotation marks may run over lines, at most LONGEST characters a record."""

    def __init__(self, file: str, source: Iterator[Line], delimiter: str) -> None:
        self._file, self._source, self._delimiter = file, source, delimiter
        self._again: list[Line] = []

    def __iter__(self) -> Iterator[Row | Problem]:
        """Return each row under the number of its first line, blank lines left out."""
        while (line := self._next()) is not None:
            number, text = line
            if text is None:
                yield Problem(self._file, f"这一行超过{LONGEST // 10_000}万个字，太长了，没有读。请检查这一行是不是少了换行。", number)
            elif '"' not in text:
                if text.strip():
                    yield Row(number, text.split(self._delimiter))
            else:
                yield self._quoted(number, text)

    def _next(self) -> Line | None:
        return self._again.pop() if self._again else next(self._source, None)

    def _quoted(self, number: int, text: str) -> Row | Problem:
        """Read a row that has quotation marks, over further lines where it must.

        Lines that were read in vain are read again each by itself, so that the work stays proportional to the file.
        """
        try:
            return Row(number, next(csv.reader([text], delimiter=self._delimiter, strict=True)))
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
        if is_open and not self._again:
            taken: list[Line] = []
            try:
                return Row(number, next(csv.reader(self._joined(text, taken), delimiter=self._delimiter, strict=True)))
            except csv.Error:
                self._again = taken[::-1]
        return self._lenient(number, text)

    def _joined(self, text: str, taken: list[Line]) -> Iterator[str]:
        size = len(text)
        yield text + "\n"
        for line in self._source:
            taken.append(line)
            size += len(line[1] or "")
            if line[1] is None or size > LONGEST:
                return
            yield line[1] + "\n"

    def _lenient(self, number: int, text: str) -> Row | Problem:
        """Read one line whose quotation marks are irregular but closed."""
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter))
            closed = len(next(csv.reader([text + self._delimiter], delimiter=self._delimiter))) > len(cells)
        except csv.Error:
            closed = False
        if closed:
            return Row(number, cells)
        return Problem(self._file, "引号没有配对，这一行没有读。请检查这一行的英文双引号。", number)
