"""The analysts' catalogue: every query runs as pasted in two engines with equal results, and gives what the text says."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib

from qa.errors import DataError
from qa.graph import LocalGraph, load
from qa.resources import resource, turtle_files
from qa.sparql.catalogue import AnalystQuery, load_catalogue
from tests.conftest import ROOT
from tests.test_graph_shapes import PREFIX

QUERIES = {query.key: query for query in load_catalogue(load())}
EXPECTED: dict[str, dict] = tomllib.loads((ROOT / "tests/analysts.toml").read_text(encoding="utf-8"))
SELECTS = sorted(key for key, query in QUERIES.items() if query.form == "select")
NUMERIC = re.compile(r"#(integer|decimal|double|float|int|long)$")
UNITS = {"亿元": Decimal(10) ** 8, "万元": Decimal(10) ** 4, "元": Decimal(1), "%": Decimal("0.01")}
FIGURE = re.compile(r"([\d.]+)(亿元|万元|元|%)")
OUTSIDE = re.compile(r"\b(SERVICE|FROM|LOAD|INSERT|DELETE|CLEAR|DROP|CREATE|COPY|MOVE|ADD)\b", re.IGNORECASE)
NOT_CODE = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|<[^<>\s]*>|#[^\n]*|[?$]\w+|[a-z]*:\w+")
CHARTS = {"bar", "line", "graph", "table"}

Cell = tuple[str, object]


def cell(value: str, datatype: str, language: str) -> Cell:
    """Return a value that two engines spell alike: numbers by value, the rest by text and language."""
    if NUMERIC.search(datatype):
        return "number", Decimal(value).normalize()
    return ("text@" + language.lower() if language else "text"), value


def of_oxigraph(term: ox.Term | None) -> Cell:
    """Read a cell of an Oxigraph row."""
    if isinstance(term, ox.Literal):
        return cell(term.value, term.datatype.value, term.language or "")
    return ("none", "") if term is None else ("iri", term.value)


def of_rdflib(term: rdflib.term.Node | None) -> Cell:
    """Read a cell of an rdflib row."""
    if isinstance(term, rdflib.Literal):
        return cell(str(term), str(term.datatype or ""), term.language or "")
    return ("none", "") if term is None else ("iri", str(term))


def wanted(value: object) -> Cell:
    """Read a cell of the table: 100万元 and 20% are numbers, 是非 true and false, an empty string no value."""
    if isinstance(value, bool):
        return "text", str(value).lower()
    if isinstance(value, int | float):
        return "number", Decimal(str(value)).normalize()
    if match := FIGURE.fullmatch(str(value)):
        return "number", (Decimal(match[1]) * UNITS[match[2]]).normalize()
    return ("none", "") if value == "" else ("text", value)


def plain(found: Cell) -> Cell:
    """Drop the language, which the table does not tell."""
    return ("text", found[1]) if found[0].startswith("text") else found


def rows_of(result: ox.QuerySolutions) -> tuple[list[str], list[tuple[Cell, ...]]]:
    names = [variable.value for variable in result.variables]
    return names, [tuple(of_oxigraph(row[name]) for name in names) for row in result]


def complaints(table: dict, names: list[str], rows: list[tuple[Cell, ...]]) -> list[str]:
    """Return what differs between the table and the rows, in words, [] where they agree."""
    out = []
    at = [names.index(column) for column in table.get("columns", names)]
    got = [tuple(plain(row[i]) for i in at) for row in rows]

    def read(key: str) -> list[tuple[Cell, ...]]:
        return [tuple(map(wanted, row)) for row in table[key]]

    if "rows" in table:
        missing, extra = Counter(read("rows")) - Counter(got), Counter(got) - Counter(read("rows"))
        out += [f"缺少的行：{row}" for row in missing] + [f"多出的行：{row}" for row in extra]
    if "count" in table and len(got) != table["count"]:
        out.append(f"应有{table['count']}行，得到{len(got)}行")
    if "first" in table and got[: len(table["first"])] != read("first"):
        out.append(f"最前几行不对：{got[: len(table['first'])]}")
    if "some" in table:
        out += [f"缺少的行：{row}" for row in read("some") if row not in got]
    if "none" in table:
        out += [f"不该有的行：{row}" for row in read("none") if row in got]
    if "gap" in table:
        out += [f"数据已补上，请移到 some：{row}" for row in read("gap") if row in got]
    return out


def outside_words(text: str) -> list[str]:
    """Return the words of a query that would reach outside or change data; strings, IRIs, comments and names do not count."""
    return OUTSIDE.findall(NOT_CODE.sub(" ", text))


@pytest.fixture(scope="module")
def second_engine() -> rdflib.Graph:
    whole = rdflib.Graph()
    for path in turtle_files():
        whole.parse(path)
    return whole


@pytest.mark.parametrize("key", SELECTS)
def test_rows_are_what_the_text_says(key, graph):
    names, rows = rows_of(graph.store.query(QUERIES[key].text))
    assert complaints(EXPECTED[key], names, rows) == []


def test_yes_or_no_and_graphs_are_what_the_text_says(graph):
    for key, query in QUERIES.items():
        if query.form == "ask":
            assert bool(graph.store.query(query.text)) is EXPECTED[key]["answer"], key
        if query.form == "construct":
            assert len(set(graph.store.query(query.text))) == EXPECTED[key]["count"], key


@pytest.mark.parametrize("key", sorted(QUERIES))
def test_two_engines_agree(key, graph, second_engine):
    query = QUERIES[key]
    mine, theirs = graph.store.query(query.text), second_engine.query(query.text)
    if query.form == "ask":
        assert bool(mine) == theirs.askAnswer
    elif query.form == "construct":
        assert sorted(tuple(map(of_oxigraph, t)) for t in mine) == sorted(tuple(map(of_rdflib, t)) for t in theirs.graph)
    else:
        names, rows = rows_of(mine)
        other = [tuple(of_rdflib(row[name]) for name in names) for row in theirs]
        assert names == [str(name) for name in theirs.vars]
        assert sorted(map(repr, rows)) == sorted(map(repr, other))


def test_every_query_has_expected_rows_and_every_table_a_query():
    assert sorted(EXPECTED) == sorted(QUERIES)
    kinds = {"rows", "count", "first", "some", "answer"}
    assert [key for key, table in EXPECTED.items() if not kinds & set(table)] == []
    assert sum("rows" in table or "answer" in table for table in EXPECTED.values()) >= 25
    assert len(QUERIES) >= 45


def test_titles_differ_and_each_topic_has_two_queries():
    assert [title for title, n in Counter(query.label for query in QUERIES.values()).items() if n > 1] == []
    topics = Counter(topic for query in QUERIES.values() for topic in query.topics)
    assert min(topics.values()) >= 2
    assert len({query.order for query in QUERIES.values()}) == len(QUERIES)
    assert [query.topics[0].order for query in QUERIES.values()] == sorted(query.topics[0].order for query in QUERIES.values())
    assert len(topics) == len({topic.order for topic in topics}) == len({topic.label for topic in topics})


def test_no_query_is_lost_between_the_file_and_the_catalogue(graph):
    named = graph.select("SELECT ?q WHERE { ?q a sh:SPARQLExecutable . FILTER NOT EXISTS { ?q a po:QuestionPattern } }")
    assert len(named) == len(QUERIES) == (resource("questions/analysts.ttl").read_text(encoding="utf-8").count("a sh:SPARQLExecutable"))


@pytest.mark.parametrize("key", sorted(QUERIES))
def test_runs_as_pasted_and_reaches_nothing_outside(key, graph):
    query = QUERIES[key]
    assert outside_words(query.text) == []
    assert len(query.comment) >= 8 and query.label != query.comment
    if query.form == "ask":
        assert query.chart == ""
        return
    assert query.chart in CHARTS
    if query.form == "select":
        names, rows = rows_of(graph.store.query(query.text))
        assert ("ORDER BY" in query.text) and len(set(names)) == len(names)
        if query.chart != "table":
            assert {query.chart_label, query.chart_value} <= set(names)
        if query.chart in ("bar", "line"):
            assert {row[names.index(query.chart_value)][0] for row in rows} == {"number"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT * WHERE { SERVICE SILENT <http://x/> { ?s ?p ?o } }", ["SERVICE"]),
        ("SELECT * FROM <http://x/> WHERE { ?s ?p ?o }", ["FROM"]),
        ("insert data { <a:b> <a:c> 1 }", ["insert"]),
        ('SELECT ?from WHERE { ?service po:Service ?from . FILTER(?from = "DROP") } # LOAD <x>', []),
    ],
    ids=["外联", "别的图", "更新", "只是变量、名称、字符串和注释"],
)
def test_the_scan_for_outside_words_can_fire(text, words):
    assert outside_words(text) == words


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"rows": [["甲", "100万元"], ["乙", 2]]}, []),
        ({"rows": [["甲", "101万元"], ["乙", 2]]}, ["缺少的行", "多出的行"]),
        ({"rows": [["甲", "100万元"]]}, ["多出的行"]),
        ({"rows": []}, ["多出的行", "多出的行"]),
        ({"count": 3}, ["应有3行"]),
        ({"first": [["乙", 2]]}, ["最前几行不对"]),
        ({"some": [["丙", 1]]}, ["缺少的行"]),
        ({"none": [["乙", 2]]}, ["不该有的行"]),
        ({"gap": [["乙", 2]]}, ["数据已补上"]),
    ],
)
def test_the_comparison_can_fail(table, words):
    rows = [(("text@zh", "甲"), ("number", Decimal("1E+6"))), (("text", "乙"), ("number", Decimal(2)))]
    assert [line.partition("：")[0].partition("，")[0] for line in complaints(table, ["a", "b"], rows)] == words


@pytest.mark.parametrize(
    ("key", "turtle"),
    [
        ("terms-without-english", 'po:Odd a owl:Class ; rdfs:label "怪"@zh .'),
        ("measures-without-benefit", "ex:m a po:SupportMeasure ."),
        ("criteria-without-leaf", "ex:c a po:Criterion ."),
        ("facts-without-quote", "ex:f po:statedIn ex:a ."),
        ("quote-length", 'ex:f po:quote [ oa:exact "两字" ; oa:start 1 ; oa:end 2 ] .'),
        ("every-measure-has-a-lead", "ex:m a po:SupportMeasure ; po:statedIn ex:a ."),
    ],
)
def test_each_quality_query_finds_a_seeded_fault(key, turtle, graph):
    seeded = ox.Store()
    seeded.extend(graph.store)
    seeded.load((PREFIX + turtle).encode(), format=ox.RdfFormat.TURTLE)
    result = seeded.query(QUERIES[key].text)
    assert (not bool(result)) if QUERIES[key].form == "ask" else list(result)


def test_a_changed_figure_in_the_graph_is_noticed(graph):
    changed = ox.Store()
    changed.extend(graph.store)
    cap = ox.NamedNode("https://policy.datong.example/ontology#cap")
    ten_million = next(quad for quad in changed.quads_for_pattern(None, cap, None) if Decimal(quad.object.value) == 10**7)
    changed.remove(ten_million)
    changed.add(ox.Quad(ten_million.subject, cap, ox.Literal("9000000.0", datatype=ten_million.object.datatype)))
    noticed = [key for key in SELECTS if complaints(EXPECTED[key], *rows_of(changed.query(QUERIES[key].text)))]
    assert {"caps", "cap-by-chapter", "rates-and-caps", "base-to-reach-cap", "largest-figures", "paid-afterwards"} <= set(noticed)
    assert "lead-by-article" not in noticed


def test_a_query_with_two_texts_is_refused(graph):
    doubled = ox.Store()
    doubled.extend(graph.store)
    first = next(iter(QUERIES.values()))
    doubled.add(ox.Quad(ox.NamedNode(first.iri), ox.NamedNode("http://www.w3.org/ns/shacl#select"), ox.Literal("SELECT * WHERE { ?s ?p ?o }")))
    with pytest.raises(DataError, match=first.key):
        load_catalogue(LocalGraph(doubled, "doubled"))


def test_records_are_frozen():
    query = next(iter(QUERIES.values()))
    assert isinstance(query, AnalystQuery)
    with pytest.raises(AttributeError):
        query.text = ""
