"""What every reply kind works with: the context of one question and the small words of an official reply."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.ask.catalogue import Catalogue, Measure
from qa.ask.records import Pattern, Reading
from qa.benefit import Benefit
from qa.graph import Row, text_of

LOW = re.compile(r"最小|最少|最低|最不值|垫底|倒数")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Context:
    """One question on its way to a reply."""

    catalogue: Catalogue
    pattern: Pattern
    reading: Reading
    as_of: dt.date
    labels: dict[str, str]
    tiers: dict[str, str]

    @property
    def measures(self) -> list[Measure]:
        """Return the measures the question is about."""
        return [self.catalogue.measures[iri] for iri in self.reading.measures]

    def benefits(self, rows: Sequence[Row]) -> list[Benefit]:
        """Return the benefits of the rows, in the order of the text, without repetition."""
        found = dict.fromkeys(text_of(row["benefit"]) for row in rows if "benefit" in row)
        return sorted((self.catalogue.benefits[iri] for iri in found), key=lambda b: (self.catalogue.measures[b.measure].article, self.catalogue.spans[b.iri]))


def chinese(number: int) -> str:
    """Write 1 to 99 in Chinese: 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones or not tens else "")


def article(number: int) -> str:
    """Name an article: 第十七条."""
    return f"第{chinese(number)}条"


def articles(numbers: Iterable[int]) -> str:
    """Name several articles: 第三条、第四条."""
    return "、".join(article(n) for n in dict.fromkeys(numbers))


def column(rows: Sequence[Row], name: str) -> list[str]:
    """Return the distinct values of a column, in the order of the rows."""
    return list(dict.fromkeys(text_of(row[name]) for row in rows if name in row))


def row_articles(rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the article numbers in column n (or the space-separated column ns)."""
    out = [int(v) for v in column(rows, "n")] + [int(v) for joined in column(rows, "ns") for v in joined.split()]
    return tuple(dict.fromkeys(out))


def row_facts(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the facts to cite."""
    return tuple(column(rows, "fact"))


def day(iso: str) -> str:
    """Say an ISO date: 2024年9月12日."""
    date = dt.date.fromisoformat(iso)
    return f"{date.year}年{date.month}月{date.day}日"


def join(words: Sequence[str]) -> str:
    """Join with the enumeration comma."""
    return "、".join(words)
