"""Many people at once: 50 ask, as people do and without a pause, while a file of 2,000 applicants is judged and a query that never ends is asked.

    python bench/load.py [--people 50] [--seconds 60] [--applicants 2000] [--json FILE]

    app.py on a free port -> for each door (/api/ask, the page's own handler) and pace (as people, without a pause): a crowd (crowd.py) -> a table
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import applicants
from crowd import Beside, Told, beside, crowd, doors
from start import started, until_answered

ROOT = Path(__file__).resolve().parent.parent
PACES = {"像人一样（每问后想 2–10 秒）": (2.0, 10.0), "一刻不停": (0.0, 0.0)}
MEDIAN = 0.3


def table_of(count: int, path: Path) -> Path:
    """Write a table of synthetic applicants."""
    header, rows = applicants.rows(count, 7)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def questions() -> list[str]:
    """Return what people ask."""
    return [json.loads(line)["q"] for line in (ROOT / "questions/people/dev.jsonl").read_text(encoding="utf-8").splitlines()]


def figures(told: Told, seen: Beside) -> dict[str, Any]:
    """Return the figures of one run, seconds where nothing else is said."""
    took = sorted(told.seconds) or [float("inf")]
    at = lambda share: took[min(len(took) - 1, int(share * len(took)))]  # noqa: E731
    return {
        "replies": len(told.seconds), "errors": len(told.errors), "median": statistics.median(took), "p95": at(0.95), "most": took[-1],
        "uploads": seen.uploads, "runaways": seen.runaways, "told": [*told.errors[:3], *seen.errors[:3]],
    }  # fmt: skip


async def measure(address: str, people: int, seconds: float, table: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of each door and pace, one after the other."""
    asked, found = questions(), {}
    for name, door in (await doors(address)).items():
        for pace, think in PACES.items():
            async with beside(address, table) as seen:
                told = await crowd(address, door, people, seconds, think, asked)
            found[f"{name}，{pace}"] = figures(told, seen)
    return found


def main() -> int:
    """Measure, print a table, and say what was aimed at; return 1 where it was missed."""
    parser = argparse.ArgumentParser(description="许多人同时提问")
    parser.add_argument("--people", type=int, default=50, help="多少人")
    parser.add_argument("--seconds", type=float, default=60, help="每轮多少秒")
    parser.add_argument("--applicants", type=int, default=2000, help="旁边校验多少个申请人")
    parser.add_argument("--json", type=Path, help="数字写到这个文件")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started() as (address, _):
        until_answered(f"{address}/config", time.monotonic())
        found = asyncio.run(measure(address, options.people, options.seconds, table_of(options.applicants, Path(folder) / "申请人.csv")))
    print(f"{options.people} 人同时提问 {options.seconds:g} 秒，旁边反复校验 {options.applicants} 个申请人、反复问一个不会完的 SPARQL 查询")
    met = True
    for name, of in found.items():
        print(f"  {name}：{of['replies']} 个答复，{of['errors']} 个出错；中位 {of['median'] * 1000:.0f} 毫秒，95% 在 {of['p95'] * 1000:.0f} 毫秒内，最慢 {of['most'] * 1000:.0f} 毫秒；校验完 {of['uploads']} 次，停下查询 {of['runaways']} 次")
        for line in of["told"]:
            print(f"    {line}")
        # without a pause 50 people are a queue that is never empty: told, but what is aimed at is for people
        met &= not of["errors"] and (of["median"] < MEDIAN or "一刻不停" in name)
    print(f"  没有出错，像人一样问时中位小于 {MEDIAN * 1000:g} 毫秒：{'达到' if met else '没有达到'}")
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
