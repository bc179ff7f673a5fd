"""What the README shows to programmers is run: a real server as `python app.py` starts it, curl, and the MCP client."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.conftest import ROOT
from tests.test_cli import qa

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## 给程序用\n")[2].partition("\n## ")[0]
SHOWN = "http://127.0.0.1:7860"
SOON = 5.0


@pytest.fixture(scope="module")
def started(served):
    """The server as people start it: its address, and the seconds until it answered at all."""
    return served.address, served.seconds


def test_it_answers_soon(started):
    assert started[1] < SOON


def test_the_curl_commands_of_the_readme(started):
    if shutil.which("curl") is None:
        pytest.skip("没有 curl")
    commands = [line.removeprefix("$ ") for block in re.findall(r"```console\n(.*?)```", SECTION, re.S) for line in block.splitlines()]
    assert len(commands) == 2 and all(SHOWN in command for command in commands)
    ask, check = (json.loads(subprocess.run(["bash", "-c", command.replace(SHOWN, started[0])], capture_output=True, check=True, timeout=120).stdout) for command in commands)
    assert ask == json.loads(qa("ask", "博士租房补贴每月多少钱", "--json").stdout)
    assert [j["measure_label"] for j in check["results"][0]["judgements"]] == ["租房补贴"] and not check["problems"]


def test_the_mcp_client_of_the_readme(started):
    (code,) = re.findall(r"```python\n(.*?)```", SECTION, re.S)
    done = subprocess.run([sys.executable, "-c", code.replace(SHOWN, started[0])], capture_output=True, check=True, timeout=120, env=os.environ | {"no_proxy": "*"})
    assert json.loads(done.stdout)["articles"] == [17]


def test_the_page_comes_after(started):
    with urllib.request.urlopen(started[0] + "/", timeout=60) as answer:
        assert "gradio_config" in answer.read().decode()


def test_what_the_readme_promises_of_limits():
    from qa.web.api import LARGEST
    from qa.web.calls import LONGEST, MOST_RECORDS
    from qa.web.private import DELETE_CACHE

    assert f"最多{MOST_RECORDS}个申请人、{LARGEST >> 20} MB，问题最多{LONGEST}个字" in SECTION
    assert DELETE_CACHE[1] == 3600 and "一小时后删除" in SECTION
