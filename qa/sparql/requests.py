"""What a request asks: the protocol's three ways of sending a query (GET, a form, the query itself), read within bounds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from qa.sparql.limits import Limits
from qa.sparql.problem import Closed, Malformed, Slow, TooLong, Unsupported

_FORM, _DIRECT, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_MOST_FIELDS = 200
_READ_ONLY = "本端点只读，没有更新操作。请改用查询（query 参数）。"

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What a request asks, None for a query that is not there; default and named graphs are None where it names no dataset."""

    query: str | None
    wanted: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"请求不是 UTF-8 编码（第 {error.start + 1} 个字节起）。请用 UTF-8 发送。") from error


def fields(data: bytes) -> Fields:
    """Return the fields of a URL-encoded string, decoded once.

    Raises Malformed where they are not UTF-8 or too many.
    """
    try:
        return parse_qsl(_text(data), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise Malformed("参数的百分号编码解开后不是 UTF-8。请用 UTF-8 编码。") from error
    except ValueError as error:
        raise Malformed(f"参数超过 {_MOST_FIELDS} 个。请减少参数。") from error


def read(given: Fields) -> Asked:
    """Return what fields ask.

    Raises Closed for an update, Malformed for several queries.
    """
    names = {name for name, _ in given}
    if "update" in names:
        raise Closed(_READ_ONLY)
    queries = [value for name, value in given if name == "query"]
    if len(queries) > 1:
        raise Malformed("一次请求只能有一个 query 参数。请分开发送。")
    default = tuple(value for name, value in given if name == "default-graph-uri")
    named = tuple(value for name, value in given if name == "named-graph-uri")
    wanted = next((value for name, value in given if name in ("format", "output")), None)
    dataset = (default, named) if default or named else (None, None)
    return Asked(queries[0] if queries else None, wanted, *dataset)


async def body_of(request: Request, cap: int, seconds: float) -> bytes:
    """Return the body of a request; one that is too long is read to its end first, so that its sender hears why.

    Raises TooLong, Slow.
    """
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size <= cap:
                    parts.append(part)
                elif size > 64 * cap:
                    break
    except TimeoutError as error:
        raise Slow(f"请求体在 {seconds:g} 秒内没有收完。请检查网络后再试。") from error
    if size > cap:
        raise TooLong(f"请求体超过 {cap >> 10} KB。请缩短查询，长的 VALUES 请分批查。")
    return b"".join(parts)


def _content_type(request: Request) -> str:
    """Return the media type of a request's body.

    Raises Unsupported for a charset other than UTF-8.
    """
    media, *parameters = (part.strip() for part in request.headers.get("content-type", "").split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8"):
            raise Unsupported("只认 UTF-8 编码。请把 charset 写成 utf-8，并用 UTF-8 发送。")
    return media.lower()


async def asked_of(request: Request, limits: Limits) -> Asked:
    """Return what a GET, HEAD or POST request asks, by the protocol's three ways of sending a query.

    Raises the Problem of a request that is not one of them.
    """
    if len(request.scope["query_string"]) > limits.sent:
        raise TooLong(f"网址里的查询超过 {limits.query >> 10} KB。请缩短查询，长的 VALUES 请分批查。")
    given = fields(request.scope["query_string"])
    if request.method != "POST":
        return read(given)
    media = _content_type(request)
    if media == _UPDATE:
        raise Closed(_READ_ONLY)
    if media not in (_FORM, _DIRECT):
        raise Unsupported(f"POST 的 Content-Type 只认 {_FORM}（query=…）和 {_DIRECT}（直接放查询），现为 {media[:80] or '没有'}。")
    body = await body_of(request, limits.sent if media == _FORM else limits.query, limits.body_seconds)
    asked = read(given + (fields(body) if media == _FORM else [("query", _text(body))]))
    if asked.query is None:
        raise Malformed("没有 query 参数。请把查询放进 query 参数再发。")
    return asked
