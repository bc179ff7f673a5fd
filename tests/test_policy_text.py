"""The official text and its quotes: letter by letter, span by span, figure by figure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from qa.ask.numbers import number
from qa.benefit import months_of
from qa.graph import text_of
from tests.conftest import ROOT

LEAF = "FILTER NOT EXISTS { ?fact a ?whole . FILTER(?whole IN (po:SupportMeasure, po:MeasureFamily, po:PolicyDocument, po:Article, po:Clause, po:Chapter)) }"
SPANS = f"SELECT ?fact ?exact ?start ?end WHERE {{ ?fact po:quote ?q . ?q oa:exact ?exact ; oa:start ?start ; oa:end ?end {LEAF} }}"
FIGURE = re.compile(r"(\d+)(万?元(?:/月)?|%)|(\d+)(年)(?!\d*月)|([一二三四五六七八九十]+)(年)期?")


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_text_equals_the_source_letter_by_letter(text):
    source = (ROOT / "tests/data/source.txt").read_text(encoding="utf-8")
    assert squeeze(text) == squeeze(source)
    assert text.count(" ") == 2, "只留两处有意义的空格"
    assert "“北京研发 大同中试”" in text and "“北京研发 大同制造”" in text


def test_every_quote_stands_at_its_offsets(graph, text):
    rows = graph.select("SELECT ?exact ?start ?end WHERE { ?q oa:exact ?exact ; oa:start ?start ; oa:end ?end }")
    assert len(rows) > 400
    wrong = [text_of(r["exact"]) for r in rows if text[int(text_of(r["start"])) : int(text_of(r["end"]))] != text_of(r["exact"])]
    assert wrong == []


def covered(graph, text) -> bytearray:
    marks = bytearray(len(text))
    for row in graph.select(SPANS):
        start, end = int(text_of(row["start"])), int(text_of(row["end"]))
        marks[start:end] = b"\1" * (end - start)
    return marks


def test_every_character_is_covered_by_a_leaf_fact(graph, text):
    marks = covered(graph, text)
    bare = [text[max(0, i - 8) : i + 1] for i, c in enumerate(text) if not marks[i] and unicodedata.category(c)[0] in "LN"]
    assert bare == []


def test_every_segment_is_covered_by_a_leaf_fact(graph, text):
    marks, at = covered(graph, text), 0
    for segment in re.split(r"(?<=[。；\n])", text):
        if segment.strip():
            assert any(marks[at : at + len(segment)]), segment
        at += len(segment)


def owners(graph, predicate_values: str) -> list[tuple[int, int, Decimal]]:
    """Return (start, end, value) for every figure a leaf fact, or the leaf shape of its criterion, holds."""
    rows = graph.select(f"""SELECT ?start ?end ?value WHERE {{
      ?fact po:quote ?q . ?q oa:start ?start ; oa:end ?end {LEAF}
      {{ VALUES ?p {{ {predicate_values} }} ?fact ?p ?value }} UNION {{ ?fact po:enforcedBy ?leaf . ?leaf sh:minInclusive ?value }} }}""")
    return [(int(text_of(r["start"])), int(text_of(r["end"])), text_of(r["value"])) for r in rows]


def test_every_figure_of_the_articles_is_owned_by_a_fact_at_its_place(graph, text):
    money = owners(graph, "po:amount po:minAmount po:maxAmount po:cap po:rate po:ratioLimit")
    spans = owners(graph, "po:duration po:maxDuration po:instalmentPeriod")
    seen = 0
    body = text.index("第一条")
    for match in FIGURE.finditer(text, body):
        tail = text[match.start() : match.end() + 12]
        if re.match(r"20\d\d年", match[0]) or text[match.start() - 4 : match.start()].endswith("〔"):
            continue
        seen += 1
        if match[2]:
            value = Decimal(match[1]) * (10_000 if "万" in match[2] else 1) / (100 if match[2] == "%" else 1)
            assert any(s <= match.start() and match.end() <= e and Decimal(v) == value for s, e, v in money), tail
        else:
            months = int(number(match[3] or match[5]) * 12)
            held = [v for s, e, v in spans if s <= match.start() and match.end() <= e]
            assert any((months_of(v) if v.startswith("P") else int(v)) == months for v in held), tail
    assert seen > 45


def test_lists_with_fenbie_pair_tier_by_tier(graph, text):
    """分别给予 A、B、C：the n-th figure belongs to the n-th tier, re-parsed from the text itself."""
    wanted = {
        7: [("国家级", "省级", "市级"), r"分别给予([^。]*?)的补助"],
        17: [("博士研究生", "硕士研究生", "本科生"), r"分别给予购房补贴([^。]*)。"],
        18: [("博士研究生", "硕士研究生", "本科生"), r"分别给予学费补贴([^。]*)。"],
    }
    for n, (tiers, pattern) in wanted.items():
        line = next(x for x in text.split("\n") if x.startswith({7: "第七条", 17: "第十七条", 18: "第十八条"}[n]))
        figures = [Decimal(v) * 10_000 for v in re.findall(r"(\d+)万元", re.search(pattern, line)[1])]
        for tier, figure in zip(tiers, figures, strict=True):
            rows = graph.select(f"""SELECT ?b WHERE {{ ?b po:amount ?a ; po:tier/rdfs:label "{tier}"@zh ; po:statedIn/eli:number {n} FILTER(?a = {figure}) }}""")
            assert rows, (n, tier, figure)
    for label, pattern in (("租房补贴", r"租房补贴分别给予([^，]*)，"), ("生活补贴", r"分别给予生活补贴([^，]*)，")):
        figures = re.findall(r"(\d+)元/月", re.search(pattern, text)[1])
        for tier, figure in zip(("博士研究生", "硕士研究生", "本科生"), figures, strict=True):
            ask = f"""SELECT ?b WHERE {{ ?m rdfs:label "{label}"@zh ; po:hasBenefit ?b . ?b po:amount ?a ; po:tier/rdfs:label "{tier}"@zh FILTER(?a = {figure}.0) }}"""
            assert graph.select(ask), (label, tier)


def test_agencies_and_roles_agree_with_the_brackets(graph, text):
    """Re-parse （牵头单位：…；配合单位：…）; article 16 has a comma where the others have a semicolon."""
    from qa.ask.replies.common import article

    for n in range(1, 22):
        line = next(x for x in text.split("\n") if re.match(article(n) + r"(?![一二三四五六七八九十])", x))
        match = re.search(r"（牵头单位：([^；，]+)[；，]配合单位：([^）]+)）", line)
        rows = graph.select(f"""SELECT ?role ?name WHERE {{ ?a a po:Article ; eli:number {n} ; cv:hasParticipation ?p .
            ?p cv:role ?role ; po:participant/rdfs:label ?name FILTER(LANG(?name) = "zh") }}""")
        held = {role: {text_of(r["name"]) for r in rows if text_of(r["role"]).endswith(role)} for role in ("Lead", "Cooperating")}
        assert held == {"Lead": {match[1]} if match else set(), "Cooperating": set(match[2].split("、")) if match else set()}, n


def test_derived_file_and_anchors_are_current():
    import subprocess
    import sys

    for tool in ("derive.py", "anchor.py"):
        done = subprocess.run([sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_a_quote_that_moved_is_found_again_and_a_lost_one_is_named():
    import sys

    sys.path.insert(0, str(ROOT))
    from tools.anchor import anchored

    assert anchored('[ oa:exact "乙" ; oa:start 9 ; oa:end 10 ]', "甲乙丙") == '[ oa:exact "乙" ; oa:start 1 ; oa:end 2 ]'
    try:
        anchored('[ oa:exact "丁" ]', "甲乙丙")
    except ValueError as error:
        assert "丁" in str(error)
    else:
        raise AssertionError("没有报出丢失的引句")
