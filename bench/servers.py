"""The systems of peers.py, started: this endpoint, `oxigraph serve`, the embedded store, rdflib.

    Dataset (the real graph + FILE of synthetic policies) -> ours(), oxigraph() -> Server (its pid, how to ask it, load time, memory)
                                                          -> embedded(), in_rdflib() in this process

Every system gets the same triples in its default graph, in memory, by the quickest way it has, and the same deadline.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import rdflib
import rdflib.plugins.sparql
from peers import DEADLINE, ROOT, Http, Rdflib

from qa.graph import LocalGraph, load
from qa.resources import turtle_files

_STARTED = 1800.0


@dataclass(frozen=True)
class Dataset:
    """The real graph and beside it a file of synthetic policies, None for none."""

    policies: int
    triples: int
    file: Path | None


def _family(pid: int) -> list[int]:
    """Return a process and all under it; a child stands under the thread that started it."""
    children: list[str] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += thread.read_text(encoding="ascii").split()
    return [pid, *(p for child in children for p in _family(int(child)))]


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a port is open. Raises SystemExit where its process ends before."""
    until = time.monotonic() + _STARTED
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"端口 {port} 没有打开")


@dataclass(frozen=True)
class Server:
    """A running server: its pid, how to ask it, seconds until it answered with everything loaded."""

    pid: int
    ask: Http
    seconds: float

    @property
    def megabytes(self) -> float:
        """Return the memory of the process and all under it; what they share is counted once."""
        return sum(_pss(pid) for pid in _family(self.pid)) / 1024


@contextlib.contextmanager
def _run(command: list[str], port: int, path: str, fill: Callable[[], None] = lambda: None) -> Iterator[Server]:
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(port, process)
        fill()
        ask = Http(port, path)
        ask("ASK {}")
        yield Server(process.pid, ask, time.monotonic() - start)
    finally:
        process.terminate()
        process.wait()


def ours(data: Dataset) -> contextlib.AbstractContextManager[Server]:
    """Run this endpoint over a dataset."""
    port = free_port()
    more = ["--data", str(data.file)] if data.file else []
    return _run([sys.executable, "-m", "qa", "serve", "--sparql-only", "--port", str(port), *more], port, "/sparql")


def oxigraph(data: Dataset) -> contextlib.AbstractContextManager[Server]:
    """Run `oxigraph serve` over a dataset, in memory as this endpoint does."""
    port = free_port()

    def fill() -> None:
        subprocess.run([sys.executable, "-m", "qa", "load", f"http://127.0.0.1:{port}/store"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        if data.file:
            sender = http.client.HTTPConnection("127.0.0.1", port)
            with data.file.open("rb") as body, contextlib.closing(sender):
                sender.request("POST", "/store?default", body, {"Content-Type": "application/n-triples"}, encode_chunked=True)
                assert sender.getresponse().status < http.client.BAD_REQUEST

    command = [str(Path(sys.executable).parent / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}", "--timeout-s", f"{DEADLINE:.0f}"]
    return _run(command, port, "/query", fill)


def embedded(data: Dataset) -> LocalGraph:
    """Return the graph in this process, as ask has it, with the synthetic policies in it."""
    graph = load()
    if data.file:
        graph.store.bulk_load(path=str(data.file), format=ox.RdfFormat.N_QUADS)
    return graph


def in_rdflib(data: Dataset) -> Rdflib:
    """Return rdflib over a dataset."""
    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
    graph = rdflib.Graph()
    for path in turtle_files():
        graph.parse(path)
    if data.file:
        graph.parse(data.file, format="nt")
    return Rdflib(graph)
