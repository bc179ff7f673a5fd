"""Fuzz what reads text, guided by coverage, where atheris is installed: numbers, cells, JSON, calls, queries, Accept.

    python bench/guided.py [--runs 100000] [--seconds 90]        0: nothing found, or no atheris (and how to get it); 1: something found

    bytes of atheris -> text -> one of READERS, by the first byte -> anything but a refusal in words is a fault
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_LONGEST = 4096
_SPARE = 60


def readers() -> list[Callable[[str], object]]:
    """Return what reads text, each with its refusals caught."""
    import json

    from qa.ask.numbers import read
    from qa.ask.text import clean, normalise
    from qa.check.cells import CellError, parse
    from qa.check.fields import load_fields
    from qa.check.objects import parse_one
    from qa.check.summary import one_line
    from qa.errors import PolicyError
    from qa.graph import load
    from qa.sparql.negotiate import choose
    from qa.sparql.problem import Problem
    from qa.sparql.scan import inspect
    from qa.web.calls import ask_call, check_call
    from qa.web.parcels import checked

    fields = list({field.type: field for field in load_fields(load()).values()}.values())

    def called(text: str) -> None:
        value = parse_one(text)
        if type(value) is not list and isinstance(value, list):
            for call in (ask_call, check_call):
                call(dict(value))

    plain: list[Callable[[str], object]] = [
        lambda text: read(normalise(clean(text))),
        lambda text: inspect(text, (), "http://localhost/sparql"),
        lambda text: choose("select", text, None),
        lambda text: checked(text.encode("utf-8", "replace"), Path("/nowhere")),
        called,
        one_line,
        *(lambda text, field=field: parse(field, text) for field in fields),  # type: ignore[misc]
    ]

    def refusing(work: Callable[[str], object]) -> Callable[[str], object]:
        def once(text: str) -> object:
            try:
                return work(text)
            except (PolicyError, Problem, CellError, json.JSONDecodeError, RecursionError):
                return None
            except ValueError as error:
                # the length of a whole number that Python refuses to read is told by the callers of parse_one
                if "integer string conversion" not in str(error):
                    raise
                return None

        return once

    return [refusing(work) for work in plain]


def guided(runs: int, seconds: int, folder: str) -> None:
    """Fuzz in this process until it has run so often or so long; atheris ends the process."""
    import atheris

    with atheris.instrument_imports(include=["qa"]):
        work = readers()

    def once(data: bytes) -> None:
        if data:
            work[data[0] % len(work)](data[1:].decode("utf-8", "surrogateescape"))

    atheris.Setup([sys.argv[0], f"-runs={runs}", f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={folder}/", "-seed=7", "-verbosity=0", "-print_final_stats=1"], once)
    atheris.Fuzz()


def main() -> int:
    """Run the fuzzer in a process of its own and say what came of it."""
    parser = argparse.ArgumentParser(description="由覆盖率引导的乱输入（要装 atheris）")
    parser.add_argument("--runs", type=int, default=100_000, help="最多多少个输入")
    parser.add_argument("--seconds", type=int, default=90, help="最多多少秒")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        guided(options.runs, options.seconds, options.folder)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--runs", str(options.runs), "--seconds", str(options.seconds), "--folder", folder]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=options.seconds + _SPARE, check=False)
        said = done.stdout + done.stderr
        if "No module named 'atheris'" in said:
            print("没有跑：没有装 atheris（.venv/bin/python -m pip install atheris，只有 Linux 上有现成的）")
            return 0
        found = [path.read_bytes() for path in Path(folder).iterdir()]
    count = next((line.rpartition(":")[2].strip() for line in said.splitlines() if "number_of_executed_units" in line), "？")
    if done.returncode or found:
        print(said[-3000:])
        print(f"由覆盖率引导的 {count} 个输入里找到毛病：{found[0][:300] if found else '见上'!r}")
        return 1
    print(f"由覆盖率引导的 {count} 个输入，没有毛病")
    return 0


if __name__ == "__main__":
    sys.exit(main())
