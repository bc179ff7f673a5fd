"""The same two for language models: ask and check as MCP tools, published by Gradio; every other handler of the page stays private.

publish(desk) in the page that is open    ->    /gradio_api/mcp (streamable HTTP): tools ask, check

They bypass Gradio's queue (queue=False): a queued tool would be called through an HTTP client whose address Gradio takes from
the caller's Host header. The desk bounds them as it bounds /api.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import gradio as gr

from qa.check.objects import parse_one
from qa.sparql.problem import Problem
from qa.web.api import openapi
from qa.web.calls import ask_call, check_call
from qa.web.desk import Desk


class ToolError(gr.Error):  # type: ignore[misc]
    """Say what is wrong with a call in its own words: a gr.Error puts them in quotation marks."""

    def __str__(self) -> str:
        """Return the message."""
        return str(self.message)


def publish(desk: Desk) -> None:
    """Publish ask and check in the gr.Blocks that is open."""

    async def ask(question: str, history: list[str] | None = None, as_of: str | None = None) -> str:
        return await _said(lambda: desk.ask(ask_call({"question": question, "history": history, "as_of": as_of})))

    async def check(records: list[dict[str, Any]], kind: str | None = None, measures: list[str] | None = None, as_of: str | None = None) -> str:
        return await _said(lambda: desk.check(check_call({"records": _records(records), "kind": kind, "measures": measures, "as_of": as_of})))

    for tool in (ask, check):
        tool.__doc__ = description(tool.__name__)
        gr.api(tool, api_name=tool.__name__, queue=False, api_visibility="public")


def description(name: str) -> str:
    """Return what a tool is for and what each argument means, in the words of the OpenAPI document, as Gradio reads it."""
    document = openapi()
    operation = document["paths"][f"/api/{name}"]["post"]
    schema: Mapping[str, Any] = document["components"]["schemas"][f"{name.capitalize()}Request"]["properties"]
    lines = [f"    {argument}: {said['description']}" for argument, said in schema.items()]
    return "\n".join([f"{operation['summary']}。{operation['description']}", "", "Args:", *lines])


def _records(records: Any) -> Any:
    """Return records as the reader of JSON makes them, so that both ways in are read alike."""
    return parse_one(json.dumps(records, ensure_ascii=False)) if isinstance(records, list) else records


async def _said(work: Callable[[], Awaitable[str]]) -> str:
    try:
        return await work()
    except Problem as problem:
        raise ToolError(problem.message, print_exception=False) from None
