"""The catalogue's queries on this endpoint, on `oxigraph serve`, and on rdflib in process, as the graph grows, in one run.

    python bench/sparql.py [--policies 0,100,1000] [--rounds 5] [--rdflib 100] [--every 1] [--json FILE]

    size -> synthetic policies (policies.py) -> systems (servers.py) -> times (peers.py) -> what grows (growth.py) -> a table a size
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import growth
import policies
from peers import InProcess, Timed, timed
from servers import Dataset, embedded, in_rdflib, ours, oxigraph
from table import Size, show

from qa.graph import load
from qa.sparql.catalogue import load_catalogue

_FIXED_ROUNDS = 500
SEED = 7


@dataclass(frozen=True)
class Plan:
    """What is asked: the catalogue's SELECT queries, look-ups of ask, how often, up to which size rdflib is asked too."""

    catalogue: dict[str, str]
    lookups: dict[str, str]
    rounds: int
    rdflib: int


def measure(data: Dataset, plan: Plan) -> Size:
    """Measure every system over one dataset; the servers are gone before what runs in this process is loaded."""
    queries, began = plan.catalogue | plan.lookups, time.monotonic()
    with ours(data) as mine, oxigraph(data) as other:
        both = (mine.ask, other.ask)
        timed(both, "ASK {}", 100)
        fixed = timed(both, "ASK {}", _FIXED_ROUNDS, 60.0)
        rows = {key: timed(both, query, plan.rounds) for key, query in queries.items()}
        print(f"  问完两个服务器：{time.monotonic() - began:.0f} 秒", file=sys.stderr, flush=True)
        loads = [(server.seconds, server.megabytes) for server in (mine, other)]
    graph = embedded(data)
    # Nothing ends a query in this process: one that ran out of its time there is not begun here.
    inside = {key: timed([InProcess(graph.store)], query, plan.rounds)[0] for key, query in queries.items() if not rows[key][0].answer.refused}
    slow: dict[str, Timed] = {}
    if data.policies <= plan.rdflib:
        peer = in_rdflib(data)
        slow = {key: timed([peer], query, 1)[0] for key, query in plan.catalogue.items()}
    return Size(
        data=data,
        mine={key: pair[0] for key, pair in rows.items()},
        other={key: pair[1] for key, pair in rows.items()},
        inside=inside,
        slow=slow,
        fixed=(fixed[0].median, fixed[1].median),
        loads=(loads[0], loads[1]),
        asked=growth.ask(graph),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="SPARQL 端点的快慢，和图谱变大以后的快慢")
    parser.add_argument("--policies", default="0,100,1000", help="旁边放多少份合成政策，逗号分开（默认 0,100,1000；10000 约要 6 GB 内存）")
    parser.add_argument("--rounds", type=int, default=5, help="每个查询问几遍，取中位（默认 5）")
    parser.add_argument("--rdflib", type=int, default=100, help="合成政策不超过多少份时也问 rdflib（默认 100，再多要等很久）")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="每 N 个查询只问一个（图很大时省时间，默认 1）")
    parser.add_argument("--json", type=Path, help="把结果写成 JSON")
    options = parser.parse_args()
    sizes = sorted({0, *(int(n) for n in options.policies.split(","))})
    graph = load()
    real = growth.ask(graph)
    catalogue = [(q.key, q.text) for q in load_catalogue(graph) if q.form == "select"]
    plan = Plan(dict(catalogue[:: options.every]), dict(list(growth.lookups(real).items())[:: options.every]), options.rounds, options.rdflib)
    print(f"{os.cpu_count()} 个核；{len(plan.catalogue)} 个目录查询，{len(plan.lookups)} 个问答用的查询（各查这一份文件的事）；每个 {plan.rounds} 遍取中位，各系统轮流问", flush=True)
    first: Size | None = None
    told = []
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "policies.nq"
            triples = policies.write(count, file, SEED) if count else []
            if triples:
                print(f"\n合成：{policies.summary(triples)}（种子 {SEED}）", flush=True)
            size = measure(Dataset(count, len(graph.store) + sum(triples), file if count else None), plan)
        first = first or size
        told.append(show(size, first, plan.lookups))
    if options.json:
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
