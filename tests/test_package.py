"""The wheel and the source archive: built here, looked into, installed into an empty folder, run from an empty folder.

    hatchling build -> wheel, sdist -> names and contents -> pip install --target -> python -m qa and policy-qa, outside the checkout
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa.graph import Graph
from tests.browser import free_port
from tests.conftest import ROOT

FOLDERS = ("ontology", "data", "shapes", "questions", "models")
NEVER = re.compile(r"(^|/)(tests|bench|tools|\.ci|\.venv)/|/(dev|sealed|sample)\.jsonl$|\.(pyc|xlsx|csv)$")
# A resident identity number, a mobile number: nothing of the kind is in what we hand out.
PERSON = re.compile(rb"(?<![\d.])([1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])\d{5}[\dXx]|1[3-9]\d{9})(?![\d.])")
MOST = 40 << 20


def run(*command: str | Path, cwd: Path, path: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("POLICY_", "PYTHON"))}
    found = os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(list(map(str, command)), cwd=cwd, env=environment | {"PYTHONPATH": found}, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, **options)  # type: ignore[call-overload, no-any-return]


def build(source: Path, out: Path, *targets: str) -> None:
    done = run(sys.executable, "-P", "-m", "hatchling", "build", "-d", out, *(word for target in targets for word in ("-t", target)), cwd=source)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("没有 hatchling，打不了安装包（make test 会装上它）")
    out = tmp_path_factory.mktemp("dist")
    build(ROOT, out, "wheel", "sdist")
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return SimpleNamespace(wheel=wheel, sdist=sdist)


@pytest.fixture(scope="module")
def installed(built: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("pip") is None:
        pytest.skip("没有 pip，装不了安装包")
    target = tmp_path_factory.mktemp("site")
    done = run(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check", "--target", target, built.wheel, cwd=target)
    assert done.returncode == 0, done.stderr
    # site-packages is everyone's: another package may well bring a folder called data, which must not be taken for ours
    (target / "data").mkdir()
    (target / "data/policy.ttl").write_text("坏", encoding="utf-8")
    return target


@pytest.fixture
def outside(installed: Path, tmp_path: Path):
    """Run the installed program from an empty folder."""
    return lambda *args, **options: run(sys.executable, "-P", "-m", "qa", *args, cwd=tmp_path, path=str(installed), **options)


def wanted() -> set[str]:
    """Return what must be in the wheel: the program, and every resource under git that is not kept for judging."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "qa", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("这里不是 git 仓库，列不出该有哪些文件")
    return {name if name.startswith("qa/") else f"qa/_resources/{name}" for name in listed.stdout.splitlines() if not NEVER.search(name)}


def test_the_wheel_holds_the_program_and_every_resource_and_nothing_else(built):
    names = zipfile.ZipFile(built.wheel).namelist()
    assert {n for n in names if ".dist-info/" not in n} == wanted()
    assert built.wheel.stat().st_size < MOST and not [n for n in names if NEVER.search(n)]
    assert any(n.endswith("licenses/LICENSE") for n in names)


def test_the_source_archive_makes_the_same_wheel(built, tmp_path):
    with tarfile.open(built.sdist) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path, filter="data")
    (top,) = tmp_path.iterdir()
    assert not [n for n in names if NEVER.search(n)]
    assert {"LICENSE", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs", "app.py", "pyproject.toml"} <= {p.name for p in top.iterdir()}
    build(top, tmp_path / "again", "wheel")
    (again,) = (tmp_path / "again").glob("*.whl")
    sums = [{i.filename: i.CRC for i in zipfile.ZipFile(w).infolist() if not i.filename.endswith("RECORD")} for w in (built.wheel, again)]
    assert sums[0] == sums[1]


def test_nobody_is_named_in_what_is_handed_out(built):
    assert PERSON.search(b"id 140202199001011234, ") and PERSON.search("手机13812345678。".encode())
    with zipfile.ZipFile(built.wheel) as wheel:
        found = {n: hit.group() for n in wheel.namelist() if not n.endswith((".safetensors", "tokenizer.json", "RECORD")) and (hit := PERSON.search(wheel.read(n)))}
    assert not found


def test_it_is_the_installed_program_that_runs(installed, tmp_path):
    """Everything below means something only if the checkout is out of the way."""
    asked = "import qa, qa.resources as r; print(qa.__file__); print(r.resource('models')); print(r.turtle_files()[0])"
    paths = run(sys.executable, "-P", "-c", asked, cwd=tmp_path, path=str(installed)).stdout.splitlines()
    assert len(paths) == 3 and all(Path(p).is_relative_to(installed) for p in paths)


def test_ask_outside_the_checkout(outside, graph: Graph):
    reply = json.loads(outside("ask", "博士租房补贴每月多少钱", "--json").stdout)
    assert reply["articles"] == [17] and reply["citations"] and reply["data_version"] == graph.version


def test_check_and_template_outside_the_checkout(outside, tmp_path):
    made = outside("template", "--for", "人才", "-o", "申请.csv")
    with (tmp_path / "申请.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    (tmp_path / "一人.jsonl").write_text(json.dumps({"姓名或名称": "甲", "学历": "博士研究生"}, ensure_ascii=False) + "\n", encoding="utf-8")
    done = outside("check", "一人.jsonl", "--for", "人才", "--out", "结果")
    assert made.returncode == done.returncode == 0 and "学历" in header, made.stderr + done.stderr
    assert len(list((tmp_path / "结果").iterdir())) == 8


def test_sparql_outside_the_checkout(outside, tmp_path):
    (tmp_path / "查询.rq").write_text("SELECT (COUNT(*) AS ?n) WHERE { ?m a <https://policy.datong.example/ontology#SupportMeasure> }", encoding="utf-8")
    assert outside("sparql", "查询.rq").stdout.split() == ["n", "28"]


def test_serve_outside_the_checkout(installed, tmp_path):
    """The page, with its scripts and styles, and the endpoint beside it."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "qa", "serve", "--port", str(port)], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(installed), os.environ.get("PYTHONPATH", "")]))},
    )  # fmt: skip
    try:
        assert server.stdout is not None and "网页已打开" in server.stdout.readline()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            assert "大同中关村政策问答" in answer.read().decode()
        with opener.open(f"http://127.0.0.1:{port}/shapes", timeout=30) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        said = server.communicate(timeout=30)[0]
    assert "Traceback" not in said and not list(tmp_path.iterdir())


def test_a_lost_file_is_told_with_what_to_do_and_the_console_script_runs_when_it_is_back(installed, tmp_path):
    def ask() -> subprocess.CompletedProcess[str]:
        return run(installed / "bin" / "policy-qa", "ask", "博士租房补贴每月多少钱", cwd=tmp_path, path=str(installed))

    lost = installed / "qa/_resources/models/heads/labels.json"
    held = lost.read_bytes()
    lost.unlink()
    try:
        done = ask()
        assert done.returncode == 2 and "重新安装" in done.stderr and "make" not in done.stderr and "Traceback" not in done.stderr
    finally:
        lost.write_bytes(held)
    done = ask()
    assert done.returncode == 0 and done.stdout.startswith("博士研究生租房补贴1000元/月")


def test_one_place_knows_where_the_folders_are():
    """Nobody else in qa reaches from its own file up to the folders of the repository."""
    climbing = re.compile(r"__file__\)?\.?.*(parent\.parent|parents\[)")
    found = [p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "qa").rglob("*.py")) if climbing.search(p.read_text(encoding="utf-8"))]
    # the desk tells its child process where the package itself lies, not where its data are
    assert found in ([], ["qa/web/batch_desk.py"])


def test_the_image_follows_the_two_commands_and_the_lowest_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lowest = project["requires-python"].removeprefix(">=")
    assert f"FROM python:{lowest}-slim" in dockerfile and "make app" in dockerfile and "make test" in dockerfile
    assert "USER " in dockerfile and "policy-qa" in project["scripts"]
