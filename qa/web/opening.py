"""Answer from the first second: a plain page that takes questions at once, while the rest loads in a thread, step by step.

    lifespan: steps, each in a thread -> that application's own lifespan        after the last: opened()        at stop: closed()
    request while it loads: /healthz ok; what an opened step has a route for is answered by it; a browser that asks for a page gets
    the plain one, which asks through /api/ask and gives way to the whole page by itself; a program simply waits
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from qa.sparql.problem import Down
from qa.web.problems import told

PATIENCE = 120.0
BREATH = 0.6  # between steps, for those who waited: the next step takes the processor
_PAGE = Path(__file__).parent / "assets" / "opening" / "opening.html"


class Opening:
    """Stand before applications that take seconds to build; the first answers in the end all that the later ones were added to."""

    def __init__(
        self, *steps: Callable[[], Any], opened: Callable[[], None] = lambda: None, failed: Callable[[BaseException], None] = lambda error: None, closed: Callable[[], None] = lambda: None
    ) -> None:
        self._steps, self._opened, self._failed, self._closed = steps, opened, failed, closed
        self._app: Any = None
        self._moved = asyncio.Condition()
        self._ready, self._stop, self._failing = False, asyncio.Event(), False
        self._page = _PAGE.read_text(encoding="utf-8")

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
        """Tell whether an application is there for a request; a program waits for it, a browser does not."""
        if not self._holds(scope) and not _browser(scope):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE), self._moved:
                    await self._moved.wait_for(lambda: self._holds(scope) or self._failing)
        return self._holds(scope)

    def _holds(self, scope: Scope) -> bool:
        """Tell whether what has opened answers a request: all of it once all is there, before that what it has a route for."""
        if self._app is None or self._ready:
            return self._app is not None
        return any(route.matches(scope)[0] is not Match.NONE for route in self._app.router.routes)

    def _wait_a_little(self, scope: Scope) -> Response:
        if _browser(scope):
            # 200: a person's browser shows it and asks through it; a program, which would be misled, waits for the page itself
            page = self._page.replace("$ROOT", scope.get("root_path", ""))
            return Response(page, 200, {"Cache-Control": "no-store"}, "text/html; charset=utf-8")
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
            async with contextlib.AsyncExitStack() as open_:
                for number, step in enumerate(self._steps, 1):
                    if number > 1:
                        await asyncio.sleep(BREATH)
                    app = await asyncio.to_thread(step)
                    await open_.enter_async_context(app.router.lifespan_context(app))
                    await self._move(self._app or app, number == len(self._steps))
                self._opened()
                await self._stop.wait()
        except Exception as error:
            self._failed(error)
        finally:
            self._failing = True
            await self._move(None, False)
            self._closed()

    async def _move(self, app: Any, ready: bool) -> None:
        async with self._moved:
            self._app, self._ready = app, ready
            self._moved.notify_all()


def _browser(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
