"""Handing work to processes that may die: pool, call -> future."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

_R = TypeVar("_R")


def handed(pool: ProcessPoolExecutor, call: Callable[..., _R], *args: Any) -> Future[_R]:
    """Hand a call to a pool; one that broke meanwhile is found out like any other, where the result is asked for."""
    try:
        return pool.submit(call, *args)
    except BrokenProcessPool as error:
        lost: Future[Any] = Future()
        lost.set_exception(error)
        return lost
