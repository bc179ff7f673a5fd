"""The page for programs: POST /api/ask and /api/check take and give JSON; /api/openapi.json says how.

    request -> method, content type, size, JSON -> calls (what is meant) -> desk (the work) -> the object of the command line
    whatever goes wrong on the way is a Problem; it becomes problem+json here
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import qa
from qa.check.objects import parse_one
from qa.sparql.problem import Malformed, Problem, TooLong, Unsupported, WrongMethod
from qa.sparql.requests import body_of
from qa.web.calls import ask_call, check_call
from qa.web.desk import Desk
from qa.web.problems import Unusable, told

LARGEST = 1 << 20
DEEPEST = 32
BODY_SECONDS = 30.0
JSON = "application/json"
_OPENAPI = Path(__file__).parent / "assets" / "api" / "openapi.json"
_LOG = logging.getLogger(__name__)
Answering = Callable[[Mapping[str, Any]], Awaitable[str]]


class Place:
    """Answer at one address as an ASGI application; every method comes here, so that a wrong one is told so."""

    def __init__(self, methods: str, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._methods, self._answer = methods, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that has left is answered nothing."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": self._methods})
            if request.method not in self._methods.split(", "):
                raise WrongMethod(f"这里只接受 {self._methods}，不接受 {request.method[:20]}。")
            return await self._answer(request)
        except Problem as problem:
            return told(problem, self._methods)
        except ClientDisconnect:
            raise
        except Exception:
            _LOG.exception("api")
            return told(Problem("服务内部出错，没有做完。请再试一次；若总是这样，请告诉维护的人。"))


async def given(request: Request) -> Mapping[str, Any]:
    """Return the JSON object that a request brings, objects within it as pairs. Raises Unsupported, TooLong, Slow, Malformed."""
    media, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    if media != JSON or any(p.startswith("charset=") and p.partition("=")[2].strip('"') not in ("utf-8", "utf8") for p in parameters):
        raise Unsupported(f"只认 {JSON}（UTF-8）。请加上请求头 Content-Type: {JSON}。")
    length = request.headers.get("content-length", "")
    too_long = f"请求体超过 {LARGEST >> 20} MB。请分几次发。"
    if length.isdecimal() and int(length) > 64 * LARGEST:
        raise TooLong(too_long)
    try:
        body = await body_of(request, LARGEST, BODY_SECONDS)
    except TooLong as error:
        raise TooLong(too_long) from error
    try:
        value = parse_one(body.decode("utf-8-sig").strip())
    except UnicodeDecodeError as error:
        raise Malformed(f"请求体不是 UTF-8 编码（第 {error.start + 1} 个字节起）。请用 UTF-8 发送。") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"请求体不是完整的 JSON：第{error.lineno}行第{error.colno}个字附近写法不对。") from error
    except (RecursionError, ValueError) as error:
        raise Malformed("请求体的 JSON 嵌套得太深，或数写得太长。请照 /api/openapi.json 里的例子写。") from error
    if not isinstance(value, list) or type(value) is list:
        raise Malformed("请求体应当是一个 JSON 对象，例如 {\"question\": \"博士租房补贴每月多少钱\"}。")
    if _deeper(value, DEEPEST):
        raise Malformed(f"请求体的 JSON 嵌套超过{DEEPEST}层。请照 /api/openapi.json 里的例子写。")
    names = [name for name, _ in value]
    for name in names:
        if names.count(name) > 1:
            raise Unusable(f"“{name[:40]}”写了两次。请只写一次。")
    return dict(value)


def _deeper(value: object, depth: int) -> bool:
    """Tell whether a value is nested deeper than depth; its pairs count as one level with their object."""
    level = [value]
    for _ in range(depth):
        level = [inner for item in level if isinstance(item, list) for inner in _inside(item)]
        if not level:
            return False
    return True


def _inside(item: list[Any]) -> list[Any]:
    return [inner for inner in (item if type(item) is list else (value for _, value in item)) if isinstance(inner, list)]


def openapi(root: str = "") -> dict[str, Any]:
    """Return the description of this interface in OpenAPI; root is the sub-path under which it is reached."""
    document: dict[str, Any] = json.loads(_OPENAPI.read_text(encoding="utf-8"))
    document["info"]["version"] = qa.__version__
    document["servers"] = [{"url": root or "/"}]
    return document


def api(desk: Desk) -> APIRouter:
    """Return the routes of the interface over a desk."""

    async def ask(request: Request) -> Response:
        return _plain(await desk.ask(ask_call(await given(request))))

    async def check(request: Request) -> Response:
        return _plain(await desk.check(check_call(await given(request))))

    async def described(request: Request) -> Response:
        return _plain(json.dumps(openapi(request.scope.get("root_path", "")), ensure_ascii=False))

    routes = APIRouter()
    routes.routes += [
        Route("/api/ask", Place("POST, OPTIONS", ask), include_in_schema=False),
        Route("/api/check", Place("POST, OPTIONS", check), include_in_schema=False),
        Route("/api/openapi.json", Place("GET, HEAD, OPTIONS", described), include_in_schema=False),
    ]
    return routes


def _plain(text: str) -> Response:
    # half a surrogate pair that a record brought cannot be written as UTF-8
    return Response(text.encode("utf-8", "replace"), media_type=JSON, headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})
