"""资格自测 as a person uses it: by mouse, by keyboard alone, on a phone; and nothing anybody wrote is ever markup."""

from __future__ import annotations

import re
from dataclasses import replace

import gradio as gr
import pytest

from qa.check.engine import Checker
from qa.check.records import Verdict
from qa.web.batch_tab import batch_tab
from qa.web.cards import card, counts_html, groups_html
from qa.web.interview import Interviewer
from qa.web.self_check_tab import CSS, HEAD, asked, fault_html, question_html, results_html, self_check_tab
from tests.browser import SIZES, fits, opened
from tests.conftest import AS_OF

XSS = "<img src=x onerror=alert(1)>"
DOCTOR = (("学历", "博士研究生"), ("是否新全职引进", "是"), ("是否签订正式劳动（聘用）合同", "是"), ("是否正常缴纳城镇职工基本养老保险", "是"), ("学习形式", "全日制"))


@pytest.fixture(scope="module")
def interviewer(graph) -> Interviewer:
    return Interviewer(Checker(graph), graph)


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_progress_is_told_in_words(interviewer):
    talk = interviewer.start("人才", AS_OF)
    html = question_html(interviewer.view(interviewer.answer(talk, "博士")))
    assert re.search(r"已答 1 题，还有约 \d+ 题", html) and "<progress" in html and 'aria-label' in html.replace("'", '"')


def test_every_verdict_is_told_by_word_and_sign_and_in_order(interviewer):
    view = interviewer.view(interviewer.answer(interviewer.start("人才", AS_OF), "高中及以下"))
    html = results_html(view)
    at = [html.index(f"{sign} {v}") for v, sign in ((Verdict.ELIGIBLE, "✓"), (Verdict.INCOMPLETE, "？"), (Verdict.INELIGIBLE, "✗"))]
    assert at == sorted(at)
    refused = next(j for j in view.judgements if j.verdict is Verdict.INELIGIBLE)
    assert "怎样改" in card(refused) and "现为高中及以下" in words(card(refused)) and "<blockquote>" in card(refused)
    assert all(j.label in html for j in view.judgements)


def test_steps_and_quotes_stand_with_an_amount(interviewer):
    talk = interviewer.start("人才", AS_OF)
    for _, said in DOCTOR:
        talk = interviewer.answer(talk, said)
    rent = next(j for j in interviewer.view(talk).judgements if j.label == "租房补贴")
    html = card(rent)
    assert "1000元/月" in html and "<ol><li>" in html and "第十七条：" in html and "同发〔2023〕5号" in html


def test_what_is_shown_is_escaped(interviewer):
    view = interviewer.view(interviewer.start("人才", AS_OF))
    judgement = replace(view.judgements[0], label=XSS, missing=(XSS,), mends=(XSS,), notices=(XSS,))
    odd = replace(view, judgements=(judgement,), told=((XSS, XSS),), uses=XSS, question=replace(view.question, label=XSS, note=XSS))
    for html in (results_html(odd), question_html(odd), fault_html(XSS), groups_html([judgement])):
        assert "<img" not in html and "&lt;img" in html
    assert "<img" not in counts_html([judgement])


def test_questions_read_as_questions(interviewer):
    fields = interviewer._checker.fields.values()
    assert all(asked(f).endswith("？") and not asked(f).endswith("？？") for f in fields)
    assert "劳动合同期限有多长？" in {asked(f) for f in fields} and "是否新全职引进？" in {asked(f) for f in fields}


def test_no_handler_of_the_tabs_is_published(interviewer, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with gr.Blocks(analytics_enabled=False) as page:
        self_check_tab(interviewer)
        batch_tab(interviewer._checker)
    handlers = list(page.fns.values())
    assert len(handlers) > 10 and [h.name for h in handlers if h.api_visibility != "private" and h.targets[0][1] != "unload"] == []
    assert [h.name for h in handlers if h.fn and h.concurrency_limit == "default" and h.targets[0][1] != "unload"] == []


def test_nothing_comes_from_another_host():
    assert "http" not in HEAD + CSS and "url(" not in CSS


def answer(page, label: str, said: str) -> None:
    page.get_by_role("heading", name=re.compile(f"^{re.escape(label)}")).wait_for()
    page.locator("#sc-choice").get_by_role("radio", name=said, exact=True).check()
    page.get_by_role("button", name="下一题").click()


def moved(page, act) -> str:
    """Do something that answers or skips one question; return what is shown once it has counted."""
    done = int(re.search(r"已答 (\d+) 题", page.locator("#sc-question").inner_text())[1])
    act()
    page.locator("#sc-question", has_text=f"已答 {done + 1} 题").wait_for()
    return page.locator("#sc-question").inner_text()


def skipped(page) -> str:
    return moved(page, page.get_by_role("button", name="跳过").click)


@pytest.mark.parametrize("size", SIZES)
def test_a_doctor_finds_out_what_there_is(chromium, site, size):
    with opened(chromium, site, size, "资格自测") as page:
        page.get_by_role("radio", name="人才").check()
        page.get_by_role("button", name="开始自测").click()
        for label, said in DOCTOR:
            answer(page, label, said)
            assert fits(page)
        results = page.locator("#sc-results")
        results.get_by_text("1000元/月").first.wait_for()
        assert "✓ 符合" in results.inner_text() and results.locator(".sum", has_text="20万元").is_visible()
        results.locator("summary", has_text="计算步骤").first.click()
        assert results.locator("blockquote").first.is_visible() and fits(page)
        # back: the last question again, with its answer
        page.get_by_role("button", name="上一题").click()
        page.get_by_role("heading", name="学习形式").wait_for()
        page.wait_for_function("document.querySelector('#sc-choice input:checked')?.value === '全日制'")
        page.locator("#sc-question", has_text="已答 4 题").wait_for()
        # a months field refuses what it cannot read and says how to write it
        while "有多长" not in skipped(page):
            pass
        box = page.locator("#sc-words textarea, #sc-words input")
        box.fill(XSS)
        page.get_by_role("button", name="下一题").click()
        page.locator("#sc-fault [role=alert]").wait_for()
        assert "<img" in page.locator("#sc-fault").inner_text() and page.locator("#sc-fault img").count() == 0 and fits(page)
        box.fill("3年")
        said = moved(page, lambda: box.press("Enter"))
        assert not page.locator("#sc-fault [role=alert]").is_visible()
        # to the end, whatever is left
        while "都问完了" not in said:
            said = skipped(page)
        page.get_by_role("button", name="跳过").wait_for(state="hidden")
        page.get_by_role("button", name="重新开始").click()
        page.get_by_role("button", name="开始自测").wait_for()
        assert not page.locator("#sc-results").is_visible()


def test_the_interview_can_be_led_by_keyboard_alone(chromium, site):
    with opened(chromium, site, "wide", "资格自测") as page:

        def tab_to(test: str) -> None:
            for _ in range(40):
                page.keyboard.press("Tab")
                if page.evaluate(f"(() => {{ const e = document.activeElement; return {test}; }})()"):
                    return
            raise AssertionError(f"Tab never reaches {test}")

        page.locator("#sc-kind").wait_for()
        tab_to("e.type === 'radio' && !!e.closest('#sc-kind')")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        for label, downs in (("学历", 0), ("是否新全职引进", 0), ("是否签订正式劳动", 1)):
            page.wait_for_function("name => document.activeElement.tagName === 'H3' && document.activeElement.innerText.startsWith(name)", arg=label)
            tab_to("e.type === 'radio' && !!e.closest('#sc-choice')")
            page.keyboard.press("Space")
            for _ in range(downs):
                page.keyboard.press("ArrowDown")
                assert page.evaluate("document.activeElement.closest('[role=radiogroup]').getAttribute('aria-label')")
            page.keyboard.press("Enter")
        page.wait_for_function("document.querySelector('#sc-question').innerText.includes('已答 3 题')")
        page.locator("#sc-results summary", has_text="我的回答").click()
        told = page.locator("#sc-results .told").inner_text()
        assert re.search(r"学历\s+博士研究生", told) and re.search(r"合同\s+否", told)
        # an empty answer is told where the focus goes
        tab_to("e.id === 'sc-next'")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")


def test_the_printed_page_holds_the_results_and_not_the_buttons(chromium, site):
    with opened(chromium, site, "wide", "资格自测") as page:
        page.get_by_role("radio", name="院士工作站").check()
        page.get_by_role("button", name="开始自测").click()
        page.locator("#sc-results .card").first.wait_for()
        page.emulate_media(media="print")
        assert page.locator("#sc-results .card").first.is_visible()
        assert not page.locator("#sc-next").is_visible() and not page.get_by_role("tab", name="问答").is_visible()


def test_answers_are_gone_after_a_reload(chromium, site):
    with opened(chromium, site, "wide", "资格自测") as page:
        page.get_by_role("radio", name="人才").check()
        page.get_by_role("button", name="开始自测").click()
        answer(page, "学历", "博士研究生")
        page.get_by_text("已答 1 题").wait_for()
        kept = page.evaluate("(async () => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), (await indexedDB.databases()).map(d => d.name)]))()")
        assert "博士" not in kept
        assert page.evaluate("fetch('config').then(r => r.json()).then(c => c.run_history)") is False, "Gradio would keep a history of public calls"
        page.reload()
        page.get_by_role("tab", name="资格自测", exact=True).first.click()
        page.get_by_role("button", name="开始自测").wait_for()
        assert not page.locator("#sc-question").is_visible()
