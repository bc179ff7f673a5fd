"""The sparql and load commands: one query on the bounded workers, and the graph put on a server of one's own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from qa.errors import CallError
from qa.graph import load
from qa.remote import put
from qa.resources import turtle_files
from qa.sparql.data import add
from qa.sparql.limits import Job, Limits
from qa.sparql.negotiate import OFFERS, choose
from qa.sparql.pool import Pool
from qa.sparql.scan import inspect

_LONGEST = 60.0


def run_sparql(options: argparse.Namespace) -> int:
    """Run a query and write its result to standard output; return the exit code."""
    limits = Limits(workers=1, slow=1, timeout=_timeout(options.timeout))
    query = _query(options.query, limits.query)
    store = load().store
    for given in options.data:
        add(store, given)
    pool = Pool(store, limits)
    kind = inspect(query, pool.graphs, None, limits, dataset=False)
    key = choose(kind, None, options.format or {"select": "csv", "ask": "json", "graph": "turtle"}[kind]).key
    answer = asyncio.run(_answer(pool, Job(query, {kind: key})))
    sys.stdout.buffer.write(answer if answer.endswith(b"\n") else answer + b"\n")
    sys.stdout.buffer.flush()
    return 0


async def _answer(pool: Pool, job: Job) -> bytes:
    async with pool:
        return (await pool.run(job)).body


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise CallError(f"--timeout 应当是大于0、不超过{_LONGEST:.0f}的秒数。")
    return seconds


def _query(name: str, longest: int) -> str:
    try:
        data = sys.stdin.buffer.read(longest + 1) if name == "-" else Path(name).read_bytes()[: longest + 1]
    except (OSError, ValueError) as error:
        raise CallError(f"查询文件“{Path(name).name}”读不出来。请检查路径，或用 - 从标准输入读。") from error
    if len(data) > longest:
        raise CallError(f"查询超过 {longest >> 10} KB，没有执行。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CallError("查询不是 UTF-8 编码，请另存为 UTF-8。") from error


def run_load(options: argparse.Namespace) -> int:
    """Put the graph on a server by the Graph Store Protocol; return the exit code."""
    if not options.url.startswith(("http://", "https://")):
        raise CallError("请给图存储端点的地址，例如：python -m qa load http://127.0.0.1:7878/store")
    import pyoxigraph as ox

    store = load().store
    body = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert body is not None
    put(options.url, body, options.graph)
    where = f"图 {options.graph}" if options.graph else "默认图"
    print(f"已把 {len(store)} 个三元组（{len(turtle_files())} 个文件）放进 {options.url} 的{where}。再设 POLICY_SPARQL_ENDPOINT 为它的查询地址，就改用那里的图谱。")
    return 0


FORMATS = tuple(dict.fromkeys(key for kind in ("select", "graph") for key, _ in OFFERS[kind]))
