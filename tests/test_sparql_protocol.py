"""The endpoint over HTTP: the query side of SPARQL 1.1 Protocol, its bounds, and three clients that people use."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import threading
import time

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from starlette.testclient import TestClient

from qa.graph import load
from qa.sparql import Limits
from qa.web.server import Building, Serving
from tests.sparql_server import CROSS, DIRECT, FORM, GRAPHS, Served, children, eventually, serve, with_named_graphs

RESULTS = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
BOOLEANS = {"application/sparql-results+json", "application/sparql-results+xml"}
TRIPLES = {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"}
ZERO, ONE, TWO, THREE = GRAPHS
ABOUT = {iri: f"<{iri}> ?p ?o" for iri in GRAPHS}
FUZZ = int(os.environ.get("POLICY_FUZZ", "500"))


@pytest.fixture(scope="module")
def server():
    with serve(with_named_graphs(load().store), Limits(timeout=2.0, rows=5000, bytes=4 << 20)) as served:
        yield served


def truth(answer) -> bool:
    assert (answer.status, answer.media) == (200, "application/sparql-results+json"), answer.text
    return json.loads(answer.body)["boolean"]


def refused(answer, status: int, *words: str) -> dict:
    """See that an answer is a problem document that says something in Chinese, and return it."""
    assert (answer.status, answer.media) == (status, "application/problem+json"), answer.text
    told = json.loads(answer.body)
    assert told["status"] == status and told["title"] and any("\u4e00" <= sign <= "\u9fff" for sign in told["detail"])
    assert all(word in told["detail"] for word in words), told["detail"]
    assert "Traceback" not in answer.text
    return told


# --- the query side of the protocol, written from the standard (2.1 and 2.2); the names are those of the W3C's list


def test_query_get(server):
    assert truth(server.ask(query="ASK {}"))


def test_query_post_form(server):
    assert truth(server.post(FORM, "query=ASK%20%7B%7D"))


def test_query_post_direct(server):
    assert truth(server.post(DIRECT, "ASK {}"))


def test_query_dataset_default_graph(server):
    for way in (server.ask(query=f"ASK {{ {ABOUT[ONE]} }}", default_graph_uri=ONE), server.post(DIRECT, f"ASK {{ {ABOUT[ONE]} }}", default_graph_uri=ONE)):
        assert truth(way)
    assert not truth(server.ask(query=f"ASK {{ {ABOUT[ONE]} }}", default_graph_uri=TWO))
    assert not truth(server.ask(query=f"ASK {{ {ABOUT[ONE]} }}"))


def test_query_dataset_default_graphs_get(server):
    assert truth(server.ask(query=f"ASK {{ {ABOUT[ONE]} . <{TWO}> ?q ?r }}", default_graph_uri=[ONE, TWO]))


def test_query_dataset_default_graphs_post(server):
    query = f"ASK {{ {ABOUT[ONE]} . <{TWO}> ?q ?r }}"
    assert truth(server.post(DIRECT, query, default_graph_uri=[ONE, TWO]))
    assert truth(server.post(FORM, f"default-graph-uri={ONE}&default-graph-uri={TWO}&query=" + query.replace(" ", "+").replace("<", "%3C").replace(">", "%3E").replace("?", "%3F")))


def test_query_dataset_named_graphs_get(server):
    query = f"ASK {{ GRAPH ?g {{ {ABOUT[ONE]} }} GRAPH ?h {{ <{TWO}> ?q ?r }} }}"
    assert truth(server.ask(query=query, named_graph_uri=[ONE, TWO]))
    assert not truth(server.ask(query=query, named_graph_uri=[ONE, THREE]))


def test_query_dataset_named_graphs_post(server):
    assert truth(server.post(DIRECT, f"ASK {{ GRAPH ?g {{ {ABOUT[ONE]} }} }}", named_graph_uri=[ONE, TWO]))
    assert not truth(server.post(DIRECT, "ASK { ?s ?p ?o }", named_graph_uri=[ONE, TWO]))


def test_query_dataset_full(server):
    query = "SELECT ?g ?x ?s { ?x ?y ?o GRAPH ?g { ?s ?p ?v } }"
    told = json.loads(server.post(DIRECT, query, default_graph_uri=THREE, named_graph_uri=[ONE, TWO]).body)
    assert {(row["g"]["value"], row["x"]["value"], row["s"]["value"]) for row in told["results"]["bindings"]} == {(ONE, THREE, ONE), (TWO, THREE, TWO)}


def test_query_multiple_dataset(server):
    """The dataset of the protocol comes before that of the query (2.1.4)."""
    assert truth(server.post(DIRECT, f"ASK FROM <{ONE}> {{ <{TWO}> ?p ?o }}", default_graph_uri=TWO))
    assert not truth(server.post(DIRECT, f"ASK FROM <{ONE}> {{ <{ONE}> ?p ?o }}", default_graph_uri=TWO))
    assert truth(server.post(DIRECT, f"ASK FROM <{ONE}> {{ <{ONE}> ?p ?o }}"))
    assert truth(server.post(DIRECT, f"ASK FROM <http://example.org/none> {{ <{TWO}> ?p ?o }}", default_graph_uri=TWO))


@pytest.mark.parametrize(
    ("query", "media"),
    [("SELECT (1 AS ?value) {}", RESULTS), ("ASK {}", BOOLEANS), ("DESCRIBE <http://example.org/>", TRIPLES), ("CONSTRUCT { <s> <p> 1 } WHERE {}", TRIPLES)],
    ids=["select", "ask", "describe", "construct"],
)
def test_query_content_type(server, query, media):
    for accept in (None, *sorted(media)):
        answer = server.ask(query=query, default_graph_uri=ZERO, headers={"Accept": accept} if accept else {})
        assert answer.status == 200 and answer.media in ({accept} if accept else media)


def test_bad_query_method(server):
    for method in ("PUT", "DELETE", "PATCH", "BREW"):
        answer = server.ask(method, query="ASK {}")
        refused(answer, 405, method)
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_bad_multiple_queries(server):
    refused(server.ask(path="/sparql?query=ASK%20%7B%7D&query=SELECT%20*%20%7B%7D"), 400, "query")
    refused(server.post(FORM, "query=ASK%20%7B%7D&query=ASK%20%7B%7D"), 400, "query")
    refused(server.post(DIRECT, "ASK {}", query="ASK {}"), 400, "query")


def test_bad_query_wrong_media_type(server):
    refused(server.post("text/plain", "ASK {}"), 415, DIRECT, FORM)


def test_bad_query_missing_form_type(server):
    refused(server.post(None, "query=ASK%20%7B%7D"), 415)


def test_bad_query_missing_direct_type(server):
    refused(server.post(None, "ASK {}"), 415)


def test_bad_query_non_utf8(server):
    refused(server.post(f"{DIRECT}; charset=UTF-16", "ASK {}".encode("utf-16")), 415, "UTF-8")
    refused(server.post(DIRECT, "ASK {}".encode("utf-16")), 400, "UTF-8")
    refused(server.post(FORM, b"query=ASK%20%7B%7D%FF"), 400, "UTF-8")
    refused(server.ask(path="/sparql?query=%FF"), 400, "UTF-8")
    assert truth(server.post(f'{DIRECT};charset="utf-8"', "ASK {}"))


def test_bad_query_syntax(server):
    told = refused(server.ask(query="ASK {\n ?s ?p"), 400, "第 2 行第 7 列")
    assert (told["line"], told["column"]) == (2, 7)


# --- the rest of the protocol


def test_a_query_that_is_empty_or_missing(server):
    refused(server.ask(query=""), 400)
    refused(server.ask(query=" \n"), 400)
    refused(server.post(FORM, "default-graph-uri="), 400)
    refused(server.post(DIRECT, ""), 400)


def test_there_is_no_update(server):
    update = "INSERT DATA { <a:a> <a:b> <a:c> }"
    for answer in (server.ask(update=update), server.post(FORM, "update=CLEAR+ALL"), server.post("application/sparql-update", update)):
        refused(answer, 403, "只读")
    for query in (update, "LOAD <http://127.0.0.1/x>", "DROP ALL"):
        refused(server.ask(query=query), 403, "只读")
    assert not truth(server.ask(query="ASK { <a:a> <a:b> <a:c> }"))


def test_service_and_unknown_graphs_are_refused_with_the_reason(server):
    refused(server.ask(query="SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }"), 403, "不向外查询")
    refused(server.ask(query="ASK FROM <file:///etc/passwd> {}"), 400, "file:///etc/passwd", ONE)
    refused(server.ask(query="ASK {}", default_graph_uri="http://127.0.0.1/none"), 400, "http://127.0.0.1/none", ONE)
    refused(server.ask(query="ASK {}", named_graph_uri=[ONE, "none"]), 400, "none")


def test_head_and_options(server):
    head = server.ask("HEAD", query="ASK {}")
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) == len(server.ask(query="ASK {}").body)
    options = server.ask("OPTIONS")
    assert options.status == 204 and "POST" in options.headers["Access-Control-Allow-Methods"]
    for answer in (head, options, server.ask(query="ASK {"), server.ask("PUT")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_long_address_is_answered_and_one_that_is_too_long_is_told_so(server):
    assert truth(server.ask(query="ASK {} #" + "长" * 100_000))
    refused(server.ask(query="ASK {} #" + "x" * (1 << 20)), 413, "KB", "请缩短")
    refused(server.ask(query="ASK {} #" + "长" * 500_000), 413, "网址", "请缩短")


@pytest.mark.parametrize(("own", "origin"), [(False, "*"), (True, None)])
def test_another_site_may_read_the_policy_and_no_graph_of_ones_own(tmp_path, own, origin):
    (tmp_path / "own.ttl").write_text("<x:mine> <x:is> <x:private> .", encoding="utf-8")
    app = Building(Serving("127.0.0.1", 7860, sparql_only=True, data=(f"x:own={tmp_path / 'own.ttl'}",) if own else ())).base()
    with TestClient(app) as client:
        sent = {"Origin": "https://example.org"}
        answers = [client.get("/sparql", params={"query": query}, headers=sent) for query in ("ASK FROM <x:own> { <x:mine> ?p ?o }", "ASK {}", "ASK {")]
        answers += [client.get(path, headers=sent) for path in ("/sparql", "/.well-known/void", "/ontology", "/shapes/none", "/id/none")]
        answers.append(client.options("/sparql", headers=sent | {"Access-Control-Request-Method": "POST"}))
    assert answers[0].status_code == (200 if own else 400)
    for answer in answers:
        assert answer.headers.get("Access-Control-Allow-Origin") == origin, answer.request.url
        assert origin or not [name for name in answer.headers if name.startswith("access-control")]


def test_percent_encoding_is_undone_once(server):
    def same(query):
        return json.loads(server.ask(query=query).body)["results"]["bindings"][0]["x"]["value"]

    for iri in ("http://example.org/%E4%B8%AD", "http://example.org/中文", "http://example.org/a%2Bb"):
        assert same(f"SELECT (STR(<{iri}>) AS ?x) {{}}") == iri
    body = server.post(FORM, "query=SELECT+(%22a%2Bb+%2541%22+AS+%3Fx)+%7B%7D").body
    assert json.loads(body)["results"]["bindings"][0]["x"]["value"] == "a+b %41"


def test_relative_iris_are_resolved_against_the_endpoint(server):
    body = server.ask(query="SELECT (STR(<there>) AS ?x) {}").body
    assert json.loads(body)["results"]["bindings"][0]["x"]["value"] == f"http://127.0.0.1:{server.port}/there"


def test_accept_and_format(server):
    query = 'SELECT ("中" AS ?x) {}'
    assert server.ask(query=query, headers={"Accept": "text/csv;q=0.5, text/tab-separated-values"}).text == '?x\n"中"\n'
    assert server.ask(query=query, format="csv", headers={"Accept": "application/json"}).text == "x\r\n中\r\n"
    assert server.ask(query=query, output="xml").media == "application/sparql-results+xml"
    refused(server.ask(query=query, headers={"Accept": "text/turtle"}), 406, "text/csv")
    refused(server.ask(query="ASK {}", format="csv"), 406)
    refused(server.ask(query=query, format="exe"), 400)


@pytest.mark.parametrize(("key", "reader"), [("turtle", "turtle"), ("nt", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")])
def test_triples_say_the_same_in_every_format(server, key, reader):
    query = "CONSTRUCT { ?s ?p ?o } { ?s a <http://www.w3.org/2002/07/owl#Class> ; ?p ?o FILTER(isIRI(?s) && !isBlank(?o)) }"
    reference = rdflib.Graph().parse(data=server.ask(query=query, format="nt").body, format="nt")
    assert len(reference) > 20
    assert set(rdflib.Graph().parse(data=server.ask(query=query, format=key).body, format=reader)) == set(reference)


def test_what_rdfxml_cannot_say_is_refused(server):
    query = "CONSTRUCT { <http://example.org/s> <urn:1> 1 } {}"
    refused(server.ask(query=query, format="rdfxml"), 406, "urn:1")
    assert server.ask(query=query).text == "<http://example.org/s> <urn:1> 1 .\n"


def test_a_host_that_is_no_host_is_not_repeated(server):
    for host in ('a"><script>', "a b", "<", "x" * 300, "a/b", "", "@"):
        for path in ("/sparql", "/.well-known/void", "/sparql?query=ASK%7B%7D"):
            answer = server.ask(path=path, headers={"Host": host, "Accept": "text/html, */*;q=0.1"})
            assert answer.status in (200, 400) and "<script" not in answer.text
    assert "http://policy.example:8080/sparql" in server.ask(headers={"Host": "policy.example:8080", "Accept": "text/html"}).text


def test_problems_in_plain_text(server):
    answer = server.ask(query="ASK {", headers={"Accept": "application/sparql-results+json, text/plain;q=0.5"})
    assert answer.status == 400 and answer.media == "text/plain" and answer.text.startswith("请求写得不对：查询第 1 行第 6 列")


def test_the_service_describes_itself(server):
    sd, void = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#"), rdflib.Namespace("http://rdfs.org/ns/void#")
    for media, reader in (("text/turtle", "turtle"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt")):
        answer = server.ask(headers={"Accept": media})
        assert (answer.status, answer.media) == (200, media)
        told = rdflib.Graph().parse(data=answer.body, format=reader)
        service = told.value(predicate=rdflib.RDF.type, object=sd.Service)
        assert told.value(service, sd.endpoint) == rdflib.URIRef(server.url)
        assert (service, sd.supportedLanguage, sd.SPARQL11Query) in told and not list(told.triples((None, None, sd.BasicFederatedQuery)))
        assert not list(told.triples((None, None, sd.SPARQL11Update)))
        dataset = told.value(service, sd.defaultDataset)
        assert int(told.value(dataset, void.triples)) == sum(1 for _ in server.pool.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        assert {str(name) for name in told.objects(None, sd.name)} == set(GRAPHS)
        assert told.value(dataset, rdflib.DCTERMS.license) and list(told.objects(dataset, void.vocabulary))
    assert server.ask().media == "text/turtle"
    again = server.ask(path="/.well-known/void", headers={"Accept": "application/n-triples"})
    assert set(rdflib.Graph().parse(data=again.body, format="nt").subjects(rdflib.RDF.type, void.Dataset)) == {dataset}
    refused(server.ask(headers={"Accept": "image/png"}), 406)


def test_the_page_for_people_asks_nothing_of_other_places(server):
    answer = server.ask(headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.status == 200 and answer.media == "text/html" and "只读" in answer.text and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not [mark for mark in ("<script", "<img", "<link", "src=") if mark in answer.text]


# --- bounds


def test_a_query_over_its_time_is_503_and_the_next_is_answered(server):
    start = time.monotonic()
    answer = server.ask(query=CROSS)
    refused(answer, 503, "2 秒")
    assert 2 <= time.monotonic() - start < 4 and int(answer.headers["Retry-After"]) > 0
    assert truth(server.ask(query="ASK {}"))


def test_a_result_over_the_cap_is_an_error_and_never_cut(server):
    assert len(json.loads(server.ask(query="SELECT * { ?s ?p ?o } LIMIT 5000").body)["results"]["bindings"]) == 5000
    refused(server.ask(query="SELECT * { ?s ?p ?o } LIMIT 5001"), 422, "5000 行", "LIMIT")
    refused(server.ask(query="CONSTRUCT WHERE { ?s ?p ?o }"), 422, "5000 行")


def test_a_client_that_leaves_frees_its_worker():
    with serve(load().store, Limits(timeout=60.0)) as patient:
        workers = patient.pool.limits.workers
        before = set(children(patient.pool.nursery.pid))
        gone = [socket.create_connection(("127.0.0.1", patient.port)) for _ in range(3)]
        for connection in gone:
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n%s" % (len(CROSS), CROSS.encode()))
        assert eventually(lambda: len(children(patient.pool.nursery.pid)) == workers + 3)
        for connection in gone:
            connection.close()
        assert eventually(lambda: len(children(patient.pool.nursery.pid)) == workers and patient.pool.ready == workers)
        assert len(set(children(patient.pool.nursery.pid)) & before) == workers - 3


def test_a_full_queue_is_429():
    with serve(load().store, Limits(workers=1, slow=1, queue=1, timeout=1.5)) as small:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(small.ask(query=CROSS))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status for answer in answers} == {429, 503}
        busy = next(answer for answer in answers if answer.status == 429)
        refused(busy, 429, "排")
        assert int(busy.headers["Retry-After"]) > 0
        assert truth(small.ask(query="ASK {}"))


def test_a_body_that_does_not_come_is_408():
    with serve(ox.Store(), Limits(body_seconds=0.2)) as hasty, socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as slow:
        slow.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK")
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


def clock(served: Served, count: int, pause: float = 0.0, path: str = "/sparql?query=ASK%20%7B%7D") -> list[float]:
    """Return the milliseconds of so many requests, ASK {} by default, on one connection."""
    connection, out = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30), []
    for _ in range(count):
        start = time.perf_counter()
        connection.request("GET", path)
        assert connection.getresponse().read()
        out.append((time.perf_counter() - start) * 1000)
        time.sleep(pause)
    connection.close()
    return out


def test_a_quick_query_is_quick_while_four_slow_ones_run(server):
    threads = [threading.Thread(target=server.ask, kwargs={"query": CROSS}) for _ in range(4)]
    for thread in threads:
        thread.start()
    times: list[float] = []
    while len(times) < 40 and all(thread.is_alive() for thread in threads):  # on a busy machine the slow ones reach their limit first
        times += clock(server, 1, 0.02)
    assert len(times) >= 10, "the slow ones did not last"
    for thread in threads:
        thread.join()
    print(f"\nASK {{}} beside four cross joins: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")
    assert statistics.median(times) < 100


def test_the_fixed_cost_of_a_request(server):
    clock(server, 100)
    nothing, asked = (statistics.median(clock(server, 500, path=path)) for path in ("/nothing-here", "/sparql?query=ASK%20%7B%7D"))
    print(f"\nASK {{}} over loopback, client included: median {asked:.2f} ms; a page that is not there: {nothing:.2f} ms")
    assert asked < 10


# --- malformed, huge, deep, strange


def test_a_huge_query_is_refused_and_read_to_its_end(server):
    huge = b"ASK { " + b"# " + b"x" * (10 << 20) + b"\n}"
    refused(server.post(DIRECT, huge), 413, "1024 KB")
    refused(server.post(FORM, b"query=" + huge.replace(b" ", b"+")), 413)
    refused(server.post(FORM, b"query=" + huge[: (1 << 20) + 100].replace(b" ", b"+")), 413, "1024 KB")
    assert truth(server.ask(query="ASK {}"))


@pytest.mark.parametrize(("opening", "closing"), [("{", "}"), ("(", ")"), ("[", "]"), ("{OPTIONAL", "}"), ("{", "")])
def test_a_deep_query_is_refused(server, opening, closing):
    refused(server.post(DIRECT, "ASK {" + opening * 5000 + closing * 5000 + "}"), 400, "嵌套")


SEEDS = (
    "PREFIX po: <https://policy.datong.example/ontology#> SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s a po:Clause ; ?p ?o . FILTER(?n > 3 || CONTAINS(STR(?o), \"补贴\")) } GROUP BY ?s ORDER BY DESC(?n) LIMIT 5",
    "CONSTRUCT { ?s ?p '''中\\n文'''@zh } WHERE { VALUES (?s ?p) { (<http://example.org/a> <b>) (UNDEF UNDEF) } OPTIONAL { ?s ?p ?o MINUS { ?s a ?c } } } LIMIT 3",
    "BASE <http://example.org/> ASK FROM <data/1> FROM NAMED <data/2> { GRAPH ?g { ?s (<p>/^<q>|!(<r>))* [ <x> ( 1 2.5 -3e4 true ) ] } FILTER NOT EXISTS { ?s <x> 'x'^^<y> } }",
    "SELECT ?s { { SELECT DISTINCT ?s { ?s ?p ?o } LIMIT 2 } SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } } LIMIT 2",
    "DESCRIBE <http://example.org/data/1> ?x WHERE { BIND(IF(1 < 2, \"a\\u4e2d\", $y) AS ?x) { SELECT * { ?x ?y ?z } LIMIT 2 } UNION {} } # 注释",
)
PIECES = ["{", "}", "(", ")", "[", "]", "<", ">", '"', "'", '"""', "\\", "#", ".", ";", ",", "?", "$x", "*", "/", "^", "|", "@zh", "^^", ":", "SELECT", "SERVICE", "FROM", "INSERT", "\0", "中", "\ud7ff", "%", "1e999", "-", "\n"]


def mutated(dice: random.Random) -> str:
    text = dice.choice(SEEDS)
    for _ in range(dice.randint(0, 4)):
        at, to = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
        to = min(to, at + dice.randint(0, 12))
        text = dice.choice((text[:at] + text[to:], text[:at] + dice.choice(PIECES) + text[at:], text[:at] + text[at:to] * 2 + text[to:], text[:at] + dice.choice(PIECES) + text[to:]))
    return text


def test_mutated_queries_never_break_the_server(server):
    dice, seen, connection = random.Random(20261122), {}, http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(FUZZ):
        query = mutated(dice)
        connection.request("POST", "/sparql", query.encode(), {"Content-Type": DIRECT, "Accept": "application/json, text/turtle;q=0.9"})
        response = connection.getresponse()
        body = response.read()
        seen[response.status] = seen.get(response.status, 0) + 1
        assert response.status in (200, 400, 403, 413, 422) or (response.status == 503 and "查询超时" in body.decode()), (query, response.status, body)
    connection.close()
    print(f"\n{FUZZ} mutated queries: {dict(sorted(seen.items()))}")
    assert seen.get(200) and seen.get(400) and seen.get(403)
    assert truth(server.ask(query="ASK {}"))


# --- clients that people use


def test_sparqlwrapper(server):
    from SPARQLWrapper import JSON, POST, TURTLE, XML, SPARQLWrapper

    client = SPARQLWrapper(server.url)
    client.setQuery("SELECT ('中文' AS ?x) {}")
    client.setReturnFormat(JSON)
    assert client.queryAndConvert()["results"]["bindings"][0]["x"]["value"] == "中文"
    client.setMethod(POST)
    client.setReturnFormat(XML)
    assert "中文" in client.queryAndConvert().toxml()
    client.setQuery("CONSTRUCT { <http://example.org/s> <http://example.org/p> '中文' } {}")
    client.setReturnFormat(TURTLE)
    assert "中文" in client.queryAndConvert().decode()


def test_rdflib_sparqlstore(server):
    graph = rdflib.Graph(SPARQLStore(server.url, method="POST"))
    assert bool(graph.query("ASK {}"))
    rows = list(graph.query("SELECT ?c { ?c a <http://www.w3.org/2002/07/owl#Class> FILTER(isIRI(?c)) } ORDER BY ?c LIMIT 3"))
    assert len(rows) == 3 and all(isinstance(row.c, rdflib.URIRef) for row in rows)
    assert (rows[0].c, rdflib.RDF.type, rdflib.OWL.Class) in graph
    assert len(graph.query("CONSTRUCT { <http://example.org/s> ?p '中' } { VALUES ?p { <http://example.org/p> } }").graph) == 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="没有 curl")
def test_curl(server):
    def curl(*words):
        return subprocess.run(["curl", "--silent", "--noproxy", "*", *words], capture_output=True, timeout=20, check=True).stdout.decode()

    assert curl("--get", server.url, "--data-urlencode", "query=ASK {}", "-H", "Accept: application/sparql-results+json") == '{"head":{},"boolean":true}'
    assert curl(server.url, "--data-urlencode", "query=SELECT ('中文' AS ?x) {}", "-H", "Accept: text/csv") == "x\r\n中文\r\n"
    assert curl(server.url, "-H", "Content-Type: application/sparql-query", "--data-binary", "ASK {}", "-o", "/dev/null", "-w", "%{http_code}") == "200"
    assert "不向外查询" in curl("--get", server.url, "--data-urlencode", "query=SELECT * { SERVICE <http://127.0.0.1:1/> {} }")
