"""The page's tabs as somebody meets and uses them, and what is looked at on each: axe's rules, the way by keyboard, text at twice the size.

TABS: name -> what a person does there until something stands there        wrong(page): axe's serious findings        stops(page): where Tab leads
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

TABLE = "编号,姓名,学历,学习形式,是否新全职引进,劳动合同,养老保险\n1,张三,博士研究生,全日制,是,是,是\n2,李四,本科,全日制,否,是,是\n"
GRAVE = ("serious", "critical")


def ask(page: Any) -> None:
    """Ask a question."""
    page.get_by_label("您的问题").fill("博士租房补贴每月多少钱")
    page.get_by_role("button", name="提问", exact=True).click()
    page.locator("#ask-talk .answer", has_text="1000元/月").wait_for()


def answer_one(page: Any) -> None:
    """Answer one question and see the verdicts."""
    page.get_by_role("radio", name="人才").check()
    page.get_by_role("button", name="开始自测").click()
    page.locator("#sc-choice").get_by_role("radio", name="博士研究生", exact=True).check()
    page.get_by_role("button", name="下一题").click()
    page.locator("#sc-question", has_text="已答 1 题").wait_for()
    page.locator("#sc-results .card").first.wait_for()
    page.locator("#sc-question [tabindex]:focus").wait_for()  # the page leads on to the next question, a moment after it stands there


def judge_a_table(page: Any) -> None:
    """Hand in a table and see the results."""
    page.locator("#bt-file input[type=file]").set_input_files({"name": "人才.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.locator("#bt-file .file-preview").wait_for()
    page.locator("#bt-go").click()
    page.locator("#bt-done").wait_for(timeout=60_000)
    page.locator("#bt-table caption").wait_for()
    page.locator("#bt-done:focus").wait_for()  # the page leads to the results, a moment after they stand there


def open_a_node(page: Any) -> None:
    """Find a measure in the graph and open it."""
    page.get_by_label("查找", exact=True).fill("房租")
    page.get_by_role("button", name="租房补贴（支持措施）").click()
    page.locator("[data-graph-tab] aside h3").wait_for()


def open_a_mark(page: Any) -> None:
    """Open a fact in the official text."""
    page.locator("#art-17 mark").first.click()
    page.locator("[data-text-panel] .pp-card").wait_for()


def run_a_query(page: Any) -> None:
    """Run a query of the catalogue."""
    page.locator("#sw-query").wait_for()
    page.locator(".sw-topics button").first.click()
    page.wait_for_function("/^完成/.test(document.querySelector('.sw-status').textContent)")


TABS: dict[str, Callable[[Any], None]] = {"问答": ask, "资格自测": answer_one, "批量校验": judge_a_table, "图谱": open_a_node, "原文": open_a_mark, "SPARQL": run_a_query}


def wrong(page: Any, *rules: str) -> list[str]:
    """Return what axe finds of serious or critical weight, by all of its rules or by those named: rule, what it says, the first elements."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    at_once(page)  # a colour that is just changing is no colour that anybody reads
    found = page.evaluate("(rules) => axe.run(document, {resultTypes: ['violations'], ...(rules.length ? {runOnly: rules} : {})}).then((told) => told.violations)", list(rules))
    return [
        f"{one['id']}（{one['impact']}，{len(one['nodes'])} 处）{one['help']}：" + " ｜ ".join(f"{node['html'][:160]} {(node.get('failureSummary') or '')[-160:]}" for node in one["nodes"][:4])
        for one in found
        if one["impact"] in GRAVE
    ]


def at_once(page: Any) -> None:
    """Let what changes on the page change at once, and wait until it is drawn so."""
    page.add_style_tag(content="*, *::before, *::after { transition: none !important; animation: none !important }")
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


# What Tab must reach: controls that are there for the eye, one of each group of radio buttons; what a roving tabindex leaves out is reached by arrow keys.
_CONTROLS = """() => {
  const all = Array.from(document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]'));
  const there = (e) => e.checkVisibility({visibilityProperty: true, opacityProperty: false}) && !e.disabled && e.tabIndex >= 0 && !e.closest('[inert], [aria-hidden="true"]')
    && e.getBoundingClientRect().width > 0 && !(e.type === 'file' && getComputedStyle(e).display === 'none');
  const name = (e) => e.type === 'radio' ? `radio ${e.name || e.closest('fieldset, [role=radiogroup], .block')?.id}` : null;
  const groups = new Set();
  return all.filter(there).filter((e) => { const group = name(e); if (!group) return true; if (groups.has(group)) return false; groups.add(group); return true; })
    .map((e, at) => { (window.__controls ||= new Map()).set(name(e) || e, at); return (e.getAttribute('aria-label') || e.innerText || e.placeholder || e.id || e.outerHTML).slice(0, 60).trim(); });
}"""
_STOP = """() => {
  const e = document.activeElement, name = e.type === 'radio' ? `radio ${e.name || e.closest('fieldset, [role=radiogroup], .block')?.id}` : null;
  const looks = (one) => { const s = getComputedStyle(one), m = getComputedStyle(one, '::after'); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.color, s.stroke, s.strokeWidth, m.outlineStyle, m.boxShadow].join('|'); };
  const near = [e, e.parentElement, e.parentElement?.parentElement, ...e.children].filter(Boolean);
  const last = window.__stop, seen = near.map(looks);
  const told = last && last.e !== e ? {showed: last.seen.some((was, at) => was !== looks(last.near[at])), what: last.e.outerHTML.slice(0, 140)} : null;
  window.__stop = {e, near, seen};
  return {at: window.__controls.get(name || e) ?? window.__controls.get(e) ?? null, body: e === document.body, told};
}"""


def controls(page: Any) -> list[str]:
    """Return what Tab must reach on the page as it stands, by its words."""
    return list(page.evaluate(f"(() => {{ window.__controls = new Map(); window.__stop = null; return ({_CONTROLS})(); }})()"))


def walked(page: Any, most: int) -> tuple[set[int], list[str]]:
    """Press Tab from the top of the page to its end; return the numbers of the controls reached, and those on which the focus cannot be seen."""
    page.evaluate("() => { const top = document.createElement('span'); top.tabIndex = -1; document.body.prepend(top); top.focus(); }")
    reached, unseen = set[int](), list[str]()
    at_once(page)
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(f"({_STOP})()")
        if stop["told"] and not stop["told"]["showed"]:
            unseen.append(stop["told"]["what"])
        if stop["body"] and reached:  # the way is at its end; before its beginning, the page took the focus while it still drew
            break
        if stop["at"] is not None:
            reached.add(stop["at"])
    return reached, unseen


CUT_OFF = """() => Array.from(document.body.querySelectorAll('*')).filter((e) => {
  const s = getComputedStyle(e), own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
  return own && e.checkVisibility() && !e.closest('svg, [aria-hidden="true"], .sr-only, .visually-hidden') && e.clientWidth > 2
    && (s.overflowX === 'hidden' || s.overflowX === 'clip') && (e.scrollWidth > e.clientWidth + 2 || (['hidden', 'clip'].includes(s.overflowY) && e.scrollHeight > e.clientHeight + 4));
}).map((e) => `${e.tagName}.${e.className} “${e.textContent.trim().slice(0, 40)}”`)"""


def cut_off(page: Any) -> list[str]:
    """Return the texts that stand in a box too small for them which neither grows nor scrolls."""
    return list(page.evaluate(CUT_OFF))
