"""qa/check outputs: what people wrote stays text in every format, files appear whole or not at all, memory stays flat."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import gc
import json
import re
import time
import tracemalloc
import weakref
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from qa.check import outdir
from qa.check.jsonlines import line, yuan
from qa.check.records import Award, Finding, Judgement, Problem, Quote, Result, State, Step, Verdict
from qa.check.report import Cover, HtmlReport, blank
from qa.check.shacl_report import ShaclJsonLdWriter, ShaclTurtleWriter, focus
from qa.check.summary import Tally, article, clean, fit, pad, reason, width
from qa.check.writers import COLUMNS, CsvWriter, JsonLinesWriter, OutDir, ProblemWriter, XlsxWriter, atomic, cell, csv_text, table
from qa.errors import CallError
from qa.terms import PREFIXES, SHAPES, field

QUOTE = Quote(17, "租房补贴分别给予1000元/月")
COVER = Cover("若干政策措施", "甲办规〔2024〕4号", "2026-11-22")
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://evil.example","点我")', "＝1", "\x00=1"]
XSS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style><b>", "'onmouseover='x", "<!--", "</details>", "&lt;i&gt;", "javascript:alert(1)"]


def finding(state: State, name: str = "term", actual: str = "") -> Finding:
    gap = "还差1年" if state is State.FAILED else ""
    return Finding(SHAPES + name, "c", f"条件{name}", field(name), f"项{name}", state, "劳动合同期限须满三年（第十七条）", actual, "满3年" if state is State.FAILED else "", gap, QUOTE)


MET, FAILED = finding(State.MET, "degree", "博士研究生"), finding(State.FAILED, "term", "2年")
MISSING, REVIEW = finding(State.MISSING, "insured"), finding(State.REVIEW, "school")
AWARD = Award("1000元/月，期限3年，合计3.6万元", Decimal("3.6E+4"), True, (Step("1000元×36个月＝3.6万元", QUOTE),), ("已满足条件的月数（月）",))
JUDGEMENTS = (
    Judgement("m:rent", "租房补贴", 17, Verdict.ELIGIBLE, (MET,), award=AWARD, notices=("以该文件为准。",)),
    Judgement("m:buy", "购房补贴", 17, Verdict.INELIGIBLE, (MET, FAILED), mends=("“合同期限”须满3年，现为2年",)),
    Judgement("m:live", "生活补贴", 18, Verdict.INCOMPLETE, (MET, MISSING), ("项insured",)),
    Judgement("m:fee", "学费补贴", 18, Verdict.REVIEW, (MET, REVIEW)),
    Judgement("m:lab", "实验室补贴", 7, Verdict.INCOMPLETE, (MISSING,), ("项insured",)),
)
RESULT = Result("名单.csv", 3, "A-1", "王某", dt.date(2026, 11, 22), JUDGEMENTS, (Problem("名单.csv", "日期读不懂", 3, "申请日期"),), ("项insured",))
FORMATS = {"results.csv": CsvWriter, "results.xlsx": XlsxWriter, "results.jsonl": JsonLinesWriter, "problems.csv": ProblemWriter}
FORMATS |= {"shacl-report.ttl": ShaclTurtleWriter, "shacl-report.jsonld": ShaclJsonLdWriter}
AT = {name: at for at, (name, _, _) in enumerate(COLUMNS)}


def written(path: Path, writer: type, *results: Result) -> Path:
    with writer(path) as out:
        for result in results:
            out.write(result)
    return path


def html(path: Path, *results: Result, shown: int = 200) -> str:
    tally = Tally()
    with HtmlReport(path, COVER, tally, shown) as out:
        for result in results:
            tally.add(result)
            out.write(result)
    return path.read_text(encoding="utf-8")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# ---- tables


def test_csv_has_a_row_a_judgement_and_every_column(tmp_path):
    path = written(tmp_path / "r.csv", CsvWriter, RESULT)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") and path.read_bytes().endswith(b"\r\n")
    head, first, second, third, *_ = rows = rows_of(path)
    assert head == "文件 行号 编号 名称 措施 条号 裁决 理由 缺少的信息 怎样改 金额 金额（元） 是否最高 计算步骤 提示 依据原文 申请日期".split()
    assert len(rows) == 6
    assert [first[AT[n]] for n in ("行号", "条号", "裁决", "金额（元）", "是否最高", "申请日期")] == ["3", "17", "符合", "36000", "是", "2026-11-22"]
    assert first[AT["金额"]] == "1000元/月，期限3年，合计3.6万元（还需填写：已满足条件的月数（月））"
    assert first[AT["依据原文"]] == "第十七条：“租房补贴分别给予1000元/月”"
    assert second[AT["理由"]] == "劳动合同期限须满三年（第十七条）：现为2年，还差1年"
    assert third[AT["理由"]] == MISSING.message and third[AT["金额（元）"]] == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_neutral_in_csv_and_text_in_xlsx(tmp_path, text):
    result = replace(RESULT, name=text, key=text, file=text)
    rows = rows_of(written(tmp_path / "r.csv", CsvWriter, result))
    book = openpyxl.load_workbook(written(tmp_path / "r.xlsx", XlsxWriter, result))
    for name in ("名称", "编号", "文件"):
        assert all(row[AT[name]].startswith("'") for row in rows[1:]), name
        for row in list(book["结果"].rows)[1:]:
            assert row[AT[name]].data_type == "s" and row[AT[name]].value.startswith("'") and row[AT[name]].hyperlink is None


@given(st.text())
def test_no_cell_begins_like_a_formula_or_breaks_its_line(text):
    said = cell(text)
    assert not said.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not re.search(r"[\x00-\x1f\ud800-\udfff]", said)


def test_a_plain_cell_is_left_as_it_is():
    assert [cell(t) for t in ("博士-硕士", "A=1", "", "第一行\r\n第二行", "x" * 40_000)][:4] == ["博士-硕士", "A=1", "", "第一行；第二行"]
    assert cell("\t张三") == "'张三"
    assert len(cell("x" * 32_000)) == 32_000 and cell("x" * 32_001).endswith("……（太长，其余见 results.jsonl）")
    assert len(cell("x" * 40_000)) < 32_767


@pytest.mark.parametrize("name", [*FORMATS, "report.html"])
def test_text_that_is_no_text_breaks_no_file(tmp_path, name):
    odd = replace(RESULT, name="半个字\ud800\x00\x1b[31m\u202e", problems=(Problem("\ud800", "\ud800\ufffe", 3, "\x00"),))
    path = tmp_path / name
    if name == "report.html":
        html(path, odd)
    else:
        written(path, FORMATS[name], odd)
    if name != "results.xlsx":
        text = path.read_text(encoding="utf-8-sig")
        assert "\x00" not in text and "\x1b" not in text
    else:
        assert list(openpyxl.load_workbook(path)["结果"].rows)[1][AT["名称"]].value == "半个字[31m"


def test_nothing_is_laid_down_outside_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(outdir.tempfile, "tempdir", str(tmp_path / "没有这个文件夹"))
    written(tmp_path / "r.xlsx", XlsxWriter, RESULT)
    html(tmp_path / "r.html", RESULT)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.html", "r.xlsx"]


def test_xlsx_opens_with_numbers_a_frozen_header_and_verdicts_in_words(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path / "r.xlsx", XlsxWriter, RESULT))["结果"]
    assert sheet.freeze_panes == "A2" and sheet.max_row == 6 and sheet.auto_filter.ref == "A1:Q6"
    first = list(sheet.rows)[1]
    assert (first[AT["金额（元）"]].value, first[AT["金额（元）"]].data_type) == (36000, "n")
    fills = {row[AT["裁决"]].value: row[AT["裁决"]].fill.fgColor.rgb for row in list(sheet.rows)[1:]}
    assert set(fills) == {v.value for v in Verdict} and len(set(fills.values())) == 4
    with ZipFile(tmp_path / "r.xlsx") as package:
        sheet_xml = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet_xml and b"hyperlink" not in sheet_xml


@pytest.mark.parametrize(("limit", "sheets"), [(5, ["结果"]), (4, ["结果", "结果2"]), (2, ["结果", "结果2", "结果3"])])
def test_a_full_sheet_is_followed_by_another(tmp_path, limit, sheets):
    with XlsxWriter(tmp_path / "r.xlsx", sheet_rows=limit) as out:
        out.write(RESULT)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == sheets
    assert sum(book[name].max_row - 1 for name in sheets) == 5 and all(book[name]["A1"].value == "文件" for name in sheets)


def test_problems_have_file_row_and_column(tmp_path):
    with ProblemWriter(tmp_path / "p.csv") as out:
        out.write(RESULT)
        out.problem(Problem("坏.xlsx", "=cmd", None, None))
    assert rows_of(tmp_path / "p.csv") == [["文件", "行", "列", "问题"], ["名单.csv", "3", "申请日期", "日期读不懂"], ["坏.xlsx", "", "", "'=cmd"]]


# ---- JSON Lines


def test_json_lines_come_back_as_they_went(tmp_path):
    odd = replace(RESULT, name='引"号\\\n换行\u2028=1', row=4)
    lines = written(tmp_path / "r.jsonl", JsonLinesWriter, RESULT, odd).read_text(encoding="utf-8").split("\n")
    assert len(lines) == 3 and lines[2] == ""
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert second["name"] == odd.name
    assert list(first) == ["file", "row", "key", "name", "as_of", "judgements", "unlocks", "problems"]
    rent, buy = first["judgements"][:2]
    assert list(rent) == ["measure", "measure_label", "article", "verdict", "reasons", "missing", "mends", "award", "notices"]
    assert rent["award"] == {
        "text": AWARD.text, "amount": 36000, "is_max": True, "needs": ["已满足条件的月数（月）"],
        "steps": [{"text": "1000元×36个月＝3.6万元", "article": 17, "quote": QUOTE.text}],
    }  # fmt: skip
    assert buy["award"] is None and buy["reasons"] == [
        {"label": "条件term", "state": "不满足", "message": FAILED.message, "actual": "2年", "required": "满3年", "gap": "还差1年", "quote": {"article": 17, "text": QUOTE.text}}
    ]
    assert first["problems"] == [{"file": "名单.csv", "row": 3, "column": "申请日期", "message": "日期读不懂"}]


@pytest.mark.parametrize(("amount", "said"), [("1E+6", "1000000"), ("0", "0"), ("12.3", "12.30"), ("12.300", "12.30"), ("0.005", "0.01"), ("1E+13", "10000000000000"), ("0.004", "0")])
def test_amounts_are_plain_numbers(tmp_path, amount, said):
    assert yuan(Decimal(amount)) == said
    judgement = replace(JUDGEMENTS[0], award=replace(AWARD, amount=Decimal(amount)))
    line = written(tmp_path / "r.jsonl", JsonLinesWriter, replace(RESULT, judgements=(judgement,))).read_text(encoding="utf-8")
    assert f'"amount": {said},' in line and json.loads(line)


# ---- whole or not at all


def fill(out: OutDir, *names: str) -> None:
    for name in names:
        out.path(name).write_text("新", encoding="utf-8")


def test_files_appear_together_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "深" / "结果"
    with OutDir(folder) as out:
        fill(out, "results.csv", "report.html")
        assert not (folder / "results.csv").exists()
    assert sorted(p.name for p in folder.iterdir()) == ["report.html", "results.csv"]


@pytest.mark.parametrize("error", [RuntimeError("坏了"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_failure_leaves_the_old_files_and_no_trace(tmp_path, error):
    (tmp_path / "results.csv").write_text("旧", encoding="utf-8")
    with pytest.raises(type(error)), OutDir(tmp_path) as out, ExitStack() as stack:
        writers = [stack.enter_context(make(out.path(name))) for name, make in FORMATS.items()]
        writers.append(stack.enter_context(HtmlReport(out.path("report.html"), COVER, Tally())))
        for writer in writers:
            writer.write(RESULT)
        raise error
    assert [p.name for p in tmp_path.iterdir()] == ["results.csv"]
    assert (tmp_path / "results.csv").read_text(encoding="utf-8") == "旧"


def test_a_folder_made_for_nothing_is_removed(tmp_path):
    with pytest.raises(RuntimeError), OutDir(tmp_path / "新") as out:
        fill(out, "results.csv")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "结果").write_text("我是文件", encoding="utf-8")
    for folder in (tmp_path / "结果", tmp_path / "结果" / "里面"):
        with pytest.raises(CallError, match=r"结果.*写不进去：.*文件.*请换"), OutDir(folder):
            pass
    assert (tmp_path / "结果").read_text(encoding="utf-8") == "我是文件"


def test_a_folder_in_the_place_of_a_file_is_told_before_anything_is_written(tmp_path):
    (tmp_path / "results.csv").mkdir()
    (tmp_path / "report.html").write_text("旧", encoding="utf-8")
    with pytest.raises(CallError, match=r"results\.csv.*同名的文件夹"), OutDir(tmp_path) as out:
        fill(out, "report.html", "results.csv")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "旧"


def test_a_folder_that_came_meanwhile_stops_every_file(tmp_path):
    (tmp_path / "report.html").write_text("旧", encoding="utf-8")
    with pytest.raises(CallError, match="同名的文件夹"), OutDir(tmp_path) as out:
        fill(out, "report.html", "results.csv")
        (tmp_path / "results.csv").mkdir()
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "旧"


@pytest.mark.parametrize(("number", "words"), [(errno.EROFS, "只读"), (errno.EACCES, "没有写的权限"), (errno.ENOSPC, "磁盘满了"), (errno.EIO, "请检查")])
def test_what_the_system_refuses_is_said_in_chinese(tmp_path, monkeypatch, number, words):
    def refuse(**_: object) -> str:
        raise OSError(number, "refused", str(tmp_path))

    monkeypatch.setattr(outdir.tempfile, "mkdtemp", refuse)
    with pytest.raises(CallError, match=words), OutDir(tmp_path):
        pass


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="没有 /dev/full，造不出写满的磁盘")
@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_is_said_in_chinese_and_leaves_nothing(tmp_path, name):
    with pytest.raises(CallError, match="磁盘满了"), OutDir(tmp_path) as out:
        out.path(name).symlink_to("/dev/full")
        written(out.path(name), FORMATS[name], RESULT)
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_reading_is_not_called_one_of_writing(tmp_path):
    with pytest.raises(FileNotFoundError), OutDir(tmp_path):
        (tmp_path / "没有这个").read_text(encoding="utf-8")


def test_atomic_keeps_the_old_file_until_the_new_is_whole(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("旧", encoding="utf-8")
    with pytest.raises(RuntimeError), atomic(path) as aside:
        aside.write_text("半个", encoding="utf-8")
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "旧"
    with atomic(path) as aside:
        aside.write_text("新", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "新" and len(list(tmp_path.iterdir())) == 1


# ---- SHACL report

COMPONENT = {FAILED.leaf: PREFIXES["sh"] + "InConstraintComponent"}


def both(folder: Path, *results: Result) -> tuple[rdflib.Graph, rdflib.Graph]:
    for name, make in (("r.ttl", ShaclTurtleWriter), ("r.jsonld", ShaclJsonLdWriter)):
        with make(folder / name, COMPONENT) as out:
            for result in results:
                out.write(result)
    turtle = (folder / "r.ttl").read_bytes()
    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == len(list(ox.parse((folder / "r.jsonld").read_bytes(), format=ox.RdfFormat.JSON_LD)))
    return rdflib.Graph().parse(data=turtle, format="turtle"), rdflib.Graph().parse(data=(folder / "r.jsonld").read_text(encoding="utf-8"), format="json-ld")


def test_the_shacl_report_is_the_same_in_turtle_and_json_ld(tmp_path):
    odd = replace(JUDGEMENTS[1], findings=(replace(FAILED, message='引"号\\n\n换行\t@zh <x> \x07', leaf=SHAPES + "a b>", field=""),))
    turtle, jsonld = both(tmp_path, RESULT, replace(RESULT, row=4, judgements=(odd,)), replace(RESULT, row=5, judgements=JUDGEMENTS[:1]))
    assert isomorphic(turtle, jsonld) and len(turtle) > 20
    sh = rdflib.Namespace(PREFIXES["sh"])
    assert list(turtle.objects(None, sh.conforms)) == [rdflib.Literal(False)]
    got = {}
    for node in turtle.objects(turtle.value(predicate=rdflib.RDF.type, object=sh.ValidationReport), sh.result):
        got.setdefault(str(turtle.value(node, sh.focusNode)), []).append(node)
    assert {k: len(v) for k, v in got.items()} == {focus("名单.csv", 3): 3, focus("名单.csv", 4): 1}
    by_shape = {str(turtle.value(n, sh.sourceShape)): n for n in got[focus("名单.csv", 3)]}
    assert {s: turtle.value(n, sh.resultSeverity) for s, n in by_shape.items()} == {FAILED.leaf: sh.Violation, REVIEW.leaf: sh.Warning, MISSING.leaf: sh.Info}
    node = by_shape[FAILED.leaf]
    assert turtle.value(node, sh.resultPath) == rdflib.URIRef(FAILED.field)
    assert turtle.value(node, sh.resultMessage) == rdflib.Literal("劳动合同期限须满三年（第十七条）：现为2年，还差1年", lang="zh")
    assert turtle.value(node, sh.sourceConstraintComponent) == sh.InConstraintComponent
    assert turtle.value(by_shape[REVIEW.leaf], sh.sourceConstraintComponent) is None
    assert turtle.value(node, rdflib.DCTERMS.source) == rdflib.Literal(QUOTE.text, lang="zh")


def test_parts_put_into_words_elsewhere_make_the_same_files(tmp_path):
    rows = [replace(RESULT, row=n, name="=1", judgements=JUDGEMENTS[n % 3 :]) for n in range(2, 9)]
    for name, make, text in (
        ("results.csv", CsvWriter, lambda r: csv_text(table(r))), ("results.jsonl", JsonLinesWriter, line),
        ("a.ttl", ShaclTurtleWriter, lambda r: ShaclTurtleWriter.text(r, {})), ("a.jsonld", ShaclJsonLdWriter, lambda r: ShaclJsonLdWriter.text(r, {})),
    ):  # fmt: skip
        with make(tmp_path / f"parts-{name}") as out:
            out.append(text(rows[0]) + text(rows[1]))
            out.append("".join(map(text, rows[2:])))
        assert (tmp_path / f"parts-{name}").read_bytes() == written(tmp_path / name, make, *rows).read_bytes()
    with XlsxWriter(tmp_path / "parts.xlsx") as book:
        for result in rows:
            book.append(table(result))
    values = [[[c.value for c in row] for row in openpyxl.load_workbook(path)["结果"].rows] for path in (tmp_path / "parts.xlsx", written(tmp_path / "r.xlsx", XlsxWriter, *rows))]
    assert values[0] == values[1] and len(values[0]) == 1 + sum(len(r.judgements) for r in rows)


@pytest.mark.parametrize("judgements", [(), JUDGEMENTS[:1]], ids=["nothing", "met"])
def test_a_report_without_results_conforms(tmp_path, judgements):
    turtle, jsonld = both(tmp_path, replace(RESULT, judgements=judgements))
    assert isomorphic(turtle, jsonld)
    assert list(turtle.objects(None, rdflib.URIRef(PREFIXES["sh"] + "conforms"))) == [rdflib.Literal(True)]


def test_the_shacl_report_names_nobody(tmp_path):
    both(tmp_path, replace(RESULT, file="张三的名单.csv", key="KEY1", name="张三"))
    for name in ("r.ttl", "r.jsonld"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "张三" not in text and "KEY1" not in text
    assert focus("a.csv", 3) == focus("a.csv", 3) != focus("a.csv", 4)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", focus("a\ud800.csv", 3))


# ---- HTML


class Page(HTMLParser):
    """Collect tags, attributes and text."""

    VOID = {"meta", "br", "img", "input", "link"}

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.visible = ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "details" not in self.open:
            self.visible += data


@pytest.mark.parametrize("text", XSS)
def test_what_people_wrote_is_only_text_in_html(tmp_path, text):
    bad = replace(FAILED, actual=text, label=text, message=text, required=text, gap=text, field_label=text, quote=Quote(17, text))
    award = Award(text, Decimal(1), True, (Step(text, Quote(1, text)),), (text,))
    judgements = (replace(JUDGEMENTS[1], findings=(bad,), mends=(text,), label=text), replace(JUDGEMENTS[0], award=award, notices=(text,), label=text))
    result = Result(text, 2, text, text, dt.date(2026, 1, 1), (*judgements, *JUDGEMENTS[2:]), (Problem(text, text, 1, text),), (text,))
    hostile, plain = Page(html(tmp_path / "a.html", result)), Page(html(tmp_path / "b.html", replace(RESULT, judgements=(*JUDGEMENTS[1::-1], *JUDGEMENTS[2:]))))
    assert set(hostile.tags) == set(plain.tags) and hostile.attributes == plain.attributes
    assert hostile.text.count(text) >= 12


def test_the_page_is_one_file_without_script_or_outside_address(tmp_path):
    source = html(tmp_path / "r.html", RESULT, replace(RESULT, name="http://evil.example/x.js"))
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "a", "object", "form"} & set(page.tags)
    assert not {"src", "href", "action", "onclick"} & page.attributes
    assert "url(" not in source and "@import" not in source and "http" not in source.replace("http://evil.example/x.js", "")
    assert '<html lang="zh-CN">' in source and "@media print" in source and 'name="viewport"' in source
    assert page.text.count("仅供参考，以原文及牵头单位解释为准") == 2 and "甲办规〔2024〕4号" in page.text


def test_the_page_tells_best_first_folds_what_is_refused_and_joins_what_is_blank(tmp_path):
    page = Page(html(tmp_path / "r.html", RESULT))
    told = page.visible[page.visible.index("第3行 A-1 王某") :]
    places = [told.index(words) for words in ("✓ 符合 第十七条 租房补贴", "⚖ 待认定 第十八条 学费补贴", "？ 信息不足 第十八条 生活补贴", "没有填写有关信息：实验室补贴")]
    assert places == sorted(places) and "✗ 不符合" not in told and "信息不足 第七条" not in told
    folded = page.text[page.text.index("✗ 不符合 1 项：购房补贴") :]
    assert "须满三年（第十七条）：现为2年，还差1年" in folded and "第十七条：“租房补贴分别给予1000元/月”" in folded
    for words in ("1000元/月，期限3年，合计3.6万元", "1000元×36个月＝3.6万元", "还需填写：已满足条件的月数（月）", "提示：以该文件为准。", "补填这些信息最有用：项insured"):
        assert words in told


def test_only_a_measure_with_nothing_filled_in_is_blank():
    assert [blank(j) for j in JUDGEMENTS] == [False, False, False, False, True]
    assert blank(replace(JUDGEMENTS[4], findings=(MISSING, REVIEW))) and not blank(replace(JUDGEMENTS[4], findings=(MISSING, replace(REVIEW, actual="某大学"))))


@pytest.mark.parametrize(("shown", "sections", "rest"), [(3, 3, False), (2, 2, True)])
def test_the_page_stops_at_so_many_applicants_and_says_so(tmp_path, shown, sections, rest):
    page = Page(html(tmp_path / "r.html", *(replace(RESULT, row=n) for n in (2, 3, 4)), shown=shown))
    assert page.tags.count("section") == sections and ("其余见 results.csv" in page.text) is rest and "共 3 个申请人" in page.text


# ---- summary


def tally(*results: Result) -> Tally:
    out = Tally()
    for result in results:
        out.add(result)
    return out


def test_the_summary_counts_each_applicant_once_for_a_condition():
    twice = (*JUDGEMENTS, replace(JUDGEMENTS[1], label="另一项"))
    out = tally(RESULT, replace(RESULT, row=4, judgements=twice))
    out.problem(Problem("坏.csv", "读不出来"))
    said = out.to_json()
    assert json.loads(json.dumps(said, ensure_ascii=False)) == said
    assert said["applicants"] == 2 and said["judgements"] == 11 and said["problems"] == 3
    assert said["by_verdict"] == {"符合": 2, "待认定": 2, "信息不足": 4, "不符合": 3}
    assert said["failing"] == [{"condition": "条件term", "article": 17, "applicants": 2}] and said["missing"] == [{"field": "项insured", "applicants": 2}]
    assert [m["article"] for m in said["by_measure"]] == [7, 17, 17, 17, 18, 18]
    assert said["samples"]["不符合"][0] == {
        "file": "名单.csv", "row": 3, "key": "A-1", "name": "王某", "measure": "购房补贴", "reason": "劳动合同期限须满三年（第十七条）：现为2年，还差1年",
    }  # fmt: skip


def test_missing_counts_only_where_it_decides():
    refused = replace(JUDGEMENTS[1], findings=(FAILED, MISSING), missing=("项insured",))
    assert tally(replace(RESULT, judgements=(refused,))).to_json()["missing"] == []


def test_samples_and_problems_are_few_however_many_there_are():
    said = tally(*(replace(RESULT, row=n) for n in range(2, 52))).to_json()
    assert all(len(samples) == 3 for samples in said["samples"].values()) and len(said["problem_samples"]) == 20 and said["problems"] == 50


def test_tallies_merge_to_what_one_tally_would_say():
    results = [replace(RESULT, row=n, judgements=JUDGEMENTS[n % 3 :]) for n in range(2, 52)]
    merged = tally(*results[:7])
    for start in range(7, 50, 11):
        merged.merge(tally(*results[start : start + 11]))
    assert merged.to_json() == tally(*results).to_json() and merged.to_text() == tally(*results).to_text()


def test_the_terminal_summary_fits_eighty_columns():
    long = replace(JUDGEMENTS[1], label="很长的措施名称" * 20, findings=(replace(FAILED, label="很长的条件" * 30),))
    text = tally(RESULT, replace(RESULT, name="长名" * 100 + "\x1b[31m", judgements=(*JUDGEMENTS, long)), *[RESULT] * 300).to_text()
    assert max(map(width, text.splitlines())) <= 80 and "\x1b" not in text
    for words in ("共 302 个申请人", "▇", "第十七条 租房补贴", "没有填的信息", "例：不符合", "问题（前 10 个，共 302 个）"):
        assert words in text
    assert "共 0 个申请人" in Tally().to_text()


@given(st.text(), st.integers(4, 100))
def test_padding_is_exact(text, columns):
    assert width("“▇…字a") == 9
    assert width(pad(clean(text), columns)) == columns and (width(text) > columns or fit(text, columns) == text)


@pytest.mark.parametrize(("number", "name"), [(1, "第一条"), (9, "第九条"), (10, "第十条"), (11, "第十一条"), (20, "第二十条"), (21, "第二十一条"), (99, "第九十九条")])
def test_articles_are_named_in_chinese(number, name):
    assert article(number) == name


def test_a_reason_says_what_is_and_what_is_lacking():
    assert reason(REVIEW) == REVIEW.message and reason(replace(REVIEW, actual="某大学")) == f"{REVIEW.message}：现为某大学"
    assert reason(replace(FAILED, gap="", actual="")) == FAILED.message


# ---- memory


def many(count: int, judgements: tuple[Judgement, ...] = JUDGEMENTS):
    for row in range(count):
        own = tuple(replace(j, notices=(f"提示{row}",)) for j in judgements)
        yield replace(RESULT, row=row + 2, key=f"A-{row}", name=f"申请人{row}", judgements=own)


def test_memory_stays_flat(tmp_path):
    """No result outlives its turn, and six hundred more of them take no more memory."""
    alive: weakref.WeakSet[Result] = weakref.WeakSet()
    most, held = 0, {}
    tracemalloc.start()
    with OutDir(tmp_path) as out, ExitStack() as stack:
        totals = Tally()
        writers = [stack.enter_context(make(out.path(name))) for name, make in FORMATS.items()]
        writers.append(stack.enter_context(HtmlReport(out.path("report.html"), COVER, totals)))
        for row in range(900):
            result = replace(RESULT, row=row, judgements=JUDGEMENTS[:1])
            alive.add(result)
            most = max(most, len(alive))
            totals.add(result)
            for writer in writers:
                writer.write(result)
            held[row] = tracemalloc.get_traced_memory()[0] if row in (299, 899) else 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most <= 2 and peak < 30_000_000
    assert held[899] - held[299] < 300_000
    assert len(rows_of(tmp_path / "results.csv")) == 901


def test_writing_is_fast(tmp_path):
    start = time.process_time()
    for name in ("results.csv", "results.jsonl", "shacl-report.ttl"):
        written(tmp_path / name, FORMATS[name], *many(1000))
    assert time.process_time() - start < 3
