"""What a program may ask for: plain values -> an AskCall or a CheckCall, or an Unusable that names the part and what to write instead.

ask_call({"question", "history", "as_of"})     check_call({"records", "kind", "measures", "as_of"})
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qa.web.problems import Unusable

LONGEST = 2_000
MOST_HISTORY = 20
MOST_RECORDS = 100
MOST_MEASURES = 100
_ASK, _CHECK = ("question", "history", "as_of"), ("records", "kind", "measures", "as_of")


@dataclass(frozen=True)
class AskCall:
    """One question with the earlier ones, oldest first; as_of None is today."""

    question: str
    history: tuple[str, ...] = ()
    as_of: dt.date | None = None


@dataclass(frozen=True)
class CheckCall:
    """Records as the reader of JSON made them; kind "" and measures () mean any; as_of None is today."""

    records: tuple[Any, ...]
    kind: str = ""
    measures: tuple[str, ...] = ()
    as_of: dt.date | None = None


def ask_call(given: Mapping[str, Any]) -> AskCall:
    """Return the call that values mean. Raises Unusable."""
    _only(given, _ASK)
    if not isinstance(given.get("question"), str):
        raise Unusable("缺 question，或者它不是文字。请写成 {\"question\": \"博士租房补贴每月多少钱\"}。")
    history = _texts(given.get("history"), "history", "先前的问题，最早的在前", MOST_HISTORY)
    return AskCall(_short(given["question"], "question"), history, _day(given.get("as_of")))


def check_call(given: Mapping[str, Any]) -> CheckCall:
    """Return the call that values mean. Raises Unusable."""
    _only(given, _CHECK)
    records = given.get("records")
    if type(records) is not list or not records:  # a JSON object arrives as a subclass of list: its pairs
        raise Unusable("缺 records，或者它不是列表。请写成 {\"records\": [{\"信息项\": 值}]}，每个申请人一个对象。")
    if len(records) > MOST_RECORDS:
        raise Unusable(f"一次最多{MOST_RECORDS}个申请人，这里有{len(records)}个。请分几次发，或用命令 python -m qa check 校验文件。")
    kind = given.get("kind")
    if kind is not None and not isinstance(kind, str):
        raise Unusable("kind 应当是文字，写一类申请人；不写就是全部。")
    measures = _texts(given.get("measures"), "measures", "要判的措施，例如第十七条", MOST_MEASURES)
    return CheckCall(tuple(records), _short(kind or "", "kind"), measures, _day(given.get("as_of")))


def _only(given: Mapping[str, Any], known: Iterable[str]) -> None:
    strange = [name for name in given if name not in known]
    if strange:
        raise Unusable(f"不认识“{strange[0][:40]}”。可以写的有：{'、'.join(known)}。")


def _short(text: str, name: str) -> str:
    if len(text) > LONGEST:
        raise Unusable(f"{name} 有{len(text)}个字，最多{LONGEST}个。请写短些。")
    return text


def _texts(value: object, name: str, what: str, most: int) -> tuple[str, ...]:
    if value is None:
        return ()
    if type(value) is not list or not all(isinstance(v, str) for v in value):
        raise Unusable(f"{name} 应当是文字的列表（{what}）。")
    if len(value) > most:
        raise Unusable(f"{name} 最多{most}项，这里有{len(value)}项。")
    return tuple(_short(v, name) for v in value)


def _day(value: object) -> dt.date | None:
    if value is None or value == "":
        return None
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else _unread(value)
    except ValueError:
        return _unread(value)


def _unread(value: object) -> dt.date:
    raise Unusable(f"as_of“{str(value)[:20]}”读不懂，请写成 2026-11-22 这样的日期。")
