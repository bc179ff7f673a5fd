"""图谱: articles, measures, agencies, beneficiaries, benefits and tiers as a picture and as a list. The browser draws; the graph says.

graph_tab(graph) in a gr.Tab("图谱")     HEAD and CSS go to the page     #node=id/agency/keju opens the tab at that node
graph -> picture -> inert JSON -> columns of boxes, a column for each kind of thing
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.graph import Graph
from qa.web.parts import script, styles
from qa.web.picture import KINDS, Picture, picture
from qa.web.sparql_tab import inert_json

TAB = "图谱"
HEAD = script("PolicyGraphTab", ("sparql/dom", "shared/tab", "shared/panel", "graph/layout", "graph/picture", "graph/filters", "graph/detail", "graph/graph"))
CSS = styles("graph/graph")
_WAIT = "正在画图谱……若一直这样，请打开浏览器的 JavaScript；不用网页也可以从 /ontology 找起，或直接问 /sparql。"


def told(whole: Picture) -> dict[str, Any]:
    """Return what the browser needs: kinds as [label, shown], nodes, edges as [from, to, word, word back, minor], chapters."""
    nodes = [{**n.said.panel(), "also": n.said.also, "column": n.column, "note": n.note, "articles": n.articles, "quotes": n.quotes} for n in whole.nodes]
    edges = [[e.source, e.target, e.out, e.back, e.minor] for e in whole.edges]
    return {"kinds": [[label, kind.shown] for label, kind in zip(whole.kinds, KINDS, strict=True)], "nodes": nodes, "edges": edges, "chapters": whole.chapters, "by": [k.name for k in KINDS].index("Agency")}


def graph_html(graph: Graph) -> str:
    """Return the section that the script fills, with its data as inert JSON."""
    return f'<section class="pp-root pg-root" data-graph-tab aria-label="政策图谱"><p data-graph-wait>{_WAIT}</p><template data-graph-data>{inert_json(told(picture(graph)))}</template></section>'


def graph_tab(graph: Graph) -> None:
    """Build the tab's content in the gr.Blocks, or gr.Tab, that is open; the page takes HEAD and CSS."""
    gr.HTML(graph_html(graph), label=TAB, apply_default_css=False, js_on_load=None)
