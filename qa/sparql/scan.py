"""Look at a query before it runs: what it is, and what this endpoint refuses, with the reason.

tokens(text) -> Token, Token, …       strings, IRIs, comments, variables and prefixed names are told from words
inspect(text, graphs, limits) -> Form       raises where the query writes, reaches out, or names a graph that is not there

The engine's parser knows no word boundaries (SERVICEex:a, 1SERVICE, FROMNAMED), tries a short string where a long one is
not well formed, and takes < for an operator where an operand precedes it. The scan therefore refuses every reading in
which SERVICE could be the keyword. It is for saying why: a worker can open no socket whatever it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import pyoxigraph as ox

from qa.sparql.limits import Limits
from qa.sparql.problem import Closed, Malformed, Problem, TooLong

_ESCAPE = r"""\\[tbnrf"'\\]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|\\U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}"""
_NAME = r"(?:[^\W_]|[_·‿⁀\-̀-ͯ])"
_LOCAL = rf"(?:{_NAME}|:|%[0-9a-fA-F]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
# Every repetition is possessive and every token but the first of its kind that fails is short: the scan is linear.
_TOKEN = re.compile(
    rf"""(?P<blank>[\x20\t\r\n]++)
    |(?P<comment>\#[^\r\n]*+)
    |(?P<long>\"\"\"(?:\"{{0,2}}+(?:[^"\\]|{_ESCAPE}))*+\"\"\"|\'\'\'(?:\'{{0,2}}+(?:[^'\\]|{_ESCAPE}))*+\'\'\')
    |(?P<string>"(?:[^"\\\n\r]|{_ESCAPE})*+"|'(?:[^'\\\n\r]|{_ESCAPE})*+')
    |(?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9a-fA-F]{{4}}|\\U[0-9a-fA-F]{{8}})*+>)
    |(?P<node>_:\w(?:{_NAME}|\.++(?={_NAME}))*+)
    |(?P<variable>[?$]\w++)
    |(?P<language>@[a-zA-Z]++(?:-[a-zA-Z0-9]++)*+)
    |(?P<name>:(?:{_LOCAL}|\.++(?={_LOCAL}))*+)
    |(?P<number>\d++)
    |(?P<word>[^\W\d_](?:{_NAME}|\.++(?={_NAME}))*+(?::(?:{_LOCAL}|\.++(?={_LOCAL}))*+)?+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_HIDDEN = re.compile(r"service|from", re.IGNORECASE)
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH")
_KINDS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")
_LONGEST_PROLOGUE = 1000
_LONGEST_PREFIX = 1000
_NO_SERVICE = "本端点不向外查询（SERVICE），只查这里的图谱。请去掉 SERVICE 一段，到那个端点去查它，再把结果用 VALUES 写进来。"
_READ_ONLY = "本端点只读，不接受 INSERT、DELETE、LOAD、CLEAR 等更新操作。请改用 SELECT、ASK、CONSTRUCT 或 DESCRIBE。"


class Token(NamedTuple):
    """A piece of a query: what it is (a group of the pattern), its text, the depth of brackets it stands in."""

    what: str
    text: str
    depth: int


@dataclass
class _Prologue:
    base: str | None
    prefixes: dict[str, str] = field(default_factory=dict)

    def resolve(self, iri: str) -> str | None:
        """Return an IRI reference, as written in angle brackets, made absolute the way the engine does; None if it cannot be."""
        try:
            value = next(ox.parse(f"<a:a> <a:a> {iri} .", format=ox.RdfFormat.TURTLE, base_iri=self.base)).object
        except (SyntaxError, ValueError, StopIteration):
            return None
        return value.value if isinstance(value, ox.NamedNode) else None

    def expand(self, token: Token) -> str | None:
        if token.what == "iri":
            return self.resolve(token.text)
        prefix, _, local = token.text.partition(":")
        base = self.prefixes.get(prefix)
        return None if base is None else base + re.sub(r"\\(.)", r"\1", local)


class _Unresolved(_Prologue):
    def resolve(self, iri: str) -> str | None:
        """Return nothing: no name of the query is asked for."""
        return None


def tokens(text: str, limits: Limits | None = None) -> Iterator[Token]:
    """Return the tokens of a query in order, blanks and comments left out.

    Raises Malformed where brackets nest too deep or the tokens are too many.
    """
    limits = limits or Limits()
    depth = count = 0
    for found in _TOKEN.finditer(text):
        what = found.lastgroup or "other"
        if what in ("blank", "comment"):
            continue
        count += 1
        if count > limits.tokens:
            raise Malformed(f"查询太复杂：记号超过 {limits.tokens} 个。请拆成几个小的查询。")
        value = found[0]
        if value in _CLOSE:
            depth -= 1
        yield Token("name" if what == "word" and ":" in value else what, value, depth)
        if value in _OPEN:
            depth += 1
            if depth > limits.depth:
                raise Malformed(f"括号嵌套超过 {limits.depth} 层。请检查括号是否配对，或把查询写得平一些。")


def inspect(text: str, graphs: Collection[str], base: str | None = None, limits: Limits | None = None, *, dataset: bool = False) -> str:
    """Return the kind of result a query asks for: select, ask or graph.

    graphs are the IRIs of the named graphs there are; dataset says that the protocol names the dataset, so that FROM is void.
    Raises Closed for updates and SERVICE, TooLong, Malformed for a graph that is not there and for what is no query at all.
    """
    limits = limits or Limits()
    if len(text) > limits.query or len(text.encode("utf-8", "replace")) > limits.query:
        raise TooLong(f"查询超过 {limits.query >> 10} KB。请缩短查询，长的 VALUES 请分批查。")
    if _harmless(text, limits):
        stream = list(takewhile(lambda token: token.text != "{", tokens(text, limits)))
        return _KINDS[_form(stream, _prologue(stream, base, resolved=False)[1])]
    stream = list(tokens(text, limits))
    if problem := _outward(stream):
        raise problem
    prologue, start = _prologue(stream, base)
    form = _form(stream, start)
    if not dataset:
        _check_graphs(stream, start, prologue, graphs)
    return _KINDS[form]


def _harmless(text: str, limits: Limits) -> bool:
    """Tell whether a query is refused on no reading: the words are nowhere in it, and it is too short to be too complex.

    Then only its form is looked for, in what stands before its first brace.
    """
    upper = text.upper()
    return "SERVICE" not in upper and "FROM" not in upper and len(text) <= limits.tokens and sum(map(text.count, _OPEN)) <= limits.depth


def _outward(stream: list[Token]) -> Problem | None:
    """Return the refusal of a query in which SERVICE can be read as the keyword."""
    for at, (what, text, depth) in enumerate(stream):
        if what == "word":
            if "SERVICE" in text.upper():
                return Closed(_NO_SERVICE)
        elif what == "name":
            # SERVICEex:a { … } is SERVICE ex:a to the engine; GRAPH service:a { … } is a graph.
            if depth and "SERVICE" in text.partition(":")[0].upper() and _text(stream, at + 1) == "{" and not _text(stream, at - 1).upper().endswith("GRAPH"):
                return Closed(_NO_SERVICE)
        elif what == "iri" and depth and _hides(text):
            return Closed(_NO_SERVICE)
    return None


def _hides(iri: str) -> bool:
    """Tell whether ) … SERVICE or FROM … # stand in an IRI in this order; each is sought once, so that a long one costs no more than its length."""
    return _HIDDEN.search(iri, iri.find(")") + 1 or len(iri), max(iri.rfind("#"), 0)) is not None


def _text(stream: list[Token], at: int) -> str:
    return stream[at].text if 0 <= at < len(stream) else ""


def _prologue(stream: list[Token], base: str | None, *, resolved: bool = True) -> tuple[_Prologue, int]:
    """Return what BASE and PREFIX declare (nothing where it need not be resolved), and where the query itself begins."""
    found, at = (_Prologue(base) if resolved else _Unresolved(base)), 0
    while at < len(stream) and len(found.prefixes) < _LONGEST_PROLOGUE:
        word = stream[at].text.upper()
        if word == "BASE" and stream[at].what == "word" and at + 1 < len(stream):
            found.base = found.expand(stream[at + 1]) or found.base
            at += 2
        elif word == "PREFIX" and stream[at].what == "word" and at + 2 < len(stream) and stream[at + 2].what == "iri":
            found.prefixes[stream[at + 1].text.rstrip(":")] = found.resolve(stream[at + 2].text) or ""
            at += 3
        elif word.startswith("PREFIX") and stream[at].what == "name" and _text(stream, at + 1).startswith("<"):
            found.prefixes[stream[at].text[6:].rstrip(":")] = found.resolve(stream[at + 1].text) or ""
            at += 2
        elif word == "VERSION":
            at += 2
        else:
            break
    return found, at


def _form(stream: list[Token], start: int) -> str:
    word = _text(stream, start).upper()
    if any(word.startswith(update) for update in _UPDATES):
        raise Closed(_READ_ONLY)
    for form in _FORMS:
        if word.startswith(form):
            return form
    raise Malformed("查询里没有找到 SELECT、ASK、CONSTRUCT 或 DESCRIBE。请从 PREFIX（可省）和这四个词之一写起。")


def _check_graphs(stream: list[Token], start: int, prologue: _Prologue, graphs: Collection[str]) -> None:
    describes = _text(stream, start).upper().startswith("DESCRIBE")
    for at in range(start, len(stream) - 1):
        what, text, depth = stream[at]
        if depth:
            continue
        if what == "word" and text.upper().endswith(("FROM", "FROMNAMED")) and stream[at - 1].text != ":":
            iri = _source(stream[at + 2] if stream[at + 1].text.upper() == "NAMED" and at + 2 < len(stream) else stream[at + 1], prologue)
        elif what == "name" and _text(stream, at + 1) != "(" and not (stream[at - 1].what == "word" and stream[at - 1].text.upper().endswith(("FROM", "NAMED"))):
            # FROMex:g is FROM ex:g to the engine, save where DESCRIBE takes a thing by that name; a bracket makes it a function.
            iri = None if describes and prologue.expand(stream[at]) else _glued(stream[at], prologue)
        else:
            continue
        if iri is not None and iri not in graphs:
            raise unknown_graph(iri, graphs)


def _source(token: Token, prologue: _Prologue) -> str | None:
    """Return the graph that FROM or FROM NAMED names; NAMEDex:g is a name where that prefix is declared, else NAMED ex:g."""
    if token.what not in ("iri", "name"):
        return None
    iri = prologue.expand(token)
    if iri is None and token.what == "name" and token.text.upper().startswith("NAMED"):
        return prologue.expand(token._replace(text=token.text[5:]))
    return iri


def _glued(token: Token, prologue: _Prologue) -> str | None:
    """Return the graph of a FROM that is written without a space before the name, None where there is no such reading.

    Raises Malformed where the prefix is so long that its readings could not all be tried.
    """
    prefix = token.text.partition(":")[0].upper()
    if len(prefix) > _LONGEST_PREFIX:
        raise Malformed(f"冒号前的前缀有 {len(prefix)} 个字，最多 {_LONGEST_PREFIX} 个。请写短些。")
    readings = (_source(token._replace(text=token.text[found.end() :]), prologue) for found in re.finditer("FROM", prefix))
    return next((iri for iri in readings if iri is not None), None)


def unknown_graph(iri: str, graphs: Collection[str]) -> Malformed:
    """Return the refusal of a graph that is not there, with those that are."""
    there = "、".join(sorted(graphs)[:20]) or "没有命名图，只有默认图（不写 FROM 就是查它）"
    return Malformed(f"没有名为 {iri[:300]} 的图。本端点不到网上或磁盘上去取。现有：{there}。")
