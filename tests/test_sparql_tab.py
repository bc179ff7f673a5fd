"""The SPARQL workbench as an analyst uses it, in a real browser; each result beside the same query asked of the graph itself."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from qa.sparql.catalogue import load_catalogue
from qa.terms import PREFIXES
from tests.browser import overflow, show_tab, wide_only
from tests.sparql_server import CROSS

LABELLED = "SELECT ?s ?label WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?label LIMIT 20"
NASTY = [
    "<script>window.ran=1</script>",
    '"><img src=x onerror="window.ran=1">',
    "<svg/onload=window.ran=1>",
    "</textarea><script>window.ran=1</script>",
    "</template></section><img src=x onerror=window.ran=1>",
    "javascript:window.ran=1",
    "&lt;b&gt;&#60;img src=x onerror=window.ran=1&#62;",
    "{{constructor.constructor('window.ran=1')()}}${window.ran=1}",
]


@pytest.fixture(scope="module")
def queries(graph):
    return {query.key: query for query in load_catalogue(graph)}


def open_tab(screen, path="/"):
    """Open the tab; a share link opens it by itself."""
    screen.goto(path)
    if "#" not in path:
        show_tab(screen, "SPARQL")
    screen.locator("#sw-query").wait_for()


def status(screen):
    return screen.locator(".sw-status")


def done(screen):
    """Wait until the query that runs is answered, and return what is said of it."""
    screen.wait_for_function("/^(完成|没有查成|已取消)/.test(document.querySelector('.sw-status').textContent)")
    return status(screen).inner_text()


def run(screen, text):
    """Put a query into the editor and run it with the button."""
    screen.locator("#sw-query").fill(text)
    screen.get_by_role("button", name="运行", exact=True).click()
    return done(screen)


def pick(screen, query):
    """Find a query of the catalogue by its title, and choose it."""
    screen.get_by_label("找现成的查询").fill(query.label)
    screen.get_by_role("button", name=query.label, exact=True).click()
    return done(screen)


def view(screen, name):
    screen.get_by_role("group", name="结果的样子").get_by_role("button", name=name, exact=True).click()


def shown(screen):
    """Return the rows of the table; of an IRI its full form, of a literal its text without its language."""
    return screen.evaluate(
        """() => Array.from(document.querySelectorAll('.sw-scroll tbody tr'), (row) => Array.from(row.cells, (cell) =>
        cell.querySelector('[title]')?.title ?? Array.from(cell.childNodes).filter((node) => node.nodeName !== 'SMALL').map((node) => node.textContent).join('')))"""
    )


def expected(graph, text):
    """Return the rows that the graph itself gives, as the table shows them."""
    answer = graph.store.query(text, prefixes=PREFIXES)
    return [[term.value if (term := row[name]) is not None else "" for name in answer.variables] for row in answer]


def download(screen, name):
    """Click a download; return the file's name and its text."""
    with screen.expect_download() as waiting:
        screen.get_by_role("button", name=name, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes().decode("utf-8")


# --- from the catalogue to the table


@pytest.mark.parametrize("key", ["lead-by-article", "lead-count"])
def test_a_query_picked_runs_and_its_table_has_the_rows_of_the_graph(screen, graph, queries, key):
    open_tab(screen)
    rows = expected(graph, queries[key].text)
    assert f"{len(rows)} 行" in pick(screen, queries[key])
    assert shown(screen) == rows
    assert screen.locator(".sw-scroll caption").inner_text() == queries[key].label
    assert queries[key].comment in screen.locator("#sw-comment").inner_text()
    assert overflow(screen) == []
    box = status(screen).bounding_box()
    assert 0 <= box["y"] < screen.viewport_size["height"], "选了查询，却看不到结果"


@wide_only
def test_the_catalogue_is_whole_and_narrowed_by_what_is_typed(screen, queries):
    open_tab(screen)
    assert screen.locator(".sw-topics li").count() == len(queries)
    screen.get_by_label("找现成的查询").fill("有效期")
    fit = [query.label for query in queries.values() if "有效期" in query.label + query.comment]
    titles = screen.locator(".sw-topics li button:visible").all_inner_texts()
    assert fit and set(fit) <= set(titles) and len(titles) < len(queries)
    screen.get_by_label("找现成的查询").fill("没有这样的词")
    assert screen.locator(".sw-topics li button:visible").count() == 0
    assert "换一个词" in screen.locator(".sw-found").inner_text()


@wide_only
def test_every_query_of_the_catalogue_shows_as_many_rows_as_the_graph_has(screen, graph, queries):
    open_tab(screen)
    for query in queries.values():
        told = pick(screen, query)
        assert told.startswith("完成"), query.key
        if query.form == "select":
            assert f"{len(expected(graph, query.text))} 行" in told, query.key


def test_an_edited_query_gives_the_rows_of_the_edited_query(screen, graph, queries):
    open_tab(screen)
    pick(screen, queries["lead-by-article"])
    edited = queries["lead-by-article"].text.replace("ORDER BY ?n", "ORDER BY DESC(?n) LIMIT 3")
    assert "3 行" in run(screen, edited)
    assert shown(screen) == expected(graph, edited) != []
    assert screen.locator(".sw-scroll caption").inner_text() != queries["lead-by-article"].label, "改过的查询还挂着原来的标题"
    assert "改来" in screen.locator("#sw-comment").inner_text() and queries["lead-by-article"].comment not in screen.locator("#sw-comment").inner_text()


@wide_only
def test_columns_sort_both_ways_and_say_so(screen, queries):
    open_tab(screen)
    pick(screen, queries["lead-by-article"])
    head = screen.locator("th", has_text="n").first
    for order, reverse in (("ascending", False), ("descending", True)):
        head.get_by_role("button").click()
        numbers = [int(row[0]) for row in shown(screen)]
        assert head.get_attribute("aria-sort") == order and numbers == sorted(numbers, reverse=reverse)
        assert head.inner_text().strip()[-1] == ("▼" if reverse else "▲")


@wide_only
def test_yes_or_no_is_said_in_words(screen):
    open_tab(screen)
    run(screen, "ASK { ?s ?p ?o }")
    assert "是（true）" in screen.locator(".sw-answer").inner_text()
    run(screen, "ASK { ?s <http://example.org/no> ?o }")
    assert "否（false）" in screen.locator(".sw-answer").inner_text()


@wide_only
def test_no_rows_is_said_and_no_picture_offered(screen):
    open_tab(screen)
    assert "0 行" in run(screen, "SELECT ?s ?n { ?s <http://example.org/no> ?n }")
    assert "没有符合的行" in screen.locator(".sw-view").inner_text()
    assert screen.get_by_role("button", name="图", exact=True).is_disabled()


@wide_only
def test_more_rows_than_are_shown_are_counted_and_all_in_the_file(screen):
    open_tab(screen)
    assert "1500 行" in run(screen, "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1500")
    assert len(shown(screen)) < 1500 and "共 1500 行" in screen.locator(".sw-view").inner_text()
    _, text = download(screen, "下载 CSV")
    assert len(list(csv.reader(io.StringIO(text)))) == 1501


# --- completion


def typed(screen, before, word):
    """Type a word the way an input method gives it, after a text."""
    area = screen.locator("#sw-query")
    area.fill(before)
    area.focus()
    screen.keyboard.press("Control+End")
    screen.keyboard.insert_text(word)
    screen.locator("#sw-offers li").first.wait_for()


@pytest.mark.parametrize(("word", "name"), [("牵头", "po:Lead"), ("支持措施", "po:SupportMeasure")])
def test_a_chinese_word_becomes_the_prefixed_name_with_its_prefix(screen, word, name):
    open_tab(screen)
    typed(screen, "SELECT * WHERE { ?s ?p ", word)
    assert word in screen.locator('#sw-offers li[aria-selected="true"]').inner_text()
    assert overflow(screen) == []
    screen.keyboard.press("Enter")
    text = screen.locator("#sw-query").input_value()
    assert text == f"PREFIX po: <{PREFIXES['po']}>\nSELECT * WHERE {{ ?s ?p {name}"
    screen.keyboard.type(" } LIMIT 5")
    screen.keyboard.press("Control+Enter")
    assert "行" in done(screen) and len(shown(screen)) > 0


def test_an_instance_is_chosen_with_the_arrow_keys(screen, graph):
    open_tab(screen)
    typed(screen, "SELECT ?label { ", "购房")
    labels = screen.locator("#sw-offers li b").all_inner_texts()
    at = next(i for i, label in enumerate(labels) if "博士" in label)
    for _ in range(at):
        screen.keyboard.press("ArrowDown")
    chosen = screen.locator("#sw-query").get_attribute("aria-activedescendant")
    assert "博士" in screen.locator(f"#{chosen}").inner_text()
    screen.keyboard.press("Enter")
    assert screen.locator("#sw-offers").is_hidden()
    iri = re.search(r"<([^>]+)>$", screen.locator("#sw-query").input_value())
    assert iri and ox.Literal(labels[at], language="zh") in {quad.object for quad in graph.store.quads_for_pattern(ox.NamedNode(iri[1]), None, None)}
    screen.keyboard.type(" <http://www.w3.org/2000/01/rdf-schema#label> ?label }")
    screen.keyboard.press("Control+Enter")
    done(screen)
    assert [labels[at]] in shown(screen)


@wide_only
def test_escape_closes_the_list_undo_takes_the_name_back_and_comments_are_left_alone(screen):
    open_tab(screen)
    typed(screen, "SELECT * { ?s ?p ", "牵头")
    screen.keyboard.press("Escape")
    assert screen.locator("#sw-offers").is_hidden() and screen.locator("#sw-query").input_value().endswith("牵头")
    screen.keyboard.press("Control+Space")
    screen.keyboard.press("Enter")
    assert screen.locator("#sw-query").input_value().endswith("po:Lead")
    for _ in range(2):
        screen.keyboard.press("Control+z")
    assert "牵头" in screen.locator("#sw-query").input_value() and "po:Lead" not in screen.locator("#sw-query").input_value()
    for before in ("# ", 'SELECT * { ?s ?p "'):
        screen.locator("#sw-query").fill(before)
        screen.keyboard.press("Control+End")
        screen.keyboard.insert_text("牵头")
        assert screen.locator("#sw-offers").is_hidden(), before


@wide_only
def test_enter_that_ends_an_input_method_chooses_nothing(screen):
    open_tab(screen)
    screen.locator("#sw-query").fill("SELECT * { ?s ?p ")
    screen.keyboard.press("Control+End")
    keys = screen.context.new_cdp_session(screen)
    keys.send("Input.imeSetComposition", {"text": "lead", "selectionStart": 4, "selectionEnd": 4})
    assert screen.locator("#sw-query").input_value().endswith("lead")
    assert screen.locator("#sw-offers").is_hidden()
    keys.send("Input.insertText", {"text": "牵头"})
    screen.locator("#sw-offers li").first.wait_for()
    assert screen.locator("#sw-query").input_value() == "SELECT * { ?s ?p 牵头"


# --- pictures


def test_a_chart_draws_a_bar_a_row_and_writes_each_figure(screen, graph, queries):
    open_tab(screen)
    pick(screen, queries["lead-count"])
    view(screen, "图")
    rows = expected(graph, queries["lead-count"].text)
    screen.locator(".sw-picture rect").first.wait_for()
    assert screen.locator(".sw-picture title").all_text_contents() == [f"{name}：{value}" for name, value in rows]
    assert screen.locator(".sw-picture .sw-figure").all_text_contents() == [value for _, value in rows]
    widths = [float(width) for width in screen.locator(".sw-picture rect").evaluate_all("all => all.map((one) => one.getAttribute('width'))")]
    assert widths[0] / widths[-1] == pytest.approx(float(rows[0][1]) / float(rows[-1][1]))
    picture = screen.locator(".sw-picture > svg")
    assert picture.get_attribute("role") == "img" and rows[0][1] in picture.get_attribute("aria-label")
    assert overflow(screen) == []
    screen.get_by_role("group", name="图的画法").get_by_role("button", name="折线").click()
    assert screen.locator(".sw-dot").count() == len(rows)


def test_a_construct_is_shown_as_text_and_as_a_graph_that_keys_walk(screen, graph, queries):
    query = queries["cooperation-graph"]
    triples = list(graph.store.query(query.text))
    label = ox.NamedNode(PREFIXES["rdfs"] + "label")
    names = {triple.object.value for triple in triples if triple.predicate == label}
    edges = [triple for triple in triples if triple.predicate != label and not isinstance(triple.object, ox.Literal)]
    open_tab(screen)
    assert "Turtle" in pick(screen, query)
    assert set(ox.parse(screen.locator(".sw-turtle").inner_text(), format=ox.RdfFormat.TURTLE)) == {ox.Quad(*triple) for triple in triples}
    view(screen, "关系图")
    screen.locator(".sw-node").first.wait_for()
    assert screen.locator("path.sw-edge").count() == len(edges)
    assert set(screen.locator(".sw-node title").all_text_contents()) == names
    assert overflow(screen) == []
    screen.locator('.sw-node[tabindex="0"]').focus()
    first = screen.locator(".sw-about b").inner_text()
    screen.keyboard.press("ArrowRight")
    assert screen.locator(".sw-about b").inner_text() != first and re.search("指向：|来自：", screen.locator(".sw-about").inner_text())


# --- files and links


def test_files_hold_the_whole_result(screen, graph, queries):
    open_tab(screen)
    pick(screen, queries["lead-by-article"])
    rows = expected(graph, queries["lead-by-article"].text)
    name, text = download(screen, "下载 CSV")
    assert name.endswith(".csv") and text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [["n", "title", "lead"], *rows]
    name, text = download(screen, "下载 JSON")
    told = json.loads(text)
    assert name.endswith(".json") and told["head"]["vars"] == ["n", "title", "lead"]
    assert [[row[column]["value"] for column in told["head"]["vars"]] for row in told["results"]["bindings"]] == rows
    pick(screen, queries["cooperation-graph"])
    name, text = download(screen, "下载 Turtle")
    assert name.endswith(".ttl")
    assert set(ox.parse(text, format=ox.RdfFormat.TURTLE)) == {ox.Quad(*triple) for triple in graph.store.query(queries["cooperation-graph"].text)}


@wide_only
def test_a_file_runs_no_formula_and_keeps_numbers(screen):
    open_tab(screen)
    run(screen, 'SELECT ?x ?n { VALUES (?x ?n) { ("=HYPERLINK(1)" -5) ("+1" 2.5) ("@a,b\\"c\\nd" 3) } }')
    _, text = download(screen, "下载 CSV")
    assert list(csv.reader(io.StringIO(text[1:])))[1:] == [["'=HYPERLINK(1)", "-5"], ["'+1", "2.5"], ['\'@a,b"c\nd', "3"]]


def test_a_share_link_opens_the_same_query_and_does_not_run_it(screen, graph):
    open_tab(screen)
    text = f"# 井号、百分号 100%、加号 + 和 & 都在\n{LABELLED}\n"
    screen.locator("#sw-query").fill(text)
    screen.get_by_role("button", name="复制分享链接").click()
    screen.locator(".sw-link").wait_for()
    link = screen.locator(".sw-link").input_value()
    assert link.startswith(screen.url.partition("#")[0])
    other = screen.context.new_page()
    other.watch = screen.watch
    open_tab(other, link)
    assert other.locator("#sw-query").input_value() == text
    assert other.locator("#sw-query").is_visible()
    assert "还没有运行" in other.locator("#sw-comment").inner_text() and other.locator(".sw-scroll").count() == 0
    other.get_by_role("button", name="运行", exact=True).click()
    assert "20 行" in done(other)
    assert shown(other) == expected(graph, text)
    other.close()


# --- what goes wrong


FAULTS = {
    "SELECT * WHERE {\n  ?s ?p }": ["第 2 行", "请检查"],
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }": ["不向外查询", "请去掉"],
    "DELETE WHERE { ?s ?p ?o }": ["只读", "请改用"],
    "SELECT * FROM <http://example.org/no> { ?s ?p ?o }": ["没有名为", "example.org/no"],
    "SELECT * { ?a ?b ?c . ?d ?e ?f }": ["超过", "LIMIT"],
    "  ": ["query 是空的"],
}


def test_a_fault_is_told_in_chinese_with_what_to_do_and_the_query_stays(screen):
    for code in (400, 403, 422):
        screen.watch.expect(f"status of {code}")
    open_tab(screen)
    for text, words in FAULTS.items():
        assert run(screen, text) == "没有查成。"
        told = screen.get_by_role("alert").filter(has_text="✗").inner_text()
        assert all(word in told for word in words), told
        assert "Traceback" not in told and "undefined" not in told
        assert screen.locator("#sw-query").input_value() == text
        assert overflow(screen) == []
    run(screen, "ASK {}")
    assert screen.locator(".sw-fault").inner_text() == ""


@wide_only
def test_a_query_that_is_too_slow_can_be_left_and_is_ended(screen):
    screen.watch.expect("status of 503")
    open_tab(screen)
    screen.locator("#sw-query").fill(CROSS)
    screen.get_by_role("button", name="运行", exact=True).click()
    screen.get_by_role("button", name="取消", exact=True).click()
    assert done(screen) == "已取消。"
    assert screen.get_by_role("button", name="取消", exact=True).is_disabled()
    run(screen, CROSS)
    told = screen.locator(".sw-fault").inner_text()
    assert "超时" in told and "秒" in told and "LIMIT" in told


@wide_only
def test_an_endpoint_that_is_gone_is_told(screen):
    screen.watch.expect("ERR_FAILED")
    open_tab(screen)
    screen.route("**/sparql", lambda route: route.abort())
    assert run(screen, "ASK {}") == "没有查成。"
    assert "连不上" in screen.locator(".sw-fault").inner_text()


@wide_only
def test_the_answer_of_an_earlier_query_never_stands_under_a_later_one(screen):
    open_tab(screen)
    screen.locator("#sw-query").fill(CROSS)
    screen.get_by_role("button", name="运行", exact=True).click()
    assert "1 行" in run(screen, "SELECT (7 AS ?seven) {}")
    assert shown(screen) == [["7"]] and screen.locator(".sw-fault").inner_text() == ""


# --- markup is shown, not run


@wide_only
def test_markup_in_a_query_and_its_result_is_shown_not_run(screen):
    screen.watch.expect("status of 400")
    literals = [ox.Literal(nasty) for nasty in NASTY]
    text = "".join(f"# {nasty}\n" for nasty in NASTY) + f"SELECT ?x ?n {{ VALUES (?x ?n) {{ {' '.join(f'({literal} 1)' for literal in literals)} }} }}\n"
    open_tab(screen, "/#sparql=" + quote(text, safe=""))
    assert screen.locator("#sw-query").input_value() == text
    screen.get_by_role("button", name="运行", exact=True).click()
    assert f"{len(NASTY)} 行" in done(screen)
    assert shown(screen) == [[nasty, "1"] for nasty in NASTY]
    view(screen, "图")
    assert screen.locator(".sw-picture title").all_text_contents() == [f"{nasty}：1" for nasty in NASTY]
    label, things = PREFIXES["rdfs"] + "label", range(len(NASTY))
    triples = [f"<a:{n}> <a:next> <javascript:window.ran=1> . <a:{n}> <{label}> {literals[n]}" for n in things]
    run(screen, f"CONSTRUCT {{ {' . '.join(triples)} }} {{}}")
    view(screen, "关系图")
    screen.locator(".sw-node").first.wait_for()
    assert set(NASTY) < set(screen.locator(".sw-node title").all_text_contents())
    for node in screen.locator(".sw-node").all():
        node.focus()
    for nasty in NASTY:
        run(screen, f"SELECT {nasty}")
    assert screen.evaluate("window.ran") is None
    assert screen.locator(".sparql-workbench :is(script, img, iframe, [onload], [onerror], a[href^='javascript'])").count() == 0


# --- by keyboard alone; not by colour alone


def tab_to(screen, selector, text="", most=90):
    """Press Tab until the element that fits, and has the text, has the focus; a menu on the way is opened."""
    for _ in range(most):
        if screen.evaluate("([selector, text]) => document.activeElement.matches(selector) && document.activeElement.textContent.includes(text)", [selector, text]):
            return
        if screen.evaluate("document.activeElement.matches('.overflow-menu > button')"):
            screen.keyboard.press("Enter")
        screen.keyboard.press("Tab")
    raise AssertionError(f"用 Tab 到不了 {selector} {text}")


def test_the_whole_way_by_keyboard(screen, graph, queries):
    screen.goto("/")
    screen.get_by_role("tab", name="问答", exact=True).wait_for()
    tab_to(screen, '[role="tab"], .overflow-menu button', "SPARQL")
    screen.keyboard.press("Enter")
    screen.locator("#sw-query").wait_for()
    tab_to(screen, "#sw-search")
    screen.keyboard.insert_text(queries["lead-count"].label)
    tab_to(screen, ".sw-topics button")
    screen.keyboard.press("Enter")
    done(screen)
    assert shown(screen) == expected(graph, queries["lead-count"].text)
    tab_to(screen, "#sw-query")
    screen.keyboard.press("Control+a")
    screen.keyboard.insert_text("SELECT ?s { ?s a ")
    screen.keyboard.insert_text("支持措施")
    screen.keyboard.press("Enter")
    screen.keyboard.type(" } ORDER BY ?s LIMIT 4")
    screen.keyboard.press("Tab")
    assert screen.evaluate("document.activeElement.textContent") == "运行"
    screen.keyboard.press("Space")
    assert "4 行" in done(screen)
    tab_to(screen, ".sw-view th button")
    screen.keyboard.press("Enter")
    assert screen.locator("th").first.get_attribute("aria-sort") == "ascending"
    assert screen.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "看不出焦点在哪"


def test_no_state_is_told_by_colour_alone(screen, queries):
    open_tab(screen)
    pick(screen, queries["lead-count"])
    view(screen, "图")
    for selector in ('.sw-topics button[aria-current="true"]', '[aria-label="结果的样子"] button[aria-pressed="true"]', '[aria-label="图的画法"] button[aria-pressed="true"]'):
        assert screen.locator(selector).count() == 1
        assert "✓" in screen.locator(selector).evaluate("(one) => getComputedStyle(one, '::before').content"), selector
    off = screen.get_by_role("button", name="取消", exact=True)
    assert "line-through" in off.evaluate("(one) => getComputedStyle(one).textDecorationLine")
    screen.watch.expect("status of 400")
    run(screen, "SELECT")
    assert screen.locator(".sw-fault").inner_text().startswith("✗")
