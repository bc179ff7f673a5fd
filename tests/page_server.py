"""Real servers on free ports for the tests of the page: ours, a listener that tells who knocked, and a small reverse proxy."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an ASGI application on a free port until the block is left; yield its address once it answers."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on", server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@contextlib.contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """Listen on this machine; yield the address and the list of paths that anybody asked for."""
    knocked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            knocked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_HEAD = do_GET  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", knocked
    finally:
        server.shutdown()
        server.server_close()


class Proxy:
    """Forward what comes under a sub-path to a target with the sub-path taken off, and the Host too where told so."""

    def __init__(self, target: str, prefix: str, keep_host: bool) -> None:
        self._prefix, self._keep = prefix, keep_host
        self._client = httpx.AsyncClient(base_url=target, timeout=60, trust_env=False)
        self.stray: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._client.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await (await self._answer(Request(scope, receive)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if not path.startswith(self._prefix + "/"):
            self.stray.append(path)
            return Response("not below the sub-path", 404)
        headers = [(name, value) for name, value in request.headers.raw if self._keep or name != b"host"]
        url = httpx.URL(path.removeprefix(self._prefix), query=request.scope["query_string"])
        asked = self._client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await self._client.send(asked, stream=True)
        kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "transfer-encoding")}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, kept)
