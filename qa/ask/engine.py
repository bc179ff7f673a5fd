"""From a question to a reply: read -> bind -> query -> say -> cite.

Engine.ask never raises for what a person typed; a reply without a clause cannot be made.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from qa import clock
from qa.ask.catalogue import POLICIES, Catalogue
from qa.ask.documents import Documents, Named
from qa.ask.encoder import HubEncoder
from qa.ask.lexicon import Lexicon
from qa.ask.numbers import Numbers
from qa.ask.ranker import HeadRanker, NeighbourRanker, Ranker, Wording
from qa.ask.reader import Reader
from qa.ask.records import Pattern, Reading, Reply, Said
from qa.ask.refusal import refuse, silence, stated
from qa.ask.replies import KINDS
from qa.ask.replies.common import Context, articles
from qa.ask.replies.complete import complete
from qa.ask.replies.conditions import conditions, needed
from qa.ask.replies.days import standing
from qa.ask.replies.lengths import nth_year
from qa.ask.sheet import Sheet, make
from qa.ask.text import MAX_HISTORY, clean, normalise
from qa.graph import Graph, LocalGraph, Row, load_policies, text_of, values_block, with_prefixes
from qa.remote import open_graph
from qa.resources import resource


def default_ranker(graph: Graph, encoder: str | None) -> Ranker:
    """Return the shipped ranker, or one over any sentence-transformers model by name or folder."""
    if encoder is None:
        return HeadRanker(resource("models"))
    from qa.ask.corpus import canonical, load_examples

    examples = [*load_examples(resource("questions/people/train.jsonl")), *canonical(graph)]
    wordings = [Wording(e.text, e.label, e.measures, e.verdict) for e in examples if not e.history]
    return NeighbourRanker(HubEncoder(encoder), wordings)


_THIS, _CITY = "本文件", "本市"
_SILENT, _SURE = "u:silent", 0.9
_FIRST = ("博士租房补贴每月多少钱", "创新券一年最多给多少", "这份文件管几年")
_NEXT = {"amount": "{}给多少钱", "how": "{}怎么支持", "conditions": "{}要什么条件", "lead": "{}由谁牵头"}


class Engine:
    """Everything loaded once; ask() as often as you like."""

    def __init__(self, graph: Graph | None = None, ranker: Ranker | None = None, encoder: str | None = None, policies: Path | None = None) -> None:
        self.graph = open_graph() if graph is None else graph
        self.catalogue = Catalogue(self.graph)
        self.lexicon = Lexicon(self.graph)
        self._ranker = ranker or default_ranker(self.graph, encoder)
        self.reader = Reader(self.catalogue, self.lexicon, self._ranker)
        self._others = load_policies(self.graph, self.catalogue.document, policies) if policies and isinstance(self.graph, LocalGraph) else None
        self.documents = Documents(self._others, self.catalogue.title) if self._others else None
        self._named: Named | None = None
        self._desk = lru_cache(maxsize=POLICIES)(self._open)

    def _open(self, named: Named) -> Engine:
        """Return an engine over another document, with what all share taken from this one."""
        assert self._others is not None
        out = object.__new__(Engine)
        out.graph = self._others.beside(named.iri)
        out.catalogue = Catalogue(out.graph, named, self.catalogue)
        out.lexicon = self.lexicon.of(self._others, named.iri, named.place, self.catalogue.document)
        out._ranker, out._others, out.documents, out._named = self._ranker, None, None, named
        out.reader = Reader(out.catalogue, out.lexicon, self._ranker)
        return out

    def _about(self, text: str, earlier: Sequence[str]) -> Engine:
        """Return the engine of the document that the question names, or else the latest before it; this one where none is named."""
        found = (self.documents.find(words) for words in (text, *reversed(earlier))) if self.documents else ()
        named = next((name for name in found if name), None)
        return self._desk(named) if named else self

    def _here(self, text: str) -> str:
        """Return the question as somebody would ask who has this document before him: its number and place sound foreign to the ranker."""
        if self._named is None:
            return text
        said = text.replace(self._named.number, _THIS)
        return said.replace(self._named.place, _CITY) if self._named.place else said

    def ask(self, question: object, history: Sequence[object] = (), as_of: dt.date | None = None) -> Reply:
        """Answer one question after the earlier ones, oldest first. Raises QuestionError where it is not readable text."""
        return self._work(question, history, as_of)[0]

    def explain(self, question: object, history: Sequence[object] = (), as_of: dt.date | None = None) -> tuple[Reply, Sheet]:
        """Answer as ask does, with what a page shows beside the answer."""
        reply, context, said = self._work(question, history, as_of)
        return reply, (make(context, reply, said, self._validity(reply.as_of) if context.catalogue is self.catalogue else "") if context else Sheet())

    def _work(self, question: object, history: Sequence[object], as_of: dt.date | None) -> tuple[Reply, Context | None, Said]:
        """Return the reply, and what it was made from: no context where nothing was answered."""
        text = clean(question)
        earlier = tuple(clean(h) for h in list(history)[-MAX_HISTORY:])
        today = as_of or clock.today()
        if (desk := self._about(text, earlier)) is not self:
            return desk._work(text, earlier, today)
        reading = self.reader.read(self._here(text), tuple(map(self._here, earlier)))
        reading = stated(self.catalogue, self._own_words(reading))
        refusal = None if self._settled(reading, today) else refuse(self.catalogue, reading)
        if refusal is None:
            for key in reading.candidates:
                found = self._answer(text, self.catalogue.patterns[key], reading, today)
                if found is not None:
                    return found
            refusal = silence(self.catalogue, reading)
        return self._reply(text, reading, self._understood(reading), refusal, "", (), today), None, refusal

    def _own_words(self, reading: Reading) -> Reading:
        """Return a refused question in the words of our own suggestions as what they ask."""
        if reading.label != _SILENT or len(reading.measures) != 1:
            return reading
        label = self.catalogue.measures[reading.measures[0]].label
        key = next((key for key, words in _NEXT.items() if normalise(words.format(label)) == reading.text), "")
        return replace(reading, label=key, candidates=(key,)) if key else reading

    def _settled(self, reading: Reading, today: dt.date) -> bool:
        """Tell whether the question asks about a condition, or one year of a term, that the text does settle, and the refusal is not sure."""
        if reading.label != _SILENT or reading.confidence > _SURE or len(reading.measures) != 1:
            return False
        if any(self.reader.in_group(reading.candidates[0], group) for group in ("money", "sum")) and nth_year(reading.text, self.catalogue.of_measure[reading.measures[0]]):
            return True
        context = Context(self.catalogue, self.catalogue.patterns[reading.candidates[0]], reading, today, self.lexicon.labels, self.lexicon.tiers)
        return bool(needed(context, {iri for iri, _ in conditions(self.catalogue, reading.measures[0])}))

    def _validity(self, today: dt.date) -> str:
        """Say whether the document is in force, and until when."""
        pattern = self.catalogue.patterns["valid-on"]
        reading = Reading(_THIS, pattern.key, 1.0, Numbers())
        rows = self.graph.select(self.bind(pattern, reading) or "")
        return standing(Context(self.catalogue, pattern, reading, today, self.lexicon.labels, self.lexicon.tiers), rows)

    def _answer(self, text: str, pattern: Pattern, reading: Reading, today: dt.date) -> tuple[Reply, Context, Said] | None:
        """Return the reply by one pattern, None where a slot is missing or nothing can be said."""
        query = self.bind(pattern, reading)
        if query is None:
            return None
        rows = self.graph.select(query)
        context = Context(self.catalogue, pattern, reading, today, self.lexicon.labels, self.lexicon.tiers)
        said = KINDS[pattern.reply](context, rows)
        if not said.answer or (said.status == "answered" and not (said.facts or said.articles)):
            return None
        said = complete(context, said)
        return self._reply(text, reading, self._understood(reading, pattern), said, query, rows, today), context, said

    def bind(self, pattern: Pattern, reading: Reading) -> str | None:
        """Return the pattern's query with the reading's values in its VALUES block, None where a needed slot is empty."""
        named = ox.NamedNode
        columns: dict[str, list[Any]] = {
            "measure": [named(m) for m in reading.measures],
            "tier": [named(t) for t in reading.tiers] or [None],
            "agency": [named(a) for a in reading.agencies],
            "article": [named(self.catalogue.articles[n].iri) for n in reading.articles if n in self.catalogue.articles],
            "beneficiary": [named(b) for b in reading.beneficiaries],
            "topic": [named(t) for t in reading.topics],
            "document": [named(self.catalogue.document)],
            "chapter": [named(self.catalogue.chapters[n].iri) for n in self._chapters(reading) if n in self.catalogue.chapters],
            "date": [ox.Literal(str(d[0])) for d in reading.numbers.dates] or [None],
        }
        numbers = reading.articles or tuple(self.catalogue.measures[m].article for m in reading.measures)
        columns["slotArticle"] = [named(self.catalogue.articles[n].iri) for n in dict.fromkeys(numbers) if n in self.catalogue.articles]
        if pattern.reply in ("article", "topic") and not columns["article"]:
            columns["article"] = [named(self.catalogue.document + "/none")] if reading.articles else columns["slotArticle"]
        if pattern.empty and not columns["measure"] and reading.articles:
            columns["measure"] = columns["article"]  # an article without a measure: the query finds nothing, and the pattern says what that means
        wanted = [columns[slot] for slot in pattern.slots]
        if not all(wanted):
            return None
        rows = [dict(zip(pattern.slots, combination, strict=True)) for combination in itertools.product(*wanted)]
        body = pattern.query.replace("$VALUES", values_block(pattern.slots, rows))
        return with_prefixes(body)

    def _chapters(self, reading: Reading) -> tuple[int, ...]:
        """Return the parts meant: by number, else those whose own words (not shared with another part's title) the question holds."""
        if reading.numbers.chapter is not None:
            return (reading.numbers.chapter,)
        words = {n: {c.title[i : i + 2] for i in range(len(c.title) - 1)} for n, c in self.catalogue.chapters.items()}
        shared = {w for n, own in words.items() for m, other in words.items() if n != m for w in own & other}
        found = {n: sum(w in reading.text for w in own - shared) for n, own in words.items()}
        return tuple(n for n, count in found.items() if count and count == max(found.values()))

    def _understood(self, reading: Reading, pattern: Pattern | None = None) -> str:
        if pattern is None:
            return ""
        labels = self.lexicon.labels
        words = {
            "measure": "、".join(labels.get(m, "") for m in reading.measures),
            "article": articles(reading.articles) or articles(self.catalogue.measures[m].article for m in reading.measures),
            "agency": "、".join(labels.get(a, "") for a in reading.agencies) or "该单位",
            "beneficiary": "、".join(labels.get(b, "") for b in reading.beneficiaries),
            "chapter": "该部分",
            "date": "该日期",
        }
        if reading.tiers and "tier" in pattern.slots:
            words["measure"] = "、".join(labels.get(t, "") for t in reading.tiers) + "的" + words["measure"]
        text = pattern.label
        for slot, word in words.items():
            text = text.replace("{" + slot + "}", word)
        return text

    def _reply(self, text: str, reading: Reading, understood: str, said: Said, query: str, rows: Sequence[Row], today: dt.date) -> Reply:
        numbers = tuple(n for n in said.articles if n in self.catalogue.articles)
        cites = self.catalogue.citations(said.facts)
        if reading.label == "article-text":
            cites = tuple(self.catalogue.whole(self.catalogue.articles[n]) for n in numbers)
        if not cites:
            cites = self.catalogue.citations(tuple(self.catalogue.articles[n].iri + "/heading" for n in numbers))
        status = said.status
        if status == "answered" and not cites:
            said, status = Said("本文件未载明您问的这件事。", status="no_answer"), "no_answer"
        return Reply(
            question=text,
            understood=understood,
            status=status,
            answer=said.answer,
            document=self.catalogue.number,
            articles=tuple(sorted(numbers)),
            citations=cites,
            notices=self._notices(reading, said, numbers, today) if status == "answered" else said.notices,
            sparql=query,
            rows=tuple({k: text_of(v) for k, v in row.items()} for row in rows),
            suggestions=self._suggestions(reading, status),
            confidence=reading.confidence,
            as_of=today,
            data_version=self.graph.version,
            steps=said.steps,
        )

    def _notices(self, reading: Reading, said: Said, numbers: Sequence[int], today: dt.date) -> tuple[str, ...]:
        out = list(said.notices)
        referred = [n for n in numbers if n in self.catalogue.referrals]
        if referred:
            number, own = self.catalogue.referrals[referred[0]]
            out.append(f"{articles([own])}：{articles(referred)}按{number}执行，以该文件为准。")
        touched = set(reading.measures) | {f.rsplit("/", 1)[0] for f in said.facts}
        for iri in [*reading.measures, *sorted(touched - set(reading.measures))]:
            out += [text for text, tier in self.catalogue.notices.get(iri, ()) if not tier or not reading.tiers or tier in reading.tiers]
        return tuple(dict.fromkeys(out))

    def _suggestions(self, reading: Reading, status: str) -> tuple[str, ...]:
        """Return what is usually asked next of the same measure, without what was just asked."""
        if not reading.measures:
            return _FIRST
        measure = reading.measures[0]
        figures = any(b.has_figure for b in self.catalogue.of_measure[measure])
        keys = dict.fromkeys(("amount" if figures else "how", "conditions", "lead", "how"))
        asked = {reading.label, *(("amount",) if any(self.reader.in_group(reading.label, group) for group in ("money", "sum")) else ())}
        return tuple(_NEXT[key].format(self.catalogue.measures[measure].label) for key in keys if key not in asked)[:3]
