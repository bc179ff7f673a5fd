"""What grows with the graph: which queries look up one policy's fact, which cover all policies; and ask beside strangers.

    dev questions -> Engine over the real graph -> replies, and their SPARQL: look-ups
    Engine over the real graph + N synthetic policies -> build time, time a question, replies that are no longer the same
    a query's answer without and with the synthetic policies -> the same | more rows | other values
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from peers import ROOT, Answer

from qa.ask import Engine
from qa.graph import Graph

AS_OF = dt.date(2026, 11, 22)
_EVERY = 5
_ONE, _SAME, _OTHER, _MORE = "查一份文件的事", "查全图、答案没变", "查全图、行数没变而值变", "查全图、行数增长"
KINDS = (_ONE, _SAME, _OTHER, _MORE)


@dataclass(frozen=True)
class Asked:
    """Ask over one graph: seconds to build, milliseconds by question, the reply to each, as JSON."""

    build: float
    times: tuple[float, ...]
    replies: dict[str, dict[str, object]]

    def percentile(self, share: float) -> float:
        """Return the milliseconds that a share of the questions stays under."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))]


def questions() -> dict[str, tuple[str, list[str]]]:
    """Return every fifth development question with its history, by id."""
    rows = [json.loads(line) for line in (ROOT / "questions/people/dev.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["id"]: (row["q"], row["history"]) for row in rows[::_EVERY]}


def ask(graph: Graph) -> Asked:
    """Build an engine over a graph and ask it every question once, after one to warm up."""
    start = time.perf_counter()
    engine = Engine(graph)
    build = time.perf_counter() - start
    times, replies = [], {}
    given = questions()
    engine.ask(*next(iter(given.values())), AS_OF)
    for key, (question, history) in given.items():
        start = time.perf_counter()
        reply = engine.ask(question, history, AS_OF)
        times.append((time.perf_counter() - start) * 1000)
        replies[key] = reply.to_json()
    return Asked(build, tuple(times), replies)


def differing(before: Asked, after: Asked) -> list[str]:
    """Return the questions whose reply is not the same."""
    return [key for key, reply in before.replies.items() if after.replies[key] != reply]


def lookups(asked: Asked) -> dict[str, str]:
    """Return one query of ask for each kind of question: what was answered, by the pattern's first line and shape."""
    found: dict[str, str] = {}
    for key, reply in asked.replies.items():
        query = str(reply["sparql"])
        shape = query.partition("VALUES")[0] + query.partition("}")[2]
        if reply["status"] == "answered" and query and shape not in found:
            found[shape] = key
    return {key: str(asked.replies[key]["sparql"]) for key in found.values()}


def kind(before: Answer, after: Answer) -> str:
    """Say what became of an answer when synthetic policies were added."""
    return _SAME if before.digest == after.digest and before.rows == after.rows else _MORE if before.rows != after.rows else _OTHER


def split(before: dict[str, Answer], after: dict[str, Answer], lookups: Collection[str]) -> dict[str, Sequence[str]]:
    """Return the queries by what became of their answer: look-ups apart, as long as theirs stays; what is refused now grew."""
    out: dict[str, list[str]] = {name: [] for name in KINDS}
    for key, answer in after.items():
        found = _MORE if answer.refused else kind(before[key], answer)
        out[_ONE if key in lookups and found == _SAME else found].append(key)
    return {name: keys for name, keys in out.items() if keys}
