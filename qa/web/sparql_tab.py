"""SPARQL: the analysts' workbench. The server gives catalogue and vocabulary; the browser asks /sparql itself.

sparql_tab(graph) in a gr.Tab("SPARQL")     HEAD and CSS go to the page     no query passes through Gradio
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import gradio as gr

from qa.graph import Graph, text_of
from qa.sparql.catalogue import load_catalogue
from qa.terms import ONTOLOGY, PREFIXES, short

TAB = "SPARQL"
MOST_BYTES = 400_000
ROOT = ONTOLOGY.removesuffix("ontology#")
_ASSETS = Path(__file__).parent / "assets" / "sparql"
_PARTS = ("dom", "tokens", "words", "editor", "table", "chart", "network", "results", "catalogue", "workbench")
_TERM_KINDS = {"Class": "类", "ObjectProperty": "属性", "DatatypeProperty": "属性", "AnnotationProperty": "属性"}
_DATA = "数据"
_FIRST = ("SupportMeasure", "Agency", "Tier", "BeneficiaryType", "Article")
_LABELS = """SELECT DISTINCT ?s ?label ?language ?best WHERE {
  VALUES (?p ?best) { (rdfs:label 0) (skos:prefLabel 0) (skos:altLabel 1) (skos:hiddenLabel 2) }
  ?s ?p ?label FILTER(isIRI(?s)) BIND(LANG(?label) AS ?language)
  FILTER NOT EXISTS { ?s a ?question . VALUES ?question { po:QuestionPattern sh:SPARQLExecutable sh:SPARQLSelectExecutable sh:SPARQLAskExecutable } }
} ORDER BY ?s ?best ?label"""
_TYPES = """SELECT DISTINCT ?s ?type WHERE { ?s a ?type FILTER(isIRI(?s) && isIRI(?type)) } ORDER BY ?s ?type"""
_USED = """SELECT DISTINCT ?s ?kind WHERE { { ?x ?s ?y BIND("ObjectProperty" AS ?kind) } UNION { ?x a ?s BIND("Class" AS ?kind) } } ORDER BY ?s"""


def inert_json(value: Any) -> str:
    """Return a value as JSON without a character that HTML would read as markup."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def vocabulary(graph: Graph) -> dict[str, Any]:
    """Return what the editor completes: prefixes, kinds, and words [name, label, English label, kind, other labels joined by |].

    A name is a prefixed name, or "<" and what follows ROOT and ">"; kinds stand in the order in which they are offered.
    """
    labels, others = _labels(graph)
    kinds = _kinds(graph, labels)
    outside = {text_of(row["s"]): _TERM_KINDS[text_of(row["kind"])] for row in graph.select(_USED)}
    for iri, kind in outside.items():
        # A reused term has no label of ours: its own local name is how people look for it.
        if iri not in labels and not short(iri).startswith("<"):
            labels[iri] = {"zh": short(iri).partition(":")[2]}
            kinds[iri] = kind
    first = [labels[ONTOLOGY + name]["zh"] for name in _FIRST if ONTOLOGY + name in labels]
    order = list(dict.fromkeys(["类", "属性", *first, *sorted({kinds.get(iri, _DATA) for iri in labels})]))
    words = [
        [_name(iri), told.get("zh") or told["en"], told.get("en", ""), order.index(kinds.get(iri, _DATA)), "|".join(dict.fromkeys(others.get(iri, ())))]
        for iri, told in sorted(labels.items())
        if _name(iri)
    ]
    return {"root": ROOT, "prefixes": PREFIXES, "kinds": order, "words": words}


def _labels(graph: Graph) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, list[str]] = defaultdict(list)
    for row in graph.select(_LABELS):
        iri, text, language = text_of(row["s"]), text_of(row["label"]), text_of(row["language"])
        if text_of(row["best"]) == "0" and language in ("zh", "en"):
            labels[iri].setdefault(language, text)
        else:
            others[iri].append(text)
    return labels, others


def _kinds(graph: Graph, labels: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return by IRI the word that says what a thing is: 类, 属性, or the Chinese label of its class."""
    kinds: dict[str, str] = {}
    for iri, rows in groupby(graph.select(_TYPES), key=lambda row: text_of(row["s"])):
        types = [text_of(row["type"]) for row in rows]
        terms = [_TERM_KINDS[name] for t in types if (name := t.removeprefix(PREFIXES["owl"])) in _TERM_KINDS]
        named = [labels[t]["zh"] for t in types if t in labels and "zh" in labels[t]]
        if terms or named:
            kinds[iri] = (terms + named)[0]
    return kinds


def _name(iri: str) -> str:
    """Return an IRI as the browser gets it, "" for one that is neither ours nor has a prefix."""
    name = short(iri)
    if not name.startswith("<"):
        return name
    return f"<{iri.removeprefix(ROOT)}>" if iri.startswith(ROOT) else ""


def topics(graph: Graph) -> list[list[Any]]:
    """Return the catalogue by topic: [label, [[key, label, comment, text, chart, chart label, chart value], …]]."""
    grouped = groupby(load_catalogue(graph), key=lambda query: query.topics[0].label)
    return [[label, [[q.key, q.label, q.comment, q.text, q.chart, q.chart_label, q.chart_value] for q in queries]] for label, queries in grouped]


def workbench_html(graph: Graph) -> str:
    """Return the section that the script fills, with its data as inert JSON."""
    data = {"words": vocabulary(graph), "catalogue": topics(graph)}
    held = "".join(f'<template data-sparql="{name}">{inert_json(value)}</template>' for name, value in data.items())
    wait = "<p data-sparql-wait>正在打开工作台……若一直这样，请打开浏览器的 JavaScript；不用网页也可以直接问 /sparql。</p>"
    return f'<section class="sparql-workbench" data-sparql-workbench aria-label="SPARQL 工作台">{wait}{held}</section>'


def _script(names: Iterable[str]) -> str:
    """Return the parts as one script in a scope of its own that runs once, however often the page takes it in."""
    parts = "\n".join((_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return f'<script>"use strict";\nif (!window.SparqlWorkbench) (() => {{\n{parts}\nif (shared() !== null) openTab("{TAB}");\n}})();</script>'


HEAD = _script(_PARTS)
CSS = (_ASSETS / "sparql.css").read_text(encoding="utf-8")


def sparql_tab(graph: Graph) -> None:
    """Build the tab's content in the gr.Blocks, or gr.Tab, that is open; the page takes HEAD and CSS."""
    gr.HTML(workbench_html(graph), label=TAB, apply_default_css=False, js_on_load=None)
