"""Numbers in any spelling."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ask.days import relative
from qa.ask.numbers import Numbers, day_range, from_the_end, read
from qa.benefit import money

MONEY = {
    "3万5": 35_000, "3万5千": 35_000, "三十五万": 350_000, "五百万": 5_000_000, "500w": 5_000_000, "1亿2": 120_000_000, "两千块": 2_000,
    "1500元": 1_500, "一百来万": 1_000_000, "０.5万": 5_000, "八十万": 800_000, "1,200万": 12_000_000, "12k": 12_000, "三百六十万": 3_600_000,
    "8千6百万": 86_000_000, "1亿3千万": 130_000_000, "2亿5千": 250_000_000, "6千2百元": 6_200, "1.3个亿": 130_000_000, "两个亿": 200_000_000,
    "半个亿": 50_000_000, "八百个w": 8_000_000, "一千来万": 10_000_000, "三万零五百": 30_500, "1500万零1块": 15_000_001, "一百万零五千": 1_005_000,
}  # fmt: skip
SPANS = {"两年半": 30, "5个半月": 5, "三年": 36, "18个月": 18, "半年": 6, "一年零三个月": 15, "俩季度": None, "两个季度": 6, "两年零俩月": 26, "仨月": 3, "俩月": 2, "半拉年": 6, "十来个月": 10, "四个半月": 4}
SHARES = {"百分之八十": "0.8", "20%": "0.2", "七成": "0.7", "三成半": "0.35", "20个点": "0.2"}


@pytest.mark.parametrize(("words", "yuan"), MONEY.items())
def test_money(words, yuan):
    from qa.ask.text import normalise

    assert read(normalise(f"给{words}行不行")).money == (Decimal(yuan),)


def test_a_hundred_million_is_no_head_and_a_plate_no_yuan():
    assert read("成交两个亿").counts == () and read("成交两个").counts == (2,)
    plates = read("批了两块省级的、一块市级的牌子")
    assert plates.groups == (("省级", 2), ("市级", 1)) and plates.money == () and read("补两块").money == (Decimal(2),)


def test_times_and_guesses_are_no_heads():
    for words in ("四个半月", "三个年头", "三个星期", "十来个月", "七八个人", "三五个博士"):
        assert read(words).counts == () and read(words).groups == (), words
    assert read("三个人干了四个半月").counts == (3,) and read("七八个").counts == ()


def test_articles_in_a_row_and_a_year_of_two_digits():
    assert read("十七、十八条讲啥").articles == (17, 18) and read("15和16条").articles == (15, 16) and read("十八条").articles == (18,)
    assert read("27年年底还行吗").dates == ((2027, 12, None),) and read("27年年底还行吗").months == ()


def test_articles_counted_from_the_end():
    assert [from_the_end(words) for words in ("最后一条", "倒数第二条", "倒数第十条", "最后三条", "第一条")] == [1, 2, 10, None, None]
    assert read("倒数第一条").articles == () and read("第一条").articles == (1,)


@pytest.mark.parametrize(("words", "months"), [(w, m) for w, m in SPANS.items() if m])
def test_spans(words, months):
    assert read(f"干了{words}").months == (months,)


@pytest.mark.parametrize(("words", "share"), SHARES.items())
def test_shares(words, share):
    assert read(f"能到{words}吗").shares == (Decimal(share),)


def test_groups_articles_and_dates():
    assert read("4个博士7个硕士一共").groups == (("博士", 4), ("硕士", 7))
    assert read("博士三个硕士两个").groups == (("博士", 3), ("硕士", 2))
    assert read("第2、7、10条").articles == (2, 7, 10)
    assert read("第二十一条和第9条").articles == (21, 9)
    assert read("2027年5月还能办吗").dates == ((2027, 5, None),)
    assert read("一共多少条") == Numbers()
    assert day_range((2029, 2, 30)) is None
    assert [d.isoformat() for d in day_range((2028, 2, None))] == ["2028-02-01", "2028-02-29"]


@given(st.integers(1, 9999))
def test_money_round_trip(ten_thousands):
    yuan = Decimal(ten_thousands) * 10_000
    assert read(money(yuan)).money == (yuan,)


@given(st.text(max_size=300))
def test_reading_never_fails(text):
    assert isinstance(read(text), Numbers)


ARTICLES = {"第3条到第5条": (3, 4, 5), "第十九至二十一条": (19, 20, 21), "3-5条": (3, 4, 5), "第2、7、10条": (2, 7, 10), "第廿一条": (21,), "第拾贰条": (12,), "十五条全文": (15,)}
AWAY = {
    "一年后": (2027, 11, 22), "明年3月": (2027, 3, None), "后年": (2028, None, None), "大后年底": (2029, 12, None), "半年后": (2027, 5, 22),
    "再过三年": (2029, 11, 22), "去年": (2025, None, None), "下个月": (2026, 12, None), "三个月前": (2026, 8, 22),
}  # fmt: skip


@pytest.mark.parametrize(("words", "numbers"), ARTICLES.items())
def test_articles(words, numbers):
    assert read(f"{words}讲什么").articles == numbers


@pytest.mark.parametrize(("words", "day"), AWAY.items())
def test_days_named_by_their_distance(words, day):
    assert relative(f"{words}还有效吗", dt.date(2026, 11, 22)) == (day,)


def test_a_bare_span_names_no_day():
    assert relative("期限三年，租房补贴领三年", dt.date(2026, 11, 22)) == ()
