"""What the endpoint says of itself: SPARQL 1.1 Service Description and VoID, as RDF; and a page for people.

survey(store) -> Survey -> description(survey, address, key) -> bytes
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, VOID

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
_RESULT_FORMATS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML", "JSON-LD")
_SERIALIZERS = {"turtle": "turtle", "nt": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
_PUBLIC_DOMAIN = URIRef("https://creativecommons.org/publicdomain/mark/1.0/")
_TITLE = "大同中关村政策知识图谱"
_MOST = 500
_CLASSES = "SELECT ?name (COUNT(*) AS ?n) { ?s a ?name FILTER(isIRI(?name)) } GROUP BY ?name ORDER BY DESC(?n) ?name"
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?n) { ?s ?name ?o } GROUP BY ?name ORDER BY DESC(?n) ?name"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
_GRAPHS = "SELECT ?name (COUNT(*) AS ?n) { GRAPH ?name { ?s ?p ?o } } GROUP BY ?name ORDER BY ?name"


@dataclass(frozen=True)
class Survey:
    """Count what a store holds: triples and subjects of the default graph, uses of each class and property, named graphs."""

    triples: int
    subjects: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    graphs: tuple[tuple[str, int], ...]


def _count(store: ox.Store, query: str) -> tuple[tuple[str, int], ...]:
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    return tuple((getattr(row["name"], "value", ""), int(row["n"].value)) for row in solutions)  # type: ignore[union-attr]


def survey(store: ox.Store) -> Survey:
    """Count what a store holds; takes as long as reading it a few times."""
    properties = _count(store, _PROPERTIES)
    solutions = store.query(_SUBJECTS)
    assert isinstance(solutions, ox.QuerySolutions)
    subjects = int(next(iter(solutions))["n"].value)  # type: ignore[union-attr]
    return Survey(sum(n for _, n in properties), subjects, _count(store, _CLASSES), properties, _count(store, _GRAPHS))


def _space(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _describe_dataset(graph: Graph, dataset: URIRef, endpoint: URIRef, found: Survey) -> None:
    facts: list[tuple[URIRef, URIRef | Literal]] = [
        (RDF.type, VOID.Dataset), (RDF.type, SD.Dataset), (DCTERMS.title, Literal(_TITLE, lang="zh")), (DCTERMS.license, _PUBLIC_DOMAIN),
        (DCTERMS.rights, Literal("官方文件属公有领域。", lang="zh")), (VOID.sparqlEndpoint, endpoint),
        (VOID.triples, _number(found.triples)), (VOID.distinctSubjects, _number(found.subjects)),
        (VOID.classes, _number(len(found.classes))), (VOID.properties, _number(len(found.properties))),
        *((VOID.feature, FORMATS[name]) for name in _RESULT_FORMATS[4:]),
    ]  # fmt: skip
    facts += [(VOID.vocabulary, URIRef(space)) for space in sorted({_space(iri) for iri, _ in found.classes + found.properties} - {""})]
    for predicate, value in facts:
        graph.add((dataset, predicate, value))
    for partition, named, counted, rows in (
        (VOID.classPartition, VOID["class"], VOID.entities, found.classes),
        (VOID.propertyPartition, VOID.property, VOID.triples, found.properties),
    ):
        for iri, number in rows[:_MOST]:
            part = BNode()
            graph.add((dataset, partition, part))
            graph.add((part, named, URIRef(iri)))
            graph.add((part, counted, _number(number)))


def _number(value: int) -> Literal:
    return Literal(value, datatype=XSD.integer)


def description(found: Survey, address: str, key: str, *, root: str | None = None) -> bytes:
    """Return the service description and VoID for the endpoint at address, in the format called key.

    root is the address of the site, where /.well-known/void stands; the dataset is named after it.
    """
    endpoint, graph = URIRef(address), Graph()
    void = root or urljoin(address, "/.well-known/void")
    dataset, default = URIRef(void + "#dataset"), URIRef(void + "#default")
    for prefix, space in (("sd", SD), ("void", VOID), ("dct", DCTERMS), ("formats", FORMATS)):
        graph.bind(prefix, space)
    for predicate, value in (
        (RDF.type, SD.Service), (SD.endpoint, endpoint), (SD.supportedLanguage, SD.SPARQL11Query), (SD.defaultDataset, dataset),
        (RDFS.label, Literal(f"{_TITLE}的 SPARQL 端点（只读，不向外查询）", lang="zh")),
        *((SD.resultFormat, FORMATS[name]) for name in _RESULT_FORMATS),
    ):  # fmt: skip
        graph.add((endpoint, predicate, value))
    _describe_dataset(graph, dataset, endpoint, found)
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    graph.add((default, VOID.triples, _number(found.triples)))
    for iri, number in found.graphs[:_MOST]:
        named, content = BNode(), BNode()
        for triple in (
            (dataset, SD.namedGraph, named), (named, RDF.type, SD.NamedGraph), (named, SD.name, URIRef(iri)), (named, SD.graph, content),
            (content, RDF.type, SD.Graph), (content, VOID.triples, _number(number)),
        ):  # fmt: skip
            graph.add(triple)
    page = URIRef(void)
    graph.add((page, RDF.type, VOID.DatasetDescription))
    graph.add((page, FOAF.primaryTopic, dataset))
    return graph.serialize(format=_SERIALIZERS[key], encoding="utf-8")


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>SPARQL 端点</title>
<style>body{{font:1rem/1.7 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}
textarea{{width:100%;height:12rem;font:.95rem/1.5 monospace;box-sizing:border-box}}button{{font:inherit;padding:.3rem 1.2rem}}</style></head>
<body><main><h1>{title}：SPARQL 端点</h1>
<p>地址 <code>{address}</code>。按 SPARQL 1.1 协议查询，只读，不向外查询；共 {triples} 个三元组。单个查询最多 {timeout:g} 秒、{rows} 行，超过就报错，不给残缺的结果。</p>
<form action="{path}" method="get"><p><label for="query">查询</label></p><textarea id="query" name="query" spellcheck="false">{example}</textarea>
<p><label><input type="radio" name="format" value="json" checked> JSON</label> <label><input type="radio" name="format" value="csv"> CSV</label>
<label><input type="radio" name="format" value="xml"> XML</label> <label><input type="radio" name="format" value="tsv"> TSV</label> <button>查询</button></p></form>
<p>命令行：<code>curl -H 'Accept: text/csv' --data-urlencode query='ASK {{}}' -G {address}</code></p>
<p>机器可读的服务描述：<a href="{path}?format=turtle">Turtle</a>、<a href="{path}?format=jsonld">JSON-LD</a>；数据集描述：<a href="{void}">VoID</a>。</p>
</main></body></html>
"""
_EXAMPLE = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?class ?label (COUNT(?thing) AS ?number)
WHERE { ?thing a ?class . ?class rdfs:label ?label . FILTER(LANG(?label) = "zh") }
GROUP BY ?class ?label
ORDER BY DESC(?number)
LIMIT 20"""


def page(found: Survey, address: str, timeout: float, rows: int) -> bytes:
    """Return the page for people who open the endpoint in a browser; it asks nothing of any other place."""
    path = urlsplit(address).path
    return _PAGE.format(
        title=_TITLE, address=escape(address), path=escape(path), void=escape(path.rstrip("/").removesuffix("/sparql") + "/.well-known/void"), triples=found.triples, timeout=timeout, rows=rows, example=escape(_EXAMPLE)
    ).encode()
