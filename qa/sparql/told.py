"""What is said when a query could not be answered: the worker's word, or how it died -> a Problem in Chinese."""

from __future__ import annotations

import signal
from typing import Any

from qa.sparql.limits import Limits
from qa.sparql.problem import Busy, Down, Malformed, NotAcceptable, OverCap, Overdue, Problem

# What a process dies of when a query is too much for it: memory refused, stack overflown, a panic (it ends by itself).
_TOO_MUCH = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, 0}
_LONGEST_QUOTE = 300


def busy(limits: Limits) -> Busy:
    """Return the problem of a query that found no room, or waited in vain."""
    return Busy(f"正在执行和排队的查询太多（最多排 {limits.queue} 个），没有轮到这一个。请过几秒再试。", retry_after=max(1, round(limits.timeout / 2)))


def overdue(limits: Limits) -> Overdue:
    """Return the problem of a query that ran out of its time."""
    return Overdue(
        f"查询在限定的时间内没有做完（最多 {limits.timeout:g} 秒），已经停止。请加上更具体的条件或 LIMIT，检查三元组模式之间是否都由变量连着，再试一次。",
        retry_after=max(1, round(limits.timeout)),
    )


def crash(sign: int, limits: Limits) -> Problem:
    """Return the problem of a query whose worker died of a signal (0: it ended by itself)."""
    if sign in _TOO_MUCH:
        return OverCap(f"这个查询太复杂，或要占的内存超过 {limits.memory >> 20} MB，做不下去。请拆成几个小的查询，或加上更具体的条件。")
    if sign == signal.SIGALRM:
        return overdue(limits)
    return Down("执行查询的进程意外退出，已换上新的。请再试一次。", retry_after=1)


def refusal(header: dict[str, Any], limits: Limits) -> Problem:
    """Return the problem that a worker's header tells of."""
    caps = {"rows": f"{limits.rows} 行", "bytes": f"{limits.bytes / (1 << 20):.3g} MB"}
    match header["error"]:
        case "cap":
            return OverCap(f"结果超过 {caps[header['cap']]}，本端点不给残缺的结果，所以一行也没有给。请加 LIMIT（可配合 ORDER BY 与 OFFSET 分批取），或用 COUNT 等汇总。")
        case "syntax":
            return _syntax(header["message"], header["line"], header["column"])
        case "format":
            return NotAcceptable("这种查询的结果没有您要的格式。SELECT 和 ASK 用 json、xml（SELECT 还有 csv、tsv），CONSTRUCT 和 DESCRIBE 用 turtle、nt、rdfxml、jsonld。")
        case "xml":
            return NotAcceptable(f"RDF/XML 写不下谓词 {header['message']}（它的末尾不是 XML 名称）。请改用 turtle、nt 或 jsonld。")
        case "memory":
            return crash(0, limits)
    return Malformed(f"查询执行不了：{header.get('message', '')}")


def _syntax(message: str, line: int | None, column: int | None) -> Malformed:
    place = f"第 {line} 行第 {column} 列附近" if line else "有一处"
    expected = " ".join(message.split())[:_LONGEST_QUOTE]
    return Malformed(f"查询{place}写得不对。请检查括号、引号、句点和前缀是否写全。解析器的原话：{expected}", line=line, column=column)
