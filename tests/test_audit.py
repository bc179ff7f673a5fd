"""The look-up of vulnerabilities: what is known fails, what cannot be looked up is told and fails nothing."""

from __future__ import annotations

import importlib.util
import json
import subprocess

import pytest

from tests.conftest import ROOT

_SPEC = importlib.util.spec_from_file_location("audit", ROOT / "tools/audit.py")
assert _SPEC and _SPEC.loader
audit = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(audit)


def saying(out: str, error: str = ""):
    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        assert str(audit.PINNED) in command
        return subprocess.CompletedProcess(command, 1, out, error)

    return run


def report(*vulns: dict) -> str:
    return json.dumps({"dependencies": [{"name": "a", "version": "1.0", "vulns": list(vulns)}, {"name": "b", "skip_reason": "x"}]})


def test_what_is_known_is_told_with_the_version_that_mends_it(capsys):
    assert audit.audit(saying(report({"id": "CVE-1", "fix_versions": ["1.1"]}, {"id": "CVE-2", "fix_versions": []})), True) == 1
    said = capsys.readouterr().out
    assert "a 1.0：CVE-1，改用 1.1" in said and "CVE-2，还没有修好的版本" in said and "漏洞 2 个" in said


def test_nothing_known_is_well(capsys):
    assert audit.audit(saying(report()), True) == 0
    assert "漏洞 0 个" in capsys.readouterr().out


@pytest.mark.parametrize(("out", "error", "says"), [("", "x\nConnectionError: no route", "no route"), ("<html>", "", "没有说原因"), ("{}", "", "没有给出结果"), ("[1]", "", "没有给出结果")])
def test_what_cannot_be_looked_up_fails_nothing_and_is_told(capsys, out, error, says):
    assert audit.audit(saying(out, error), True) == 0
    said = capsys.readouterr().out
    assert "没有查漏洞" in said and says in said


def test_a_source_that_does_not_answer_is_told(capsys):
    def late(command):
        raise subprocess.TimeoutExpired(command, 1)

    assert audit.audit(late, True) == 0 and "没有查完" in capsys.readouterr().out


def test_without_the_tool_it_says_how_to_get_it(capsys):
    assert audit.audit(saying(""), False) == 0 and "pip install pip-audit" in capsys.readouterr().out
