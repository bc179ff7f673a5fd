"""The page: a title and one tab a module."""

from __future__ import annotations

import gradio as gr

from qa.ask import Engine
from qa.web import ask_tab, sparql_tab

CSS = ask_tab.CSS + sparql_tab.CSS
HEAD = sparql_tab.HEAD


def build(engine: Engine) -> gr.Blocks:
    """Build the page over an engine and its graph."""
    with gr.Blocks(title="大同中关村政策问答", analytics_enabled=False) as page:
        gr.Markdown(f"# 大同中关村政策问答\n依据《{engine.catalogue.title}》（{engine.catalogue.number}）。用自己的话问，答复附原文和查询。")
        with gr.Tab("问答"):
            ask_tab.ask_tab(engine)
        with gr.Tab(sparql_tab.TAB):
            sparql_tab.sparql_tab(engine.graph)
    return page
