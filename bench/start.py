"""How long `python app.py` takes, as people meet it: the median of several starts, each with a temp folder and a browser profile of its own.

    python bench/start.py [--times 5] [--json FILE]

    start -> first answer (/healthz) -> the page in Chromium: the question field is there -> a question typed at once is answered -> the whole page
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
QUESTION, REPLY = "博士租房补贴每月多少钱", "1000元/月"
ANSWERS, USABLE = 5.0, 3.0
MOST = 120.0
STEPS = ("服务器第一次应答", "问题框可以输入", "问题得到答复", "整个网页打开")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextlib.contextmanager
def started() -> Iterator[tuple[str, float]]:
    """Start the app on a free port; yield its address and when it was started. It answers nobody yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield f"http://127.0.0.1:{port}", time.monotonic()
        finally:
            process.terminate()
            process.wait(30)


def until_answered(address: str, begun: float) -> float:
    """Return the seconds from the start until an address answers."""
    while time.monotonic() < begun + MOST:
        try:
            with _OPENER.open(address, timeout=MOST):
                return time.monotonic() - begun
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(address)


def once(browser: Any) -> list[float]:
    """Start, use and stop the app; return the seconds from the start to each of STEPS."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(MOST * 1000)
    with started() as (address, begun):
        told = [until_answered(f"{address}/healthz", begun)]
        page.goto(address, wait_until="commit")
        page.get_by_label("您的问题").fill(QUESTION)
        told.append(time.monotonic() - begun)
        page.get_by_role("button", name="提问").click()
        page.locator(".reply", has_text=REPLY).wait_for()
        told.append(time.monotonic() - begun)
        until_answered(f"{address}/config", begun)
        other = context.new_page()
        other.goto(address, wait_until="commit")
        other.get_by_role("tab", name="问答").wait_for()
        told.append(time.monotonic() - begun)
        context.close()
    return told


def main() -> int:
    """Measure, print a table, and say what was aimed at; return 1 where it was missed."""
    parser = argparse.ArgumentParser(description="启动要多久")
    parser.add_argument("--times", type=int, default=5, help="启动几次")
    parser.add_argument("--json", type=Path, help="数字写到这个文件")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        runs = [once(browser) for _ in range(options.times)]
        browser.close()
    print(f"启动 {len(runs)} 次，从 python app.py 起的秒数：中位（最快–最慢）")
    found = {name: [run[at] for run in runs] for at, name in enumerate(STEPS)}
    for name, seconds in found.items():
        print(f"  {name}：{statistics.median(seconds):.1f}（{min(seconds):.1f}–{max(seconds):.1f}）")
    usable = [run[2] - run[0] for run in runs]
    aims = {f"应答不超过 {ANSWERS:g} 秒": statistics.median(found[STEPS[0]]) <= ANSWERS, f"应答后 {USABLE:g} 秒内能问能答": statistics.median(usable) <= USABLE}
    print(f"  从应答到能问能答：{statistics.median(usable):.1f}（{min(usable):.1f}–{max(usable):.1f}）")
    for aim, met in aims.items():
        print(f"  {aim}：{'达到' if met else '没有达到'}")
    if options.json:
        options.json.write_text(json.dumps({"runs": found, "usable": usable}, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(aims.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
