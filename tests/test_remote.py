"""The graph on another machine: two real servers, and servers that are down, slow, or talk nonsense."""

from __future__ import annotations

import contextlib
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qa.__main__ import main
from qa.ask import Engine
from qa.check.engine import Checker
from qa.errors import CallError, StoreError
from qa.remote import Endpoint, RemoteGraph, ask_endpoint, open_graph
from qa.sparql.catalogue import load_catalogue
from tests.conftest import AS_OF, ROOT

QUESTIONS = ("博士租房补贴每月多少钱", "第七条归谁牵头", "硕士非全日制能领购房补贴吗", "设备花多少钱正好到顶", "第二十条说了哪几条", "贷款贴息有吗")
VIRTUOSO = shutil.which("virtuoso-t")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            httpx.get(url, timeout=2, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"{url} 没有起来")


def oxigraph(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "oxigraph"), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/")
    return server


@pytest.fixture(scope="module")
def oxigraph_url(tmp_path_factory) -> Iterator[str]:
    port = free_port()
    server = oxigraph(tmp_path_factory.mktemp("oxigraph"), port)
    try:
        assert main(["load", f"http://127.0.0.1:{port}/store"]) == 0
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.kill()
        server.wait()


INI = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = {isql}
DirsAllowed = .
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
[SPARQL]
ResultSetMaxRows = 100000
DefaultGraph = urn:policy
"""


@pytest.fixture(scope="module")
def virtuoso_url(tmp_path_factory) -> Iterator[str]:
    if VIRTUOSO is None:
        pytest.skip("没有装 Virtuoso（Debian 包 virtuoso-opensource），没有对它测")
    folder, port, isql = tmp_path_factory.mktemp("virtuoso"), free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(port=port, isql=isql), encoding="utf-8")
    server = subprocess.Popen([VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/sparql", 120)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("POLICY_SPARQL_USER", "dba")
            patch.setenv("POLICY_SPARQL_PASSWORD", "dba")
            assert main(["load", f"http://127.0.0.1:{port}/sparql-graph-crud-auth", "--graph", "urn:policy"]) == 0
        yield f"http://127.0.0.1:{port}/sparql"
    finally:
        server.kill()
        server.wait()


def remote(monkeypatch, url: str, graph: str = "") -> RemoteGraph:
    monkeypatch.setenv("POLICY_SPARQL_ENDPOINT", url)
    monkeypatch.setenv("POLICY_SPARQL_GRAPH", graph)
    opened = open_graph()
    assert isinstance(opened, RemoteGraph)
    return opened


def same_replies(there: RemoteGraph, engine: Engine) -> None:
    away = Engine(there)
    for question in QUESTIONS:
        ours, theirs = (settled(e.ask(question, (), AS_OF).to_json()) for e in (engine, away))
        assert ours == theirs, question


def settled(reply: dict[str, object]) -> dict[str, object]:
    """Return a reply without what a server may order as it likes: rows that tie, and so the names in a list."""
    return reply | {"data_version": "", "rows": [], "answer": sorted(re.split("[、，；。]|由", str(reply["answer"])))}


def same_requirements(there: RemoteGraph, graph) -> None:
    assert Checker(there).requirements == Checker(graph).requirements
    assert Checker(there).fields == Checker(graph).fields


def same_catalogue(there: RemoteGraph, graph) -> None:
    for query in load_catalogue(graph):
        if query.form == "select":
            ours, theirs = graph.select(query.text), there.select(query.text)
            assert len(ours) == len(theirs), query.key


def test_oxigraph_serves_the_same_replies(oxigraph_url, monkeypatch, engine, graph):
    there = remote(monkeypatch, oxigraph_url)
    same_replies(there, engine)
    same_requirements(there, graph)
    same_catalogue(there, graph)


def test_virtuoso_serves_the_same_replies(virtuoso_url, monkeypatch, engine, graph):
    there = remote(monkeypatch, virtuoso_url, "urn:policy")
    same_replies(there, engine)
    same_requirements(there, graph)


def test_the_command_line_uses_it(oxigraph_url):
    env = os.environ | {"POLICY_SPARQL_ENDPOINT": oxigraph_url}
    done = subprocess.run([sys.executable, "-m", "qa", "ask", QUESTIONS[0]], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "1000元/月" in done.stdout


def test_a_server_that_comes_back_is_used_again(tmp_path):
    port = free_port()
    server = oxigraph(tmp_path, port)
    assert main(["load", f"http://127.0.0.1:{port}/store"]) == 0
    there = RemoteGraph(Endpoint(f"http://127.0.0.1:{port}/query"), "")
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    before = there.select(count)
    server.terminate()
    server.wait()
    with pytest.raises(StoreError, match="连不上"):
        there.select(count)
    server = oxigraph(tmp_path, port)
    assert there.select(count) == before
    server.kill()
    server.wait()


class Odd(http.server.BaseHTTPRequestHandler):
    """A server that answers what its class says."""

    status, body, pause = 200, b"", 0.0

    def do_POST(self) -> None:
        time.sleep(self.pause)
        self.send_response(self.status)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>hello</html>", "不是 SPARQL 结果"),
        (200, b"[]", "不是 SPARQL 结果"),
        (200, b'{"results": {"bindings": [{"n": 3}]}}', "不是 SPARQL 结果"),
        (200, b"[" * 100_000, "不是 SPARQL 结果"),
        (500, b"boom", "答复 500"),
        (302, b"", "答复 302"),
    ],
)
def test_nonsense_is_told_plainly(status, body, words):
    handler = type("Handler", (Odd,), {"status": status, "body": body})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(StoreError, match=words):
            ask_endpoint(Endpoint(f"http://127.0.0.1:{server.server_port}/sparql"), "SELECT * WHERE { ?s ?p ?o }")
        server.shutdown()


def test_a_slow_server_is_given_up(monkeypatch):
    monkeypatch.setattr("qa.remote.TIMEOUT", 0.3)
    handler = type("Handler", (Odd,), {"pause": 2.0})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(StoreError, match="没有答复"):
            ask_endpoint(Endpoint(f"http://127.0.0.1:{server.server_port}/sparql"), "SELECT * WHERE { ?s ?p ?o }")
        server.shutdown()


def test_an_empty_server_is_told_from_a_broken_one(tmp_path, monkeypatch):
    port = free_port()
    server = oxigraph(tmp_path, port)
    monkeypatch.setenv("POLICY_SPARQL_ENDPOINT", f"http://127.0.0.1:{port}/query")
    with pytest.raises(StoreError, match="没有政策图谱"):
        open_graph()
    server.kill()
    server.wait()


def test_bad_addresses(monkeypatch, capsys):
    monkeypatch.setenv("POLICY_SPARQL_ENDPOINT", "file:///etc/passwd")
    with pytest.raises(CallError, match="http"):
        open_graph()
    assert main(["load", "ftp://127.0.0.1/x"]) == 2
    assert main(["load", f"http://127.0.0.1:{free_port()}/store"]) == 2
    assert "没有送到" in capsys.readouterr().err


def test_the_endpoint_passes_on_and_recovers(tmp_path, monkeypatch):
    from starlette.testclient import TestClient

    from qa.web.server import Building, Serving

    port = free_port()
    server = oxigraph(tmp_path, port)
    assert main(["load", f"http://127.0.0.1:{port}/store"]) == 0
    monkeypatch.setenv("POLICY_SPARQL_ENDPOINT", f"http://127.0.0.1:{port}/query")
    monkeypatch.delenv("POLICY_SPARQL_GRAPH", raising=False)
    count = {"query": "PREFIX po: <https://policy.datong.example/ontology#> SELECT (COUNT(*) AS ?n) WHERE { ?m a po:SupportMeasure }"}
    with TestClient(Building(Serving("127.0.0.1", 7860, sparql_only=True)).base()) as client:
        for accept in ("application/sparql-results+json", "text/csv", "application/sparql-results+xml"):
            answer = client.get("/sparql", params=count, headers={"Accept": accept})
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, accept) and "28" in answer.text
        assert client.get("/sparql", params={"query": "SELECT * { SERVICE <urn:x> { ?s ?p ?o } }"}).status_code == 403
        server.terminate()
        server.wait()
        down = client.get("/sparql", params=count)
        assert down.status_code == 503 and "连不上" in down.json()["detail"]
        server = oxigraph(tmp_path, port)
        assert client.get("/sparql", params=count).status_code == 200
    server.kill()
    server.wait()
