"""The synthetic policies of bench/: seeded, of the real graph's make, apart from it and from one another."""

from __future__ import annotations

import io
import sys
from collections import Counter

import pyoxigraph as ox
import pytest

from qa.terms import ID
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import policies

COUNT = 40
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def made() -> list[str]:
    return list(policies.policies(COUNT, 7))


@pytest.fixture(scope="module")
def store(made) -> ox.Store:
    held = ox.Store()
    held.load(io.BytesIO("".join(made).encode()), format=ox.RdfFormat.N_TRIPLES)
    return held


def column(store: ox.Store, query: str) -> list[str]:
    return [row[0].value for row in store.query("PREFIX po: <https://policy.datong.example/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + query)]


def test_the_same_seed_gives_the_same_policies_and_another_seed_others(made):
    assert list(policies.policies(COUNT, 7)) == made
    assert all(a != b for a, b in zip(policies.policies(3, 8), policies.policies(3, 7), strict=True))


def test_a_policy_has_some_five_hundred_triples_each_a_line(made, store):
    counts = [text.count("\n") for text in made]
    assert 450 <= sum(counts) / COUNT <= 550
    assert min(counts) > 350 and max(counts) < 700
    assert len(store) == sum(counts), "no triple twice, in a policy or between two"


def test_every_class_and_property_is_one_that_the_real_graph_uses(store, graph):
    real = {q.predicate for q in graph.store} | {q.object for q in graph.store.quads_for_pattern(None, TYPE, None)}
    ours = {q.predicate for q in store} | {q.object for q in store.quads_for_pattern(None, TYPE, None)}
    assert ours <= real
    for name in ("SupportMeasure", "Article", "Clause", "Criterion", "ExpiryDate", "Agency", "PeriodicBenefit", "RateBenefit", "ConflictRule"):
        assert ox.NamedNode("https://policy.datong.example/ontology#" + name) in ours


def test_nothing_is_said_of_the_real_policy_and_no_text_is_held(store):
    named = {q.subject.value for q in store if isinstance(q.subject, ox.NamedNode)}
    assert all(iri.startswith(ID + "synthetic-") for iri in named)
    assert not any("tongzhengbangui" in str(q.object) for q in store)
    assert set(column(store, "SELECT ?held { ?d a po:PolicyDocument ; po:textHeld ?held }")) == {"false"}
    assert not column(store, "SELECT ?f { ?d po:textFile ?f }")


def test_every_own_node_pointed_to_is_described(store):
    named = {q.subject for q in store}
    assert not [q for q in store if isinstance(q.object, ox.NamedNode | ox.BlankNode) and ("synthetic-" in str(q.object) or isinstance(q.object, ox.BlankNode)) and q.object not in named]


def test_names_and_figures_differ(store):
    titles = column(store, 'SELECT ?l { ?d a po:PolicyDocument ; rdfs:label ?l FILTER(LANG(?l) = "zh") }')
    assert len(titles) == len(set(titles)) == COUNT
    labels = column(store, 'SELECT ?l { ?m a po:SupportMeasure ; rdfs:label ?l FILTER(LANG(?l) = "zh") }')
    assert len(labels) >= COUNT and len(set(labels)) == len(labels)
    amounts = Counter(column(store, "SELECT ?o { ?b ?p ?o FILTER(DATATYPE(?o) = <http://www.w3.org/2001/XMLSchema#decimal>) }"))
    assert len(amounts) > 20


def test_every_measure_has_its_article_quote_benefit_and_lead(store):
    broken = "FILTER(!BOUND(?article) || !BOUND(?q) || !BOUND(?b) || !BOUND(?lead))"
    optional = (
        "OPTIONAL { ?m po:statedIn ?article . ?article a po:Article } OPTIONAL { ?m po:quote ?q } OPTIONAL { ?m po:hasBenefit ?b . ?b po:quote ?bq } "
        "OPTIONAL { ?m <http://data.europa.eu/m8g/hasParticipation> ?p . ?p <http://data.europa.eu/m8g/role> po:Lead ; po:participant ?lead . ?lead a ?class }"
    )
    assert not column(store, f"SELECT DISTINCT ?m {{ ?m a po:SupportMeasure {optional} {broken} }}")


def test_a_quote_is_as_long_as_its_offsets_say(store):
    oa = "http://www.w3.org/ns/oa#"
    assert len(column(store, f"SELECT ?q {{ ?q <{oa}exact> ?t }}")) > 10 * COUNT
    assert not column(store, f"SELECT ?t {{ ?q <{oa}exact> ?t ; <{oa}start> ?s ; <{oa}end> ?e FILTER(STRLEN(?t) != ?e - ?s) }}")


def test_names_of_many_places_are_all_different():
    import random

    assert len(set(policies.names(60_000, random.Random(1)))) == 60_000
