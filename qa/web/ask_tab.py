"""问答: a conversation. The reply as a card, what to ask next, examples by audience, and feedback where the operator wants it.

ask_tab(engine, feedback)      HEAD and CSS go to the page      the conversation lives in the memory of the page's session and nowhere else
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from qa.ask import Engine, Reply
from qa.ask.catalogue import Catalogue
from qa.ask.sheet import Sheet
from qa.errors import PolicyError
from qa.web.ask_view import CSS as VIEW
from qa.web.ask_view import NOTE, fault_html, turn_html
from qa.web.feedback import TOLD, Feedback
from qa.web.parts import script

TAB = "问答"
EXAMPLES = (
    ("群众和人才", ("博士租房补贴每月多少钱", "非全日制硕士能领购房补贴吗", "娃上学、老婆找工作有人管吗")),
    ("企业和团队", ("我们公司买设备花了800万，能补多少", "厂房和办公室白用几年", "晋创谷的企业能享受吗")),
    ("平台和院校", ("省级重点实验室认定下来给多少", "院士工作站建站给多少、几年到位", "技术转移平台每年给多少运营经费")),
    ("审核和分析", ("哪几条没有写金额", "市科技局牵头哪几条", "这份文件管到什么时候")),
)
TURNS = 20
_BROKEN = "没有答成，是程序的毛病。请换个说法再问一次；若总是这样，请告诉维护的人。"
_LOG = logging.getLogger(__name__)
NEXT = 3
HEAD = script("PolicyAskTab", ("ask/ask",))
CSS = VIEW + """
#ask-live {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
#ask-talk:not(:has(.turn)) {display: none} .ask-row button {white-space: normal; text-align: left; min-height: 2.75rem; justify-content: flex-start} #ask-send {min-height: 2.75rem}
#ask-question .info-text {color: #454c55} .dark #ask-question .info-text {color: #c3cad5} @media (max-width: 600px) { #ask-box {flex-direction: column} #ask-box > * {width: 100%} .ask-row {gap: .5rem} }
.ask-who {min-width: min(13rem, 100%) !important} .ask-who h2 {font-size: 1rem; margin: 0}
"""


@dataclass(frozen=True)
class Turn:
    """A question that could be read, its reply as text, and the card."""

    number: int
    question: str
    answer: str
    card: str


Talk = tuple[Turn, ...]


def grown(talk: Talk, reply: Reply, sheet: Sheet, catalogue: Catalogue) -> Talk:
    """Return the conversation with one more turn, counted on from the last; the earliest give way."""
    number = talk[-1].number + 1 if talk else 1
    return (*talk, Turn(number, reply.question, reply.answer, turn_html(number, reply, sheet, catalogue)))[-TURNS:]


def talk_html(talk: Talk, fault: str = "") -> str:
    """Return the conversation, the earliest first; a fault stands at its end."""
    return f"<div class='pc'>{''.join(turn.card for turn in talk)}{fault}</div>" if talk or fault else ""


def heard(words: str) -> str:
    """Return what is read aloud where nobody looks: the answer alone."""
    return f"<p role='status'>{escape(words)}</p>"


def ask_tab(engine: Engine, feedback: Feedback | None = None) -> None:
    """Build the tab's content in the gr.Tab that is open."""
    talk = gr.State(())
    shown = gr.HTML(elem_id="ask-talk", label="对话")
    live = gr.HTML(elem_id="ask-live", label="最新答复")
    with gr.Row(visible=False, elem_classes="ask-row") as onward:
        nexts = [gr.Button("", size="sm", visible=False, elem_classes="ask-next") for _ in range(NEXT)]
    opinion = _opinion(feedback, talk) if feedback else []
    with gr.Row(elem_id="ask-box"):
        question = gr.Textbox(label="您的问题", info="用自己的话写一句就行；按回车提问，Shift＋回车换行。可以接着上一问追问。", placeholder="例如：博士租房补贴每月多少钱", lines=1, max_lines=6, scale=8, autofocus=True, elem_id="ask-question")
        with gr.Column(scale=1, min_width=110):
            send = gr.Button("提问", variant="primary", elem_id="ask-send")
            again = gr.Button("重新开始", size="sm", visible=False, elem_id="ask-again")
    with gr.Row(elem_id="ask-examples", elem_classes="ask-row") as examples:
        picks = []
        for who, asked in EXAMPLES:
            with gr.Column(min_width=200, elem_classes="ask-who"):
                gr.HTML(f"<div class='pc'><h2>{who}</h2></div>", label=who)
                picks += [gr.Button(text, size="sm") for text in asked]
    gr.HTML(f"<div class='pc'><p class='soft'><small>{NOTE}提问不记日志、不写进文件，关掉网页后最多一小时从内存里删除。</small></p></div>", label="说明")
    outputs: list[Any] = [talk, shown, live, question, onward, *nexts, again, examples]

    def drawn(now: Talk, fault: str = "", said: str = "", kept: str | None = "", suggestions: tuple[str, ...] = ()) -> tuple[Any, ...]:
        buttons = [gr.update(value=words, visible=True) if (words := suggestions[n] if n < len(suggestions) else "") else gr.update(visible=False) for n in range(NEXT)]
        begun = bool(now or fault)
        return now, talk_html(now, fault), heard(said), gr.skip() if kept is None else kept, gr.update(visible=bool(suggestions)), *buttons, gr.update(visible=begun), gr.update(visible=not begun)

    def answered(now: Talk | None, text: str) -> tuple[Any, ...]:
        now = now or ()
        try:
            reply, sheet = engine.explain(text, [turn.question for turn in now])
        except PolicyError as error:
            return drawn(now, fault_html(text, error.message), error.message, text)
        except Exception:
            _LOG.exception("ask")
            return drawn(now, fault_html(text, _BROKEN), _BROKEN, text)
        return drawn(grown(now, reply, sheet, engine.catalogue), "", reply.answer, None, reply.suggestions)

    asking: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": 4, "show_progress": "minimal", "trigger_mode": "once"}
    for event, given in ((send.click, question), (question.submit, question), *((button.click, button) for button in (*nexts, *picks))):
        done = event(answered, [talk, given], outputs, js="(talk, words) => askTaken(talk, words)", **asking)
        done.then(None, None, None, js="() => askShown()", api_visibility="private")
        if feedback:
            done.then(lambda now, html: (gr.update(visible=bool(now) and "role='alert'" not in html), "", ""), [talk, shown], opinion, api_visibility="private", show_progress="hidden")
    no_opinion = (gr.update(visible=False), "", "")[: len(opinion)]
    cleared = again.click(lambda: (*drawn(()), *no_opinion), None, [*outputs, *opinion], api_visibility="private", show_progress="hidden")
    cleared.then(
        None, None, None, js="() => document.querySelector('#ask-question textarea').focus()", api_visibility="private"
    )


def _opinion(feedback: Feedback, talk: gr.State) -> list[Any]:
    """Build what asks for an opinion of the newest reply; return the parts that a new reply sets back."""
    with gr.Row(visible=False, elem_id="ask-opinion") as row:
        reason = gr.Textbox(label="这个答复有用吗？哪里不对、还缺什么（可以不写）", info=TOLD, max_length=500, scale=6)
        good, bad = gr.Button("👍 有用", scale=1, min_width=110), gr.Button("👎 没有用", scale=1, min_width=110)
    told = gr.HTML(elem_id="ask-opinion-told", label="意见")

    def kept(now: Talk, words: str, liked: bool) -> tuple[Any, str]:
        said = feedback.keep(now[-1].question, now[-1].answer, liked, words) if now else ""
        return gr.update(visible=False), f"<div class='pc'><p role='status'>{escape(said)}</p></div>"

    for button, liked in ((good, True), (bad, False)):
        button.click(lambda now, words, liked=liked: kept(now, words, liked), [talk, reason], [row, told], api_visibility="private", show_progress="hidden")
    return [row, reason, told]
