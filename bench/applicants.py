"""Synthetic applicants: the same seed gives the same file. Values come from the form; thresholds are met, just met and missed.

    python bench/applicants.py 10000 -o applicants.csv [--seed 7]
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.check.fields import Field, load_fields  # noqa: E402
from qa.check.kinds import Kind, load_kinds  # noqa: E402
from qa.check.records import Raw  # noqa: E402
from qa.check.requirements import load_requirements  # noqa: E402
from qa.graph import load  # noqa: E402

_EMPTY = 0.12
_MONEY = (0, 1, 300_000, 599_999, 600_000, 1_000_000, 4_999_999, 5_000_000, 15_000_000, 100_000_000, 100_000_001)
_MONTHS = (0, 11, 12, 13, 24, 35, 36, 37, 60)


def value(field: Field, rng: random.Random) -> str:
    """Return a cell for a field, empty in one of eight."""
    if rng.random() < _EMPTY:
        return ""
    if field.type == "boolean":
        return "是" if rng.random() < 0.8 else "否"
    if field.type in ("choice", "measure"):
        return rng.choice(field.allowed)
    if field.type == "months":
        return str(rng.choice(_MONTHS))
    if field.type == "money":
        return str(rng.choice(_MONEY))
    if field.type == "date":
        return f"20{rng.randint(24, 27)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return ""


def rows(count: int, seed: int) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header and the rows of count applicants of all kinds."""
    graph = load()
    fields = load_fields(graph)
    kinds = list(dict.fromkeys(load_kinds(graph, load_requirements(graph)).values()))
    return [f.label for f in fields.values()], _rows(count, random.Random(seed), fields, kinds)


def _rows(count: int, rng: random.Random, fields: dict[str, Field], kinds: list[Kind]) -> Iterator[list[str]]:
    for at in range(count):
        kind = rng.choice(kinds)
        cells = {iri: value(fields[iri], rng) for iri in kind.fields if not fields[iri].key.startswith(("schoolRecord", "otherSupport"))}
        own = {"applicantId": f"S{at:07}", "applicantName": f"申请人{at}", "applicantKind": kind.value}
        yield [own.get(f.key, cells.get(iri, "")) for iri, f in fields.items()]


_GARBAGE = ("不清楚啊", "#VALUE!", "=A1", "1e999", "二〇", "-3", "2026-02-30", "很多", "abc", "０", "—")
_WRITTEN = {
    "boolean": ("是", "否", "是", "有", "没有", "√", "N"),
    "months": ("0", "11", "12", "13", "24", "35", "36", "37", "60", "3年", "2年6个月", "一年"),
    "money": ("0", "1", "30万", "599999.99", "60万", "100万", "4999999", "500万", "1500万", "1亿", "100000001", "999999999999", "3.5万"),
    "date": ("2024-09-11", "2024-09-12", "2029-09-10", "2029-09-11", "2029-09-12", "2029-09-13", "2026年1月31日", "2025-02-28", "2023/3/1", "20270301", "45000", "1949-12-31", "2100-12-31", "2150-01-01"),
    "identity": ("11010519491231002X", "123", "91140200MA0GWXXXXX"),
    "text": ("甲", "某高校", "x" * 250, "11010519491231002X", "=1+1"),
}  # fmt: skip


def wild(count: int, seed: int, fields: dict[str, Field], kinds: list[Kind]) -> list[Raw]:
    """Return applicants as no form lets them be: any field, any spelling, edges of time and money, garbage, contradictions, other support."""
    rng = random.Random(seed)

    def cell(field: Field) -> str:
        if rng.random() < 0.02:
            return rng.choice(_GARBAGE)
        if field.type in ("choice", "measure"):
            return rng.choice(field.allowed)
        if field.type == "date" and rng.random() < 0.5:
            return f"20{rng.randint(20, 30)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return rng.choice(_WRITTEN[field.type])

    out = []
    for at in range(count):
        keys = set(rng.choice(kinds).fields) if rng.random() < 0.7 else set(fields)
        share, dated, supported = rng.choice((0.1, 0.4, 0.8, 0.95)), rng.random() < 0.4, rng.random() < 0.4
        wanted = (iri for iri, f in fields.items() if iri in keys and (dated or f.key != "applicationDate") and (supported or not f.key.startswith("otherSupport")))
        out.append(Raw("申请.csv", at + 2, {iri: cell(fields[iri]) for iri in wanted if rng.random() < share}))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="造申请人")
    parser.add_argument("count", type=int)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    header, body = rows(options.count, options.seed)
    with options.out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(body)


if __name__ == "__main__":
    main()
