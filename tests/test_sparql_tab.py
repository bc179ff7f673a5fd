"""The SPARQL workbench as an analyst uses it, in a real browser; each result beside the same query asked of the graph itself."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import rdflib

from qa.graph import text_of
from qa.sparql.catalogue import load_catalogue
from tests.browser import overflow, wide_only
from tests.tab_browser import open_tab as choose_tab

XSS = ("<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "</template><b onclick=alert(1)>")


@pytest.fixture(scope="module")
def queries(graph):
    return {query.key: query for query in load_catalogue(graph)}


def open_tab(page, path="/"):
    page.goto(path)
    choose_tab(page, "SPARQL")
    page.locator("#sw-query").wait_for()
    return page


def run(page, query):
    """Type a query over what stands in the editor and run it by keyboard."""
    page.locator("#sw-query").fill(query)
    page.locator("#sw-query").press("Control+Enter")


def done(page):
    """Wait until the answer is there, and return the line that tells its size."""
    page.locator(".sw-status", has_text="完成").wait_for()
    return page.locator(".sw-status").inner_text()


def saved(page, button):
    """Return the bytes that a download button gives."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(coming.value.path()).read_bytes()


def test_a_query_is_picked_run_and_shows_the_rows_of_the_graph(page, graph, queries):
    query = queries["lead-by-article"]
    open_tab(page).locator("#sw-search").fill(query.label)
    page.get_by_role("button", name=query.label, exact=True).click()
    page.get_by_role("button", name="运行", exact=True).click()
    rows = graph.select(query.text)
    assert f"{len(rows)} 行" in done(page)
    shown = page.locator(".sw-view tbody tr")
    assert shown.count() == len(rows) > 0
    first = shown.first.inner_text()
    assert all(text_of(term).rpartition("/")[2] in first for term in rows[0].values())
    assert overflow(page) == []


@wide_only
def test_a_column_sorts_and_says_so(page):
    open_tab(page)
    run(page, "SELECT ?n WHERE { VALUES ?n { 2 10 1 } }")
    done(page)
    for order, wanted in (("ascending", ["1", "2", "10"]), ("descending", ["10", "2", "1"])):
        page.get_by_role("button", name="n", exact=False).and_(page.locator("th button")).click()
        assert page.locator("th").first.get_attribute("aria-sort") == order
        assert page.locator(".sw-view tbody td").all_inner_texts() == wanted


def test_a_chinese_word_becomes_the_term_it_names(page):
    open_tab(page)
    editor = page.locator("#sw-query")
    editor.fill("")
    editor.fill("购房补")
    editor.press("End")
    editor.press_sequentially("贴")
    page.locator("#sw-offers li").first.wait_for()
    assert "购房补贴" in page.locator("#sw-offers li").first.inner_text() and editor.get_attribute("aria-expanded") == "true"
    editor.press("Enter")
    assert editor.input_value().strip().startswith("<") and "housing-purchase" in editor.input_value()
    editor.fill("")
    editor.press_sequentially("牵头")
    page.locator("#sw-offers li").first.wait_for()
    editor.press("Enter")
    text = editor.input_value()
    assert "牵头" not in text and text.startswith("PREFIX "), "the prefix of the term is declared with it"
    editor.fill("")
    editor.press_sequentially("牵头")
    editor.press("Escape")
    assert page.locator("#sw-offers").is_hidden() and editor.input_value() == "牵头"


@wide_only
def test_the_whole_way_by_keyboard(page, queries):
    query = queries["lead-by-article"]
    open_tab(page).locator("#sw-search").focus()
    page.keyboard.type(query.label)
    page.get_by_role("status").filter(has_text="找到").wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == query.label:
            break
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "sw-query":
            break
    page.keyboard.press("Control+Enter")
    done(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "运行", "Tab leaves the editor"


def test_numbers_are_drawn_and_every_figure_is_written(page):
    open_tab(page)
    run(page, 'SELECT ?name ?n WHERE { VALUES (?name ?n) { ("甲" 3) ("乙" 12) } }')
    done(page)
    page.get_by_role("button", name="图", exact=True).click()
    drawn = page.locator(".sw-view svg")
    drawn.wait_for()
    assert {"3", "12", "甲", "乙"} <= set(drawn.locator("text").all_text_contents())
    assert overflow(page) == []


def test_a_graph_is_text_and_picture_and_turtle(page):
    open_tab(page)
    run(page, "PREFIX po: <https://policy.datong.example/ontology#>\nCONSTRUCT { ?a po:chapter ?c } WHERE { ?a a po:Article ; <http://data.europa.eu/eli/ontology#is_part_of> ?c }")
    done(page)
    turtle = saved(page, "下载 Turtle")
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) >= 21
    page.get_by_role("button", name="关系图", exact=True).click()
    page.locator(".sw-view svg").wait_for()
    assert overflow(page) == []


@wide_only
def test_downloads_hold_every_row(page, graph):
    query = 'SELECT ?article ?n WHERE { ?article a <https://policy.datong.example/ontology#Article> ; <http://data.europa.eu/eli/ontology#number> ?n } ORDER BY ?n'
    open_tab(page)
    run(page, query)
    done(page)
    rows = graph.select(query)
    lines = list(csv.reader(io.StringIO(saved(page, "下载 CSV").decode("utf-8-sig"))))
    assert lines == [["article", "n"], *([text_of(r["article"]), text_of(r["n"])] for r in rows)] and len(rows) == 21
    assert len(json.loads(saved(page, "下载 JSON"))["results"]["bindings"]) == 21


@wide_only
def test_a_formula_in_a_result_is_inert_in_the_csv(page):
    open_tab(page)
    run(page, 'SELECT ?x WHERE { VALUES ?x { "=1+1" "@x" "-1" } }')
    done(page)
    assert [row[0][0] for row in csv.reader(io.StringIO(saved(page, "下载 CSV").decode("utf-8-sig")))][1:] == ["'"] * 3


def test_a_share_link_opens_the_same_query_and_does_not_run_it(page):
    query = 'ASK { <https://policy.datong.example/id/x> ?p "中文 & #+%" }'
    open_tab(page).locator("#sw-query").fill(query)
    page.get_by_role("button", name="复制分享链接", exact=True).click()
    page.locator(".sw-link").wait_for()
    link = page.locator(".sw-link").input_value()
    other = page.context.new_page()
    other.goto(link)
    other.locator("#sw-query").wait_for()
    assert other.locator("#sw-query").input_value() == query
    assert "还没有运行" in other.locator("#sw-comment").inner_text() and other.locator(".sw-view").count() == 0


@pytest.mark.parametrize(("query", "words"), [("SELECT * WHERE {", "第"), ("SELECT * WHERE { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }", "SERVICE"), ("DELETE WHERE { ?s ?p ?o }", "")])
@wide_only
def test_what_is_refused_is_told_in_chinese(page, query, words):
    page.watch.expect("Failed to load resource")
    open_tab(page)
    run(page, query)
    page.locator(".sw-fault", has_text="✗").wait_for()
    told = page.locator(".sw-fault").inner_text()
    assert words in told and any("一" <= char <= "龥" for char in told) and "Traceback" not in told
    assert page.locator(".sw-status").inner_text() == "没有查成。"


@pytest.mark.parametrize("markup", XSS)
def test_markup_is_shown_not_run(page, markup):
    open_tab(page)
    literal = markup.replace('"', '\\"')
    run(page, f'SELECT ?x ("{literal}" AS ?y) WHERE {{ VALUES ?x {{ "{literal}" }} }}')
    done(page)
    assert page.locator(".sw-view tbody td").all_inner_texts() == [markup, markup]
    assert page.locator(".sw-workbench img, .sparql-workbench img, .sw-view script").count() == 0
    assert overflow(page) == []


def test_a_slow_query_can_be_left(page):
    open_tab(page)
    run(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    stop = page.get_by_role("button", name="取消", exact=True)
    stop.click()
    page.locator(".sw-status", has_text="已取消").wait_for()
    assert stop.is_disabled() and page.locator(".sw-fault").inner_text() == ""
