"""What the fuzzer sends: good samples, changed by chance from a seed so that every input can be made again.

    Samples -> Mutator(seed, number) -> text or bytes, at most LONGEST
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LONGEST = 20_000
NASTY = (
    "", "\0", "\ufeff", "\u200b", "\u202e", "\ud800", "ﷺ", "😀", "e\u0301", "\U0010ffff", "\r\n", "\t", " " * 300, "'", '"', '"""', "\\", "\\u0041", "%00", "%", "{", "}", "[" * 50, "]" * 50, "(" * 300, ")", "<", ">", "<script>alert(1)</script>",
    "&x;", "#", "--", "/*", "=1+1", "@", "NaN", "Infinity", "-0", "1e999999", "9" * 400, "-1", "0x10", "０", "Ⅻ", "百" * 300, "零点", "1,111.1", "负", "第", "条", "年", "半", "万", "亿", "%s", "{0}", "${x}", "null", "true", "undefined", "__proto__",
    "../", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/", "SERVICE", "FROM", "NAMED", "DROP", "VALUES", "UNDEF", "GRAPH", "OPTIONAL", "FILTER", "BIND", "<urn:x>", ")service#", "?x", "^^xsd:date", "@zh", "\"a\"@", "_:b", "<< >>", "BASE", "PREFIX :",
    "2026-02-30", "0000-00-00", "9999-12-31", "1月32日", "一百零一条", "11010519491231002X", "，", "；", "？", "。", "呢", "那", "换成",
)  # fmt: skip


def _cut(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(1, 40) :]


def _put(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(NASTY) + text[at:]


def _again(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    piece = text[at : at + rng.randrange(1, 30)]
    return text[:at] + piece * rng.choice((2, 3, 10, 100, 1000)) + text[at:]


def _swap(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return text[b:] + text[a:b] + text[:a]


def _join(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    other = rng.choice(samples)
    return text[: rng.randrange(len(text) + 1)] + other[rng.randrange(len(other) + 1) :]


def _letter(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + chr(rng.choice((rng.randrange(0x80), rng.randrange(0x4E00, 0x9FFF), rng.randrange(0x3000), rng.randrange(0x110000)))) + text[at + 1 :]


def _case(text: str, rng: random.Random, samples: Sequence[str]) -> str:
    return text.swapcase()


CHANGES: tuple[Callable[[str, random.Random, Sequence[str]], str], ...] = (_cut, _put, _again, _swap, _join, _letter, _letter, _put, _case)


def mutant(samples: Sequence[str], seed: int, number: int) -> str:
    """Return the input of that number: a sample with one to six changes."""
    rng = random.Random(f"{seed}:{number}")
    text = rng.choice(samples)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        text = rng.choice(CHANGES)(text, rng, samples)[:LONGEST]
    return text


def broken(content: bytes, seed: int, number: int) -> bytes:
    """Return bytes with some of them changed, left out or added."""
    rng = random.Random(f"{seed}:{number}")
    out = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 40))):
        at = rng.randrange(len(out) + 1)
        out[at : at + rng.choice((0, 1, 1, 8))] = rng.randbytes(rng.choice((0, 1, 1, 4)))
    return bytes(out)
