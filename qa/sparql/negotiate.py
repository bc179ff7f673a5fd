"""Choose the format of an answer: Accept with its q-values (RFC 9110, 12.5.1), or the format parameter.

choose(kind, accept, wanted) -> Choice(key, media)          kind: select, ask, graph (triples), page (a description)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from qa.sparql.problem import Malformed, NotAcceptable

_RESULTS = "application/sparql-results+"
# In the order of preference among equals; a media type stands under its own name, the usual one of its format first.
_ROWS = (("json", _RESULTS + "json"), ("xml", _RESULTS + "xml"))
_PLAIN = (("json", "application/json"), ("xml", "application/xml"), ("xml", "text/xml"))
_TABLES = (("csv", "text/csv"), ("tsv", "text/tab-separated-values"))
_TRIPLES = (
    ("turtle", "text/turtle"), ("nt", "application/n-triples"), ("rdfxml", "application/rdf+xml"), ("jsonld", "application/ld+json"),
    ("turtle", "application/x-turtle"), ("jsonld", "application/json"), ("rdfxml", "application/xml"), ("rdfxml", "text/xml"),
)  # fmt: skip
OFFERS = {"select": _ROWS + _TABLES + _PLAIN, "ask": _ROWS + _PLAIN, "graph": _TRIPLES, "page": (*_TRIPLES, ("html", "text/html"))}
NAMES = ("json", "xml", "csv", "tsv", "turtle", "nt", "rdfxml", "jsonld")
_ALIASES = {"ttl": "turtle", "n-triples": "nt", "ntriples": "nt", "rdf": "rdfxml", "rdf+xml": "rdfxml", "json-ld": "jsonld"}
_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*(?:;(.*))?", re.DOTALL)
_WEIGHT = re.compile(r"\s*[qQ]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*")
_LONGEST_ACCEPT = 8192


class Choice(NamedTuple):
    """A format by its key, and the media type to call it by."""

    key: str
    media: str

    @property
    def content_type(self) -> str:
        """Return the Content-Type, with the charset where the type is text."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


class _Range(NamedTuple):
    family: str
    member: str
    weight: float


def _ranges(accept: str) -> list[_Range]:
    """Return the media ranges of an Accept header; what cannot be read is left out."""
    found = []
    for element in _ELEMENT.findall(accept[:_LONGEST_ACCEPT]):
        if not (parts := _RANGE.fullmatch(element)):
            continue
        weight = 1.0
        for parameter in (parts[3] or "").split(";"):
            name = parameter.partition("=")[0].strip().lower()
            if name == "q":
                given = _WEIGHT.fullmatch(parameter)
                weight = float(given[1]) if given else 0.0
                break
        found.append(_Range(parts[1].lower(), parts[2].lower(), weight))
    return found


def _judge(media: str, ranges: list[_Range]) -> tuple[float, int]:
    """Return the weight of a media type by the most specific range that fits it, and how specific that is."""
    family, _, member = media.partition("/")
    best = (0.0, 0)
    for one in ranges:
        fits = 3 if (one.family, one.member) == (family, member) else 2 if (one.family, one.member) == (family, "*") else 1 if one.family == one.member == "*" else 0
        if fits > best[1] or (fits and fits == best[1] and one.weight > best[0]):
            best = (one.weight, fits)
    return best


@lru_cache(256)
def choose(kind: str, accept: str | None, wanted: str | None = None) -> Choice:
    """Return the format for a kind of result; wanted, the format parameter, comes before accept, the Accept header.

    Among formats of equal weight the one named more closely wins, then the endpoint's own order.
    Raises NotAcceptable with what there is, Malformed where wanted is no format at all.
    """
    offers = OFFERS[kind]
    if wanted:
        key = wanted.strip().lower()
        return _named(kind, _ALIASES.get(key, key))
    ranges = _ranges(accept or "")
    if not ranges:
        return Choice(*offers[0])
    judged = [(_judge(media, ranges), -place) for place, (_, media) in enumerate(offers)]
    (weight, _), place = max(judged)
    if weight <= 0:
        raise _none(kind)
    return Choice(*offers[-place])


def _named(kind: str, key: str) -> Choice:
    for offer in OFFERS[kind]:
        if key == offer[0] or key == offer[1]:
            return Choice(*offer)
    if key in NAMES or "/" in key:
        raise _none(kind)
    raise Malformed(f"没有叫 {key[:40]} 的格式。可用：{'、'.join(NAMES)}。")


def _none(kind: str) -> NotAcceptable:
    told = {"select": "SELECT 查询", "ask": "ASK 查询", "graph": "CONSTRUCT 和 DESCRIBE 查询", "page": "服务描述"}[kind]
    return NotAcceptable(f"{told}的结果没有您要的格式。可给：{'、'.join(dict.fromkeys(media for _, media in OFFERS[kind]))}。请改 Accept 头，或去掉它。")


def plain_preferred(accept: str | None) -> bool:
    """Say whether a client would rather read a problem as plain text than as JSON."""
    ranges = _ranges(accept or "")
    plain, _ = _judge("text/plain", ranges)
    exact = any((one.family, one.member) == ("text", "plain") for one in ranges)
    return exact and plain > max(_judge(media, ranges)[0] for media in ("application/problem+json", "application/json"))
