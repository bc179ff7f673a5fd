"""The cost as sizes grow, drawn from the figures of bench/all.py: one PNG a question, both axes logarithmic.

    python bench/plot.py [bench/results.json] [--out bench/plots]

    results -> Lines of points (size, cost) -> PNG; a picture with fewer than two sizes is left out and said so
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 80_000
Point = tuple[float, float]
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """What stands in a picture, in Chinese, and in English where no font has the characters."""

    chinese: str
    english: str

    def said(self, chinese: bool) -> str:
        """Return the words that can be drawn."""
        return self.chinese if chinese else self.english


@dataclass(frozen=True)
class Picture:
    """One picture: its file, title and axes, the lines by name, and a bound that is aimed at."""

    name: str
    title: Words
    across: Words
    up: Words
    lines: Callable[[Told], dict[Words, list[Point]]]
    goal: float | None = None


def _points(rows: list[Told], across: str, up: Callable[[Told], float | None]) -> list[Point]:
    return sorted((float(row[across]), value) for row in rows if row.get(across) and (value := up(row)))


def _of(told: Told, name: str) -> list[Told]:
    found = told["scripts"].get(name, {}).get("told") or []
    return found if isinstance(found, list) else found.get("sizes", [])


def _ask(told: Told) -> dict[Words, list[Point]]:
    rows = _of(told, "scale")
    kinds = {Words("中位", "median"): "median_ms", Words("没问过的政策", "first question"): "cold_median_ms", Words("问过的政策", "asked before"): "warm_median_ms", Words("99%", "99th percentile"): "p99_ms"}
    return {words: _points(rows, "policies", lambda row, key=key: row.get(key)) for words, key in kinds.items()}  # type: ignore[misc]


def _memory(told: Told) -> dict[Words, list[Point]]:
    return {Words("问答多占的内存", "ask, added memory"): _points(_of(told, "scale"), "policies", lambda row: row.get("index_mb"))}


def _sparql(told: Told) -> dict[Words, list[Point]]:
    rows = _of(told, "sparql")
    out = {}
    for name, english in (("目录查询", "catalogue"), ("问答查询", "look-ups of ask")):
        out[Words(f"{name}，本端点", f"{english}, here")] = _points(rows, "policies", lambda row, name=name: row[name]["ours_ms"])  # type: ignore[misc]
        out[Words(f"{name}，oxigraph serve", f"{english}, oxigraph serve")] = _points(rows, "policies", lambda row, name=name: row[name]["oxigraph_ms"])  # type: ignore[misc]
    return out


def _check(told: Told) -> dict[Words, list[Point]]:
    return {Words("本系统", "this system"): _points(_of(told, "check_scale"), "applicants", lambda row: row.get("seconds"))}


_POLICIES, _MS = Words("政策份数", "policies"), Words("毫秒", "milliseconds")
PICTURES = (
    Picture("ask", Words("问答：政策多起来以后一个问题的用时", "Ask: time of a question as policies grow"), _POLICIES, _MS, _ask, 50),
    Picture("ask-memory", Words("问答：政策多起来以后的内存", "Ask: memory as policies grow"), _POLICIES, Words("MB", "MB"), _memory),
    Picture("sparql", Words("SPARQL：政策多起来以后一个查询的用时（中位）", "SPARQL: median time of a query as policies grow"), _POLICIES, _MS, _sparql),
    Picture("check", Words("校验：申请人多起来以后的用时", "Check: time as applicants grow"), Words("申请人数", "applicants"), Words("秒", "seconds"), _check, 180),
)


def chinese_font() -> str:
    """Return the name of a font that has Chinese characters, "" where none is installed."""
    from matplotlib import font_manager

    names = sorted({font.name for font in font_manager.fontManager.ttflist})
    return next((name for name in names if "CJK SC" in name or "CJK JP" in name), "")


def draw(told: Told, out: Path) -> Iterator[str]:
    """Draw the pictures and return a line about each. Raises ImportError without matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    font = chinese_font()
    if font:
        plt.rcParams["font.family"] = [font, "DejaVu Sans"]
    out.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        lines = {words.said(bool(font)): points for words, points in picture.lines(told).items() if len(points) > 1}
        if not lines:
            yield f"{picture.name}：没有画，量过的大小不到两种"
            continue
        figure, axes = plt.subplots(figsize=(7, 4.2), dpi=100, layout="constrained")
        for (name, points), style in zip(lines.items(), ("o-", "s--", "^-.", "d:"), strict=False):
            axes.loglog(*zip(*points, strict=True), style, label=name, linewidth=1.5, markersize=5)
        if picture.goal is not None:
            axes.axhline(picture.goal, color="grey", linewidth=0.8, linestyle=(0, (6, 4)), label=f"{Words('目标', 'goal').said(bool(font))} {picture.goal:g}")
        axes.set(title=picture.title.said(bool(font)), xlabel=picture.across.said(bool(font)), ylabel=picture.up.said(bool(font)))
        axes.grid(True, which="major", alpha=0.3)
        axes.legend(fontsize="small")
        path = out / f"{picture.name}.png"
        # without the version of the library, so that the same figures give the same file
        figure.savefig(path, metadata={"Software": None})
        plt.close(figure)
        yield f"{path.name}：{len(lines)} 条线，{path.stat().st_size / 1000:.0f} kB" + ("" if path.stat().st_size < LARGEST else "，太大了")


def main() -> int:
    """Draw from a file of results."""
    parser = argparse.ArgumentParser(description="由 bench/all.py 的数字画图")
    parser.add_argument("results", type=Path, nargs="?", default=ROOT / "bench/results.json")
    parser.add_argument("--out", type=Path, default=ROOT / "bench/plots")
    options = parser.parse_args()
    try:
        told = json.loads(options.results.read_text(encoding="utf-8"))
        for line in draw(told, options.out):
            print(line)
    except ImportError:
        print("没有画图：没有装 matplotlib。请执行 make test（会装好），再执行 make bench。")
    except OSError as error:
        print(f"没有画图：{options.results} 读不了（{error.strerror}）。请先执行 make bench。")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
