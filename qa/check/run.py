"""A whole run: files -> readers -> batches -> worker processes -> parts in words, in order, in constant memory.

Batches in flight are bounded; a worker that dies is replaced and its batches are judged again.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from qa.check.engine import Checker, Options
from qa.check.outputs import SHOWN, Part, Wants, render
from qa.check.pools import handed
from qa.check.readers import read
from qa.check.records import Problem, Raw
from qa.errors import StoreError
from qa.graph import load

BATCH = 100
_AHEAD = 3
_DEATHS = 3
_checker: Checker | None = None
Batch = tuple[Raw | Problem, ...]


@dataclass(frozen=True)
class Job:
    """What to do with each batch."""

    options: Options
    wants: Wants = field(default_factory=Wants)


def _start() -> None:
    global _checker  # one checker a process
    _checker = Checker(load())


def _work(batch: Batch, job: Job) -> Part:
    assert _checker is not None
    return judge(_checker, batch, job)


def judge(checker: Checker, batch: Batch, job: Job) -> Part:
    """Return a batch judged and in words."""
    return render(batch, checker.check([item for item in batch if isinstance(item, Raw)], job.options), job.wants)


def batches(items: Iterable[Raw | Problem], size: int) -> Iterator[Batch]:
    """Return items in batches of at most size, in order."""
    batch: list[Raw | Problem] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def run(checker: Checker, paths: Sequence[Path], job: Job, workers: int = 1, progress: Callable[[Path, int], None] = lambda path, done: None) -> Iterator[Part]:
    """Return the parts of a run in the order of the files.

    The first batch is judged here, so that a small file starts no process. Raises FileError where a file is unusable.
    """
    groups = batches(chain.from_iterable(_items(checker, path, progress) for path in paths), BATCH)
    if workers <= 1:
        yield from (judge(checker, group, job) for group in groups)
        return
    for group in groups:
        yield judge(checker, group, job)
        break
    second = next(groups, None)
    if second is not None:
        yield from _parallel(chain([second], groups), job, workers)


def _items(checker: Checker, path: Path, progress: Callable[[Path, int], None]) -> Iterator[Raw | Problem]:
    return read(path, checker.headers, lambda done: progress(path, done))


def _parallel(groups: Iterator[Batch], job: Job, workers: int) -> Iterator[Part]:
    waiting: deque[tuple[Batch, Job, Future[Part]]] = deque()
    # only the first results are shown whole; the rest need not travel between processes
    lean = replace(job, wants=replace(job.wants, whole=False))
    sent, deaths, pool = BATCH, 0, _pool(workers)
    try:
        while True:
            while len(waiting) < workers * _AHEAD and (group := next(groups, None)) is not None:
                sent += len(group)
                mine = job if sent <= SHOWN else lean
                waiting.append((group, mine, handed(pool, _work, group, mine)))
            if not waiting:
                return
            try:
                part = waiting[0][2].result()
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > _DEATHS:
                    raise StoreError("校验的工作进程一再中断（可能内存不足）。请减少 --workers 再试；没有写出不完整的结果。") from error
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(workers)
                waiting = deque((batch, mine, handed(pool, _work, batch, mine)) for batch, mine, _ in waiting)
                continue
            waiting.popleft()
            yield part
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    context: Any = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start)
