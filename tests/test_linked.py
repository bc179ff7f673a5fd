"""Every IRI of ours answers at its path: as a page, as Turtle, as JSON-LD; and the command line asks the same graph."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
import rdflib
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa.__main__ import main
from qa.errors import CallError
from qa.graph import load
from qa.sparql.data import add
from qa.sparql.linked import linked, ours, path_of
from qa.terms import ID, ONTOLOGY

RENT = ID + "tongzhengbangui-2024-4/art_17/housing-rent"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return load().store


@pytest.fixture(scope="module")
def client(store) -> TestClient:
    app = FastAPI()
    app.include_router(linked(store))
    return TestClient(app)


def subjects(store: ox.Store) -> list[str]:
    rows = store.query("SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER(isIRI(?s)) } ORDER BY ?s")
    return [row["s"].value for row in rows if ours(row["s"].value)]


def test_every_iri_answers(client, store):
    paths = sorted({path_of(iri).partition("#")[0] for iri in subjects(store)})
    assert len(paths) > 1000
    bad = [p for p in paths if client.get(p, headers={"Accept": "text/turtle"}).status_code != 200]
    assert bad == []


def test_a_term_of_the_ontology_stands_in_its_page(client, store):
    page = client.get("/ontology", headers={"Accept": "text/html"}).text
    terms = [iri for iri in subjects(store) if iri.startswith(ONTOLOGY)]
    documented = [iri for iri in terms if f"id='{iri.removeprefix(ONTOLOGY)}'" in page]
    kinds = store.query("PREFIX owl: <http://www.w3.org/2002/07/owl#> SELECT DISTINCT ?s WHERE { VALUES ?c { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } ?s a ?c }")
    assert set(documented) >= {row["s"].value for row in kinds if row["s"].value.startswith(ONTOLOGY)}


@pytest.mark.parametrize(("accept", "form"), [("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml")])
def test_the_formats_say_the_same(client, accept, form):
    answer = client.get(path_of(RENT), headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    graph = rdflib.Graph().parse(data=answer.content, format=form)
    label = rdflib.Literal("租房补贴", lang="zh")
    assert (rdflib.URIRef(RENT), rdflib.RDFS.label, label) in graph
    assert list(graph.subjects(rdflib.URIRef("http://www.w3.org/ns/oa#exact"), None)), "引句没有带上"


def test_a_page_has_the_label_and_links_on(client):
    page = client.get(path_of(RENT), headers={"Accept": "text/html"}).text
    assert "<h1>租房补贴</h1>" in page and "href='/id/tongzhengbangui-2024-4/art_17'" in page and "http-equiv" not in page


@pytest.mark.parametrize("path", ["/id/nothing", "/id/%3Cscript%3Ealert(1)%3C/script%3E", "/shapes/none", "/id/a b", "/id/%00"])
def test_what_is_not_there_is_told_in_chinese(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and ("图谱里没有" in answer.text or "不是图谱里的名称" in answer.text)
    assert "<script" not in answer.text


def test_no_format_that_is_there(client):
    assert client.get(path_of(RENT), headers={"Accept": "image/png"}).status_code == 406


def test_further_graphs_by_file(tmp_path):
    turtle, trig, odd = tmp_path / "a.ttl", tmp_path / "b.trig", tmp_path / "c.csv"
    turtle.write_text("<urn:a> <urn:p> 1 .", encoding="utf-8")
    trig.write_text("<urn:g2> { <urn:b> <urn:p> 2 }", encoding="utf-8")
    odd.write_text("a,b", encoding="utf-8")
    store = ox.Store()
    add(store, f"urn:g1={turtle}")
    add(store, str(trig))
    assert {g.value for g in store.named_graphs()} == {"urn:g1", "urn:g2"}
    for given, words in ((str(turtle), "哪个图"), (f"urn:g={odd}", "不认识"), (f"urn:g={tmp_path / 'no.ttl'}", "读不出来"), (f"坏 IRI={turtle}", "装不进来")):
        with pytest.raises(CallError, match=words):
            add(store, given)


def ask(tmp_path, capfdbinary, query: str, *options: str) -> tuple[int, bytes, bytes]:
    file = tmp_path / "q.rq"
    file.write_text(query, encoding="utf-8")
    code = main(["sparql", str(file), *options])
    out, err = capfdbinary.readouterr()
    return code, out, err


def test_sparql_command(tmp_path, capfdbinary):
    count = "PREFIX po: <https://policy.datong.example/ontology#> SELECT (COUNT(*) AS ?n) WHERE { ?m a po:SupportMeasure }"
    assert ask(tmp_path, capfdbinary, count)[:2] == (0, b"n\r\n28\r\n") or ask(tmp_path, capfdbinary, count)[1].split() == [b"n", b"28"]
    code, out, _ = ask(tmp_path, capfdbinary, count, "--format", "json")
    assert code == 0 and json.loads(out)["results"]["bindings"][0]["n"]["value"] == "28"
    code, out, _ = ask(tmp_path, capfdbinary, "ASK { ?s ?p ?o }")
    assert code == 0 and json.loads(out)["boolean"] is True


@pytest.mark.parametrize(
    ("query", "options", "words"),
    [
        ("SELECT * WHERE {", (), "写得不对"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", (), "SERVICE"),
        ("SELECT * FROM <file:///etc/passwd> WHERE { ?s ?p ?o }", (), "图"),
        ("DELETE WHERE { ?s ?p ?o }", (), "只读"),
        ("ASK { ?s ?p ?o }", ("--timeout", "0"), "秒数"),
        ("ASK { ?s ?p ?o }", ("--timeout", "nan"), "秒数"),
        ("ASK { ?s ?p ?o }", ("--format", "doc"), "格式"),
        ("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c = ?f && ?i = ?a) } ", ("--timeout", "0.5"), "时间|上限"),
    ],
)
def test_sparql_command_says_what_is_wrong(tmp_path, capfdbinary, query, options, words):
    code, out, err = ask(tmp_path, capfdbinary, query, *options)
    assert code != 0 and out == b""
    assert any(word in err.decode() for word in words.split("|")) and b"Traceback" not in err
