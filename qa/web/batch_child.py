"""One batch check in a process of its own: a call on standard input -> files in a folder, progress on standard output.

    python -m qa.web.batch_child < {"file", "folder", "kind", "measures", "as_of", "rows", "workers"}
    -> {"read", "total", "applicants"} … then {"done": …} or {"error": "…"}, a line each

When standard input closes (the page was left, the server stopped), it ends, and with it the workers it started.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from qa.check.command import unfilled
from qa.check.engine import Checker, Options
from qa.check.outputs import Outputs, Part, Wants
from qa.check.readers import total
from qa.check.records import Verdict
from qa.check.report import Cover
from qa.check.run import Job, run
from qa.check.summary import Tally
from qa.check.writers import COLUMNS
from qa.errors import FileError, PolicyError
from qa.graph import load

SHOWN, PROBLEMS = 500, 200
TABLE = "table.json"
_PLACES = [[name for name, _, _ in COLUMNS].index(name) for name in ("行号", "编号", "名称", "措施", "条号", "裁决", "理由", "缺少的信息", "怎样改", "金额")]
_VERDICT = 5


class Table:
    """The first rows of each verdict, and of all, for the page to show; in constant memory."""

    def __init__(self) -> None:
        self.rows: dict[str, list[list[str]]] = {v.value: [] for v in Verdict}
        self.first: list[list[str]] = []
        self.problems: list[list[str]] = []

    def add(self, part: Part) -> None:
        """Take what is still wanted of a part."""
        for row in part.rows:
            own = self.rows[str(row[_PLACES[_VERDICT]])]
            if len(own) < SHOWN or len(self.first) < SHOWN:
                told = ["" if row[at] is None else str(row[at]) for at in _PLACES]
                if len(own) < SHOWN:
                    own.append(told)
                if len(self.first) < SHOWN:
                    self.first.append(told)
        for problem in part.problems[: PROBLEMS - len(self.problems)]:
            self.problems.append([problem.file, "" if problem.row is None else str(problem.row), problem.column or "", problem.message])


def tell(**said: Any) -> None:
    """Write one line to whoever started this process."""
    print(json.dumps(said, ensure_ascii=False), flush=True)


def check(call: dict[str, Any]) -> None:
    """Do what a call asks. Raises PolicyError where the file is unusable or too long."""
    path, folder = Path(call["file"]), Path(call["folder"])
    size, read, tally, table = total(path), [0], Tally(), Table()
    tell(read=0, total=size, applicants=0)
    checker = Checker(load())
    wanted = Options(dt.date.fromisoformat(call["as_of"]), tuple(call["measures"]), call["kind"])
    cover, components, seen = Cover(checker.title, checker.number, call["as_of"]), checker.judge.components, frozenset[str]()
    job = Job(wanted, Wants(files=True, components=components))

    def so_far(_: Path, done: int) -> None:
        read[0] = min(done, size)

    with Outputs(folder, cover, tally, components) as outputs:
        for part in run(checker, [path], job, int(call["workers"]), so_far):
            tally.merge(part.tally)
            if tally.applicants > call["rows"]:
                raise FileError(f"{path.name}：超过{call['rows']}个申请人，网页上一次最多校验这么多。请分成几份，或者用命令行：python -m qa check。")
            outputs.add(part)
            table.add(part)
            seen |= part.seen
            tell(read=read[0], total=size, applicants=tally.applicants)
    shown = {"first": table.first, "by_verdict": table.rows, "problems": table.problems, "unfilled": unfilled(checker, wanted, seen)}
    (folder / TABLE).write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")


def end_with(source: Iterable[str]) -> None:
    """Kill this process and its workers when the source ends."""
    for _ in source:
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def main() -> int:
    """Read the call, do it, say how it ended."""
    # who asks a question comes first: this has minutes, they have not
    if hasattr(os, "nice"):
        os.nice(10)
    call = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with, args=(sys.stdin,), daemon=True).start()
    try:
        check(call)
    except PolicyError as error:
        tell(error=error.message)
        return 1
    except Exception as error:  # the page says one plain sentence; what failed goes to the server's own log, without a cell of the file
        with suppress(OSError):
            print(f"batch check failed: {type(error).__name__}", file=sys.stderr)
        tell(error="校验没有完成：程序出了意料之外的错。请先用空白表试一次；还不行，请把文件另存为 XLSX 或 CSV 再交。")
        return 1
    tell(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
