"""JSON and JSON Lines -> records. Keys are labels, names that people use, or English keys.

JSON Lines is read line by line; a JSON array element by element, so that only one record stands in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator
from itertools import chain, islice
from pathlib import Path

from qa.check.fields import Headers
from qa.check.layout import Column, column, titled, unify, unknown
from qa.check.lines import Line, encoding_of, lines
from qa.check.records import Problem, Raw
from qa.errors import FileError

LARGEST = 64 << 20
MOST_PARTS = 5_000_000
_MOST_KEYS = 1000
_LISTS = ("records", "applicants", "申请人")
_BLANK = re.compile(r"[ \t\n\r]*")
_LOOKED_AT = 50
_DEEP = "括号嵌套得太深"


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a key given twice is seen."""


def _integer(digits: str) -> object:
    return int(digits) if len(digits) < 100 else digits


# NaN and Infinity become floats here; the cell that holds one is told later
_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=_integer)


class Objects:
    """Turn JSON objects of one file into records; an unknown key is told once a file."""

    def __init__(self, file: str, headers: Headers) -> None:
        self._file, self._headers = file, headers
        self._columns: dict[str, Column | None] = {}

    def read(self, number: int, item: object) -> Iterator[Raw | Problem]:
        """Return the record of one object, after what is to be told of its keys."""
        if not isinstance(item, _Pairs):
            yield Problem(self._file, "这里应是一个对象（花括号里写“信息项”: 值），没有读。", number)
            return
        if len(item) > _MOST_KEYS:
            yield Problem(self._file, f"这一条有{len(item)}个键，最多{_MOST_KEYS}个，没有读。", number)
            return
        problems: list[Problem] = []
        found: list[tuple[Column, object]] = []
        for key, value in item:
            col = yield from self._column(number, key)
            if col is not None and isinstance(value, list):
                problems.append(Problem(self._file, "这里应是一个值，不能是列表或对象，没有读。", number, titled(key)))
            elif col is not None:
                found.append((col, value))
        cells, clashes = unify(self._file, number, found)
        if cells or problems or clashes:
            yield Raw(self._file, number, cells, (*problems, *clashes))

    def _column(self, number: int, key: str) -> Generator[Problem, None, Column | None]:
        if key not in self._columns:
            col = column(key, self._headers)
            if len(self._columns) < _MOST_KEYS:
                self._columns[key] = col
            if col is None:
                yield unknown(self._file, number, key, self._headers.nearest(key), "这个键下的值都")
        return self._columns.get(key)


def parse_one(text: str) -> object:
    """Return one JSON value. Raises ValueError or RecursionError."""
    return _DECODER.decode(text)


def read_objects(path: Path, headers: Headers, progress: Callable[[int], None]) -> Iterator[Raw | Problem]:
    """Read a file of JSON Lines or JSON, told apart by its first lines.

    Raises FileError where nothing in it can be read, or where a JSON file is too large.
    """
    encoding = encoding_of(path)
    found = lines(path, encoding, progress)
    first = list(islice(found, _LOOKED_AT))
    if _is_lines(first, path.suffix.lower() != ".json"):
        yield from _read_lines(path.name, chain(first, found), headers)
        return
    if path.stat().st_size > LARGEST:
        raise FileError(f"{path.name}：JSON 文件超过{LARGEST >> 20}MB。请改用 JSON Lines（一行一个对象）或 CSV 再交。")
    text = path.read_text(encoding=encoding)
    progress(path.stat().st_size)
    yield from _read_document(path.name, text, Objects(path.name, headers))


def _is_lines(first: list[Line], named_so: bool) -> bool:
    """Tell whether lines hold one object each: the first one does, and more follow, or the name says so."""
    filled = [text for _, text in first if text is None or text.strip()]
    if not filled or filled[0] is None:
        return named_so
    try:
        whole = isinstance(parse_one(filled[0]), _Pairs)
    except (ValueError, RecursionError):
        return named_so and filled[0].strip() not in ("[", "{")
    return whole and (named_so or len(filled) > 1)


def _read_lines(file: str, source: Iterator[Line], headers: Headers) -> Iterator[Raw | Problem]:
    objects, empty = Objects(file, headers), True
    for number, text in source:
        if text is None:
            empty = False
            yield Problem(file, "这一行超过100万个字，太长了，没有读。", number)
        elif text.strip():
            empty = False
            try:
                item = parse_one(text)
            except RecursionError:
                yield Problem(file, f"这一行{_DEEP}，没有读。", number)
            except ValueError as error:
                yield Problem(file, f"这一行不是一个完整的 JSON 对象{_at(error)}，没有读。", number)
            else:
                yield from objects.read(number, item)
    if empty:
        raise FileError(f"{file}：文件是空的。")


def _at(error: ValueError) -> str:
    return f"（第{error.colno}个字附近写法不对）" if isinstance(error, json.JSONDecodeError) else ""


def _read_document(file: str, text: str, objects: Objects) -> Iterator[Raw | Problem]:
    if sum(text.count(mark) for mark in ",[{") > MOST_PARTS:
        raise FileError(f"{file}：JSON 里的内容太多（超过{MOST_PARTS // 10_000}万项）。请改用 JSON Lines（一行一个对象）或 CSV 再交。")
    read, number = False, 0
    try:
        for number, item in enumerate(_elements(text), 1):
            for found in objects.read(number, item):
                read = True
                yield found
    except (ValueError, RecursionError) as error:
        why = _DEEP if isinstance(error, RecursionError) else _where(error)
        if not read:
            raise FileError(f"{file}：{why}，读不出来。请检查 JSON 的写法，或改用模板填写。") from None
        yield Problem(file, f"{why}，从第{number + 1}个起没有读。请改好后重交。")


def _where(error: Exception) -> str:
    return f"第{error.lineno}行第{error.colno}个字附近写法不对" if isinstance(error, json.JSONDecodeError) else "写法不对"


def _elements(text: str) -> Iterator[object]:
    """Return the records of a document one by one: of a list, of a list under one of the usual keys, or the one object."""
    at = _skip(text, 0)
    if text.startswith("[", at):
        end = yield from _list(text, at)
    elif text.startswith("{", at):
        end = yield from _object(text, at)
    else:
        raise json.JSONDecodeError("no list or object", text, at)
    if _skip(text, end) < len(text):
        raise json.JSONDecodeError("extra data", text, _skip(text, end))


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _list(text: str, at: int) -> Generator[object, None, int]:
    at = _skip(text, at + 1)
    if text.startswith("]", at):
        return at + 1
    while True:
        item, at = _DECODER.raw_decode(text, at)
        yield item
        at = _skip(text, at)
        if text.startswith("]", at):
            return at + 1
        if not text.startswith(",", at):
            raise json.JSONDecodeError("no comma", text, at)
        at = _skip(text, at + 1)


def _object(text: str, at: int) -> Generator[object, None, int]:
    pairs, listed = _Pairs(), False
    at = _skip(text, at + 1)
    while not text.startswith("}", at):
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if not isinstance(key, str) or not text.startswith(":", at) or len(pairs) > _MOST_KEYS:
            raise json.JSONDecodeError("no pair", text, at)
        at = _skip(text, at + 1)
        if key in _LISTS and text.startswith("[", at):
            at, listed = (yield from _list(text, at)), True
        else:
            value, at = _DECODER.raw_decode(text, at)
            pairs.append((key, value))
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith("}", at):
            raise json.JSONDecodeError("no comma", text, at)
    if not listed:
        yield pairs
    return at + 1
