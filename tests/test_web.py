"""The reply as HTML: everything a person typed is shown, never run; the quote is marked in the text."""

from __future__ import annotations

import pytest

from qa.web.ask_tab import query_html, reply_html, text_html
from tests.conftest import AS_OF

NASTY = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>租房补贴多少", "javascript:alert(1)"]


@pytest.mark.parametrize("question", NASTY)
def test_markup_is_shown_not_run(engine, question):
    reply = engine.ask(question, (), AS_OF)
    html = reply_html(reply) + text_html(engine.catalogue, reply) + query_html(reply)
    assert "<script" not in html and "<img" not in html and "<svg" not in html


def test_quote_is_marked_in_its_paragraph(engine):
    reply = engine.ask("博士租房补贴每月多少钱", (), AS_OF)
    html = text_html(engine.catalogue, reply)
    assert "<mark>租房补贴分别给予1000元/月</mark>" in html and "第十七条购房补贴和租房补贴" in html
    assert "第十八条" not in html
