"""A client that leaves before its answer is there: its request is ended, and so is what the request runs.

    with Leaving(request, seconds): await …        nobody is looked for in the first seconds: most queries are done by then
      └─ the client has gone: the task of the request is cancelled, and the block raises ClientDisconnect
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.requests import ClientDisconnect, Request


class Leaving:
    """Watch for the end of a request while a block runs; costs a timer, and a task only where the block is slow."""

    def __init__(self, request: Request, seconds: float) -> None:
        self._request, self._seconds = request, seconds
        self._watch: asyncio.Task[None] | None = None
        self._left = False

    def __enter__(self) -> None:
        """Begin; the block must be entered and left in one task."""
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        self._watch = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._left = True
        if self._task is not None:
            self._task.cancel()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the watch. Raises ClientDisconnect where the client has left, whatever became of the block."""
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._left and self._task is not None:
            self._task.uncancel()
            raise ClientDisconnect
