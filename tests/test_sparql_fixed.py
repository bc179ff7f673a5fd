"""What keeps the fixed cost of a request low, and must change nothing else: the short look, the late watch, the front door."""

from __future__ import annotations

import asyncio

import pyoxigraph as ox
import pytest
from starlette.requests import ClientDisconnect

from qa.errors import PolicyError
from qa.sparql import Pool, scan
from qa.sparql.catalogue import load_catalogue
from qa.sparql.leaving import Leaving
from qa.sparql.limits import Job, Limits
from qa.sparql.nursery import Worker
from qa.sparql.protocol import Front, router
from qa.sparql.worker import LENGTHS

ODD = (
    "", "{", "SELECT", "ASK{}", "# nothing\n", "BASE <http://h/> ASK {}", "PREFIX a: { ASK {}", "PREFIX a: <x> PREFIX b: <y> DESCRIBE a:b",
    "INSERT DATA { <a:a> <a:b> <a:c> }", "PREFIX a: <x> DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "FOO { }", "ask where { 'unclosed }", "CONSTRUCT WHERE { ?s ?p ?o }", "VERSION '1.2' ASK {}",
    "SELECT * { ?s ?p '{' }", "select*{?s?p?o}", "'{' ASK {}", "<{> ASK {}",
)  # fmt: skip


def looked(query: str) -> str:
    """Return what a look at a query finds: its kind, or the refusal."""
    try:
        return scan.inspect(query, ("http://example.org/g",), "http://example.org/sparql")
    except PolicyError as error:
        return f"{type(error).__name__}: {error.message}"


def test_the_short_look_finds_what_the_long_one_does(graph, monkeypatch):
    queries = [*(q.text for q in load_catalogue(graph)), *ODD]
    short = [looked(q) for q in queries]
    assert {"select", "ask", "graph"} <= set(short) and sum(": " in told for told in short) > 5
    monkeypatch.setattr(scan, "_harmless", lambda *_: False)
    assert [looked(q) for q in queries] == short


@pytest.mark.parametrize("query", ["BASE { SELECT * {}", "VERSION { ASK {}"])
def test_a_brace_in_a_prologue_is_refused_before_the_engine_does(query):
    assert looked(query).startswith("Malformed")
    with pytest.raises(SyntaxError):
        ox.Store().query(query)


def test_most_of_the_catalogue_needs_only_the_short_look(graph):
    queries = [q.text for q in load_catalogue(graph)]
    assert sum(scan._harmless(q, Limits()) for q in queries) > 0.9 * len(queries)


@pytest.mark.parametrize("word", ["SERVICE", "service", "SeRvIcE", "\u017fervice", "FROM", "from", "FrOm"])
def test_a_query_that_may_reach_out_gets_the_long_look(word):
    assert scan._harmless("SELECT * { ?s ?p ?o }", Limits())
    assert not scan._harmless("SELECT * { " + word + " <http://h/> { ?s ?p ?o } }", Limits())


def test_a_query_that_may_be_too_complex_gets_the_long_look():
    limits = Limits(depth=10, tokens=100)
    assert scan._harmless("ASK" + "{" * 10, limits) and not scan._harmless("ASK" + "{[(" * 4, limits)
    assert scan._harmless("ASK {}".ljust(100), limits) and not scan._harmless("ASK {}".ljust(101), limits)


class Client:
    """A request whose client leaves when told; counts how often it was looked for."""

    def __init__(self) -> None:
        self.gone, self.looks = asyncio.Event(), 0

    async def receive(self) -> dict[str, str]:
        self.looks += 1
        await self.gone.wait()
        return {"type": "http.disconnect"}


def test_a_client_that_leaves_ends_the_block_and_not_its_task():
    async def scene() -> str:
        client, ended = Client(), []
        asyncio.get_running_loop().call_later(0.02, client.gone.set)
        try:
            with Leaving(client, 0.0):
                try:
                    await asyncio.sleep(30)
                finally:
                    ended.append(True)
        except ClientDisconnect:
            assert ended and not asyncio.current_task().cancelling()
            await asyncio.sleep(0)
            return "left"
        return "stayed"

    assert asyncio.run(asyncio.wait_for(scene(), 10)) == "left"


def test_a_cancellation_from_elsewhere_stays_one():
    async def block() -> None:
        with Leaving(Client(), 0.0):
            await asyncio.sleep(30)

    async def scene() -> None:
        task = asyncio.ensure_future(block())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())


def test_nobody_looks_for_the_client_of_a_quick_query():
    async def scene() -> int:
        client = Client()
        with Leaving(client, 5.0):
            for _ in range(5):
                await asyncio.sleep(0)
        return client.looks

    assert asyncio.run(scene()) == 0


def test_the_front_door_takes_the_endpoint_s_paths_and_leaves_the_rest():
    passed: list[tuple[str, str]] = []
    sent: list[dict[str, object]] = []

    async def app(scope, receive, send):
        passed.append((scope["type"], scope.get("path", "")))

    async def send(message):
        sent.append(message)

    async def scene() -> None:
        front = Front(app, router(Pool(ox.Store())))
        for path in ("/", "/sparql/more", "/sparqlx", "/healthz", "/.well-known/void"):
            await front({"type": "http", "path": path}, None, send)
        await front({"type": "lifespan"}, None, send)
        await front({"type": "websocket", "path": "/sparql"}, None, send)
        assert not sent
        for path in ("/sparql", "/sparql/"):
            await front({"type": "http", "method": "OPTIONS", "path": path, "headers": [], "query_string": b"", "scheme": "http"}, None, send)

    asyncio.run(scene())
    assert passed == [*(("http", p) for p in ("/", "/sparql/more", "/sparqlx", "/healthz", "/.well-known/void")), ("lifespan", ""), ("websocket", "/sparql")]
    assert [m["status"] for m in sent if m["type"] == "http.response.start"] == [204, 204]
    assert (b"vary", b"Accept") in sent[0]["headers"] and (b"access-control-allow-origin", b"*") in sent[0]["headers"]


def test_the_worker_that_is_warm_goes_out_first():
    async def scene() -> list[int]:
        async with Pool(ox.Store()) as pool:
            for _ in range(4):
                await pool.run(Job("ASK {}", {"ask": "json"}))
            return sorted(worker.jobs for worker in pool.nursery._workers)

    assert asyncio.run(scene()) == [0] * (Limits().workers - 1) + [4]


def test_a_frame_is_whole_whoever_cuts_it_and_is_kept_for_who_comes_late():
    async def scene() -> None:
        head = b'{"pid": 7}'
        whole = LENGTHS.pack(len(head), 3) + head + b"abc"
        for size in (1, 5, 12, 13, len(whole)):
            worker = Worker()
            for at in range(0, len(whole), size):
                assert not worker.coming.done()
                worker.data_received(whole[at : at + size])
            assert await asyncio.wait_for(worker.coming, 1) == ({"pid": 7}, b"abc")

    asyncio.run(scene())


def test_a_process_that_dies_is_told_to_who_waits_and_to_who_asks_later():
    async def scene() -> None:
        worker = Worker()
        worker.connection_lost(None)
        for coming in (worker.coming, worker.ask(b"{}")):
            with pytest.raises(EOFError):
                await asyncio.wait_for(coming, 1)
        assert worker.gone

    asyncio.run(scene())
