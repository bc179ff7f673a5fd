"""Bounded and closed workers: deadlines, caps, queue, crashes, and that nothing can be opened from inside one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from qa.sparql import Job, Limits, Pool
from qa.sparql.problem import Busy, Down, Malformed, NotAcceptable, OverCap, Overdue
from qa.sparql.worker import OverCap as WorkerCap
from qa.sparql.worker import check_rows
from tests.sparql_server import CROSS, GRAPHS, children, eventually, with_named_graphs

FORMATS = {"select": "json", "ask": "json", "graph": "nt"}
EVERYTHING = "SELECT * { ?s ?p ?o }"
STORE = ox.Store()
STORE.extend(ox.Quad(ox.NamedNode(f"http://example.org/s{n}"), ox.NamedNode("http://example.org/p"), ox.Literal(f"值 {n}")) for n in range(1000))


def living(group: int) -> list[str]:
    """Return the processes of a group that are not dead: those whose parent was killed are for the system to reap."""
    told = [entry.read_text().rpartition(")")[2].split() for entry in Path("/proc").glob("[0-9]*/stat") if entry.exists()]
    return [state for state, _, its, *_ in told if int(its) == group and state != "Z"]


def run(limits: Limits, scenario, store: ox.Store = STORE, *, orphans: bool = False):
    """Run a scenario with a pool of its own, and see that nothing is left of it: no zombie either, unless its parent was killed."""

    async def whole():
        pool = Pool(store, limits)
        async with pool:
            group = pool.nursery.pid
            result = await scenario(pool)
        assert not living(group)
        if not orphans:
            with pytest.raises(ProcessLookupError):
                os.killpg(group, 0)
        return result

    return asyncio.run(whole())


def job(query: str, **more) -> Job:
    return Job(query, more.pop("formats", FORMATS), **more)


def limits(**more) -> Limits:
    return Limits(**{"workers": 2, "slow": 2, "timeout": 5.0} | more)


async def settled(pool: Pool, workers: int) -> bool:
    """Wait until so many workers stand ready and no other process is left, for at most three seconds."""
    for _ in range(150):
        if pool.ready == workers == len(children(pool.nursery.pid)):
            return True
        await asyncio.sleep(0.02)
    return False


def test_answers_of_every_kind():
    async def scenario(pool):
        assert (await pool.run(job("ASK {}"))).body == b'{"head":{},"boolean":true}'
        told = await pool.run(job("SELECT ?o { <http://example.org/s7> ?p ?o }", formats={"select": "csv"}))
        assert (told.kind, told.key, told.body.decode()) == ("select", "csv", "o\r\n值 7\r\n")
        told = await pool.run(job("DESCRIBE <http://example.org/s7>"))
        assert (told.kind, told.body.decode()) == ("graph", '<http://example.org/s7> <http://example.org/p> "值 7" .\n')
        with pytest.raises(NotAcceptable):
            await pool.run(job("ASK {}", formats={"select": "csv"}))
        assert await settled(pool, 2)

    run(limits(), scenario)


def test_a_mistake_is_told_with_its_place_and_the_worker_lives_on():
    async def scenario(pool):
        before = children(pool.nursery.pid)
        for _ in range(5):
            with pytest.raises(Malformed) as told:
                await pool.run(job("SELECT *\n{ ?s ?p"))
            assert (told.value.line, told.value.column) == (2, 8) and "第 2 行第 8 列" in told.value.message
        assert children(pool.nursery.pid) == before

    run(limits(), scenario)


def test_a_query_that_takes_too_long_is_ended_and_its_worker_replaced():
    async def scenario(pool):
        before = set(children(pool.nursery.pid))
        start = time.monotonic()
        with pytest.raises(Overdue) as told:
            await pool.run(job(CROSS), 0.4)
        assert 0.4 <= time.monotonic() - start < 1.5 and told.value.retry_after
        assert await settled(pool, 2)
        assert set(children(pool.nursery.pid)) != before
        assert (await pool.run(job("ASK {}"))).key == "json"

    run(limits(), scenario)


@pytest.mark.parametrize("key", ["json", "xml", "csv", "tsv"])
def test_rows_over_the_cap_are_an_error_and_at_the_cap_they_are_all_there(key):
    async def scenario(pool):
        formats = {"select": key}
        whole = await pool.run(job(f"{EVERYTHING} LIMIT 100", formats=formats))
        assert whole.body.count(b"http://example.org/s") == 100
        with pytest.raises(OverCap, match="100 行"):
            await pool.run(job(f"{EVERYTHING} LIMIT 101", formats=formats))

    run(limits(rows=100), scenario)


def test_triples_over_the_cap_are_an_error():
    async def scenario(pool):
        assert (await pool.run(job("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 100"))).body.count(b"\n") == 100
        with pytest.raises(OverCap, match="100 行"):
            await pool.run(job("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 101"))

    run(limits(rows=100), scenario)


def test_bytes_over_the_cap_are_an_error():
    async def scenario(pool):
        return len((await pool.run(job(f"{EVERYTHING} LIMIT 50"))).body)

    size = run(limits(), scenario)

    async def capped(pool):
        assert len((await pool.run(job(f"{EVERYTHING} LIMIT 50"))).body) == size
        with pytest.raises(OverCap):
            await pool.run(job(f"{EVERYTHING} LIMIT 51"))
        with pytest.raises(OverCap):
            await pool.run(job("CONSTRUCT WHERE { ?s ?p ?o }"))

    run(limits(bytes=size), capped)


@pytest.mark.parametrize("key", ["json", "xml", "csv", "tsv"])
def test_rows_are_counted_by_what_they_are_not_by_what_they_quote(key):
    fmt = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}[key]
    query = 'SELECT * { VALUES (?a ?b) { ("x},{" "<result>\\r\\n") ("},{\\"},{" UNDEF) (UNDEF UNDEF) ("\\r\\n\\t\\"" "\\\\") } }'
    body = ox.Store().query(query).serialize(format=fmt)
    check_rows(key, body, 4)
    with pytest.raises(WorkerCap):
        check_rows(key, body, 3)


def test_memory_is_bounded():
    async def scenario(pool):
        with pytest.raises(OverCap, match="内存"):
            await pool.run(job("SELECT (SHA512(CONCAT(?c, ?f, ?i)) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?x"), 20)
        assert await settled(pool, 2)
        assert (await pool.run(job("ASK {}"))).key == "json"

    run(limits(memory=32 << 20, timeout=20.0), scenario)


def test_a_query_that_overflows_the_engine_is_told_so():
    async def scenario(pool):
        with pytest.raises(OverCap, match="太复杂"):
            await pool.run(job("ASK { FILTER(" + "||".join(["?x=1"] * 30_000) + ") }"))
        assert await settled(pool, 2)

    run(limits(), scenario)


def test_a_killed_worker_is_replaced():
    async def scenario(pool):
        for pid in children(pool.nursery.pid):
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        assert (await pool.run(job("ASK {}"))).key == "json"  # killed while idle: nobody notices
        assert (await pool.run(job("ASK {}"))).key == "json"
        assert await settled(pool, 2)
        running = asyncio.ensure_future(pool.run(job(CROSS)))
        await asyncio.sleep(0.03)
        for pid in children(pool.nursery.pid):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(Down, match="意外退出"):
            await running
        await asyncio.sleep(0.1)  # the idle ones died with it, and their deaths are told one by one
        assert (await pool.run(job("ASK {}"))).key == "json"
        assert await settled(pool, 2)

    run(limits(), scenario)


def test_a_killed_nursery_is_started_anew():
    async def scenario(pool):
        group = pool.nursery.pid
        os.kill(group, signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert (await pool.run(job("ASK {}"))).key == "json"
        assert pool.nursery.pid != group and not living(group)
        assert await settled(pool, 2)

    run(limits(), scenario, orphans=True)


def test_the_queue_is_bounded():
    async def scenario(pool):
        hogs = [asyncio.ensure_future(pool.run(job(CROSS), 1.2)) for _ in range(4)]
        await asyncio.sleep(0.3)
        start = time.monotonic()
        with pytest.raises(Busy):
            for _ in range(6):
                hogs.append(asyncio.ensure_future(pool.run(job(CROSS), 1.2)))
                await asyncio.sleep(0)
            await pool.run(job("ASK {}"))
        assert time.monotonic() - start < 0.2  # told at once, not when its time is over
        told = await asyncio.gather(*hogs, return_exceptions=True)
        busy = [problem for problem in told if isinstance(problem, Busy)]
        assert busy and all(problem.retry_after > 0 for problem in busy)
        assert any(isinstance(problem, Overdue) for problem in told)
        assert all(isinstance(problem, Busy | Overdue) for problem in told)
        assert await settled(pool, 1)
        assert (await pool.run(job("ASK {}"))).key == "json"

    run(limits(workers=1, slow=1, queue=2), scenario)


def test_quick_queries_get_through_when_both_lanes_are_full_of_slow_ones():
    async def scenario(pool):
        hogs = [asyncio.ensure_future(pool.run(job(CROSS), 3)) for _ in range(6)]
        await asyncio.sleep(0.3)
        start = time.monotonic()
        for _ in range(5):
            assert (await pool.run(job("ASK {}"))).key == "json"
        assert time.monotonic() - start < 1.0
        for hog in hogs:
            hog.cancel()
        await asyncio.gather(*hogs, return_exceptions=True)
        assert await settled(pool, 2)

    run(limits(), scenario)


def test_a_query_that_made_room_is_answered_later():
    slowish = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(CONTAINS(?c, ?f)) }"

    async def scenario(pool):
        jobs = [asyncio.ensure_future(pool.run(job(slowish), 30)) for _ in range(3)]
        bodies = {told.body for told in await asyncio.gather(*jobs)}
        assert len(bodies) == 1 and b"integer" in bodies.pop()

    run(limits(workers=1, slow=1, timeout=30.0, stint=0.02), scenario)


def test_who_gives_up_frees_the_worker():
    async def scenario(pool):
        hogs = [asyncio.ensure_future(pool.run(job(CROSS))) for _ in range(3)]
        await asyncio.sleep(0.3)
        for hog in hogs:
            hog.cancel()
        await asyncio.gather(*hogs, return_exceptions=True)
        assert await settled(pool, 2)

    run(limits(timeout=60.0), scenario)


@contextlib.contextmanager
def listening():
    """Yield an open port, and the list of those who came to it."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = threading.Event()

        def watch():
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, address = server.accept()
                    came.append(address)
                    connection.close()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield server, came
        finally:
            time.sleep(0.15)
            stop.set()
            thread.join()


def test_the_watch_sees_an_engine_that_reaches_out():
    with listening() as (server, came), contextlib.suppress(OSError):
        list(ox.Store().query(f"SELECT * {{ SERVICE <http://127.0.0.1:{server.getsockname()[1]}/> {{ ?s ?p ?o }} }}"))
    assert came


def test_a_worker_reaches_nobody_and_opens_no_file():
    with listening() as (server, came):
        port = server.getsockname()[1]

        async def scenario(pool):
            for host in ("127.0.0.1", "localhost"):
                for silent in ("", "SILENT "):
                    service = f"SERVICE {silent}<http://{host}:{port}/> {{ ?s ?p ?o }}"
                    for query in (f"SELECT * {{ {service} }}", f"ASK {{ FILTER EXISTS {{ {service} }} }}", f"SELECT * {{ {{ SELECT * {{ {service} }} }} }}"):
                        if silent or "EXISTS" in query:  # both swallow the failure
                            await pool.run(job(query))
                        else:
                            with pytest.raises(Malformed, match=r"open files|lookup"):
                                await pool.run(job(query))
            for query in ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", f"SELECT * FROM <http://127.0.0.1:{port}/> {{ ?s ?p ?o }}"):
                assert b'"bindings":[]' in (await pool.run(job(query))).body
            for pid in children(pool.nursery.pid):
                told = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
                assert next(line for line in told.splitlines() if line.startswith("Max open files")).split()[3:5] == ["0", "0"]

        run(limits(), scenario)
    assert not came


def test_a_worker_holds_no_socket_of_the_server():
    with socket.create_server(("127.0.0.1", 0)) as server:
        os.set_inheritable(server.fileno(), True)

        async def scenario(pool):
            mine = str(Path(f"/proc/self/fd/{server.fileno()}").readlink())
            for pid in (pool.nursery.pid, *children(pool.nursery.pid)):
                held = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
                assert mine.startswith("socket:") and mine not in held
                assert sorted(name.partition(":")[0] for name in held) == [os.devnull] * 3 + ["socket"]

        run(limits(), scenario)


def test_no_process_outlives_a_server_that_is_killed():
    program = (
        "import asyncio, pyoxigraph as ox\nfrom qa.sparql import Job, Pool\n"
        "async def main():\n    pool = Pool(ox.Store()); await pool.start(); print(pool.nursery.pid, flush=True); await asyncio.sleep(60)\nasyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    with server:
        group = int(server.stdout.readline())
        os.killpg(group, 0)
        server.kill()
        server.wait()

    def gone():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, 0)
            return False
        return True

    assert eventually(gone)


def test_the_dataset_of_the_protocol():
    async def scenario(pool):
        async def holds(query, **dataset):
            return b"true" in (await pool.run(job(query, **dataset))).body

        one, two = (GRAPHS[1],), (GRAPHS[2],)
        assert pool.graphs == set(GRAPHS)
        assert await holds("ASK { <http://example.org/data/1> ?p ?o }", default_graphs=one, named_graphs=())
        assert not await holds("ASK { <http://example.org/data/1> ?p ?o }", default_graphs=two, named_graphs=())
        assert not await holds("ASK { GRAPH ?g { ?s ?p ?o } }", default_graphs=one, named_graphs=())
        assert not await holds("ASK { ?s ?p ?o }", default_graphs=(), named_graphs=one)
        assert await holds("ASK { GRAPH <http://example.org/data/1> { ?s ?p ?o } }", default_graphs=(), named_graphs=one)
        assert not await holds("ASK { GRAPH <http://example.org/data/2> { ?s ?p ?o } }", default_graphs=(), named_graphs=one)
        assert await holds("ASK { GRAPH <http://example.org/data/2> { ?s ?p ?o } }")

    run(limits(), scenario, with_named_graphs(ox.Store()))
