"""SPARQL 1.1 Protocol, the query side: an HTTP request -> a Job -> an answer, or a problem that says what to do next.

router(pool) -> APIRouter with /sparql and /.well-known/void; mounted beside the page, or served alone

    request -> Asked (query, dataset, format) -> scan.inspect -> negotiate.choose -> pool.run -> response
    whatever goes wrong on the way is a Problem; it becomes RFC 9457 problem+json here, nowhere else
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.sparql.describe import Survey, description, page, survey
from qa.sparql.leaving import Leaving
from qa.sparql.limits import Job
from qa.sparql.negotiate import Choice, choose, plain_preferred
from qa.sparql.pool import Pool
from qa.sparql.problem import Malformed, NotAcceptable, Problem, WrongMethod
from qa.sparql.relay import Relay
from qa.sparql.requests import Asked, asked_of
from qa.sparql.scan import inspect, unknown_graph

PATHS = ("/sparql", "/sparql/")
METHODS = "GET, HEAD, POST, OPTIONS"
_LONG_QUERY = 20_000
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_LOG = logging.getLogger(__name__)
_CLOSED_PAGE = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"

def _base(request: Request) -> str:
    """Return the address of a request as its sender sees it; a Host that is no host is not repeated."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        host = "localhost"
    return f"{request.scope['scheme']}://{host}{quote(request.scope['path'], safe='/')}"


class Front:
    """Answer /sparql before the middleware of an application, which it does not need, and leave the rest to it."""

    def __init__(self, app: ASGIApp, routes: APIRouter | None = None) -> None:
        self._app = app
        self.router = getattr(app, "router", routes)  # whoever opens and closes the application does it through its router
        self._endpoint = app  # until there is an endpoint, the application says what is there
        if routes:
            self.put(routes)

    def put(self, routes: APIRouter) -> None:
        """Put the endpoint among these routes before the application."""
        self._endpoint = next(route.app for route in routes.routes if isinstance(route, Route) and route.path in PATHS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        await (self._endpoint if scope["type"] == "http" and scope["path"] in PATHS else self._app)(scope, receive, send)


class Endpoint:
    """Answer requests at /sparql as an ASGI application; every method comes here, so that a wrong one is told so."""

    def __init__(self, pool: Pool | Relay) -> None:
        self.pool, self.limits = pool, pool.limits
        self._survey: asyncio.Future[Survey] | None = None
        always = {"X-Content-Type-Options": "nosniff", "Vary": "Accept"}
        if self.limits.allow_origin:
            always |= {"Access-Control-Allow-Origin": self.limits.allow_origin, "Access-Control-Expose-Headers": "Retry-After"}
        self._always = Headers(always).raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that has left is answered nothing."""
        request = Request(scope, receive)
        with contextlib.suppress(ClientDisconnect):
            response = await self._guard(request, self._answer)
            await response(scope, receive, send)

    async def well_known(self, request: Request) -> Response:
        """Answer /.well-known/void with the description of the dataset."""
        return await self._guard(request, self._void)

    async def _guard(self, request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            response = await answer(request)
        except Problem as problem:
            response = self._problem(problem, request.headers.get("accept"))
        except (ClientDisconnect, asyncio.CancelledError):
            raise
        except Exception:
            _LOG.exception("sparql")
            response = self._problem(Problem("服务内部出错，没有做完。请再试一次；若总是这样，请告诉维护的人。"), request.headers.get("accept"))
        response.raw_headers += self._always
        return response

    def _problem(self, problem: Problem, accept: str | None) -> Response:
        headers = {"Cache-Control": "no-store"}
        if problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        if isinstance(problem, WrongMethod):
            headers["Allow"] = METHODS
        if plain_preferred(accept):
            return Response(f"{problem.title}：{problem.message}\n", problem.status, headers, "text/plain; charset=utf-8")
        told = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.message, "line": problem.line, "column": problem.column}
        body = json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False)
        return Response(body.encode("utf-8", "replace"), problem.status, headers, "application/problem+json")

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            headers = {"Allow": METHODS}
            if self.limits.allow_origin:
                headers |= {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "Accept, Content-Type", "Access-Control-Max-Age": "86400"}
            return Response(status_code=204, headers=headers)
        if request.method not in METHODS.split(", "):
            raise WrongMethod(f"本端点只接受 GET、HEAD、POST 和 OPTIONS，不接受 {request.method[:20]}。")
        asked = await asked_of(request, self.limits)
        if asked.query is None:
            return await self._describe(request, asked.wanted)
        if not asked.query.strip():
            raise Malformed("query 是空的。请写一个查询，例如：SELECT * WHERE { ?s ?p ?o } LIMIT 10")
        choice, job = await self._job(asked, request)
        with Leaving(request, self.limits.stint):
            answer = await self.pool.run(job)
        if answer.key != choice.key:
            raise NotAcceptable("这个查询的结果没有您要的格式。请去掉 Accept 头或 format 参数再试。")
        return Response(answer.body, headers={"Content-Type": choice.content_type})

    async def _job(self, asked: Asked, request: Request) -> tuple[Choice, Job]:
        query, graphs, base = asked.query or "", self.pool.graphs, _base(request)
        for iri in (*(asked.default_graphs or ()), *(asked.named_graphs or ())):
            if iri not in graphs:
                raise unknown_graph(iri, graphs)

        def look() -> str:
            return inspect(query, graphs, base, self.limits, dataset=asked.default_graphs is not None)

        # A long query is looked at in a thread, so that others need not wait for it.
        kind = look() if len(query) < _LONG_QUERY else await asyncio.to_thread(look)
        choice = choose(kind, ",".join(request.headers.getlist("accept")), asked.wanted)
        return choice, Job(query, {kind: choice.key}, base, asked.default_graphs, asked.named_graphs)

    async def _found(self) -> Survey:
        if self._survey is None or (self._survey.done() and self._survey.cancelled()):
            self._survey = asyncio.ensure_future(asyncio.to_thread(survey, self.pool.store))
        return await asyncio.shield(self._survey)

    async def _describe(self, request: Request, wanted: str | None) -> Response:
        choice = choose("page", ",".join(request.headers.getlist("accept")), wanted)
        found, base = await self._found(), _base(request)
        if choice.key == "html":
            headers = {"Content-Type": choice.content_type, "Content-Security-Policy": _CLOSED_PAGE}
            return Response(page(found, base, self.limits.timeout, self.limits.rows), headers=headers)
        return Response(await asyncio.to_thread(description, found, base, choice.key), headers={"Content-Type": choice.content_type})

    async def _void(self, request: Request) -> Response:
        wanted = request.query_params.get("format")
        choice = choose("graph", ",".join(request.headers.getlist("accept")), wanted)
        found = await self._found()
        endpoint = _base(request).removesuffix("/.well-known/void") + "/sparql"
        return Response(await asyncio.to_thread(description, found, endpoint, choice.key), headers={"Content-Type": choice.content_type})


def router(pool: Pool | Relay) -> APIRouter:
    """Return the routes of the endpoint over a pool; the pool starts and stops with the application they are included in."""

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with pool:
            yield

    endpoint, routes = Endpoint(pool), APIRouter(lifespan=lifespan)
    routes.routes += [Route(path, endpoint, include_in_schema=False) for path in PATHS]
    routes.add_route("/.well-known/void", endpoint.well_known, methods=["GET"], include_in_schema=False)
    return routes
