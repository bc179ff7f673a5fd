"""When not to answer: silence of the document, other places and policies, what is no question at all."""

from __future__ import annotations

import re
from dataclasses import replace

from qa.ask.catalogue import Catalogue
from qa.ask.records import Reading, Said
from qa.ask.replies.common import articles
from qa.ask.replies.conditions import conditions
from qa.ask.replies.money import asks_share
from qa.ask.replies.overview import grouped, short_measure

_EXISTS = re.compile(r"有没有|可有|有无|给不给|认不认|管不管|补不补|能不能补|是不是有|有.{0,6}(?:支持|补贴|补助|说法)(?:吗|么|没|不|嘛)?$")
_WHO_COUNTS = re.compile(r"(?<![奖补])(?:认定|划分|评定)?标准|目录|名单|名录|认定|怎么[算认定]|算不算|定义|范围|多久|多长时间|(?:多少|几)(?:天|次|趟|回|个?月|年)")
_NEARLY = 0.8  # a refusal surer than this, or one that knows what the text is silent on, stands
_EITHER = re.compile(r"还是|抑或|或者|要么")
_WHO_RUNS = re.compile(r"谁(?:来|给|帮|替)?(?:我们?|咱们?|俺们?)?(?:管|办|负责|牵头|张罗|跑)|归谁|找谁|哪个(?:部门|单位|局)")
_RUNS_ON = re.compile(r"(?:领|拿|发|补|给|享受)(?:到|够|满|上|我|我们)?\s*[\d一二三四五六七八九十]+\s*个?年|年[^,，。]{0,3}(?:都|全|一直|每年)[^,，。]{0,2}(?:发|给|补|有|领|拿)")
_NEGATIVE = re.compile(r"(?:(?<![\d%万亿千百元块年月日条a-z])[-−]|负)\s*[\d零一二两三四五六七八九十百]+(?:\.\d+)?\s*(?:万|亿|千|百|元|块|个|名|位|人)")
_MODES = ("money", "way", "judgement", "overview")
# what is asked, and the word of a condition that answers it
_ASSESSED = (
    (re.compile(r"(?:谁|哪家|什么人|哪个|哪方)[^,，。]{0,6}(?:评|估|把关|审)|(?:评估|估价)(?:是|由|归|找|得|该|请|要)*(?:谁|哪家)"), "第三方"),
    (re.compile(r"(?:走|要|有|过|经)(?:什么|啥|哪些|何)?手续|自动(?:到账|给|发)"), "申报"),
    (re.compile(r"(?:什么|啥|何种|哪些|哪道)程序|(?:过|迈)[哪几](?:一|几)?道?关"), "评审"),
)
_SAID = {
    "u:other-place": "本文件未载明其他地方的政策，只适用于大同；请向当地主管部门咨询。",
    "u:other-policy": "本文件未载明其他文件的内容，这里只有{document}；请查阅那份文件或向其主管部门咨询。",
    "u:out-of-scope": "这个问题不在本文件的范围内，我只能答复{document}里的内容。",
    "u:chitchat": "您好，我只答复{document}里的内容，例如：博士租房补贴每月多少钱。",
    "u:garbage": "没有看懂这段文字，请用一句话写明要问的事，例如：创新券一年最多给多少。",
    "u:injection": "这不是对文件的提问，没有执行；我只答复{document}里的内容。",
}


def refuse(catalogue: Catalogue, reading: Reading) -> Said | None:
    """Return the refusal for a reading of the unanswerable kind, None where it may be answered."""
    if _NEGATIVE.search(reading.text):
        return Said("没有看懂：数不能是负的，请核对后再问。", status="no_answer")
    if reading.label in _SAID:
        return Said(_SAID[reading.label].format(document=catalogue.number), status="no_answer")
    if reading.label in ("u:silent", "not-stated"):
        if _EXISTS.search(reading.text) and not reading.topics and _modes(catalogue, reading) == {"UnspecifiedSupport"}:
            return None
        if reading.groups and reading.groups[0][0] in _MODES and not _WHO_COUNTS.search(reading.text) and _modes(catalogue, reading) == {"CaseByCase"}:
            return None
        return silence(catalogue, reading)
    return None


def stated(catalogue: Catalogue, reading: Reading) -> Reading:
    """Return a refused question that the text does settle as what it asks.

    Which of two offices, or who runs a listed service, is about the lead; more years than the term has is a claim; what an article says can be read; who weighs it or by which procedure is about the review, where a condition states that much.
    """
    if reading.label != "u:silent":
        return reading
    if reading.articles and reading.candidates and not reading.about and reading.confidence < _NEARLY and catalogue.patterns[reading.candidates[0]].group == "article":
        return replace(reading, label=reading.candidates[0])  # 第十三条白话翻译一版: the words of an article are there
    if reading.measures and len(set(reading.agencies) & catalogue.responsible) > 1 and _EITHER.search(reading.text):
        return replace(reading, label="lead", candidates=("lead",))
    if len(reading.measures) != 1:
        return reading
    if reading.items and _WHO_RUNS.search(reading.text):
        return replace(reading, label="lead", candidates=("lead",))
    longest = max((b.duration or 0 for b in catalogue.of_measure[reading.measures[0]] if b.period), default=0)
    if longest and any(n > longest for n in reading.numbers.months) and _RUNS_ON.search(reading.text):
        return replace(reading, label="premise", candidates=("premise",))
    said = "".join(words for _, words in conditions(catalogue, reading.measures[0]))
    wanted = next((word for asked, word in _ASSESSED if word in said and asked.search(reading.text)), "")
    return replace(reading, label="review", candidates=("review",)) if wanted else reading


def _modes(catalogue: Catalogue, reading: Reading) -> set[str]:
    """Return how the measures asked about are given: where only the mode is stated, the mode is the answer."""
    return {catalogue.measures[m].mode for m in reading.measures}


def silence(catalogue: Catalogue, reading: Reading) -> Said:
    """Name what the document does not say, as far as it is known, and the lead unit to ask."""
    topics = reading.topics or tuple(t for t in catalogue.silences if reading.about and t.rpartition("/")[2] == reading.about)
    named = [label for topic in topics for label, on in catalogue.silences.get(topic, ()) if on == catalogue.document or on in reading.measures]
    numbers = tuple(dict.fromkeys(catalogue.measures[m].article for m in reading.measures))[:3]
    leads = list(dict.fromkeys(catalogue.leads[n] for n in numbers if n in catalogue.leads))
    shown = grouped([b for m in reading.measures for b in catalogue.of_measure[m] if b.has_figure and b.rate is None and b.ratio_limit is None])
    if asks_share(reading.text) and len(reading.measures) == len(shown) == 1:
        benefits = shown[0]
        return Said(f"本文件未载明比例，只写：{short_measure(benefits)}（{articles(numbers)}）；{_ask(leads)}", tuple(b.iri for b in benefits), numbers, status="no_answer")
    what = named[0] if named else "您问的这一点"
    return Said(f"本文件未载明{what}；{_ask(leads)}", articles=numbers, status="no_answer")


def _ask(leads: list[str]) -> str:
    return f"可向牵头单位{'、'.join(leads)}咨询。" if leads else "可向相关条款的牵头单位咨询。"
