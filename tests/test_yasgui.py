"""/yasgui: from this machine's files alone, or a page that says why it is not there."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa.web.yasgui import FOLDER, yasgui


def client(folder) -> TestClient:
    app = FastAPI()
    app.include_router(yasgui(folder))
    return TestClient(app)


def test_without_node_a_page_says_so(tmp_path):
    answer = client(tmp_path).get("/yasgui")
    assert answer.status_code == 404 and "没有装 Yasgui" in answer.text and "Node.js" in answer.text


def test_only_its_own_files_are_served(tmp_path):
    for name in ("yasgui.min.js", "yasgui.min.css", "secret.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    served = client(tmp_path)
    assert served.get("/yasgui").status_code == 200
    assert served.get("/yasgui/yasgui.min.js").text == "x"
    for name in ("secret.txt", "..%2Fsecret.txt", "%2e%2e/secret.txt"):
        assert served.get(f"/yasgui/{name}").status_code == 404


def test_the_page_may_ask_nobody_else(tmp_path):
    for name in ("yasgui.min.js", "yasgui.min.css"):
        (tmp_path / name).write_text("", encoding="utf-8")
    answer = client(tmp_path).get("/yasgui")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text and "https://" not in answer.text


def test_the_installed_editor_has_the_files_that_are_served():
    if not FOLDER.exists():
        pytest.skip("没有装 Yasgui（安装时没有 npm）")
    assert client(FOLDER).get("/yasgui/yasgui.min.js").status_code == 200
