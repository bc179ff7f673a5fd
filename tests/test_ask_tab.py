"""问答: the card of a reply says what the graph says in its order and shows markup as text; in the browser it is a conversation."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import re
import stat
from html import unescape
from typing import Any

import pytest

from qa.graph import text_of
from qa.web import ask_tab
from qa.web.ask_picture import WIDTH, layout, svg
from qa.web.ask_view import STATES, paragraphs, plain, turn_html
from qa.web.feedback import LARGEST, THANKS, Feedback
from tests.browser import SIZES, app, opened
from tests.conftest import AS_OF

NASTY = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg/onload=alert(1)>租房补贴多少", "javascript:alert(1)", "</p><iframe src=//x>博士租房补贴多少钱", "' onfocus='alert(1)' autofocus='博士租房补贴"]
HEADS = ["金额怎么算", "条件", "原文", "找哪个单位", "有效期", "提示"]
ASKED = ["博士租房补贴每月多少钱", "4个博士7个硕士买房一共能补多少", "非全日制硕士能领购房补贴吗", "我们公司买设备花了800万，能补多少", "创新券归哪个部门管", "哪几条没有写金额", "这份文件管到什么时候"]


@pytest.mark.parametrize("question", NASTY)
def test_markup_is_shown_not_run(engine, question):
    reply, sheet = engine.explain(question, (), AS_OF)
    html = turn_html(1, reply, sheet, engine.catalogue)
    assert not re.search(r"<(script|img|iframe)", html) and "onload=alert(1)>" not in html.replace("&gt;", "")
    assert not re.search(r"<[^>]*\son(focus|error|load)=", re.sub(r"data-copy='[^']*'", "", html))
    assert re.sub(r"\s+", " ", question) in unescape(re.sub(r"<[^>]+>", "", html.partition("class='answer'")[0]))


@pytest.mark.parametrize("question", ASKED)
def test_the_parts_stand_in_their_order(engine, question):
    reply, sheet = engine.explain(question, (), AS_OF)
    html = turn_html(1, reply, sheet, engine.catalogue)
    found = [head for head in re.findall(r"<h4>(.*?)</h4>", html) if head in HEADS]
    assert found == [head for head in HEADS if head in found]
    assert html.index("class='answer'") < html.index("<h4>") and "原文" in found
    assert reply.understood in unescape(html)


@pytest.mark.parametrize("question", ASKED)
def test_what_is_explained_is_what_is_answered(engine, question):
    assert engine.explain(question, (), AS_OF)[0] == engine.ask(question, (), AS_OF)


@pytest.mark.parametrize("question", ASKED)
def test_each_mark_is_a_quote_in_its_own_paragraph(engine, question):
    reply = engine.ask(question, (), AS_OF)
    lines = engine.catalogue.text.split("\n")
    marked = []
    for html in paragraphs(engine.catalogue, reply):
        body = re.search(r"<p>(.*?)</p>", html)[1]
        assert unescape(re.sub(r"<[^>]+>", "", body)) in lines
        marked += [unescape(one) for one in re.findall(r"<mark>(.*?)</mark>", body)]
    wanted = {engine.catalogue.text[a:b] for c in reply.citations for a, b in c.spans}
    assert all(any(one in want for want in wanted) for one in marked)
    assert all(want.split("\n")[0] in "".join(marked) or any(m in want for m in marked) for want in wanted)


def test_conditions_are_weighed_by_what_the_question_says(engine):
    _, sheet = engine.explain("非全日制硕士能领购房补贴吗", (), AS_OF)
    states = {c.words: c.state for c in sheet.conditions}
    assert sheet.stated and states["为全日制学历"] == "failed" and "open" in states.values()
    _, full = engine.explain("全日制硕士能领购房补贴吗", (), AS_OF)
    assert {c.words: c.state for c in full.conditions}["为全日制学历"] == "met"
    html = turn_html(1, *engine.explain("非全日制硕士能领购房补贴吗", (), AS_OF), engine.catalogue)
    sign, word = STATES["failed"]
    assert f"{sign} {word}</b>为全日制学历" in html


def test_units_and_validity_are_the_graphs(engine):
    for measure in engine.catalogue.measures.values():
        _reply, sheet = engine.explain(f"{measure.label}由谁牵头", (), AS_OF)
        leads = {one.article: one.lead for one in sheet.units}
        rows = engine.graph.select(f"""SELECT ?n ?name WHERE {{ ?a a po:Article ; eli:number ?n ; cv:hasParticipation ?p . ?p cv:role po:Lead ; po:participant/rdfs:label ?name
            FILTER(LANG(?name) = "zh" && ?n = {measure.article}) }}""")
        assert leads.get(measure.article) in {text_of(r["name"]) for r in rows} or not rows
    _, before = engine.explain("博士租房补贴每月多少钱", (), AS_OF)
    _, after = engine.explain("博士租房补贴每月多少钱", (), dt.date(2030, 1, 1))
    assert before.validity != after.validity and before.validity


def test_a_refusal_has_no_sheet_and_no_conditions(engine):
    reply, sheet = engine.explain("补贴申请的电话是多少", (), AS_OF)
    assert reply.status == "no_answer" and sheet == type(sheet)()


@pytest.mark.parametrize("question", [*ASKED, *(q for _, asked in ask_tab.EXAMPLES for q in asked)])
def test_every_example_and_every_suggestion_is_answered(engine, question):
    reply = engine.ask(question, (), AS_OF)
    assert reply.status == "answered", reply.answer
    for suggestion in reply.suggestions:
        assert engine.ask(suggestion, (question,), AS_OF).status == "answered", suggestion


def test_suggestions_of_every_measure_are_answered(engine):
    for measure in engine.catalogue.measures.values():
        first = engine.ask(f"{measure.label}由谁牵头", (), AS_OF)
        assert len(first.suggestions) >= 2
        for suggestion in first.suggestions:
            assert engine.ask(suggestion, (f"{measure.label}由谁牵头",), AS_OF).status == "answered", suggestion


@pytest.mark.parametrize("question", ASKED)
def test_the_picture_holds_its_boxes_apart_and_inside(engine, question):
    _, sheet = engine.explain(question, (), AS_OF)
    boxes, height = layout(sheet.things)
    assert all(b.x >= 0 and b.x + b.width <= WIDTH and b.y + b.height <= height for b in boxes)
    assert all(one.y + one.height <= two.y for one, two in itertools.pairwise(boxes))
    assert all("".join(b.lines) == b.thing.words for b in boxes)
    assert all(b.thing.above < n for n, b in enumerate(boxes))
    drawn = svg(sheet.things)
    assert drawn.count("<rect") == len(boxes) and all(b.lines[0] in unescape(drawn) for b in boxes)


def test_the_copy_holds_answer_quote_article_and_source(engine):
    reply = engine.ask("博士租房补贴每月多少钱", (), AS_OF)
    text = plain(reply)
    assert reply.answer in text and "第十七条" in text and all(c.quote in text for c in reply.citations) and reply.document in text


def test_feedback_is_one_line_each_for_its_owner_alone(tmp_path):
    file = Feedback(tmp_path / "意见.jsonl")
    assert file.keep("问", "答", True, "好\n很好") == THANKS and file.keep("问2", "答2", False, "x" * 5000) == THANKS
    rows = [json.loads(line) for line in (tmp_path / "意见.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(r["question"], r["good"]) for r in rows] == [("问", True), ("问2", False)] and len(rows[1]["reason"]) == 500
    assert stat.S_IMODE((tmp_path / "意见.jsonl").stat().st_mode) == 0o600


def test_feedback_that_cannot_be_kept_says_so(tmp_path):
    assert "写不了" in Feedback(tmp_path).keep("问", "答", True, "")
    full = tmp_path / "满"
    full.touch()
    os.truncate(full, LARGEST)
    assert "满了" in Feedback(full).keep("问", "答", True, "") and full.stat().st_size == LARGEST


def send(page, text: str) -> None:
    before = page.locator("#ask-talk .turn").count()
    page.get_by_label("您的问题").fill(text)
    page.get_by_label("您的问题").press("Enter")
    page.locator("#ask-talk .turn").nth(before).wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_conversation(chromium, site, size):
    with opened(chromium, site, size, "问答") as page:
        send(page, "博士租房补贴每月多少钱")
        first = page.locator("#ask-talk .turn").first
        assert "1000元/月" in first.locator(".answer").inner_text() and "租房补贴分别给予1000元/月" in "".join(first.locator("mark").all_inner_texts())
        assert page.get_by_label("您的问题").input_value() == "" and not page.locator("#ask-examples").is_visible()
        send(page, "那硕士呢")
        second = page.locator("#ask-talk .turn").nth(1)
        assert "800元" in second.locator(".answer").inner_text() and first.is_visible()
        page.wait_for_function("document.querySelectorAll('#ask-talk .turn')[1].getBoundingClientRect().top < innerHeight")
        assert "800元" in page.locator("#ask-live [role=status]").inner_text()
        suggestion = page.locator(".ask-next:visible").first
        words = suggestion.inner_text()
        suggestion.click()
        page.locator("#ask-talk .turn").nth(2).wait_for()
        assert words in page.locator("#ask-talk .turn").nth(2).locator(".asked").inner_text()
        page.get_by_role("button", name="重新开始").click()
        page.locator("#ask-examples").wait_for()
        assert page.locator("#ask-talk .turn").count() == 0
        send(page, "那硕士呢")
        assert "800元/月" not in page.locator("#ask-talk .answer").first.inner_text() or "购房" in page.locator("#ask-talk .answer").first.inner_text()


@pytest.mark.parametrize("size", SIZES)
def test_an_example_asks_and_the_query_unfolds(chromium, site, size):
    with opened(chromium, site, size, "问答") as page:
        page.get_by_role("button", name=ask_tab.EXAMPLES[1][1][0]).click()
        turn = page.locator("#ask-talk .turn").first
        turn.wait_for()
        assert "金额怎么算" in turn.inner_text()
        turn.locator("summary", has_text="SPARQL").click()
        assert "SELECT" in turn.locator("pre").inner_text() and "PREFIX" in turn.locator("pre").inner_text()
        turn.get_by_role("link", name=re.compile("在全文里看第七条")).click()
        page.locator("#art-7").wait_for()
        assert page.get_by_role("tab", name="原文", exact=True).or_(page.locator(".overflow-menu")).first.is_visible()


def test_a_box_of_the_picture_opens_the_graph(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        send(page, "博士租房补贴每月多少钱")
        page.locator("#ask-talk svg .measure a").first.click()
        page.locator("[data-graph-tab] aside h3", has_text="租房补贴").wait_for()


@pytest.mark.parametrize("text", NASTY)
def test_markup_in_a_question_is_shown_in_the_browser(chromium, site, text):
    with opened(chromium, site, "wide", "问答") as page:
        send(page, text)
        assert re.sub(r"\s+", " ", text) in page.locator("#ask-talk .asked").inner_text()
        assert page.locator("#ask-talk :is(script, img, iframe, [autofocus])").count() == 0


def test_what_cannot_be_read_is_told_and_the_conversation_stays(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        send(page, "创新券归哪个部门管")
        page.get_by_role("button", name="提问", exact=True).click()
        page.locator("#ask-talk .fault", has_text="问题是空的").wait_for()
        assert page.locator("#ask-talk .answer").count() == 1


def test_copy_and_print(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        send(page, "创新券归哪个部门管")
        page.get_by_role("button", name="复制答复").click()
        page.get_by_role("button", name="已复制").wait_for()
        held = page.evaluate("navigator.clipboard.readText()")
        assert page.locator("#ask-talk .answer").inner_text() in held and "原文（第" in held
        page.evaluate("window.print = () => { window.printed = document.querySelectorAll('#ask-talk details:not([open])').length }")
        page.get_by_role("button", name="打印").click()
        assert page.evaluate("window.printed") == 0
        page.emulate_media(media="print")
        assert page.locator("#ask-talk .answer").is_visible() and not page.locator("#ask-box").is_visible()


def test_by_keyboard_alone(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        page.get_by_label("您的问题").focus()
        page.keyboard.type("博士租房补贴每月多少钱")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("一共几年")
        assert "\n" in page.get_by_label("您的问题").input_value()
        page.keyboard.press("Enter")
        page.locator("#ask-talk .turn").first.wait_for()
        assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_without_the_operators_wish_nobody_is_asked_for_an_opinion(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        send(page, "创新券归哪个部门管")
        assert page.get_by_role("button", name="有用").count() == 0


def test_with_it_an_opinion_is_kept(chromium, tmp_path):
    file = tmp_path / "意见.jsonl"
    with app(tmp_path, "--feedback", str(file)) as served, opened(chromium, served.address, "narrow", "问答") as page:
        send(page, "创新券归哪个部门管")
        page.locator("#ask-opinion").wait_for()
        assert "存进本机" in page.locator("#ask-opinion").inner_text()
        page.locator("#ask-opinion textarea, #ask-opinion input").first.fill("<b>很清楚</b>")
        page.get_by_role("button", name="👍 有用").click()
        page.locator("#ask-opinion-told", has_text=THANKS).wait_for()
        row = json.loads(file.read_text(encoding="utf-8"))
        assert (row["good"], row["reason"], row["question"]) == (True, "<b>很清楚</b>", "创新券归哪个部门管") and row["answer"]
        page.get_by_role("button", name="重新开始").click()
        page.locator("#ask-examples").wait_for()
        page.locator("#ask-opinion").wait_for(state="hidden")
        page.wait_for_function("!document.querySelector('#ask-opinion-told')?.innerText.trim()")


def test_what_is_typed_while_waiting_stays_and_what_was_unfolded_stays_open(chromium, site):
    with opened(chromium, site, "wide", "问答") as page:
        send(page, "创新券归哪个部门管")
        page.locator("#ask-talk summary", has_text="SPARQL").click()
        box = page.get_by_label("您的问题")
        box.fill("博士租房补贴每月多少钱")
        held: list[Any] = []
        page.route("**/queue/join**", lambda route: route.continue_() if held else held.append(route))  # the server takes its time with the first
        box.press("Enter")
        page.wait_for_function("document.querySelector('#ask-question textarea').value === ''")
        page.keyboard.type("下一句")
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        page.locator("#ask-talk .turn").nth(1).wait_for()
        page.wait_for_function("document.querySelectorAll('#ask-talk .turn')[0].querySelector('pre').checkVisibility()")
        assert box.input_value() == "下一句" and "您问博士租房补贴每月多少钱" in page.locator("#ask-talk .asked").nth(1).inner_text().replace("\n", "")
        assert not page.locator("#ask-talk .turn").nth(1).locator("pre").is_visible()


def test_the_chosen_tab_can_be_read_in_the_dark(chromium, site):
    with opened(chromium, site, "wide", "问答", dark=True) as page:
        lights = page.locator("[role=tab][aria-selected=true]").first.evaluate(
            """(one) => { const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
            let back = one; while (/rgba\\(.*, 0\\)|transparent/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
            return [light(getComputedStyle(one).color), light(getComputedStyle(back).backgroundColor)]; }"""
        )
        assert (max(lights) + 0.05) / (min(lights) + 0.05) >= 4.5


def test_a_long_conversation_counts_on_and_stays_bounded(engine):
    talk: ask_tab.Talk = ()
    told = engine.explain("创新券归哪个部门管", (), AS_OF)
    for _ in range(ask_tab.TURNS + 2):
        talk = ask_tab.grown(talk, *told, engine.catalogue)
    assert len(talk) == ask_tab.TURNS and [turn.number for turn in talk] == list(range(3, ask_tab.TURNS + 3))
    assert f"第{ask_tab.TURNS + 2}问" in talk[-1].card
