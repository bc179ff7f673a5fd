"""Results -> JSON Lines: one object a line and applicant, amounts as plain numbers in yuan."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from qa.check.outdir import Closing
from qa.check.records import Award, Finding, Judgement, Quote, Result

_CENT = Decimal("0.01")
_encode = json.JSONEncoder(ensure_ascii=False).encode


def yuan(amount: Decimal) -> str:
    """Return an amount as a plain number: 1000000, or 12.30 where there are cents."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    return format(cents.quantize(Decimal(1)) if cents == cents.to_integral_value() else cents, "f")


def line(result: Result) -> str:
    """Return one applicant as a line."""
    return dump(as_object(result)) + "\n"


class JsonLinesWriter(Closing):
    """Write one JSON object a line and applicant; amounts are plain numbers in yuan."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")

    def write(self, result: Result) -> None:
        """Write one applicant."""
        self.append(line(result))

    def append(self, text: str) -> None:
        """Write lines that are already text."""
        self._file.write(text)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def dump(value: object) -> str:
    """Return plain data as JSON on one line; a Decimal becomes a number without an exponent, with cents only where there are any."""
    if isinstance(value, str):
        return _encode(value)
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_encode(key)}: {dump(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([dump(item) for item in value]) + "]"
    return yuan(value) if isinstance(value, Decimal) else _encode(value)


def as_object(result: Result) -> dict[str, object]:
    """Return a result as plain data; keys English, words Chinese, amounts Decimal in yuan."""
    return {
        "file": result.file,
        "row": result.row,
        "key": result.key,
        "name": result.name,
        "as_of": result.as_of.isoformat(),
        "judgements": [_judgement(j) for j in result.judgements],
        "unlocks": list(result.unlocks),
        "problems": [{"file": p.file, "row": p.row, "column": p.column, "message": p.message} for p in result.problems],
    }


def _judgement(judgement: Judgement) -> dict[str, object]:
    return {
        "measure": judgement.measure,
        "measure_label": judgement.label,
        "article": judgement.article,
        "verdict": judgement.verdict.value,
        "reasons": [_finding(f) for f in judgement.reasons],
        "missing": list(judgement.missing),
        "mends": list(judgement.mends),
        "award": _award(judgement.award),
        "notices": list(judgement.notices),
    }


def _finding(finding: Finding) -> dict[str, object]:
    words = {name: getattr(finding, name) for name in ("label", "state", "message", "actual", "required", "gap")}
    return words | {"quote": _quote(finding.quote)}


def _quote(quote: Quote | None) -> dict[str, object] | None:
    return None if quote is None else {"article": quote.article, "text": quote.text}


def _award(award: Award | None) -> dict[str, object] | None:
    if award is None:
        return None
    steps = [{"text": s.text, "article": s.quote.article, "quote": s.quote.text} for s in award.steps]
    return {"text": award.text, "amount": award.amount, "is_max": award.is_max, "steps": steps, "needs": list(award.needs)}
