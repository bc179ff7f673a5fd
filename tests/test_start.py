"""Opening: a question can be asked at once and is answered before the whole page is there, which then takes the plain one's place."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import httpx
import pytest
from fastapi import FastAPI

from qa.ask import text
from qa.web.opening import Opening
from tests.browser import ROOT, app, opened
from tests.page_server import serving

# what is aimed at is 3 seconds (bench/start.py); a machine busy with the other tests gets more
USABLE = 30.0
QUESTION, REPLY = "博士租房补贴每月多少钱", "1000元/月"
HTML = {"Accept": "text/html"}


def test_a_question_is_answered_soon_after_the_server_answers(chromium, tmp_path):
    with app(tmp_path) as started, opened(chromium, started.address, "narrow") as page:
        begun = time.monotonic()
        page.goto(started.address, wait_until="commit")
        page.get_by_label("您的问题").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".reply", has_text=REPLY).wait_for()
        assert time.monotonic() - begun < USABLE
        assert "第十七条" in page.locator(".reply").inner_text()
        # whoever asked already is not interrupted: the whole page waits behind a link
        page.get_by_role("link", name="转到完整的网页").wait_for(timeout=120_000)
        assert page.locator(".reply", has_text=REPLY).is_visible()
        page.get_by_role("link", name="转到完整的网页").click()
        page.get_by_role("tab", name="问答").wait_for()


@pytest.fixture
def gated():
    """A server whose page waits for a gate; its address and the gate."""
    gate, whole = threading.Event(), FastAPI()

    def base() -> FastAPI:
        whole.get("/api/x")(lambda: "early")
        whole.get("/both")(lambda: "base")
        return whole

    def page() -> FastAPI:
        assert gate.wait(60)
        later = FastAPI()
        later.get("/gradio_api/app_id")(lambda: "late")
        whole.mount("/", later)
        return later

    with serving(Opening(base, page)) as address:
        try:
            yield address, gate
        finally:
            gate.set()  # stopping waits for the step that runs


def test_what_programs_ask_is_answered_before_the_page_is_there(gated):
    address, gate = gated
    assert httpx.get(f"{address}/api/x", trust_env=False).json() == "early"
    assert "正在打开" in httpx.get(f"{address}/", headers=HTML, trust_env=False).text
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{address}/gradio_api/app_id", timeout=0.5, trust_env=False)
    gate.set()
    assert httpx.get(f"{address}/gradio_api/app_id", timeout=30, trust_env=False).json() == "late"
    assert httpx.get(f"{address}/api/x", trust_env=False).json() == "early"


def test_the_plain_page_gives_way_by_itself_where_nobody_has_begun(chromium, gated):
    address, gate = gated
    with opened(chromium, address, "narrow") as page:
        page.watch.expect("404")
        page.goto(address, wait_until="commit")
        page.get_by_label("您的问题").wait_for()
        gate.set()
        page.get_by_label("您的问题").wait_for(state="detached")


def test_markup_in_a_question_or_a_reply_is_shown_not_run(chromium, gated):
    nasty = "<img src=x onerror=alert(1)>"
    told = {"status": "no_answer", "answer": nasty, "steps": [nasty], "understood": nasty, "citations": [{"article": None, "part": nasty, "quote": nasty}], "notices": [nasty], "suggestions": [nasty]}
    with opened(chromium, gated[0], "narrow") as page:
        page.route("**/api/ask", lambda route: route.fulfill(json=told))
        page.goto(gated[0], wait_until="commit")
        page.get_by_label("您的问题").fill(nasty)
        page.get_by_role("button", name="提问").click()
        page.locator(".reply small").wait_for()
        assert page.locator(".reply").inner_text().count(nasty) == 6 and page.locator("img").count() == 0


def test_gradio_neither_reads_nor_writes_interface_files():
    program = "import sys; seen = []; sys.addaudithook(lambda e, a: e == 'open' and str(a[0]).endswith('.pyi') and seen.append(a[0])); import inspect; real = inspect.getfile; from qa.web.toolkit import gradio; gradio(); print(len(seen), inspect.getfile is real)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["0", "True"]


def test_the_short_cut_past_the_simplifier_changes_nothing(text_samples):
    simplifier = text._simplifier()
    assert [sample for sample in text_samples if text._simplified(sample) != simplifier.convert(sample)] == []


@pytest.fixture
def text_samples():
    """Every word of the simplifier's own dictionaries, and what people wrote."""
    words = [word for held in text._simplifier()._dict_chain_data for *_, found in held for word in found]
    return [*words, *("博" + word + "補貼" for word in words), *(ROOT / "questions/people/dev.jsonl").read_text(encoding="utf-8").splitlines()]
