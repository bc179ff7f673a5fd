"""Check by columns: equal to the ordinary checker whatever stands in the table, however it is read, and whoever dies on the way."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from bench.applicants import wild
from bench.check_equal import differences
from qa.__main__ import main
from qa.check.columnar import read as reading
from qa.check.columnar.judge import Columns
from qa.check.columnar.read import blocks, gathered
from qa.check.columnar.run import Cluster, Processes, judge, pool, run
from qa.check.columnar.values import bounds
from qa.check.columnar.weigh import _admits
from qa.check.engine import Checker, Options
from qa.check.readers import read
from qa.check.records import Raw
from qa.errors import CallError, DataError, FileError, StoreError
from tests.conftest import AS_OF, ROOT

DAY = ["--as-of", AS_OF.isoformat()]


@pytest.fixture(scope="module")
def checker(graph) -> Checker:
    return Checker(graph)


@pytest.fixture(scope="module")
def columns(checker) -> Columns:
    return Columns(checker)


@pytest.fixture(scope="module")
def kinds(checker):
    return list(dict.fromkeys(checker.kinds.values()))


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("table") / "申请.csv"
    subprocess.run([sys.executable, str(ROOT / "bench/applicants.py"), "300", "-o", str(path)], check=True)
    return path


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("day", [AS_OF, dt.date(2024, 9, 11), dt.date(2029, 9, 11), dt.date(2029, 9, 12), dt.date(2029, 9, 13)])
def test_columns_say_what_the_checker_says(checker, columns, kinds, seed, day):
    raws = wild(100, seed * 7 + day.day, checker.fields, kinds)
    kind = kinds[seed].label if seed % 2 else ""
    assert not list(differences(checker, columns, raws, Options(day, (), kind)))


def test_chosen_measures_only(checker, columns, kinds):
    chosen = tuple(list(checker.requirements.of)[15:18])
    raws = wild(50, 5, checker.fields, kinds)
    assert not list(differences(checker, columns, raws, Options(AS_OF, chosen)))
    assert [r.measure for r in columns.judge(gathered(raws)[0], Options(AS_OF, chosen)).measures] == list(chosen)


@pytest.mark.parametrize("broken", ["qa.check.columnar.weigh._admits", "qa.check.columnar.award.Awards._one"])
def test_a_wrong_rule_would_be_found(checker, kinds, monkeypatch, broken):
    if broken.endswith("_admits"):
        monkeypatch.setattr(broken, lambda leaf, field, value: value >= leaf.least + 1 if leaf.least is not None else pl.lit(value=True))
    else:
        from qa.check.columnar.award import Outcome

        monkeypatch.setattr(broken, lambda self, requirement, row: Outcome(False, 0, "", "1", False))
    assert list(differences(checker, Columns(checker), wild(100, 3, checker.fields, kinds), Options(AS_OF)))


def test_a_leaf_that_cannot_be_compiled_is_named(checker):


    leaf = next(iter(checker.requirements.of.values())).every[0]
    with pytest.raises(DataError, match=r"eligibility\.ttl"):
        _admits(replace(leaf, least=None, allowed=None), checker.fields[leaf.field], pl.col("x"))


def values(field) -> list[object]:
    """Return values at and beside the bounds that shapes of a record may have."""
    return {
        "boolean": [True, False], "choice": [*field.allowed, "别的"], "measure": [*field.allowed[:3], "别的"], "months": [-1, 0, 1200, 1201], "integer": [0],
        "money": [Decimal(-1), Decimal(0), Decimal("0.01"), Decimal(10) ** 13, Decimal(10) ** 13 + 1],
        "date": [dt.date(1949, 12, 31), dt.date(1950, 1, 1), dt.date(2100, 12, 31), dt.date(2101, 1, 1)],
        "identity": ["11010519491231002X", "110105194912310", "91140200MA0GWCXY1A", "x"], "text": ["", "字" * 200, "字" * 201],
    }[field.type]  # fmt: skip


def test_bounds_are_those_of_the_shapes(checker):
    compiled = bounds()
    for iri, field in checker.fields.items():
        for value in values(field):
            assert any(b.refuses(value) for b in compiled[iri]) == bool(checker.judge.judge([(iri, value)])[iri, value][1]), (field.label, value)


HEADER = "编号,姓名,学历,学习形式,新全职引进,劳动合同,养老保险,实缴资金（万元）"
LINES = ["1,张三,博士研究生,全日制,是,是,是,100", "2,李四,硕士研究生,非全日制,是,是,,60.5"]
SHAPES = {
    "plain": "\n".join([HEADER, *LINES]) + "\n",
    "no line end": "\n".join([HEADER, *LINES]),
    "windows": "\r\n".join([HEADER, *LINES]) + "\r\n",
    "old mac": "\r".join([HEADER, *LINES]) + "\r",
    "blank lines": "\n".join([HEADER, "", LINES[0], "   ", LINES[1], "", ""]),
    "short and long lines": "\n".join([HEADER, "1,张三,博士研究生", LINES[1], "3,王五,本科,全日制,是,是,是,1,多出来的"]),
    "quotes": "\n".join([HEADER, '1,"张,三",博士研究生,全日制,是,是,是,"1,000"', LINES[1]]),
    "title, note and example": "\n".join(["申请人名单", HEADER, "说明：不要改表头", "示例1,示例,博士研究生,全日制,是,是,是,1", "示例2,赵六,博士研究生,全日制,是,是,是,1", *LINES]),
    "a column twice": "\n".join([HEADER + ",学历", LINES[0] + ",博士研究生", LINES[1] + ",本科"]),
    "a column without a name": "\n".join([HEADER.replace("姓名", ""), *LINES]),
    "an unknown column": "\n".join([HEADER + ",备注", *(line + ",随便写" for line in LINES)]),
    "tabs": "\n".join(line.replace(",", "\t") for line in [HEADER, *LINES]),
    "wide commas": "\n".join(line.replace(",", "，") for line in [HEADER, *LINES]),
    "only empty rows": "\n".join([HEADER, ",,,,,,,", LINES[0]]),
    "a cell too long": "\n".join([HEADER, "1," + "字" * 10_001 + ",博士研究生,全日制,是,是,是,1", LINES[1]]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_hold_what_the_reader_reads(tmp_path, checker, shape, encoding):
    path = tmp_path / "表.csv"
    path.write_bytes(SHAPES[shape].encode(encoding))
    ordinary = list(read(path, checker.headers))
    want, told = gathered(ordinary)
    found = [block.texts() for block in blocks(path, checker.headers)]
    got = pl.concat([frame for frame, _ in found], how="diagonal_relaxed")
    keys = [key for key in want.columns if key in got.columns]
    assert got.select(keys).rows() == want.select(keys).rows()
    assert all(got[key].null_count() == got.height for key in set(got.columns) - set(keys))
    said = pl.concat([frame for _, frame in found])
    assert sorted(said["message"].to_list()) == sorted(told["message"].to_list())


def test_a_plain_table_is_read_by_columns(table, checker, monkeypatch):
    monkeypatch.setattr(reading.Block, "_one_by_one", lambda self: pytest.fail("逐行读了"))
    assert sum(block.texts()[0].height for block in blocks(table, checker.headers)) == 300


def ordinary(path: Path, out: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Return verdict and amount by row and measure, checked one by one."""
    main(["check", str(path), "--out", str(out), "--quiet", *DAY])
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(row["行号"], row["措施"]): (row["裁决"], row["金额（元）"]) for row in csv.DictReader(file)}


def large(out: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Return verdict and amount by row and measure from the files of a large run."""
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [name.removesuffix("（限）") for name in rows[0] if name.endswith("（限）")]
    return {(row["行号"], label): (row[label], row[f"{label}（元）"]) for row in rows for label in labels}


def test_the_files_say_the_same(table, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(reading, "SIZE", 25_000)  # many blocks
    assert main(["check", str(table), "--large", "--out", str(tmp_path / "L"), "--quiet", *DAY]) == 0
    told = capsys.readouterr().out
    assert "共300个申请人" in told and "results.parquet" in told
    one = ordinary(table, tmp_path / "O")
    got = large(tmp_path / "L")
    assert got.keys() == one.keys() and all(got[key][0] == one[key][0] for key in one)
    assert all(Decimal(got[key][1] or 0) == Decimal(one[key][1] or 0) and bool(got[key][1]) == bool(one[key][1]) for key in one)
    kept = pl.read_parquet(tmp_path / "L/results.parquet")
    assert kept.height == 300 and not (tmp_path / "L/parts").exists()
    assert kept.filter(pl.col("购房补贴") == "不符合")["购房补贴（理由）"].str.len_chars().min() > 0
    assert sorted(p.name for p in (tmp_path / "L").iterdir()) == ["problems.csv", "results.csv", "results.parquet", "summary.json"]


def test_parquet_with_types_is_read(table, whole, tmp_path, checker):
    frame = pl.read_csv(table, infer_schema=False).with_columns(pl.col("劳动合同期限（月）").cast(pl.Int64), pl.col("成交额（元）").cast(pl.Float64), pl.col("申请日期").str.to_date(), pl.col("是否入驻") == "是")
    frame.write_parquet(tmp_path / "表.parquet")
    got = parts(checker, tmp_path / "表.parquet", Here())
    # a table's rows count from its header, records of Parquet from 1
    assert [line.split(b",", 2)[2] for line in got.splitlines()] == [line.split(b",", 2)[2] for line in whole.splitlines()]


def test_what_cannot_be_done_is_said(tmp_path, checker, capsys, monkeypatch):
    monkeypatch.setattr("qa.check.columnar.run._PATIENCE", 1)
    book = tmp_path / "表.xlsx"
    book.write_bytes(b"x")
    with pytest.raises(FileError, match=r"只读 CSV、TSV 和 Parquet"):
        list(blocks(book, checker.headers))
    broken = tmp_path / "坏.parquet"
    broken.write_bytes(b"PAR1 nothing")
    assert main(["check", str(broken), "--large"]) == 2
    assert "不是完好的 Parquet" in capsys.readouterr().err
    with pytest.raises(CallError, match="连不上"), pool(1, "tcp://127.0.0.1:9"):
        pass


def test_what_is_told_of_headers_and_of_columns_that_nobody_filled_in(tmp_path, capsys):
    file, bare = tmp_path / "表.csv", tmp_path / "空.csv"
    file.write_text("编号,姓名,学历,毕业证书所载学力\n1,张三,博士研究生,博士研究生\n", encoding="utf-8")
    assert main(["check", str(file), "--large", "--for", "人才", "--out", str(tmp_path / "出"), "--quiet", *DAY]) == 1
    said = capsys.readouterr().out
    assert "一行也没有填" in said and "学习形式" in said
    assert "毕业证书所载学历" in (tmp_path / "出/problems.csv").read_text(encoding="utf-8-sig")
    bare.write_text("编号,姓名,学历\n", encoding="utf-8")
    assert main(["check", str(file), str(bare), "--large", "--out", str(tmp_path / "无"), "--quiet", *DAY]) == 2
    assert "空.csv：只有表头或空行" in capsys.readouterr().err and not (tmp_path / "无").exists()


def test_unread_cells_and_formulas(tmp_path, capsys):
    file = tmp_path / "表.csv"
    file.write_text(f"{HEADER}\n=1+1,@张三,博士研究生,全日制,也许,是,是,很多\n", encoding="utf-8")
    assert main(["check", str(file), "--large", "--out", str(tmp_path / "出"), "--quiet", *DAY]) == 1
    capsys.readouterr()
    with (tmp_path / "出/results.csv").open(encoding="utf-8-sig", newline="") as read_back:
        row = next(csv.DictReader(read_back))
    assert row["编号"].startswith("'") or not row["编号"]
    assert row["名称"] == "'@张三"
    with (tmp_path / "出/problems.csv").open(encoding="utf-8-sig", newline="") as problems:
        assert {line["列"] for line in csv.DictReader(problems)} >= {"是否新全职引进", "实缴资金（元）"}


class Here:
    """A pool that does each block in this process, when its result is asked for."""

    ahead = 2

    def __init__(self) -> None:
        self.begun = 0

    def submit(self, block, options):
        self.begun += 1

        class Later:
            @staticmethod
            def result():
                return judge(block, options)

        return Later()

    def renew(self) -> None:
        raise AssertionError


@pytest.fixture(scope="module")
def whole(checker, table) -> bytes:
    return parts(checker, table, Here())


def parts(checker, path, workers, after=None):
    """Return the lines of a run; after the first part, do something."""
    out = []
    for at, part in enumerate(run(checker, [path], Options(AS_OF), workers)):
        if at == 0 and after:
            after()
        out.append(part.lines)
    return b"".join(out)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(reading, "SIZE", 9_000)


def test_a_process_that_is_killed_is_replaced(checker, table, whole, small_blocks):
    with pool(2, None) as workers:
        killed = parts(checker, table, workers, lambda: os.kill(next(iter(workers._pool._processes)), signal.SIGKILL))
    assert killed == whole and whole.count(b"\n") == 300


def test_processes_that_keep_dying_end_the_run():
    workers = Processes(1)
    with pytest.raises(StoreError, match="一再中断"):
        for _ in range(9):
            workers.renew()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextlib.contextmanager
def cluster(folder: Path):
    """Run a scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed", reason="没有装 dask distributed：集群测试跑不了（pip install distributed）")
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}
    port = address.rpartition(":")[2]
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet)]
    started += [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"], **quiet) for _ in range(2)]
    try:
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_cluster_says_the_same_though_a_worker_dies(checker, table, whole, small_blocks, tmp_path):
    with cluster(tmp_path) as (address, servants), pool(1, address) as workers:
        assert isinstance(workers, Cluster)
        workers._client.wait_for_workers(2, timeout=60)
        got = parts(checker, table, workers, servants[0].kill)
        servants[0].wait()
        alive = time.monotonic() + 30
        while len(workers._client.scheduler_info()["workers"]) > 1 and time.monotonic() < alive:
            time.sleep(0.1)
        assert len(workers._client.scheduler_info()["workers"]) == 1
    assert got == whole


def test_nothing_is_begun_before_it_is_needed(checker, table, small_blocks):
    workers = Here()
    for at, _ in enumerate(run(checker, [table], Options(AS_OF), workers)):
        assert workers.begun <= at + 1 + Here.ahead
    assert workers.begun > 4


def test_raws_are_not_needed_for_a_fast_table(table, checker, monkeypatch):
    """A table of plain form makes no record at all."""
    monkeypatch.setattr(Raw, "__init__", lambda *a, **k: pytest.fail("一行一行读了"))
    assert sum(block.texts()[0].height for block in blocks(table, checker.headers)) == 300
