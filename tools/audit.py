"""Look up the pinned versions of constraints.txt where known vulnerabilities are published, with pip-audit where it is installed.

    python tools/audit.py        0: none known, or it could not run here (and why); 1: some are known
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "constraints.txt"
SECONDS = 300
_HOW = "要查请在能上网的机器上：.venv/bin/python -m pip install pip-audit，再运行 make audit。"
Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def known(report: str) -> list[str]:
    """Return a line a vulnerability from pip-audit's JSON. Raises ValueError where it is none."""
    read: Any = json.loads(report)
    return [
        f"{each['name']} {each['version']}：{found['id']}，{'改用 ' + '、'.join(found['fix_versions']) if found.get('fix_versions') else '还没有修好的版本'}"
        for each in read["dependencies"]
        for found in each.get("vulns", ())
    ]


def audit(run: Run = _run, installed: bool | None = None) -> int:
    """Print what is known of the pinned versions; return the exit code."""
    if installed is None:
        installed = importlib.util.find_spec("pip_audit") is not None
    if not installed:
        print(f"没有查漏洞：没有装 pip-audit。{_HOW}")
        return 0
    try:
        done = run([sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"])
        lines = known(done.stdout)
    except subprocess.TimeoutExpired:
        print(f"没有查漏洞：{SECONDS} 秒没有查完，多半是连不上漏洞库。{_HOW}")
        return 0
    except (ValueError, KeyError, TypeError):
        why = done.stderr.strip().splitlines()
        print(f"没有查漏洞：pip-audit 没有给出结果（{why[-1][:200] if why else '没有说原因'}）。{_HOW}")
        return 0
    count = sum(1 for line in PINNED.read_text(encoding="utf-8").splitlines() if "==" in line)
    print("\n".join([f"{count} 个固定的版本里，已知的漏洞 {len(lines)} 个" + ("：" if lines else "。"), *lines]))
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(audit())
