"""The desk where programs are served: a call -> a thread of its own pool -> the reply as JSON text; never more at once than there is room for.

    Desk(engine).ask(AskCall) / .check(CheckCall) -> JSON text        beyond the room: Crowded, with the seconds to wait

The event loop never waits for work: each kind of work has its own few threads, and a bounded number may wait for them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from qa import clock
from qa.errors import CallError, PolicyError, QuestionError
from qa.graph import load
from qa.sparql.problem import Problem
from qa.web.calls import AskCall, CheckCall
from qa.web.problems import Crowded, Unusable

if TYPE_CHECKING:
    from qa.check.engine import Checker
    from qa.check.fields import Headers
    from qa.check.records import Problem as Told
    from qa.check.records import Raw

FILE = "records"
_BROKEN = "没有做完，是程序的毛病。请再试一次；若总是这样，请告诉维护的人。"
_LOG = logging.getLogger(__name__)


class Asks(Protocol):
    """What answers a question."""

    def ask(self, question: object, history: Any = (), as_of: dt.date | None = None) -> Any: ...


@dataclass(frozen=True)
class Room:
    """How many calls of a kind are worked on at once, how many more may wait, and the seconds after which to come again."""

    threads: int
    waiting: int
    again: int


class Pool:
    """Threads of one kind of work, with a bounded line before them."""

    def __init__(self, room: Room) -> None:
        self._room, self._inside = room, 0
        self._threads = ThreadPoolExecutor(room.threads, thread_name_prefix="desk")

    async def run(self, work: Callable[[], str]) -> str:
        """Return what work returns. Raises Crowded where the line is full; called on one event loop only."""
        if self._inside >= self._room.threads + self._room.waiting:
            raise Crowded(f"正在处理和排队的请求太多。请过{self._room.again}秒再试。", retry_after=self._room.again)
        self._inside += 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(work)
        # a caller that leaves does not free the place: the thread still works
        future.add_done_callback(lambda done: self._leave(loop, done))
        return await asyncio.wrap_future(future)

    def _leave(self, loop: asyncio.AbstractEventLoop, done: Future[str]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._one_less)

    def _one_less(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        """Drop what waits and let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Desk:
    """Answer programs over an engine; the checker is made when first needed, in its own thread."""

    def __init__(self, engine: Asks, checker: Callable[[], Checker] | None = None, asks: Room = Room(2, 200, 2), checks: Room = Room(1, 8, 5)) -> None:
        self._engine, self._make = engine, checker or _checker
        self._made: list[Checker] = []
        self._asks, self._checks = Pool(asks), Pool(checks)

    async def ask(self, call: AskCall) -> str:
        """Return the reply as the command line's --json prints it. Raises Problem."""
        return await self._guarded(self._asks, lambda: json.dumps(self._engine.ask(call.question, call.history, call.as_of).to_json(), ensure_ascii=False))

    async def check(self, call: CheckCall) -> str:
        """Return {"results": the objects of check --jsonl, "problems": what was not read}. Raises Problem."""
        return await self._guarded(self._checks, lambda: self._checked(call))

    def close(self) -> None:
        """End the work."""
        self._asks.close()
        self._checks.close()

    async def _guarded(self, pool: Pool, work: Callable[[], str]) -> str:
        try:
            return await pool.run(work)
        except (Problem, asyncio.CancelledError):
            raise
        except (CallError, QuestionError) as error:
            raise Unusable(error.message) from error
        except PolicyError as error:
            raise Problem(error.message) from error
        except Exception as error:
            _LOG.exception("desk")
            raise Problem(_BROKEN) from error

    def _checked(self, call: CheckCall) -> str:
        # what checks is loaded with the first call: questions need not wait for it when the server starts
        from qa.check.command import find_kind, find_measures
        from qa.check.engine import Options
        from qa.check.jsonlines import as_object, dump

        if not self._made:  # one thread only works here, so no two make it
            self._made.append(self._make())
        checker = self._made[0]
        kind = find_kind(checker, call.kind or None)
        options = Options(call.as_of or clock.today(), find_measures(checker, list(call.measures)), kind.label if kind else "")
        raws, problems = _raws(call.records, checker.headers)
        results = [as_object(result) for result in checker.check(raws, options)]
        lost = [{"file": p.file, "row": p.row, "column": p.column, "message": p.message} for p in problems]
        return dump({"results": results, "problems": lost})


def _checker() -> Checker:
    from qa.check.engine import Checker

    return Checker(load())


def _raws(records: tuple[Any, ...], headers: Headers) -> tuple[list[Raw], list[Told]]:
    """Return the records that can be read, numbered from 1, and what is to be told of the others."""
    from qa.check.objects import Objects
    from qa.check.records import Raw

    objects = Objects(FILE, headers)
    raws: list[Raw] = []
    problems: list[Told] = []
    for number, item in enumerate(records, 1):
        for found in objects.read(number, item):
            if isinstance(found, Raw):
                raws.append(found)
            else:
                problems.append(found)
    return raws, problems
