"""The form to fill in: fields -> CSV, XLSX or JSON Schema, with notes, choices to pick from and an example.

The reader knows the headers, and skips the line of notes and the example that stand here.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from qa.check.fields import Field
from qa.check.outdir import atomic
from qa.check.writers import OPTIONS, Sink, cell, saving
from qa.errors import CallError

_LISTS_AT = 8
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
NOTE, EXAMPLE = "说明：", "示例-1"
_LAST_ROW = 1_048_575
_LONGEST_TEXT, _MOST_MONTHS = 200, 1200
_TYPE = {
    "text": "文字", "identity": "号码（文本）", "boolean": "是或否", "choice": "选一个", "measure": "选一个",
    "months": "整月数", "money": "金额（元）", "date": "日期",
}  # fmt: skip
_HOW = {
    "text": f"填文字，不超过{_LONGEST_TEXT}字",
    "identity": "按文本填，不要让表格软件改成科学计数",
    "boolean": "填“是”或“否”，不知道就空着",
    "months": "填整月数，例如 36；也可以写 3年、2年6个月",
    "money": "填多少元，例如 1000000；也可以写 100万",
    "date": "写成 2026-11-22",
}
_EXAMPLES = {"text": "示例", "identity": "", "boolean": "是", "months": "36", "money": "1000000", "date": "2026-11-22"}
_FORMATS = {"text": "@", "identity": "@", "boolean": "General", "choice": "General", "measure": "General", "months": "0", "money": "General", "date": "yyyy-mm-dd"}
_SCHEMA: dict[str, dict[str, object]] = {
    "text": {"type": "string", "maxLength": _LONGEST_TEXT},
    "identity": {"type": "string"},
    "boolean": {"enum": [True, False, "是", "否"]},
    "months": {"type": ["integer", "string"], "minimum": 0, "maximum": _MOST_MONTHS},
    "money": {"type": ["number", "string"], "minimum": 0},
    "date": {"type": "string", "format": "date"},
}


@dataclass(frozen=True)
class Form:
    """A form: whom it is for, its columns, what each is used for and its example, both by field IRI."""

    kind: str
    columns: Sequence[Field]
    uses: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)


def example_value(column: Field) -> str:
    """Return a plausible example for a field, the first allowed value of a choice, "" for an identity number."""
    return column.allowed[0] if column.allowed else _EXAMPLES.get(column.type, "")


def note(column: Field) -> str:
    """Say in a sentence what to fill in."""
    how = f"只能填：{'、'.join(column.allowed)}" if column.allowed else _HOW.get(column.type, "")
    own = column.note.rstrip("。；")
    return "；".join(part for part in ("" if how.replace(" ", "") in own.replace(" ", "") else how, own) if part) + "。"


def write_template(path: Path, kind: str, columns: Sequence[Field], uses: Mapping[str, str] | None = None, example: Mapping[str, str] | None = None) -> None:
    """Write a form as .csv, .xlsx or .json (JSON Schema), whole or not at all.

    uses and example are by field IRI. Raises CallError for another ending, or where the file cannot be written.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise CallError(f"模板只能写成 {'、'.join(_WRITERS)}，“{cell(path.name)}”不行。例如：-o 模板.xlsx")
    if not columns:
        raise CallError(f"“{kind}”没有要填的信息项，模板没有写出。")
    with atomic(path) as aside:
        write(aside, Form(kind, columns, uses or {}, example or {}))


def _example(form: Form) -> list[str]:
    """Return the example row; its first cell tells the reader to skip it."""
    return [EXAMPLE, *(form.example.get(c.iri, form.kind if form.kind in c.allowed else example_value(c)) for c in form.columns[1:])]


def _csv(path: Path, form: Form) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow([cell(c.label) for c in form.columns])
        rows.writerow([(NOTE if at == 0 else "") + cell(note(c)) for at, c in enumerate(form.columns)])
        rows.writerow([cell(text) for text in _example(form)])


def _xlsx(path: Path, form: Form) -> None:
    with Sink(path, "w") as sink, saving(path):
        book = Workbook(sink, OPTIONS)
        _lay_out(book, form)
        book.close()


def _lay_out(book: Any, form: Form) -> None:
    fill, notes = book.add_worksheet("填写"), book.add_worksheet("说明")
    styles = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
    grey = {kind: book.add_format({"num_format": code, "italic": True, "font_color": "#595959"}) for kind, code in _FORMATS.items()}
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E3E8FA", "border": 1})
    fill.freeze_panes(1, 1)
    for at, (column, shown) in enumerate(zip(form.columns, _example(form), strict=True)):
        fill.set_column(at, at, max(12, min(32, 2 * len(column.label) + 2)), styles[column.type])
        fill.write_string(0, at, column.label, head)
        fill.write_comment(0, at, note(column), {"author": "", "x_scale": 2, "y_scale": 1.5})
        _fill_example(fill, at, column, shown, grey[column.type])
        _restrict(fill, notes, at, column)
    _explain(notes, form, head, book.add_format({"text_wrap": True, "valign": "top"}))


def _fill_example(sheet: Any, at: int, column: Field, shown: str, style: Any) -> None:
    if at and column.type == "date" and _DAY.fullmatch(shown):
        sheet.write_datetime(1, at, dt.datetime.fromisoformat(shown), style)
    elif at and column.type in ("months", "money") and shown.isdecimal():
        sheet.write_number(1, at, int(shown), style)
    elif shown:
        sheet.write_string(1, at, cell(shown), style)


def _restrict(sheet: Any, notes: Any, at: int, column: Field) -> None:
    """Let a cell be picked from a list; the list stands on the sheet of notes, for a list in the rule itself has 255 characters at most."""
    allowed = ("是", "否") if column.type == "boolean" else column.allowed
    if not allowed:
        return
    place = _LISTS_AT + at
    notes.set_column(place, place, None, None, {"hidden": True})
    for row, value in enumerate((column.label, *allowed)):
        notes.write_string(row, place, value)
    name = _letters(place)
    rule = {"validate": "list", "source": f"=说明!${name}$2:${name}${len(allowed) + 1}", "error_title": "填的内容不在可选范围内"}
    sheet.data_validation(1, at, _LAST_ROW, at, rule | {"error_message": "请从下拉列表里选一个；不知道就空着。"})


def _letters(place: int) -> str:
    """Return the letters of a column counted from 0: A, Z, AA."""
    name = ""
    while place >= 0:
        place, at = divmod(place, 26)
        name, place = chr(65 + at) + name, place - 1
    return name


def _explain(notes: Any, form: Form, head: Any, text: Any) -> None:
    heads = (("信息项", 26), ("类型", 14), ("可以填什么", 50), ("用在哪里", 40))
    how = f"这是“{form.kind}”的申请表。在“填写”表里一行填一个申请人；不知道的空着，空着不等于“否”。示例那一行不会被读入，可以删掉。"
    notes.merge_range(0, 0, 0, len(heads) - 1, how, text)
    notes.set_row(0, 36)
    for at, (name, wide) in enumerate(heads):
        notes.set_column(at, at, wide)
        notes.write_string(1, at, name, head)
    for row, column in enumerate(form.columns, 2):
        for at, said in enumerate((column.label, _TYPE[column.type], note(column), form.uses.get(column.iri, ""))):
            notes.write_string(row, at, said, text)
    notes.freeze_panes(2, 0)


def _json(path: Path, form: Form) -> None:
    path.write_text(json.dumps(json_schema(form), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def json_schema(form: Form) -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of one applicant, properties by Chinese label."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{form.kind}申请信息",
        "description": "一个申请人。不知道的不填，不填不等于“否”。",
        "type": "object",
        "properties": {c.label: _property(form, c) for c in form.columns},
        "additionalProperties": True,
    }


def _property(form: Form, column: Field) -> dict[str, object]:
    limits: dict[str, object] = {"type": "string", "enum": list(column.allowed)} if column.allowed else _SCHEMA[column.type]
    used = form.uses.get(column.iri, "")
    return limits | {"description": note(column) + (f"用在：{used}" if used else "")}


_WRITERS: Mapping[str, Callable[[Path, Form], None]] = {".xlsx": _xlsx, ".csv": _csv, ".json": _json}
