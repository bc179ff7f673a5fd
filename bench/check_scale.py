"""How check grows: tables of applicants by columns (--large) in two processes, beside plain single-process pySHACL in the same run.

    python bench/check_scale.py [--applicants 1000,10000,100000,1000000] [--plain 200] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from check import AS_OF, plain  # noqa: E402

from qa.check.engine import Checker, Options  # noqa: E402
from qa.check.readers import read  # noqa: E402
from qa.check.records import Raw  # noqa: E402
from qa.graph import load  # noqa: E402


def resident(root: int) -> int:
    """Return the bytes that a process and all below it hold, shared pages counted in part."""
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        try:
            total += sum(int(line.split()[1]) * 1024 for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines() if line.startswith("Pss:"))
            todo += [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text(encoding="ascii").split()]
        except (OSError, ValueError):
            continue
    return total


def large(file: Path, out: Path) -> tuple[float, float, int]:
    """Run check --large on a file; return seconds, the most MB that all processes held, and the exit code."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "qa", "check", str(file), "--large", "--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", "2", "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        most, over = 0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not over.wait(0.25):
                most = max(most, resident(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        process.communicate()
        seconds = time.perf_counter() - begun
        over.set()
        watcher.join()
    return seconds, most / 2**20, process.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description="大文件校验的快慢")
    parser.add_argument("--applicants", default="1000,10000,100000,1000000")
    parser.add_argument("--plain", type=int, default=200, help="与整体 pySHACL 比多少个")
    parser.add_argument("--json", type=Path, help="把结果写成 JSON")
    options = parser.parse_args()
    checker = Checker(load())
    measures, told, slow = len(checker.requirements.of), list[dict[str, Any]](), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for count in map(int, options.applicants.split(",")):
            file = Path(folder) / f"{count}.csv"
            subprocess.run([sys.executable, str(ROOT / "bench/applicants.py"), str(count), "-o", str(file)], check=True)
            if not slow:
                raws = [raw for _, raw in zip(range(options.plain), (item for item in read(file, checker.headers) if isinstance(item, Raw)), strict=False)]
                prepared = checker.prepare(raws, Options(AS_OF))
                begun = time.perf_counter()
                plain(prepared)
                slow = len(raws) * measures / (time.perf_counter() - begun)
                print(f"整体 pySHACL（单进程，只判不写）：每秒 {slow:,.0f} 人·项")
            seconds, peak, code = large(file, Path(folder) / "out")
            assert code in (0, 1), f"退出码 {code}"
            rate = count * measures / seconds
            told.append({"applicants": count, "seconds": round(seconds, 2), "peak_mb": round(peak), "per_second": round(rate), "ratio": round(rate / slow, 1)})
            print(f"check --large（2 个进程，含启动和写出）：{count} 人 × {measures} 项，{seconds:.1f} 秒，每秒 {rate:,.0f} 人·项，内存最多 {peak:.0f} MB；快 {rate / slow:.0f} 倍", flush=True)
            file.unlink()
    if options.json:
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
