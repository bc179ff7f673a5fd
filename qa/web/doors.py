"""The doors: every request passes here before the page, the endpoint or Gradio sees it. What is not named in the table of places is closed.

    request -> place (qa.web.places) -> method, size, time -> JSON looked at (qa.web.parcels) -> the application
    answer  <- security headers      <- whatever is refused is a Problem: problem+json
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.sparql.problem import Malformed, Problem, Slow, TooLong, Unsupported, WrongMethod
from qa.web.parcels import checked, opened
from qa.web.places import OPEN, TOOL_METHODS, Body, Place
from qa.web.private import held, inside
from qa.web.problems import Full, NotHere, Refused, told

BODY = 1 << 20
UPLOAD = 64 << 20
ROOM = 2 << 30
BODY_SECONDS, UPLOAD_SECONDS = 30.0, 600.0
_FILE = "/gradio_api/file="
# Gradio writes its settings into the page as a script, and makes functions of the templates of gr.HTML: hence the two unsafe ones
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def place_of(path: str) -> Place | None:
    """Return the place that a path below the root names, None for one that is closed or is not there."""
    return next((place for place in OPEN if place.holds(path)), None)


class Doors:
    """Let through what the table of places names, bounded and looked at."""

    def __init__(self, app: ASGIApp, folder: Path, body: int = BODY, upload: int = UPLOAD, room: int = ROOM) -> None:
        self._app, self._folder, self._body, self._upload, self._room = app, folder, body, upload, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks over a web socket
            await send({"type": "websocket.close", "code": 1008})
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        place, send = place_of(path), _dressed(path, send)
        try:
            await self._pass(place, path, scope, receive, send)
        except Problem as problem:
            await told(problem, place.methods if place else "")(scope, receive, send)

    async def _pass(self, place: Place | None, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if place is None:
            raise NotHere("没有这个地址，或者它没有开放。首页在 / ，程序请看 /api/openapi.json。")
        if place.methods and scope["method"] not in place.methods.split(", "):
            raise WrongMethod(f"这里只接受 {place.methods}，不接受 {scope['method'][:20]}。")
        if path.startswith(_FILE) and not inside(self._folder, path.removeprefix(_FILE)):
            raise NotHere("没有这个文件：可能已经按时删除了，请重新生成。")
        if place.own_host:
            scope = _own_host(scope)
        match place.body:
            case Body.JSON | Body.TOOL:
                await self._json(place, scope, receive, send)
            case Body.UPLOAD:
                await self._uploaded(scope, receive, send)
            case Body.NONE:
                await self._bounded(0, BODY_SECONDS, scope, receive, send)
            case Body.OWN:
                await self._app(scope, receive, send)

    async def _json(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._bounded(0, BODY_SECONDS, scope, receive, send)
            return
        if Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Unsupported("只认 application/json。请加上请求头 Content-Type: application/json。")
        body = await self._read(scope, receive)
        if place.body is Body.TOOL and (refusal := _not_a_tool_call(opened(body))) is not None:
            await JSONResponse(refusal)(scope, receive, send)
            return
        # in a thread: a body may name many files, and each is looked up
        body = await asyncio.to_thread(checked, body, self._folder)
        await self._app(_with_length(scope, len(body)), _replayed(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        """Return the whole body. Raises TooLong, Slow."""
        parts, size = [], 0
        _refuse_length(scope, self._body)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Malformed("请求没有发完。")
                    size += len(message.get("body", b""))
                    if size > self._body:
                        raise _too_long(self._body)
                    parts.append(message.get("body", b""))
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError as error:
            raise Slow(f"请求体在 {BODY_SECONDS:g} 秒内没有收完。请检查网络后再试。") from error

    async def _uploaded(self, scope: Scope, receive: Receive, send: Send) -> None:
        if Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
            raise Unsupported("上传文件请用 multipart/form-data。")
        if await asyncio.to_thread(held, self._folder) > self._room:
            raise Full("上传的文件太多，地方满了。旧文件会按时删除，请过一会儿再试。", retry_after=600)
        await self._bounded(self._upload, UPLOAD_SECONDS, scope, receive, send)

    async def _bounded(self, cap: int, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request whose body is counted as it streams; one over the cap is cut off and told so."""
        _refuse_length(scope, cap)
        watch = _Watch(cap, seconds, receive, send)
        try:
            await self._app(scope, watch.receive, watch.send)
        except Exception:
            if watch.problem is None or watch.started:
                raise
        if watch.problem is not None and not watch.started:
            raise watch.problem


class _Watch:
    """Count a streaming body; past its cap or its time the application sees the client leave, and what it says is dropped."""

    def __init__(self, cap: int, seconds: float, receive: Receive, send: Send) -> None:
        self._cap, self._receive, self._send = cap, receive, send
        self._until = asyncio.get_running_loop().time() + seconds
        self._size, self._done = 0, False
        self.problem: Problem | None = None
        self.started = False

    async def receive(self) -> Message:
        if self.problem is not None:
            return {"type": "http.disconnect"}
        if self._done:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.problem = Slow("请求体没有按时收完。请检查网络后再试。")
            return {"type": "http.disconnect"}
        self._size += len(message.get("body", b""))
        self._done = not message.get("more_body")
        if self._size > self._cap:
            self.problem = _too_long(self._cap)
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self.problem is None or self.started:
            self.started = True
            await self._send(message)


def _too_long(cap: int) -> TooLong:
    return TooLong(f"请求体超过 {cap >> 20} MB。请缩短，或分几次发。" if cap else "这里不收请求体。")


def _refuse_length(scope: Scope, cap: int) -> None:
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length) > cap:
        raise _too_long(cap)


def _with_length(scope: Scope, length: int) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _own_host(scope: Scope) -> Scope:
    """Put our own address for the Host that the caller claims, where Gradio would keep it or connect to it."""
    host, port = scope.get("server") or ("127.0.0.1", 80)
    claimed = (b"host", b"x-forwarded-host", b"x-forwarded-proto")
    return {**scope, "headers": [*((n, v) for n, v in scope["headers"] if n not in claimed), (b"host", f"{host}:{port}".encode())]}


def _replayed(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def again() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return again


def _not_a_tool_call(value: Any) -> Mapping[str, Any] | None:
    """Return the JSON-RPC error for a message that is not for the two tools, None where it is."""
    if not isinstance(value, dict):
        raise Refused("一次只收一条 JSON-RPC 消息。")
    method = value.get("method")
    if "method" not in value or method in TOOL_METHODS or (isinstance(method, str) and method.startswith("notifications/")):
        return None
    return {"jsonrpc": "2.0", "id": value.get("id"), "error": {"code": -32601, "message": f"没有这个方法。这里有：{'、'.join(TOOL_METHODS)}。"}}


def _dressed(path: str, send: Send) -> Send:
    """Return send with the security headers added where the answer has none of its own."""
    policy = FILE_POLICY if path.startswith(_FILE) else PAGE_POLICY

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**_HEADERS, "Content-Security-Policy": policy}.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed


