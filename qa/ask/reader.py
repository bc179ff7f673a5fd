"""What a question asks: text + history -> Reading.

normalise -> mentions and numbers -> grams -> ranker -> pattern and measures -> slots (tiers, agencies, articles, facts)
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.ask.catalogue import Catalogue
from qa.ask.facts import load_rules, read_facts
from qa.ask.features import grams, local_name
from qa.ask.lexicon import Lexicon, Mention
from qa.ask.numbers import Numbers, read
from qa.ask.ranker import Ranker, Ranks
from qa.ask.records import Reading
from qa.ask.text import normalise

_SURE = 0.5
_NAMED = 0.25
_KEPT_HISTORY = 2


def question_grams(lexicon: Lexicon, text: str, history: Sequence[str]) -> tuple[str, list[str], list[Mention], Numbers]:
    """Return the normalised text, its grams (with tokens of the last questions), its mentions and numbers."""
    folded = normalise(text)
    mentions, numbers = lexicon.find(folded), read(folded)
    context: set[str] = set()
    for earlier in history[-_KEPT_HISTORY:]:
        old = normalise(earlier)
        context |= {g for g in grams(old, lexicon.find(old)) if g[0] in "@#" or len(g) <= 2}
    return folded, grams(folded, mentions, numbers, sorted(context)), mentions, numbers


class Reader:
    """Read questions with one lexicon and one ranker."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, ranker: Ranker) -> None:
        self.catalogue, self.lexicon, self._ranker = catalogue, lexicon, ranker
        self._rules = load_rules()
        self._by_key = {local_name(iri): iri for iri in catalogue.measures}

    def read(self, text: str, history: Sequence[str] = ()) -> Reading:
        """Return the best reading of a question after the earlier ones, oldest first."""
        folded, tokens, mentions, numbers = question_grams(self.lexicon, text, history)
        ranks = self._ranker.rank(folded, tokens)
        label, confidence = ranks.patterns[0]
        measures = self._measures(ranks, mentions, numbers)
        tiers = self._of_kind(mentions, "tier")
        inherited: set[str] = set()
        facts = read_facts(self._rules, folded, numbers, tiers)
        if history:
            before = self.read(history[-1], history[:-1])
            if not tiers and before.tiers:
                tiers = before.tiers
                inherited.add("tiers")
            if not measures and before.measures:
                measures = before.measures
                inherited.add("measures")
            facts = tuple((dict(before.facts) | dict(facts)).items())
            if not numbers.articles and before.articles and label in ("article-text", "article-topic"):
                inherited.add("articles")
                numbers_articles = self._next_article(folded, before)
            else:
                numbers_articles = numbers.articles
        else:
            numbers_articles = numbers.articles
        return Reading(
            text=folded,
            label=label,
            confidence=confidence,
            numbers=numbers,
            measures=measures,
            tiers=tiers,
            agencies=self._of_kind(mentions, "agency"),
            articles=numbers_articles,
            beneficiaries=self._of_kind(mentions, "beneficiary"),
            topics=self._of_kind(mentions, "topic"),
            items=self._of_kind(mentions, "item"),
            facts=facts,
            verdict=ranks.verdicts[0][0],
            alternatives=ranks.patterns[1:4],
            inherited=frozenset(inherited),
        )

    def _measures(self, ranks: Ranks, mentions: list[Mention], numbers: Numbers) -> tuple[str, ...]:
        scored = [(self._by_key[key], p) for key, p in ranks.measures if key in self._by_key]
        named = {m.iri for m in mentions if m.kind == "measure"}
        chosen = [iri for iri, p in scored if p > _SURE or (iri in named and p > _NAMED)]
        if not chosen and scored and scored[0][1] > 0.2:
            chosen = [scored[0][0]]
        if numbers.articles:
            inside = [iri for n in numbers.articles for iri in self.catalogue.measures_of(n)]
            chosen = [iri for iri in chosen if iri in inside] or inside
        return tuple(sorted(chosen, key=list(self.catalogue.measures).index))

    def _next_article(self, text: str, before: Reading) -> tuple[int, ...]:
        step = 1 if any(w in text for w in ("下一条", "下条", "接着", "后面", "再下", "往下", "下一个")) else -1 if any(w in text for w in ("上一条", "前一条", "上条")) else 0
        return tuple(n + step for n in before.articles[-1:])

    @staticmethod
    def _of_kind(mentions: list[Mention], kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.iri for m in mentions if m.kind == kind))
