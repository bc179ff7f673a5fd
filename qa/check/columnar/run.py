"""A large run: blocks -> worker processes, or the workers of a Dask cluster -> parts in order, in bounded memory.

Blocks under way are bounded; what a worker that dies had in hand is done again by another.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from qa.check.columnar.judge import Columns
from qa.check.columnar.read import Block, Ready, blocks
from qa.check.columnar.values import ROW
from qa.check.columnar.write import Part, Wording
from qa.check.engine import Checker, Options
from qa.check.pools import handed
from qa.errors import CallError, FileError, StoreError
from qa.graph import load
from qa.terms import field as field_iri

_AHEAD = 2
_DEATHS = 3
_PATIENCE = 20
Progress = Callable[[Path, int], None]


@dataclass(frozen=True)
class Worker:
    """What judges blocks in one process."""

    columns: Columns
    wording: Wording

    @classmethod
    def of(cls, checker: Checker) -> Worker:
        """Return a worker with a checker's rules."""
        return cls(Columns(checker), Wording(checker))

    def work(self, block: Block | Ready, options: Options) -> Part:
        """Return a block judged and in words."""
        texts, told = block.texts()
        judged = self.columns.judge(texts, options)
        told = pl.concat([told, judged.told.select(told.columns)], how="vertical_relaxed").sort(ROW, nulls_last=False, maintain_order=True)
        seen = frozenset(field_iri(name) for name in texts.columns if name != ROW and texts[name].null_count() < texts.height)
        return self.wording.part(block.file, judged, told, seen)


_worker: Worker | None = None


def judge(block: Block | Ready, options: Options) -> Part:
    """Return a block judged by this process, whose worker is made once."""
    global _worker
    if _worker is None:
        _worker = Worker.of(Checker(load()))
    return _worker.work(block, options)


class Pool(Protocol):
    """Something that does blocks elsewhere."""

    ahead: int

    def submit(self, block: Block | Ready, options: Options) -> Any:
        """Begin a block; what is returned has result()."""

    def renew(self) -> None:
        """Replace what died. Raises StoreError where that happens again and again."""


class Processes:
    """Worker processes of this machine, each with one thread."""

    def __init__(self, workers: int) -> None:
        os.environ["POLARS_MAX_THREADS"] = "1"  # for the processes that are begun here: two cores, two processes
        self.ahead, self._workers, self._deaths = workers * _AHEAD, workers, 0
        self._pool = self._begin()

    def _begin(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, mp_context=multiprocessing.get_context("spawn"))

    def submit(self, block: Block | Ready, options: Options) -> Any:
        """Begin a block."""
        return handed(self._pool, judge, block, options)

    def renew(self) -> None:
        """Begin new processes in place of those that died."""
        self._deaths += 1
        if self._deaths > _DEATHS:
            raise StoreError("校验的工作进程一再中断（可能内存不足）。请减少 --workers 再试；没有写出不完整的结果。")
        self.close()
        self._pool = self._begin()

    def close(self) -> None:
        """Let the processes end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Cluster:
    """The workers of a Dask cluster; Dask itself gives the block of a worker that died to another."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client  # type: ignore[attr-defined]
        except ImportError as error:
            raise CallError("--cluster 要先装上 Dask：pip install 'datong-policy-graph[cluster]'。") from error
        try:
            self._client: Any = Client(address, timeout=_PATIENCE)  # type: ignore[no-untyped-call]
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise CallError(f"--cluster：连不上 {address}，或者它没有一个工作进程。请核对地址（例如 tcp://主机:8786）和各机器上的 dask worker。") from error
        self.ahead = _AHEAD * max(1, sum(self._client.nthreads().values()))  # type: ignore[no-untyped-call]

    def submit(self, block: Block | Ready, options: Options) -> Any:
        """Begin a block."""
        return self._client.submit(judge, block, options, pure=False, retries=_DEATHS)

    def renew(self) -> None:
        """Give up: Dask has tried before."""
        raise StoreError("集群上的工作进程一再中断。请看各机器上 dask worker 的内存和日志；没有写出不完整的结果。")

    def close(self) -> None:
        """Let go of the cluster."""
        self._client.close()


@contextmanager
def pool(workers: int, cluster: str | None) -> Iterator[Processes | Cluster]:
    """Open the processes of this machine, or the cluster at an address. Raises CallError where there is none."""
    opened = Cluster(cluster) if cluster else Processes(workers)
    try:
        yield opened
    finally:
        opened.close()


def run(checker: Checker, paths: Sequence[Path], options: Options, workers: Pool, progress: Progress = lambda path, done: None) -> Iterator[Part]:
    """Return the parts of a run in the order of the files. Raises FileError where a file is of no use, StoreError where workers keep dying."""
    waiting: deque[tuple[Path, Block | Ready, Any]] = deque()
    source = chain.from_iterable(((path, block) for block in blocks(path, checker.headers, partial(progress, path))) for path in paths)
    found = dict.fromkeys(paths, 0)
    while True:
        while len(waiting) < workers.ahead and (item := next(source, None)) is not None:
            waiting.append((*item, workers.submit(item[1], options)))
        if not waiting:
            break
        try:
            part = waiting[0][2].result()
        except BrokenProcessPool:
            workers.renew()
            waiting = deque((path, block, workers.submit(block, options)) for path, block, _ in waiting)
            continue
        found[waiting.popleft()[0]] += part.tally.applicants
        yield part
    if empty := next((path for path, count in found.items() if not count), None):
        raise FileError(f"{empty.name}：只有表头或空行，没有一条申请记录。请填好再交。")
