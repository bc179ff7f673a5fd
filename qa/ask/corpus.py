"""Wordings with their labels: questions/people/*.jsonl, questions/phrases.txt and the canonical wordings of the patterns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qa.ask.catalogue import Catalogue
from qa.ask.features import local_name
from qa.errors import DataError
from qa.graph import Graph

UNKNOWN = "?"
_PART = 0.3


@dataclass(frozen=True)
class Example:
    """A wording with its pattern (or u:type), measures by key, verdict of a yes/no question, and what was asked before.

    A phrase that is no whole question says only one of them: the others are UNKNOWN.
    """

    text: str
    label: str
    measures: tuple[str, ...] = ()
    verdict: str = ""
    history: tuple[str, ...] = ()
    voice: str = ""
    weight: float = 1.0
    about: str = ""


def load_examples(path: Path) -> list[Example]:
    """Read wordings, one JSON object a line. Raises DataError naming the line that cannot be read."""
    out = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            label = row["p"] if "p" in row else f"u:{row['u']}"
            out.append(Example(row["q"], label, tuple(sorted(set(row.get("m", ())))), row.get("ans", ""), tuple(row.get("h", ())), row.get("v", ""), about=row.get("about", "")))
        except (ValueError, KeyError) as error:
            raise DataError(f"{path.name} 第{number}行读不出来：{error}") from error
    return out


def load_phrases(text: str) -> list[Example]:
    """Read phrases, one label a line (amount: 给多少 | …; u:silent:phone: …; m:voucher: …). Raises DataError naming the line without a label."""
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        label, colon, phrases = line.partition(": ")
        if not colon:
            raise DataError(f"phrases.txt 第{number}行没有“标签: ”")
        kind, _, key = label.partition(":")
        refused, _, about = key.partition(":")
        told = {"m": (UNKNOWN, (key,), ""), "u": (f"u:{refused}", (UNKNOWN,), about)}.get(kind, (label, (UNKNOWN,), ""))
        out += [Example(phrase.strip(), told[0], told[1], UNKNOWN, weight=_PART, about=told[2]) for phrase in phrases.split("|") if phrase.strip()]
    return out


def canonical(graph: Graph) -> list[Example]:
    """Fill every pattern's canonical wording with every measure, article and agency that the graph offers."""
    catalogue = Catalogue(graph)
    out = []
    for pattern in catalogue.patterns.values():
        if "{measure}" in pattern.label:
            out += [
                Example(pattern.label.replace("{measure}", m.label), pattern.key, (local_name(m.iri),), weight=0.3)
                for m in catalogue.measures.values()
                if pattern.key not in ("not-stated", "agency-role")
            ]
        elif "{article}" in pattern.label:
            out += [Example(pattern.label.replace("{article}", f"第{n}条"), pattern.key, weight=0.3) for n in catalogue.articles]
        elif "{" not in pattern.label:
            out.append(Example(pattern.label, pattern.key))
    return out
