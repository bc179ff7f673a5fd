"""问答: a question box with examples; the reply, its quote in the official text, its query. All text is escaped."""

from __future__ import annotations

from html import escape

import gradio as gr

from qa.ask import Engine, Reply
from qa.ask.catalogue import Catalogue
from qa.errors import PolicyError

EXAMPLES = (
    "博士租房补贴每月多少钱",
    "我们公司买设备能报销多少，最多给多少",
    "4个博士7个硕士买房一共能补多少",
    "娃上学、老婆找工作有人管吗",
    "创新券归哪个部门管",
    "晋创谷的企业能享受吗",
)
NOTE = "本回答由规则与知识图谱生成，不是大模型生成；仅供参考，以原文及牵头单位解释为准。"
CSS = """
.reply {font-size: 1.15rem; line-height: 1.7}
.text {max-height: 26rem; overflow-y: auto; line-height: 1.8}
.text mark {background: #ffe58a; color: #1a1a1a}
.query pre {white-space: pre-wrap; word-break: break-all}
"""


def reply_html(reply: Reply) -> str:
    """Return the reply as escaped HTML: answer, steps, what was understood, notices."""
    lines = [f"<p><strong>{escape(reply.answer)}</strong></p>"]
    if reply.steps:
        lines.append("<p>计算：</p><ol>" + "".join(f"<li>{escape(s)}</li>" for s in reply.steps) + "</ol>")
    if reply.understood:
        lines.append(f"<p>我理解您在问：{escape(reply.understood)}</p>")
    lines += [f"<p>提示：{escape(n)}</p>" for n in reply.notices]
    if reply.status != "answered":
        lines.append("<p>可以这样问：" + "；".join(map(escape, reply.suggestions)) + "</p>")
    return f"<div class='reply' role='status'>{''.join(lines)}<p><small>{NOTE}</small></p></div>"


def text_html(catalogue: Catalogue, reply: Reply) -> str:
    """Return the paragraphs of the official text that the reply cites, its spans marked."""
    spans = sorted({span for c in reply.citations for span in (c.spans or ((c.start, c.end),))})
    text, out = catalogue.text, []
    for start, line in _paragraphs(text):
        inside = [(a, b) for a, b in spans if start <= a < start + len(line)]
        if not inside:
            continue
        at, html = start, ""
        for a, b in inside:
            if a >= at:
                html += escape(text[at:a]) + f"<mark>{escape(text[a:b])}</mark>"
                at = b
        out.append(f"<p>{html}{escape(text[at : start + len(line)])}</p>")
    return f"<div class='text' tabindex='0' aria-label='原文'>{''.join(out) or '<p>没有引用原文。</p>'}</div>"


def _paragraphs(text: str) -> list[tuple[int, str]]:
    out, at = [], 0
    for line in text.split("\n"):
        out.append((at, line))
        at += len(line) + 1
    return out


def query_html(reply: Reply) -> str:
    """Return the query as escaped preformatted text."""
    return f"<div class='query'><pre tabindex='0'>{escape(reply.sparql or '没有查询。')}</pre></div>"


def ask_tab(engine: Engine) -> None:
    """Build the tab's content in the gr.Tab that is open."""

    def answer(question: str) -> tuple[str, str, str]:
        try:
            reply = engine.ask(question)
        except PolicyError as error:
            return f"<div class='reply' role='alert'><p>{escape(error.message)}</p></div>", "", ""
        return reply_html(reply), text_html(engine.catalogue, reply), query_html(reply)

    with gr.Row():
        question = gr.Textbox(label="您的问题", placeholder=EXAMPLES[0], max_length=2000, scale=8, autofocus=True)
        button = gr.Button("提问", variant="primary", scale=1)
    with gr.Row():
        examples = [gr.Button(text, size="sm") for text in EXAMPLES]
    reply = gr.HTML(label="答复")
    gr.Markdown("## 原文")
    source = gr.HTML(label="原文")
    with gr.Accordion("查询（SPARQL）", open=False):
        query = gr.HTML(label="查询")
    outputs = [reply, source, query]
    for event in (button.click, question.submit):
        event(answer, question, outputs, api_visibility="private", concurrency_limit=4)
    for example in examples:
        example.click(lambda text: text, example, question, api_visibility="private").then(answer, question, outputs, api_visibility="private")
