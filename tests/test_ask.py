"""Ask, as a table that a policy officer can edit, and the promises every reply keeps."""

from __future__ import annotations

import datetime as dt
import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.ask.engine import Engine
from qa.ask.numbers import read
from qa.errors import QuestionError
from qa.graph import text_of
from tests.conftest import AS_OF, ROOT

CASES = tomllib.loads((ROOT / "tests/cases.toml").read_text(encoding="utf-8"))["case"]
ENGINE = Engine()


@pytest.mark.parametrize("case", CASES, ids=lambda c: "·".join([*c.get("before", []), c["ask"]]))
def test_case(case, engine):
    as_of = dt.date.fromisoformat(case.get("as_of", AS_OF.isoformat()))
    reply = engine.ask(case["ask"], case.get("before", []), as_of)
    assert reply.status == case.get("status", "answered"), reply.answer
    assert set(case.get("articles", [])) <= set(reply.articles), (reply.articles, reply.answer)
    assert all(words in reply.answer for words in case.get("has", [])), reply.answer
    assert not any(words in reply.answer for words in case.get("lacks", [])), reply.answer


def asked() -> list[tuple[str, list[str]]]:
    rows = [json.loads(x) for x in (ROOT / "questions/people/train.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(r["q"], r.get("h", [])) for r in rows[::60]]


@pytest.mark.parametrize("which", range(4))
def test_every_reply_is_cited_and_every_figure_has_a_source(which, engine):
    """An answered reply quotes the text at its place; each figure is in its quotes, its steps, the graph or the question."""
    figures = {f for b in engine.catalogue.benefits.values() for f in (b.amount, b.cap, b.low, b.high) if f is not None}
    for question, history in asked()[which::4]:
        reply = engine.ask(question, history, AS_OF)
        assert reply.answer
        for c in reply.citations:
            assert engine.catalogue.text[c.start : c.end] == c.quote
        if reply.status == "answered":
            assert reply.citations, question
            source = "".join([*(c.quote for c in reply.citations), *reply.steps, question, *history])
            known = figures | set(read(source).money) | set(read(source.lower()).money)
            loose = [m for m in read(reply.answer).money if m not in known]
            worked = set(read(source.replace("＝", " ")).money) | {abs(a - b) for a in figures for b in figures}
            assert not [m for m in loose if m not in worked and not reply.steps], (question, reply.answer, loose)
        else:
            assert reply.status in ("no_answer", "clarify")


def test_the_referral_is_noticed_on_each_of_its_articles(engine):
    assert sorted(engine.catalogue.referrals) == [2, 7, 10, 15, 16, 17, 18]
    for measure in engine.catalogue.measures.values():
        reply = engine.ask(f"{measure.label}由谁牵头", (), AS_OF)
        noticed = any("5号" in n for n in reply.notices)
        assert noticed == bool(set(reply.articles) & set(engine.catalogue.referrals)), measure.label


def test_every_measure_is_understood_by_its_own_name(engine):
    for measure in engine.catalogue.measures.values():
        reply = engine.ask(f"{measure.label}由谁牵头", (), AS_OF)
        assert measure.article in reply.articles, (measure.label, reply.understood)


def test_every_agency_count_agrees_with_the_graph(engine):
    rows = engine.graph.select("""SELECT ?name (COUNT(DISTINCT ?p) AS ?n) WHERE {
        ?p cv:role po:Lead ; po:participant ?a . ?a rdfs:label ?name FILTER(LANG(?name) = "zh") } GROUP BY ?name""")
    for row in rows:
        reply = engine.ask(f"{text_of(row['name'])}牵头几条", (), AS_OF)
        assert f"牵头{text_of(row['n'])}条" in reply.answer, reply.answer


@pytest.mark.parametrize("bad", ["", "   ", "\x00\x01", None, 5, [], {}])
def test_unreadable_questions_are_told(bad, engine):
    with pytest.raises(QuestionError):
        engine.ask(bad)


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_any_text_gets_a_reply(text):
    try:
        reply = ENGINE.ask(text, (), AS_OF)
    except QuestionError:
        return
    assert reply.answer and reply.status in ("answered", "no_answer", "clarify")
    assert (reply.status != "answered") or reply.citations


def test_same_question_same_reply(engine):
    first, second = (json.dumps(engine.ask("创新券一年最多给多少", (), AS_OF).to_json(), ensure_ascii=False) for _ in range(2))
    assert first == second
