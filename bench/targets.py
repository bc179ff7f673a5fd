"""Where the fuzzer sends its inputs: each target starts the real handlers once and gives back a function that tries one input by number.

    TARGETS[name](seed) as once -> once(number): returns where the input was answered or refused in words, raises where something broke
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from mutate import broken, mutant  # noqa: E402

DAY = dt.date(2026, 11, 22)
_APART = 40
Try = Callable[[int], None]


@contextmanager
def asking(seed: int) -> Iterator[Try]:
    """Ask mutants of people's questions, some after one another."""
    from qa.ask import Engine
    from qa.errors import QuestionError

    engine = Engine()
    samples = [json.loads(line)["q"] for line in (ROOT / "questions/people/train.jsonl").read_text(encoding="utf-8").splitlines()]

    def once(number: int) -> None:
        history = (mutant(samples, seed, -number),) if number % 5 == 0 else ()
        try:
            reply = engine.ask(mutant(samples, seed, number), history, DAY)
        except QuestionError:
            return
        assert reply.status in ("answered", "clarify", "no_answer") and reply.answer, reply.status
        json.dumps(reply.to_json(), ensure_ascii=False).encode("utf-8")

    yield once


@contextmanager
def reading(seed: int) -> Iterator[Try]:
    """Read mutants of good files of every format; the formats that open a process each come seldom."""
    import applicants

    from qa.check.engine import Checker
    from qa.check.fields import load_fields
    from qa.check.readers import read
    from qa.check.records import Problem, Raw
    from qa.errors import FileError
    from qa.graph import load

    checker = Checker(load())
    fields = load_fields(load())
    header, body = applicants.rows(12, 7)
    rows = [dict(zip(header, row, strict=True)) for row in body]
    tables = [d.join(header) + "\n" + "\n".join(d.join(row.values()) for row in rows) for d in (",", "\t")]
    objects = [json.dumps(rows, ensure_ascii=False), "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)]
    triples = ["<urn:1>" + "".join(f' <{iri}> "A1" ;' for iri in fields) + " <urn:p> 1 ."]
    texts = {".csv": tables[:1], ".tsv": tables, ".txt": tables, ".json": objects[:1], ".jsonl": objects[1:], ".ttl": triples}
    apart = (".ttl", ".xlsx")
    with tempfile.TemporaryDirectory() as folder:
        book = _workbook(Path(folder) / "good.xlsx", header, rows)

        def once(number: int) -> None:
            kind = apart[number // _APART % 2] if number % _APART == 0 else list(texts)[number % 5]
            path = Path(folder) / f"a{kind}"
            content = book if kind == ".xlsx" else mutant(texts[kind], seed, number).encode("utf-8", "surrogatepass")
            path.write_bytes(broken(content, seed, number) if kind == ".xlsx" or number % 7 == 0 else content)
            try:
                for item in read(path, checker.headers):
                    assert isinstance(item, Raw | Problem), item
            except FileError:
                return

        yield once


def _workbook(path: Path, header: list[str], rows: list[dict[str, str]]) -> bytes:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([header, *(list(row.values()) for row in rows)]):
            sheet.write_row(at, 0, row)
    return path.read_bytes()


@contextmanager
def querying(seed: int) -> Iterator[Try]:
    """Send mutants of the catalogue's queries to the endpoint, whose workers may take half a second."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from qa.graph import load
    from qa.sparql import Limits, Pool
    from qa.sparql.catalogue import load_catalogue
    from qa.sparql.protocol import router

    graph = load()
    samples = [query.text for query in load_catalogue(graph)]
    app = FastAPI(openapi_url=None)
    app.include_router(router(Pool(graph.store, Limits(workers=2, slow=1, timeout=0.5))))
    accepts = ("*/*", "text/csv", "text/turtle", "application/sparql-results+xml", "text/html", "application/rdf+xml", "a/b;q=2", ",,;", "text/tab-separated-values;q=0.1,*/*")
    with TestClient(app, raise_server_exceptions=False) as client:

        def once(number: int) -> None:
            body = mutant(samples, seed, number).encode("utf-8", "replace")
            headers = {"Content-Type": "application/sparql-query", "Accept": accepts[number % len(accepts)]}
            answer = client.post("/sparql", content=body, headers=headers) if number % 4 else client.get("/sparql", params={"query": body.decode()}, headers=headers)
            assert answer.status_code in (200, 400, 403, 406, 413, 429, 503), (answer.status_code, answer.text[:300])

        yield once


@contextmanager
def calling(seed: int) -> Iterator[Try]:
    """Send mutants of the examples of the interface for programs to it, through the doors."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from qa.ask import Engine
    from qa.web.api import api, openapi
    from qa.web.desk import Desk
    from qa.web.server import Serving, guarded

    paths = openapi()["paths"]
    samples = {path: [json.dumps(e["value"], ensure_ascii=False) for e in of["post"]["requestBody"]["content"]["application/json"]["examples"].values()] for path, of in paths.items()}
    desk, app = Desk(Engine()), FastAPI(openapi_url=None)
    app.include_router(api(desk))
    with tempfile.TemporaryDirectory() as folder, TestClient(guarded(app, Serving("127.0.0.1", 7860), Path(folder)), raise_server_exceptions=False) as client:

        def once(number: int) -> None:
            # two of three are questions: a check takes ten times as long
            path = ("/api/ask", "/api/ask", "/api/check")[number % 3]
            body = mutant(samples[path], seed, number).encode("utf-8", "surrogatepass")
            answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in (200, 400, 413, 422, 429), (answer.status_code, answer.text[:300])
            answer.json()

        yield once
    desk.close()


TARGETS = {"ask": asking, "readers": reading, "sparql": querying, "api": calling}
