"""A crowd before a running server: people who ask, each on a connection of their own, through one of two doors; and what goes on beside them.

    doors(address) -> API (/api/ask), PAGE (the page's own handler: into Gradio's queue, out of its stream)
    crowd(door, people, seconds, think) -> Told: seconds of every reply, errors          beside(address, table): an upload, a runaway query, again and again
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?d && ?d != ?g) }"
PATIENCE = 120.0
Door = Callable[[httpx.AsyncClient, str, str], Awaitable[str]]


@dataclass
class Told:
    """What a crowd met: the seconds of each reply, and in words what was none."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Beside:
    """What went on beside a crowd: uploads judged to the end, runaway queries that the server ended, and what went wrong."""

    uploads: int = 0
    runaways: int = 0
    errors: list[str] = field(default_factory=list)


class Page:
    """The page's own handlers, called as its script does; which handler is which is read from /config."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._parts = {part["id"]: part["props"] for part in config["components"]}
        self._handlers = config["dependencies"]

    def handler(self, trigger: str, **props: str) -> tuple[int, list[int]]:
        """Return the number and the inputs of the handler that an event of the part with these props calls."""
        (part,) = (key for key, held in self._parts.items() if all(held.get(name) == value for name, value in props.items()))
        found = next(one for one in self._handlers if [part, trigger] in [list(target) for target in one["targets"]])
        return found["id"], found["inputs"]

    def values(self, inputs: Sequence[int], own: dict[str, Any]) -> list[Any]:
        """Return what the inputs hold on an untouched page, but for those that have one's own value, by label."""
        return [own.get(self._parts[key].get("label") or "", self._parts[key].get("value")) for key in inputs]

    async def call(self, client: httpx.AsyncClient, handler: int, data: list[Any], session: str) -> dict[str, Any]:
        """Return what a handler gives last. Raises RuntimeError where it gives an error."""
        joined = await client.post("/gradio_api/queue/join", json={"data": data, "fn_index": handler, "session_hash": session})
        if joined.status_code != 200:
            raise RuntimeError(f"{joined.status_code} {joined.text[:200]}")
        async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            async for line in stream.aiter_lines():
                said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if said.get("msg") == "process_completed":
                    if not said["success"]:
                        raise RuntimeError(str(said["output"])[:200])
                    return dict(said["output"])
        raise RuntimeError("the stream ended without a reply")


async def through_api(client: httpx.AsyncClient, question: str, session: str) -> str:
    """Ask as a program does, which has no session."""
    answer = await client.post("/api/ask", json={"question": question})
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} {answer.text[:200]}")
    return str(answer.json()["answer"])


async def doors(address: str) -> dict[str, Door]:
    """Return the two ways in, by name."""
    async with visitor(address) as client:
        page = Page((await client.get("/config")).json())
    handler, inputs = page.handler("submit", label="您的问题")

    async def through_page(client: httpx.AsyncClient, question: str, session: str) -> str:
        return str((await page.call(client, handler, page.values(inputs, {"您的问题": question}), session))["data"])

    return {"接口 /api/ask": through_api, "网页": through_page}


@contextlib.asynccontextmanager
async def visitor(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """Connect as one person does; without certificates, whose reading would cost more than the asking."""
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False, verify=False) as client:
        yield client


async def crowd(address: str, door: Door, people: int, seconds: float, think: tuple[float, float], questions: Sequence[str], seed: int = 7) -> Told:
    """Let so many people ask at once for some seconds, each thinking between a reply and the next question."""
    told, until = Told(), time.monotonic() + seconds

    async def person(number: int) -> None:
        mind, session = random.Random(seed * 1000 + number), uuid.uuid4().hex[:10]
        async with visitor(address) as client:
            # nobody comes at the very same moment, unless nobody thinks
            await asyncio.sleep(mind.uniform(0, think[1]))
            while True:  # everybody asks once at least
                begun = time.monotonic()
                try:
                    if not (await door(client, mind.choice(questions), session)).strip():
                        raise RuntimeError("an empty reply")
                    told.seconds.append(time.monotonic() - begun)
                except (httpx.HTTPError, RuntimeError, KeyError, ValueError) as error:
                    told.errors.append(f"{type(error).__name__}: {error}")
                await asyncio.sleep(mind.uniform(*think))
                if time.monotonic() >= until:
                    return

    await asyncio.gather(*(person(number) for number in range(people)))
    return told


@contextlib.asynccontextmanager
async def beside(address: str, table: Path) -> AsyncIterator[Beside]:
    """Have a table of applicants judged and a query that never ends asked, over and over, until the block is left."""
    seen = Beside()
    tasks = [asyncio.create_task(work(address, seen)) for work in (_runaways, lambda where, held: _uploads(where, held, table))]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        seen.errors += [repr(error) for error in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(error, Exception)]


async def _runaways(address: str, seen: Beside) -> None:
    async with visitor(address) as client:
        while True:
            answer = await client.post("/sparql", content=RUNAWAY, headers={"Content-Type": "application/sparql-query"})
            if answer.status_code == 200:
                seen.errors.append("the runaway query came to an end: choose a heavier one")
            seen.runaways += 1


async def _uploads(address: str, seen: Beside, table: Path) -> None:
    async with visitor(address) as client:
        page = Page((await client.get("/config")).json())
        handler, inputs = page.handler("click", elem_id="bt-go")
        while True:
            sent = await client.post("/gradio_api/upload", files={"files": (table.name, table.read_bytes(), "text/csv")})
            file = {"path": sent.json()[0], "orig_name": table.name, "meta": {"_type": "gradio.FileData"}}
            given = await page.call(client, handler, page.values(inputs, {"申请人的表": file}), uuid.uuid4().hex[:10])
            if "results.csv" not in json.dumps(given["data"]):
                seen.errors.append(f"the upload was not judged: {str(given['data'])[:300]}")
            seen.uploads += 1
