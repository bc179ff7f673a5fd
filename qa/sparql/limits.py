"""What the endpoint bounds, and what goes to a worker and comes back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

_CORES = os.cpu_count() or 2


@dataclass(frozen=True)
class Limits:
    """Bound everything that a request may take.

    workers stand ready for quick queries, slow more may run long ones, queue queries may wait; timeout, stint (after which
    a query counts as slow) and body_seconds (for a request to arrive) are seconds; memory (of a worker, beside the shared
    graph), bytes (of an answer) and query (of a query, in UTF-8) are bytes; rows bounds solutions or triples of an answer;
    depth (of brackets) and tokens bound what is parsed at all. allow_origin is the CORS origin, "" for none.
    """

    workers: int = max(2, _CORES) + 4
    slow: int = max(4, 2 * _CORES)
    queue: int = 32
    timeout: float = 10.0
    stint: float = 0.05
    memory: int = 2 << 30
    rows: int = 100_000
    bytes: int = 32 << 20
    query: int = 1 << 20
    depth: int = 200
    tokens: int = 200_000
    body_seconds: float = 30.0
    allow_origin: str = "*"

    @property
    def sent(self) -> int:
        """Return how many bytes a query may take as it is sent: percent-encoding makes three of one; graph names and the like come on top."""
        return self.query * 3 + 65_536


@dataclass(frozen=True)
class Job:
    """A query, its dataset where the protocol names one, and the format for each kind of result (select, ask, graph)."""

    query: str
    formats: Mapping[str, str]
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """A whole result: its kind (select, ask or graph), the format it is in, its bytes."""

    kind: str
    key: str
    body: bytes
