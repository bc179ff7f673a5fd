"""Everything measured in one run: one table, one JSON file, each figure beside its peer and its goal, with the machine it was measured on.

    python bench/all.py [--share bench|proof|small] [--only ask,sparql] [--json bench/results.json]

    share -> scripts, one after another, each in a process of its own and its time -> their JSON -> rows (gathered.py) -> table, JSON
    a script that is not there, fails or takes too long is a row that says so
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gathered import READ, Row

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
RESULTS = BENCH / "results.json"


@dataclass(frozen=True)
class Step:
    """A script with its arguments, and the minutes it may take; reads "" is one that gives no figures, only an exit code."""

    script: str
    arguments: str
    minutes: float
    reads: str = ""

    @property
    def name(self) -> str:
        """Return the name of the script without its ending."""
        return self.script.removesuffix(".py")


def _steps(*rows: tuple[str, str, float]) -> tuple[Step, ...]:
    return tuple(Step(script, arguments, minutes, script.removesuffix(".py") if script.removesuffix(".py") in READ else "") for script, arguments, minutes in rows)


# The minutes of bench add up to ten on two idle cores, those of proof to an hour: they are bounds, most take half.
SHARES = {
    "bench": _steps(
        ("ask.py", "", 1), ("stages.py", "", 1), ("start.py", "--times 3", 1), ("sparql.py", "--policies 0,1,10,100 --every 3 --rounds 3 --rdflib 0", 1.5), ("scale.py", "--policies 1,10,100,1000 --questions 60", 1.5),
        ("check.py", "--applicants 1000 --plain 100", 1), ("check_scale.py", "--applicants 1000,10000", 1), ("load.py", "--people 50 --seconds 10 --applicants 500", 1.5), ("fuzz.py", "--inputs 1000", 0.5),
    ),
    "proof": _steps(
        ("ask.py", "", 1), ("stages.py", "", 1), ("start.py", "", 2), ("sparql.py", "--policies 0,1,10,100,1000,10000 --every 4 --rounds 3 --rdflib 0", 8), ("scale.py", "--policies 1,10,100,1000,10000 --questions 100", 8),
        ("check.py", "--applicants 10000 --plain 300", 3), ("check_scale.py", "--applicants 1000,10000,100000,1000000", 9), ("check_equal.py", "", 6), ("load.py", "", 5), ("fuzz.py", "--inputs 100000 --minutes 14", 15), ("guided.py", "--runs 1000000 --seconds 60", 2),
    ),
    "small": _steps(
        ("ask.py", "--questions questions/people/sample.jsonl", 1), ("stages.py", "--questions 30", 1), ("start.py", "--times 1", 1), ("sparql.py", "--policies 0,1,10 --every 20 --rounds 1 --rdflib 0", 1), ("scale.py", "--policies 1,10 --questions 5", 1),
        ("check.py", "--applicants 30 --plain 10", 1), ("check_scale.py", "--applicants 100", 1), ("load.py", "--people 3 --seconds 2 --applicants 20", 2), ("fuzz.py", "--inputs 40", 1),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What came of a step: its rows, its own figures, its seconds."""

    step: Step
    rows: tuple[Row, ...]
    told: Any
    seconds: float


def run(step: Step) -> Ran:
    """Run one script and read its figures."""
    begun = time.monotonic()
    if not (BENCH / step.script).is_file():
        return Ran(step, (Row(f"bench/{step.script}", None, note="没有这个脚本"),), None, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "told.json"
        command = [sys.executable, str(BENCH / step.script), *step.arguments.split(), *(("--json", str(out)) if step.reads else ())]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=step.minutes * 60, check=False)
        except subprocess.TimeoutExpired:
            return Ran(step, (Row(f"bench/{step.script}", None, note=f"{step.minutes:g} 分钟没有做完"),), None, time.monotonic() - begun)
        seconds = time.monotonic() - begun
        if not step.reads:
            return Ran(step, (Row(f"bench/{step.script} 通过", float(done.returncode == 0), goal=1, most=False, note=_last(done.stdout)),), None, seconds)
        try:
            told = json.loads(out.read_text(encoding="utf-8"))
            return Ran(step, tuple(READ[step.reads](told)), told, seconds)
        except (OSError, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as error:
            why = _last(done.stderr) or _last(done.stdout) or f"{type(error).__name__}：{error}"
            return Ran(step, (Row(f"bench/{step.script}", None, note=f"没有量成（退出码 {done.returncode}）：{why}"),), None, seconds)


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:160] if lines else ""


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(), "memory_gb": round(pages / 2**30, 1), "python": platform.python_version(), "kernel": f"{platform.system()} {platform.release()}", "machine": platform.machine(),
        "load": [round(each, 2) for each in os.getloadavg()], "commit": _commit(),
    }  # fmt: skip


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a row in words."""
    goal = "" if row.goal is None else f"{'≤' if row.most else '≥'}{_number(row.goal)}{'倍' if row.of_ratio else ''}"
    met = {True: "达到", False: f"没有达到（{row.missed_by}）", None: ""}[row.met]
    beside = f"{row.peer} {_number(row.beside)}" if row.peer and row.beside is not None else ""
    return row.what, f"{_number(row.figure)} {row.unit}".strip(), beside, f"{row.ratio:.1f}" if row.ratio and row.peer else "", goal, met, row.note


HEAD = ("什么", "本系统", "别的办法", "好几倍", "目标", "达到", "说明")


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows: list[Row]) -> str:
    """Return the rows as text in columns."""
    lines = [HEAD, *map(cells, rows)]
    widths = [max(_wide(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join("  ".join(text + " " * (width - _wide(text)) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def kept_of(file: Path, again: set[str]) -> dict[str, Any]:
    """Return what an earlier run left of the scripts that are not run again: a part measured anew takes the place of that part alone."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {"rows": [row for row in told["rows"] if row["script"] not in again], "scripts": {name: of for name, of in told["scripts"].items() if name not in again}}
    except (OSError, ValueError, KeyError, TypeError):
        return {"rows": [], "scripts": {}}


def main() -> int:
    """Run the steps of a share, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description="全部量一遍：一张表，一个 JSON")
    parser.add_argument("--share", choices=SHARES, default="bench", help="量多少：bench 不到十分钟，proof 不到一小时，small 只看能不能跑")
    parser.add_argument("--only", default="", help="只跑这几个脚本，逗号分开，例如 ask,sparql")
    parser.add_argument("--json", type=Path, default=RESULTS, help="数字写到这个文件")
    options = parser.parse_args()
    wanted = set(filter(None, options.only.split(",")))
    if strange := wanted - {step.name for step in SHARES[options.share]}:
        parser.error(f"没有这个脚本：{'、'.join(sorted(strange))}")
    before, ran = machine(), []
    for step in SHARES[options.share]:
        if not wanted or step.name in wanted:
            print(f"  bench/{step.script} {step.arguments} …", file=sys.stderr, flush=True)
            ran.append(run(step))
            print(f"    {ran[-1].seconds:.0f} 秒", file=sys.stderr, flush=True)
    rows = [row for each in ran for row in each.rows]
    on = f"{before['cores']} 个核，{before['memory_gb']} GB 内存，Python {before['python']}，{before['kernel']}，开始时负载 {before['load'][0]}，结束时 {machine()['load'][0]}"
    print(table(rows) + f"\n\n{on}；共 {sum(each.seconds for each in ran) / 60:.1f} 分钟")
    goals = [row.met for row in rows if row.met is not None]
    print(f"有目标的 {len(goals)} 项，达到 {sum(goals)} 项；没有量成 {sum(row.figure is None for row in rows)} 项。")
    kept = kept_of(options.json, {each.step.name for each in ran}) if wanted else {"rows": [], "scripts": {}}
    told = {
        "share": options.share, "machine": before,
        "rows": [*kept["rows"], *({"script": each.step.name} | row.to_json() for each in ran for row in each.rows)],
        "scripts": kept["scripts"] | {each.step.name: {"arguments": each.step.arguments, "seconds": round(each.seconds, 1), "told": each.told} for each in ran},
    }  # fmt: skip
    options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
