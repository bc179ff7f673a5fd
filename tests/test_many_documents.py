"""Many policies in one graph: what is said of the one document stays what it was, to the letter."""

from __future__ import annotations

import datetime as dt
import io
import sys

import pyoxigraph as ox
import pytest

from qa.ask import Engine
from qa.ask.corpus import canonical
from qa.ask.replies.conditions import requirements
from qa.graph import LocalGraph, held, load, text_of
from qa.terms import ID
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import growth
import policies
from peers import Answer, Http

DAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def crowded() -> LocalGraph:
    graph = load()
    graph.store.load(io.BytesIO("".join(policies.policies(6, 7)).encode()), format=ox.RdfFormat.N_TRIPLES)
    return graph


@pytest.fixture(scope="module")
def engines(crowded, graph) -> tuple[Engine, Engine]:
    return Engine(graph), Engine(crowded)


def test_the_crowd_is_there(crowded, graph):
    query = "SELECT ?m WHERE { ?m a po:SupportMeasure }"
    assert len(crowded.select(query)) > len(graph.select(query))


def test_every_way_of_asking_gets_the_same_reply_beside_other_policies(engines, graph):
    alone, beside = engines
    examples = sorted(canonical(graph), key=lambda e: e.text)
    wordings = [e.text for e in examples if not e.measures] + [e.text for e in examples if e.measures][::5]
    assert len(wordings) > 200
    assert not [w for w in wordings if alone.ask(w, (), DAY).to_json() != beside.ask(w, (), DAY).to_json()]


def test_what_people_ask_gets_the_same_reply_beside_other_policies(engines):
    alone, beside = engines
    given = list(growth.questions().values())
    assert len(given) > 100
    assert not [q for q, history in given if alone.ask(q, history, DAY).to_json() != beside.ask(q, history, DAY).to_json()]


def test_nothing_that_ask_reads_at_start_is_of_another_policy(engines):
    _, beside = engines
    held = beside.catalogue
    named = [*held.measures, *held.spans, *held.benefits, *held.responsible, *held.extended, *held.notices, *(p.iri for p in held.parts), *requirements(held).of]
    assert named and not [iri for iri in named if "/synthetic-" in iri]
    assert not [iri for iri in beside.lexicon.labels if iri.startswith(ID + "synthetic-") and "/" in iri.removeprefix(ID)]


def test_the_silences_of_a_topic_are_those_of_the_document(engines, crowded, graph):
    pattern = engines[0].catalogue.patterns["not-stated"]
    document = engines[0].catalogue.document
    topics = {text_of(r["t"]) for r in crowded.select("SELECT DISTINCT ?t WHERE { ?s po:topic ?t }")}
    values = f"VALUES (?topic ?document) {{ {' '.join(f'(<{t}> <{document}>)' for t in topics)} }}"
    found = [{(text_of(r["label"]), text_of(r["on"])) for r in g.select(pattern.query.replace("$VALUES", values))} for g in (graph, crowded)]
    assert found[0] == found[1] and len(found[0]) > 50


def test_held_keeps_to_a_document_whose_name_begins_another(crowded):
    query = "SELECT ?s WHERE { ?s po:quote ?q } ORDER BY ?s"
    rows = crowded.select(held(query, "s", ID + "synthetic-1"))
    assert rows and all(text_of(r["s"]).startswith(ID + "synthetic-1/") for r in rows)
    assert held(query, "s", "") == query
    assert not crowded.select(held(query, "s", ID + "synthetic"))


def test_answers_are_told_apart_by_what_became_of_them():
    before = {"same": Answer(1, 5), "value": Answer(1, 5), "rows": Answer(1, 5), "refused": Answer(1, 5)}
    after = {"same": Answer(1, 5), "value": Answer(1, 6), "rows": Answer(2, 5), "refused": Answer(0, 0, "超过行数")}
    one, same, other, more = growth.KINDS
    assert growth.split(before, after, ()) == {same: ["same"], other: ["value"], more: ["rows", "refused"]}
    assert growth.split(before, after, ("same", "rows")) == {one: ["same"], other: ["value"], more: ["rows", "refused"]}


def test_lookups_are_one_query_of_each_kind(engines):
    asked = growth.ask(engines[0].graph)
    queries = growth.lookups(asked)
    assert len(queries) > 10
    assert len({q.partition("VALUES")[0] + q.partition("}")[2] for q in queries.values()}) == len(queries)


def test_what_a_server_cuts_off_is_no_answer():
    whole = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}, {"x": {"type": "bnode", "value": "b1"}}]}}'
    assert Http.read(200, whole) == Http.read(200, whole.replace(b"b1", b"c2"))
    assert Http.read(200, whole).rows == 2 and not Http.read(200, whole).refused
    assert Http.read(200, whole[:60] + b"The query has been cancelled").refused
    assert Http.read(503, b"").refused and Http.read(422, b"").refused != Http.read(503, b"").refused
