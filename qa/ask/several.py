"""Several measures named in one question that asks what they come to together: text -> Parts.

省级牌子加八百万的仪器，两头一共多少: each stretch between joining words is ranked by itself, and counts where it is sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_JOINED = re.compile(r"再加上?|外加|加上|还有|以及|[、加和跟与再又+]")
_CLAUSES = re.compile(r"[,，;；。]")
_SUM = re.compile(r"[\d零一二两三四五六七八九十百千]\s*(?:[万亿]|w(?![a-z]))|级|人|名|位|站")
_TOGETHER = re.compile(r"共|总|合|[两二三]头|[两二三]笔|[两二三]样|[两二三]项|加|凑|一并|拢|都到")
_AMOUNTS = re.compile(r"[\d零一二两俩仨三四五六七八九十百千万亿w.]+(?:个|元|块|年|月|成|台|套|项|名|位)*|多少|几|给|补|拿|最多|至多|顶|封|累计|合计|一共|总共|前|是")
_SURE = 0.7
_LEAST, _MOST = 2, 16
_PARTS = 6


@dataclass(frozen=True)
class Parts:
    """The measure's key of each stretch that names one, with its words; whole where no stretch is left without one."""

    named: dict[str, str]
    whole: bool


NONE = Parts({}, whole=False)


def split(text: str, rank: Callable[[str], tuple[str, float]]) -> Parts:
    """Return the measures that the stretches of a question name; NONE where fewer than two are named.

    rank gives a stretch's likeliest set of measures (keys joined by blanks) with its probability.
    """
    if not _TOGETHER.search(text):
        return NONE
    joined = [part for part in _JOINED.split(text) if part]
    clauses = [part for part in _CLAUSES.split(text) if _SUM.search(part)]  # 首台套卖了两千万，技术买了一百万，合一块
    return next((out for parts in (joined, clauses) if len((out := _named(parts, rank)).named) > 1), NONE)


def _named(parts: list[str], rank: Callable[[str], tuple[str, float]]) -> Parts:
    out: dict[str, str] = {}
    whole = len(parts) <= _PARTS
    for part in parts if whole else ():
        key, sure = ("", 0.0) if len(part) > _MOST or len(_AMOUNTS.sub("", part)) < _LEAST else rank(part)
        if key and " " not in key and sure >= _SURE:
            out[key] = out.get(key, "") + part + "，"
        else:
            whole = False
    return Parts(out, whole)
