"""Fuzz ask, the readers of files, the SPARQL endpoint and the interface for programs: no fault of ours, no hang, no growth of memory.

    python bench/fuzz.py [--inputs 100000] [--seed 7] [--json FILE]        python bench/fuzz.py --only ask:123 --seed 7     one input again

    for each target a process of its own, two at a time: mutants (mutate.py) of good samples -> the real handlers (targets.py) -> a fault, a hang, or nothing
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from targets import TARGETS, Try  # noqa: E402

# of all inputs, which share goes where
SHARES = {"ask": 0.35, "readers": 0.35, "sparql": 0.15, "api": 0.15}
HANG = 10.0
# what caches may still take in after the first fifth of the inputs, megabytes
GROWTH = 64


class _Log(logging.Handler):
    """Keep what the handlers of the server log as their own fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one fault."""
        self.faults.append(self.format(record)[-2000:])


def megabytes() -> int:
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def attempt(once: Try, number: int, log: _Log) -> str:
    """Return what went wrong with one input, "" where nothing did."""

    def late(*_: object) -> None:
        raise TimeoutError(f"{HANG:g} 秒没有完")

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, HANG)
    try:
        once(number)
    except BaseException:  # whatever it is, it is what is looked for
        return traceback.format_exc()[-2000:]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return log.faults.pop() if log.faults else ""


def fuzz(target: str, numbers: range, seed: int) -> dict[str, Any]:
    """Try inputs on one target in this process; return counts, seconds, memory and what went wrong, by number of the input."""
    log, faults, slowest, after_a_fifth = _Log(), [], (0.0, 0), 0
    logging.getLogger().addHandler(log)
    with TARGETS[target](seed) as once:
        attempt(once, numbers[0], log)
        before, start = megabytes(), time.perf_counter()
        for done, number in enumerate(numbers, 1):
            began = time.perf_counter()
            if wrong := attempt(once, number, log):
                faults.append({"input": f"{target}:{number}", "fault": wrong})
            slowest = max(slowest, (time.perf_counter() - began, number))
            if done == max(1, len(numbers) // 5):
                after_a_fifth = megabytes()
        seconds, after = time.perf_counter() - start, megabytes()
    return {
        "target": target, "inputs": len(numbers), "faults": len(faults), "seconds": round(seconds, 1), "slowest_s": round(slowest[0], 2), "slowest": slowest[1],
        "mb_before": before, "mb_after_a_fifth": after_a_fifth, "mb_after": after, "grows": after - after_a_fifth > GROWTH, "first_faults": faults[:20],
    }  # fmt: skip


def apart(target: str, count: int, seed: int, most: float) -> dict[str, Any]:
    """Try inputs on one target in a process of its own, which may die or hang."""
    command = [sys.executable, __file__, "--one", target, "--inputs", str(count), "--seed", str(seed)]
    lost = {"target": target, "inputs": count, "faults": 1, "seconds": most, "grows": False}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        return lost | {"first_faults": [{"input": f"{target}:?", "fault": f"{most:g} 秒没有做完"}]}
    if done.returncode:
        return lost | {"first_faults": [{"input": f"{target}:?", "fault": f"进程结束于 {done.returncode}：{done.stderr[-1500:]}"}]}
    return json.loads(done.stdout.splitlines()[-1])


def show(row: dict[str, Any]) -> str:
    """Return a line about one target."""
    if "mb_after" not in row:
        return f"{row['target']:8} {row['inputs']:>7,} 个输入：没有做完"
    return (
        f"{row['target']:8} {row['inputs']:>7,} 个输入  毛病 {row['faults']}  {row['seconds']:.0f} 秒  最慢 {row['slowest_s']:.2f} 秒（{row['target']}:{row['slowest']}）  "
        f"内存 {row['mb_before']} → {row['mb_after_a_fifth']}（五分之一）→ {row['mb_after']} MB{'，在涨' if row['grows'] else ''}"
    )


def main() -> int:
    """Fuzz every target and print what was found; return 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description="把乱七八糟的输入送给问答、读表、SPARQL 和接口")
    parser.add_argument("--inputs", type=int, default=100_000, help="一共多少个输入")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=40, help="一处最多多少分钟")
    parser.add_argument("--json", type=Path, help="数字写到这个文件")
    parser.add_argument("--only", help="只再试一个输入，例如 ask:123")
    parser.add_argument("--one", choices=TARGETS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only or options.one:
        target, _, number = (options.only or f"{options.one}:").partition(":")
        numbers = range(int(number), int(number) + 1) if number else range(1, options.inputs + 1)
        print(json.dumps(fuzz(target, numbers, options.seed), ensure_ascii=False))
        return 0
    with ExitStack() as held:
        runs = held.enter_context(ThreadPoolExecutor(2))
        found = [runs.submit(apart, target, max(1, round(options.inputs * share)), options.seed, options.minutes * 60) for target, share in SHARES.items()]
        rows = []
        for run in found:
            rows.append(run.result())
            print(show(rows[-1]), flush=True)
            for fault in rows[-1]["first_faults"]:
                print(f"  {fault['input']}\n    " + fault["fault"].replace("\n", "\n    "))
    print(f"共 {sum(r['inputs'] for r in rows):,} 个输入，{sum(r['faults'] for r in rows)} 个毛病")
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(any(r["faults"] or r["grows"] for r in rows))


if __name__ == "__main__":
    sys.exit(main())
