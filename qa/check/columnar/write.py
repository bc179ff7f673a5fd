"""Judged blocks -> rows for people and programs: a line an applicant, three columns a measure; reasons in the Parquet file.

    part = Wording(checker).part(judged, told)        with Files(folder) as files: files.add(part)
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from qa.check.columnar.hold import DAY
from qa.check.columnar.judge import KEY, NAME, Judged
from qa.check.columnar.values import ROW
from qa.check.columnar.weigh import VERDICTS
from qa.check.engine import Checker
from qa.check.identity import mask
from qa.check.outdir import OutDir
from qa.check.records import Verdict
from qa.check.writers import cell

MOST_TOLD = 100_000
_PARTS = "parts"


@dataclass
class Tally:
    """Applicants, verdicts by measure, sums in yuan, and how many things were told."""

    applicants: int = 0
    told: int = 0
    unread: int = 0
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=dict)
    maxima: Counter[str] = field(default_factory=Counter)

    def merge(self, other: Tally) -> None:
        """Add what another part came to."""
        self.applicants += other.applicants
        self.told += other.told
        self.unread += other.unread
        for label, counts in other.verdicts.items():
            self.verdicts.setdefault(label, Counter()).update(counts)
        for label, amount in other.sums.items():
            self.sums[label] = self.sums.get(label, Decimal(0)) + amount
        self.maxima.update(other.maxima)

    def to_json(self) -> dict[str, Any]:
        """Return the tally for summary.json."""
        return {
            "applicants": self.applicants, "told": self.told, "unread": self.unread,
            "measures": [{"label": label, **{str(v): counts[v] for v in VERDICTS}, "yuan": format(self.sums.get(label, Decimal(0)), "f"), "maxima": self.maxima[label]} for label, counts in self.verdicts.items()],
        }  # fmt: skip

    def to_text(self) -> str:
        """Return the tally for a terminal."""
        lines = [f"共{self.applicants}个申请人，{len(self.verdicts)}项措施；读不懂或要核对的地方{self.told}处。"]
        for label, counts in self.verdicts.items():
            sums = f"，符合和待认定的合计{format(self.sums[label], 'f')}元" + (f"（其中{self.maxima[label]}份是最高额）" if self.maxima[label] else "") if self.sums.get(label) else ""
            lines.append(f"  {label}：{'，'.join(f'{v}{counts[v]}' for v in VERDICTS if counts[v])}{sums}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Part:
    """A block in words: bytes of CSV without a header, bytes of Parquet, what was told, the tally; seen: fields with a cell."""

    lines: bytes
    table: bytes
    told: tuple[tuple[str, int | None, str, str], ...]
    tally: Tally
    header: tuple[str, ...]
    seen: frozenset[str]


class Wording:
    """Put judged blocks into words."""

    def __init__(self, checker: Checker) -> None:
        self._words = _words(checker)

    def part(self, file: str, judged: Judged, told: pl.DataFrame, seen: frozenset[str]) -> Part:
        """Return a block in words."""
        frame, tally = judged.frame, Tally(judged.frame.height, told.height, int(told["unread"].sum()))
        kept = tuple((file, *row) for row in told.head(MOST_TOLD).select(ROW, "column", "message").rows())
        if not frame.height:
            return Part(b"", b"", kept, tally, (), seen)
        columns = [pl.Series("文件", [cell(file)] * frame.height), frame[ROW].alias("行号"), *(pl.Series(label, [cell(mask(text)) if text else "" for text in judged.names[key].to_list()], dtype=pl.String) for key, label in ((KEY, "编号"), (NAME, "名称"))), frame[DAY].alias("日期")]
        reasons = []
        for at, (requirement, known) in enumerate(zip(judged.measures, judged.reasons, strict=True)):
            label, verdicts = requirement.label, frame[f"v{at}"]
            tally.verdicts[label] = Counter({VERDICTS[v]: n for v, n in verdicts.value_counts().iter_rows()})
            amounts = frame[f"a{at}"]
            tally.sums[label] = sum((Decimal(a) * n for a, n in amounts.drop_nulls().value_counts().iter_rows()), Decimal(0))
            tally.maxima[label] = int(frame[f"m{at}"].sum())
            columns += [
                verdicts.replace_strict(list(range(len(VERDICTS))), [str(v) for v in VERDICTS], return_dtype=pl.String).alias(label),
                amounts.alias(f"{label}（元）"),
                frame[f"m{at}"].replace_strict([True, False], ["最高", None], return_dtype=pl.String).alias(f"{label}（限）"),
            ]
            bits = frame[f"r{at}"].unique().to_list()
            said = ["；".join(dict.fromkeys(self._words.get(name, name) for name in known.of(b))) for b in bits]
            reasons.append(frame[f"r{at}"].replace_strict(bits, said, return_dtype=pl.String).alias(f"{label}（理由）"))
        wide, table = pl.DataFrame(columns), BytesIO()
        lines = wide.write_csv(include_header=False).encode()
        wide.hstack(reasons).write_parquet(table, compression="zstd", statistics=False)
        return Part(lines, table.getvalue(), kept, tally, tuple(wide.columns), seen)


def _words(checker: Checker) -> Mapping[str, str]:
    """Return what to call each thing that may decide."""
    out = dict(checker.rules.names)
    for requirement in checker.requirements.of.values():
        out |= {leaf.iri: leaf.label for leaf in requirement.every}
        out |= {iri: f"没有填“{checker.fields[f].label}”" for f, iri in requirement.given.items()}
        out |= {f.leaf: f.label for f in checker.rules.readings(requirement)} | {requirement.measure: "支持数额的限额"}
    return out


class Files:
    """The files of a run, which take their names together once all are whole: results.csv, results.parquet, problems.csv, summary.json."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack, self._kept = folder, ExitStack(), 0
        self.tally = Tally()
        self._count = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._out = stack.enter_context(OutDir(self._folder))
            self._results = stack.enter_context(self._out.path("results.csv").open("wb"))
            self._problems = stack.enter_context(self._out.path("problems.csv").open("w", encoding="utf-8-sig", newline=""))
            self._parts = self._out.path("results.parquet").parent / _PARTS
            self._parts.mkdir()
            csv.writer(self._problems).writerow(("文件", "行号", "列", "说明"))
            self._stack = stack.pop_all()
        return self

    def add(self, part: Part) -> None:
        """Write a part after those before."""
        if part.lines and not self._count:
            self._results.write("\ufeff".encode() + (",".join(part.header) + "\n").encode())
        if part.lines:
            self._results.write(part.lines)
            (self._parts / f"{self._count:06}.parquet").write_bytes(part.table)
            self._count += 1
        self.tally.merge(part.tally)
        for file, row, where, message in part.told[: max(0, MOST_TOLD - self._kept)]:
            csv.writer(self._problems).writerow((cell(file), row, cell(where), cell(message)))
        self._kept += len(part.told)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        if kind is None:
            try:
                if self.tally.told > MOST_TOLD:
                    csv.writer(self._problems).writerow(("", "", "", f"……共{self.tally.told}处，这里只列前{MOST_TOLD}处"))
                pl.scan_parquet(sorted(self._parts.glob("*.parquet"))).sink_parquet(self._out.path("results.parquet"), compression="zstd")
                self._out.path("summary.json").write_text(json.dumps(self.tally.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
            except OSError as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        return self._stack.__exit__(kind, error, trace)
