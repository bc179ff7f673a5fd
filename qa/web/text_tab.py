"""原文: the official text, whole, with an anchor per part and every fact's quote marked. Offsets are cut here, never in the browser.

text_tab(graph) in a gr.Tab("原文")     HEAD and CSS go to the page     #art-17 opens the tab at that article
graph -> Document(parts) -> pieces(spans) -> HTML, and beside it what each mark stands for, as inert JSON
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import gradio as gr

from qa.graph import Graph, text_of
from qa.resources import read_text
from qa.terms import ONTOLOGY, PREFIXES
from qa.web.facts import Facts, Said
from qa.web.parts import script, styles
from qa.web.spans import pieces
from qa.web.sparql_tab import inert_json

TAB = "原文"
HEAD = script("PolicyTextTab", ("sparql/dom", "shared/tab", "shared/panel", "text/find", "text/marks", "text/text"))
CSS = styles("shared/panel", "text/text")
_DOCUMENTS = "SELECT ?document ?number ?title ?file WHERE { ?document po:textHeld true ; eli:id_local ?number ; eli:title ?title ; po:textFile ?file } ORDER BY STR(?document)"
_PARTS = """SELECT ?document ?part ?class ?label ?number ?start ?end ?title WHERE {
  VALUES ?class { po:Header po:Preamble po:Chapter po:Article po:Footer }
  ?part a ?class ; eli:is_part_of+ ?document ; oa:start ?start ; oa:end ?end ; rdfs:label ?label FILTER(LANG(?label) = "zh")
  OPTIONAL { ?part eli:number ?number } OPTIONAL { ?part eli:title ?title }
} ORDER BY ?start"""
_HEADINGS = "SELECT ?part ?end WHERE { ?heading a po:Heading ; po:statedIn ?part ; po:quote/oa:end ?end }"
_AGENCIES = "SELECT ?part (MIN(?at) AS ?start) WHERE { ?role a cv:Participation ; po:statedIn ?part ; po:quote/oa:start ?at } GROUP BY ?part"
_ANCHORS = {"Article": "art", "Chapter": "chapter"}
# how a mark is underlined, from the class of the narrowest fact on it; the words of the legend are the graph's own
_STYLES = (
    ("Benefit", ONTOLOGY + "Benefit"),
    ("Criterion", ONTOLOGY + "Criterion"),
    ("BeneficiaryStatement", ONTOLOGY + "BeneficiaryStatement"),
    ("Lead", PREFIXES["cv"] + "Participation"),
    ("SupportMeasure", ONTOLOGY + "SupportMeasure"),
    ("Fact", ONTOLOGY + "Fact"),
)
_LEGEND = {"Lead": ONTOLOGY + "Agency"}
# how an official paper sets the lines of its head, from the class of the fact that a line rests on
_SET = {"Masthead": "centre", "DocumentNumber": "centre", "NoticeTitle": "centre", "DocumentTitle": "centre", "Issuer": "right", "IssueDate": "right", "Addressee": "left"}


@dataclass(frozen=True)
class Part:
    """A stretch of a text with its anchor; heading and units are offsets where its heading ends and its agencies begin, 0 for none."""

    iri: str
    kind: str
    anchor: str
    label: str
    title: str
    start: int
    end: int
    heading: int
    units: int


@dataclass(frozen=True)
class Document:
    """An official text with its parts in order and the facts that rest on it, the order of which numbers them for the browser."""

    number: str
    title: str
    text: str
    parts: tuple[Part, ...]
    facts: tuple[Said, ...]

    @property
    def spans(self) -> list[tuple[tuple[int, int], int]]:
        """Return every span with the number of its fact."""
        return [(span, number) for number, fact in enumerate(self.facts) for span in fact.spans]


def documents(graph: Graph, facts: Facts) -> list[Document]:
    """Return every document whose text is held, with the facts that rest on it."""
    headings = {text_of(row["part"]): int(text_of(row["end"])) for row in graph.select(_HEADINGS)}
    units = {text_of(row["part"]): int(text_of(row["start"])) for row in graph.select(_AGENCIES) if "part" in row}
    said = [fact for iri in facts.quoted() if (fact := facts.of(iri)).part]
    rows, out = graph.select(_PARTS), []
    for place, row in enumerate(graph.select(_DOCUMENTS)):
        text = read_text(f"data/{text_of(row['file'])}")
        parts = []
        for part in rows:
            if text_of(part["document"]) == text_of(row["document"]):
                iri, kind, start = text_of(part["part"]), text_of(part["class"]).removeprefix(ONTOLOGY), int(text_of(part["start"]))
                anchor = "-".join(filter(None, (f"d{place + 1}" if place else "", _ANCHORS.get(kind, kind.lower()), text_of(part.get("number")))))
                tail = units.get(iri, 0)
                # the bracket that opens the list of agencies goes with them
                tail -= tail > start and text[tail - 1] == "（"
                parts.append(Part(iri, kind, anchor, text_of(part["label"]), text_of(part.get("title")), start, int(text_of(part["end"])), headings.get(iri, 0), tail))
        held = {part.iri for part in parts}
        out.append(Document(text_of(row["number"]), text_of(row["title"]), text, tuple(parts), tuple(fact for fact in said if fact.part in held)))
    return out


def style_of(fact: Said) -> str:
    """Return the name of the underline of a fact."""
    return next((name for name, above in _STYLES if above in fact.classes), "Fact")


def marked(document: Document, start: int, end: int) -> str:
    """Return a stretch of the text as escaped HTML with every quote in it marked; its text content is the text itself."""
    spans, out = document.spans, []
    for piece in pieces(start, end, [span for span, _ in spans]):
        text = escape(document.text[piece.start : piece.end])
        numbers = list(dict.fromkeys(spans[cover][1] for cover in piece.covers))
        if numbers:
            text = f'<mark class="pt-{style_of(document.facts[numbers[0]])}" data-facts="{" ".join(map(str, numbers))}">{text}</mark>'
        out.append(text)
    return "".join(out)


def _body(document: Document, part: Part) -> str:
    """Return the paragraphs of a part; a heading and the agencies of an article stand apart without a character added."""
    if part.kind in _ANCHORS and part.heading:
        level = 4 if part.kind == "Article" else 3
        name = min(part.start + len(part.label), part.heading) if document.text.startswith(part.label, part.start) else part.start
        number = f'<span class="pt-number">{marked(document, part.start, name)}</span>' if name > part.start and part.kind == "Article" else marked(document, part.start, name)
        head = f"<h{level}>{number}{marked(document, name, part.heading)}</h{level}>"
        tail = part.units if part.units > part.heading else part.end
        rest = f"<p>{marked(document, part.heading, tail)}</p>" if tail > part.heading else ""
        return head + rest + (f'<p class="pt-units">{marked(document, tail, part.end)}</p>' if tail < part.end else "")
    lines, at = [], part.start
    for line in document.text[part.start : part.end].split("\n"):
        lines.append(f"<p{_set(document, at, at + len(line))}>{marked(document, at, at + len(line))}</p>")
        at += len(line) + 1
    return "".join(lines)


def _set(document: Document, start: int, end: int) -> str:
    first = next((fact for fact in document.facts for a, b in fact.spans if a == start and b <= end), None)
    found = next((side for name, side in _SET.items() if first and ONTOLOGY + name in first.classes), "")
    return f' class="pt-{found}"' if found else ""


def article_html(document: Document) -> str:
    """Return the whole text, part by part, each with its anchor."""
    out = [
        f'<section id="{part.anchor}" class="pt-part pt-part-{part.kind.lower()}" tabindex="-1" aria-label="{escape(part.label)}">{_body(document, part)}</section>'
        for part in document.parts
    ]
    return f'<article lang="zh-CN" aria-label="{escape(document.title)}" data-text-body>{"".join(out)}</article>'


def contents_html(document: Document) -> str:
    """Return the table of contents: parts, and the articles within each chapter."""
    out, inside = [], False
    for part in document.parts:
        if part.kind == "Article":
            out.append(("" if inside else "<ol>") + f'<li><a href="#{part.anchor}"><b>{escape(part.label)}</b> {escape(part.title)}</a></li>')
        else:
            out.append(("</ol>" if inside else "") + f'<p><a href="#{part.anchor}">{escape(part.label)}</a></p>')
        inside = part.kind == "Article"
    return "".join(out) + ("</ol>" if inside else "")


def text_html(graph: Graph) -> str:
    """Return the tab: contents, texts, and what the marks stand for as inert JSON."""
    facts, out = Facts(graph), []
    names = [[name, facts.label(_LEGEND.get(name, above))] for name, above in _STYLES]
    for document in documents(graph, facts):
        data = {"facts": [{**fact.panel(), "also": fact.also, "spans": len(fact.spans)} for fact in document.facts], "legend": names}
        contents = f'<details class="pt-contents" open><summary>目录</summary><nav aria-label="目录">{contents_html(document)}</nav></details>'
        title = f'<h2 class="pt-title">{escape(document.title)}<small>{escape(document.number)} · 官方原文</small></h2>'
        out.append(
            f'<section class="pp-root pt-root" data-text-tab aria-label="{escape(document.title)}">{title}<div data-text-tools></div>'
            f'<div class="pt-columns">{contents}{article_html(document)}<aside data-text-panel aria-label="图谱从这段文字记下的事实"></aside></div>'
            f"<template data-text-facts>{inert_json(data)}</template></section>"
        )
    return "".join(out) or "<p>图谱里没有存有原文的文件。</p>"


def text_tab(graph: Graph) -> None:
    """Build the tab's content in the gr.Blocks, or gr.Tab, that is open; the page takes HEAD and CSS."""
    gr.HTML(text_html(graph), label=TAB, apply_default_css=False, js_on_load=None)
