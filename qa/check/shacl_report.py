"""Results -> a W3C validation report, written as it goes, in Turtle or JSON-LD: the same triples in both.

A result for each condition that is not met (Violation), left to officials (Warning) or not filled in (Info). The focus
node is a name made from file and row, so that nothing personal stands in the report.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from qa.check.outdir import Closing
from qa.check.records import Finding, Result, State
from qa.check.summary import clean, one_line, reason
from qa.terms import PREFIXES

_SEVERITY = {State.FAILED: "Violation", State.REVIEW: "Warning", State.MISSING: "Info"}
_REMEMBERED = 4096
_USED = ("dct", "rdfs", "sh", "xsd")
_NOT_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_encode = json.JSONEncoder(ensure_ascii=False).encode


def focus(file: str, row: int) -> str:
    """Return the IRI of the applicant in a row of a file; the same row has the same IRI in every run."""
    return uuid.uuid5(uuid.NAMESPACE_URL, clean(f"{file}#{row}")).urn


@dataclass(frozen=True)
class Entry:
    """One validation result without its focus node: IRIs, local names of sh:, and words; "" where there is none."""

    shape: str
    path: str
    severity: str
    message: str
    component: str
    source: str


def entries(result: Result, components: Mapping[str, str]) -> Iterator[Entry]:
    """Return the validation results of one applicant, one a leaf; components gives a leaf's constraint component."""
    seen: set[str] = set()
    for judgement in result.judgements:
        for finding in judgement.findings:
            if finding.state in _SEVERITY and finding.leaf not in seen:
                seen.add(finding.leaf)
                yield _entry(finding, components.get(finding.leaf, ""))


@lru_cache(maxsize=_REMEMBERED)
def _entry(finding: Finding, component: str) -> Entry:
    quote = one_line(finding.quote.text) if finding.quote else ""
    return Entry(_iri(finding.leaf), _iri(finding.field), _SEVERITY[finding.state], one_line(reason(finding)), _iri(component), quote)


def _iri(text: str) -> str:
    return _NOT_IRI.sub(lambda match: f"%{ord(match[0]):02X}", text)


class _Report(Closing):
    """Write entries one by one; whether all conform is known, and written, at the end."""

    def __init__(self, path: Path, components: Mapping[str, str] | None = None) -> None:
        self._components = components or {}
        self._conforms = True
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        self._begin(self._file)

    @classmethod
    def text(cls, result: Result, components: Mapping[str, str]) -> str:
        """Return the validation results of one applicant in words, "" where all is met."""
        found, node = list(entries(result, components)), focus(result.file, result.row)
        return "".join([cls._applicant(node, f"第{result.row}行"), *(cls._result(node, entry) for entry in found)]) if found else ""

    def write(self, result: Result) -> None:
        """Write the validation results of one applicant."""
        self.append(self.text(result, self._components))

    def append(self, text: str) -> None:
        """Write validation results that are already words."""
        self._conforms &= not text
        self._file.write(text)

    def close(self) -> None:
        """Write whether the applicants conform, and finish the file."""
        self._end(self._file)
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file without an end."""
        self._file.close()

    def _begin(self, file: TextIO) -> None:
        raise NotImplementedError

    @staticmethod
    def _applicant(node: str, label: str) -> str:
        raise NotImplementedError

    @staticmethod
    def _result(node: str, entry: Entry) -> str:
        raise NotImplementedError

    def _end(self, file: TextIO) -> None:
        raise NotImplementedError


class ShaclTurtleWriter(_Report):
    """Write the report as Turtle."""

    def _begin(self, file: TextIO) -> None:
        file.write("".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in _USED) + "\n_:report a sh:ValidationReport .\n")

    @staticmethod
    def _applicant(node: str, label: str) -> str:
        return f"\n<{node}> rdfs:label {_zh(label)} .\n"

    @staticmethod
    def _result(node: str, entry: Entry) -> str:
        return f"_:report sh:result [ sh:focusNode <{node}> ;\n    {_turtle(entry)} ] .\n"

    def _end(self, file: TextIO) -> None:
        file.write(f"\n_:report sh:conforms {str(self._conforms).lower()} .\n")


class ShaclJsonLdWriter(_Report):
    """Write the report as JSON-LD with its context inside, a node a line."""

    def _begin(self, file: TextIO) -> None:
        links = ("focusNode", "resultSeverity", "sourceShape", "resultPath", "sourceConstraintComponent")
        texts = ("sh:resultMessage", "dct:source", "rdfs:label")
        context: dict[str, object] = {p: PREFIXES[p] for p in _USED}
        context |= {f"sh:{name}": {"@type": "@id"} for name in links} | {name: {"@language": "zh"} for name in texts}
        context["sh:conforms"] = {"@type": "xsd:boolean"}
        file.write(f'{{"@context": {_encode(context)},\n"@graph": [\n{_encode({"@id": "_:report", "@type": "sh:ValidationReport"})}')

    @staticmethod
    def _applicant(node: str, label: str) -> str:
        return ",\n" + _encode({"@id": node, "rdfs:label": label})

    @staticmethod
    def _result(node: str, entry: Entry) -> str:
        return f',\n{{"@id": "_:report", "sh:result": {{"sh:focusNode": "{node}", {_jsonld(entry)}}}}}'

    def _end(self, file: TextIO) -> None:
        file.write(",\n" + _encode({"@id": "_:report", "sh:conforms": self._conforms}) + "\n]}\n")


def _zh(text: str) -> str:
    """Return text as a Turtle literal; JSON escapes what Turtle escapes, in the same way."""
    return _encode(text) + "@zh"


@lru_cache(maxsize=_REMEMBERED)
def _turtle(entry: Entry) -> str:
    """Return what a validation result says, but for its focus node, as Turtle."""
    parts = ["a sh:ValidationResult", f"sh:resultSeverity sh:{entry.severity}", f"sh:sourceShape <{entry.shape}>"]
    parts += [f"sh:resultPath <{entry.path}>"] if entry.path else []
    parts += [f"sh:sourceConstraintComponent <{entry.component}>"] if entry.component else []
    parts += [f"sh:resultMessage {_zh(entry.message)}"] + ([f"dct:source {_zh(entry.source)}"] if entry.source else [])
    return " ;\n    ".join(parts)


@lru_cache(maxsize=_REMEMBERED)
def _jsonld(entry: Entry) -> str:
    """Return what a validation result says, but for its focus node, as the inside of a JSON object."""
    links = {"sh:resultSeverity": f"sh:{entry.severity}", "sh:sourceShape": entry.shape, "sh:resultPath": entry.path}
    texts = {"sh:sourceConstraintComponent": entry.component, "sh:resultMessage": entry.message, "dct:source": entry.source}
    return _encode({"@type": "sh:ValidationResult"} | {name: value for name, value in (links | texts).items() if value})[1:-1]
