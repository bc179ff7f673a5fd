"""The process that holds the store, and the workers it forks; run as a file, it knows nothing of the package.

    server --N-Quads on standard input--> nursery: one store, one thread, runs no query
    server --(F, one end of a socket pair)--> nursery forks a worker that shares the loaded store, copy on write
    server --(K, pid)--> nursery kills and reaps: a pid is never used again before the server has let go of it
    server <==frames on the socket pair==> worker: may open no file and no socket

A frame is two lengths (header, body; big-endian, 4 and 8 bytes), a JSON header, a body. A forked worker is there in
milliseconds however large the graph is; it shares the memory of all others, so that replacing one costs nothing.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import re
import resource
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

LENGTHS = struct.Struct(">IQ")
ORDER = struct.Struct(">cq")
DEATH = struct.Struct(">qq")
FORK, KILL = b"F", b"K"
_CHUNK = 1 << 20
_AT = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
# RDF/XML writes a predicate as an element: what its IRI ends in must be a name. Possessive, and begun once a run, so that long IRIs take no longer.
_XML_NAME = re.compile(r"(?<![\w.-])[\d.-]*+[^\W\d][\w.-]*+$")
_ROWS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}
_TRIPLES = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD}
# Bytes that stand between rows: never fewer of them than rows, so that most answers are counted at once; where there may
# be too many, what is quoted is taken out first and the count is exact.
_BETWEEN = {"json": b"},{", "xml": b"<result>", "csv": b"\r\n", "tsv": b"\n"}
_QUOTED = {"json": re.compile(rb'"(?:[^"\\]|\\.)*"'), "csv": re.compile(rb'"(?:[^"]|"")*"')}
_MARGIN = {"json": 1, "xml": 0, "csv": -1, "tsv": -1}


class OverCap(Exception):  # noqa: N818 - a verdict on the answer, as in problem.py
    """Say which cap an answer exceeds: rows or bytes."""


class _Bounded(io.RawIOBase):
    """Collect what is written, up to a number of bytes."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.left = cap

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OverCap("bytes")
        self.parts.append(bytes(data))
        return len(data)


def rows_in(key: str, body: bytes) -> int:
    """Return a number of rows that body surely does not exceed, and that is exact for what it quotes nothing of."""
    return body.count(_BETWEEN[key]) + _MARGIN[key]


def check_rows(key: str, body: bytes, cap: int) -> None:
    """Raise OverCap where a body of SELECT results holds more than cap rows."""
    if rows_in(key, body) > cap and rows_in(key, _QUOTED[key].sub(b"", body) if key in _QUOTED else body) > cap:
        raise OverCap("rows")


def _used(triples: list[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    spaces = {t.value[: max(t.value.rfind("#"), t.value.rfind("/")) + 1] for triple in triples for t in triple if isinstance(t, ox.NamedNode)}
    return {prefix: iri for prefix, iri in prefixes.items() if iri in spaces}


def _capped(triples: Iterator[ox.Triple], cap: int) -> Iterator[ox.Triple]:
    for count, triple in enumerate(triples, 1):
        if count > cap:
            raise OverCap("rows")
        yield triple


def evaluate(store: ox.Store, job: dict[str, Any], prefixes: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    """Return the header and the body of the answer to one job: the whole of it, or an error; never a part."""
    dataset: dict[str, Any] = {}
    try:
        if job["default"] is not None or job["named"] is not None:
            dataset = {"default_graph": [ox.NamedNode(g) for g in job["default"] or ()], "named_graphs": [ox.NamedNode(g) for g in job["named"] or ()]}
        result = store.query(job["query"], base_iri=job["base"], **dataset)
        kind = {ox.QuerySolutions: "select", ox.QueryBoolean: "ask"}.get(type(result), "graph")
        key = job["formats"].get(kind)
        if key is None:
            return {"error": "format", "kind": kind}, b""
        out: Any = _Bounded(job["bytes"])
        if isinstance(result, ox.QueryTriples):
            triples = list(_capped(iter(result), job["rows"]))
            if key == "rdfxml" and (unfit := next((t.predicate.value for t in triples if not _XML_NAME.search(t.predicate.value)), None)):
                return {"error": "xml", "message": unfit[:300]}, b""
            ox.serialize(triples, out, _TRIPLES[key], prefixes=_used(triples, prefixes) if key == "turtle" else None)
        else:
            result.serialize(out, _ROWS[key])
        body = b"".join(out.parts)
        if kind == "select":
            check_rows(key, body, job["rows"])
    except OverCap as error:
        return {"error": "cap", "cap": str(error)}, b""
    except SyntaxError as error:
        found = _AT.match(str(error))
        line, column, message = (int(found[1]), int(found[2]), found[3]) if found else (None, None, str(error))
        return {"error": "syntax", "message": message[:1000], "line": line, "column": column}, b""
    except MemoryError:
        return {"error": "memory"}, b""
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        return {"error": "runtime", "message": str(error)[:1000]}, b""
    return {"kind": kind, "format": key}, body


def _receive(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), _CHUNK))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _send(channel: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(header).encode()
    channel.sendall(LENGTHS.pack(len(text), len(body)) + text)
    for start in range(0, len(body), _CHUNK):
        channel.sendall(body[start : start + _CHUNK])


def confine(memory: int) -> None:
    """Give up opening anything, dumping core, and more than memory bytes beside what is shared already."""
    space = resource.RLIM_INFINITY
    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - no path module is needed here
        space = int(statm.read().split()[0]) * resource.getpagesize() + memory
    for limit, value in ((resource.RLIMIT_AS, space), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, value))
    if resource.getrlimit(resource.RLIMIT_NOFILE) != (0, 0):
        raise OSError("RLIMIT_NOFILE")


def work(descriptor: int, store: ox.Store, setup: dict[str, Any]) -> None:
    """Answer the jobs that come on descriptor until its other end closes."""
    channel = socket.socket(fileno=descriptor)
    confine(setup["memory"])
    _send(channel, {"pid": os.getpid()})
    while True:
        header, _ = LENGTHS.unpack(_receive(channel, LENGTHS.size))
        job = json.loads(_receive(channel, header))
        # Should the server be gone or stuck, the alarm ends the worker: its default action needs no Python to run.
        signal.setitimer(signal.ITIMER_REAL, job["seconds"])
        answer = evaluate(store, job, setup["prefixes"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(channel, *answer)


def _bury(control: socket.socket, pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        control.sendall(DEATH.pack(pid, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0))


def nurse(control: socket.socket, store: ox.Store, setup: dict[str, Any]) -> None:
    """Fork and bury workers as told; when the server is gone, bury them all."""
    alive: set[int] = set()
    with contextlib.suppress(OSError):
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, ORDER.size, 1)
            if not message:
                break
            order, pid = ORDER.unpack(message)
            if order == KILL:
                if pid in alive:
                    alive.discard(pid)
                    _bury(control, pid)
                continue
            child = os.fork()
            if child == 0:
                control.close()
                with contextlib.suppress(BaseException):
                    work(descriptors[0], store, setup)
                os._exit(1)
            alive.add(child)
            os.close(descriptors[0])
    for pid in alive:
        _bury(control, pid)


def main() -> None:
    """Load the store from standard input, say so, and nurse."""
    setup = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=setup["control"])
    store = ox.Store()
    store.bulk_load(sys.stdin.buffer, format=ox.RdfFormat.N_QUADS)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    gc.collect()
    gc.freeze()
    control.sendall(DEATH.pack(0, len(store)))
    nurse(control, store, setup)


if __name__ == "__main__":
    main()
