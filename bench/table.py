"""The measurements of one size, said in Chinese, with what was aimed at.

    Size -> show() -> printed: load and memory, the fixed part, medians and ratios, what is slow, what grows, ask
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import growth
from peers import Timed
from servers import Dataset

TIMES, OVERHEAD, FASTER = 2.0, 1.5, 10.0
_NAMED = 12
# Milliseconds below which nobody feels that a query has become slower.
_FELT = 1.0
_WHY = {
    growth.KINDS[0]: "问答用的查询，由给定的名称沿索引走，不该随图变大",
    growth.KINDS[1]: "合成政策里没有合条件的行，但要看过的候选行随份数增长",
    growth.KINDS[2]: "计数、求和，要走遍的行随份数增长",
    growth.KINDS[3]: "列出各份政策的行，答案本身随份数增长",
}


@dataclass(frozen=True)
class Size:
    """Everything measured over one dataset; times by query, of this endpoint, oxigraph serve, the embedded store, rdflib."""

    data: Dataset
    mine: dict[str, Timed]
    other: dict[str, Timed]
    inside: dict[str, Timed]
    slow: dict[str, Timed]
    fixed: tuple[float, float]
    loads: tuple[tuple[float, float], tuple[float, float]]
    asked: growth.Asked


def _median(values: Iterable[float]) -> float:
    held = list(values)
    return statistics.median(held) if held else float("nan")


def _goal(met: bool) -> str:
    return "达到" if met else "没有达到"


def _names(keys: Collection[str]) -> str:
    return "、".join(list(keys)[:_NAMED]) + (f" 等 {len(keys)} 个" if len(keys) > _NAMED else "")


def show(size: Size, first: Size, lookups: Collection[str]) -> dict[str, object]:
    """Print the table of one size beside the first, the real graph alone; return the figures."""
    print(f"\n== 旁边有 {size.data.policies:,} 份合成政策：图共 {size.data.triples:,} 个三元组")
    for name, (seconds, megabytes) in zip(("本端点", "oxigraph serve"), size.loads, strict=True):
        print(f"装载 {name}：{seconds:.1f} 秒，内存 {megabytes:,.0f} MB（各进程共用的只算一次）")
    over = size.fixed[0] - size.fixed[1]
    print(f"固定部分 ASK {{}}：本端点 {size.fixed[0]:.2f} ms，oxigraph serve {size.fixed[1]:.2f} ms，多出 {over:.2f} ms（目标 ≤{OVERHEAD}：{_goal(over <= OVERHEAD)}）")
    told: dict[str, object] = {"policies": size.data.policies, "triples": size.data.triples, "overhead_ms": over, "fixed_ms": size.fixed, "load_s_mb": size.loads}
    for name, keys in (("目录查询", [k for k in size.mine if k not in lookups]), ("问答查询", [k for k in size.mine if k in lookups])):
        told[name] = _compare(name, keys, size, over)
    if size.slow:
        told["times_rdflib"] = _beside_rdflib(size)
    refused(size)
    if size is not first:
        told["grows"] = grows(size, first, lookups)
    told["ask"] = ask(size, first)
    return told


def _compare(name: str, keys: list[str], size: Size, over: float) -> dict[str, float]:
    """Print the medians of a set of queries on both endpoints, and those that are too slow though the fixed part is taken off."""
    both = [k for k in keys if not size.mine[k].answer.refused and not size.other[k].answer.refused]
    mine, other = _median(size.mine[k].median for k in both), _median(size.other[k].median for k in both)
    ratio = _median(size.mine[k].median / size.other[k].median for k in both)
    bare = {k: max(size.mine[k].median - over, 0.01) / size.other[k].median for k in both}
    print(f"{name}（{len(both)} 个两边都答了）的中位：本端点 {mine:.2f} ms，oxigraph serve {other:.2f} ms；比 {ratio:.2f} 倍，扣除多出的固定部分 {_median(bare.values()):.2f} 倍（目标 ≤{TIMES:g}：{_goal(_median(bare.values()) <= TIMES)}）")
    slow = sorted((k for k in both if bare[k] > TIMES), key=lambda k: -bare[k])
    if slow:
        print(f"  扣除固定部分仍超过 {TIMES:g} 倍：{_names([f'{k} {size.mine[k].median:.1f}/{size.other[k].median:.1f} ms' for k in slow])}")
    unlike = [k for k in both if size.mine[k].answer != size.other[k].answer]
    if unlike:
        print(f"  两边答案不同：{_names(unlike)}")
    return {"queries": len(both), "ours_ms": mine, "oxigraph_ms": other, "ratio": ratio, "ratio_without_fixed": _median(bare.values()), "slow": len(slow)}


def _beside_rdflib(size: Size) -> float:
    late = [k for k, t in size.slow.items() if t.answer.refused]
    answered = [k for k in size.slow if not size.mine[k].answer.refused]
    faster = _median(size.slow[k].median / size.mine[k].median for k in answered)
    both = [k for k in size.slow if k in size.inside]
    inside = _median(size.slow[k].median / size.inside[k].median for k in both)
    print(
        f"rdflib 进程内的中位：{_median(t.median for t in size.slow.values()):.1f} ms；本端点（经 HTTP）快 {faster:.1f} 倍（目标 ≥{FASTER:g}：{_goal(faster >= FASTER)}），"
        f"本程序进程内 {_median(size.inside[k].median for k in both):.2f} ms，快 {inside:.1f} 倍" + (f"；rdflib 超过时限：{_names(late)}" if late else "")
    )
    return faster


def refused(size: Size) -> None:
    """Print the queries that were refused, by endpoint and reason."""
    for name, times in (("本端点", size.mine), ("oxigraph serve", size.other)):
        by: dict[str, list[str]] = {}
        for key, time in times.items():
            if time.answer.refused:
                by.setdefault(time.answer.refused, []).append(key)
        for reason, keys in by.items():
            print(f"没有答：{name} {reason}（{len(keys)} 个）：{_names(keys)}")


def grows(size: Size, first: Size, lookups: Collection[str]) -> dict[str, object]:
    """Print by kind how the time of queries grew, and look-ups that grew though they should not."""
    told = {}
    kinds = growth.split({k: t.answer for k, t in first.mine.items()}, {k: t.answer for k, t in size.mine.items()}, lookups)
    for kind, keys in kinds.items():
        held = [k for k in keys if not size.mine[k].answer.refused]
        before, after = (_median(s.mine[k].best for k in held) for s in (first, size))
        rows = [_median(s.mine[k].answer.rows for k in held) for s in (first, size)]
        print(f"{kind}（{len(keys)} 个；{_WHY[kind]}）：每个查询最快一遍的中位 {before:.2f} → {after:.2f} ms，行 {rows[0]:.0f} → {rows[1]:.0f}")
        told[kind] = {"queries": len(keys), "before_ms": before, "after_ms": after, "rows": rows}
        if kind in growth.KINDS[:2]:
            grown = {k: (size.inside[k].best, first.inside[k].best) for k in held if k in first.inside}
            slower = sorted((k for k, (late, soon) in grown.items() if late > TIMES * soon and late - soon > _FELT), key=lambda k: grown[k][1] / grown[k][0])
            if slower:
                print(f"  执行慢了 {TIMES:g} 倍以上（进程内）：{_names([f'{k} {grown[k][1]:.1f}→{grown[k][0]:.1f} ms' for k in slower])}")
    return told


def ask(size: Size, first: Size) -> dict[str, object]:
    """Print how ask does beside the synthetic policies."""
    unlike = growth.differing(first.asked, size.asked)
    median, most = _median(size.asked.times), size.asked.percentile(0.99)
    print(f"问答（{len(size.asked.times)} 题）：启动 {size.asked.build:.2f} 秒，每题中位 {median:.2f} ms，99% 在 {most:.2f} ms 以内；答复与只有真文件时不同的 {len(unlike)} 题" + (f"：{_names(unlike)}" if unlike else ""), flush=True)
    return {"build_s": size.asked.build, "median_ms": median, "p99_ms": most, "differing": unlike}
