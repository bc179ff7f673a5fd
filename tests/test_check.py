"""qa/check: whole applicants from tests/applicants.toml, each leaf shown to fire, and what must hold for any applicant."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.benefit import money
from qa.check.effective import KIND
from qa.check.engine import Checker, Options
from qa.check.records import Raw, State, Verdict
from qa.check.requirements import lexical
from qa.check.shacl import ShaclJudge, literal
from tests.conftest import AS_OF, ROOT

TABLE = tomllib.loads((ROOT / "tests/applicants.toml").read_text(encoding="utf-8"))
RANK = {Verdict.INELIGIBLE: 0, Verdict.INCOMPLETE: 1, Verdict.REVIEW: 2, Verdict.ELIGIBLE: 3}


@pytest.fixture(scope="module")
def checker(graph) -> Checker:
    return Checker(graph)


def raw(checker: Checker, cells: dict[str, object], row: int = 2) -> Raw:
    named = {checker.headers.find(header): value for header, value in cells.items()}
    assert None not in named, [h for h in cells if checker.headers.find(h) is None]
    return Raw("测试.csv", row, {field.iri: value for field, value in named.items() if value != ""})


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda c: c["name"])
def test_applicant(checker, case):
    on = dt.date.fromisoformat(case.get("on", AS_OF.isoformat()))
    [result] = checker.check([raw(checker, TABLE["base"][case["base"]] | case.get("but", {}))], Options(on))
    by_label = {j.label: j for j in result.judgements}
    said = []
    for label, wanted in case["expect"].items():
        judgement = by_label[label]
        verdict, _, amount = wanted.partition(" ")
        assert judgement.verdict == verdict, (label, judgement.findings)
        if amount:
            assert judgement.award is not None and judgement.award.amount is not None
            assert money(judgement.award.amount) == amount, label
        elif verdict == "符合":
            assert judgement.award is not None and judgement.award.amount is None, label
        said.append(judgement)
    texts = {
        "because": [f.message + f.gap for j in said for f in j.findings if f.state is not State.MET],
        "missing": [m for j in said for m in j.missing],
        "notice": [n for j in said for n in j.notices],
        "needs": [n for j in said if j.award for n in j.award.needs],
        "problem": [p.message for p in result.problems],
    }
    for key, found in texts.items():
        assert key not in case or any(case[key] in text for text in found), (key, found)


def good_value(leaf):
    return leaf.least if leaf.least is not None else {"true": True, "false": False}.get(leaf.allowed[0], leaf.allowed[0])


def bad_value(leaf, field):
    if leaf.least is not None:
        return leaf.least - 1
    if field.type == "boolean":
        return leaf.allowed[0] == "false"
    return next(v for v in field.allowed if v not in leaf.allowed)


def leaves(checker):
    return {leaf.iri: leaf for r in checker.requirements.of.values() for leaf in r.every}


def test_every_leaf_passes_a_good_value_and_refuses_a_bad_one_with_its_own_message(checker):
    for leaf in leaves(checker).values():
        field = checker.fields[leaf.field]
        good, bad = (leaf.field, good_value(leaf)), (leaf.field, bad_value(leaf, field))
        told = checker.judge.judge([good, bad])
        assert leaf.iri not in told[good][0], leaf.iri
        assert leaf.iri in told[bad][0], leaf.iri
        assert checker.judge.messages[leaf.iri] == leaf.message and "条）" in leaf.message


def test_every_shape_of_the_file_is_used_and_fires(checker):
    """The leaves that requirements hold, and their companions, are all that the file has; each companion fires on nothing."""
    known = set(leaves(checker))
    fired = {iri for field in checker.fields for iri in checker.judge.judge([(field, None)])[field, None][0]}
    in_file = {iri for iri in checker.judge.messages if "/shapes#" in iri}
    assert in_file - known == fired
    assert all(iri.endswith("-given") for iri in fired)


def test_a_companion_stands_for_the_same_field_as_its_leaf(checker):
    by_iri = leaves(checker)
    for field in checker.fields:
        for iri in checker.judge.judge([(field, None)])[field, None][0]:
            assert by_iri[iri.removesuffix("-given")].field == field


def test_node_shapes_hold_exactly_the_leaves_of_the_criteria(graph, checker):
    """Two ways to know what a measure asks for: its node shapes, and its criteria."""
    rows = graph.select("SELECT ?m ?leaf WHERE { ?m a po:SupportMeasure ; cv:holdsRequirement/po:enforcedBy ?leaf }")
    by_criteria: dict[str, set[str]] = {}
    for row in rows:
        by_criteria.setdefault(row["m"].value, set()).add(row["leaf"].value)
    assert {m: {leaf.iri for leaf in r.every} for m, r in checker.requirements.of.items()} == by_criteria


def test_each_measure_has_a_shape_that_the_graph_links(graph, checker):
    linked = {r["m"].value for r in graph.select("SELECT ?m WHERE { ?m a po:SupportMeasure ; po:enforcedBy ?s . ?s po:judges ?m }")}
    assert linked == set(checker.requirements.of)


def test_each_article_with_conditions_is_covered(checker):
    assert {r.article for r in checker.requirements.of.values()} == set(range(1, 19))


def test_contradictions_fire_each_with_its_own_message(checker):
    bad = {
        "degree-doctor": {"学历": "博士研究生", "毕业证书所载学历": "大专"},
        "degree-master": {"学历": "硕士研究生", "毕业证书所载学历": "本科"},
        "degree-bachelor": {"学历": "本科", "毕业证书所载学历": "大专"},
        "degree-college": {"学历": "大专", "毕业证书所载学历": "本科"},
        "degree-school": {"学历": "高中及以下", "毕业证书所载学历": "大专"},
        "full-time-and-flexible": {"是否新全职引进": True, "是否柔性引进": True},
        "person-and-enterprise": {"申请主体类型": "个人", "是否科技型企业": True},
        "new-but-not-recognised": {"是否新认定": True, "是否经认定": False},
        "park-but-not-settled": {"是否在园区内": True, "是否入驻": False},
        "no-other-support-but-received": {"其他同类支持": "没有", "其他同类支持是否已领": True},
        "no-other-support-but-amount": {"其他同类支持": "没有", "其他同类支持的数额（元）": "1"},
        "no-other-support-but-measure": {"其他同类支持": "没有", "其他同类支持对应的事项": "购房补贴"},
        "contract-dates": {"劳动合同起始日": "2026-01-02", "劳动合同终止日": "2026-01-01"},
        "established-before-application": {"设站日期": "2026-01-02", "申请日期": "2026-01-01"},
        "operating-before-application": {"开展工作起始日": "2026-01-02", "申请日期": "2026-01-01"},
        "paid-in-within-registered": {"实缴资金（元）": "2", "注册资本（元）": "1"},
        "operating-within-station": {"持续开展工作时长（月）": 2, "设站时长（月）": 1},
    }
    assert sorted(bad) == sorted(c.iri.rpartition("#")[2] for c in checker.judge.contradictions)
    results = checker.check([raw(checker, cells) for cells in bad.values()], Options(AS_OF))
    messages = {c.iri.rpartition("#")[2]: c.message for c in checker.judge.contradictions}
    for key, result in zip(bad, results, strict=True):
        assert [p.message for p in result.problems] == [messages[key]]


@pytest.mark.parametrize(
    "cells",
    [
        {"学历": "博士研究生", "毕业证书所载学历": "博士研究生"},
        {"是否新全职引进": True, "是否柔性引进": False},
        {"劳动合同起始日": "2026-01-01", "劳动合同终止日": "2026-01-01"},
        {"实缴资金（元）": "1", "注册资本（元）": "1"},
        {"设站日期": "2026-01-01", "申请日期": "2026-01-01"},
        {"学历": "博士研究生"},
    ],
)
def test_what_fits_together_is_not_called_a_contradiction(checker, cells):
    [result] = checker.check([raw(checker, cells)], Options(AS_OF))
    assert result.problems == ()


# ---- what must hold for any applicant -------------------------------------------------------------------------------


def applicants(checker):
    """Draw cells for some fields of the form: allowed values, or values around every threshold."""
    months = sorted({leaf.least + d for leaf in leaves(checker).values() if leaf.least for d in (-1, 0, 1)})

    def of(field):
        return {
            "boolean": st.booleans(),
            "choice": st.sampled_from(field.allowed or ("",)),
            "months": st.sampled_from(months),
            "money": st.sampled_from([0, 1, 599_999, 600_000, 5_000_000, 10**9]),
        }.get(field.type)

    fields = [f for f in checker.fields.values() if of(f) is not None and not f.key.startswith("otherSupport")]
    return st.fixed_dictionaries({}, optional={f.label: of(f) for f in fields})


def verdicts(result):
    return {j.measure: j.verdict for j in result.judgements}


_SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])


@_SLOW
@given(data=st.data())
def test_pyshacl_over_whole_records_agrees_with_the_remembered_judge(checker, data):
    """The authority asked in one piece: node shapes over records give the same failing leaves as leaf by leaf."""
    import pyshacl
    import rdflib
    from rdflib import RDF, SH, URIRef

    from qa.check.shacl import shapes_file

    cells = data.draw(applicants(checker))
    [record] = checker._consistent(checker._valid([checker.record(raw(checker, cells))]))
    shapes = shapes_file("eligibility.ttl")
    record_class = URIRef("urn:record")
    for node in list(shapes.subjects(RDF.type, SH.NodeShape)):
        shapes.add((node, SH.targetClass, record_class))
    graph = rdflib.Graph()
    me = URIRef("urn:me")
    graph.add((me, RDF.type, record_class))
    for field, value in record.values.items():
        graph.add((me, URIRef(field), literal(value)))
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    whole = {str(o) for o in report.objects(None, SH.sourceShape)}
    told = checker.judge.judge([(f, record.values.get(f)) for f in checker.fields])
    apart = {iri for found, _ in told.values() for iri in found}
    tiered = {leaf.iri for leaf in leaves(checker).values()} | {iri for iri in whole if iri.endswith("-given")}
    assert whole & tiered == apart


@_SLOW
@given(data=st.data())
def test_leaf_admits_what_shacl_admits(checker, data):
    leaf = data.draw(st.sampled_from(sorted(leaves(checker).values(), key=lambda each: each.iri)))
    field = checker.fields[leaf.field]
    kinds = {"boolean": st.booleans(), "months": st.integers(0, 1200)}
    value = data.draw(kinds[field.type] if field.type in kinds else st.sampled_from(field.allowed))
    assert leaf.admits(value) == (leaf.iri not in checker.judge.judge([(leaf.field, value)])[leaf.field, value][0]), lexical(value)


@_SLOW
@given(data=st.data())
def test_more_of_a_good_thing_never_turns_eligible_into_ineligible(checker, data):
    """Raise one field to a value that every leaf of it takes, or lengthen a duration: no verdict becomes 不符合."""
    cells = data.draw(applicants(checker))
    before = checker.check([raw(checker, cells)], Options(AS_OF))[0]
    months = [f for f in checker.fields.values() if f.type == "months" and f.label in cells]
    if not months:
        return
    field = data.draw(st.sampled_from(months))
    after = checker.check([raw(checker, cells | {field.label: cells[field.label] + data.draw(st.integers(1, 60))})], Options(AS_OF))[0]
    was, now = verdicts(before), verdicts(after)
    assert all(RANK[now[m]] >= RANK[was[m]] for m in was)


@_SLOW
@given(data=st.data())
def test_filling_in_a_field_only_settles_what_was_open(checker, data):
    """Unknown is never no: a verdict of 符合 or 不符合 stays whatever is filled in later, contradictions apart."""
    cells = data.draw(applicants(checker))
    unfilled = [f for f in checker.fields.values() if f.label not in cells and f.type in ("boolean", "months")]
    unfilled = [f for f in unfilled if not f.key.startswith(("otherSupport", "inJinchuanggu", "claim"))]
    if not unfilled:
        return
    field = data.draw(st.sampled_from(unfilled))
    value = data.draw(st.booleans()) if field.type == "boolean" else data.draw(st.integers(0, 60))
    before, after = checker.check([raw(checker, cells), raw(checker, cells | {field.label: value})], Options(AS_OF))
    if len(after.problems) > len(before.problems):
        return
    was, now = verdicts(before), verdicts(after)
    assert all(now[m] == was[m] for m in was if was[m] is Verdict.INELIGIBLE)
    assert all(now[m] is not Verdict.INELIGIBLE for m in was if was[m] is Verdict.ELIGIBLE)


@_SLOW
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(checker, data):
    rows = data.draw(st.lists(applicants(checker), min_size=2, max_size=6))
    raws = [raw(checker, cells, at) for at, cells in enumerate(rows)]
    order = data.draw(st.permutations(raws))
    straight = {r.row: r for r in checker.check(raws, Options(AS_OF))}
    assert {r.row: r for r in checker.check(order, Options(AS_OF))} == straight


@_SLOW
@given(data=st.data())
def test_doing_what_the_mends_say_makes_eligible_and_nothing_less_does(checker, data):
    cells = data.draw(applicants(checker))
    one = raw(checker, cells)
    [result] = checker.check([one], Options(AS_OF))
    for judgement in [j for j in result.judgements if j.verdict is Verdict.INELIGIBLE][:6]:
        failing = {f.field: leaves(checker)[f.leaf] for f in judgement.reasons}
        if KIND in failing:
            assert judgement.mends == ()
            continue
        assert len(judgement.mends) == len(failing)
        every = replace(one, cells={**one.cells, **{field: _meeting(checker, judgement, field) for field in failing}})
        less = replace(one, cells={**one.cells, **{field: _meeting(checker, judgement, field) for field in list(failing)[1:]}})
        full, part = checker.check([every, less], Options(AS_OF))
        if not full.problems and not part.problems:
            assert verdicts(full)[judgement.measure] is not Verdict.INELIGIBLE
            assert verdicts(part)[judgement.measure] is Verdict.INELIGIBLE


def _meeting(checker, judgement, field):
    """Return a value that meets every leaf of a measure on a field."""
    own = [leaf for leaf in checker.requirements.of[judgement.measure].every if leaf.field == field]
    if own[0].least is not None:
        return max(leaf.least for leaf in own)
    value = next(v for v in own[0].allowed if all(v in leaf.allowed for leaf in own))
    return {"true": True, "false": False}.get(value, value)


def test_the_field_that_settles_most_comes_first(checker):
    cells = {k: v for k, v in TABLE["base"]["博士"].items() if k not in ("是否新全职引进", "学习形式")}
    [result] = checker.check([raw(checker, cells | {"申请主体类型": "个人"})], Options(AS_OF))
    assert set(result.unlocks[:2]) == {"是否新全职引进", "学习形式"}


def test_a_second_judge_forgets_nothing_when_its_memory_is_full(checker, monkeypatch):
    monkeypatch.setattr("qa.check.shacl._REMEMBERED", 5)
    small = ShaclJudge()
    pairs = [(f.iri, None) for f in checker.fields.values()]
    for _ in range(3):
        assert small.judge(pairs) == checker.judge.judge(pairs)
