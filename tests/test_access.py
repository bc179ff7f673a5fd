"""The page for everybody: axe finds nothing serious, the keyboard reaches everything and shows where it is, text at twice the size stays whole."""

from __future__ import annotations

import threading

import pytest

from qa.web.opening import Opening
from tests.access import TABS, controls, cut_off, walked, wrong
from tests.browser import SIZES, opened, overflow, show_tab
from tests.page_server import serving

pytest.importorskip("axe_playwright_python", reason="没有装 axe-playwright-python：无障碍测试跑不了（pip install axe-playwright-python）")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_serious(chromium, site, tab, size):
    with opened(chromium, site, size, tab) as page:
        page.locator("[role=tabpanel]:visible").wait_for()
        found = {"打开时": wrong(page)}
        TABS[tab](page)
        found["用过后"] = wrong(page)
        page.emulate_media(color_scheme="dark")
        found["用过后，深色"] = wrong(page, "color-contrast")  # nothing else changes
        assert not any(found.values()), "\n".join(f"{when} {one}" for when, all_ in found.items() for one in all_)


@pytest.mark.parametrize("size", SIZES)
def test_the_page_that_stands_before_the_whole_one_is_as_good(chromium, size):
    gate = threading.Event()
    with serving(Opening(gate.wait)) as address:
        try:
            with opened(chromium, address, size) as page:
                page.goto(address, wait_until="commit")
                page.get_by_label("您的问题").wait_for()
                found = wrong(page)
                page.emulate_media(color_scheme="dark")
                assert found + wrong(page) == [] and overflow(page) == []
        finally:
            gate.set()  # stopping waits for the step that runs


@pytest.mark.parametrize("tab", TABS)
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(chromium, site, tab):
    with opened(chromium, site, "wide", tab) as page:
        TABS[tab](page)
        names = controls(page)
        reached, unseen = walked(page, 3 * len(names) + 20)
        assert len(names) > 5
        assert [name for at, name in enumerate(names) if at not in reached] == []
        assert unseen == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", TABS)
def test_text_at_twice_the_size_stays_whole(chromium, site, tab, size):
    # a wide window is zoomed as a whole, in a narrow one only the text grows
    with opened(chromium, site, size, scale=2 if size == "wide" else 1) as page:
        page.goto(f"{site}/")
        show_tab(page, tab)
        if size == "narrow":
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        TABS[tab](page)
        assert overflow(page) == [] and cut_off(page) == []
