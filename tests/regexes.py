"""Every regular expression of qa, and long texts built from each to make it walk back and forth.

    collect() -> patterns held by modules, and those written where they are used    hurtful(pattern) -> texts of about LENGTH characters
"""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import re
import signal
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import qa

LENGTH = 100_000
_USES = {"match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
_CLASSES = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a", sre.CATEGORY_NOT_DIGIT: "a", sre.CATEGORY_NOT_SPACE: "a", sre.CATEGORY_NOT_WORD: " "}
_COMMON = (" ", "1", "a", "一", "百", "\"", "<", "(", "1,", "一点", "\\", ";", "零年", "第一")
_ANCHORED = {"match", "fullmatch"}
ROOT = Path(qa.__file__).parent.parent
Found = dict[tuple[str | bytes, int], tuple[str, str]]


def collect() -> Found:
    """Return every pattern with its flags -> where it stands, and the method by which it is used."""
    found: Found = {}
    for info in pkgutil.walk_packages(qa.__path__, "qa."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if not isinstance(value, type):
                for pattern in _held(value):
                    found.setdefault((pattern.pattern, pattern.flags), (f"{info.name}.{name}", _method(info.name, name)))
    for path in Path(qa.__file__).parent.rglob("*.py"):
        for text, method in _written(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault((text, re.compile(text).flags), (".".join(path.relative_to(ROOT).with_suffix("").parts), method))
    return found


def _held(value: object, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict | list | tuple | set | frozenset):
        for inner in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from _held(inner, depth - 1)


def _written(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Return the patterns given as plain text to a function of re."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _USES and isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.func.attr if node.func.attr in _ANCHORED else "finditer"


@functools.cache
def _method(module: str, name: str) -> str:
    """Return by which method a module uses its pattern of that name; finditer, the hardest, where it is another than these, or several."""
    source = Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8")
    used = set(re.findall(rf"\b{name}\.({'|'.join(_USES)})\b", source))
    return next(iter(used)) if len(used) == 1 and used <= _ANCHORED else "finditer"


def hurtful(pattern: re.Pattern[Any], length: int = LENGTH) -> set[str]:
    """Return texts that begin as the pattern wants, repeat what it repeats, and end otherwise."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.LOCALE)
    bodies = {(before, body) for before, body in _repeats(list(tree), "") if body}
    out = {before + (body * (length // len(body))) + end for before, body in bodies for end in ("", "\x01")}
    return out | {body * (length // len(body)) + "\x01" for body in _COMMON} | {(before + body) * (length // len(before + body)) + "\x01" for before, body in bodies}


def _repeats(nodes: list[Any], before: str) -> Iterator[tuple[str, str]]:
    """Return what may stand before each repetition without end, and one of what it repeats."""
    for op, given in nodes:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            if given[1] == sre.MAXREPEAT:
                yield before, _sample(list(given[2]))
            yield from _repeats(list(given[2]), before)
        elif op is sre.SUBPATTERN:
            yield from _repeats(list(given[-1]), before)
        elif op is sre.ATOMIC_GROUP:
            yield from _repeats(list(given), before)
        elif op is sre.BRANCH:
            for branch in given[1]:
                yield from _repeats(list(branch), before)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(list(given[1]), before)
        before += _sample([(op, given)])


def _sample(nodes: list[Any]) -> str:
    """Return a short text of the kind that nodes want."""
    out = ""
    for op, given in nodes:
        if op is sre.LITERAL:
            out += chr(given)
        elif op is sre.NOT_LITERAL:
            out += "a" if given != ord("a") else "b"
        elif op is sre.ANY:
            out += "a"
        elif op is sre.IN:
            out += _one_of(given)
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            out += _sample(list(given[2])) * max(1, min(given[0], 30))
        elif op is sre.SUBPATTERN:
            out += _sample(list(given[-1]))
        elif op is sre.ATOMIC_GROUP:
            out += _sample(list(given))
        elif op is sre.BRANCH:
            out += _sample(list(given[1][0]))
    return out


def _one_of(items: list[Any]) -> str:
    if items[0][0] is sre.NEGATE:
        barred = {chr(given) for op, given in items if op is sre.LITERAL}
        return next(c for c in "a1 一<#" if c not in barred)
    op, given = items[0]
    return chr(given) if op is sre.LITERAL else chr(given[0]) if op is sre.RANGE else _CLASSES.get(given, "a")


def seconds(pattern: re.Pattern[Any], text: str, most: float, method: str = "finditer") -> float:
    """Return how long a search through a text takes; it is broken off after most seconds, in the main thread."""

    def late(*_: object) -> None:
        raise TimeoutError

    subject: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, most)
    start = time.perf_counter()
    try:
        deque(getattr(pattern, method)(subject) or (), maxlen=0) if method == "finditer" else getattr(pattern, method)(subject)
    except TimeoutError:
        return most
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return time.perf_counter() - start
