"""docs/walk.md: every output that it shows is what comes out."""

from __future__ import annotations

import doctest

from tests.conftest import ROOT


def test_every_step_gives_what_the_page_shows():
    page = (ROOT / "docs/walk.md").read_text(encoding="utf-8").replace("```\n", "\n")
    steps = doctest.DocTestParser().get_doctest(page, {}, "walk", "docs/walk.md", 0)
    told: list[str] = []
    found = doctest.DocTestRunner().run(steps, out=told.append)
    assert found.attempted > 20 and found.failed == 0, "".join(told)
