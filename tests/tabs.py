"""The page in a real browser: one browser, and pages that watch for errors, other hosts and sideways scrolling."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

SIZES = {"wide": (1280, 900), "narrow": (375, 812)}


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Open the browser, or skip saying what is missing."""
    where = shutil.which("chromium") or shutil.which("chromium-browser")
    if where is None:
        pytest.skip("没有 Chromium：网页的浏览器测试跑不了（Debian 包 chromium）")
    playwright = pytest.importorskip("playwright.sync_api", reason="没有 playwright：网页的浏览器测试跑不了（pip install playwright）")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=where, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser: Any, address: str, size: str, dark: bool = False) -> Iterator[Any]:
    """Open a blank page of a size; when it is done with, nothing may have gone wrong on it."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "narrow", color_scheme="dark" if dark else "light", locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if urlsplit(request.url).netloc not in ("", urlsplit(address).netloc) else None)
    yield page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "页面可以横着滚"
    assert not wrong
    context.close()


def in_sight(page: Any, selector: str) -> bool:
    """Tell whether the top of the first such element is within the window."""
    return bool(page.evaluate("(s) => { const at = document.querySelector(s).getBoundingClientRect(); return at.top >= -2 && at.top < innerHeight; }", selector))
