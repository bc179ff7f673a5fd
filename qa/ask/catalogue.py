"""What the graph holds for ask, read once: patterns, measures, articles, spans of every fact, notes, silences.

The graph stays the one source; this is its index for a single process.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from qa.ask.documents import Named
from qa.ask.records import Citation, Pattern
from qa.benefit import Benefit, read
from qa.graph import Graph, Row, held, text_of
from qa.resources import broken, read_text

POLICIES = 64  # so many documents' look-ups are kept, the least used is dropped
_ZH = 'FILTER(LANG(?label) = "zh")'
_DOCUMENT = "SELECT ?document ?number ?title ?file WHERE { ?document po:textHeld true ; eli:id_local ?number ; eli:title ?title ; po:textFile ?file }"
_PATTERNS = """SELECT ?pattern ?label ?kind ?reply ?slots ?query ?group ?template ?empty ?row WHERE {
  ?pattern a po:QuestionPattern ; rdfs:label ?label ; po:questionKind ?kind ; po:replyKind ?reply ; po:slots ?slots ; sh:select ?query ; po:questionGroup ?group .
  OPTIONAL { ?pattern po:answerTemplate ?template } OPTIONAL { ?pattern po:emptyTemplate ?empty } OPTIONAL { ?pattern po:rowTemplate ?row }
} ORDER BY STR(?pattern)"""
_MEASURES = f"""SELECT ?measure ?label ?n ?family ?mode WHERE {{
  ?measure a po:SupportMeasure ; rdfs:label ?label ; po:statedIn/eli:number ?n . {_ZH}
  OPTIONAL {{ ?measure po:family ?family }} OPTIONAL {{ ?measure po:supportMode ?mode }}
}} ORDER BY ?n STR(?measure)"""
_PARTS = """SELECT ?part ?class ?number ?start ?end ?title WHERE {
  ?part a ?class ; oa:start ?start ; oa:end ?end . FILTER(?class IN (po:Article, po:Chapter, po:Header, po:Preamble, po:Footer, po:Clause))
  OPTIONAL { ?part eli:number ?number } OPTIONAL { ?part eli:title ?title }
} ORDER BY ?start"""
_SPANS = "SELECT ?fact ?start ?end WHERE { ?fact po:quote ?q . ?q oa:start ?start ; oa:end ?end } ORDER BY STR(?fact) ?start"
_NOTES = "SELECT ?about ?notice ?tier WHERE { ?note a po:InterpretationNote ; po:about ?about ; po:notice ?notice . OPTIONAL { ?note po:tier ?tier } } ORDER BY STR(?note)"
_SILENCES = "SELECT ?topic ?label ?on WHERE { ?silence a po:Silence ; po:topic ?topic ; rdfs:label ?label ; po:silentOn ?on } ORDER BY STR(?silence)"
_REFERRALS = "SELECT ?n ?number ?own WHERE { ?r a po:ExecutionReferral ; po:referredArticle/eli:number ?n ; po:refersTo/eli:id_local ?number ; po:statedIn/eli:number ?own } ORDER BY ?n"
_LEADS = 'SELECT ?n ?lead WHERE { ?article a po:Article ; eli:number ?n ; cv:hasParticipation ?p . ?p cv:role po:Lead ; po:participant/rdfs:label ?lead . FILTER(LANG(?lead) = "zh") } ORDER BY ?n'

_EXTENSIONS = "SELECT ?e ?place ?n WHERE { ?e a po:ScopeExtension ; po:placeScope ?place ; po:statedIn/eli:number ?n }"
_HELPERS = """SELECT ?n ?name ?p WHERE { ?article a po:Article ; eli:number ?n ; cv:hasParticipation ?p .
  ?p cv:role po:Cooperating ; po:participant/rdfs:label ?name ; po:quote/oa:start ?at . FILTER(LANG(?name) = "zh") } ORDER BY ?n ?at"""
_TIERS = "SELECT ?tier ?field ?value WHERE { ?tier po:tierField ?field ; po:tierValue ?value } ORDER BY STR(?tier)"


@dataclass(frozen=True)
class Measure:
    """A support measure: its IRI, Chinese label, article number, mode, family."""

    iri: str
    label: str
    article: int
    mode: str
    family: str


@dataclass(frozen=True)
class Part:
    """A stretch of the text: its kind (Article, Chapter, Clause, Header …), number, offsets."""

    iri: str
    kind: str
    number: int | None
    start: int
    end: int
    title: str


class Catalogue:
    """Everything ask looks up by IRI, read from the graph at start."""

    def __init__(self, graph: Graph, named: Named | None = None, first: Catalogue | None = None) -> None:
        self.graph, self.first = graph, first or self
        self.document, self.number, self.title, self.text, self._exact = _held(graph) if named is None else _quoted(graph, named)

        def own(query: str, name: str) -> list[Row]:
            return graph.select(held(query, name, self.document))

        self.patterns: dict[str, Pattern] = first.patterns if first else {p.key: p for p in map(_pattern, graph.select(_PATTERNS))}
        self.measures = {text_of(r["measure"]): _measure(r) for r in own(_MEASURES, "measure")}
        self.parts = [_part(r) for r in own(_PARTS, "part")]
        self.articles = {p.number: p for p in self.parts if p.kind == "Article" and p.number}
        self.chapters = {p.number: p for p in self.parts if p.kind == "Chapter" and p.number}
        self.spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in own(_SPANS, "fact"):
            self.spans[text_of(row["fact"])].append((int(text_of(row["start"])), int(text_of(row["end"]))))
        if self.text and max((end for spans in self.spans.values() for _, end in spans), default=0) > len(self.text):
            raise broken("data/policy.txt", "比引句的位置短，原文不全")
        self.notices: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in own(_NOTES, "note"):
            self.notices[text_of(row["about"])].append((text_of(row["notice"]), text_of(row.get("tier"))))
        self.silences: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in own(_SILENCES, "silence"):
            self.silences[text_of(row["topic"])].append((text_of(row["label"]), text_of(row["on"])))
        self.referrals = {int(text_of(r["n"])): (text_of(r["number"]), int(text_of(r["own"]))) for r in own(_REFERRALS, "r")}
        self.leads = {int(text_of(r["n"])): text_of(r["lead"]) for r in own(_LEADS, "article")}
        self.helpers: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for row in own(_HELPERS, "article"):
            self.helpers[int(text_of(row["n"]))].append((text_of(row["name"]), text_of(row["p"])))
        self.extended = {text_of(r["place"]): (text_of(r["e"]), int(text_of(r["n"]))) for r in own(_EXTENSIONS, "e")}
        self.tier_values: dict[str, tuple[str, str]] = first.tier_values if first else {text_of(r["tier"]): (text_of(r["field"]), text_of(r["value"])) for r in graph.select(_TIERS)}
        self.responsible = {text_of(r["a"]) for r in own("SELECT DISTINCT ?a WHERE { ?p po:participant ?a }", "p")}
        self.benefits: dict[str, Benefit] = read(graph, self.document)
        self.of_measure: dict[str, list[Benefit]] = defaultdict(list)
        for benefit in sorted(self.benefits.values(), key=lambda b: (self.spans[b.iri][0][0], self.spans[b.iri][-1][0])):
            self.of_measure[benefit.measure].append(benefit)

    def measures_of(self, number: int) -> tuple[str, ...]:
        """Return the measures stated in an article."""
        return tuple(iri for iri, m in self.measures.items() if m.article == number)

    def citations(self, facts: tuple[str, ...]) -> tuple[Citation, ...]:
        """Return one citation per sentence (or part) that the facts' quotes touch, in the order of the text."""
        hit: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for fact in facts:
            for start, end in self.spans.get(fact, ()):
                hit[self._sentence(start, end)].append((start, end))
        return tuple(self._citation(span, tuple(sorted(set(inner)))) for span, inner in sorted(hit.items()))

    def whole(self, part: Part) -> Citation:
        """Return a citation of a whole part."""
        return self._citation((part.start, part.end), ((part.start, part.end),))

    def words(self, start: int, end: int) -> str:
        """Return the words at a place of the text; of a document whose text is not held, those of a quote."""
        return self.text[start:end] if self.text else self._exact.get((start, end), "")

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        if not self.text:
            return start, end
        for part in self.parts:
            if part.kind == "Clause" and part.start <= start and end <= part.end:
                return part.start, part.end
        line = self.text.rfind("\n", 0, start) + 1
        opening = self.text.rfind("（牵头单位", line, start + len("（牵头单位"))
        if opening >= 0:
            return opening, self.text.find("\n", start)
        return start, end

    def _citation(self, span: tuple[int, int], inner: tuple[tuple[int, int], ...]) -> Citation:
        start, end = span
        holder = next((p for p in self.parts if p.kind in ("Article", "Header", "Preamble", "Footer", "Chapter") and p.start <= start < p.end), None)
        article = holder.number if holder and holder.kind == "Article" else None
        part = holder.kind.lower() if holder and article is None else None
        return Citation(self.number, article, part, self.words(start, end), start, end, inner)


def _held(graph: Graph) -> tuple[str, str, str, str, dict[tuple[int, int], str]]:
    """Return IRI, number, title and text of the document whose text is held."""
    row = graph.select(_DOCUMENT)[0]
    document, number, title, file = (text_of(row[k]) for k in ("document", "number", "title", "file"))
    return document, number, title, read_text(f"data/{file}"), {}


def _quoted(graph: Graph, named: Named) -> tuple[str, str, str, str, dict[tuple[int, int], str]]:
    """Return IRI, number, title, no text, and the quotes of another document by their place."""
    rows = graph.select(f"SELECT ?start ?end ?exact WHERE {{ GRAPH <{named.iri}> {{ ?q oa:start ?start ; oa:end ?end ; oa:exact ?exact }} }}")
    return named.iri, named.number, named.title, "", {(int(text_of(r["start"])), int(text_of(r["end"]))): text_of(r["exact"]) for r in rows}


def _pattern(row: Row) -> Pattern:
    get = {k: text_of(v) for k, v in row.items()}
    return Pattern(
        get["pattern"].rpartition("/")[2], get["label"], get["kind"], get["reply"], tuple(get["slots"].split()),
        get["query"], get["group"], get.get("template", ""), get.get("empty", ""), get.get("row", ""),
    )  # fmt: skip


def _measure(row: Row) -> Measure:
    get = {k: text_of(v) for k, v in row.items()}
    return Measure(get["measure"], get["label"], int(get["n"]), get.get("mode", "").rpartition("#")[2], get.get("family", ""))


def _part(row: Row) -> Part:
    get = {k: text_of(v) for k, v in row.items()}
    number = int(get["number"]) if "number" in get else None
    return Part(get["part"], get["class"].rpartition("#")[2], number, int(get["start"]), int(get["end"]), get.get("title", ""))
