"""What people say of themselves in a question: text -> {field IRI: value}; the ways of saying are data.

text -> terms (words that hold another by chance) and asks (questions about a condition) -> rules -> facts; what is only asked about is Asked
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from qa.ask.numbers import Numbers, read
from qa.resources import broken, read_text
from qa.terms import field

Facts = tuple[tuple[str, object], ...]
UNSETTLED = "未定"  # said, but the text leaves open what it counts for
Span = tuple[int, int]
_CONTRACT = re.compile(r"合同|合约|聘期|(?<!三方)协议|签(?:约|订|了|咗|的|满|够|上)*\s*(?!三方)[\d一二三四五六七八九两半]")
_SHORT_OF = re.compile(r"(?:没|未|不)(?:有)?(?:满|到|足|够)\s*[\d零一二两三四五六七八九十半]|差.{0,3}(?:满|到|够)")
_NTH_YEAR = re.compile(r"(?<![满到过完])(?:第[一二三四五1-5]|头一)年(?![后末底])")  # in its third year it has not stood for three
_SUM = re.compile(r"一共|总共|合计|共计|加起来|(?:领|拿|发|干)满")  # a span that is summed over is no age
_STATION = re.compile(r"站|基地|设立|建了|建站|成立|挂牌|开展|运行|开了")


@dataclass(frozen=True)
class Asked:
    """A value that nobody states: the question asks whether it must be so."""

    value: object


@dataclass(frozen=True)
class Rule:
    """One way of saying a value of a field."""

    field: str
    value: object
    pattern: re.Pattern[str]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The ways of saying a value, the first that fits first; the words that hold another by chance; the ways of asking about a condition."""

    ways: tuple[Rule, ...]
    terms: re.Pattern[str]
    asks: tuple[re.Pattern[str], ...]

    def stated(self, text: str) -> str:
        """Return the text with every question about a condition cut out: whoever asks whether it must be paid has not said that it is."""
        for ask in self.asks:
            text = ask.sub(lambda found: "，" * len(found[0]), text)  # every place stays where it was
        return text

    def whole(self, text: str, start: int, end: int) -> bool:
        """Tell whether the words at a place stand by themselves: no term crosses their border or holds them."""
        spans = (t.span(1) for t in self.terms.finditer(text))
        return not any(a < end and start < b and not (start <= a and b <= end) for a, b in spans)


@cache
def load_rules() -> Rules:
    """Read questions/facts.toml. Raises DataError where it is damaged."""
    try:
        data = tomllib.loads(read_text("questions/facts.toml"))
        ways = tuple(Rule(field(r["field"]), r["value"], re.compile(r["pattern"]), tuple(map(field, r.get("also", ())))) for r in data["fact"])
        terms = "|".join(map(re.escape, sorted(data["terms"], key=len, reverse=True)))
        return Rules(ways, re.compile(f"(?=({terms}))"), tuple(map(re.compile, data["asks"])))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise broken("questions/facts.toml", error) from error


def known(value: object) -> bool:
    """Tell whether a fact says anything that a condition can be weighed by."""
    return not isinstance(value, Asked) and value not in (None, UNSETTLED)


def read_facts(rules: Rules, text: str, numbers: Numbers, named: Iterable[tuple[str, str]], names: Sequence[Span] = ()) -> Facts:
    """Return the stated facts of a normalised question; the first rule of a field that fits gives its value.

    named holds the field and value of each tier that the question names, names where it names a measure: 柔性引进奖励 says of nobody how he was hired.
    A field that the question only asks about is Asked.
    """
    stated = rules.stated(text)
    out = _said(rules, stated, numbers if stated == text else read(stated), names)
    for iri, value in named:
        out.setdefault(iri, value)
    if stated != text:
        for iri, raised in _said(rules, text, numbers, names).items():
            out.setdefault(iri, Asked(raised))
    return tuple(out.items())


def _said(rules: Rules, text: str, numbers: Numbers, names: Sequence[Span]) -> dict[str, object]:
    out: dict[str, object] = {}
    for rule in rules.ways:
        if rule.field not in out and any(rules.whole(text, *found.span()) and not _inside(found.span(), names) for found in rule.pattern.finditer(text)):
            out[rule.field] = rule.value
            for other in rule.also:
                out.setdefault(other, rule.value)
    if numbers.months:
        months = numbers.months[0] - (1 if _SHORT_OF.search(text) else 0)
        if _CONTRACT.search(text):
            out[field("contractMonths")] = months
        if _STATION.search(text) and not _SUM.search(text):
            out[field("stationMonths")] = out[field("operatingMonths")] = months - (1 if _NTH_YEAR.search(text) else 0)
    return out


def _inside(span: Span, names: Sequence[Span]) -> bool:
    return any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in names)
