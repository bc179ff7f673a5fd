"""The one table: every script's figures become rows with peers and goals, and what was not measured is a row that says so."""

from __future__ import annotations

import json
import sys

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import all as gather
import plot
from gathered import READ, Row

SYSTEM = {"accuracy": 0.9, "kinds": {"a": 0.8, "b": 1.0}, "answerables refused": 0.02, "unanswerables answered": 0.2, "median ms": 2.0, "99th percentile ms": 9.0}
COMPARED = {"queries": 3, "ours_ms": 3.0, "oxigraph_ms": 2.0, "ratio": 1.5, "ratio_without_fixed": 1.2, "slow": 0}
TOLD = {
    "ask": [SYSTEM | {"system": "本系统"}, SYSTEM | {"system": "近", "accuracy": 0.45}, SYSTEM | {"system": "条文"}],
    "stages": {"stages": {"编码": {"median_ms": 1.0, "mean_ms": 1.5, "questions": 3}}, "bert_ms": 7.0, "jsonl_per_second": 250.0},
    "scale": [{"policies": n, "questions": 4, "right": 4, "median_ms": 10.0 * n, "cold_median_ms": 20.0 * n, "warm_median_ms": 8.0, "p99_ms": 30.0 * n, "index_mb": n} for n in (1, 10, 100)],
    "sparql": [{"policies": n, "triples": 9, "overhead_ms": 1.0, "fixed_ms": [1.5, 0.5], "目录查询": COMPARED, "问答查询": COMPARED, "times_rdflib": 20.0} for n in (0, 1, 10)],
    "check": {"applicants": 1000, "applicants_measures_per_second": 6000, "plain_pyshacl_per_second": 100, "equal_verdicts": True, "peak_mb_largest_process": 200},
    "check_scale": [{"applicants": n, "seconds": n / 1000, "peak_mb": 300, "ratio": 60.0} for n in (1_000, 1_000_000)],
    "load": {"接口，一刻不停": {"replies": 5, "errors": 0, "median": 0.1, "p95": 0.2}},
    "start": {"runs": {"应答": [1.0, 2.0, 9.0], "能问": [4.0, 5.0, 12.0]}, "usable": [3.0, 3.0, 3.0]},
    "fuzz": [{"target": "ask", "inputs": 10, "faults": 1}],
}


def rows_of(name: str) -> list[Row]:
    return list(READ[name](TOLD[name]))


@pytest.mark.parametrize("name", READ)
def test_the_figures_of_every_script_become_rows(name):
    rows = rows_of(name)
    assert rows and all(row.figure is not None and row.what for row in rows)
    json.dumps([row.to_json() for row in rows], allow_nan=False)
    assert all(len(gather.cells(row)) == len(gather.HEAD) for row in rows)


def test_goals_are_read_off_the_figures():
    met = {(name, row.what): row.met for name in READ for row in rows_of(name) if row.goal is not None}
    missed = {what for (_, what), good in met.items() if good is False}
    assert missed == {"问答准确率（开发集）", "最差的一类问题", "不该答而答", "10 份政策里问一份，中位", "100 份政策里问一份，中位", "校验 1,000,000 人", "乱输入 10 个：ask，毛病"}
    assert met["check_scale", "校验 1,000 人比 pySHACL 快几倍"] is True


def test_a_ratio_says_how_many_times_better():
    assert Row("快", 2.0, peer="x", beside=6.0).ratio == 3 and Row("准", 90.0, peer="x", beside=45.0, most=False).ratio == 2
    assert Row("率", 600.0, peer="x", beside=10.0, goal=50, most=False, of_ratio=True).met is True and Row("率", 400.0, peer="x", beside=10.0, goal=50, most=False, of_ratio=True).met is False
    assert Row("没有", None, goal=3).met is None and Row("没有", None, peer="x", beside=1).ratio is None
    assert Row("毛病", 2.0, goal=0).missed_by == "差 2"
    assert Row("准", 90.0, "%", goal=95, most=False).missed_by == "差 5.0 个百分点" and Row("慢", 30.0, goal=10).missed_by == "3 倍之差" and not Row("快", 3.0, goal=10).missed_by


@pytest.mark.parametrize(
    ("program", "minutes", "says"),
    [
        (None, 1, "没有这个脚本"),
        ("import sys; sys.exit('没有浏览器')", 1, "没有浏览器"),
        ("raise ValueError('坏了')", 1, "坏了"),
        ("import time; time.sleep(60)", 0.005, "没有做完"),
        ("import pathlib, sys; pathlib.Path(sys.argv[-1]).write_text('{\"no\": 1}')", 1, "没有量成"),
        ("import pathlib, sys; pathlib.Path(sys.argv[-1]).write_text('{')", 1, "没有量成"),
    ],
    ids=["missing", "stopped", "failed", "late", "other figures", "no JSON"],
)
def test_what_was_not_measured_is_a_row_that_says_so(tmp_path, monkeypatch, program, minutes, says):
    monkeypatch.setattr(gather, "BENCH", tmp_path)
    if program is not None:
        (tmp_path / "load.py").write_text(program, encoding="utf-8")
    (row,) = gather.run(gather.Step("load.py", "", minutes, "load")).rows
    assert row.figure is None and row.met is None and says in row.note
    assert says in gather.table([row])


@pytest.mark.parametrize(("program", "met"), [("print('100,000 人，全同')", True), ("print('不同'); raise SystemExit(1)", False)])
def test_a_script_without_figures_counts_by_its_exit_code(tmp_path, monkeypatch, program, met):
    monkeypatch.setattr(gather, "BENCH", tmp_path)
    (tmp_path / "check_equal.py").write_text(program, encoding="utf-8")
    (row,) = gather.run(gather.Step("check_equal.py", "", 1)).rows
    assert row.met is met and "同" in row.note


def test_the_shares_keep_to_their_time():
    total = {name: sum(step.minutes for step in steps) for name, steps in gather.SHARES.items()}
    assert total["bench"] <= 10 and total["proof"] <= 60
    assert all({step.name for step in steps} >= set(READ) for steps in gather.SHARES.values())


def test_the_pictures_are_drawn_from_the_figures(tmp_path):
    pytest.importorskip("matplotlib", reason="没有装 matplotlib：图画不了（make test 会装）")
    told = {"scripts": {name: {"told": figures} for name, figures in TOLD.items()}}
    lines = list(plot.draw(told, tmp_path))
    pictures = sorted(tmp_path.glob("*.png"))
    assert sorted(p.stem for p in pictures) == sorted(p.name for p in plot.PICTURES) and len(lines) == len(pictures)
    assert all(p.read_bytes().startswith(b"\x89PNG") and p.stat().st_size < plot.LARGEST for p in pictures)
    first = {p.name: p.read_bytes() for p in pictures}
    list(plot.draw(told, tmp_path))
    assert first == {p.name: p.read_bytes() for p in pictures}
    said = list(plot.draw({"scripts": {"scale": {"told": TOLD["scale"][:1]}}}, tmp_path / "none"))
    assert all("没有画" in line for line in said) and not list((tmp_path / "none").glob("*.png"))


def test_a_part_measured_anew_takes_the_place_of_that_part_alone(tmp_path):
    file = tmp_path / "results.json"
    assert gather.kept_of(file, {"ask"}) == {"rows": [], "scripts": {}}
    file.write_text(json.dumps({"rows": [{"script": "ask", "what": 1}, {"script": "load", "what": 2}], "scripts": {"ask": {}, "load": {"told": 3}}}), encoding="utf-8")
    assert gather.kept_of(file, {"ask"}) == {"rows": [{"script": "load", "what": 2}], "scripts": {"load": {"told": 3}}}
    file.write_text("{", encoding="utf-8")
    assert gather.kept_of(file, {"ask"})["rows"] == []
