"""资格自测: one question at a time, and beside it how every measure stands. What is answered lives in this session only.

self_check_tab(Interviewer(checker, graph)) in a gr.Tab(TAB)     HEAD and CSS go to the page     all text is escaped
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa import clock
from qa.check.cells import CellError
from qa.check.fields import Field
from qa.check.template import note
from qa.web.cards import counts_html, grounds_html, groups_html, text
from qa.web.interview import Interviewer, Talk, View

TAB = "资格自测"
UNKNOWN = "不知道"
CAUTION = "自测依据您的回答和文件原文，仅供参考，以原文及牵头单位解释为准。"
PRIVATE = "不问姓名和证件号码。回答只放在内存里，不写成文件，不记日志；关掉网页后最多一小时清除，按“重新开始”立即清除。"
_KEEP_SECONDS = 7200
_LOST = "离开太久，先前的回答已经清除。请重新开始。"
_EXAMPLES = {"months": "例如 36 或 3年", "money": "例如 1000000 或 100万", "date": "例如 2026-11-22"}
_UNITS = {"months": "单位：月", "money": "单位：元", "date": "年-月-日"}
CSS = """
#sc-kind .wrap, #sc-choice .wrap {display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: .6rem} #sc-choice .wrap {grid-template-columns: 1fr}
#sc-kind label, #sc-choice label {min-height: 2.9rem; font-size: 1.05rem; white-space: normal; align-items: center}
#sc-choice [data-testid=block-info] {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)} #sc-choice {border: 0; padding: 0} #sc-fault:not(:has(.fault)) {display: none}
#sc-begin {align-self: flex-start; min-width: min(18rem, 100%)}
#sc-question h3 {font-size: 1.35rem; line-height: 1.5} #sc-question [tabindex]:focus {outline: none} #sc-question [tabindex]:focus-visible {outline: 3px solid var(--pc-accent); outline-offset: 4px}
.pc .told {border-collapse: collapse; width: 100%} .pc .told th, .pc .told td {border-bottom: 1px solid var(--pc-line); padding: .3rem .5rem .3rem 0; text-align: left; vertical-align: top; font-weight: 400} .pc .told td {font-weight: 600}
#sc-body {gap: 2rem; align-items: flex-start} #sc-body button, #sc-start button {min-height: 2.75rem}
@media print {
  footer, header, [role=tablist], .tab-container, .tab-wrapper, .sc-screen, #sc-start {display: none !important} #sc-body {display: block !important}
  .pc .card {break-inside: avoid} .pc details::details-content {content-visibility: visible; block-size: auto} .pc summary {list-style: none}
}
"""
# Focus goes to what is new, or to what is wrong, so that a person without a mouse or without sight is led on.
HEAD = """<script>"use strict";
window.selfCheckFocus = (id) => { let left = 40; const look = () => {
  const found = document.querySelector("#sc-fault [role=alert]") || document.querySelector(id || "#sc-question [tabindex]") || null;
  if (found && found.offsetParent !== null) found.focus(); else if (left-- > 0) setTimeout(look, 50); };
  requestAnimationFrame(() => requestAnimationFrame(look)); };
const isRadio = (node) => node instanceof HTMLInputElement && node.type === "radio" && node.closest(".calm");
// Gradio gives each radio button a name of its own: then arrow keys do nothing, and nobody hears which group it is. Both are mended here.
document.addEventListener("focusin", (event) => {
  const group = isRadio(event.target) && event.target.closest(".wrap"), label = group && group.parentElement.querySelector("[data-testid=block-info]");
  if (group && group.getAttribute("role") !== "radiogroup") group.setAttribute("role", "radiogroup");
  if (label) group.setAttribute("aria-label", label.textContent.trim());
});
document.addEventListener("keydown", (event) => {
  if (!isRadio(event.target)) return;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) {
    const all = [...event.target.closest(".wrap").querySelectorAll("input[type=radio]")], to = all[(all.indexOf(event.target) + step + all.length) % all.length];
    event.preventDefault(); to.focus(); to.click();
  }
  const next = event.key !== "Enter" ? "" : event.target.closest("#sc-kind") ? "#sc-begin" : event.target.closest("#sc-choice") ? "#sc-next" : "";
  if (next) { event.preventDefault(); document.querySelector(next).click(); }
});</script>"""


def question_html(view: View) -> str:
    """Return the question with its progress, what it is needed for and what the document says on it."""
    done, all_ = view.answered, view.answered + view.left
    bar = f"<p class='soft'>已答 {done} 题，还有约 {view.left} 题</p><progress max='{max(all_, 1)}' value='{done}' aria-label='自测进度'>{done}/{all_}</progress>"
    field = view.question
    if field is None:
        return f"<div class='pc'>{bar}<h3 tabindex='-1'>能问的都问完了。</h3><p>旁边（手机上在下面）是每一项的结论。可以打印，也可以按“上一题”改。</p></div>"
    parts = [f"<h3 tabindex='-1'>{text(asked(field))}</h3>"]
    parts += [f"<p class='soft'>{text(said)}</p>" for said in [how(field)] if said]
    if view.uses:
        parts.append(f"<p class='soft'>用在：{text(view.uses)}</p>")
    if view.grounds:
        parts.append(f"<details><summary>为什么问这一项</summary>{grounds_html(view.grounds)}</details>")
    return f"<div class='pc'>{bar}{''.join(parts)}</div>"


def asked(field: Field) -> str:
    """Say a field as a question."""
    name = field.label.partition("（")[0] if field.type in ("months", "money") else field.label
    return f"{name}？" if field.type == "boolean" else {"months": f"{name}有多长？", "money": f"{name}是多少？", "date": f"{name}是哪一天？"}.get(field.type, f"{name}是哪一种？" if field.allowed else f"{name}？")


def how(field: Field) -> str:
    """Say how to answer: what may be written, or what is meant."""
    return note(field) if field.type in ("months", "money", "date") else field.note


def results_html(view: View) -> str:
    """Return every measure, sorted by verdict, and what was answered."""
    problems = [p for p in view.result.problems if not p.unread]
    clash = "".join(f"<p class='fault'>前后有矛盾：{text(p.message)}（{text(p.column or '')}）。有矛盾的先按没有回答算，请按“上一题”改正。</p>" for p in problems)
    rows = "".join(f"<tr><th scope='row'>{text(label)}</th><td>{text(said)}</td></tr>" for label, said in view.told)
    told = f"<details><summary>我的回答（{len(view.told)}）</summary><table class='told'>{rows}</table></details>" if rows else ""
    day = view.result.as_of
    return f"<div class='pc'><h3>各项措施（按{day.year}年{day.month}月{day.day}日算）</h3>{clash}{counts_html(view.judgements)}{groups_html(view.judgements)}{told}<p><small>{CAUTION}</small></p></div>"


def fault_html(message: str) -> str:
    """Return what is wrong with an answer."""
    return f"<div class='pc'><p class='fault' role='alert' tabindex='-1'>{text(message)}</p></div>" if message else ""


def self_check_tab(interviewer: Interviewer) -> None:
    """Build the tab's content in the gr.Tab that is open."""
    kinds = [(f"{kind.label}（{len(kind.measures)}项措施）", kind.label) for kind in interviewer.kinds()]
    talk = gr.State(None, time_to_live=_KEEP_SECONDS)
    with gr.Column(elem_id="sc-start", elem_classes="calm") as start:
        gr.HTML(f"<div class='pc'><h3 tabindex='-1'>看看您能享受哪些支持</h3><p>一次问一题，先问最要紧的，随时可以停。</p><p class='soft'>{PRIVATE}</p></div>")
        kind = gr.Radio(kinds, label="您是哪一类申请人", elem_id="sc-kind")
        begin = gr.Button("开始自测", variant="primary", elem_id="sc-begin")
    with gr.Row(visible=False, elem_id="sc-body", elem_classes="calm") as body:
        with gr.Column(scale=5, min_width=300, elem_classes="sc-screen"):
            question = gr.HTML(elem_id="sc-question")
            choice = gr.Radio([], label="您的回答", visible=False, elem_id="sc-choice")
            words = gr.Textbox(label="您的回答", visible=False, max_length=200, elem_id="sc-words")
            fault = gr.HTML(elem_id="sc-fault")
            go = gr.Button("下一题", variant="primary", elem_id="sc-next")
            with gr.Row():
                back = gr.Button("上一题", elem_id="sc-back", min_width=100)
                skip = gr.Button("跳过", elem_id="sc-skip", min_width=100)
            with gr.Row():
                again = gr.Button("重新开始", elem_id="sc-again", min_width=100)
                paper = gr.Button("打印结果", elem_id="sc-print", min_width=100)
        with gr.Column(scale=6, min_width=300):
            results = gr.HTML(elem_id="sc-results")
    shown = [talk, start, body, question, choice, words, fault, go, skip, back, results]

    def draw(now: Talk, error: str = "", draft: str = "") -> tuple[Any, ...]:
        view = interviewer.view(now)
        field = view.question
        by_choice = bool(view.options)
        options = [*view.options, UNKNOWN]
        ask_choice = gr.update(choices=options, value=draft if draft in options else None, visible=by_choice, label=asked(field) if field else "")
        ask_words = gr.update(value=draft, visible=field is not None and not by_choice, label=_labelled(field), placeholder=_EXAMPLES.get(field.type, "") if field else "")
        more = gr.update(visible=field is not None)
        return (now, gr.update(visible=False), gr.update(visible=True), question_html(view), ask_choice, ask_words, fault_html(error), more, more, gr.update(interactive=bool(now.answers)), results_html(view))

    def empty(error: str = "") -> tuple[Any, ...]:
        blank = gr.update(visible=False, value=None)
        return (None, gr.update(visible=True), gr.update(visible=False), "", blank, blank, fault_html(error), gr.update(), gr.update(), gr.update(), "")

    def opened(label: str | None) -> tuple[Any, ...]:
        if not label:
            gr.Info("请先选您是哪一类申请人。")
            return empty()
        return draw(interviewer.start(label, clock.today()))

    def answered(now: Talk | None, chosen: str | None, written: str | None) -> tuple[Any, ...]:
        if now is None:
            gr.Info(_LOST)
            return empty()
        raw = chosen if interviewer.view(now).options else written
        if raw == UNKNOWN:
            return draw(interviewer.skip(now))
        try:
            return draw(interviewer.answer(now, raw or ""))
        except CellError as error:
            return draw(now, str(error), raw or "")

    def skipped(now: Talk | None) -> tuple[Any, ...]:
        return draw(interviewer.skip(now)) if now else empty()

    def returned(now: Talk | None) -> tuple[Any, ...]:
        if now is None:
            return empty()
        before, draft = interviewer.back(now)
        return draw(before, "", draft)

    for event, run, inputs in (
        (begin.click, opened, kind), (go.click, answered, [talk, choice, words]), (words.submit, answered, [talk, choice, words]),
        (skip.click, skipped, talk), (back.click, returned, talk),
    ):  # fmt: skip
        done = event(run, inputs, shown, api_visibility="private", concurrency_limit=4, show_progress="hidden")
        done.then(None, None, None, js="() => selfCheckFocus()", api_visibility="private")
    cleared = again.click(lambda: empty(), None, shown, api_visibility="private", concurrency_limit=4, show_progress="hidden")
    cleared.then(None, None, None, js="() => selfCheckFocus('#sc-start [tabindex]')", api_visibility="private")
    paper.click(None, None, None, js="() => window.print()", api_visibility="private")


def _labelled(field: Field | None) -> str:
    return "" if field is None else f"{field.label.partition('（')[0]}（{_UNITS[field.type]}）" if field.type in _UNITS else field.label
