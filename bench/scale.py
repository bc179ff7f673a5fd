"""Ask as the number of policies grows: is the right policy's figure found, how long does it take, how much memory is held?

    python bench/scale.py [--policies 1,10,100,1000,10000] [--questions 200] [--json FILE]

    size -> synthetic policies, each in its named graph (policies.py) -> a process of its own: Engine(policies=…) -> a row
    a question names a policy by its place or number and a measure by its name or by what people call it; the figure wanted
    comes straight from that policy's graph. cold: the policy's look-ups are not yet kept; warm: they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "bench"))

DAY = dt.date(2026, 11, 22)
SEED = 7
_FIGURES = """SELECT ?measure ?label ?value WHERE { GRAPH ?document {
  ?measure a po:SupportMeasure ; rdfs:label ?label ; po:hasBenefit ?benefit . ?benefit po:amount|po:cap ?value
  FILTER NOT EXISTS { ?benefit po:tier ?tier } FILTER(LANG(?label) = "zh") } VALUES ?document { <%s> } } ORDER BY ?measure ?value"""
_WAYS = ("{place}{measure}最高给多少钱", "想问下{place}那边的{measure}能给多少", "{number}里{measure}给多少", "{measure}在{place}给几个钱")


def megabytes() -> int:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(path: Path, questions: int) -> dict[str, Any]:
    """Ask of policies picked by chance until there are enough questions, and tell times, memory and how many were right."""
    from qa.ask import Engine
    from qa.benefit import money
    from qa.graph import load, text_of

    alone = Engine(load())
    before = megabytes()
    start = time.perf_counter()
    engine = Engine(alone.graph, alone._ranker, policies=path)
    built = time.perf_counter() - start
    assert engine.documents is not None and engine._others is not None
    rng = random.Random(SEED)
    names = list(engine.documents.names)
    cold: list[float] = []
    warm: list[float] = []
    right = 0
    wrong: list[str] = []
    while len(cold) + len(warm) < questions:
        named = rng.choice(names)
        wanted: dict[str, list[Decimal]] = {}
        for row in engine._others.select(_FIGURES % named.iri):
            wanted.setdefault(text_of(row["label"]).removeprefix(named.place), []).append(Decimal(text_of(row["value"])))
        kept = engine._desk.cache_info().misses
        for label in rng.sample(sorted(wanted), min(3, len(wanted))):
            question = rng.choice(_WAYS).format(place=named.place, number=named.number, measure=label)
            start = time.perf_counter()
            reply = engine.ask(question, (), DAY)
            spent = (time.perf_counter() - start) * 1000
            (warm if engine._desk.cache_info().misses == kept else cold).append(spent)
            kept = engine._desk.cache_info().misses
            good = reply.document == named.number and any(money(v) in reply.answer for v in wanted[label])
            right += good
            if not good:
                wrong.append(f"{question} -> {reply.document} {reply.answer[:60]}")
        if not wanted and len(names) == 1:
            break
    both = cold + warm
    return {
        "policies": len(names), "quads": len(engine._others.store), "questions": len(both), "right": right,
        "build_s": round(built, 2), "index_mb": megabytes() - before, "rss_mb": megabytes(),
        "median_ms": round(statistics.median(both), 2) if both else None, "cold_median_ms": round(statistics.median(cold), 2) if cold else None,
        "warm_median_ms": round(statistics.median(warm), 2) if warm else None, "p99_ms": round(sorted(both)[int(len(both) * 0.99)], 2) if both else None,
        "wrong": wrong[:5],
    }  # fmt: skip


def run(sizes: list[int], questions: int) -> list[dict[str, Any]]:
    """Measure each size in a process of its own."""
    import policies

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.nq"
            policies.write(size, path, SEED, apart=True)
            child = subprocess.run([sys.executable, __file__, "--one", str(path), "--questions", str(questions)], capture_output=True, text=True, check=True)
            rows.append(json.loads(child.stdout))
            path.unlink()
            row = rows[-1]
            print(
                f"{row['policies']:>6} 份 {row['quads']:>9,} 个四元组  装载 {row['build_s']:>6} 秒  多占 {row['index_mb']:>5} MB  "
                f"答对 {row['right']}/{row['questions']}  中位 {row['median_ms']} 毫秒（没问过的 {row['cold_median_ms']}，问过的 {row['warm_median_ms']}），p99 {row['p99_ms']}",
                flush=True,
            )
            for line in row["wrong"]:
                print("        答错：" + line)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="政策多起来以后的问答")
    parser.add_argument("--policies", default="1,10,100,1000,10000")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.questions), ensure_ascii=False))
        return
    rows = run([int(n) for n in options.policies.split(",")], options.questions)
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
