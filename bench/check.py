"""How fast check is, beside plain single-process pySHACL over the same applicants, with equal verdicts.

    python bench/check.py [--applicants 10000] [--plain 300] [--json FILE]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pyshacl  # noqa: E402
import rdflib  # noqa: E402
from rdflib import RDF, SH, URIRef  # noqa: E402

from qa.check.engine import Checker, Options, Prepared  # noqa: E402
from qa.check.readers import read  # noqa: E402
from qa.check.records import Raw, Result  # noqa: E402
from qa.check.shacl import literal, shapes_file  # noqa: E402
from qa.graph import load  # noqa: E402

AS_OF = dt.date(2026, 11, 22)
_RECORD = URIRef("urn:record")


def plain(prepared: list[Prepared]) -> list[frozenset[str]]:
    """Validate all records at once with pySHACL, as anyone would; return the failing leaves of each."""
    shapes = shapes_file("eligibility.ttl")
    for node in list(shapes.subjects(RDF.type, SH.NodeShape)):
        shapes.add((node, SH.targetClass, _RECORD))
    data = rdflib.Graph()
    for at, each in enumerate(prepared):
        node = URIRef(f"urn:row:{at}")
        data.add((node, RDF.type, _RECORD))
        for field, value in each.effective.values.items():
            data.add((node, URIRef(field), literal(value)))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    found: dict[str, set[str]] = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        found.setdefault(str(report.value(result, SH.focusNode)), set()).add(str(report.value(result, SH.sourceShape)))
    return [frozenset(found.get(f"urn:row:{at}", ())) for at in range(len(prepared))]


def verdicts(results: list[Result]) -> list[tuple[str, ...]]:
    return [tuple(j.verdict for j in r.judgements) for r in results]


def main() -> None:
    parser = argparse.ArgumentParser(description="校验的快慢")
    parser.add_argument("--applicants", type=int, default=10_000)
    parser.add_argument("--plain", type=int, default=300, help="与整体 pySHACL 比多少个")
    parser.add_argument("--json", type=Path, help="把结果写成 JSON")
    options = parser.parse_args()
    checker, wanted = Checker(load()), Options(AS_OF)
    measures = len(checker.requirements.of)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "applicants.csv"
        subprocess.run([sys.executable, str(ROOT / "bench/applicants.py"), str(options.applicants), "-o", str(file)], check=True)
        start = time.perf_counter()
        command = [sys.executable, "-m", "qa", "check", str(file), "--as-of", AS_OF.isoformat(), "--out", str(Path(folder) / "out"), "--workers", "2", "--quiet"]
        code = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        raws = [item for _, item in zip(range(options.plain), (i for i in read(file, checker.headers) if isinstance(i, Raw)), strict=False)]
    ours = checker.check(raws, wanted)
    prepared = checker.prepare(raws, wanted)
    start = time.perf_counter()
    failed = plain(prepared)
    beside = time.perf_counter() - start
    theirs = [checker.conclude(p, f, wanted) for p, f in zip(prepared, failed, strict=True)]
    rate, slow = options.applicants * measures / seconds, len(raws) * measures / beside
    row = {
        "applicants": options.applicants, "measures": measures, "seconds": round(seconds, 2), "exit": code.returncode,
        "applicants_measures_per_second": round(rate), "peak_mb_largest_process": round(peak),
        "plain_pyshacl_applicants": len(raws), "plain_pyshacl_per_second": round(slow), "ratio": round(rate / slow, 1),
        "equal_verdicts": verdicts(ours) == verdicts(theirs), "verdicts": Counter(v for r in verdicts(ours) for v in r),
    }  # fmt: skip
    print(f"check（2个工作进程，含启动和写出全部结果）：{options.applicants}人 × {measures}项，{seconds:.1f}秒，每秒 {rate:,.0f} 人·项，最大进程内存 {peak:.0f} MB")
    print(f"整体 pySHACL（单进程，只判不写）：{len(raws)}人，每秒 {slow:,.0f} 人·项；快 {rate / slow:.1f} 倍；裁决{'相同' if row['equal_verdicts'] else '不同！'}")
    print(json.dumps(row, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(row, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
