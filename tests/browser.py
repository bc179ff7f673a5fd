"""A real browser on the whole app: one server a session, one Chromium a module, one watched page a test.

site      the app in a child process on a free port          -> its address
chromium  started anew for each module: Playwright keeps an event loop in the thread, in which other modules could run none
screen    a page, wide or narrow; what it logs, asks and throws is recorded, and judged when the test is over

Skips with the reason where there is no Playwright or no Chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 375, "height": 812}}
START_SECONDS = 120
WAIT = 20_000
wide_only = pytest.mark.parametrize("screen", ["wide"], indirect=True)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the whole app until the session ends; return its address without a slash."""
    address = f"http://127.0.0.1:{free_port()}"
    log = tmp_path_factory.mktemp("site") / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "app.py", "--port", str(urlsplit(address).port)], cwd=ROOT, stdout=out, stderr=out)
    try:
        until = time.monotonic() + START_SECONDS
        for path in ("/healthz", "/"):
            while not _answers(address + path):
                assert process.poll() is None and time.monotonic() < until, f"网页没有打开：{log.read_text(encoding='utf-8', errors='replace')}"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start Chromium for the tests of one module."""
    playwright = pytest.importorskip("playwright.sync_api", reason="没有装 Playwright：网页测试跑不了（pip install playwright）")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("没有 Chromium：网页测试跑不了（Debian 包 chromium）")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watch:
    """Record what a page logs as an error, throws, asks of a server, and opens as a dialog."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.expected: list[str] = []
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []

    def expect(self, part: str) -> None:
        """Let errors pass that contain these words: a test that has the server refuse something says so."""
        self.expected.append(part)

    def follow(self, page: Any) -> None:
        """Listen to a page, and to the pages that it opens."""
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def judge(self) -> None:
        """Fail where an error was logged, a dialog opened, or another host was asked."""
        outside = [url for url in self.requests if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != self.host]
        assert not outside, f"向外面的主机发了请求：{outside}"
        wrong = [text for text in self.errors if not any(part in text for part in self.expected)]
        assert not wrong, f"浏览器控制台有错误：{wrong}"
        assert not self.dialogs, f"弹出了对话框：{self.dialogs}"


@pytest.fixture(params=list(SIZES))
def screen(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Any]:
    """Open a page in a browser profile of its own; screen.watch is its Watch. wide_only is for what no width changes."""
    context = chromium.new_context(viewport=SIZES[request.param], base_url=site, locale="zh-CN", accept_downloads=True)
    context.set_default_timeout(WAIT)
    watch = Watch(site)
    context.on("page", watch.follow)
    opened = context.new_page()
    opened.watch = watch
    try:
        yield opened
        watch.judge()
    finally:
        if folder := os.environ.get("POLICY_SCREENSHOTS"):
            opened.screenshot(path=str(Path(folder) / f"{request.node.name.replace('/', '_')[:80]}.png"), full_page=True)
        context.close()


def overflow(page: Any) -> list[str]:
    """Return what sticks out of a page to the right: it makes the page scroll sideways or is cut off, and no box of its own scrolls."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const out = (one) => one.getBoundingClientRect().right > width + 1 && one.checkVisibility() && !one.closest('[aria-hidden="true"]');
          const scrolls = (one) => one && one !== document.body && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
          const found = Array.from(document.body.querySelectorAll('*')).filter((one) => out(one) && !scrolls(one.parentElement));
          return found.map((one) => `${one.tagName}.${one.getAttribute('class')} ${Math.round(one.getBoundingClientRect().right)} > ${width}`)
            .concat(document.documentElement.scrollWidth > width ? [`页面宽 ${document.documentElement.scrollWidth}`] : []);
        }"""
    )


def show_tab(page: Any, name: str) -> None:
    """Choose a tab by its label; on a narrow screen it may stand in the menu of those that found no room."""
    tab = page.get_by_role("tab", name=name, exact=True)
    menu = page.locator(".overflow-menu > button")
    tab.or_(menu).first.wait_for()
    if tab.count():
        tab.click()
    else:
        menu.click()
        page.locator(".overflow-dropdown button", has_text=name).click()
