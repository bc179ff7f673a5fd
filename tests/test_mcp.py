"""The tools for language models, by a real MCP client over HTTP: exactly two, and they say what the interface for programs says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from qa.web.api import openapi
from tests.conftest import AS_OF

PATHS = {"ask": "AskRequest", "check": "CheckRequest"}
RECORDS = [{"姓名或名称": "张三", "学历": "博士研究生"}]


def session(address: str, use: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """Return what a use of a session gives."""

    async def go() -> Any:
        async with streamablehttp_client(f"{address}/gradio_api/mcp/") as (reading, writing, _), ClientSession(reading, writing) as client:
            await client.initialize()
            return await use(client)

    return asyncio.run(go())


def call(address: str, name: str, **arguments: Any) -> tuple[bool, str]:
    """Return whether a call went wrong, and its text."""
    result = session(address, lambda client: client.call_tool(name, arguments))
    assert [part.type for part in result.content] == ["text"]
    return result.isError, result.content[0].text


def test_there_are_exactly_two_tools_and_they_speak_chinese(site):
    tools = {tool.name: tool for tool in session(site, lambda client: client.list_tools()).tools}
    assert set(tools) == {"ask", "check"}
    for name, tool in tools.items():
        schema = openapi()["components"]["schemas"][PATHS[name]]
        assert openapi()["paths"][f"/api/{name}"]["post"]["description"] in tool.description
        assert {a: said["description"] for a, said in tool.inputSchema["properties"].items()} == {a: said["description"] for a, said in schema["properties"].items()}
        assert tool.inputSchema["required"] == schema["required"]


def test_there_is_nothing_else_to_read(site):
    assert not session(site, lambda client: client.list_resources()).resources
    assert not session(site, lambda client: client.list_prompts()).prompts


def test_each_tool_says_what_the_interface_says(site):
    for name, given in (("ask", {"question": "那硕士呢", "history": ["博士租房补贴每月多少钱"]}), ("check", {"records": RECORDS, "kind": "人才", "measures": ["第十七条"]})):
        given = given | {"as_of": AS_OF.isoformat()}
        wrong, text = call(site, name, **given)
        wanted = httpx.post(f"{site}/api/{name}", json=given, timeout=60, trust_env=False).json()
        assert not wrong and json.loads(text) == wanted


def test_what_is_wrong_is_told_in_words(site):
    for name, given, says in (
        ("ask", {"question": " "}, "问题是空的"),
        ("ask", {"question": "x", "as_of": "昨天"}, "2026-11-22"),
        ("ask", {"question": "问" * 2001}, "2000"),
        ("check", {"records": []}, "records"),
        ("check", {"records": RECORDS * 101}, "100"),
        ("check", {"records": RECORDS, "kind": "神仙"}, "神仙"),
    ):
        wrong, text = call(site, name, **given)
        assert wrong and says in text and "Traceback" not in text and not text.startswith("'"), text


def test_a_tool_that_is_not_there_is_not_called(site):
    for name in ("answer", "lambda", "predict", "../ask"):
        assert call(site, name, question="x")[0]


def test_markup_and_files_are_only_text(site):
    nasty = "<script>alert(1)</script>"
    wrong, text = call(site, "ask", question=nasty)
    assert not wrong and json.loads(text)["question"] == nasty
    address = {"url": "http://127.0.0.1:9/x"}
    assert json.loads(call(site, "check", records=[address], kind="人才")[1])["problems"]
