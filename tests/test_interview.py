"""The interview as a person meets it: one field at a time, the one that decides most first, and an end whatever is answered."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.check.cells import CellError
from qa.check.engine import Checker, Options
from qa.check.records import Verdict
from qa.terms import field as field_iri
from qa.web.interview import Answer, Interviewer, Talk, View
from qa.web.self_check_tab import results_html
from tests.conftest import AS_OF

ODD = ("", "不知道", "博士", "是", "否", "-1", "3年", "2年6个月", "100万", "0", "2024-10-01", "2025-02-30", "<b>", "9" * 300, "国家政策", "租房补贴", "其他")
KINDS = ("人才", "企业", "团队", "平台", "高校和科研院所", "院士工作站", "博士后创新实践基地", "博士后科研工作站", "服务平台承接单位")


@pytest.fixture(scope="module")
def checker(graph) -> Checker:
    return Checker(graph)


@pytest.fixture(scope="module")
def interviewer(checker, graph) -> Interviewer:
    return Interviewer(checker, graph)


def reply(interviewer: Interviewer, talk: Talk, answers: dict[str, str], otherwise: str | None = None) -> tuple[Talk, View, list[str]]:
    """Answer what is asked, by label, until nothing is; what has no answer is skipped, or answered the same way."""
    order = []
    while (view := interviewer.view(talk)).question is not None:
        order.append(view.question.label)
        said = answers.get(view.question.label, otherwise)
        talk = interviewer.skip(talk) if said is None else interviewer.answer(talk, said)
    return talk, view, order


def verdicts(view: View) -> dict[str, Verdict]:
    return {j.label: j.verdict for j in view.judgements}


def test_every_kind_of_applicant_can_be_interviewed(interviewer):
    assert {kind.label for kind in interviewer.kinds()} == set(KINDS)


def test_first_comes_the_field_that_stands_in_the_way_of_most_measures(interviewer):
    view = interviewer.view(interviewer.start("人才", AS_OF))
    assert view.question.label == view.result.unlocks[0] == "学历"
    assert view.options == view.question.allowed and "租房补贴" in view.uses
    assert (view.answered, view.told) == (0, ()) and view.left > 1
    assert any("博士" in f.quote.text for f in view.grounds if f.quote)


def test_a_doctor_newly_hired_gets_the_subsidies(interviewer):
    answers = {"学历": "博士", "学习形式": "全日制", "是否新全职引进": "是", "是否签订正式劳动（聘用）合同": "是", "是否正常缴纳城镇职工基本养老保险": "是", "其他同类支持": "没有"}
    _, view, order = reply(interviewer, interviewer.start("人才", AS_OF), answers)
    assert verdicts(view)["购房补贴"] is verdicts(view)["租房补贴"] is Verdict.ELIGIBLE
    assert next(j for j in view.judgements if j.label == "购房补贴").award.amount == 200_000
    assert [j.verdict for j in view.judgements] == sorted((j.verdict for j in view.judgements), key=list(Verdict).index)
    assert "是否毕业于国内外知名高校" not in order, "a doctor need not say where the degree is from"


def test_a_condition_not_met_ends_what_hangs_on_it(interviewer):
    talk = interviewer.answer(interviewer.start("人才", AS_OF), "高中及以下")
    assert verdicts(interviewer.view(talk))["购房补贴"] is Verdict.INELIGIBLE
    _, _, order = reply(interviewer, talk, {}, None)
    assert "是否新全职引进" not in order


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_and_no_number_is_asked_for(interviewer, checker, kind):
    _, _, order = reply(interviewer, interviewer.start(kind, AS_OF), {})
    types = {f.label: f.type for f in checker.fields.values()}
    assert not {"姓名或名称", "申请编号", "身份证件号码", "统一社会信用代码"} & set(order)
    assert "identity" not in {types[label] for label in order}


def test_who_is_a_station_is_not_asked_which_kind(interviewer):
    _, view, order = reply(interviewer, interviewer.start("院士工作站", AS_OF), {"是否新设立": "是"})
    assert "站点类型" not in order and verdicts(view)["院士工作站建站补助"] is Verdict.ELIGIBLE


def test_months_that_are_not_known_are_counted_from_their_dates(interviewer):
    answers = {"学历": "硕士", "用人单位是否在园区内": "是", "用人单位是否为科技型企业": "是", "是否缴纳社保": "是", "劳动合同起始日": "2024-10-01", "劳动合同终止日": "2027-09-30"}
    _, view, order = reply(interviewer, interviewer.start("人才", AS_OF), answers)
    assert order.index("劳动合同起始日") > order.index("劳动合同期限（月）")
    assert verdicts(view)["引进科研团队科研项目经费"] is not Verdict.INCOMPLETE
    without = reply(interviewer, interviewer.start("人才", AS_OF), answers | {"劳动合同期限（月）": "3年"})[2]
    assert "劳动合同起始日" not in without


def test_a_place_denied_may_be_settled_by_a_scope_extension(interviewer):
    talk = interviewer.start("企业", AS_OF)
    _, denied, order = reply(interviewer, talk, {"是否入驻": "是", "是否在园区内": "否"})
    assert verdicts(denied)["市级科技计划项目倾斜"] is Verdict.INELIGIBLE
    assert order[order.index("是否在园区内") + 1] == "是否入驻“晋创谷·大同”"
    _, widened, _ = reply(interviewer, talk, {"是否入驻": "是", "是否在园区内": "否", "是否入驻“晋创谷·大同”": "是"})
    assert verdicts(widened)["市级科技计划项目倾斜"] is not Verdict.INELIGIBLE


def test_sums_are_asked_for_once_a_measure_can_be_had(interviewer):
    answers = {"启动资金用途": "注册公司的注册资本金"}
    _, _, order = reply(interviewer, interviewer.start("团队", AS_OF), answers)
    assert "实缴资金（元）" in order
    _, _, other = reply(interviewer, interviewer.start("团队", AS_OF), {"启动资金用途": "其他"})
    assert "实缴资金（元）" not in other


def test_other_support_of_the_same_kind_is_followed_up_only_where_the_higher_counts(interviewer):
    answers = {"是否新设立": "是", "其他同类支持": "本市同类政策", "其他同类支持对应的事项": "博士后科研工作站建站补助", "其他同类支持是否已领": "是", "其他同类支持的数额（元）": "1000万"}
    _, view, order = reply(interviewer, interviewer.start("博士后科研工作站", AS_OF), answers)
    assert {"其他同类支持对应的事项", "其他同类支持是否已领", "其他同类支持的数额（元）"} <= set(order)
    assert verdicts(view)["博士后科研工作站建站补助"] is Verdict.INELIGIBLE, "already had more from elsewhere"
    _, view, order = reply(interviewer, interviewer.start("博士后科研工作站", AS_OF), {"是否新设立": "是", "其他同类支持": "没有"})
    assert "其他同类支持是否已领" not in order and verdicts(view)["博士后科研工作站建站补助"] is Verdict.ELIGIBLE


def test_an_answer_that_cannot_be_read_is_told_and_not_taken(interviewer):
    talk = interviewer.start("博士后科研工作站", AS_OF)
    talk = interviewer.skip(talk)
    assert interviewer.view(talk).question.type == "months"
    for wrong, said in (("-3", "负数"), ("很久", "换不成月数"), ("", "还没有填"), ("  ", "还没有填")):
        with pytest.raises(CellError, match=said):
            interviewer.answer(talk, wrong)
    assert interviewer.view(interviewer.answer(talk, "两年半")).told[-1] == ("持续开展工作时长（月）", "2年6个月")


def test_back_gives_the_last_answer_to_be_put_right(interviewer):
    first = interviewer.start("人才", AS_OF)
    second = interviewer.answer(first, "硕士研究生")
    assert interviewer.back(second) == (first, "硕士研究生")
    assert interviewer.back(interviewer.skip(first)) == (first, "")
    assert interviewer.back(first) == (first, "")


def test_contradictions_are_told_and_asked_no_second_time(interviewer):
    both = tuple(Answer(field_iri(name), "是") for name in ("newFullTimeHire", "flexibleHire"))
    _, view, order = reply(interviewer, Talk("人才", AS_OF, both), {})
    assert any("是否柔性引进" in (p.column or "") and not p.unread for p in view.result.problems)
    assert not {"是否新全职引进", "是否柔性引进"} & set(order) and len(order) == len(set(order))
    assert "前后有矛盾" in results_html(view)


def test_the_day_decides_whether_the_document_is_in_force(interviewer):
    early = interviewer.view(interviewer.start("企业", dt.date(2020, 1, 1)))
    assert set(verdicts(early).values()) == {Verdict.INELIGIBLE} and early.question is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_whatever_is_answered_it_ends_asks_nothing_twice_and_agrees_with_the_checker(interviewer, checker, kind, data):
    talk, order = interviewer.start(kind, AS_OF), []
    while (view := interviewer.view(talk)).question is not None:
        order.append(view.question.iri)
        assert len(order) <= len(checker.fields), "the interview does not end"
        assert view.left >= 1 and view.answered == len(order) - 1
        raw = data.draw(st.one_of(st.none(), st.sampled_from([*view.options, *ODD]), st.text(max_size=6)))
        before = talk
        if raw is not None:
            try:
                talk = interviewer.answer(talk, raw)
            except CellError as error:
                assert str(error)
        if talk is before:
            talk = interviewer.skip(talk)
    assert len(order) == len(set(order))
    alone = checker.check([interviewer.raw(talk)], Options(AS_OF, (), kind))[0]
    assert {j.label: (j.verdict, j.award) for j in view.judgements} == {j.label: (j.verdict, j.award) for j in alone.judgements}
