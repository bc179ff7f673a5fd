"""The server's side of worker.py: one nursery process that holds the store, and the workers it forks.

Nursery.fork() -> Worker.ask(job) -> (header, body)          milliseconds, however large the graph
                  Nursery.bury(worker) -> the signal it died of

Everything is started with exec and closed descriptors: no socket of the server is open in any of these processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from qa.sparql.problem import Down
from qa.sparql.worker import DEATH, FORK, KILL, LENGTHS, ORDER
from qa.terms import PREFIXES

_SCRIPT = Path(__file__).with_name("worker.py")
_READY_SECONDS = 900
_HELLO_SECONDS = 30
_BURIAL_SECONDS = 5
_NICE = 10
_GONE = "查询服务的工作进程起不来，正在重新启动。请稍等几秒再试。"

Frame = tuple[dict[str, Any], bytes]


class Worker(asyncio.Protocol):
    """A forked process that answers one job at a time; a protocol, not streams: a frame is one future and no task."""

    def __init__(self) -> None:
        self.pid, self.jobs, self.spent = 0, 0, False
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        # The first frame, the process's greeting, may be here before anybody waits for it.
        self.coming: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

    @property
    def gone(self) -> bool:
        """Say whether the process has closed its end."""
        return self._transport is None or self._transport.is_closing()

    def ask(self, job: bytes) -> asyncio.Future[Frame]:
        """Return what will be the header and body of the answer to a job.

        Raises EOFError or OSError, when awaited, where the process dies before it has answered.
        """
        self.jobs += 1
        self.coming = asyncio.get_running_loop().create_future()
        if self._transport is None:
            self.coming.set_exception(EOFError())
        else:
            self._transport.write(LENGTHS.pack(len(job), 0) + job)
        return self.coming

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect a frame, and hand it over when it is whole."""
        self._data += data
        if len(self._data) < LENGTHS.size:
            return
        header, body = LENGTHS.unpack_from(self._data)
        start = LENGTHS.size + header
        if len(self._data) < start + body:
            return
        frame = json.loads(self._data[LENGTHS.size : start]), bytes(self._data[start : start + body])
        self._data.clear()
        if not self.coming.done():
            self.coming.set_result(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that nothing comes any more."""
        self._transport = None
        if not self.coming.done():
            self.coming.set_exception(exc or EOFError())

    def yield_to_others(self) -> None:
        """Let quicker queries, and the server itself, have the processor first; there is no way back, so the worker is spent."""
        self.spent = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def close(self) -> None:
        """Close this end; an idle process ends by itself."""
        if self._transport is not None:
            self._transport.close()


class Nursery:
    """The process that holds the store; started once, started anew should it ever die."""

    def __init__(self, store: ox.Store, memory: int) -> None:
        self._store, self._memory = store, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._deaths: dict[int, asyncio.Future[int]] = {}
        self._workers: set[Worker] = set()
        self._lock = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Return the pid of the process, None before it is started."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process and load the store, unless it runs already.

        Raises Down where it cannot be started.
        """
        async with self._lock:
            if self._control is not None:
                return
            try:
                await asyncio.to_thread(self._end)
                control = await asyncio.to_thread(self._launch)
            except (OSError, subprocess.SubprocessError) as error:
                await asyncio.to_thread(self._end)
                raise Down(_GONE, retry_after=5) from error
            self._control = control
            asyncio.get_running_loop().add_reader(control, self._hear)

    def _launch(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        setup = {"control": theirs.fileno(), "memory": self._memory, "prefixes": PREFIXES}
        command = [sys.executable, "-P", str(_SCRIPT), json.dumps(setup)]
        try:
            with theirs:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
                )
            assert self._process.stdin is not None
            with self._process.stdin as pipe:
                self._store.dump(pipe, ox.RdfFormat.N_QUADS)
            ours.settimeout(_READY_SECONDS)
            if len(ours.recv(DEATH.size)) != DEATH.size:
                raise OSError("nursery")
        except BaseException:
            ours.close()
            raise
        ours.setblocking(False)
        return ours

    def _hear(self) -> None:
        assert self._control is not None
        try:
            told = self._control.recv(DEATH.size * 64)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        for pid, sign in DEATH.iter_unpack(told[: len(told) // DEATH.size * DEATH.size]):
            if (waiting := self._deaths.pop(pid, None)) and not waiting.done():
                waiting.set_result(sign)
        if not told:
            self._let_go()

    def _let_go(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        for waiting in self._deaths.values():
            if not waiting.done():
                waiting.set_result(signal.SIGKILL)
        self._deaths.clear()
        # The nursery leads a group of its own that all its workers are in: none outlives it.
        if self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def fork(self) -> Worker:
        """Return a new worker that is ready for a job.

        Raises Down where none can be had.
        """
        await self.start()
        ours, theirs = socket.socketpair()
        worker = None
        try:
            with theirs:
                if self._control is None:
                    raise OSError("nursery")
                socket.send_fds(self._control, [ORDER.pack(FORK, 0)], [theirs.fileno()])
            ours.setblocking(False)
            _, worker = await asyncio.get_running_loop().create_connection(Worker, sock=ours)
            async with asyncio.timeout(_HELLO_SECONDS):
                hello, _ = await worker.coming
            worker.pid = hello["pid"]
            self._workers.add(worker)
            return worker
        except (OSError, EOFError, TimeoutError) as error:
            raise Down(_GONE, retry_after=5) from error
        finally:
            if worker is None:
                ours.close()
            elif sys.exc_info()[0] is not None:
                worker.close()

    def bury(self, worker: Worker) -> asyncio.Future[int]:
        """Kill a worker, and return what will be the signal it died of (0: it ended by itself, or was buried before)."""
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        worker.close()
        if worker not in self._workers:
            told.set_result(0)
            return told
        self._workers.discard(worker)
        try:
            if self._control is None:
                raise OSError("nursery")
            self._control.send(ORDER.pack(KILL, worker.pid))
            self._deaths[worker.pid] = told
        except OSError:
            told.set_result(signal.SIGKILL)
        return told

    async def stop(self) -> None:
        """End the process and all its workers, and wait until they are gone."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if (process := self._process) is None:
            return
        try:
            process.wait(_BURIAL_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._process = None
