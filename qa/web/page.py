"""The page: a title and one tab a module."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from qa.ask import Engine
from qa.check.engine import Checker
from qa.web import ask_tab, batch_tab, batch_view, cards, graph_tab, self_check_tab, sparql_tab, text_tab
from qa.web.feedback import Feedback
from qa.web.interview import Interviewer

CSS = "".join(part.CSS for part in (ask_tab, cards, self_check_tab, batch_view, batch_tab, graph_tab, text_tab, sparql_tab))
HEAD = "".join(part.HEAD for part in (ask_tab, self_check_tab, batch_tab, graph_tab, text_tab, sparql_tab))


def build(engine: Engine, feedback: Path | None = None) -> gr.Blocks:
    """Build the page over an engine and its graph; feedback is the file that keeps what people say of the replies, None for nothing."""
    checker = Checker(engine.graph)
    with gr.Blocks(title="大同中关村政策问答", analytics_enabled=False) as page:
        gr.Markdown(f"# 大同中关村政策问答\n依据《{engine.catalogue.title}》（{engine.catalogue.number}）。用自己的话问，答复附原文和查询。")
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab(ask_tab.TAB):
                ask_tab.ask_tab(engine, Feedback(feedback) if feedback else None)
            with gr.Tab(self_check_tab.TAB):
                self_check_tab.self_check_tab(Interviewer(checker, engine.graph))
            with gr.Tab(batch_tab.TAB):
                batch_tab.batch_tab(checker)
            with gr.Tab(graph_tab.TAB):
                graph_tab.graph_tab(engine.graph)
            with gr.Tab(text_tab.TAB):
                text_tab.text_tab(engine.graph)
            with gr.Tab(sparql_tab.TAB):
                sparql_tab.sparql_tab(engine.graph)
    return page
