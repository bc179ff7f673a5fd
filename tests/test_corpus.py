"""People's wordings: readable, labelled with what exists, and the parts kept apart (no leaks, no near-duplicates)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from qa.ask.corpus import UNKNOWN, load_phrases
from qa.ask.features import local_name
from qa.ask.text import normalise
from qa.errors import DataError
from tests.conftest import ROOT

PEOPLE = ROOT / "questions/people"
TYPES = {"silent", "other-place", "other-policy", "out-of-scope", "chitchat", "garbage", "injection"}
KINDS = {"lookup", "calc", "agency", "analyst", "article", "condition", "eligibility", "followup", "list", "meta", "negative", "procedure", "unanswerable", "xref"}
NEAR = 0.75


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (PEOPLE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def shingles(text: str) -> frozenset[str]:
    body = "".join(c for c in normalise(text) if c.isalnum())
    return frozenset(body[i : i + 2] for i in range(len(body) - 1)) or frozenset({body})


def near_pairs(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    """Return pairs whose character pairs overlap by more than NEAR, found through their shared pairs."""
    index: dict[str, set[int]] = defaultdict(set)
    held = [shingles(t) for t in right]
    for i, grams in enumerate(held):
        for gram in grams:
            index[gram].add(i)
    out = []
    for text in left:
        grams = shingles(text)
        if len(grams) < 4:
            continue
        shared = Counter(i for g in grams for i in index.get(g, ()))
        out += [(text, right[i]) for i, n in shared.items() if n / len(grams | held[i]) > NEAR]
    return out


def test_training_wordings_name_existing_patterns_and_measures(engine):
    train = rows("train")
    assert len(train) >= 8_000
    keys = {local_name(m) for m in engine.catalogue.measures}
    for row in train:
        assert row["q"].strip() and ("p" in row) != ("u" in row), row
        assert row.get("p") is None or row["p"] in engine.catalogue.patterns, row
        assert row.get("u") is None or row["u"] in TYPES, row
        assert set(row.get("m", [])) <= keys, row
    refused = Counter(row["u"] for row in train if "u" in row)
    assert sum(refused.values()) >= 1_500 and set(refused) == TYPES
    assert {row["p"] for row in train if "p" in row} >= set(engine.catalogue.patterns) - {"not-stated"}
    assert {m for row in train for m in row.get("m", [])} == keys
    assert len({row["v"] for row in train}) > 100


def test_dev_and_sealed_hold_what_the_scorer_needs():
    for name, least in (("dev", 600), ("sealed", 400)):
        held = rows(name)
        assert len(held) >= least and len({r["id"] for r in held}) == len(held)
        for row in held:
            assert row["kind"] in KINDS and isinstance(row["history"], list) and row["why"], row
            assert (not row["must"] and not row["articles"]) if not row["answerable"] else row["must"], row
            assert all(1 <= n <= 21 for n in row["articles"]), row


def test_whole_voices_are_kept_apart_and_nothing_leaks():
    voices = {name: {r.get("voice") or r.get("v") for r in rows(name)} for name in ("dev", "sealed")}
    assert not voices["dev"] & voices["sealed"]
    train = [r["q"] for r in rows("train") if not r.get("h")]
    for name in ("dev", "sealed", "sample"):
        asked = [r["q"] for r in rows(name) if not r["history"]]
        assert near_pairs(asked, train) == []


def test_phrases_are_labelled_with_what_exists_stand_once_and_hold_no_exam_question(engine):
    phrases = load_phrases((ROOT / "questions/phrases.txt").read_text(encoding="utf-8"))
    keys = {local_name(m) for m in engine.catalogue.measures}
    places: dict[tuple[bool, str], set] = defaultdict(set)
    for phrase in phrases:
        places[phrase.label == UNKNOWN, normalise(phrase.text)].add((phrase.label, phrase.about, phrase.measures))
        if phrase.label == UNKNOWN:
            assert set(phrase.measures) <= keys, phrase
        else:
            assert phrase.label in engine.catalogue.patterns or phrase.label.removeprefix("u:") in TYPES, phrase
    assert len(phrases) > 2_000 and {m for p in phrases for m in p.measures} - {UNKNOWN} == keys
    assert [where for where, held in places.items() if len(held) > 1] == []
    asked = [r["q"] for name in ("dev", "sealed", "sample") for r in rows(name)]
    assert near_pairs(asked, [p.text for p in phrases]) == []
    assert not {normalise(q) for q in asked} & {normalise(p.text) for p in phrases}


def test_a_phrase_without_a_label_is_told_by_its_line():
    assert [p.text for p in load_phrases("# 说明\n\nm:voucher: 券 | 票子\n")] == ["券", "票子"]
    with pytest.raises(DataError, match="第2行"):
        load_phrases("amount: 给多少\n没有标签的一行\n")


def test_near_duplicates_are_found():
    assert near_pairs(["博士在大同买房能补多少钱"], ["博士在大同买房能补多少钱呀"]) and not near_pairs(["博士在大同买房能补多少钱"], ["创新券一年最多给多少"])


def test_everyday_words_stand_as_a_question_is_read():
    lines = [line.partition(":") for line in (ROOT / "questions/words.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words = [word.replace("_", " ") for _, colon, held in lines if colon for word in held.split()]
    assert len(words) > 2000 and [word for word in words if normalise(word) != word] == []
    assert len({name for name, _, _ in lines}) == len(lines)
