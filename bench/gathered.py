"""What each script measured -> rows of the one table: what, figure, peer, ratio, goal.

    a script's JSON -> its function here -> Rows; whether a goal is met is read off the figure, never written
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table. goal is a bound on the figure, or on the ratio where of_ratio; most: the figure may be no more than it."""

    what: str
    figure: float | None
    unit: str = ""
    peer: str = ""
    beside: float | None = None
    goal: float | None = None
    most: bool = True
    of_ratio: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times the peer's figure ours is; where less is better, how many times ours the peer's is."""
        if self.figure is None or self.beside is None or not self.figure or not self.beside:
            return None
        return self.beside / self.figure if self.most and not self.of_ratio else self.figure / self.beside

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met, None where there is none or nothing was measured."""
        held = self.ratio if self.of_ratio else self.figure
        return None if self.goal is None or held is None else held <= self.goal if self.most else held >= self.goal

    @property
    def missed_by(self) -> str:
        """Return by how much the goal is missed, "" where it is not."""
        held = self.ratio if self.of_ratio else self.figure
        if self.met is not False or held is None or self.goal is None:
            return ""
        if self.unit == "%":
            return f"差 {abs(held - self.goal):.1f} 个百分点"
        bigger, smaller = max(held, self.goal), min(held, self.goal)
        return f"{bigger / smaller:.2g} 倍之差" if smaller > 0 else f"差 {bigger - smaller:g}"

    def to_json(self) -> dict[str, Any]:
        """Return the row with what follows from it."""
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


def ask(told: list[dict[str, Any]]) -> Iterator[Row]:
    """Return the rows of bench/ask.py: ours first, then its peers."""
    ours, nearest, articles = told
    yield Row("问答准确率（开发集）", ours["accuracy"] * 100, "%", nearest["system"], nearest["accuracy"] * 100, 95, most=False)
    yield Row("问答准确率（开发集）", ours["accuracy"] * 100, "%", articles["system"], articles["accuracy"] * 100, most=False)
    worst = min(ours["kinds"], key=lambda kind: ours["kinds"][kind])
    yield Row("最差的一类问题", ours["kinds"][worst] * 100, "%", goal=88, most=False, note=worst)
    yield Row("该答而没答", ours["answerables refused"] * 100, "%", nearest["system"], nearest["answerables refused"] * 100, 3)
    yield Row("不该答而答", ours["unanswerables answered"] * 100, "%", nearest["system"], nearest["unanswerables answered"] * 100, 2)
    yield Row("一个问题，中位", ours["median ms"], "毫秒", articles["system"], articles["median ms"], 10)
    yield Row("一个问题，99%", ours["99th percentile ms"], "毫秒", articles["system"], articles["99th percentile ms"], 30)


def stages(told: dict[str, Any]) -> Iterator[Row]:
    """Return the rows of bench/stages.py."""
    for name, of in sorted(told["stages"].items(), key=lambda item: -item[1]["mean_ms"]):
        peer = ("bge-small 的结构只编码", told["bert_ms"]) if name == "编码、排序" else ()
        yield Row(f"一个问题里：{name}", of["median_ms"], "毫秒", *peer)
    yield Row("ask --jsonl", told["jsonl_per_second"], "题/秒", goal=200, most=False)


def scale(told: list[dict[str, Any]]) -> Iterator[Row]:
    """Return the rows of bench/scale.py, a size each."""
    for of in told:
        if of["questions"]:
            yield Row(f"{of['policies']:,} 份政策里问一份：答对", 100 * of["right"] / of["questions"], "%", goal=100, most=False)
            yield Row(f"{of['policies']:,} 份政策里问一份，中位", of["median_ms"], "毫秒", goal=50, note=f"没问过的 {of['cold_median_ms']}，问过的 {of['warm_median_ms']}；多占 {of['index_mb']} MB")


def sparql(told: list[dict[str, Any]]) -> Iterator[Row]:
    """Return the rows of bench/sparql.py, a size each."""
    for of in told:
        at = f"（{of['policies']:,} 份合成政策旁）"
        yield Row(f"SPARQL 每次请求的固定部分{at}", of["fixed_ms"][0], "毫秒", "oxigraph serve", of["fixed_ms"][1])
        yield Row(f"SPARQL 固定部分多出{at}", of["overhead_ms"], "毫秒", goal=1.5)
        for name in ("目录查询", "问答查询"):
            here = of[name]
            yield Row(f"SPARQL {name}，中位{at}", here["ours_ms"], "毫秒", "oxigraph serve", here["oxigraph_ms"])
            yield Row(f"SPARQL {name}扣除固定部分，几倍{at}", here["ratio_without_fixed"], "倍", goal=2, note="oxigraph serve 为 1")
        if "times_rdflib" in of:
            yield Row(f"SPARQL 目录查询比 rdflib 快几倍{at}", of["times_rdflib"], "倍", goal=10, most=False, note="rdflib 在进程内，本端点经 HTTP")


def check(told: dict[str, Any]) -> Iterator[Row]:
    """Return the rows of bench/check.py."""
    yield Row(f"校验 {told['applicants']:,} 人，含写出", told["applicants_measures_per_second"], "人·项/秒", "pySHACL 单进程，只判", told["plain_pyshacl_per_second"], most=False, note="逐人，写全部八种文件；目标 50 倍看 --large")
    yield Row("校验裁决与 pySHACL 相同", 100.0 if told["equal_verdicts"] else 0.0, "%", goal=100, most=False)
    yield Row(f"校验 {told['applicants']:,} 人的内存（最大进程）", told["peak_mb_largest_process"], "MB", goal=2048)


def check_scale(told: Any) -> Iterator[Row]:
    """Return the rows of bench/check_scale.py, a size each."""
    for of in told if isinstance(told, list) else told["sizes"]:
        count, seconds = int(of["applicants"]), float(of["seconds"])
        yield Row(f"校验 {count:,} 人", seconds, "秒", goal=180 if count >= 1_000_000 else None)
        if memory := of.get("peak_mb"):
            yield Row(f"校验 {count:,} 人的内存", float(memory), "MB", goal=2048)
        if times := of.get("ratio"):
            yield Row(f"校验 {count:,} 人比 pySHACL 快几倍", float(times), "倍", goal=50, most=False, note="pySHACL 单进程")


def load(told: dict[str, dict[str, Any]]) -> Iterator[Row]:
    """Return the rows of bench/load.py, a door and pace each."""
    for name, of in told.items():
        yield Row(f"许多人同时问：{name}，中位", of["median"] * 1000, "毫秒", goal=300, note=f"{of['replies']} 个答复，95% 在 {of['p95'] * 1000:.0f} 毫秒内")
        yield Row(f"许多人同时问：{name}，出错", float(of["errors"]), "个", goal=0)


def start(told: dict[str, Any]) -> Iterator[Row]:
    """Return the rows of bench/start.py."""
    first, *others = ((name, sorted(runs)[len(runs) // 2]) for name, runs in told["runs"].items())
    yield Row(f"启动到{first[0]}", first[1], "秒", goal=5)
    for name, seconds in others:
        yield Row(f"启动到{name}", seconds, "秒")
    yield Row("从应答到能问能答", sorted(told["usable"])[len(told["usable"]) // 2], "秒", goal=3)


def fuzz(told: list[dict[str, Any]]) -> Iterator[Row]:
    """Return the rows of bench/fuzz.py, a target each."""
    for of in told:
        grown = f"内存 {of.get('mb_after_a_fifth', '?')} → {of.get('mb_after', '?')} MB，最慢 {of.get('slowest_s', '?')} 秒"
        yield Row(f"乱输入 {of['inputs']:,} 个：{of['target']}，毛病", float(of["faults"]), "个", goal=0, note=grown)


READ: dict[str, Callable[[Any], Iterator[Row]]] = {
    "ask": ask, "stages": stages, "scale": scale, "sparql": sparql, "check": check, "check_scale": check_scale, "load": load, "start": start, "fuzz": fuzz,
}  # fmt: skip
