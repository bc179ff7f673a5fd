"""A real server on a free port, and a client that hides nothing of what comes back."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import uvicorn
from fastapi import FastAPI

from qa.sparql import Limits, Pool
from qa.sparql.protocol import router
from qa.web.server import LISTENING

GRAPHS = tuple(f"http://example.org/data/{n}" for n in range(4))
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Served:
    port: int
    pool: Pool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def ask(self, method="GET", query=None, body=None, headers=None, path="/sparql", **fields) -> Answer:
        """Send a request; fields go to the URL (underscores for hyphens), lists as repeated fields."""
        pairs = [(k.replace("_", "-"), v) for k, values in fields.items() for v in ([values] if isinstance(values, str) else values)]
        pairs += [("query", query)] if query is not None else []
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path + ("?" + urlencode(pairs) if pairs else ""), body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def post(self, media, body, **more) -> Answer:
        body = body.encode() if isinstance(body, str) else body
        return self.ask("POST", body=body, headers={"Content-Type": media} if media else {}, **more)


def with_named_graphs(store: ox.Store) -> ox.Store:
    """Add the graphs that the protocol tests speak of: each says of itself what it is."""
    for iri in GRAPHS:
        name = ox.NamedNode(iri)
        store.add(ox.Quad(name, ox.NamedNode("http://example.org/is"), ox.Literal("graph"), name))
    return store


@contextlib.contextmanager
def serve(store: ox.Store, limits: Limits | None = None) -> Iterator[Served]:
    """Serve a store on a free port of this machine until the block is left."""
    pool = Pool(store, limits)
    app = FastAPI(openapi_url=None)
    app.include_router(router(pool))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", **LISTENING))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the server did not start"
        time.sleep(0.01)
    try:
        yield Served(server.servers[0].sockets[0].getsockname()[1], pool)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def children(pid: int) -> list[int]:
    """Return the pids of a process's children, dead but unreaped ones included."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def eventually(condition, seconds=3.0) -> bool:
    """Wait until condition() holds; say whether it did."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
