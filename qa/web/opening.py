"""Answer from the first second: /healthz at once, a plain page while the rest loads in a thread, then the application itself.

    lifespan: build() in a thread -> the application's own lifespan -> opened()          at stop: that lifespan ends, then closed()
    request while it loads: /healthz ok; a browser gets a page that looks again by itself; a program simply waits
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from qa.sparql.problem import Down
from qa.web.problems import told

PATIENCE = 120.0
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="1">
<title>大同中关村政策问答：正在打开</title><link rel="icon" href="data:,">
<style>body{font:1.1rem/1.8 system-ui,"Noto Sans CJK SC",sans-serif;max-width:40rem;margin:20vh auto;padding:0 1.5rem;color:#1a1a1a;background:#fff}
@media (prefers-color-scheme:dark){body{color:#eee;background:#111}}</style></head>
<body><main role="status"><h1>大同中关村政策问答</h1><p>正在打开，请稍等几秒。打开后本页会自己换成问答页，不用刷新。</p></main></body></html>
"""


class Opening:
    """Stand before an application that takes seconds to build."""

    def __init__(self, build: Callable[[], Any], opened: Callable[[], None] = lambda: None, failed: Callable[[BaseException], None] = lambda error: None, closed: Callable[[], None] = lambda: None) -> None:
        self._build, self._opened, self._failed, self._closed = build, opened, failed, closed
        self._app: Any = None
        self._ready, self._stop = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass a request on to the application."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"].removeprefix(scope.get("root_path", "")) == "/healthz":
            await PlainTextResponse("ok")(scope, receive, send)
        elif await self._there(scope):
            await self._app(scope, receive, send)
        else:
            await self._wait_a_little(scope)(scope, receive, send)

    async def _there(self, scope: Scope) -> bool:
        """Tell whether the application is there; a program waits for it, a browser does not."""
        if self._app is None and not _browser(scope):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), PATIENCE)
        return self._app is not None

    @staticmethod
    def _wait_a_little(scope: Scope) -> Response:
        if _browser(scope):
            # 200: a person's browser shows it and looks again; a program, which would be misled, waits for the page itself
            return Response(_PAGE, 200, {"Cache-Control": "no-store"}, "text/html; charset=utf-8")
        return told(Down("服务还没有打开。请过几秒再试。", retry_after=5))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        living = asyncio.create_task(self._live())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stop.set()
        await living
        await send({"type": "lifespan.shutdown.complete"})

    async def _live(self) -> None:
        try:
            app = await asyncio.to_thread(self._build)
            async with app.router.lifespan_context(app):
                self._app = app
                self._ready.set()
                self._opened()
                await self._stop.wait()
        except Exception as error:
            self._failed(error)
        finally:
            self._app = None
            self._ready.set()
            self._closed()


def _browser(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
