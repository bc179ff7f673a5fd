"""What people say of themselves in a question: text -> {field IRI: value}; the ways of saying are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass

from qa.ask.numbers import Numbers
from qa.errors import DataError
from qa.resources import resource
from qa.terms import field

Facts = tuple[tuple[str, object], ...]
_CONTRACT = re.compile(r"合同|聘期|协议|签(?:约|订|了|的|满|够|上)*\s*[\d一二三四五六七八九两半]")
_SHORT_OF = re.compile(r"(?:没|未|不)(?:有)?(?:满|到|足|够)\s*[\d零一二两三四五六七八九十半]|差.{0,3}(?:满|到|够)")
_STATION = re.compile(r"站|基地|设立|建了|建站|成立|挂牌|开展|运行|开了")


@dataclass(frozen=True)
class Rule:
    """One way of saying a value of a field."""

    field: str
    value: object
    pattern: re.Pattern[str]
    also: tuple[str, ...] = ()


def load_rules() -> tuple[Rule, ...]:
    """Read questions/facts.toml. Raises DataError where it is damaged."""
    try:
        rows = tomllib.loads(resource("questions/facts.toml").read_text(encoding="utf-8"))["fact"]
        return tuple(Rule(field(r["field"]), r["value"], re.compile(r["pattern"]), tuple(map(field, r.get("also", ())))) for r in rows)
    except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise DataError(f"questions/facts.toml 读不出来：{error}") from error


def read_facts(rules: tuple[Rule, ...], text: str, numbers: Numbers, named: Iterable[tuple[str, str]]) -> Facts:
    """Return the stated facts of a normalised question; the first rule of a field that fits gives its value.

    named holds the field and value of each tier that the question names.
    """
    out: dict[str, object] = {}
    for rule in rules:
        if rule.field not in out and rule.pattern.search(text):
            out |= dict.fromkeys((rule.field, *rule.also), rule.value)
    for iri, value in named:
        out.setdefault(iri, value)
    if numbers.months:
        months = numbers.months[0] - (1 if _SHORT_OF.search(text) else 0)
        if _CONTRACT.search(text):
            out[field("contractMonths")] = months
        if _STATION.search(text):
            out[field("stationMonths")] = out[field("operatingMonths")] = months
    return tuple(out.items())
