"""qa/check/template.py: a form that people can fill in and the reader takes back, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace

import openpyxl
import pytest

from qa.check import template
from qa.check.fields import TYPES, Field, Headers
from qa.check.template import Form, example_value, json_schema, note, write_template
from qa.errors import CallError
from qa.terms import field

LONG = tuple(f"措施，第{n}项很长很长的名称" for n in range(40))
FIELDS = (
    Field(field("applicantId"), "申请编号", "text", note="自己编的号。"),
    Field(field("applicantName"), "姓名或名称", "text"),
    Field(field("idNumber"), "身份证件号码", "identity"),
    Field(field("degree"), "学历", "choice", ("博士研究生", "硕士研究生", "本科")),
    Field(field("insured"), "是否缴纳社保", "boolean"),
    Field(field("term"), "劳动合同期限（月）", "months"),
    Field(field("paid"), "实缴资金（元）", "money"),
    Field(field("applicationDate"), "申请日期", "date", note="写成2026-11-22；不填按当天算"),
    Field(field("otherMeasure"), "其他支持对应的事项", "measure", LONG),
)
USES = {field("degree"): "第十七条 租房补贴", field("paid"): "第三条 启动资金"}
AT = {f.key: at for at, f in enumerate(FIELDS)}
ENDINGS = (".csv", ".xlsx", ".json")


@pytest.fixture
def sheets(tmp_path):
    write_template(tmp_path / "t.xlsx", "人才", FIELDS, USES)
    return openpyxl.load_workbook(tmp_path / "t.xlsx")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_fields_here_are_of_every_type():
    assert {f.type for f in FIELDS} == set(TYPES)


def test_csv_has_headers_notes_and_an_example(tmp_path):
    write_template(tmp_path / "t.CSV", "人才", FIELDS, USES)
    assert (tmp_path / "t.CSV").read_bytes().startswith(b"\xef\xbb\xbf")
    head, notes, example = rows_of(tmp_path / "t.CSV")
    assert head == [f.label for f in FIELDS]
    assert notes[0] == "说明：填文字，不超过200字；自己编的号。" and notes[AT["degree"]] == "只能填：博士研究生、硕士研究生、本科。"
    assert example == ["示例-1", "示例", "", "博士研究生", "是", "36", "1000000", "2026-11-22", LONG[0]]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_every_header_is_known_to_the_reader(tmp_path, ending):
    path = tmp_path / f"t{ending}"
    write_template(path, "人才", FIELDS)
    head = rows_of(path)[0] if ending == ".csv" else [c.value for c in openpyxl.load_workbook(path)["填写"][1]]
    match = Headers({f.iri: f for f in FIELDS}).match(head)
    assert [match.columns[at] for at in range(len(FIELDS))] == list(FIELDS) and not match.unknown and not match.repeated


def test_xlsx_has_a_frozen_header_comments_and_an_example(sheets):
    assert sheets.sheetnames == ["填写", "说明"]
    sheet = sheets["填写"]
    assert sheet.freeze_panes == "B2" and sheet.max_row == 2 and all(c.font.bold for c in sheet[1])
    assert [c.comment.text for c in sheet[1]] == [note(f) for f in FIELDS]
    assert [c.value for c in sheet[2]] == ["示例-1", "示例", None, "博士研究生", "是", 36, 1000000, dt.datetime(2026, 11, 22), LONG[0]]


def test_xlsx_keeps_numbers_of_people_as_text_and_dates_as_dates(sheets):
    widths = sheets["填写"].column_dimensions
    styles = {f.key: widths[chr(65 + at)].number_format for at, f in enumerate(FIELDS)}
    assert (styles["idNumber"], styles["applicantId"], styles["applicationDate"]) == ("@", "@", "yyyy-mm-dd")


def test_xlsx_offers_lists_for_choices_however_long(sheets):
    rules = {str(r.sqref): r for r in sheets["填写"].data_validations.dataValidation}
    assert set(rules) == {f"{chr(65 + AT[key])}2:{chr(65 + AT[key])}1048576" for key in ("degree", "insured", "otherMeasure")}
    for key, values in (("degree", FIELDS[3].allowed), ("insured", ("是", "否")), ("otherMeasure", LONG)):
        rule = rules[f"{chr(65 + AT[key])}2:{chr(65 + AT[key])}1048576"]
        name, _, place = rule.formula1.partition("!")
        listed = sheets[name][place.replace("$", "")]
        assert rule.type == "list" and tuple(row[0].value for row in listed) == values
        at = listed[0][0].column
        assert any(d.hidden and d.min <= at <= d.max for d in sheets[name].column_dimensions.values())


def test_xlsx_explains_each_field(sheets):
    rows = [[c.value for c in row[:4]] for row in sheets["说明"].iter_rows(min_row=2, max_row=len(FIELDS) + 2)]
    assert rows[0] == ["信息项", "类型", "可以填什么", "用在哪里"] and [r[0] for r in rows[1:]] == [f.label for f in FIELDS]
    assert rows[1 + AT["degree"]] == ["学历", "选一个", "只能填：博士研究生、硕士研究生、本科。", "第十七条 租房补贴"]
    assert "人才" in sheets["说明"]["A1"].value


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_columns_beyond_z_have_two_letters(place, letters):
    assert template._letters(place) == letters


def test_many_columns_keep_their_lists(tmp_path):
    many = [FIELDS[0], *(replace(FIELDS[3], iri=field(f"d{n}"), label=f"学历{n}") for n in range(60))]
    write_template(tmp_path / "t.xlsx", "人才", many)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for rule in book["填写"].data_validations.dataValidation:
        name, _, place = rule.formula1.partition("!")
        assert [row[0].value for row in book[name][place.replace("$", "")]] == list(FIELDS[3].allowed)


def test_the_example_can_be_given(tmp_path):
    example = {field("degree"): "本科", field("term"): "3年", field("applicationDate"): "今天", field("applicantName"): "=1+1"}
    for ending in (".csv", ".xlsx"):
        write_template(tmp_path / f"t{ending}", "人才", FIELDS, example=example)
    got = [c.value for c in openpyxl.load_workbook(tmp_path / "t.xlsx")["填写"][2]]
    assert (got[0], got[1], got[3], got[5], got[7]) == ("示例-1", "'=1+1", "本科", "3年", "今天")
    assert rows_of(tmp_path / "t.csv")[2][:4] == ["示例-1", "'=1+1", "", "本科"]


def test_an_example_never_shows_an_identity_number_and_is_allowed():
    assert example_value(FIELDS[2]) == "" and all(example_value(f) in f.allowed for f in FIELDS if f.allowed)


def test_a_note_is_not_said_twice():
    assert note(FIELDS[AT["applicationDate"]]) == "写成2026-11-22；不填按当天算。"


def test_json_schema_has_the_labels_as_keys(tmp_path):
    write_template(tmp_path / "t.json", "人才", FIELDS, USES)
    schema = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert schema == json_schema(Form("人才", FIELDS, USES)) and schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    of = schema["properties"]
    assert list(of) == [f.label for f in FIELDS] and schema["additionalProperties"] is True
    assert of["学历"]["enum"] == list(FIELDS[3].allowed) and of["学历"]["description"].endswith("用在：第十七条 租房补贴")
    assert of["申请日期"]["format"] == "date" and of["是否缴纳社保"]["enum"] == [True, False, "是", "否"]


def test_json_schema_is_a_schema_and_judges():
    jsonschema = pytest.importorskip("jsonschema", reason="没有装 jsonschema，JSON Schema 自身没有核对")
    schema = json_schema(Form("人才", FIELDS, USES))
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"学历": "本科", "是否缴纳社保": True, "劳动合同期限（月）": 36, "实缴资金（元）": "100万", "别的": 1}
    valid = jsonschema.Draft202012Validator(schema).is_valid
    assert valid(good) and not any(valid(good | bad) for bad in ({"学历": "小学"}, {"劳动合同期限（月）": -1}, {"劳动合同期限（月）": 1201}, {"实缴资金（元）": -1}))


@pytest.mark.parametrize("name", ["t.docx", "t", "t.xls"])
def test_another_ending_is_told_with_the_ones_there_are(tmp_path, name):
    with pytest.raises(CallError, match=r"\.xlsx、\.csv、\.json"):
        write_template(tmp_path / name, "人才", FIELDS)
    assert list(tmp_path.iterdir()) == []


def test_a_form_without_fields_is_told(tmp_path):
    with pytest.raises(CallError, match="没有要填的信息项"):
        write_template(tmp_path / "t.csv", "人才", ())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_form_is_written_whole_or_not_at_all(tmp_path, monkeypatch, ending):
    path = tmp_path / f"t{ending}"
    path.write_text("旧", encoding="utf-8")
    asked = iter(range(len(FIELDS) // 2))

    def failing(column: Field) -> str:
        next(asked)  # half of the columns are written, then the failure
        return "填这个"

    monkeypatch.setattr(template, "note", failing)
    with pytest.raises((StopIteration, RuntimeError)):
        write_template(path, "人才", FIELDS)
    assert path.read_text(encoding="utf-8") == "旧" and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    write_template(path, "人才", FIELDS)
    assert path.read_bytes() != "旧".encode() and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_cannot_be_written_is_said_in_chinese(tmp_path, ending):
    (tmp_path / f"t{ending}").mkdir()
    (tmp_path / "文件").write_text("", encoding="utf-8")
    with pytest.raises(CallError, match="同名的文件夹"):
        write_template(tmp_path / f"t{ending}", "人才", FIELDS)
    with pytest.raises(CallError, match="写不进去"):
        write_template(tmp_path / "文件" / f"t{ending}", "人才", FIELDS)
