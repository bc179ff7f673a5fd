"""What a run writes: each batch is put into words where it is judged, and strung together in order here.

render(batch, results, wants) -> Part        Outputs(folder, …).add(part)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from qa.check.jsonlines import JsonLinesWriter, line
from qa.check.outdir import OutDir
from qa.check.records import Problem, Raw, Result
from qa.check.report import Cover, HtmlReport
from qa.check.shacl_report import ShaclJsonLdWriter, ShaclTurtleWriter
from qa.check.summary import Tally
from qa.check.writers import Cell, CsvWriter, ProblemWriter, XlsxWriter, csv_text, table

SHOWN = 200


class Appending(Protocol):
    """A file that takes what is already in words."""

    def append(self, text: str) -> None: ...


@dataclass(frozen=True)
class Wants:
    """What to make of a batch: files (or only lines of JSON), whole results, constraint components for the SHACL report."""

    files: bool = False
    lines: bool = False
    whole: bool = True
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A batch put into words; results hold the first applicants whole, as many as a report shows; seen: fields with a cell."""

    tally: Tally
    problems: tuple[Problem, ...]
    results: tuple[Result, ...]
    rows: Sequence[Sequence[Cell]] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    unread: bool = False
    seen: frozenset[str] = frozenset()


def render(batch: Sequence[Raw | Problem], results: Iterable[Result], wants: Wants) -> Part:
    """Return a batch in words; problems stand in the order of the rows."""
    tally, problems, found = Tally(), list[Problem](), list(results)
    ready = iter(found)
    for item in batch:
        if isinstance(item, Problem):
            tally.problem(item)
            problems.append(item)
        else:
            result = next(ready)
            tally.add(result)
            problems += result.problems
    texts: dict[str, str] = {}
    rows: list[list[Cell]] = []
    if wants.files:
        rows = [row for result in found for row in table(result)]
        texts["results.csv"] = csv_text(rows)
        texts["shacl-report.ttl"] = "".join(ShaclTurtleWriter.text(r, wants.components) for r in found)
        texts["shacl-report.jsonld"] = "".join(ShaclJsonLdWriter.text(r, wants.components) for r in found)
    if wants.files or wants.lines:
        texts["results.jsonl"] = "".join(map(line, found))
    seen = frozenset(field for item in batch if isinstance(item, Raw) for field in item.cells)
    return Part(tally, tuple(problems), tuple(found[:SHOWN]) if wants.whole else (), rows, texts, any(p.unread for p in problems), seen)


class Outputs:
    """The files of a run, which take their names together once all are whole."""

    def __init__(self, folder: Path, cover: Cover, tally: Tally, components: Mapping[str, str]) -> None:
        self._folder, self._cover, self._tally, self._components = folder, cover, tally, components
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            out = stack.enter_context(OutDir(self._folder))
            self._summary = out.path("summary.json")
            self._texts: dict[str, Appending] = {
                "results.csv": stack.enter_context(CsvWriter(out.path("results.csv"))),
                "results.jsonl": stack.enter_context(JsonLinesWriter(out.path("results.jsonl"))),
                "shacl-report.ttl": stack.enter_context(ShaclTurtleWriter(out.path("shacl-report.ttl"), self._components)),
                "shacl-report.jsonld": stack.enter_context(ShaclJsonLdWriter(out.path("shacl-report.jsonld"), self._components)),
            }
            self._book = stack.enter_context(XlsxWriter(out.path("results.xlsx")))
            self._problems = stack.enter_context(ProblemWriter(out.path("problems.csv")))
            self._report = stack.enter_context(HtmlReport(out.path("report.html"), self._cover, self._tally, SHOWN))
            self._stack = stack.pop_all()
        return self

    def add(self, part: Part) -> None:
        """Write a part after those before; the tally must hold it already."""
        for name, writer in self._texts.items():
            writer.append(part.texts[name])
        self._book.append(part.rows)
        for problem in part.problems:
            self._problems.problem(problem)
        for result in part.results:
            self._report.write(result)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        if kind is None:
            try:
                self._summary.write_text(json.dumps(self._tally.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
            except OSError as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        return self._stack.__exit__(kind, error, trace)
