"""How the systems are asked, and how long they take: over HTTP, or in this process.

    query -> Http, InProcess or Rdflib .send() -> status, body (timed) -> .read() -> Answer (not timed)
    timed([peer, peer], query) -> the median of each, asked in turn
"""

from __future__ import annotations

import http.client
import json
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pyoxigraph as ox  # noqa: E402
import rdflib  # noqa: E402

from qa.sparql.limits import Limits  # noqa: E402

DEADLINE = Limits().timeout
_ACCEPT = "application/sparql-results+json"
_REASONS = {503: "超过时限", 422: "超过行数", 408: "超过时限", 504: "超过时限"}


@dataclass(frozen=True)
class Answer:
    """An answer: how many rows, a digest of them, and why it was refused ("" where it was not)."""

    rows: int
    digest: int
    refused: str = ""


def _frozen(cell: dict[str, object]) -> str:
    """Return what tells a cell apart in every run: not what a blank node happens to be called."""
    return "_" if cell["type"] == "bnode" else json.dumps(cell, sort_keys=True)


def answer_of(body: bytes) -> Answer:
    """Return the answer in a body of SPARQL JSON results."""
    told = json.loads(body)
    if "boolean" in told:
        return Answer(1, hash(told["boolean"]))
    rows = told["results"]["bindings"]
    return Answer(len(rows), hash(tuple(sorted(str(sorted((name, _frozen(cell)) for name, cell in row.items())) for row in rows))))


class Http:
    """Ask an endpoint over one connection that stays open; what it refuses is an answer too."""

    def __init__(self, port: int, path: str) -> None:
        self._connection, self._path = http.client.HTTPConnection("127.0.0.1", port), path

    def __call__(self, query: str) -> Answer:
        return self.read(*self.send(query))

    def send(self, query: str) -> tuple[int, bytes]:
        """Return the status and the body of the answer: the part that is timed."""
        try:
            return self._send(query)
        except (ConnectionError, http.client.RemoteDisconnected):
            # A connection that nobody used for seconds is closed by the server; the request opens another.
            self._connection.close()
            return self._send(query)

    def _send(self, query: str) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": _ACCEPT}
        self._connection.request("POST", self._path, urlencode({"query": query}), headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    @staticmethod
    def read(status: int, body: bytes) -> Answer:
        """Return what an answer says."""
        try:
            return answer_of(body) if status == http.client.OK else Answer(0, 0, _REASONS.get(status, f"状态 {status}"))
        except ValueError:
            # What had begun before its time was up is cut off under a 200.
            return Answer(0, 0, "状态 200 而答案残缺")


class InProcess:
    """Ask a store in this process."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def send(self, query: str) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        return http.client.OK, self._store.query(query).serialize(format=ox.QueryResultsFormat.JSON) or b""

    read = staticmethod(Http.read)


class Rdflib:
    """Ask rdflib's engine in this process, up to the deadline."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self._graph = graph

    def send(self, query: str) -> tuple[int, bytes]:
        """Return the status and nothing of the rows: they are only gone through, as a program would."""

        def late(*_: object) -> None:
            raise TimeoutError

        before = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, DEADLINE)
        try:
            list(self._graph.query(query))
        except TimeoutError:
            return http.client.SERVICE_UNAVAILABLE, b""
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return http.client.OK, b'{"head": {}, "results": {"bindings": []}}'

    read = staticmethod(Http.read)


Peer = Http | InProcess | Rdflib


@dataclass(frozen=True)
class Timed:
    """One query on one peer: the median and the least of its milliseconds, and what was answered."""

    median: float
    best: float
    answer: Answer


def timed(peers: Sequence[Peer], query: str, rounds: int, budget: float = 1.0) -> list[Timed]:
    """Ask the peers in turn, so that whatever else the machine does falls on all of them alike.

    The first round warms up and is not counted, unless it alone takes more than budget seconds; then it is the only one.
    """
    first = [_once(peer, query) for peer in peers]
    taken: list[list[float]] = [[] for _ in peers]
    for _ in range(rounds):
        for peer, times, (warm, _) in zip(peers, taken, first, strict=True):
            if warm + sum(times) < budget:
                times.append(_once(peer, query)[0])
    return [
        Timed(statistics.median(times or [warm]) * 1000, min(times or [warm]) * 1000, peer.read(*got)) for peer, times, (warm, got) in zip(peers, taken, first, strict=True)
    ]


def _once(peer: Peer, query: str) -> tuple[float, tuple[int, bytes]]:
    start = time.perf_counter()
    got = peer.send(query)
    return time.perf_counter() - start, got
