"""批量校验: the desk that bounds, stops and clears away runs; and the tab as a person uses it, upload to download."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from qa.check.engine import Checker
from qa.check.records import Verdict
from qa.errors import CallError, FileError
from qa.web.batch_child import TABLE
from qa.web.batch_desk import Call, Desk, Limits, Progress
from qa.web.batch_tab import MIXED, OUTPUTS, Forms
from qa.web.batch_view import ALL, PAGE, pages, progress_html, summary_html, table_html
from tests.browser import SIZES, fits, opened
from tests.conftest import AS_OF, ROOT

XSS = "<img src=x onerror=alert(1)>"
HEADER = "编号,姓名,学历,学习形式,知名高校,是否新全职引进,劳动合同,养老保险"
DOCTOR = "1,张三,博士,全日制,,是,是,是"
DAY = AS_OF.isoformat()


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "desk")
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("many") / "很多.csv"
    subprocess.run([sys.executable, str(ROOT / "bench/applicants.py"), "400", "-o", str(path)], check=True)
    return path


def form(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def copied(many: Path, folder: Path) -> Path:
    """Return a copy of its own: the desk removes uploads."""
    path = folder / many.name
    path.write_bytes(many.read_bytes())
    return path


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if Path(f"/proc/{pid}").exists() else False


def run(desk: Desk, session: str, call: Call) -> Path:
    under_way = desk.start(session, call)
    assert [p for p in under_way.events() if p.total] and under_way.folder == desk.folder(session)
    desk.finish(session, under_way, True)
    return under_way.folder


def test_a_run_leaves_every_output_in_a_private_folder(desk, tmp_path):
    folder = run(desk, "甲", Call(form(tmp_path / "申请.csv", DOCTOR), DAY, "人才"))
    assert {name for name, _ in OUTPUTS} | {"summary.json", TABLE} <= {p.name for p in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    table = json.loads((folder / TABLE).read_text())
    assert next(row for row in table["by_verdict"][Verdict.ELIGIBLE.value] if row[3] == "购房补贴")[9].startswith("20万元")


def test_measures_and_the_day_are_kept_to(desk, tmp_path, graph):
    rent = next(iri for iri, r in Checker(graph).requirements.of.items() if r.label == "租房补贴")
    folder = run(desk, "甲", Call(form(tmp_path / "申请.csv", DOCTOR), "2020-01-01", "人才", (rent,)))
    rows = json.loads((folder / TABLE).read_text())["first"]
    assert [(row[3], row[5]) for row in rows] == [("租房补贴", Verdict.INELIGIBLE.value)] and "施行" in rows[0][6]


def test_what_is_too_large_too_long_or_too_slow_is_refused_in_chinese(tmp_path, many):
    small = Desk(tmp_path / "1", Limits(size=10))
    with pytest.raises(FileError, match="MB"):
        small.start("甲", Call(form(tmp_path / "a.csv", DOCTOR), DAY))
    few = Desk(tmp_path / "2", Limits(rows=1))
    with pytest.raises(FileError, match="超过1个申请人"):
        run(few, "甲", Call(form(tmp_path / "b.csv", DOCTOR, DOCTOR), DAY))
    quick = Desk(tmp_path / "3", Limits(seconds=0.2))
    under_way = quick.start("甲", Call(copied(many, tmp_path), DAY))
    with pytest.raises(CallError, match="分钟还没有完成"):
        list(under_way.events())
    quick.finish("甲", under_way, False)
    assert quick.folder("甲") is None and not under_way.folder.exists() and not alive(under_way.process.pid)
    for desk in (small, few, quick):
        desk.close()


@pytest.mark.parametrize(("name", "content", "said"), [("表.docx", b"PK", "不认识的文件类型"), ("表.xlsx", b"not a workbook", "另存为 XLSX"), ("表.csv", b"", "表.csv"), ("表.json", b"[" * 5000, "表.json")])
def test_a_file_of_no_use_is_told_in_chinese_and_leaves_nothing(desk, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    under_way = desk.start("甲", Call(path, DAY))
    with pytest.raises(FileError, match=said) as told:
        list(under_way.events())
    desk.finish("甲", under_way, False)
    assert "Traceback" not in told.value.message and str(tmp_path) not in told.value.message
    assert not under_way.folder.exists()


def test_one_run_a_session_and_two_in_the_server(desk, tmp_path, many):
    first = desk.start("甲", Call(copied(many, tmp_path), DAY))
    with pytest.raises(CallError, match="上一份"):
        desk.start("甲", Call(form(tmp_path / "a.csv", DOCTOR), DAY))
    second = desk.start("乙", Call(form(tmp_path / "b.csv", DOCTOR), DAY))
    with pytest.raises(CallError, match="过一会儿"):
        desk.start("丙", Call(form(tmp_path / "c.csv", DOCTOR), DAY))
    desk.finish("乙", second, False)
    desk.finish("丙", desk.start("丙", Call(form(tmp_path / "c.csv", DOCTOR), DAY)), False)
    assert alive(first.process.pid), "another session's run goes on"
    desk.leave("甲")
    assert not alive(first.process.pid)


def test_cancelling_ends_the_process_and_leaves_nothing(desk, tmp_path, many):
    under_way = desk.start("甲", Call(copied(many, tmp_path), DAY))
    events = under_way.events()
    next(events)
    desk.cancel("甲")
    with pytest.raises(CallError, match="已经停止"):
        list(events)
    desk.finish("甲", under_way, False)
    assert not alive(under_way.process.pid) and not under_way.folder.exists()
    run(desk, "甲", Call(form(tmp_path / "a.csv", DOCTOR), DAY, "人才"))


def test_leaving_removes_results_and_the_upload(desk, tmp_path):
    path = form(tmp_path / "申请.csv", DOCTOR)
    folder = run(desk, "甲", Call(path, DAY, "人才"))
    other = run(desk, "乙", Call(form(tmp_path / "别人.csv", DOCTOR), DAY, "人才"))
    desk.leave("甲")
    assert not folder.exists() and not path.exists() and other.exists()
    desk.close()
    assert not other.exists()


def test_the_oldest_results_make_way_for_new_ones(tmp_path):
    desk = Desk(tmp_path / "desk", Limits(kept=2))
    folders = [run(desk, name, Call(form(tmp_path / f"{name}.csv", DOCTOR), DAY, "人才")) for name in "甲乙丙"]
    assert [f.exists() for f in folders] == [False, True, True]
    desk.close()


def test_the_child_ends_when_whoever_started_it_is_gone(tmp_path, many):
    call = {"file": str(many), "folder": str(tmp_path), "kind": "", "measures": [], "as_of": DAY, "rows": 1000, "workers": 2}
    child = subprocess.Popen([sys.executable, "-m", "qa.web.batch_child"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    child.stdin.write(json.dumps(call) + "\n")
    child.stdin.flush()
    assert "read" in child.stdout.readline()
    child.stdin.close()
    assert child.wait(20) != 0
    child.stdout.close()
    assert not (tmp_path / "results.csv").exists()


def test_forms_are_made_for_every_kind_and_can_be_checked(graph, desk, tmp_path):
    forms = Forms(Checker(graph), desk)
    for kind in {k.label for k in forms._checker.kinds.values()}:
        given = [forms.offer(kind)[at]["value"] for at in (0, 1)]
        assert [Path(g).suffix for g in given] == [".xlsx", ".csv"] and openpyxl.load_workbook(given[0])["填写"]["A1"].value == "申请编号"
    assert not any(button["interactive"] for button in forms.offer(MIXED))
    assert not any(button["interactive"] for button in forms.offer("../../etc"))
    desk.close()
    assert not Path(given[0]).exists(), "the server stops and leaves nothing behind"


def test_progress_tells_rate_and_time_left():
    html = progress_html(Progress(50, 100, 1200, 10.0))
    assert "已读50%" in html and "已判1,200个" in html and "每秒120个" in html and "约还要10秒" in html
    assert "正在读文件" in progress_html(Progress(0, 100, 0, 1.0))


def test_what_stood_in_the_file_is_shown_not_run(desk, tmp_path):
    path = form(tmp_path / f"{XSS.replace('/', '')}.csv", f"1,{XSS},{XSS},全日制,,是,是,是", header=f"{HEADER},{XSS}")
    folder = run(desk, "甲", Call(path, DAY, "人才"))
    table, summary = (json.loads((folder / name).read_text()) for name in (TABLE, "summary.json"))
    html = summary_html(summary, table, 1.0) + table_html(table, summary, ALL, 0)
    assert "<img" not in html and html.count("&lt;img") > 2


def test_pages_and_counts_in_words(desk, tmp_path):
    folder = run(desk, "甲", Call(form(tmp_path / "a.csv", *[DOCTOR] * 12), DAY, "人才"))
    table, summary = (json.loads((folder / name).read_text()) for name in (TABLE, "summary.json"))
    every = summary["judgements"]
    assert pages(table, ALL) == -(-every // PAGE) > 1
    assert sum(table_html(table, summary, ALL, at).count("<tr><td") for at in range(pages(table, ALL))) == every
    html = summary_html(summary, table, 2.0)
    assert "符合 12" in html and "<svg class='bar' aria-hidden='true'>" in html
    assert "没有这样的裁决" in table_html(table, summary, Verdict.REVIEW, 0)


def handed_in(page, name: str, content: str) -> None:
    page.locator("#bt-file input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    page.locator("#bt-file .file-preview").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_form_filled_in_handed_in_and_results_taken_away(chromium, served, site, size, tmp_path):
    with opened(chromium, site, size, "批量校验") as page:
        before = set(served.uploads.glob("check-*"))
        page.locator("#bt-kind").get_by_role("radio", name="人才").check()
        page.wait_for_function("document.querySelector('#bt-csv') && !document.querySelector('#bt-csv').disabled && !document.querySelector('#bt-csv').classList.contains('disabled')")
        with page.expect_download() as got:
            page.locator("#bt-csv").click()
        blank = tmp_path / "空白.csv"
        got.value.save_as(blank)
        with blank.open(encoding="utf-8-sig", newline="") as file:
            columns = next(csv.reader(file))
        row = {"申请编号": "1", "姓名或名称": "张三", "学历": "博士研究生", "学习形式": "全日制", "是否新全职引进": "是", "是否签订正式劳动（聘用）合同": "是", "是否正常缴纳城镇职工基本养老保险": "是"}
        assert row.keys() <= set(columns)
        handed_in(page, "人才.csv", ",".join(columns) + "\n" + ",".join(row.get(c, "") for c in columns) + "\n")
        page.locator("#bt-go").click()
        page.locator("#bt-done").wait_for(timeout=60_000)
        assert "共1个申请人" in page.locator("#bt-summary").inner_text() and fits(page)
        page.locator("#bt-filter").get_by_role("radio", name="符合", exact=True).check()
        page.locator("#bt-table caption", has_text="符合：共").wait_for()
        assert "20万元" in page.locator("#bt-table").inner_text() and "不符合" not in page.locator("#bt-table").inner_text() and fits(page)
        for name, _ in OUTPUTS:
            with page.expect_download() as got:
                page.locator(f"#bt-{name.replace('.', '-')}").click()
            got.value.save_as(tmp_path / name)
            assert got.value.suggested_filename == name and (tmp_path / name).stat().st_size > 0
        assert "张三" in (tmp_path / "report.html").read_text(encoding="utf-8")
        page.locator("#bt-forget").click()
        page.get_by_text("都已清除").wait_for()
        assert set(served.uploads.glob("check-*")) <= before and not list(served.uploads.rglob("人才.csv"))


def test_markup_in_name_header_and_cell_is_shown_not_run(chromium, site):
    with opened(chromium, site, "wide", "批量校验") as page:
        handed_in(page, f"{XSS}.csv", f"{HEADER},{XSS}\n1,{XSS},{XSS},全日制,,是,是,是,{XSS}\n")
        page.locator("#bt-go").click()
        page.locator("#bt-done").wait_for(timeout=60_000)
        told = page.locator("#bt-summary").inner_text() + page.locator("#bt-table").inner_text()
        assert told.count("<img src=x") >= 2 and page.locator("img[src=x]").count() == 0


def test_errors_are_plain_words_where_the_focus_goes(chromium, site):
    with opened(chromium, site, "narrow", "批量校验") as page:
        page.locator("#bt-go").click()
        page.locator("#bt-status [role=alert]", has_text="还没有选文件").wait_for()
        page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
        handed_in(page, "表.docx", "PK")
        page.locator("#bt-go").click()
        page.locator("#bt-status [role=alert]", has_text="不认识的文件类型").wait_for()
        assert not page.locator("#bt-results").is_visible() and fits(page)
        page.get_by_text("只判几项").click()
        page.locator("#bt-day input, #bt-day textarea").fill("去年")
        page.locator("#bt-go").click()
        page.locator("#bt-status [role=alert]", has_text="看不懂是哪一天").wait_for()


def test_a_long_run_tells_how_far_it_is_and_can_be_stopped(chromium, site, many):
    with opened(chromium, site, "wide", "批量校验") as page:
        handed_in(page, "很多.csv", many.read_text(encoding="utf-8"))
        page.locator("#bt-go").click()
        page.locator("#bt-status progress").wait_for(timeout=30_000)
        page.locator("#bt-stop").click()
        page.locator("#bt-status [role=alert]", has_text="已经停止").wait_for()
        assert page.locator("#bt-go").is_enabled() and not page.locator("#bt-results").is_visible()


def test_closing_the_page_removes_what_was_handed_in(chromium, served, site):
    uploads = served.uploads
    with opened(chromium, site, "wide", "批量校验") as page:
        handed_in(page, "留下的.csv", f"{HEADER}\n{DOCTOR}\n")
        page.locator("#bt-go").click()
        page.locator("#bt-done").wait_for(timeout=60_000)
        assert list(uploads.rglob("留下的.csv"))
    limit = time.monotonic() + 40
    while list(uploads.rglob("留下的.csv")) and time.monotonic() < limit:
        time.sleep(0.2)
    assert not list(uploads.rglob("留下的.csv")) and not list(uploads.rglob(TABLE))
