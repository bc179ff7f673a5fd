"""The pattern catalogue: enough, parsed, and every pattern gives rows for every binding the graph offers."""

from __future__ import annotations

import dataclasses

import pytest

from qa.ask import Engine
from qa.ask.numbers import Numbers
from qa.ask.records import Reading
from qa.ask.replies import KINDS
from qa.graph import load, text_of

ENGINE_GRAPH = load()
PATTERNS = sorted(text_of(r["p"]).rpartition("/")[2] for r in ENGINE_GRAPH.select("SELECT ?p WHERE { ?p a po:QuestionPattern }"))
EMPTY = Reading("", "", 1.0, Numbers())


def readings(engine: Engine, slots: tuple[str, ...]) -> list[Reading]:
    """Return one reading for every binding of the pattern's first slot that the graph offers."""
    catalogue = engine.catalogue
    select = engine.graph.select
    first = slots[0]
    if first in ("measure",):
        return [dataclasses.replace(EMPTY, measures=(m,)) for m in catalogue.measures]
    if first in ("article", "slotArticle"):
        return [dataclasses.replace(EMPTY, articles=(n,)) for n in catalogue.articles]
    if first == "agency":
        agencies = [text_of(r["a"]) for r in select("SELECT ?a WHERE { ?a a po:Agency } ORDER BY ?a")]
        if "measure" in slots:
            return [dataclasses.replace(EMPTY, agencies=(a,), measures=(m,)) for a in agencies for m in catalogue.measures]
        return [dataclasses.replace(EMPTY, agencies=(a,)) for a in agencies]
    if first == "beneficiary":
        kinds = [text_of(r["b"]) for r in select("SELECT DISTINCT ?b WHERE { ?m po:forBeneficiary ?b } ORDER BY ?b")]
        return [dataclasses.replace(EMPTY, beneficiaries=(b,)) for b in kinds]
    if first == "topic":
        return [dataclasses.replace(EMPTY, topics=(t,)) for t in catalogue.silences]
    if first == "chapter":
        return [dataclasses.replace(EMPTY, numbers=Numbers(chapter=c)) for c in catalogue.chapters]
    return [EMPTY]


def test_at_least_sixty_patterns_of_every_kind(engine):
    patterns = engine.catalogue.patterns
    assert len(patterns) >= 60
    kinds = {p.kind for p in patterns.values()}
    assert {"lookup", "calc", "condition", "agency", "procedure", "list", "eligibility", "xref", "meta", "article", "analyst"} <= kinds
    assert all(p.reply in KINDS or p.reply == "silent" for p in patterns.values())


# Lists that only some measures have: no row there means that the text lists nothing.
PARTIAL = {"review", "exclusion", "how", "purpose", "place", "items", "item-included", "agency-role", "agency-leads", "agency-cooperates", "referral-check", "conditions", "eligible"}


@pytest.mark.parametrize("key", PATTERNS)
def test_pattern_runs_for_every_binding(key, engine):
    pattern = engine.catalogue.patterns[key]
    empty = 0
    cases = readings(engine, pattern.slots)
    assert cases
    for reading in cases:
        query = engine.bind(pattern, reading)
        assert query is not None, reading
        rows = engine.graph.select(query)
        empty += not rows
        if key not in PARTIAL:
            assert rows, (key, reading)
    assert empty < len(cases), f"{key} 对任何取值都没有结果"


def test_values_enter_as_terms_only(engine):
    nasty = '租房补贴" } DROP ALL ; SELECT * WHERE { ?s ?p "'
    reply = engine.ask(nasty)
    assert "DROP" not in reply.sparql
