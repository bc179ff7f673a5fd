"""The graph on another machine: the same Graph interface over any SPARQL 1.1 endpoint, and how to put the graph there.

Each query is a request of its own, so a server that comes back is used again without a restart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from qa.errors import CallError, StoreError
from qa.graph import Graph, Row, load, text_of

if TYPE_CHECKING:
    import httpx

TIMEOUT = float(os.environ.get("POLICY_SPARQL_TIMEOUT", "30"))
_LARGEST = 64 << 20
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_XSD_DURATION = "http://www.w3.org/2001/XMLSchema#duration"
_XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True)
class Endpoint:
    """Where the graph is: the query URL, and the graph there that holds it ("" for the default graph)."""

    url: str
    graph: str = ""

    @classmethod
    def from_environment(cls) -> Endpoint | None:
        """Return the endpoint that POLICY_SPARQL_ENDPOINT and POLICY_SPARQL_GRAPH name, None where there is none."""
        url = os.environ.get("POLICY_SPARQL_ENDPOINT", "").strip()
        if url and not url.startswith(("http://", "https://")):
            raise CallError(f"POLICY_SPARQL_ENDPOINT 应当是 http:// 或 https:// 开头的地址，现在是“{url[:80]}”。")
        return cls(url, os.environ.get("POLICY_SPARQL_GRAPH", "").strip()) if url else None


@dataclass(frozen=True)
class RemoteGraph(Graph):
    """The graph on an endpoint; version is its number of triples when it was opened."""

    endpoint: Endpoint
    version: str

    def rows(self, query: str) -> list[Row]:
        """Run a complete SELECT query on the endpoint."""
        return ask_endpoint(self.endpoint, query)


def open_graph() -> Graph:
    """Return the graph that POLICY_SPARQL_ENDPOINT names, else the embedded one.

    Raises StoreError where the endpoint does not answer or does not hold the graph.
    """
    endpoint = Endpoint.from_environment()
    if endpoint is None:
        return load()
    remote = RemoteGraph(endpoint, "")
    count = text_of(remote.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]["n"])
    if not remote.select("SELECT ?d WHERE { ?d po:textHeld true } LIMIT 1"):
        raise StoreError(f"{endpoint.url} 里没有政策图谱。请先执行：python -m qa load 图存储端点的地址")
    return RemoteGraph(endpoint, f"{count}-triples")


def ask_endpoint(endpoint: Endpoint, query: str) -> list[Row]:
    """Run a SELECT on an endpoint and return its rows. Raises StoreError where it is down, slow, or answers nonsense."""
    import httpx  # a tenth of a second that only remote graphs need

    form = {"query": query} | ({"default-graph-uri": endpoint.graph} if endpoint.graph else {})
    try:
        with httpx.stream("POST", endpoint.url, data=form, headers={"Accept": "application/sparql-results+json"}, timeout=TIMEOUT, follow_redirects=False, trust_env=False) as reply:
            body = _bounded(reply)
    except httpx.TimeoutException as error:
        raise StoreError(f"远处的 SPARQL 服务器 {TIMEOUT:.0f} 秒内没有答复（{endpoint.url}）。请稍后再试，或取消 POLICY_SPARQL_ENDPOINT 改用本机的图谱。") from error
    except httpx.HTTPError as error:
        raise StoreError(f"连不上远处的 SPARQL 服务器（{endpoint.url}）：{type(error).__name__}。请看它是否开着，或取消 POLICY_SPARQL_ENDPOINT 改用本机的图谱。") from error
    if reply.status_code != httpx.codes.OK:
        raise StoreError(f"远处的 SPARQL 服务器答复 {reply.status_code}，没有给出结果（{endpoint.url}）。请看它的日志。")
    try:
        return _rows(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"远处的 SPARQL 服务器答复的不是 SPARQL 结果（{endpoint.url}）。请看地址是不是查询端点。") from error


def _bounded(reply: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in reply.iter_bytes():
        body += chunk
        if len(body) > _LARGEST:
            raise StoreError(f"远处的 SPARQL 服务器给的结果超过 {_LARGEST >> 20} MB，没有读完。")
    return bytes(body)


def _rows(body: bytes) -> list[Row]:
    return [{name: _term(cell) for name, cell in row.items()} for row in json.loads(body)["results"]["bindings"]]


def _term(cell: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if cell["type"] == "uri":
        return ox.NamedNode(cell["value"])
    if cell["type"] == "bnode":
        return ox.BlankNode()
    if "xml:lang" in cell:
        return ox.Literal(cell["value"], language=cell["xml:lang"])
    value, datatype = cell["value"], cell.get("datatype", _XSD_STRING)
    if datatype == _XSD_BOOLEAN:  # some servers write 1 and 0
        value = {"1": "true", "0": "false"}.get(value, value)
    if datatype == _XSD_DURATION and value.isdigit():  # Virtuoso writes the months
        value = f"P{value}M"
    return ox.Literal(value, datatype=ox.NamedNode(datatype))


def put(url: str, triples: bytes, graph: str) -> None:
    """Replace a graph on a server by the Graph Store Protocol; user and password come from the environment (digest).

    Raises StoreError where the server refuses or is not there.
    """
    import httpx

    user, password = os.environ.get("POLICY_SPARQL_USER", ""), os.environ.get("POLICY_SPARQL_PASSWORD", "")
    auth = httpx.DigestAuth(user, password) if user else None
    try:
        reply = httpx.put(
            url, params={"graph": graph} if graph else {"default": ""}, content=triples, headers={"Content-Type": "application/n-triples"},
            auth=auth, timeout=max(TIMEOUT, 120.0), follow_redirects=False, trust_env=False,
        )  # fmt: skip
    except httpx.HTTPError as error:
        raise StoreError(f"图谱没有送到 {url}：{type(error).__name__}。请看服务器是否开着，地址是不是图存储端点（Graph Store Protocol）。") from error
    if not reply.is_success:
        why = "要用户名和密码：请设 POLICY_SPARQL_USER 和 POLICY_SPARQL_PASSWORD" if reply.status_code in (401, 403) else "请看地址是不是图存储端点（Graph Store Protocol），以及它的日志"
        raise StoreError(f"服务器没有收下图谱（答复 {reply.status_code}）。{why}。")
