"""The endpoint over a server elsewhere: the same scan, formats and problems, the work done by POLICY_SPARQL_ENDPOINT.

A request that fails says why; the next one tries again, so a server that comes back is used without a restart.
"""

from __future__ import annotations

import asyncio

import httpx
import pyoxigraph as ox

from qa.remote import Endpoint
from qa.sparql.limits import Answer, Job, Limits
from qa.sparql.negotiate import OFFERS
from qa.sparql.problem import Busy, Down, Malformed, OverCap, Overdue

_CLIENT_FAULT, _OK = 400, 200


class Relay:
    """Stand where Pool stands, and pass each job on; store is the graph as this machine knows it, for the description."""

    def __init__(self, endpoint: Endpoint, store: ox.Store, limits: Limits | None = None) -> None:
        self.endpoint, self.store, self.limits = endpoint, store, limits or Limits()
        self.graphs: frozenset[str] = frozenset()
        self._room = asyncio.Semaphore(self.limits.workers)
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Relay:
        self._client = httpx.AsyncClient(timeout=self.limits.timeout, follow_redirects=False, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def run(self, job: Job, timeout: float | None = None) -> Answer:
        """Return the server's answer to a job.

        Raises Malformed, OverCap, Busy, Overdue, Down.
        """
        if self._client is None:
            raise Down("端点还没有启动。请稍后再试。", retry_after=1)
        [(kind, key)] = job.formats.items()
        media = next(media for name, media in OFFERS[kind] if name == key)
        form = {"query": job.query} | ({"default-graph-uri": self.endpoint.graph} if self.endpoint.graph else {})
        try:
            async with asyncio.timeout(min(timeout or self.limits.timeout, self.limits.timeout)), self._room, self._client.stream("POST", self.endpoint.url, data=form, headers={"Accept": media}) as reply:
                return Answer(kind, key, await self._body(reply, media))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Overdue(f"后面的 SPARQL 服务器 {self.limits.timeout:g} 秒内没有答复。请把查询写具体些再试。", retry_after=round(self.limits.timeout)) from error
        except httpx.HTTPError as error:
            raise Down("连不上后面的 SPARQL 服务器。请稍后再试，或告诉管理员。", retry_after=5) from error

    async def _body(self, reply: httpx.Response, media: str) -> bytes:
        body = bytearray()
        async for chunk in reply.aiter_bytes():
            body += chunk
            if len(body) > self.limits.bytes:
                raise OverCap(f"结果超过 {self.limits.bytes >> 20} MB，本端点不给残缺的结果，所以一行也没有给。请加 LIMIT 或用 COUNT 汇总。")
        if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Busy("后面的 SPARQL 服务器忙不过来。请过几秒再试。", retry_after=5)
        if reply.status_code == _CLIENT_FAULT:
            raise Malformed(f"后面的 SPARQL 服务器说查询写得不对：{bytes(body[:300]).decode('utf-8', 'replace')}")
        if reply.status_code != _OK:
            raise Down(f"后面的 SPARQL 服务器答复 {reply.status_code}。请稍后再试，或告诉管理员。", retry_after=5)
        if reply.headers.get("content-type", "").partition(";")[0].strip() != media:
            raise Down("后面的 SPARQL 服务器给的不是所要的格式。请告诉管理员核对地址。")
        return bytes(body)
