"""Shared fixtures: the graph and the engine are loaded once."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from qa.ask import Engine
from qa.graph import Graph, load
from tests.browser import chromium, screen, served, site  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
AS_OF = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def graph() -> Graph:
    return load()


@pytest.fixture(scope="session")
def text() -> str:
    return (ROOT / "data/policy.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def engine(graph: Graph) -> Engine:
    return Engine(graph)


@pytest.fixture
def java() -> None:
    if shutil.which("java") is None:
        pytest.skip("没有 Java：推理机 HermiT 跑不了（Debian 包 default-jre-headless）")
