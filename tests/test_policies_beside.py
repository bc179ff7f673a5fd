"""Other policies beside the first: the one that a question names is the one that answers, by its own figures."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal

import pytest

from qa.ask import Engine
from qa.ask.documents import Documents
from qa.benefit import money
from qa.errors import DataError
from qa.graph import load_policies, text_of
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import policies

DAY = dt.date(2026, 11, 22)
_FIGURES = """SELECT ?measure ?label ?value WHERE { GRAPH ?document {
  ?measure a po:SupportMeasure ; rdfs:label ?label ; po:hasBenefit ?benefit . ?benefit po:amount|po:cap ?value
  FILTER NOT EXISTS { ?benefit po:tier ?tier } FILTER(LANG(?label) = "zh") } VALUES ?document { <%s> } } ORDER BY ?measure ?value"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("policies") / "others.nq"
    policies.write(40, path, apart=True)
    return path


@pytest.fixture(scope="module")
def beside(graph, engine, file) -> Engine:
    return Engine(graph, engine._ranker, policies=file)


def figures(beside: Engine, iri: str) -> dict[str, list[Decimal]]:
    """Return the figures of each measure of a policy that has some without tiers, straight from its graph."""
    out: dict[str, list[Decimal]] = {}
    for row in beside._others.select(_FIGURES % iri):
        out.setdefault(text_of(row["label"]), []).append(Decimal(text_of(row["value"])))
    return out


def test_every_policy_named_answers_with_its_own_figure_number_and_quotes(beside):
    asked = 0
    for named in beside.documents.names:
        for label, values in list(figures(beside, named.iri).items())[:3]:
            reply = beside.ask(f"{named.place}的{label.removeprefix(named.place)}最高给多少钱", (), DAY)
            assert reply.document == named.number and any(money(v) in reply.answer for v in values), (label, reply.answer)
            assert reply.citations and all(c.quote for c in reply.citations)
            asked += 1
    assert asked > 20


def test_a_number_names_a_policy_too_and_what_follows_stays_with_it(beside):
    named = next(n for n in beside.documents.names if len(figures(beside, n.iri)) > 1)
    one, two = list(figures(beside, named.iri))[:2]
    first = f"{named.number}里{one.removeprefix(named.place)}给多少钱"
    assert beside.ask(first, (), DAY).document == named.number
    assert beside.ask(f"{two.removeprefix(named.place)}呢", (first,), DAY).document == named.number


def test_a_question_that_names_none_gets_the_reply_it_always_got(beside, engine):
    for question in ("博士租房补贴每月多少钱", "创新券一年最多给多少", "第十七条由谁牵头", "太原的租房补贴多少", "这份文件管几年"):
        assert beside.ask(question, (), DAY).to_json() == engine.ask(question, (), DAY).to_json()


def test_half_a_name_or_one_that_two_share_names_none(beside):
    one, two = beside.documents.names[:2]
    assert beside.documents.find(f"{one.place[:2]}租房补贴") is None
    assert beside.documents.find(f"{one.place}和{two.place}比，租房补贴哪个多") is None
    assert beside.documents.find(f"{one.place}租房补贴") == one


def test_a_graph_of_one_document_names_no_other(graph):
    assert Documents(graph, "").names == () and Documents(graph, "").find("租房补贴") is None


def test_nothing_of_the_first_document_is_seen_beside_another(beside):
    named = beside.documents.names[0]
    desk = beside._open(named)
    first = beside.catalogue.document + "/"
    held = [*desk.catalogue.measures, *desk.catalogue.spans, *desk.catalogue.benefits, *(p.iri for p in desk.catalogue.parts), *desk.lexicon.labels]
    assert held and not [iri for iri in held if iri.startswith(first)]
    assert not desk.graph.select(f"SELECT ?s WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{first}')) }}")


@pytest.mark.parametrize(("name", "content"), [("x.nq", b"<a> <b> \xff ."), ("x.csv", b"1,2"), ("x.trig", b"@prefix")])
def test_a_file_that_cannot_be_read_is_named(graph, engine, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        load_policies(graph, engine.catalogue.document, tmp_path / name)
    with pytest.raises(DataError, match="没有"):
        load_policies(graph, engine.catalogue.document, tmp_path / "没有.nq")
