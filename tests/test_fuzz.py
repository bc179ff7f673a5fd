"""A seeded small share of the fuzzer: bench/fuzz.py, of which `make proof` runs 100,000 inputs and more."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import fuzz
from mutate import LONGEST, broken, mutant


def test_nothing_breaks_hangs_or_grows(tmp_path):
    out = tmp_path / "fuzz.json"
    done = subprocess.run([sys.executable, str(ROOT / "bench/fuzz.py"), "--inputs", "700", "--seed", "3", "--minutes", "4", "--json", str(out)], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert {row["target"] for row in rows} == set(fuzz.TARGETS) and sum(row["inputs"] for row in rows) >= 700
    assert all(row["faults"] == 0 and row["slowest_s"] < fuzz.HANG for row in rows)


def test_the_fuzzer_sees_a_fault_a_hang_and_what_is_logged(monkeypatch):
    """Else the test above would prove nothing."""
    monkeypatch.setattr(fuzz, "HANG", 0.2)
    log = fuzz._Log()
    logging.getLogger().addHandler(log)
    try:
        assert not fuzz.attempt(lambda number: None, 1, log)
        assert "ZeroDivisionError" in fuzz.attempt(lambda number: number / 0, 1, log)
        assert "TimeoutError" in fuzz.attempt(lambda number: time.sleep(10), 1, log)
        assert "broken inside" in fuzz.attempt(lambda number: logging.getLogger("qa.web.desk").error("broken inside"), 1, log)
    finally:
        logging.getLogger().removeHandler(log)


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_a_process_that_dies_or_hangs_is_told(target):
    row = fuzz.apart(target, 10**9, 1, 0.05)
    assert row["faults"] == 1 and "没有做完" in row["first_faults"][0]["fault"] and "没有做完" in fuzz.show(row)


def test_an_input_can_be_made_again():
    samples = ["博士租房补贴每月多少钱", "第十七条原文"]
    many = [mutant(samples, 7, n) for n in range(300)]
    assert many == [mutant(samples, 7, n) for n in range(300)] and len(set(many)) > 250 and max(map(len, many)) <= LONGEST
    assert [broken(b"abc", 7, n) for n in range(50)] == [broken(b"abc", 7, n) for n in range(50)]
