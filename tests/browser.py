"""A real browser on the whole app: one server and one Chromium for the whole run, a fresh profile for each page.

served    the app in a child process on a free port, with a temp folder of its own     -> Served(address, temp, seconds)
site      its address without a slash
chromium  the one Chromium
screen    a page of it, wide and narrow;    opened(chromium, site, "narrow", "图谱")    the same for a test that picks its sizes itself

Every page is watched (page.watch) and judged when it is done with: no error on the console, no dialog, no other host asked,
nothing to scroll sideways. Skips with the reason where there is no Playwright or no Chromium.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 375, "height": 812}}
START_SECONDS = 120
WAIT = 30_000
# what Gradio's stand-in for an event stream says when it is closed before its end
HARMLESS = ("Method not implemented.",)
wide_only = pytest.mark.parametrize("screen", ["wide"], indirect=True)


@dataclass(frozen=True)
class Served:
    """The app as people start it: its address, the folder it may put files in, the seconds until it answered at all, its process."""

    address: str
    temp: Path
    seconds: float
    pid: int

    @property
    def uploads(self) -> Path:
        """Return the private folder for uploads and results."""
        return next(self.temp.glob("policy-uploads-*"))


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Tell whether an address answers with 200."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=120) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextlib.contextmanager
def app(temp: Path, *flags: str) -> Iterator[Served]:
    """Serve the whole app with no setting but these flags; when it has stopped, it must have said nothing of an error of its own."""
    address, log = f"http://127.0.0.1:{free_port()}", temp / "log.txt"
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("POLICY_", "GRADIO_"))}
    with log.open("wb") as out:
        begun = time.monotonic()
        command = [sys.executable, "app.py", "--port", str(urlsplit(address).port), *flags]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env=settings | {"TMPDIR": str(temp), "no_proxy": "*"})
        told = lambda: log.read_text(encoding="utf-8", errors="replace")  # noqa: E731
        try:
            while not answers(address + "/healthz"):
                assert process.poll() is None and time.monotonic() < begun + START_SECONDS, f"网页没有打开：{told()}"
                time.sleep(0.02)
            yield Served(address, temp, time.monotonic() - begun, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
    assert "Traceback" not in told(), told()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the whole app until the session ends."""
    with app(tmp_path_factory.mktemp("site")) as running:
        # a program that asks for the page waits until all of it is there
        assert answers(running.address + "/")
        yield running


@pytest.fixture(scope="session")
def site(served: Served) -> str:
    """Return the address of the app without a slash."""
    return served.address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start the one Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="没有装 Playwright：网页测试跑不了（pip install playwright）")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("没有 Chromium：网页测试跑不了（Debian 包 chromium）")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=found, args=["--no-sandbox"])
        with stepped_out():
            yield browser
        browser.close()


@contextlib.contextmanager
def stepped_out() -> Iterator[None]:
    """Let this thread run loops of its own: between its calls Playwright leaves the thread marked as one whose loop runs."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


@contextlib.contextmanager
def stepped_in(browser: Any) -> Iterator[None]:
    """Take up Playwright's loop again for the time of a page."""
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(browser._loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


class Watch:
    """Record what a page logs as an error or a warning, throws, asks of a server, and opens as a dialog."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.expected: list[str] = [*HARMLESS]
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []

    def expect(self, part: str) -> None:
        """Let errors pass that contain these words: a test that has the server refuse something says so."""
        self.expected.append(part)

    def follow(self, page: Any) -> None:
        """Listen to a page, and to the pages that it opens."""
        page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
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


@contextlib.contextmanager
def opened(browser: Any, site: str, size: str, tab: str = "", dark: bool = False, scale: float = 1) -> Iterator[Any]:
    """Open a page in a profile of its own, blank, or with a tab of the app chosen; judge it when it is done with.

    scale 2 is what a browser's own zoom of 200 % does: half the room for everything.
    """
    room = {name: int(value / scale) for name, value in SIZES[size].items()}
    with stepped_in(browser):
        context = browser.new_context(
            viewport=room, device_scale_factor=scale, has_touch=size == "narrow", color_scheme="dark" if dark else "light", base_url=site, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(WAIT)
        watch = Watch(site)
        context.on("page", watch.follow)
        page = context.new_page()
        page.watch = watch
        try:
            if tab:
                page.goto(site + "/")
                show_tab(page, tab)
            yield page
            assert fits(page), f"页面可以横着滚：{overflow(page)}"
            watch.judge()
        finally:
            context.close()


@pytest.fixture(params=list(SIZES))
def screen(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Any]:
    """Open a blank page, wide and narrow; wide_only is for what no width changes."""
    with opened(chromium, site, request.param) as page:
        try:
            yield page
        finally:
            if folder := os.environ.get("POLICY_SCREENSHOTS"):
                page.screenshot(path=str(Path(folder) / f"{request.node.name.replace('/', '_')[:80]}.png"), full_page=True)


def fits(page: Any) -> bool:
    """Tell whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def in_sight(page: Any, selector: str) -> bool:
    """Tell whether the top of the first such element is within the window."""
    return bool(page.evaluate("(s) => { const at = document.querySelector(s).getBoundingClientRect(); return at.top >= -2 && at.top < innerHeight; }", selector))


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
