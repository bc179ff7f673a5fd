"""Files of applicants, good and bad: what is read, what is told, and that nothing else gets out."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.check.fields import Field, Headers
from qa.check.readers import read, total
from qa.check.records import Problem, Raw
from qa.errors import FileError
from qa.terms import field as iri

HEADERS = Headers(
    {
        iri(key): Field(iri(key), label, kind, names=names)
        for key, label, kind, names in (
            ("applicantId", "申请编号", "text", ("编号",)), ("applicantName", "姓名或名称", "text", ("姓名",)), ("degree", "学历", "choice", ("最高学历",)), ("settled", "是否入驻", "boolean", ()),
            ("contractMonths", "劳动合同期限（月）", "months", ("合同期限",)), ("paidInCapital", "实缴资金（元）", "money", ()), ("applicationDate", "申请日期", "date", ()), ("idNumber", "身份证件号码", "identity", ("身份证号",)),
        )
    }
)  # fmt: skip
HEAD = "申请编号,姓名,学历,合同期限\n"
BODY = "A1,张三,博士,３年\nA2,李四,硕士,三年\n"
BOTH = [(2, {"applicantId": "A1", "applicantName": "张三", "degree": "博士", "contractMonths": "３年"}), (3, {"applicantId": "A2", "applicantName": "李四", "degree": "硕士", "contractMonths": "三年"})]
CARD = "11010519491231002X"
FIELD = "https://policy.datong.example/id/field/"
XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")


def items(path: Path) -> list[Raw | Problem]:
    return list(read(path, HEADERS))


def put(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def raws(found: Iterable[Raw | Problem]) -> list[tuple[int, dict[str, object]]]:
    return [(i.row, {k.rpartition("/")[2]: v for k, v in i.cells.items()}) for i in found if isinstance(i, Raw)]


def told(found: Iterable[Raw | Problem], file: str) -> list[tuple[int | None, str | None, str]]:
    """Return all problems, those of records too, after a look at their form."""
    problems = [p for i in found for p in ((i,) if isinstance(i, Problem) else i.problems)]
    for problem in problems:
        assert problem.file == file
        assert CHINESE.search(problem.message)
    return [(p.row, p.column, p.message) for p in problems]


def refused(path: Path) -> str:
    """Return the message of the FileError that a file ends in, after a look at its form."""
    with pytest.raises(FileError) as error:
        items(path)
    assert error.value.exit_code == 2
    assert error.value.message.startswith(f"{path.name}：")
    assert CHINESE.search(error.value.message)
    assert "Traceback" not in error.value.message
    return error.value.message


# CSV: encodings and delimiters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be-bom"])
def test_every_encoding_gives_the_same_records(tmp_path: Path, encoding: str) -> None:
    content = b"\xfe\xff" + (HEAD + BODY).encode("utf-16-be") if encoding == "utf-16-be-bom" else (HEAD + BODY).encode(encoding)
    found = items(put(tmp_path, "申请.csv", content))
    assert raws(found) == BOTH
    assert told(found, "申请.csv") == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.TSV", "\t"), ("a.txt", ";"), ("a.csv", "，")])
def test_every_delimiter_and_line_end_gives_the_same_records(tmp_path: Path, name: str, mark: str, ending: str) -> None:
    assert raws(items(put(tmp_path, name, (HEAD + BODY).replace(",", mark).replace("\n", ending)))) == BOTH


def test_a_wrong_encoding_names_the_line(tmp_path: Path) -> None:
    message = refused(put(tmp_path, "a.csv", (HEAD + BODY).encode() + b"A3,\xff\xff,x,1\n"))
    assert "第4行附近" in message
    assert "CSV UTF-8" in message
    assert "第20002行附近" in refused(put(tmp_path, "b.csv", HEAD.encode() + b"A1,x,y,1\n" * 20_000 + b"\xff\xff\n"))


def test_a_character_across_two_chunks_is_whole(tmp_path: Path) -> None:
    lines = "".join(f"B{n},王{'五' * (n % 7)},大专,12\n" for n in range(5000))
    assert len(raws(items(put(tmp_path, "a.csv", HEAD + lines)))) == 5000


@pytest.mark.parametrize("content", [HEAD.encode() + b"A1,\0,x,1\n", (HEAD + BODY).encode("utf-16-le")])
def test_a_binary_file_is_no_table(tmp_path: Path, content: bytes) -> None:
    assert "不是文字文件" in refused(put(tmp_path, "a.csv", content))


# headers and rows


def test_an_unknown_header_is_named_with_the_nearest_and_the_rest_is_read(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.csv", f"申请编号,最高学厉,{CARD}\nA1,博士,x\n"))
    assert raws(found) == [(2, {"applicantId": "A1"})]
    (row, column, message), (_, masked, _) = told(found, "a.csv")
    assert (row, column) == (1, "最高学厉")
    assert "最接近的是“学历”" in message
    assert masked == "110***********002X"


def test_a_repeated_header_is_told_and_only_equal_values_count(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.csv", "编号,学历,最高学历,身份证号,身份证件号码\nA1,博士, 博士 ,,\nA2,博士,硕士,11010519491231,22\nA3,,硕士,,\n"))
    assert raws(found) == [(2, {"applicantId": "A1", "degree": "博士"}), (3, {"applicantId": "A2"}), (4, {"applicantId": "A3", "degree": "硕士"})]
    header, _, clash, secret = told(found, "a.csv")
    assert header[:2] == (1, "最高学历")
    assert clash[:2] == (3, "学历")
    assert "“博士”和“硕士”" in clash[2]
    assert "11010519491231" not in secret[2]


def test_a_file_without_a_known_header_is_told_the_headers_it_should_have(tmp_path: Path) -> None:
    message = refused(put(tmp_path, "a.csv", "x,y\n1,2\n"))
    assert "第1行" in message
    assert "“申请编号”" in message
    assert "python -m qa template" in message


def test_titles_blank_rows_notes_and_the_example_are_passed_over(tmp_path: Path) -> None:
    content = f"\n2026年申请表,,,\n{HEAD}说明：请填,a,b,c\n#备注,x,y,z\n示例-1,示例,博士,36\n,,,\n\n#1,李四,硕士,36\n"
    found = items(put(tmp_path, "a.csv", content))
    assert raws(found) == [(9, {"applicantId": "#1", "applicantName": "李四", "degree": "硕士", "contractMonths": "36"})]
    assert told(found, "a.csv") == []


def test_an_example_is_known_by_its_number_wherever_the_column_stands(tmp_path: Path) -> None:
    assert raws(items(put(tmp_path, "a.csv", "学历,申请编号\n博士,示例-1\n博士,A1\n"))) == [(3, {"degree": "博士", "applicantId": "A1"})]
    assert raws(items(put(tmp_path, "b.csv", "姓名,学历\n示例-1,博士\n张三,博士\n"))) == [(3, {"applicantName": "张三", "degree": "博士"})]


def test_cells_beyond_the_headers_are_told_and_missing_ones_are_blank(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.csv", "申请编号,,学历\nA1,多,博士,余,\nA2\n,,,余\n"))
    assert raws(found) == [(2, {"applicantId": "A1", "degree": "博士"}), (3, {"applicantId": "A2"})]
    assert [(row, "第2、4格" in message, "第4格" in message) for row, _, message in told(found, "a.csv")] == [(2, True, False), (4, False, True)]


@pytest.mark.parametrize(("cell", "value"), [("100", "100万元"), ('"1,000.5"', "1,000.5万元"), ("2亿", "2亿"), ("-1", "-1")])
def test_a_bare_number_under_ten_thousands_counts_in_them(tmp_path: Path, cell: str, value: str) -> None:
    assert raws(items(put(tmp_path, "a.csv", f"申请编号,实缴资金（万元）\nA,{cell}\n"))) == [(2, {"applicantId": "A", "paidInCapital": value})]


@pytest.mark.parametrize("columns", [1000, 1001])
def test_a_thousand_columns_are_the_most(tmp_path: Path, columns: int) -> None:
    path = put(tmp_path, "a.csv", "编号" + "," * (columns - 2) + ",学历\nA1" + "," * (columns - 2) + ",博士\n")
    if columns > 1000:
        assert "1001列" in refused(path)
    else:
        assert raws(items(path)) == [(2, {"applicantId": "A1", "degree": "博士"})]


def test_a_row_of_a_million_cells_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.csv", HEAD + "A1," + "x," * 400_000 + "\n" + BODY))
    assert [row for row, _ in raws(found)] == [3, 4]
    assert told(found, "a.csv")[0][0] == 2


@pytest.mark.parametrize("length", [10_000, 10_001])
def test_a_cell_holds_ten_thousand_characters_at_most(tmp_path: Path, length: int) -> None:
    found = items(put(tmp_path, "a.csv", HEAD + f"A1,{'字' * length},博士,1\n"))
    assert ("applicantName" in raws(found)[0][1]) is (length == 10_000)
    assert [(row, column) for row, column, _ in told(found, "a.csv")] == [(2, "姓名")] * (length - 10_000)


# quotation marks and long lines


def test_a_quoted_cell_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.csv", HEAD + 'A1,"张,""三""\n四",博士,1\nA2,王"五",大专,2\n"A3" ,x,"y,2\n"A4" ,赵六,大专,2\n' + BODY))
    assert [(row, cells["applicantName"]) for row, cells in raws(found)] == [(2, '张,"三"\n四'), (4, '王"五"'), (6, "赵六"), (7, "张三"), (8, "李四")]
    assert [row for row, _, _ in told(found, "a.csv")] == [5]


@pytest.mark.parametrize("broken", ['A0,"张三,博士,1', 'A0,"张三', '"'])
@pytest.mark.parametrize("after", [BODY, 'A1,"张三",博士,３年\n"A2",李四,硕士,三年\n', BODY + f"A9,{'x' * 200},y,z\n" * 6_000])
def test_a_quote_that_is_never_closed_swallows_no_other_row(tmp_path: Path, broken: str, after: str) -> None:
    found = items(put(tmp_path, "a.csv", HEAD + broken + "\n" + after))
    assert raws(found)[:2] == [(3, BOTH[0][1]), (4, BOTH[1][1])]
    assert len(raws(found)) == after.count("\n")
    assert [(row, "引号" in message) for row, _, message in told(found, "a.csv")] == [(2, True)]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_an_endless_line_is_told_in_constant_memory_and_the_next_is_read(tmp_path: Path, name: str) -> None:
    head, good = (HEAD, BODY) if name == "a.csv" else ("", '{"编号":"A1"}\n{"编号":"A2"}\n')
    path = tmp_path / name
    with path.open("w") as file:
        file.write(head)
        for _ in range(30):
            file.write("x" * (1 << 20))
        file.write("\n" + good)
    tracemalloc.start()
    found = items(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [cells["applicantId"] for _, cells in raws(found)] == ["A1", "A2"]
    assert [(row, "太长" in message) for row, _, message in told(found, name)] == [(head.count("\n") + 1, True)]
    assert peak < 20 << 20


def test_many_rows_take_no_more_memory_than_few(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", HEAD + "A1,张三,博士,36\n" * 10_000)
    tracemalloc.start()
    count = sum(1 for _ in read(path, HEADERS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 2 << 20


# JSON


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.json", '[{"编号":"A1","学历":"博士"},{"applicantId":"A2","degree":"硕士"}]', (1, 2)),
        ("a.json", '{"说明":"x","records":[{"编号":"A1","学历":"博士"},{"编号":"A2","degree":"硕士"}]}', (1, 2)),
        ("a.json", '{"申请人":[{"编号":"A1","学历":"博士"},{"编号":"A2","degree":"硕士"}], "v": 1}', (1, 2)),
        ("a.jsonl", '{"编号":"A1","学历":"博士"}\n\n{"编号":"A2","学历":"硕士"}', (1, 3)),
        ("a.ndjson", '[\n{"编号":"A1","学历":"博士"},\n{"编号":"A2","学历":"硕士"}]', (1, 2)),
        ("a.JSON", '{"编号":"A1","学历":"博士"}\n{"编号":"A2","学历":"硕士"}\n', (1, 2)),
    ],
)
def test_json_is_read_in_every_usual_form(tmp_path: Path, name: str, content: str, rows: tuple[int, int]) -> None:
    wanted = [(rows[0], {"applicantId": "A1", "degree": "博士"}), (rows[1], {"applicantId": "A2", "degree": "硕士"})]
    assert raws(items(put(tmp_path, name, content))) == wanted
    assert raws(items(put(tmp_path, name, content.encode("gb18030")))) == wanted


def test_a_single_object_is_one_record_with_typed_values(tmp_path: Path) -> None:
    found = items(put(tmp_path, "a.json", '{"编号":7,"是否入驻":false,"实缴资金":1e308,"合同期限":null}'))
    assert raws(found) == [(1, {"applicantId": 7, "settled": False, "paidInCapital": 1e308})]


def test_what_is_wrong_in_json_is_told_where_it_stands(tmp_path: Path) -> None:
    deep = "[" * 10_000
    lines = ['{"编号":"A1","学厉":1}', "[1]", '{"编号":"A2","学历":["博士"],"学厉":2}', '{"编号":"A3"', f'{{"编号":{deep}', '{"编号":"A4","学历":"博士","degree":"硕士"}', '{"编号":"A5","编号":"A5","实缴资金":NaN}']
    found = items(put(tmp_path, "a.jsonl", "\n".join(lines)))
    assert [(row, cells["applicantId"]) for row, cells in raws(found)] == [(1, "A1"), (3, "A2"), (6, "A4"), (7, "A5")]
    assert [(row, column) for row, column, _ in told(found, "a.jsonl")] == [(1, "学厉"), (2, None), (3, "学历"), (4, None), (5, None), (6, "学历")]
    assert "嵌套得太深" in told(found, "a.jsonl")[4][2]


@pytest.mark.parametrize("content", ["[" * 10_000, '{"a":' * 10_000, '[{"a":' + "[" * 10_000, "[" * 10_000 + "]" * 10_000])
def test_json_nested_ten_thousand_deep_is_refused(tmp_path: Path, content: str) -> None:
    assert "嵌套得太深" in refused(put(tmp_path, "a.json", content))


@pytest.mark.parametrize("rest", ["[" * 10_000, '{"编号"', "x", ""])
def test_what_stands_before_broken_json_is_still_read(tmp_path: Path, rest: str) -> None:
    found = items(put(tmp_path, "a.json", f'[{{"编号":"A1"}},{rest}'))
    assert raws(found) == [(1, {"applicantId": "A1"})]
    assert "从第2个起没有读" in told(found, "a.json")[0][2]


@pytest.mark.parametrize("content", ["", "  \n", "[]", "1", "[", '"x"', "NaN", '{"a" 1}', "[1,]", "{"])
def test_json_without_records_is_refused_or_told(tmp_path: Path, content: str) -> None:
    path = put(tmp_path, "a.json", content)
    try:
        assert not raws(items(path))
    except FileError as error:
        assert CHINESE.search(error.message)


def test_a_json_file_of_more_than_64_megabytes_is_to_be_json_lines(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", "[\n")
    with path.open("r+b") as file:
        file.seek(2)
        for _ in range(65):
            file.write(b" " * (1 << 20))
    assert "JSON Lines" in refused(path)


def test_json_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    assert "内容太多" in refused(put(tmp_path, "a.json", "[" + "[]," * 2_600_000))


# Excel


def book(tmp_path: Path, rows: list[list[object]], name: str = "a.xlsx", sheets: tuple[str, ...] = ("填写",)) -> Path:
    path = tmp_path / name
    with xlsxwriter.Workbook(path) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for title in sheets:
            sheet = made.add_worksheet(title)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(at, column, cell, day)  # type: ignore[arg-type]
                    else:
                        sheet.write(at, column, cell)
    return path


def sheet_of(tmp_path: Path, xml: str, name: str = "a.xlsx", **others: str) -> Path:
    """Return a workbook whose sheet is the given XML."""
    source, path = book(tmp_path, [["编号"], ["A1"]], "source.xlsx"), tmp_path / name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, xml if member.endswith("sheet1.xml") else others.get(Path(member).stem, old.read(member)))
    return path


def cells_xml(*rows: str) -> str:
    return f"<worksheet {XMLNS}><sheetData>{''.join(rows)}</sheetData></worksheet>"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD_XML = f'<row r="1">{text_cell("A1", "编号")}{text_cell("B1", "学历")}</row>'


def test_a_workbook_gives_typed_cells_and_its_own_row_numbers(tmp_path: Path) -> None:
    day = dt.date(2026, 11, 22)
    found = items(book(tmp_path, [[], ["", "编号", "是否入驻", "申请日期", "合同期限"], [], ["", "A1", True, day, 36], ["", "示例-1"], ["", "A2", "否", 46348, 1e308]]))
    assert raws(found) == [
        (4, {"applicantId": "A1", "settled": True, "applicationDate": day, "contractMonths": 36.0}),
        (6, {"applicantId": "A2", "settled": "否", "applicationDate": 46348.0, "contractMonths": 1e308}),
    ]


def test_an_old_workbook_is_read_alike(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    sheet, other = made.add_sheet("表"), made.add_sheet("另一张")
    made.add_sheet("空")
    style = xlwt.XFStyle()
    style.num_format_str = "yyyy-mm-dd"
    for column, title in enumerate(("编号", "申请日期", "合同期限")):
        sheet.write(0, column, title)
    sheet.write(1, 0, "A1")
    sheet.write(1, 1, dt.date(2026, 11, 22), style)
    sheet.write(1, 2, 36)
    other.write(0, 0, "x")
    for name in ("a.xls", "misnamed.xlsx"):
        made.save(str(tmp_path / name))
        found = items(tmp_path / name)
        assert raws(found) == [(2, {"applicantId": "A1", "applicationDate": dt.date(2026, 11, 22), "contractMonths": 36.0})]
        assert ["另一张" in message for _, _, message in told(found, name)] == [True]


def test_only_the_first_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    found = items(book(tmp_path, [["编号"], ["A1"]], sheets=("说明", "填写", "另一张")))
    assert raws(found) == [(2, {"applicantId": "A1"})]
    assert ["“另一张”" in message for _, _, message in told(found, "a.xlsx")] == [True]


def test_a_formula_counts_by_its_value_and_is_told_where_it_has_none(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["编号", "合同期限", "学历"])
    made.active.append(["A1", "=12*3", "博士"])
    made.active.append(["=1", "=2"])
    made.active.append(["A3", 36, "硕士"])
    made.save(tmp_path / "a.xlsx")
    found = items(tmp_path / "a.xlsx")
    assert raws(found) == [(2, {"applicantId": "A1", "degree": "博士"}), (3, {}), (4, {"applicantId": "A3", "contractMonths": 36.0, "degree": "硕士"})]
    assert [(row, column, "公式" in message) for row, column, message in told(found, "a.xlsx")] == [(2, "合同期限", True), (3, "编号", True), (3, "合同期限", True)]
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet()
        sheet.write_row(0, 0, ["编号", "合同期限", "学历"])
        sheet.write_formula(1, 1, "=12*3", None, 36)
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
        sheet.write(1, 0, "A1")
    found = items(path)
    assert raws(found) == [(2, {"applicantId": "A1", "contractMonths": 36.0})]
    assert [(row, column, "#N/A" in message) for row, column, message in told(found, "b.xlsx")] == [(2, "学历", True)]


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path: Path, keep: float) -> None:
    content = book(tmp_path, [["编号"], ["A1"]]).read_bytes()
    for name in ("b.xlsx", "b.xls"):
        assert "已损坏或不完整" in refused(put(tmp_path, name, content[: int(len(content) * keep)]))


def test_a_zip_bomb_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made, made.open("xl/worksheets/sheet1.xml", "w") as member:
        for _ in range(300):
            member.write(b"\0" * (1 << 20))
    assert path.stat().st_size < 2 << 20
    assert "压缩炸弹" in refused(path)


def test_a_workbook_whose_cells_unfold_to_gigabytes_ends_in_its_own_process(tmp_path: Path) -> None:
    text = random.Random(1).randbytes(4 << 20).hex()
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 202))
    shared = f'<sst {XMLNS}><si><t>{text}</t></si></sst>'
    assert "内存" in refused(sheet_of(tmp_path, cells_xml(HEAD_XML, rows), sharedStrings=shared))


@pytest.mark.parametrize(("place", "fits"), [("ALL2", True), ("ALM2", False), ("XFD2", False), ("XFD1048576", False)])
def test_a_sheet_that_claims_a_million_columns_is_refused(tmp_path: Path, place: str, fits: bool) -> None:
    path = sheet_of(tmp_path, cells_xml(HEAD_XML, f'<row>{text_cell("A2", "A1")}{text_cell(place, "x")}</row>'))
    if fits:
        assert raws(items(path)) == [(2, {"applicantId": "A1"})]
    else:
        assert "最多1000列" in refused(path)


def test_a_sheet_of_too_many_cells_is_refused(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, cells_xml(HEAD_XML, f'<row r="8001">{text_cell("ALL8001", "x")}</row>'))
    assert "另存为 CSV" in refused(path)


def test_a_claim_alone_and_formatted_blanks_do_no_harm(tmp_path: Path) -> None:
    xml = cells_xml(HEAD_XML, f'<row r="2">{text_cell("A2", "A1")}<c r="XFD2" s="1"/></row><row r="1048576"><c r="A1048576" s="1" /></row>')
    found = items(sheet_of(tmp_path, xml.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')))
    assert raws(found) == [(2, {"applicantId": "A1"})]


def test_cells_that_do_not_say_where_they_stand_are_counted(tmp_path: Path) -> None:
    row = "<row>" + "<c><v>1</v></c>" * 1001 + "</row>"
    assert "1001列" in refused(sheet_of(tmp_path, cells_xml(HEAD_XML, row)))
    formula = '<row><c t="inlineStr"><is><t>A1</t></is></c><c><f>1+1</f></c></row>'
    assert [(row, column) for row, column, _ in told(items(sheet_of(tmp_path, cells_xml(HEAD_XML, formula))), "a.xlsx")] == [(2, "学历")]


def test_a_doubtful_cell_is_found_across_chunks(tmp_path: Path) -> None:
    rows = [f'<row r="{n}">{text_cell(f"A{n}", f"N{n}")}<c r="B{n}"{" " * (900 + n % 97)}><f>1+1</f><v>{n if n % 2 else ""}</v></c></row>' for n in range(2, 3001)]
    found = items(sheet_of(tmp_path, cells_xml(HEAD_XML, *rows)))
    assert len(raws(found)) == 2999
    assert [row for row, _, _ in told(found, "a.xlsx")] == [n for n in range(2, 3001) if n % 2 == 0]


def test_a_workbook_with_a_password_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "密码" in refused(put(tmp_path, "a.xlsx", ole + "EncryptedPackage".encode("utf-16-le")))
    assert "已损坏" in refused(put(tmp_path, "a.xls", ole))
    assert "不是 Excel" in refused(put(tmp_path, "b.xls", "<html><table><tr><td>编号</td></tr></table></html>"))
    assert "没有可读的工作表" in refused(book(tmp_path, [["编号"], ["A1"]], sheets=("说明",)))


# RDF


def turtle(body: str) -> str:
    return f"@prefix f: <{FIELD}> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n{body}"


RDF = {
    "a.ttl": turtle('<urn:2> f:degree "硕士" . <urn:1> f:applicantId "A1" ; f:settled true ; f:contractMonths 36 .'),
    "a.nt": f'<urn:2> <{FIELD}degree> "硕士" .\n<urn:1> <{FIELD}applicantId> "A1" .\n<urn:1> <{FIELD}settled> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .\n<urn:1> <{FIELD}contractMonths> "36"^^<http://www.w3.org/2001/XMLSchema#integer> .\n',
    "a.jsonld": json.dumps({"@context": {"f": FIELD}, "@graph": [{"@id": "urn:2", "f:degree": "硕士"}, {"@id": "urn:1", "f:applicantId": "A1", "f:settled": True, "f:contractMonths": 36}]}),
    "a.rdf": f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:f="{FIELD}"><rdf:Description rdf:about="urn:2"><f:degree>硕士</f:degree></rdf:Description><rdf:Description rdf:about="urn:1"><f:applicantId>A1</f:applicantId><f:settled rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</f:settled><f:contractMonths rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">36</f:contractMonths></rdf:Description></rdf:RDF>',
}


@pytest.mark.parametrize("name", RDF)
def test_every_rdf_format_gives_the_same_records(tmp_path: Path, name: str) -> None:
    found = items(put(tmp_path, name, RDF[name]))
    assert raws(found) == [(1, {"applicantId": "A1", "settled": True, "contractMonths": 36}), (2, {"degree": "硕士"})]


def test_what_is_wrong_in_rdf_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    body = '<> owl:imports <http://example.org/x> . <urn:1> f:degree "博士", "硕士", "本科" ; f:applicantId "A1", "A1" ; f:degre "x" . <urn:2> f:degree [] ; f:applicationDate "2026-11-22"^^xsd:date . [] f:applicantId "Z" .'
    found = items(put(tmp_path, "a.ttl", turtle(body)))
    assert raws(found) == [(1, {"applicantId": "A1"}), (2, {"applicationDate": dt.date(2026, 11, 22)}), (3, {"applicantId": "Z"})]
    imports, stranger, several, node = told(found, "a.ttl")
    assert "owl:imports，没有读入" in imports[2]
    assert (stranger[1], "“学历”" in stranger[2]) == ("degre", True)
    assert (several[:2], "几个不同的值" in several[2]) == ((1, "学历"), True)
    assert node[:2] == (2, "学历")


@pytest.mark.parametrize(
    "context",
    ["http://example.org/c", ["http://example.org/c", {}], {"@import": "http://example.org/c"}, {"x": {"@id": "urn:x", "@context": "http://example.org/c"}}, "/c"],
)
def test_a_context_from_elsewhere_is_refused(tmp_path: Path, context: object) -> None:
    assert "不联网" in refused(put(tmp_path, "a.jsonld", json.dumps({"@context": context, "@id": "urn:1", FIELD + "degree": "博士"})))


@pytest.mark.parametrize("mark", ["<!DOCTYPE r>", '<!doctype r [<!ENTITY a "b">]>', '<!ENTITY a SYSTEM "file:///etc/passwd">'])
@pytest.mark.parametrize("name", ["a.rdf", "a.xml", "a.owl"])
def test_entities_are_refused(tmp_path: Path, name: str, mark: str) -> None:
    assert "实体定义" in refused(put(tmp_path, name, f'<?xml version="1.0"?>{mark}{RDF["a.rdf"]}'))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.ttl", turtle("<urn:1> f:degree .\n"), "第4行附近"),
        ("a.nt", "<urn:1> <urn:p> .\n", "第1行附近"),
        ("a.rdf", "<rdf:RDF", "写法不对"),
        ("a.jsonld", '{"a":', "写法不对"),
        ("a.jsonld", "[" * 10_000, "嵌套得太深"),
        ("a.ttl", turtle("<urn:1> <urn:p> 1 ."), "没有找到申请记录"),
        ("a.nt", "<urn:1> <urn:p> " + "<<( <urn:1> <urn:p> " * 100_000 + '"1"' + ")>>" * 100_000 + " .", "嵌套太深"),
    ],
)
def test_rdf_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: str, words: str) -> None:
    assert words in refused(put(tmp_path, name, content))


# whatever the file


@pytest.mark.parametrize(("name", "words"), [("a.pdf", "不认识的文件类型"), ("a", "不认识的文件类型"), ("没有.csv", "没有这个文件")])
def test_what_is_no_file_of_applicants_is_refused(tmp_path: Path, name: str, words: str) -> None:
    if name != "没有.csv":
        put(tmp_path, name, "x")
    assert words in refused(tmp_path / name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "目录" in refused(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.xlsx", "a.xls", "a.ttl", "a.nt", "a.jsonld", "a.rdf"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    refused(put(tmp_path, name, b""))


@pytest.mark.parametrize(("name", "content"), [("a.csv", HEAD), ("a.json", "[]"), ("a.csv", "\n\n")])
def test_a_file_without_records_is_refused(tmp_path: Path, name: str, content: str) -> None:
    refused(put(tmp_path, name, content))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx", "a.ttl"])
def test_progress_grows_to_the_size_of_the_file(tmp_path: Path, name: str) -> None:
    rows = [["编号"], *([f"A{n}"] for n in range(3000))]
    path = book(tmp_path, rows) if name == "a.xlsx" else put(tmp_path, name, {"a.csv": "\n".join(str(r[0]) for r in rows), "a.jsonl": '{"编号":"A"}\n' * 3000, "a.ttl": RDF["a.ttl"]}[name])  # type: ignore[arg-type]
    seen: list[int] = []
    assert sum(1 for _ in read(path, HEADERS, seen.append)) >= 2
    assert seen == sorted(seen)
    assert seen[-1] == total(path) == path.stat().st_size


def test_reading_can_be_broken_off(tmp_path: Path) -> None:
    reading = read(book(tmp_path, [["编号"], *([f"A{n}"] for n in range(4_000))]), HEADERS)
    assert isinstance(next(reading), Raw)
    reading.close()  # type: ignore[attr-defined]


def only_raws_problems_or_a_file_error(path: Path) -> None:
    try:
        for item in read(path, HEADERS):
            assert isinstance(item, Raw | Problem)
            assert item.file == path.name
    except FileError as error:
        assert error.message.startswith(path.name)


TABLE_TEXT = st.text(st.sampled_from('申请编号学历,;\t"\n\r A1{}[]:=，\ufeff\0'), max_size=60)
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(FUZZ, max_examples=12)


@FUZZ
@given(st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.json", "a.jsonl", "a.xlsx", "a.xls"]), st.one_of(st.binary(max_size=300), TABLE_TEXT.map(str.encode), TABLE_TEXT.map(lambda t: (HEAD + t).encode())))
def test_any_bytes_give_records_problems_or_a_file_error(tmp_path: Path, name: str, content: bytes) -> None:
    only_raws_problems_or_a_file_error(put(tmp_path, name, content))


@FEW
@given(st.sampled_from(sorted(RDF)), st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, 400), st.binary(max_size=4))))
def test_any_bytes_as_rdf_give_records_problems_or_a_file_error(tmp_path: Path, name: str, change: bytes | tuple[int, bytes]) -> None:
    good = RDF[name].encode()
    only_raws_problems_or_a_file_error(put(tmp_path, name, change if isinstance(change, bytes) else good[: change[0]] + change[1] + good[change[0] + 1 :]))


@FEW
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_gives_records_problems_or_a_file_error(tmp_path: Path, at: int, noise: bytes) -> None:
    buffer = io.BytesIO()
    made = openpyxl.Workbook()
    made.active.append(["编号", "学历"])
    made.active.append(["A1", "博士"])
    made.save(buffer)
    content = buffer.getvalue()
    at %= len(content)
    only_raws_problems_or_a_file_error(put(tmp_path, "a.xlsx", content[:at] + noise + content[at + len(noise) :]))


@FUZZ
@given(st.lists(st.lists(st.text("张三A1, \"'#=-。", max_size=6), min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_a_csv_writer_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    import csv

    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["姓名", "学历"])
        writer.writerows([["x" + name, degree] for name, degree in rows])
    found = items(path)
    assert [cells["applicantName"] for _, cells in raws(found)] == ["x" + name for name, _ in rows]
    assert [cells.get("degree", "").strip() for _, cells in raws(found)] == [degree.strip() for _, degree in rows]  # type: ignore[attr-defined]
