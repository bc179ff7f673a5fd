"""The real page on a free port, and a browser that notes every error and every request to another host."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from qa.web.server import Serving, whole

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, NARROW = (1280, 900), (375, 812)


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Yield the address of the page."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app = whole(Serving("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 60
    while not server.started and time.monotonic() < limit and thread.is_alive():
        time.sleep(0.05)
    assert server.started, "the page did not start"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@dataclass
class Seen:
    """A browser page, with what went wrong on it and what it asked of other hosts."""

    page: Any
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def fits(self) -> bool:
        """Tell whether nothing has to be scrolled sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")

    def clean(self) -> None:
        """Assert that no script failed and nobody else was asked."""
        assert self.errors == [] and self.outside == []


@contextlib.contextmanager
def opened(browser: Any, url: str, size: tuple[int, int], tab: str, downloads: Path | None = None) -> Iterator[Seen]:
    """Yield the page of a size with a tab open."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    seen = Seen(page)
    page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: seen.errors.append(str(e)))
    page.on("dialog", lambda d: (seen.errors.append(f"dialog {d.message}"), d.dismiss()))
    page.on("request", lambda r: seen.outside.append(r.url) if not r.url.startswith((url, "data:", "blob:")) else None)
    try:
        page.goto(url)
        open_tab(page, tab)
        yield seen
    finally:
        context.close()


def open_tab(page: Any, name: str) -> None:
    """Open a tab by its name; where the row is too narrow it waits in the menu of the rest."""
    page.get_by_role("tab").first.wait_for()
    found = page.get_by_role("tab", name=name, exact=True).and_(page.locator(":visible"))
    if not found.count():
        page.locator(".overflow-menu > button").click()
        found = page.locator(".overflow-dropdown button", has_text=name)
    found.first.click()


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    """Yield a browser; skip where there is none."""
    if CHROMIUM is None:
        pytest.skip("没有 Chromium：网页测试跑不了（Debian 包 chromium）")
    sync_api = pytest.importorskip("playwright.sync_api", reason="没有 playwright：网页测试跑不了")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
