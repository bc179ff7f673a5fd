"""Results -> files that stream: a row an applicant and measure (CSV, XLSX), a line an applicant (JSON Lines), the problems.

    with OutDir(folder) as out, CsvWriter(out.path("results.csv")) as writer: writer.write(result)
"""

from __future__ import annotations

import csv
import errno
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.exceptions import FileCreateError, FileSizeError  # type: ignore[import-untyped]

from qa.check.jsonlines import JsonLinesWriter, yuan
from qa.check.outdir import NAMES, Closing, OutDir, Writer, atomic
from qa.check.records import Award, Judgement, Problem, Result, Verdict
from qa.check.summary import cited, one_line, quotes, reasons
from qa.errors import CallError

__all__ = ["COLUMNS", "NAMES", "OPTIONS", "CsvWriter", "JsonLinesWriter", "OutDir", "ProblemWriter", "Sink", "Writer", "XlsxWriter", "atomic", "cell", "csv_text", "saving", "table"]
SHEET_ROWS = 1_048_000
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST = 32_000
_RISKY = frozenset("=+-@\t\r＝＋－＠")


@lru_cache(maxsize=8192)
def cell(text: str) -> str:
    """Return text fit for a cell: one line, no control characters, and an apostrophe before what would be a formula."""
    flat = one_line(text)
    if len(flat) > _LONGEST:
        flat = flat[:_LONGEST] + "……（太长，其余见 results.jsonl）"
    return "'" + flat if text[:1] in _RISKY or flat[:1] in _RISKY else flat


def _joined(award: Award | None, pick: Callable[[Award], tuple[str, ...]]) -> str:
    return "；".join(pick(award)) if award else ""


def _award_text(judgement: Judgement) -> str:
    award = judgement.award
    return "" if award is None else award.text + (f"（还需填写：{'、'.join(award.needs)}）" if award.needs else "")


# header, width in characters, value: text, a whole number, or an amount in yuan (None: an empty cell)
Cell = str | int | Decimal | None
COLUMNS: tuple[tuple[str, int, Callable[[Result, Judgement], Cell]], ...] = (
    ("文件", 16, lambda r, j: r.file),
    ("行号", 6, lambda r, j: r.row),
    ("编号", 12, lambda r, j: r.key),
    ("名称", 20, lambda r, j: r.name),
    ("措施", 24, lambda r, j: j.label),
    ("条号", 6, lambda r, j: j.article),
    ("裁决", 10, lambda r, j: j.verdict.value),
    ("理由", 50, lambda r, j: "；".join(reasons(j))),
    ("缺少的信息", 30, lambda r, j: "、".join(j.missing)),
    ("怎样改", 40, lambda r, j: "；".join(j.mends)),
    ("金额", 30, lambda r, j: _award_text(j)),
    ("金额（元）", 14, lambda r, j: j.award.amount if j.award else None),
    ("是否最高", 8, lambda r, j: "" if j.award is None else "是" if j.award.is_max else "否"),
    ("计算步骤", 40, lambda r, j: _joined(j.award, lambda a: tuple(s.text for s in a.steps))),
    ("提示", 40, lambda r, j: "；".join(j.notices)),
    ("依据原文", 50, lambda r, j: "；".join(cited(q) for q in quotes(j))),
    ("申请日期", 11, lambda r, j: r.as_of.isoformat()),
)
_VERDICT = [name for name, _, _ in COLUMNS].index("裁决")
# fill and ink, both far enough apart to be read in grey; the cell says the verdict in words too
_COLOURS = {Verdict.ELIGIBLE: ("#D9F2E3", "#0B4F2A"), Verdict.REVIEW: ("#E3E8FA", "#1F2F7A"), Verdict.INCOMPLETE: ("#FFF3CD", "#5C4400"), Verdict.INELIGIBLE: ("#FBE0DE", "#7A1712")}


def table(result: Result) -> list[list[Cell]]:
    """Return the rows of one applicant, a measure a row, text fit for cells."""
    return [[cell(v) if isinstance(v := value(result, j), str) else v for _, _, value in COLUMNS] for j in result.judgements]


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as CSV, every cell quoted."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue()


def _plain(value: Cell) -> str:
    return "" if value is None else yuan(value) if isinstance(value, Decimal) else str(value)


class CsvWriter(Closing):
    """Write a row an applicant and measure, UTF-8 with BOM so that Excel opens it; every cell quoted."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self.append(csv_text([[name for name, _, _ in COLUMNS]]))

    def write(self, result: Result) -> None:
        """Write the judgements of one applicant."""
        self.append(csv_text(table(result)))

    def append(self, text: str) -> None:
        """Write rows that are already text."""
        self._file.write(text)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class XlsxWriter(Closing):
    """Write the rows of CsvWriter as a workbook; text is text, never a formula or a link; a full sheet is followed by another."""

    _sheet: Any

    def __init__(self, path: Path, sheet_rows: int = SHEET_ROWS) -> None:
        self._path, self._limit, self._count, self._row = path, sheet_rows, 0, 0
        self._sink = Sink(path, "w")
        self._book = Workbook(self._sink, {**OPTIONS, "constant_memory": True, "tmpdir": str(path.parent)})
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._number = self._book.add_format({"valign": "top", "num_format": "0"})
        self._money = self._book.add_format({"valign": "top", "num_format": "#,##0.00"})
        self._verdicts = {v.value: self._book.add_format({"bold": True, "valign": "top", "bg_color": fill, "font_color": ink}) for v, (fill, ink) in _COLOURS.items()}
        self._add_sheet()

    def _add_sheet(self) -> None:
        if self._count:
            self._sheet.autofilter(0, 0, self._row, len(COLUMNS) - 1)
        self._count += 1
        self._sheet = self._book.add_worksheet("结果" if self._count == 1 else f"结果{self._count}")
        self._sheet.freeze_panes(1, 0)
        for at, (name, wide, _) in enumerate(COLUMNS):
            self._sheet.set_column(at, at, wide)
            self._sheet.write_string(0, at, name, self._head)
        self._row = 0

    def write(self, result: Result) -> None:
        """Write the judgements of one applicant."""
        self.append(table(result))

    def append(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows that table made."""
        for row in rows:
            if self._row >= self._limit:
                self._add_sheet()
            self._row += 1
            for at, value in enumerate(row):
                self._put(at, value)

    def _put(self, at: int, value: Cell) -> None:
        if isinstance(value, Decimal):
            self._sheet.write_number(self._row, at, float(yuan(value)), self._money)
        elif isinstance(value, int):
            self._sheet.write_number(self._row, at, value, self._number)
        elif value:
            self._sheet.write_string(self._row, at, value, self._verdicts[value] if at == _VERDICT else self._text)

    def close(self) -> None:
        """Finish the workbook. Raises CallError where it is too large for one file."""
        self._sheet.autofilter(0, 0, self._row, len(COLUMNS) - 1)
        with self._sink, saving(self._path):
            self._book.close()

    def abandon(self) -> None:
        """Let go of the workbook without putting it together."""
        self._book.fileclosed = True
        self._sink.close()
        for sheet in self._book.worksheets():
            sheet._opt_close()


class ProblemWriter(Closing):
    """Write problems.csv: file, row, column, what is wrong."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        self._csv.writerow(["文件", "行", "列", "问题"])

    def write(self, result: Result) -> None:
        """Write the problems of one applicant."""
        for problem in result.problems:
            self.problem(problem)

    def problem(self, problem: Problem) -> None:
        """Write a problem that belongs to no applicant."""
        self._csv.writerow([cell(problem.file), "" if problem.row is None else problem.row, cell(problem.column or ""), cell(problem.message)])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Sink(FileIO):
    """A file that fails once and then keeps quiet: a zip file that could not be written tries again as it is thrown away."""

    _failed = False

    def write(self, data: Any) -> int:
        """Write all of data. Raises OSError where the disk refuses, the first time."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and not self._failed:
            try:
                rest = rest[super().write(rest) :]
            except OSError:
                self._failed = True
                raise
        return size

    def seek(self, at: int, whence: int = 0) -> int:
        """Move to a place, once failed nowhere."""
        return 0 if self._failed else super().seek(at, whence)

    def tell(self) -> int:
        """Return the place, once failed 0."""
        return 0 if self._failed else super().tell()

    def flush(self) -> None:
        """Flush, once failed nothing."""
        if not self._failed:
            super().flush()


@contextmanager
def saving(path: Path) -> Iterator[None]:
    """Give an error of the xlsx library back as what it is: an OSError, or a file too large."""
    try:
        yield
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise (cause if isinstance(cause, OSError) else OSError(errno.EIO, "xlsx", str(path))) from error
    except FileSizeError as error:
        raise CallError("结果太多，一个 Excel 文件放不下。请看 results.csv，或把名单分成几个文件再校验。") from error
