"""What a JSON body for Gradio may carry: a file only if it was uploaded here, and never an address.

    body -> JSON, bounded in depth and size -> every object that Gradio could take for a file is looked at -> the body written anew

Gradio opens the path of a FileData, and fetches it where it is an http address; it takes any object with a path for one,
whether or not it says so. The body is written anew so that what was looked at is what Gradio reads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from qa.sparql.problem import Malformed
from qa.web.private import inside
from qa.web.problems import Refused

DEEPEST = 40
MOST_PARTS = 200_000
_KIND = "gradio.FileData"
_SERVED = "/gradio_api/file="


def opened(body: bytes) -> Any:
    """Return the value of a JSON body. Raises Malformed where it is none, or is nested too deep."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("请求体不是完整的 UTF-8 的 JSON，或者嵌套得太深。") from error


def checked(body: bytes, folder: Path) -> bytes:
    """Return a body that Gradio may read. Raises Malformed, Refused."""
    value = opened(body)
    look(value, folder)
    return json.dumps(value).encode()


def look(value: Any, folder: Path) -> None:
    """Look at every object within a value and take the address off files of ours. Raises Malformed, Refused."""
    level, parts = [value], 0
    for _ in range(DEEPEST):
        following: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                _look_at(item, folder)
                following += [inner for inner in item.values() if isinstance(inner, dict | list)]
            elif isinstance(item, list):
                following += [inner for inner in item if isinstance(inner, dict | list)]
            parts += len(item) if isinstance(item, dict | list) else 1
        if parts > MOST_PARTS:
            raise Malformed("请求体的 JSON 内容太多。")
        if not following:
            return
        level = following
    raise Malformed(f"请求体的 JSON 嵌套超过{DEEPEST}层。")


def _look_at(item: dict[str, Any], folder: Path) -> None:
    """Refuse an object that Gradio could take for a file unless it names one that was uploaded here."""
    meta = item.get("meta")
    called_so = (item.get("_type") == _KIND and len(item) > 1) or (isinstance(meta, dict) and meta.get("_type") == _KIND)
    if not (called_so or "path" in item):
        return
    path, url = item.get("path"), item.pop("url", None)
    if not isinstance(path, str) or not inside(folder, path):
        raise Refused("请求里有一个不是在本页上传的文件。请先在页面上传，再提交；本服务不打开别的路径，也不下载网址。")
    if url is not None and not _ours(url, path):
        raise Refused("请求里的文件带着网址。本服务不下载网址，请把文件上传到页面。")


def _ours(url: object, path: str) -> bool:
    """Tell whether an address is the one under which the page shows an uploaded file: the browser sends it along."""
    try:
        return isinstance(url, str) and unquote(urlsplit(url).path).endswith(_SERVED + path)
    except ValueError:
        return False
