"""Faults from outside: what breaks, what is said, and that it works again when it is mended.

| fault | here, or where |
|---|---|
| data, shapes, wordings, model: missing, cut off, one byte changed, no text | test_a_damaged_file_is_named_with_what_to_do |
| full disk while results are written | test_a_full_disk_… (a small tmpfs); every writer: test_check_writers |
| read-only place for results | test_a_place_that_takes_no_file_is_told |
| the day after the document has run out | test_the_day_after_it_ran_out |
| server killed in the middle of a query, workers killed | test_a_server_killed_… ; test_sparql_pool |
| remote store that vanishes and comes back | test_remote |
| no Node | test_yasgui |
| no Java, no Chromium, no Virtuoso | those tests skip with the reason: conftest.py, browser.py, test_remote |
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa import clock
from qa.__main__ import main
from tests.browser import answers, free_port
from tests.conftest import ROOT

FOLDERS = ("qa", "ontology", "data", "shapes", "questions", "models")
QUESTION = "博士租房补贴每月多少钱"


def flipped(body: bytes) -> bytes:
    """Return the bytes with one bit changed in the middle."""
    at = len(body) // 2
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


DAMAGES = [
    ("data/policy.ttl", half), ("data/policy.ttl", None), ("data/policy.txt", half), ("ontology/policy.ttl", lambda b: b"<a> <b> .\n" + b), ("data/agencies.ttl", lambda b: b""),
    ("models/encoder/model.safetensors", flipped), ("models/encoder/model.safetensors", half), ("models/heads/heads.safetensors", flipped), ("models/heads/labels.json", None),
    ("questions/facts.toml", lambda b: b + b"\n[["), ("questions/words.txt", lambda b: b"\xff\xfe" + b), ("questions/patterns.ttl", half),
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second checkout to be damaged."""
    out = tmp_path_factory.mktemp("checkout")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, out / name, ignore=shutil.ignore_patterns("__pycache__", "people"))
    return out


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLICY_")} | {"PYTHONPATH": str(home)}
    return subprocess.run([sys.executable, "-P", "-m", "qa", *args], cwd=home, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=lambda one: one if isinstance(one, str) else getattr(one, "__name__", "gone"))
def test_a_damaged_file_is_named_with_what_to_do(copy, name, damage):
    path = copy / name
    held = path.read_bytes()
    try:
        path.unlink() if damage is None else path.write_bytes(damage(held))
        done = run(copy, "ask", QUESTION)
        assert done.returncode == 2 and not done.stdout and "Traceback" not in done.stderr
        assert (Path(name).name in done.stderr or Path(name).parent.name in done.stderr) and ("git checkout" in done.stderr or "make" in done.stderr)
    finally:
        path.write_bytes(held)


def test_the_mended_checkout_answers_again(copy):
    assert run(copy, "ask", QUESTION).stdout.startswith("博士研究生租房补贴1000元/月")


def test_a_damaged_shape_stops_the_check(copy, tmp_path):
    path = copy / "shapes/eligibility.ttl"
    held = path.read_bytes()
    (tmp_path / "申请.csv").write_text("姓名,学历\n张三,博士研究生\n", encoding="utf-8")
    path.write_bytes(half(held))
    try:
        done = run(copy, "check", str(tmp_path / "申请.csv"), "--out", str(tmp_path / "结果"))
    finally:
        path.write_bytes(held)
    assert done.returncode == 2 and "eligibility.ttl" in done.stderr and "Traceback" not in done.stderr and not (tmp_path / "结果").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB."""
    place = tmp_path / "小盘"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], capture_output=True, check=False).returncode:
        pytest.skip("这里不能挂载 tmpfs（要 root）：写满磁盘的测试跑不了")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_leaves_nothing_half_done(small_disk, tmp_path):
    table = tmp_path / "申请.csv"
    table.write_text("姓名,学历,学习形式\n" + "张三,博士研究生,全日制\n" * 400, encoding="utf-8")
    done = run(ROOT, "check", str(table), "--out", str(small_disk / "结果"))
    assert done.returncode == 2 and "磁盘满了" in done.stderr and "Traceback" not in done.stderr
    assert list(small_disk.rglob("*")) == []
    table.write_text("姓名,学历,学习形式\n张三,博士研究生,全日制\n", encoding="utf-8")
    again = run(ROOT, "check", str(table), "--measure", "租房补贴", "--out", str(tmp_path / "结果"))
    assert again.returncode == 0 and (tmp_path / "结果" / "results.csv").exists()


@pytest.mark.parametrize("argv", [["template", "--for", "人才", "-o", "/proc/申请.csv"], ["check", "TABLE", "--out", "/proc/结果"]])
def test_a_place_that_takes_no_file_is_told(argv, tmp_path, capsys):
    table = tmp_path / "申请.csv"
    table.write_text("姓名,学历\n张三,博士研究生\n", encoding="utf-8")
    assert main([str(table) if word == "TABLE" else word for word in argv]) == 2
    told = capsys.readouterr().err
    assert "/proc" in told and "请" in told and "Traceback" not in told


def test_the_day_after_it_ran_out(monkeypatch, engine, tmp_path, capsys):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2029, 9, 13))
    assert "届满" in engine.ask("这份文件现在还有效吗").answer
    table = tmp_path / "申请.csv"
    table.write_text("姓名,学历,学习形式,是否新全职引进,是否签订正式劳动（聘用）合同,是否正常缴纳城镇职工基本养老保险\n张三,博士研究生,全日制,是,是,是\n", encoding="utf-8")
    verdicts = {}
    for day in (None, "2026-11-22"):
        out = tmp_path / f"结果{day}"
        assert main(["check", str(table), "--measure", "租房补贴", "--out", str(out), *(["--as-of", day] if day else [])]) == 0
        verdicts[day] = (out / "results.csv").read_text(encoding="utf-8-sig")
    assert "不符合" in verdicts[None] and "届满" in verdicts[None] and "不符合" not in verdicts["2026-11-22"]


def test_a_server_killed_in_the_middle_leaves_its_port_to_the_next():
    port = free_port()
    command = [sys.executable, "-m", "qa", "serve", "--sparql-only", "--port", str(port)]
    for again in (False, True):
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            begun = time.monotonic()
            while not answers(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D"):
                assert server.poll() is None and time.monotonic() < begun + 60, "服务没有打开" + ("（第二次）" if again else "")
                time.sleep(0.05)
            if not again:
                slow = f"http://127.0.0.1:{port}/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff.%3Fg%20%3Fh%20%3Fi%7D"
                hanging = threading.Thread(target=answers, args=(slow,), daemon=True)
                hanging.start()
                time.sleep(0.3)
        finally:
            server.kill()
            server.wait()
