"""One cell: what people write there, in any spelling, and what is refused with a way out."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.check.cells import CellError, mask, parse, show
from qa.check.fields import Field
from qa.terms import field as iri

CARD, OLD_CARD, CREDIT = "11010519491231002X", "110105491231002", "91350100M000100Y43"
DEGREES = ("博士研究生", "硕士研究生", "本科", "大专", "高中及以下")
FIELDS = {
    "boolean": Field(iri("settled"), "是否在园区内", "boolean"),
    "degree": Field(iri("degree"), "学历", "choice", DEGREES),
    "mode": Field(iri("studyMode"), "学习形式", "choice", ("全日制", "非全日制")),
    "size": Field(iri("enterpriseSize"), "企业规模", "choice", ("大型", "中型", "小型", "微型")),
    "level": Field(iri("platformLevel"), "平台级别", "choice", ("国家级", "省级", "市级")),
    "kind": Field(iri("applicantKind"), "申请主体类型", "choice", ("个人", "科创团队", "科创平台", "企业", "高校或科研院所", "其他单位")),
    "measure": Field(iri("otherSupportMeasure"), "对应的事项", "measure", ("租房补贴", "购房补贴", "生活补贴")),
    "integer": Field(iri("heads"), "人数", "integer"),
    "months": Field(iri("contractMonths"), "劳动合同期限（月）", "months"),
    "money": Field(iri("paidInCapital"), "实缴资金（元）", "money"),
    "date": Field(iri("applicationDate"), "申请日期", "date"),
    "card": Field(iri("idNumber"), "身份证件号码", "identity"),
    "credit": Field(iri("creditCode"), "统一社会信用代码", "identity"),
    "text": Field(iri("applicantName"), "姓名或名称", "text"),
}
DAY = dt.date(2026, 11, 22)

READ = [
    *(("boolean", raw, True) for raw in ("是", "有", "√", "Y", "yes", "true", "TRUE", 1, 1.0, True, "１", "已", "满足", "在园区内")),
    *(("boolean", raw, False) for raw in ("否", "没有", "×", "N", "no", "false", 0, 0.0, False, "未", "不满足", "不在园区内")),
    *(("degree", raw, DEGREES[0]) for raw in ("博士研究生", "博士", " 博士 ", "博士生", "博士毕业", "全日制博士研究生")),
    *(("degree", raw, "本科") for raw in ("本科", "本科生", "本科学历", "大学本科")),
    ("degree", "高中", "高中及以下"),
    *(("mode", raw, "全日制") for raw in ("全日制", "全日制研究生")),
    *(("mode", raw, "非全日制") for raw in ("非全日制", "非全", "非全日制研究生")),
    *(("size", raw, "大型") for raw in ("大型", "大型企业", "大")),
    *(("level", raw, "国家级") for raw in ("国家", "国家级", "国家级平台")),
    ("kind", "企业", "企业"), ("kind", "其他", "其他单位"), ("measure", "租房", "租房补贴"), ("integer", "12", 12), ("integer", 3.0, 3),
    *(("months", raw, 36) for raw in (36, 36.0, Decimal(36), "36", "３６", "36个月", "36月", "3年", "三年", "３年", "3 年", "P3Y", "P36M", "三十六", "满3年")),
    *(("months", raw, 30) for raw in ("2年6个月", "两年半", "二年零六个月", "2.5年", "P2Y6M")),
    ("months", "半年", 6), ("months", "一年零三个月", 15), ("months", "0", 0), ("months", 1200, 1200), ("months", "100年", 1200),
    *(("money", raw, Decimal(1_000_000)) for raw in ("1000000", "1,000,000", "100万", "100 万元", "１００万", "￥1000000", "一百万元", 1_000_000, 1e6, "1E+06", "100万元整", Decimal("1e6"))),
    ("money", "1.5亿", Decimal(150_000_000)), ("money", "三百万元", Decimal(3_000_000)), ("money", "3万5千", Decimal(35_000)), ("money", 0, Decimal(0)),
    ("money", "0.01", Decimal("0.01")), ("money", 0.1 + 0.2, Decimal("0.3")), ("money", 10**13, Decimal(10**13)),
    *(("date", raw, DAY) for raw in ("2026-11-22", "2026/11/22", "2026.11.22", "2026年11月22日", "20261122", 20261122, 46348, 46348.0, "46348", DAY, dt.datetime(2026, 11, 22, 9), "2026-11-22 00:00:00", "2026-11-22T08:00:00Z", "２０２６－１１－２２")),
    ("date", 20000, dt.date(1954, 10, 3)), ("date", 80000, dt.date(2119, 1, 11)),
    ("card", CARD, CARD), ("card", CARD.lower(), CARD), ("card", " 110105 19491231 002X", CARD), ("card", OLD_CARD, OLD_CARD), ("credit", CREDIT, CREDIT), ("credit", CREDIT.lower(), CREDIT),
    ("text", " 张\n三\u200b\x07 ", "张 三"), ("text", 1.0, "1"), ("text", "无", "无"), ("text", "字" * 200, "字" * 200), ("text", "\ud800张", "张"), ("text", "𠮷\ue000", "𠮷\ue000"),
]  # fmt: skip

REFUSED = [
    *(("boolean", raw, "请填 是 或 否") for raw in ("也许", 2, "是或否", DAY)),
    ("degree", "研究生", "还是“硕士研究生”"),
    *(("degree", raw, "可填：博士研究生、硕士研究生、本科") for raw in ("博士后", "博士在读", "本科及以上", "非本科", "小学", 1, "本科生肄业")),
    *(("mode", raw, "可填：全日制、非全日制") for raw in ("不是全日制", "函授", "非研究生")),
    *(("kind", raw, "不在可填的值里") for raw in ("科创企业", "科创")),
    ("level", "省部级", "可填：国家级、省级、市级"),
    ("integer", "1.5", "不是整数"),
    *(("months", raw, "负数") for raw in (-1, "-3", "-3年", "－3", -0.5)),
    *(("months", raw, "不是整月") for raw in (36.5, "1.3年", "0.5")),
    *(("months", raw, "超过1200个月") for raw in (1201, "1201", "101年", math.inf, 1e308, Decimal("1e999999"))),
    *(("months", raw, "例如 36、3年") for raw in ("P", "12-36个月", "3年多", "无固定期限", True, DAY, "年", "半")),
    *(("money", raw, "负数") for raw in (-1, "-5", "-0.01", "¥-5", "(100)", Decimal(-1), -math.inf)),
    *(("money", raw, "超过10万亿元") for raw in (10**13 + 1, 1e308, "1e308", "1e14", math.inf, Decimal("1e999999"))),
    *(("money", raw, "两位小数") for raw in ("0.001", "100.001", 1.005, "1.2345678万")),
    *(("money", raw, "看不懂是多少钱") for raw in ("约100万", "100-200万", "1,00", "3万5", "三万五", "NaN", "inf", True, DAY, "万", "元")),
    *((name, raw, "NaN") for name in ("money", "months", "boolean", "text") for raw in (math.nan, Decimal("NaN"), Decimal("sNaN"))),
    *(("date", raw, "不存在") for raw in ("2026-02-30", "2026-13-01", "20260230", "2025-02-29")),
    *(("date", raw, "四位数的年份") for raw in ("26-11-22", "11/22/2026", "26年11月22日")),
    *(("date", raw, "没有写到日") for raw in ("2026年11月", "2026-11", "2026")),
    *(("date", raw, "看不懂是哪一天") for raw in (19999, 80001, "昨天", True, 1.5, math.inf, "2026-11/22")),
    ("date", "1899-12-31", "1900年到2199年"), ("date", dt.date(2200, 1, 1), "1900年到2199年"),
    *((name, raw, "设为文本") for name in ("card", "credit") for raw in (110105194912310020, 1.1e17, True)),
    ("card", "1.10105E+17", "设为文本"),
    *(("card", raw, "校验码不对") for raw in ("110105194912310021", "110105194902300021", "11010519491231002", CREDIT, "110105491331002")),
    *(("credit", raw, "校验码不对") for raw in (CREDIT[:-1] + "4", CREDIT[:-1], CARD)),
    ("text", "字" * 201, "最多200个字"), ("text", True, "设为文本"), ("text", 10**5000, "太长"),
    *((name, "=A1+1", "公式") for name in FIELDS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "value"), READ)
def test_a_cell_is_read_in_any_spelling(name: str, raw: object, value: object) -> None:
    found = parse(FIELDS[name], raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("name", "raw", "words"), REFUSED, ids=lambda v: str(v)[:20] if isinstance(v, str) else type(v).__name__)
def test_a_cell_that_cannot_be_read_is_refused_in_chinese(name: str, raw: object, words: str) -> None:
    with pytest.raises(CellError) as error:
        parse(FIELDS[name], raw)
    assert words in str(error.value)
    assert len(str(error.value)) < 160


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("raw", [None, "", "  ", "　", "-", "—", "－", "/", "N/A", "n/a", "未填", "不详"])
def test_an_empty_cell_is_not_filled_in_rather_than_no(name: str, raw: object) -> None:
    assert parse(FIELDS[name], raw) is None


def test_nothing_is_blank_only_where_it_is_no_value() -> None:
    assert parse(FIELDS["money"], "无") is None
    assert parse(FIELDS["boolean"], "无") is None
    assert parse(FIELDS["text"], "无") == "无"
    with pytest.raises(CellError):
        parse(FIELDS["degree"], "无")


@pytest.mark.parametrize(("allowed", "raw"), [(("非全日制",), "全日制"), (("全日制",), "非全日制"), (("不适用情形",), "适用")])
def test_a_negation_is_never_left_out_or_read_in(allowed: tuple[str, ...], raw: str) -> None:
    with pytest.raises(CellError):
        parse(Field(iri("x"), "x", "choice", allowed), raw)


@pytest.mark.parametrize("raw", ["110105194912310021", "110105194912310", CREDIT[:-1] + "4"])
@pytest.mark.parametrize("name", FIELDS)
def test_no_message_gives_away_an_identity_number(name: str, raw: str) -> None:
    for text in (raw, f"号码{raw}", f"={raw}"):
        try:
            parse(FIELDS[name], text)
        except CellError as error:
            assert raw not in str(error)
            assert raw[6:14] not in str(error)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"证{CARD}。", "证110***********002X。"),
        (f"{CREDIT} {OLD_CARD}", "9135**********0Y43 110********1002"),
        ("110105 19491231 002X", "110*************002X"),
        ("１１０１０５１９４９１２３１００２X", "１１０***********００２X"),
        ("2024-09-12 2029-09-10，100000000元", "2024-09-12 2029-09-10，100000000元"),
        ("12345678901234", "12345678901234"),
    ],
)
def test_identity_numbers_are_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("boolean", True, "是"), ("boolean", False, "否"), ("months", 36, "3年"), ("months", 30, "2年6个月"), ("months", 11, "11个月"), ("months", 0, "0个月"),
        ("money", Decimal(1_000_000), "100万元"), ("money", Decimal("123456789.12"), "123456789.12元"), ("money", Decimal(150_000_000), "1.5亿元"), ("money", Decimal(800), "800元"),
        ("date", DAY, "2026-11-22"), ("card", CARD, "110***********002X"), ("credit", CREDIT, "9135**********0Y43"), ("text", f"张三{CARD}", "张三110***********002X"), ("degree", "本科", "本科"),
    ],
)  # fmt: skip
def test_a_value_is_said_as_people_write_it(name: str, value: bool | int | Decimal | dt.date | str, words: str) -> None:
    assert show(FIELDS[name], value) == words


@given(st.integers(0, 1200))
def test_months_survive_being_shown(value: int) -> None:
    assert parse(FIELDS["months"], show(FIELDS["months"], value)) == value


@given(st.decimals(0, 10**13, places=2, allow_nan=False, allow_infinity=False))
def test_money_survives_being_shown(value: Decimal) -> None:
    assert parse(FIELDS["money"], show(FIELDS["money"], value)) == value


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_dates_survive_being_shown(value: dt.date) -> None:
    assert parse(FIELDS["date"], show(FIELDS["date"], value)) == value


@given(st.booleans())
def test_booleans_survive_being_shown(value: bool) -> None:
    assert parse(FIELDS["boolean"], show(FIELDS["boolean"], value)) is value


@given(st.integers(20_000, 80_000))
def test_excel_days_are_counted_from_1899(serial: int) -> None:
    assert parse(FIELDS["date"], serial) == dt.date(1899, 12, 30) + dt.timedelta(days=serial)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.text(max_size=300), st.text("0123456789.,-+eE万亿千百年月日个半零两三十点元¥PYM/（）() ", max_size=50), st.binary(max_size=9), st.lists(st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=400)
@given(st.sampled_from(sorted(FIELDS)), ANYTHING)
@example("degree", ":")
@example("degree", "是否")
def test_anything_is_a_value_or_none_or_a_chinese_error(name: str, raw: object) -> None:
    try:
        value = parse(FIELDS[name], raw)
    except CellError as error:
        assert re.search("请|可填", str(error))
    else:
        assert value is None or isinstance(value, bool | int | Decimal | dt.date | str)
        if value is not None:
            show(FIELDS[name], value).encode()
