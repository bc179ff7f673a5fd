"""Amounts from the graph's rules: each kind of benefit, both sides of each edge."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.benefit import Benefit, Inputs, Often, compute, describe, how_often, inverse, money, read

D = "https://policy.datong.example/id/tongzhengbangui-2024-4/"


@pytest.fixture(scope="module")
def benefits(graph):
    return {iri.removeprefix(D): b for iri, b in read(graph).items()}


CASES = [
    # 待遇, 基数, 月数, 人数, 结果
    ("art_17/housing-rent/doctor", None, None, 1, 36_000),
    ("art_17/housing-rent/doctor", None, 35, 1, 35_000),
    ("art_17/housing-rent/doctor", None, 36, 1, 36_000),
    ("art_17/housing-rent/doctor", None, 37, 1, 36_000),
    ("art_17/housing-rent/master", None, None, 6, 172_800),
    ("art_18/living/bachelor", None, 5, 2, 15_000),
    ("art_17/housing-purchase/doctor", None, None, 3, 600_000),
    ("art_7/platform-equipment/benefit", 14_999_999, None, 1, "2999999.8"),
    ("art_7/platform-equipment/benefit", 15_000_000, None, 1, 3_000_000),
    ("art_7/platform-equipment/benefit", 15_000_001, None, 1, 3_000_000),
    ("art_10/rd-reward/benefit", 5_000_000, None, 1, 150_000),
    ("art_10/rd-reward/benefit", 10_000_001, None, 1, 300_000),
    ("art_8/tech-trade/by-equity/", None, None, 1, None),
    ("art_11/preorder/benefit", 99_000_000, None, 1, 9_900_000),
    ("art_15/academician-work/benefit", None, None, 1, 900_000),
    ("art_15/academician-work/benefit", None, 24, 1, 600_000),
    ("art_15/academician-work/benefit", None, 23, 1, 300_000),
    ("art_15/postdoc-base-work/benefit", None, None, 1, 100_000),
    ("art_15/academician-setup/benefit", None, None, 1, 1_000_000),
    ("art_3/startup-fund/benefit", 1_500_000, None, 1, 750_000),
    ("art_3/startup-fund/benefit", 3_000_000, None, 1, 1_000_000),
    ("art_14/insurance/benefit", 100_000, None, 1, None),
    ("art_5/free-space/benefit", 100_000, 12, 1, None),
]


@pytest.mark.parametrize(("key", "base", "months", "heads", "wanted"), [c for c in CASES if not c[0].endswith("/")])
def test_amount(benefits, key, base, months, heads, wanted):
    done = compute(benefits[key], Inputs(Decimal(base) if base else None, months, heads))
    assert (done.amount if done else None) == (Decimal(wanted) if wanted is not None else None)


def test_maximum_is_marked_and_fixed_is_not(benefits):
    assert compute(benefits["art_15/academician-work/benefit"], Inputs()).is_max
    assert not compute(benefits["art_17/housing-purchase/doctor"], Inputs()).is_max


@pytest.mark.parametrize(
    ("key", "target", "base"),
    [
        ("art_7/platform-equipment/benefit", None, 15_000_000),
        ("art_8/tech-trade/by-transaction", None, 5_000_000),
        ("art_10/rd-reward/benefit", None, 10_000_000),
        ("art_11/preorder/benefit", None, 100_000_000),
        ("art_3/startup-fund/benefit", 1_000_000, 2_000_000),
        ("art_3/startup-fund/benefit", 300_000, 600_000),
    ],
)
def test_inverse(benefits, key, target, base):
    assert inverse(benefits[key], None if target is None else Decimal(target)).amount == base


@given(st.integers(0, 10**10))
def test_inverse_and_compute_agree(yuan):
    rate = Benefit("x", "m", "补", "RateBenefit", "补", "UpTo", rate=Decimal("0.2"), cap=Decimal(10**6))
    goal = Decimal(min(yuan, 10**6))
    assert compute(rate, Inputs(inverse(rate, goal).amount)).amount == goal


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_base_never_gives_less(one, two):
    rate = Benefit("x", "m", "补", "RateBenefit", "补", "UpTo", rate=Decimal("0.03"), cap=Decimal(300_000))
    low, high = sorted((one, two))
    assert compute(rate, Inputs(Decimal(low))).amount <= compute(rate, Inputs(Decimal(high))).amount


def test_words_say_qualifier_period_and_duration(benefits):
    assert describe(benefits["art_17/housing-rent/doctor"]) == "1000元/月，期限3年"
    assert describe(benefits["art_4/voucher/benefit"]) == "每企业每年最高100万元"
    assert describe(benefits["art_3/startup-fund/benefit"]) == "一次性30万元至100万元，不得高于实缴资金的50%"
    assert "最长不超过3年" in describe(benefits["art_5/free-space/benefit"])
    assert (money(Decimal(172_800)), money(Decimal(10**8)), money(Decimal(1_000))) == ("17.28万元", "1亿元", "1000元")


def test_how_often_agrees_with_adding_up():
    """A count found by dividing is the first at which adding the sum again and again reaches the target."""
    monthly = Benefit("b", "m", "", "FixedBenefit", "", "Exact", amount=Decimal(800), period=1, duration=36)
    for target in (1, 800, 801, 9_999, 10_000, 28_800, 28_801):
        got, count, total = how_often(monthly, Decimal(target)), 0, Decimal(0)
        while total < target:
            count, total = count + 1, total + 800
        assert got == Often(count, total == target, count <= 36, got.step)
    assert how_often(monthly, Decimal(0)) is None
    assert how_often(replace(monthly, amount=None), Decimal(5)) is None
    assert how_often(replace(monthly, period=12), Decimal(5)) is None
