"""Slips of an input method are mended; figures, names, negations and right text stay."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ask import spelling
from qa.ask.text import normalise
from qa.errors import DataError
from qa.resources import ROOT, read_text

SLIPS = [
    ("厂防能白用几年", "厂房能白用几年"),
    ("博仕买房补贴多少", "博士买房补贴多少"),
    ("设备补贴最高多绍", "设备补贴最高多少"),
    ("科计成果转化专项怎么弄", "科技成果转化专项怎么弄"),
    ("硕士租房补贴每月多少钱,我们园区科计公司能申情吗", "硕士租房补贴每月多少钱,我们园区科技公司能申请吗"),
]
KEPT = "零一二两俩三四五六七八九十百千万亿半不没无未非否"


@pytest.mark.parametrize(("slip", "right"), SLIPS)
def test_a_slip_is_mended(slip, right):
    assert spelling.load().mend(slip) == right


@pytest.mark.parametrize(("slip", "right"), SLIPS)
def test_the_reply_is_the_one_to_the_right_words(slip, right, engine):
    assert engine.ask(slip).answer == engine.ask(right).answer


def test_names_and_the_document_stay(engine):
    speller = spelling.load()
    for name in engine.lexicon.phrases:
        assert speller.mend(name, lambda name=name: [(m.start, m.end) for m in engine.lexicon.find(name)]) == name
    for line in read_text("data/policy.txt").splitlines():
        assert speller.mend(normalise(line)) == normalise(line)
    for place in read_text("questions/places.txt").split():
        assert speller.mend(normalise(f"{place}的租房补贴多少")).startswith(normalise(place))


@given(st.text(alphabet="厂防房博仕士设备补贴多少绍钱前一二三不没无万元领拿能吗呢,?a1", max_size=30))
def test_length_figures_and_negations_stay(text):
    mended = spelling.load().mend(text)
    assert len(mended) == len(text)
    assert all(a == b or not {a, b} & set(KEPT) for a, b in zip(text, mended, strict=True))


def test_a_name_is_not_doubted():
    assert spelling.load().mend("厂防能白用几年", lambda: [(0, 2)]) == "厂防能白用几年"


def test_the_pairs_are_those_of_the_present_questions():
    sys.path.insert(0, str(ROOT))
    from tools.train import spelled

    assert read_text(spelling.FILE) == spelled(), "数据变了，请执行 make train"


def test_a_damaged_file_is_named(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / spelling.FILE).write_text("厂房x\n", encoding="utf-8")
    monkeypatch.setattr("qa.resources.ROOT", tmp_path)
    with pytest.raises(DataError, match="第1行"):
        spelling.load.__wrapped__()
