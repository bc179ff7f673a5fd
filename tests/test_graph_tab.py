"""图谱: every measure, agency and article is there, linked as the graph says, and can be found, filtered and read by mouse and by keyboard."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa.graph import load, text_of
from qa.sparql.linked import linked
from qa.web.facts import path
from qa.web.graph_tab import graph_html, told
from qa.web.picture import KINDS, picture
from tests.browser import SIZES, in_sight, opened


@pytest.fixture(scope="module")
def whole(graph):
    return picture(graph)


@pytest.fixture(scope="module")
def at(whole):
    return {node.said.iri: node for node in whole.nodes}


def iris(graph, pattern):
    return {text_of(row["s"]) for row in graph.select(f"SELECT DISTINCT ?s WHERE {{ {pattern} }}")}


@pytest.mark.parametrize("name", ["SupportMeasure", "Agency", "Article", "Chapter"])
def test_every_one_of_a_kind_is_a_node_of_its_column(graph, whole, name):
    column = next(number for number, kind in enumerate(KINDS) if kind.name == name)
    assert {node.said.iri for node in whole.nodes if node.column == column} == iris(graph, f"?s a po:{name}")


def test_every_benefit_and_whom_it_is_for_are_nodes(graph, at):
    assert iris(graph, "?m po:hasBenefit ?s") | iris(graph, "?m po:forBeneficiary ?s") | iris(graph, "?b po:tier ?s . ?m po:hasBenefit ?b") <= set(at)


def test_every_edge_joins_two_nodes_and_none_is_twice(whole):
    assert all(0 <= end < len(whole.nodes) for edge in whole.edges for end in (edge.source, edge.target))
    assert all(edge.source != edge.target and edge.out and edge.back and "%" not in edge.out + edge.back for edge in whole.edges)
    assert len({(e.source, e.target, e.out) for e in whole.edges}) == len(whole.edges)


def test_edges_are_those_of_the_graph(graph, whole):
    found = {(whole.nodes[e.source].said.label, e.out, whole.nodes[e.target].said.label) for e in whole.edges}
    for row in graph.select('SELECT ?a ?b ?w WHERE { ?x a po:Article ; rdfs:label ?a ; cv:hasParticipation ?p . ?p po:participant/rdfs:label ?b ; cv:role/rdfs:label ?w FILTER(LANG(?b) = "zh" && LANG(?w) = "zh") }'):
        assert (text_of(row["a"]), text_of(row["w"]), text_of(row["b"])) in found
    assert {b for a, word, b in found if a == "第二十条" and word == "指明按其他文件执行的条"} == {"第二条", "第七条", "第十条", "第十五条", "第十六条", "第十七条", "第十八条"}
    assert ("租房补贴", "给予的待遇", "博士研究生租房补贴") in found and ("第十三条", "牵头单位", "大同金控集团") in found


def test_a_cooperating_agency_is_drawn_otherwise_than_a_leading_one(whole):
    by = {edge.out: {other.minor for other in whole.edges if other.out == edge.out} for edge in whole.edges}
    assert by["牵头单位"] == {False} and by["配合单位"] == {True}


def test_chapters_hold_each_article_once(graph, whole):
    numbers = sorted(int(text_of(row["n"])) for row in graph.select("SELECT ?n WHERE { ?a a po:Article ; eli:number ?n }"))
    assert sorted(number for _, articles in whole.chapters for number in articles) == numbers


def test_each_thing_belongs_to_its_articles(graph, at):
    for row in graph.select("SELECT ?m ?b ?n WHERE { ?m a po:SupportMeasure ; po:statedIn/eli:number ?n ; po:hasBenefit ?b }"):
        number = int(text_of(row["n"]))
        assert at[text_of(row["m"])].articles == at[text_of(row["b"])].articles == (number,)
    assert all(node.articles for node in at.values())


def test_quotes_are_the_text(graph, text, at):
    exact = {text_of(row["quote"]) for row in graph.select("SELECT ?quote WHERE { ?q oa:exact ?quote }")}
    for node in at.values():
        part = KINDS[node.column].name in ("Article", "Chapter")
        assert all(quote in (text if part else exact) for _, _, quote in node.quotes)
        if KINDS[node.column].name in ("Article", "SupportMeasure", "Benefit"):
            assert node.quotes and all(anchor == f"art-{node.articles[0]}" for _, anchor, _ in node.quotes)


def test_every_node_has_a_page(whole):
    app = FastAPI()
    app.include_router(linked(load().store))
    client = TestClient(app)
    assert [node.said.iri for node in whole.nodes if client.get("/" + path(node.said.iri)).status_code != 200] == []


def test_the_same_graph_gives_the_same_picture(whole):
    assert json.dumps(told(whole)) == json.dumps(told(picture(load())))


def test_data_cannot_end_its_template(graph):
    held = graph_html(graph).partition("<template data-graph-data>")[2]
    assert held.count("<") == 2 and held.endswith("</template></section>")


def ready(page, site):
    page.goto(site)
    page.get_by_role("tab", name="图谱").click()
    page.get_by_label("查找", exact=True).wait_for()


def names(page):
    """Return the labels shown, in the picture or in the list."""
    return set(page.evaluate("Array.from(document.querySelectorAll('[data-graph-tab] [data-node]')).filter((e) => e.getClientRects().length).map((e) => e.querySelector('.pg-name') ? Array.from(e.querySelectorAll('.pg-name'), (t) => t.textContent).join('') : e.textContent.split('：')[0])"))


def test_finding_a_measure_shows_it_with_quote_and_neighbours(chromium, site):
    with opened(chromium, site, "wide") as page:
        ready(page, site)
        assert "博士研究生租房补贴" not in names(page)
        page.get_by_label("查找", exact=True).fill("房租")
        page.get_by_role("button", name="租房补贴（支持措施）").click()
        panel = page.locator("[data-graph-tab] aside")
        assert panel.locator("h3").inner_text().endswith("租房补贴")
        assert "租房补贴分别给予1000元/月、800元/月、600元/月，期限3年" in panel.locator("blockquote").inner_text()
        assert {"博士研究生租房补贴", "全日制博士研究生", "第十七条"} <= names(page)
        assert page.evaluate("(() => { const frame = document.querySelector('.pg-frame').getBoundingClientRect(); return Array.from(document.querySelectorAll('.pg-chosen, .pg-near'), (e) => e.querySelector('rect').getBoundingClientRect()).every((box) => box.left >= frame.left && box.right <= frame.right); })()")
        assert page.locator(".pg-box[aria-current=true]").count() == 1 and page.locator(".pg-line.pg-lit").count() == page.locator(".pg-box.pg-near").count()
        panel.get_by_role("button", name="博士研究生租房补贴").click()
        assert panel.locator("h3").inner_text().endswith("博士研究生租房补贴") and "1000元/月，期限3年" in panel.inner_text()
        panel.get_by_role("link", name="（第十七条，看原文）").first.click()
        page.wait_for_function("document.activeElement.id === 'art-17'")
        assert in_sight(page, "#art-17")


def test_filters_leave_what_belongs_together(chromium, site, whole):
    with opened(chromium, site, "wide") as page:
        ready(page, site)
        page.get_by_label("部分（章）", exact=True).select_option(label="五、附则")
        assert names(page) == {"第十九条", "第二十条", "第二十一条"}
        page.get_by_label("责任单位", exact=True).select_option(label="市科技局")
        # it has no part in that chapter
        assert names(page) == set() and page.get_by_text("这样筛选，没有一个节点。").is_visible()
        page.get_by_label("部分（章）", exact=True).select_option(label="三、支持金融服务创新")
        assert names(page) == {"市科技局", "第十二条", "第十四条", "科技成果转化和产业化引导专项", "科技保险保费补贴"}
        for kind in ("责任单位", "条", "支持措施"):
            page.get_by_label(f"{kind}（", exact=False).first.uncheck()
        assert page.get_by_text("这样筛选，没有一个节点。").is_visible()
        page.locator(".pg-frame").get_by_role("button", name="清除筛选").click()
        assert len(names(page)) == sum(1 for node in whole.nodes if KINDS[node.column].shown)


def test_all_of_it_by_keyboard(chromium, site):
    with opened(chromium, site, "wide") as page:
        ready(page, site)
        assert page.locator(".pg-box[tabindex='0']").count() == 1
        page.locator(".pg-box[tabindex='0']").focus()
        focused = "document.activeElement.getAttribute('aria-label')"
        first = page.evaluate(focused)
        page.keyboard.press("ArrowRight")
        assert page.evaluate(focused).startswith("条：第一条")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(focused).startswith("条：第二条")
        page.keyboard.press("End")
        assert page.evaluate(focused).startswith("条：第二十一条")
        at = page.evaluate("(() => { const box = document.activeElement.getBoundingClientRect(), frame = document.querySelector('.pg-frame').getBoundingClientRect(); return box.top >= frame.top && box.bottom <= frame.bottom; })()")
        assert at and first.startswith("责任单位：")
        wide = "document.querySelector('.pg-frame svg').getBoundingClientRect().width"
        before = page.evaluate(wide)
        page.keyboard.press("+")
        assert page.evaluate(wide) > before
        page.keyboard.press("0")
        assert page.evaluate(wide) <= page.evaluate("document.querySelector('.pg-frame').clientWidth")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('aside') !== null")
        page.keyboard.press("Escape")
        assert page.evaluate(focused).startswith("条：第二十一条") and page.locator("[data-graph-tab] .pp-card").count() == 0


def test_labels_stay_in_their_boxes_and_boxes_apart(chromium, site, whole):
    with opened(chromium, site, "wide") as page:
        ready(page, site)
        for box in page.locator(".pg-kinds input").all():
            box.check()
        assert page.locator(".pg-box").count() == len(whole.nodes)
        overlaps, outside = page.evaluate(
            """() => { const boxes = Array.from(document.querySelectorAll('.pg-box'), (g) => [g, g.querySelector('rect').getBBox()]);
            const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
            return [boxes.flatMap(([, a], i) => boxes.slice(i + 1).filter(([, b]) => meet(a, b))).length,
              boxes.flatMap(([g, a]) => Array.from(g.querySelectorAll('text')).filter((t) => { const b = t.getBBox(); return b.x + b.width > a.x + a.width || b.y < a.y || b.y + b.height > a.y + a.height; }).map((t) => t.textContent))]; }"""
        )
        assert overlaps == 0 and outside == []


def test_a_narrow_screen_gets_the_list_first_and_the_picture_on_wish(chromium, site):
    with opened(chromium, site, "narrow") as page:
        ready(page, site)
        assert page.locator(".pg-frame").is_hidden()
        page.locator(".pg-list").get_by_role("button", name="租房补贴", exact=True).tap()
        panel = page.locator("[data-graph-tab] aside")
        assert "租房补贴分别给予1000元/月" in panel.inner_text() and in_sight(page, "[data-graph-tab] aside h3")
        page.get_by_role("button", name="关闭，回到图谱").tap()
        assert page.evaluate("document.activeElement.textContent") == "租房补贴"
        page.get_by_role("button", name="图", exact=True).tap()
        assert page.locator(".pg-frame").is_visible() and page.locator(".pg-list").is_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_an_address_leads_to_a_node_and_twice_the_text_size_fits(chromium, site, size):
    with opened(chromium, site, size) as page:
        page.goto(f"{site}/#node=id/agency/keju")
        panel = page.locator("[data-graph-tab] aside")
        panel.locator("h3").wait_for()
        assert "市科技局" in panel.inner_text() and "作为牵头单位的条（10）" in panel.inner_text()
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert panel.locator("h3").is_visible()


@pytest.mark.parametrize("hash_", ["#node=%E0%A4", "#node=nothing", "#art-99", "#node="])
def test_an_address_that_leads_nowhere_breaks_nothing(chromium, site, hash_):
    with opened(chromium, site, "wide") as page:
        page.goto(site + hash_)
        page.get_by_role("tab", name="图谱").click()
        page.get_by_label("查找", exact=True).wait_for()
        assert page.locator("[data-graph-tab] .pp-card").count() == 0
