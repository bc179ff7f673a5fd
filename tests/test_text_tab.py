"""原文: the text stands there whole, each quote is marked where it stands, and an address leads to an article."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.graph import text_of
from qa.web.facts import Facts, Said, path
from qa.web.spans import pieces
from qa.web.text_tab import Document, Part, article_html, contents_html, documents, marked, text_html
from tests.browser import SIZES, in_sight, opened

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted).map(tuple), max_size=12)


@given(text=st.text(max_size=30), spans=SPANS)
def test_pieces_join_to_the_text_and_cover_each_span_exactly(text, spans):
    spans = [(min(a, len(text)), min(b, len(text))) for a, b in spans]
    found = pieces(0, len(text), spans)
    assert "".join(text[p.start : p.end] for p in found) == text
    assert all(p.start < p.end for p in found)
    for number, (a, b) in enumerate(spans):
        assert "".join(text[p.start : p.end] for p in found if number in p.covers) == text[a:b]
        assert all(a <= p.start and p.end <= b for p in found if number in p.covers)


@given(spans=SPANS, start=st.integers(0, 30), long=st.integers(0, 30))
def test_pieces_of_a_window_stay_in_it_and_put_the_shortest_span_first(spans, start, long):
    found = pieces(start, start + long, spans)
    assert [p.start for p in found[1:]] == [p.end for p in found[:-1]]
    assert sum(p.end - p.start for p in found) == long
    for piece in found:
        widths = [spans[number][1] - spans[number][0] for number in piece.covers]
        assert widths == sorted(widths)
        assert set(piece.covers) == {n for n, (a, b) in enumerate(spans) if a <= piece.start and piece.end <= b}


class Reader(HTMLParser):
    """Read the text content, and which facts are marked on each character of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.on, self.tags, self.ids = "", [], [], []
        self._now: tuple[int, ...] = ()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.tags.append(tag)
        self.ids += [held["id"]] if "id" in held else []
        if tag == "mark":
            self._now = tuple(map(int, held["data-facts"].split()))

    def handle_endtag(self, tag):
        if tag == "mark":
            self._now = ()

    def handle_data(self, data):
        self.text += data
        self.on += [self._now] * len(data)


def made(text: str, *spans: tuple[int, int]) -> Document:
    facts = tuple(Said(f"x{n}", "名", "类", frozenset(), (), (), (span,), "part") for n, span in enumerate(spans))
    return Document("1号", "名", text, (Part("part", "Preamble", "preamble", "前言", "", 0, len(text), 0, 0),), facts)


@pytest.fixture(scope="module")
def document(graph) -> Document:
    return documents(graph, Facts(graph))[0]


@pytest.fixture(scope="module")
def read(document) -> Reader:
    return Reader(article_html(document))


def test_the_whole_text_stands_there_and_nothing_else(read, text):
    assert read.text == text.replace("\n", "")


def test_every_quote_is_marked_where_it_stands(graph, document, read):
    wanted = defaultdict(list)
    for row in graph.select("SELECT ?s ?exact WHERE { ?s po:statedIn ?part ; po:quote ?q . ?q oa:exact ?exact ; oa:start ?start } ORDER BY ?s ?start"):
        wanted[text_of(row["s"])].append(text_of(row["exact"]).replace("\n", ""))
    held = {fact.iri: number for number, fact in enumerate(document.facts)}
    assert set(held) == set(wanted)
    for iri, quotes in wanted.items():
        on = "".join(letter if held[iri] in facts else "\n" for letter, facts in zip(read.text, read.on, strict=True))
        # two quotes side by side make one stretch
        assert "".join(re.sub(r"\n+", " ", on).split()) == "".join("".join(quotes).split()), iri


def test_offsets_are_code_points_not_bytes_or_halves_of_letters():
    assert Reader(marked(made("𠮷𠮷补贴😀一千元", (2, 4), (5, 8)), 0, 8)).on == [(), (), (0,), (0,), (), (1,), (1,), (1,)]


def test_markup_in_a_text_is_shown_not_run():
    nasty = "<script>alert(1)</script>&amp;\"'"
    html = article_html(made(nasty, (0, 8)))
    assert "<script" not in html and Reader(html).text == nasty


def test_every_article_has_its_anchor_and_every_line_of_the_contents_leads_somewhere(graph, document, read):
    numbers = {int(text_of(row["n"])) for row in graph.select("SELECT ?n WHERE { ?a a po:Article ; eli:number ?n }")}
    assert {f"art-{n}" for n in numbers} <= set(read.ids) and len(read.ids) == len(set(read.ids))
    links = re.findall(r'href="#([^"]+)"', contents_html(document))
    assert links == [part.anchor for part in document.parts] and set(links) <= set(read.ids)


def test_a_panel_says_amounts_and_days_as_people_do(graph):
    facts = Facts(graph)
    said = {fact.label: {word: value for word, value, _ in fact.rows} for iri in facts.quoted() if (fact := facts.of(iri))}
    assert said["博士研究生租房补贴"]["数额"] == "1000元" and said["博士研究生租房补贴"]["期限"] == "3年"
    assert said["施行日期"]["日期"] == "2024年9月12日" and said["有效期"]["期限"] == "5年"
    assert said["创新启动资金"]["比例限制"] == "50%"
    assert not [value for rows in said.values() for value in rows.values() if value.startswith("http")]


def test_a_page_is_only_given_to_what_has_one():
    assert path("https://policy.datong.example/id/agency/科技") == "id/agency/%E7%A7%91%E6%8A%80"
    assert path("https://policy.datong.example/ontology#Lead") == ""


def test_a_graph_without_a_text_gives_an_empty_tab(tmp_path):
    from qa.graph import load

    (tmp_path / "a.ttl").write_text("@prefix po: <https://policy.datong.example/ontology#> . <https://policy.datong.example/id/x> a po:Agency .", encoding="utf-8")
    assert "原文" in text_html(load([tmp_path / "a.ttl"]))


@pytest.mark.parametrize("size", SIZES)
def test_an_address_leads_to_the_article_and_a_mark_to_its_fact(chromium, site, size):
    with opened(chromium, site, size) as page:
        page.goto(f"{site}/#art-17")
        page.wait_for_selector("#art-17", state="visible")
        page.wait_for_function("document.activeElement.id === 'art-17'")
        assert in_sight(page, "#art-17")
        page.locator("#art-17 mark", has_text="租房补贴分别给予1000元/月").click()
        panel = page.locator("[data-text-panel]")
        assert "博士研究生租房补贴" in panel.inner_text() and "1000元/月，期限3年" in panel.inner_text()
        assert page.locator("#art-17 mark[aria-current=true]").all_inner_texts() == ["全日制博士研究生", "租房补贴分别给予1000元/月", "期限3年"]
        link = panel.get_by_role("link", name="打开它的数据页").first.get_attribute("href")
        answer = page.request.get(link, headers={"Accept": "text/html"})
        assert answer.status == 200 and "博士研究生租房补贴" in answer.text()
        page.get_by_role("button", name="关闭，回到原文").click()
        assert page.locator("[data-text-panel] .pp-card").count() == 0 and page.locator("mark[aria-current]").count() == 0


def test_all_of_it_by_keyboard(chromium, site):
    with opened(chromium, site, "wide") as page:
        page.goto(f"{site}/#art-6")
        page.wait_for_function("document.activeElement.id === 'art-6'")
        page.locator("#art-6 mark").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        held = page.evaluate("document.activeElement.textContent")
        assert page.evaluate("document.activeElement.closest('section').id") == "art-6" and page.evaluate("document.querySelectorAll('mark[tabindex=\"0\"]').length") == 1
        page.keyboard.press("Enter")
        assert page.locator("[data-text-panel] blockquote").inner_text() == held
        assert page.evaluate("document.activeElement.closest('[data-text-panel]') !== null")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.tagName + document.activeElement.textContent") == f"MARK{held}"


@pytest.mark.parametrize("size", SIZES)
def test_finding_words_whatever_marks_and_blanks_lie_between(chromium, site, size, text):
    with opened(chromium, site, size) as page:
        page.goto(f"{site}/#header")
        box = page.get_by_label("在原文中查找")
        for typed, plain in (("租房补贴", "租房补贴"), ("北京研发大同 中试", "北京研发 大同中试"), ("１００万", "100万"), ("全日制硕士研究生和全日制本科生", "全日制硕士研究生和全日制本科生")):
            box.fill(typed)
            box.press("Enter")
            told = page.locator(".pt-told").inner_text()
            assert f"第 1 处，共 {text.count(plain)} 处" in told
        box.fill("没有的字")
        assert page.locator(".pt-told").inner_text() == "原文里没有这几个字"


def test_contents_lead_to_the_part_and_marks_can_be_put_away(chromium, site):
    with opened(chromium, site, "wide") as page:
        page.goto(f"{site}/#preamble")
        page.locator(".pt-contents a", has_text="第十五条").click()
        page.wait_for_function("document.activeElement.id === 'art-15'")
        assert in_sight(page, "#art-15") and in_sight(page, ".pt-contents") and in_sight(page, "[data-text-panel]")
        page.wait_for_selector(".pt-contents a[href='#art-15'][aria-current=location]")
        page.get_by_label("标出图谱记下的事实").uncheck()
        assert page.locator("mark[role=button], mark[tabindex]").count() == 0
        page.locator("#art-15 mark").first.click()
        assert page.locator("[data-text-panel] .pp-card").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways_with_text_at_twice_the_size(chromium, site, size):
    with opened(chromium, site, size) as page:
        page.goto(f"{site}/#art-9")
        page.wait_for_function("document.activeElement.id === 'art-9'")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.locator("#art-9 mark").first.click()
        assert page.locator("[data-text-panel] .pp-card").first.is_visible()
