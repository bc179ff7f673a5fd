"""The two commands as a person runs them: real processes, good and bad input, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from qa.__main__ import main
from tests.conftest import ROOT


def qa(*args: str, stdin: str | bytes | None = None) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run([sys.executable, "-m", "qa", *args], input=data, capture_output=True, cwd=ROOT, timeout=120)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def lines(*rows: object, **options: str) -> tuple[int, list[dict]]:
    text = "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows)
    done = qa("ask", "--jsonl", "--as-of", "2026-11-22", stdin=text + "\n")
    assert "Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_question_of_the_readme():
    done = qa("ask", "博士租房补贴每月多少钱")
    assert done.returncode == 0
    assert done.stdout.startswith("博士研究生租房补贴1000元/月，期限3年")
    assert "租房补贴分别给予1000元/月" in done.stdout and "第十七条" in done.stdout
    assert "第二十条" in done.stdout and "同发〔2023〕5号" in done.stdout
    assert "SELECT" in done.stdout


def test_json_holds_the_contract():
    done = qa("ask", "博士租房补贴每月多少钱", "--json", "--as-of", "2026-11-22", "--timing")
    out = json.loads(done.stdout)
    assert out["status"] == "answered" and out["articles"] == [17] and out["document"] == "同政办规〔2024〕4号"
    assert out["as_of"] == "2026-11-22" and out["elapsed_ms"] > 0 and out["rows"] and out["notices"]
    text = (ROOT / "data/policy.txt").read_text(encoding="utf-8")
    assert all(text[c["start"] : c["end"]] == c["quote"] for c in out["citations"])


def test_shown_query_runs_as_pasted(graph):
    out = json.loads(qa("ask", "博士租房补贴每月多少钱", "--json").stdout)
    assert len(graph.select(out["sparql"])) == len(out["rows"]) > 0
    printed = qa("ask", "博士租房补贴每月多少钱").stdout
    assert list(graph.store.query(printed.partition("查询：\n")[2])), "打印的查询粘贴就能跑"


def test_jsonl_keeps_order_and_goes_on_after_bad_lines():
    code, out = lines(
        {"id": "a", "question": "创新券一年最多给多少"}, "{坏", {"id": "b", "question": ""}, {"id": "c", "question": 5}, "[]", "null",
        {"id": "d", "question": "那硕士呢", "history": ["博士租房补贴每月多少钱"]}, {"id": "e", "question": "x", "history": "y"},
    )  # fmt: skip
    assert code == 1
    assert [r.get("id") for r in out] == ["a", None, "b", "c", None, None, "d", "e"]
    assert [r["status"] for r in out] == ["answered", "error", "error", "error", "error", "error", "answered", "error"]
    assert all(any("一" <= c <= "鿿" for c in r["error"]) for r in out if r["status"] == "error")
    assert "800元" in out[6]["answer"]


def test_all_good_lines_exit_zero_and_repeat_byte_for_byte():
    rows = [{"id": i, "question": q} for i, q in enumerate(["第八条原文", "市科技局牵头几条", "电话多少", "你好"])]
    text = "\n".join(json.dumps(r, ensure_ascii=False) for r in rows)
    first, second = (qa("ask", "--jsonl", "--as-of", "2026-11-22", stdin=text) for _ in range(2))
    assert first.returncode == 0 and first.stdout == second.stdout


@pytest.mark.parametrize(
    "question",
    ["啊" * 100_000, "\x00\x01\x02博士\x1b[31m租房\x7f补贴多少", "؀‮‏博士补贴", "😀" * 3000, "1" * 50_000, "(" * 20_000, "第" * 5000 + "条"],
    ids=["十万字", "控制字符", "方向字符", "表情", "数字串", "括号", "第条"],
)
def test_strange_text_gets_a_reply(question):
    code, out = lines({"id": 1, "question": question})
    assert code == 0 and out[0]["status"] in ("answered", "no_answer", "clarify") and out[0]["answer"]


def test_non_utf8_and_lone_surrogates_and_a_huge_line():
    done = qa("ask", "--jsonl", stdin=b'{"question": "\xff\xfe"}\n{"question": "\\ud800\xe5\x8d\x9a\xe5\xa3\xab"}\n' + b'{"question": "' + b"x" * 5_000_000 + b'"}\n')
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert next(r["status"] for r in out) == "error" and out[1]["status"] != "error" and out[2]["status"] == "error"


@pytest.mark.parametrize(
    "args",
    [[], ["ask"], ["ask", ""], ["ask", "--jsonl", "x"], ["ask", "x", "--as-of", "昨天"], ["fly"], ["ask", "x", "--encoder", "/没有/这个"], ["serve", "--port", "70000"], ["serve", "--port", "x"]],
    ids=str,
)
def test_unusable_calls_say_so_in_chinese(args):
    done = qa(*args)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert any("一" <= c <= "鿿" for c in done.stderr) and "Traceback" not in done.stderr


def test_the_page_is_served_and_a_taken_port_is_told(site):
    reading = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with reading.open(site + "/", timeout=60) as answer:
        assert "大同中关村政策问答" in answer.read().decode()
    with reading.open(site + "/config", timeout=10) as answer:
        config = json.load(answer)
    assert "博士租房补贴每月多少钱" in json.dumps(config, ensure_ascii=False)
    second = subprocess.run([sys.executable, "app.py", "--port", site.rpartition(":")[2]], cwd=ROOT, capture_output=True, timeout=60)
    assert second.returncode == 2 and "--port" in second.stderr.decode()


def test_what_the_readme_shows_is_what_it_prints():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("```console\n", 1)[1].split("```", 1)[0].splitlines()
    command, wanted = shown[0], [line for line in shown[1:] if line]
    printed = qa(*command.removeprefix("$ python -m qa ").replace('"', "").split()).stdout
    assert wanted and all(line in printed for line in wanted)


@pytest.mark.parametrize(
    "argv",
    [
        ["check"], ["check", "a.csv", "--workers", "abc"], ["check", "a.csv", "--workers"], ["template"], ["nonsense"], ["ask", "一", "二"],
        ["serve", "--port", "x"], ["check", "a.csv", "--wo"], ["check", "a.csv", "--quiet=3"], ["sparql"], ["load"], ["template", "--for"],
    ],
)  # fmt: skip
def test_a_call_that_is_wrong_is_told_in_chinese(argv, capsys):
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert said.startswith(("命令写得不对", "端口", "a.csv")) and "argument" not in said and "invalid" not in said and "参数不对" not in said


@pytest.mark.parametrize("command", [[], ["ask"], ["check"], ["template"], ["sparql"], ["load"], ["serve"]])
def test_help_is_chinese(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    said = capsys.readouterr().out
    assert stopped.value.code == 0 and "用法：" in said and "usage" not in said and "options" not in said and "show this" not in said
