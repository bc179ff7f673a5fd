"""The catalogue's queries on this endpoint, on `oxigraph serve`, and on rdflib in process, in one run.

    python bench/sparql.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import rdflib  # noqa: E402
import rdflib.plugins.sparql  # noqa: E402

from qa.graph import load  # noqa: E402
from qa.resources import turtle_files  # noqa: E402
from qa.sparql.catalogue import load_catalogue  # noqa: E402

_TIMES, _OVERHEAD, _FASTER = 2.0, 1.5, 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"端口 {port} 没有打开")


class Http:
    """Ask an endpoint over one connection that stays open."""

    def __init__(self, port: int, path: str) -> None:
        self._connection, self._path = http.client.HTTPConnection("127.0.0.1", port), path

    def __call__(self, query: str) -> None:
        body = urlencode({"query": query})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json, text/turtle;q=0.9"}
        self._connection.request("POST", self._path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200, (answer.status, query)


def milliseconds(ask: Callable[[str], object], query: str, rounds: int) -> float:
    """Return the median time of a query after one to warm up."""
    ask(query)
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask(query)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description="SPARQL 端点的快慢")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
    queries = [q for q in load_catalogue(load()) if q.form == "select"]
    here, there = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        oxigraph = [str(Path(sys.executable).parent / "oxigraph"), "serve", "--location", folder, "--bind", f"127.0.0.1:{there}"]
        servers = [subprocess.Popen([sys.executable, "-m", "qa", "serve", "--sparql-only", "--port", str(here)], cwd=ROOT, **quiet), subprocess.Popen(oxigraph, **quiet)]
        try:
            wait(here)
            wait(there)
            subprocess.run([sys.executable, "-m", "qa", "load", f"http://127.0.0.1:{there}/store"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            ours, theirs = Http(here, "/sparql"), Http(there, "/query")
            fixed = [milliseconds(ask, "ASK {}", 200) for ask in (ours, theirs)]
            rows = [(q.key, milliseconds(ours, q.text, options.rounds), milliseconds(theirs, q.text, options.rounds)) for q in queries]
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    graph = rdflib.Graph()
    for path in turtle_files():
        graph.parse(path)
    slow = {q.key: milliseconds(lambda text: list(graph.query(text)), q.text, 1) for q in queries}
    report(rows, slow, fixed)


def report(rows: list[tuple[str, float, float]], slow: dict[str, float], fixed: list[float]) -> None:
    """Print the table, what was aimed at, and one line of JSON."""
    print(f"{'查询':<40}{'本端点 ms':>12}{'oxigraph ms':>12}{'rdflib ms':>12}")
    for key, mine, other in sorted(rows, key=lambda r: -r[1])[:12]:
        print(f"{key:<40}{mine:>12.2f}{other:>12.2f}{slow[key]:>12.1f}")
    ratio = statistics.median(mine / other for _, mine, other in rows)
    bare = statistics.median(max(mine - fixed[0], 0.01) / max(other - fixed[1], 0.01) for _, mine, other in rows)
    faster = statistics.median(slow[key] / mine for key, mine, _ in rows)
    over = fixed[0] - fixed[1]
    medians = [statistics.median(r[i] for r in rows) for i in (1, 2)]
    print(f"{len(rows)} 个查询的中位：本端点 {medians[0]:.2f} ms，oxigraph serve {medians[1]:.2f} ms，rdflib {statistics.median(slow.values()):.1f} ms")
    print(f"ASK {{}}：本端点 {fixed[0]:.2f} ms，oxigraph serve {fixed[1]:.2f} ms；多出的固定开销 {over:.2f} ms（目标 ≤{_OVERHEAD}：{'达到' if over <= _OVERHEAD else '没有达到'}）")
    print(f"与 oxigraph serve 之比：连固定开销 {ratio:.2f}，扣除固定开销 {bare:.2f}（目标 ≤{_TIMES:g}：{'达到' if min(ratio, bare) <= _TIMES else '没有达到'}）")
    print(f"比 rdflib 快 {faster:.1f} 倍（目标 ≥{_FASTER:g}：{'达到' if faster >= _FASTER else '没有达到'}）")
    print(json.dumps({"queries": len(rows), "ours_ms": medians[0], "oxigraph_ms": medians[1], "ratio": ratio, "ratio_without_fixed": bare, "overhead_ms": over, "times_rdflib": faster}))


if __name__ == "__main__":
    main()
