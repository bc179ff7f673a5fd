"""The token scan: what is refused before it runs, and what only looks like it."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from qa.sparql.limits import Limits
from qa.sparql.problem import Closed, Malformed, TooLong
from qa.sparql.scan import inspect, tokens

PREFIXES = "PREFIX ex: <http://example.org/> PREFIX : <http://example.org/> PREFIX service: <http://example.org/> PREFIX SERVICEex: <http://example.org/> "
HARMLESS = [
    "SELECT ?service { ?service ?p ?o }",
    "SELECT * { ?s service:x service:y }",
    "SELECT * { service:SERVICE a ex:SERVICE }",
    "SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "DESCRIBE service:x { ?s ?p ?o }",
    'SELECT * { ?s ?p "SERVICE <http://h/> {}" }',
    "SELECT * { ?s ?p 'SERVICE' , '''a ' SERVICE {''' , \"\"\"\" SERVICE\"\"\" }",
    'SELECT * { ?s ?p "\\" SERVICE <http://h/> {}" }',
    "SELECT * { ?s <http://h/SERVICE> <http://h/#SERVICE> }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://h/> {}",
    'SELECT * { ?s ?p "x"@service }',
    "SELECT * { ?s ?p _:service }",
    "SELECT * { ?s ex:a\\#SERVICE ?o }",
    "SELECT * { ?s ex:INSERT ?o . ?s ex:load ?load FILTER(?load < 3) }",
]
OUTWARD = [
    "SELECT * { SERVICE <http://127.0.0.1:1234/> { ?s ?p ?o } }",
    "SELECT * { service<http://127.0.0.1:1234/>{} }",
    "SELECT * { SeRvIcE SILENT ex:here { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<http://127.0.0.1:1234/>{} }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "SELECT * { FILTER EXISTS { SERVICE SILENT <http://127.0.0.1:1234/> { ?s ?p ?o } } }",
    "SELECT * { FILTER NOT EXISTS { { SELECT * { SERVICE <http://127.0.0.1:1234/> {} } } } }",
    "SELECT * { { SELECT ?s { SERVICE <http://127.0.0.1:1234/> { ?s ?p ?o } } } }",
    "SELECT * { OPTIONAL { SERVICE #\n<http://127.0.0.1:1234/> {} } }",
    "SELECT * { # a comment\rSERVICE <http://127.0.0.1:1234/> {} }",
    "SELECT * { SERVICEex:here {} }",
    "SELECT * { SERVICE:here {} }",
    "SELECT * { ?s ?p 1SERVICE<http://127.0.0.1:1234/>{} }",
    "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1:1234/>{} }",
    "SELECT * { ?s ex:a\\#b ?o . SERVICE <http://127.0.0.1:1234/> {} }",
    'SELECT * { VALUES ?x {"""a"} SERVICE <http://127.0.0.1:1234/> {} }',
    'SELECT * { VALUES ?x {"""a"} SERVICE <http://127.0.0.1:1234/> {} #\\q"""\n}',
    'SELECT * { VALUES ?x {"""a"} SERVICE <http://127.0.0.1:1234/> {} #\\uD800"""\n}',
    "SELECT * { VALUES ?x {'''a'} SERVICE <http://127.0.0.1:1234/> {} #\\U00110000'''\n}",
    "SELECT * { ?s ?p ?o FILTER(?o<?s)SERVICE#>\n<http://127.0.0.1:1234/>{} }",
    "SELECT * { LATERAL { SERVICE <http://127.0.0.1:1234/> {} } }",
]


@pytest.mark.parametrize("query", HARMLESS)
def test_what_only_looks_like_service_is_let_through(query):
    ox.Store().query(PREFIXES + query)
    assert inspect(PREFIXES + query, ()) in ("select", "graph")


@pytest.mark.parametrize("query", OUTWARD)
def test_service_is_refused_however_it_is_written(query):
    with pytest.raises(Closed, match="不向外查询"):
        inspect(PREFIXES + query, ())


def test_the_engine_does_read_those_as_service():
    """Each of them is a query to the engine: none is refused for a mere mistake in its writing."""
    for query in OUTWARD:
        try:
            ox.Store().query(PREFIXES + query)
        except SyntaxError as error:
            pytest.fail(f"{query}: {error}")
        except (OSError, RuntimeError):
            pass  # it tried to reach out: that is what the scan is for


@pytest.mark.parametrize(
    "update",
    ["LOAD <http://h/>", "INSERT DATA { <a:a> <a:b> <a:c> }", "delete where { ?s ?p ?o }", "CLEAR ALL", "DROP ALL", "CREATE GRAPH <a:g>",
     "COPY <a:a> TO <a:b>", "MOVE <a:a> TO <a:b>", "ADD <a:a> TO <a:b>", "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "PREFIX a: <a:> # x\n INSERT DATA {}"],
)  # fmt: skip
def test_updates_are_refused(update):
    with pytest.raises(Closed, match="只读"):
        inspect(update, ())


@pytest.mark.parametrize(
    ("query", "kind"),
    [("SELECT * {}", "select"), ("ask{}", "ask"), ("PREFIX select: <a:> CONSTRUCT {} {}", "graph"), ("BASE <a:b> DESCRIBE <c>", "graph"), ("# SELECT\nASK {}", "ask"),
     ('VERSION "1.2" ASK {}', "ask"), ("PREFIXa:<b:>ASK{}", "ask")],
)  # fmt: skip
def test_the_kind_of_result(query, kind):
    assert inspect(query, ()) == kind


@pytest.mark.parametrize("query", ["", "   ", "# only a comment", "hello", "PREFIX ex: <a:>", "{ ?s ?p ?o }", "?select"])
def test_what_is_no_query(query):
    with pytest.raises(Malformed, match="SELECT"):
        inspect(query, ())


THERE = ("http://example.org/g1", "http://example.org/base/g2", "http://example.org/中文")


@pytest.mark.parametrize(
    "clause",
    ["FROM <http://example.org/g1>", "FROM NAMED <http://example.org/g1>", "from named ex:g1", "FROM :g1", "FROM <g2>", "FROM ex:g1 FROM NAMED <g2>", "FROM <http://example.org/中文>",
     "FROM <http://example.org/\\u4e2d\\u6587>", "FROM # x\n <g2>", "FROMNAMED<g2>", "FROMex:g1", "fromnamedex:g1", "FROM NAMEDex:g1", "FROM:g1"],
)  # fmt: skip
def test_from_a_graph_that_is_there(clause):
    assert inspect(f"BASE <http://example.org/base/> PREFIX ex: <../> PREFIX : <http://example.org/> SELECT * {clause} {{ ?s ?p ?o }}", THERE) == "select"


@pytest.mark.parametrize(
    ("clause", "missing"),
    [("FROM <http://example.org/none>", "http://example.org/none"), ("FROM <file:///etc/passwd>", "file:///etc/passwd"), ("FROM NAMED ex:g3", "http://example.org/g3"),
     ("FROM <g1>", "http://example.org/base/g1"), ("FROM ex:g1 FROM <x:y>", "x:y"), ("FROMNAMED<x:y>", "x:y"),
     ("FROMex:g3", "http://example.org/g3"), ("FromNamedex:g3", "http://example.org/g3"), ("FROM NAMEDex:g3", "http://example.org/g3"), ("FROM:g3", "http://example.org/g3"),
     ("FROM ex:g1 FROMex:g3", "http://example.org/g3")],
)  # fmt: skip
def test_from_a_graph_that_is_not_there(clause, missing):
    with pytest.raises(Malformed) as told:
        inspect(f"BASE <http://example.org/base/> PREFIX ex: <../> PREFIX : <../> SELECT * {clause} {{ ?s ?p ?o }}", THERE)
    assert missing in told.value.message and THERE[0] in told.value.message


GLUED = PREFIXES + "PREFIX fromex: <http://example.org/other/> PREFIX namedex: <http://example.org/other/> "


@pytest.mark.parametrize(
    ("query", "graph"),
    [
        ("SELECT * FROMex:g1 { ?s ?p ?o }", "http://example.org/g1"),
        ("SELECT ?s ?named FROMex:g1 { ?s ?p ?named }", "http://example.org/g1"),
        ("ASKFROMex:g1{ ?s ?p ?o }", "http://example.org/g1"),
        ("CONSTRUCT { ?s ?p ?o } FROMex:g1 { ?s ?p ?o }", "http://example.org/g1"),
        ("DESCRIBE ?s FROMex:g1 { ?s ?p ?o }", "http://example.org/g1"),
        ("SELECT * FROM NAMEDex:g1 { GRAPH ?g { ?s ?p ?o } }", "http://example.org/g1"),
        ("SELECT * FROM namedex:g1 { ?s ?p ?o }", "http://example.org/other/g1"),
        ("SELECT * fromex:g1 { ?s ?p ?o }", "http://example.org/g1"),
    ],
)
def test_a_from_without_a_space_is_read_as_the_engine_reads_it(query, graph):
    store, name = ox.Store(), ox.NamedNode(graph)
    store.add(ox.Quad(name, name, name, name))
    answer = store.query(GLUED + query)
    assert answer if isinstance(answer, ox.QueryBoolean) else list(answer), "the engine reads another graph"
    assert inspect(GLUED + query, {graph})
    with pytest.raises(Malformed, match=graph):
        inspect(GLUED + query, THERE[1:])


@pytest.mark.parametrize("query", ["DESCRIBE fromex:g3", "DESCRIBE ?s fromex:g3 { ?s ?p ?o }", "SELECT * { ?s ?p ?o } ORDER BY fromex:g3(?s)", "SELECT * { ?s fromex:g3 ?o }"])
def test_a_name_that_only_begins_like_from_is_no_graph(query):
    assert inspect(GLUED + query, THERE)


def test_from_is_void_where_the_protocol_names_the_dataset():
    assert inspect("ASK FROM <x:y> {}", THERE, dataset=True) == "ask"


@pytest.mark.parametrize(("depth", "passes"), [(200, True), (201, False), (5000, False)])
def test_brackets_nest_so_deep_and_no_deeper(depth, passes):
    query = "ASK " + "{" * depth + "}" * depth
    if passes:
        assert inspect(query, ()) == "ask"
    else:
        with pytest.raises(Malformed, match="嵌套"):
            inspect(query, ())


def test_length_and_number_of_tokens_are_bounded():
    limits = Limits(query=100, tokens=10)
    assert inspect("ASK {}" + "#" * 94, (), limits=limits) == "ask"
    for query in ("ASK {}" + "#" * 95, "ASK {}#" + "中" * 34):
        with pytest.raises(TooLong):
            inspect(query, (), limits=limits)
    assert inspect("ASK { " + ". " * 7 + "}", (), limits=limits) == "ask"
    with pytest.raises(Malformed, match="记号"):
        inspect("ASK { " + ". " * 8 + "}", (), limits=limits)


NASTY = ["?x ", '"""', "'''a", "<a", '"', "\\", '"""\\"', ":", "a.", "_:a..", "a", '"""\\q', "a" + "." * 50, "<a:\\u0041", "@a-", "%41", "''''", '""" \\\\', "SERVICE:"]


@pytest.mark.parametrize("piece", NASTY)
def test_the_scan_takes_time_in_proportion(piece):
    def seconds(size: int) -> float:
        text, best = piece * (size // len(piece)), 9.0
        for _ in range(2):
            start = time.process_time()
            sum(1 for _ in tokens(text, Limits(tokens=10**9, depth=10**9)))
            best = min(best, time.process_time() - start)
        return best

    assert seconds(80_000) < 5 * seconds(20_000) + 0.08
