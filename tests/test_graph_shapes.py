"""shapes/graph.ttl and tests/hygiene/*.rq: the graph conforms, and each shape and rule is shown to fire."""

from __future__ import annotations

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import SH

from qa.graph import LocalGraph, load
from qa.resources import turtle_files
from tests.conftest import ROOT

PREFIX = """@prefix po: <https://policy.datong.example/ontology#> . @prefix ex: <https://policy.datong.example/id/example/> .
@prefix cv: <http://data.europa.eu/m8g/> . @prefix eli: <http://data.europa.eu/eli/ontology#> . @prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix f: <https://policy.datong.example/id/field/> . @prefix ag: <https://policy.datong.example/id/agency/> .
"""
SHAPES = rdflib.Graph().parse(ROOT / "shapes/graph.ttl")
NAMED = sorted(str(s) for s in SHAPES.subjects(rdflib.RDF.type, SH.PropertyShape))
MONEY = 'a po:FixedBenefit ; po:quote [ oa:exact "x" ; oa:start 1 ; oa:end 2 ] ; po:statedIn ex:a ;'
BAD = {
    "measure-label": "ex:m a po:SupportMeasure .",
    "measure-benefit": "ex:m a po:SupportMeasure .",
    "measure-article": "ex:m a po:SupportMeasure .",
    "measure-names": 'ex:m a po:SupportMeasure ; skos:altLabel "一" , "二" .',
    "measure-quote": "ex:m a po:SupportMeasure .",
    "benefit-quote": "ex:b a po:InKindBenefit .",
    "benefit-article": "ex:b a po:InKindBenefit .",
    "cash-qualifier": "ex:b a po:CappedBenefit ; po:cap 1.0 .",
    "cash-amount": "ex:b a po:FixedBenefit ; po:amount -1.0 .",
    "cash-cap": "ex:b a po:CappedBenefit ; po:cap 0.0 .",
    "cash-min": "ex:b a po:RangeBenefit ; po:minAmount 9.0 ; po:maxAmount 3.0 .",
    "cash-max": "ex:b a po:RangeBenefit ; po:minAmount 1.0 ; po:maxAmount 2.0 , 3.0 .",
    "fixed-amount": "ex:b a po:FixedBenefit .",
    "fixed-exact": "ex:b a po:FixedBenefit ; po:qualifier po:UpTo .",
    "rate-rate": "ex:b a po:RateBenefit ; po:rate 20.0 .",
    "rate-base": "ex:b a po:RateBenefit ; po:rate 0.2 .",
    "periodic-period": "ex:b a po:PeriodicBenefit .",
    "periodic-duration": "ex:b a po:PeriodicBenefit .",
    "criterion-quote": "ex:c a po:Criterion .",
    "criterion-field": "ex:c a po:Criterion .",
    "criterion-check": "ex:c a po:Criterion .",
    "criterion-leaf": "ex:c a po:Criterion .",
    "participation-role": "ex:p a cv:Participation .",
    "participation-agency": "ex:p a cv:Participation ; po:participant ex:nobody .",
    "participation-quote": "ex:p a cv:Participation .",
    "article-number": "ex:a a po:Article .",
    "article-chapter": "ex:a a po:Article .",
    "article-start": "ex:a a po:Article ; oa:start 9 ; oa:end 3 .",
    "quote-exact": "ex:x po:quote [ oa:start 1 ; oa:end 2 ] .",
    "quote-start": 'ex:x po:quote [ oa:exact "字" ; oa:start 2 ; oa:end 1 ] .',
    "silence-topic": "ex:s a po:Silence .",
    "silence-on": "ex:s a po:Silence .",
    "note-chosen": "ex:n a po:InterpretationNote .",
    "note-about": "ex:n a po:InterpretationNote .",
}
GOOD_BENEFIT = PREFIX + f"ex:b {MONEY} po:amount 5.0 ; po:qualifier po:Exact ."


def report(turtle: str) -> list[tuple[str, str]]:
    _, results, _ = pyshacl.validate(rdflib.Graph().parse(data=turtle), shacl_graph=SHAPES)
    return [(str(results.value(r, SH.sourceShape)).rpartition("#")[2], str(results.value(r, SH.resultMessage))) for r in results.subjects(SH.resultSeverity)]


def test_the_graph_conforms_and_the_shapes_are_sound():
    data = rdflib.Graph()
    for path in turtle_files():
        data.parse(path)
    conforms, _, text = pyshacl.validate(data, shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


def test_every_named_shape_has_a_bad_fragment():
    assert sorted(BAD) == sorted(iri.rpartition("#")[2] for iri in NAMED)


@pytest.mark.parametrize("shape", sorted(BAD))
def test_each_shape_fires_with_its_own_message(shape):
    wanted = str(SHAPES.value(rdflib.URIRef(f"https://policy.datong.example/shapes/graph#{shape}"), SH.message))
    assert (shape, wanted) in report(PREFIX + BAD[shape])


def test_a_sound_benefit_passes():
    assert report(GOOD_BENEFIT) == []


RULES = sorted((ROOT / "tests/hygiene").glob("*.rq"))
OFFENDERS = {
    "own-term-without-two-labels": 'po:Odd a owl:Class ; rdfs:label "怪"@zh ; skos:definition "x" .',
    "own-term-without-definition": 'po:Odd a owl:Class ; rdfs:label "怪"@zh , "odd"@en .',
    "fact-without-quote": "ex:x a po:Provision .",
    "fact-without-part": "ex:x a po:Provision .",
    "quote-outside-its-part": 'ex:x po:statedIn <https://policy.datong.example/id/tongzhengbangui-2024-4/art_1> ; po:quote [ oa:exact "x" ; oa:start 1 ; oa:end 2 ] .',
    "same-figure-twice": "ex:x po:amount 1.0 ; po:cap 2.0 .",
    "measure-article-without-lead": "ex:x a po:SupportMeasure ; po:statedIn <https://policy.datong.example/id/tongzhengbangui-2024-4/art_19> .",
    "undefined-own-term": "ex:x po:neverDefined 1 .",
    "untyped-reference": "ex:x po:about ex:nothing .",
    "name-shared-by-two-agencies": 'ag:keju a po:Agency ; skos:altLabel "共名"@zh . ag:kexie a po:Agency ; skos:altLabel "共名"@zh .',
    "pattern-without-values": 'ex:p a po:QuestionPattern ; sh:select "SELECT * WHERE { ?s ?p ?o }" .',
    "service-or-update-in-pattern": 'ex:p sh:select "SELECT * WHERE { SERVICE <http://x/> { ?s ?p ?o } $VALUES }" .',
    "derived-without-source": "ex:x a po:ExpiryDate .",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda p: p.stem)
def test_hygiene_rule_finds_nothing_and_can_fire(rule, graph):
    query = rule.read_text(encoding="utf-8")
    assert graph.select(query) == []
    seeded = ox.Store()
    for path in turtle_files():
        seeded.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    seeded.load((PREFIX + OFFENDERS[rule.stem]).encode(), format=ox.RdfFormat.TURTLE)
    assert LocalGraph(seeded, "seeded").select(query), "埋下的毛病没有被查出来"


def test_graph_files_load_in_both_engines():
    triples = rdflib.Graph()
    for path in turtle_files():
        triples.parse(path)
    assert len(triples) == len(load().store)
