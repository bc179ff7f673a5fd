"""A whole run: files -> readers -> batches -> worker processes -> writers, in order, in constant memory.

Batches in flight are bounded; a worker that dies is replaced and its batches are judged again.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from pathlib import Path
from typing import Any

from qa.check.engine import Checker, Options
from qa.check.fields import Headers
from qa.check.readers import read
from qa.check.records import Problem, Raw, Result
from qa.errors import StoreError
from qa.graph import load

BATCH = 250
_AHEAD = 3
_DEATHS = 3
_checker: Checker | None = None
Batch = tuple[Raw | Problem, ...]


def _start() -> None:
    global _checker  # noqa: PLW0603  one checker a process
    _checker = Checker(load())


def _work(raws: Sequence[Raw], options: Options) -> list[Result]:
    assert _checker is not None
    return _checker.check(raws, options)


def batches(items: Iterable[Raw | Problem], size: int = BATCH) -> Iterator[Batch]:
    """Return items in batches of at most size, in order."""
    batch: list[Raw | Problem] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def check_files(
    checker: Checker, paths: Sequence[Path], options: Options, workers: int = 1, progress: Callable[[Path, int], None] = lambda path, done: None
) -> Iterator[Result | Problem]:
    """Return what is found out about each record and what could not be read, in the order of the files.

    Raises FileError where a file is unusable as a whole.
    """
    items = chain.from_iterable(_items(path, checker.headers, progress) for path in paths)
    groups = batches(items)
    if workers <= 1:
        for group in groups:
            yield from _merge(group, checker.check([i for i in group if isinstance(i, Raw)], options))
        return
    yield from _parallel(checker, groups, options, workers)


def _items(path: Path, headers: Headers, progress: Callable[[Path, int], None]) -> Iterator[Raw | Problem]:
    return read(path, headers, lambda done: progress(path, done))


def _merge(group: Batch, results: Iterable[Result]) -> Iterator[Result | Problem]:
    found = iter(results)
    for item in group:
        yield next(found) if isinstance(item, Raw) else item


def _parallel(checker: Checker, groups: Iterator[Batch], options: Options, workers: int) -> Iterator[Result | Problem]:
    """Judge the first batch here, so that a small file starts no process; the rest in worker processes."""
    first = next(groups, ())
    yield from _merge(first, checker.check([i for i in first if isinstance(i, Raw)], options))
    second = next(groups, None)
    if second is None:
        return
    rest = chain([second], groups)
    waiting: deque[tuple[Batch, Future[list[Result]]]] = deque()
    deaths, pool = 0, _pool(workers)
    try:
        while True:
            while len(waiting) < workers * _AHEAD and (group := next(rest, None)) is not None:
                waiting.append((group, _submit(pool, group, options)))
            if not waiting:
                return
            group, future = waiting[0]
            try:
                results = future.result()
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > _DEATHS:
                    raise StoreError("校验的工作进程一再中断（可能内存不足）。请减少 --workers 再试；没有写出不完整的结果。") from error
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(workers)
                waiting = deque((g, _submit(pool, g, options)) for g, _ in waiting)
                continue
            waiting.popleft()
            yield from _merge(group, results)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    context: Any = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start)


def _submit(pool: ProcessPoolExecutor, group: Batch, options: Options) -> Future[list[Result]]:
    return pool.submit(_work, [i for i in group if isinstance(i, Raw)], options)
