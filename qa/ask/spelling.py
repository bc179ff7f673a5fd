"""Wrong characters of the right sound, as an input method picks them: 厂防免废用多酒 -> 厂房免费用多久.

pairs (how often two characters stand side by side in what people wrote) + sounds -> mend(text) -> text of the same length
A character is doubted where hardly anybody wrote it between its neighbours, and replaced only by one of the same sound that many did.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from qa.ask.features import sound
from qa.ask.text import normalise
from qa.errors import DataError
from qa.resources import read_text

FILE = "models/spelling.txt"
_LEAST = 2  # a pair written once may be a slip itself
_COMMON = 10  # what is put in its place is no rare character
_STRONG, _RATIO = 30, 100
_DOUBTED = 20
_SURE = 100  # so often beside one neighbour that the other need not know it
_KEPT = frozenset("零一二两俩三四五六七八九十百千万亿半不没无未非否")  # another figure or another no is another question


def written(texts: Iterable[str]) -> Counter[str]:
    """Count the pairs of neighbouring characters in normalised texts."""
    return Counter(text[i : i + 2] for text in texts for i in range(len(text) - 1))


def dump(pairs: Mapping[str, int]) -> str:
    """Return the pairs as text, one first character a line: 厂房412 子33 ."""
    rows: dict[str, list[str]] = defaultdict(list)
    for pair, times in sorted(pairs.items()):
        if times >= _LEAST and not any(c.isspace() for c in pair) and any(map(_han, pair)):
            rows[pair[0]].append(f"{pair[1]}{times}")
    return "".join(f"{first}{' '.join(others)}\n" for first, others in rows.items())


@cache
def load() -> Speller:
    """Read the pairs that training counted. Raises DataError where the file is missing or damaged."""
    pairs: dict[str, int] = {}
    for number, line in enumerate(read_text(FILE).splitlines(), 1):
        try:
            pairs |= {line[0] + entry[0]: int(entry[1:]) for entry in line[1:].split(" ")}
        except (ValueError, IndexError) as error:
            raise DataError(f"{FILE} 第{number}行读不出来，可能已损坏。") from error
    return Speller(pairs)


def _han(character: str) -> bool:
    return "一" <= character <= "鿿"


class Speller:
    """The pairs, and the common characters of each sound."""

    def __init__(self, pairs: Mapping[str, int]) -> None:
        self._pairs = pairs
        self._sounds: dict[str, list[str]] | None = None

    def mend(self, text: str, named: Callable[[], Iterable[tuple[int, int]]] = tuple) -> str:
        """Return a normalised text with doubtful characters replaced by likely ones of the same sound.

        named gives the places of names, in which nothing is doubted; it is asked only where something is.
        """
        out = list(text)
        for at, character in enumerate(text):
            before, after = out[at - 1] if at else "", text[at + 1 : at + 2]
            if _han(character) and character not in _KEPT and (better := self._likelier(before, character, after)) and not any(a <= at < b for a, b in named()):
                out[at] = better
        return "".join(out)

    def _likelier(self, before: str, character: str, after: str) -> str:
        """Return the likeliest character of the same sound between two neighbours, "" where the one that stands there may stay."""
        seen = max(self._times(before + character), self._times(character + after))
        if seen > _DOUBTED:
            return ""
        best, most = "", 0.0
        for other in self._alike(character):
            left, right = self._times(before + other), self._times(other + after)
            much, little = max(left, right), min(left, right)
            if much >= _STRONG and much >= _RATIO * (seen if seen > 1 else 0) and (little or much >= _SURE) and much + little / 2 > most:
                best, most = other, much + little / 2
        return best

    def _times(self, pair: str) -> int:
        return self._pairs.get(pair, 0)

    def _alike(self, character: str) -> list[str]:
        if self._sounds is None:
            self._sounds = self._by_sound()
        return [c for c in self._sounds.get(sound(character), ()) if c != character]

    def _by_sound(self) -> dict[str, list[str]]:
        times: Counter[str] = Counter()
        for pair, count in self._pairs.items():
            times[pair[0]] += count
        out: dict[str, list[str]] = defaultdict(list)
        for character, count in times.most_common():
            if count >= _COMMON and _han(character) and character not in _KEPT:
                out[sound(character)].append(character)
        return out


def sources(names: Iterable[str], questions: Iterable[str]) -> Counter[str]:
    """Count what training counts: questions, phrases, words and names, which hold slips of their own; the pairs of the document and of places are never doubted."""

    def words(*files: str) -> Iterable[str]:
        return (normalise(word) for file in files for word in re.split(r"[\s|]+", read_text(file)))

    said = written(map(normalise, (*questions, *names))) + written(words("questions/phrases.txt", "questions/words.txt"))
    return said + Counter(dict.fromkeys(written(words("questions/places.txt", "data/policy.txt")), _DOUBTED + 1))
