"""Bounded queries: a few workers stand ready, no query holds another up, and each ends at its deadline.

run(job, timeout) -> Answer

    every query begins in the quick lane: a ready worker, at normal priority
      └─ not done after a stint (50 ms): it moves to the slow lane as it is, at low priority, and a fresh worker takes its
         place in the quick lane; a fork takes milliseconds, so nothing is run twice
           └─ slow lane full: it stays where it is as long as nobody waits; when somebody does, it is ended, and begins
              again when the slow lane has room
    deadline, a client that leaves, a crash: the worker is killed and replaced
    too many waiting: Busy

A worker that was slow is never used again: its low priority stays with it, and so may its memory.
"""

from __future__ import annotations

import asyncio
import json

import pyoxigraph as ox

from qa.sparql import told
from qa.sparql.limits import Answer, Job, Limits
from qa.sparql.nursery import Frame, Nursery, Worker
from qa.sparql.problem import Down

_REUSES = 1000
_SPARE_SECONDS = 2.0
_PATIENCE = 5.0
_RETRIES = 5


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _done(asking: asyncio.Future[Frame], until: float) -> bool:
    await asyncio.wait({asking}, timeout=max(0.0, until - _now()))
    return asking.done()


class Pool:
    """Worker processes over a copy of a store; belongs to the event loop that first uses it."""

    def __init__(self, store: ox.Store, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.store = store
        self.graphs = frozenset(g.value for g in store.named_graphs() if isinstance(g, ox.NamedNode))
        self.nursery = Nursery(store, self.limits.memory)
        self._clear()

    def _clear(self) -> None:
        # The last to come back goes out first: what it has touched of the shared graph is its own copy by now, and need not be copied again.
        self._ready: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._slow = asyncio.Semaphore(self.limits.slow)
        self._starting = asyncio.Lock()
        self._waiting = self._parked = self._coming = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = False

    async def __aenter__(self) -> Pool:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def ready(self) -> int:
        """Return how many workers stand idle."""
        return self._ready.qsize()

    async def start(self) -> None:
        """Load the store into the nursery and fork the ready workers, once.

        Raises Down where they cannot be started.
        """
        if self._started:
            return
        async with self._starting:
            if not self._started:
                await self.nursery.start()
                for _ in range(self.limits.workers):
                    self._ready.put_nowait(await self.nursery.fork())
                self._started = True

    async def stop(self) -> None:
        """End every process and wait until they are gone; the pool may be started again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.nursery.stop()
        self._clear()

    async def run(self, job: Job, timeout: float | None = None) -> Answer:
        """Return the whole answer to a job; timeout is in seconds from now, at most and by default the pool's.

        Raises Malformed, NotAcceptable, OverCap, Busy, Overdue, Down.
        """
        await self.start()
        seconds = min(timeout or self.limits.timeout, self.limits.timeout)
        end = _now() + seconds
        frame = self._frame(job, seconds)
        reply = await self._begin(await self._take(end), frame, end)
        header, body = reply or await self._again(frame, end)
        if "error" in header:
            raise told.refusal(header, self.limits)
        return Answer(header["kind"], header["format"], body)

    def _frame(self, job: Job, seconds: float) -> bytes:
        task = {"query": job.query, "base": job.base, "default": job.default_graphs, "named": job.named_graphs, "formats": dict(job.formats)}
        return json.dumps(task | {"rows": self.limits.rows, "bytes": self.limits.bytes, "seconds": seconds + _SPARE_SECONDS}).encode()

    async def _take(self, end: float) -> Worker:
        while True:
            if self._ready.empty():
                self._crowd()
                self._waiting += 1
                try:
                    async with asyncio.timeout_at(end):
                        worker = await self._ready.get()
                except TimeoutError as error:
                    raise told.busy(self.limits) from error
                finally:
                    self._waiting -= 1
            else:
                worker = self._ready.get_nowait()
            if not worker.gone:
                return worker
            self.nursery.bury(worker)
            self._refill()

    async def _begin(self, worker: Worker, frame: bytes, end: float) -> Frame | None:
        """Run a job in the quick lane; None where it had to make room, and is to begin again in the slow lane."""
        asking = worker.ask(frame)
        slow = False
        try:
            while not await _done(asking, min(end, _now() + self.limits.stint)):
                if _now() >= end:
                    raise told.overdue(self.limits)
                worker.yield_to_others()
                if not self._slow.locked():
                    await self._slow.acquire()
                    slow = True
                    self._refill()
                    await _done(asking, end)
                    break
                if self._waiting > self._coming:
                    return None
            return await self._reply(asking, worker)
        finally:
            if slow:
                self._slow.release()
            if not slow and asking.done() and not worker.gone and not worker.spent and worker.jobs < _REUSES:
                self._ready.put_nowait(worker)
            else:
                self._bury(worker, asking)
                if not slow:
                    self._refill()

    async def _again(self, frame: bytes, end: float) -> Frame:
        """Run a job that made room for others, when the slow lane has room."""
        self._crowd()
        self._parked += 1
        try:
            async with asyncio.timeout_at(end):
                await self._slow.acquire()
        except TimeoutError as error:
            raise told.busy(self.limits) from error
        finally:
            self._parked -= 1
        try:
            worker = await self.nursery.fork()
            worker.yield_to_others()
            asking = worker.ask(frame)
            try:
                await _done(asking, end)
                return await self._reply(asking, worker)
            finally:
                self._bury(worker, asking)
        finally:
            self._slow.release()

    async def _reply(self, asking: asyncio.Future[Frame], worker: Worker) -> Frame:
        if not asking.done():
            raise told.overdue(self.limits)
        try:
            return asking.result()
        except (OSError, EOFError) as error:
            async with asyncio.timeout(_PATIENCE):
                sign = await self.nursery.bury(worker)
            raise told.crash(sign, self.limits) from error

    def _bury(self, worker: Worker, asking: asyncio.Future[Frame]) -> None:
        asking.cancel()
        self.nursery.bury(worker)

    def _refill(self) -> None:
        self._coming += 1
        task = asyncio.ensure_future(self._welcome())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _welcome(self) -> None:
        try:
            for attempt in range(_RETRIES):
                try:
                    self._ready.put_nowait(await self.nursery.fork())
                    return
                except Down:
                    await asyncio.sleep(0.1 * 2**attempt)
            # The next query finds no worker to wait for, and starts the pool anew.
            self._started = False
        finally:
            self._coming -= 1

    def _crowd(self) -> None:
        if self._waiting + self._parked >= self.limits.queue:
            raise told.busy(self.limits)
