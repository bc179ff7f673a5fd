"""One cell: what stands in it -> a typed value, and a value -> words for people.

parse(field, raw) -> Value | None (not filled in); CellError says in Chinese what is wrong and how to mend it.
No message gives away an identity number.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from qa.check.choices import choose, near
from qa.check.fields import Field, fold
from qa.check.identity import is_card, is_credit_code
from qa.check.identity import mask as mask
from qa.check.records import Value
from qa.numerals import months as months_in
from qa.numerals import yuan

_BLANK = frozenset({"", "-", "--", "—", "——", "/", "n/a", "na", "null", "none", "未填", "不详"})
_YES = frozenset("是 是的 有 对 √ ✓ ✔ ☑ y yes true t 1 已 满足 符合".split())
_NO = frozenset("否 不是 没有 没 不 错 × ✗ ✘ n no false f 0 未 不满足 不符合".split())
_NOT = ("不", "未", "没有", "没", "非")
_DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?)(?:[t ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?")
_DIGITS_DAY = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_NO_YEAR = re.compile(r"\d{1,2}[-/.年]\d{1,2}([-/.月]\d{1,4}[日号]?)?")
_NO_DAY = re.compile(r"\d{4}(?:[-/.年](?:\d{1,2}月?)?)?")
_SERIAL = range(20_000, 80_001)
_SERIAL_START = dt.date(1899, 12, 30)
_YEARS = range(1900, 2200)
_LONGEST, _ECHO, _OFFERED = 200, 20, 8
_MOST_MONTHS = 1200
_MOST_YUAN = Decimal(10) ** 13
_MOST_BITS = 400
_CENT = Decimal("0.01")
_NOISE = 1e-6
_BAD_TEXT = frozenset({"Cc", "Cf", "Cs"})


class CellError(ValueError):
    """Say in Chinese why one cell cannot be read and what to fill in instead."""


def parse(field: Field, raw: object) -> Value | None:
    """Return the typed value of a cell, None where it is not filled in; months as int, money in yuan as Decimal.

    Raises CellError.
    """
    if isinstance(raw, str):
        raw = clean(raw)
        if raw.startswith("="):
            raise CellError("这一格是公式，请复制后“选择性粘贴”为数值再交。")
        if _folded(raw) in _BLANK or (raw == "无" and field.type not in ("choice", "text")):
            return None
        if len(raw) > _LONGEST:
            raise CellError(f"这一格有{len(raw)}个字，最多{_LONGEST}个字，请改短。")
    elif raw is None:
        return None
    elif raw.is_nan() if isinstance(raw, Decimal) else isinstance(raw, float) and math.isnan(raw):
        raise CellError("这一格是 NaN（不是一个数），请填实际的值，没有就留空。")
    elif isinstance(raw, int) and raw.bit_length() > _MOST_BITS:
        raise CellError("这一格的数字太长，请核对；号码请把这一列设为文本再填。")
    return _PARSERS[field.type](field, raw)


def clean(text: str) -> str:
    """Return text on one line, without control, invisible or broken characters, trimmed."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    return spaced.strip() if spaced.isprintable() else "".join(c for c in spaced if unicodedata.category(c) not in _BAD_TEXT).strip()


def quoted(raw: object) -> str:
    """Return what stands in a cell for an echo: in quotes, short, identity numbers masked."""
    text = mask(clean(str(raw)))
    return f"“{text[:_ECHO]}{'…' if len(text) > _ECHO else ''}”"


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def _whole(raw: Any) -> int | None:
    """Return a number cell as an int where it is a whole number of ordinary size."""
    if not isinstance(raw, int | float | Decimal) or isinstance(raw, bool):
        return None
    return int(raw) if -_MOST_YUAN < raw < _MOST_YUAN and raw == int(raw) else None


def _written(raw: object) -> str:
    """Return a cell as the text a person would see: 1.0 is 1."""
    whole = _whole(raw)
    return str(raw if whole is None else whole)


def _boolean(field: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    word = fold(_written(raw)).strip("。.")
    tail = fold(field.label.partition("是否")[2])
    if word in _YES or (tail and word in (tail, "已" + tail)):
        return True
    if word in _NO or (tail and word in {no + tail for no in _NOT}):
        return False
    raise CellError(f"{quoted(raw)}看不出是“是”还是“否”，请填 是 或 否，不清楚就留空。")


def _choice(field: Field, raw: object) -> Value:
    word = _written(raw)
    found = choose(word, field.allowed) or tuple(dict.fromkeys(value for name, value in field.aliases if name == fold(word)))
    if len(found) == 1:
        return found[0]
    offered = "、".join(field.allowed[:_OFFERED]) + ("等" if len(field.allowed) > _OFFERED else "")
    hint = "还是".join(f"“{a}”" for a in (found or near(word, field.allowed))[:3])
    raise CellError(f"{quoted(raw)}不在可填的值里。{f'是不是指{hint}？' if hint else ''}可填：{offered}。")


def _integer(field: Field, raw: object) -> Value:
    whole = int(text) if isinstance(raw, str) and re.fullmatch(r"[+-]?\d{1,13}", text := _folded(raw)) else _whole(raw)
    if whole is None:
        raise CellError(f"{quoted(raw)}不是整数，请填整数，例如 3。")
    return whole


def _months(field: Field, raw: object) -> Value:
    count: Decimal | None = None
    if isinstance(raw, str):
        text = _folded(raw)
        if re.match(r"[-−]\d", text):
            raise CellError(f"{quoted(raw)}是负数，请填 0 或更大的月数。")
        count = months_in(text)
    elif isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        count = Decimal(str(raw))
    if count is None:
        raise CellError(f"{quoted(raw)}换不成月数，请填月数或写明年月，例如 36、3年、2年6个月。")
    if count < 0:
        raise CellError(f"{quoted(raw)}是负数，请填 0 或更大的月数。")
    if count > _MOST_MONTHS:
        raise CellError(f"{quoted(raw)}超过{_MOST_MONTHS}个月（100年），请核对；数字按月算，年数请写“年”。")
    if count != int(count):
        raise CellError(f"{quoted(raw)}不是整月，请填整月数，例如 36、2年6个月。")
    return int(count)


def _money(field: Field, raw: object) -> Value:
    amount: Decimal | None = None
    if isinstance(raw, str):
        text = re.sub(r"^(?:¥|rmb|人民币)|(?:元整|元|块钱?|rmb|人民币)$", "", _folded(raw))
        if re.match(r"[-−(]¥?[\d.,]+", text):
            raise CellError(f"{quoted(raw)}是负数，金额请填 0 或更大的数。")
        amount = yuan(text.removeprefix("¥"))
    elif isinstance(raw, float):
        near = round(raw, 2) if math.isfinite(raw) else raw
        amount = Decimal(str(near if abs(raw - near) < _NOISE else raw))
    elif isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        amount = Decimal(raw)
    if amount is None:
        raise CellError(f"{quoted(raw)}看不懂是多少钱，请填以元为单位的数，例如 1000000 或 100万。")
    if amount < 0:
        raise CellError(f"{quoted(raw)}是负数，金额请填 0 或更大的数。")
    if amount > _MOST_YUAN:
        raise CellError("金额超过10万亿元，请核对是不是多写了几位。")
    if amount != amount.quantize(_CENT):
        raise CellError(f"{quoted(raw)}不足一分，金额最多写两位小数，请核对。")
    return amount.quantize(_CENT) if amount != int(amount) else Decimal(int(amount))


def _date(field: Field, raw: object) -> Value:
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if not isinstance(raw, dt.date):
        text = str(int(raw)) if isinstance(raw, float | Decimal) and 0 < raw < _MOST_YUAN else _folded(_written(raw))
        raw = _day(text, raw)
    if raw.year not in _YEARS:
        raise CellError(f"{quoted(raw)}的年份不对，请填{_YEARS[0]}年到{_YEARS[-1]}年之间的日期。")
    return raw


def _day(text: str, raw: object) -> dt.date:
    if match := _DAY.fullmatch(text) or _DIGITS_DAY.fullmatch(text):
        year, month, day = (int(g) for g in match.groups() if g and g.isdigit())
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise CellError(f"{quoted(raw)}这一天不存在，请核对月和日。") from None
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIAL:
        return _SERIAL_START + dt.timedelta(days=int(text))
    why = "没有写四位数的年份" if _NO_YEAR.fullmatch(text) else "没有写到日" if _NO_DAY.fullmatch(text) else "看不懂是哪一天"
    raise CellError(f"{quoted(raw)}{why}，请写成 2026-11-22 这样。")


def _identity(field: Field, raw: object) -> Value:
    if not isinstance(raw, str):
        raise CellError("号码存成了数字，末几位可能已经丢失。请把这一列设为文本再填。")
    number = re.sub(r"[\s\-]", "", _folded(raw)).upper()
    tests = {"idNumber": (is_card,), "creditCode": (is_credit_code,)}.get(field.key, (is_card, is_credit_code))
    if any(test(number) for test in tests):
        return number
    if re.fullmatch(r"[\d.]+E\+?\d+", number):
        raise CellError("号码成了科学计数，末几位已经丢失。请把这一列设为文本，照证件重填。")
    raise CellError(f"{field.label}有{len(number)}位，位数或校验码不对，请照证件核对（不需要可以留空）。")


def _text(field: Field, raw: object) -> Value:
    if isinstance(raw, bool | dt.time | dt.timedelta):
        raise CellError("这一格不是文字，请把这一格设为文本再填。")
    return raw.date().isoformat() if isinstance(raw, dt.datetime) else _written(raw)[:_LONGEST]


_PARSERS: dict[str, Callable[[Field, object], Value]] = {
    "boolean": _boolean,
    "choice": _choice,
    "measure": _choice,
    "integer": _integer,
    "months": _months,
    "money": _money,
    "date": _date,
    "identity": _identity,
    "text": _text,
}


def show(field: Field, value: Value) -> str:
    """Say a value as people write it: 是, 2年6个月, 100万元, 2026-11-22; identity numbers are masked."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.type == "months" and isinstance(value, int):
        years, rest = divmod(value, 12)
        return (f"{years}年" if years else "") + (f"{rest}个月" if rest or not years else "")
    if field.type == "money" and isinstance(value, int | Decimal):
        return _yuan(Decimal(value))
    return value.isoformat() if isinstance(value, dt.date) else mask(str(value))


def _yuan(amount: Decimal) -> str:
    """Say an amount in the largest unit that needs at most four places, so that nothing is rounded away."""
    for size, unit in ((Decimal(10) ** 8, "亿元"), (Decimal(10) ** 4, "万元")):
        if amount >= size and amount / size == round(amount / size, 4):
            return f"{_plain(amount / size)}{unit}"
    return f"{_plain(amount)}元"


def _plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
