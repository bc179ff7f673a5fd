"""What a question asks: text + history -> Reading.

normalise -> slips mended -> mentions and numbers -> grams -> ranker -> pattern and measures -> slots (tiers, agencies, articles, facts)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.ask import spelling
from qa.ask.catalogue import Catalogue
from qa.ask.facts import Asked, load_rules, read_facts
from qa.ask.features import LOUD, grams, local_name, says_something
from qa.ask.lexicon import Lexicon, Mention
from qa.ask.numbers import Numbers, from_the_end, read
from qa.ask.places import place_tokens, works_elsewhere
from qa.ask.ranker import Ranker, Ranks, refuses
from qa.ask.records import Reading
from qa.ask.searched import asked_word
from qa.ask.several import NONE, split
from qa.ask.text import normalise
from qa.ask.words import word_pairs, word_tokens

_REFUSE = 0.5
_NO_MEASURE = 0.6
_TRIED = 4
_FAR = 6
_SHORT = 8
_AND = ("和", "加", "+", "、", "与", "以及", "跟", "还有", "都", "各")
_SAYS = 0.3
_CLEAR = 0.62
_UNRELATED = 0.2
_LOUDER = 4.0
_MANY = 3
_SMALL = re.compile(r"[那换成要是如果他她它我俺咱们的呢吗么嘛啊呀哩就话来说这个位又再若,，。?？!！ ]")
_ALL = re.compile(r"所有|全部|各项|各种|通通|统统|一切|全拿|能拿的")
_EVERY = re.compile(r"所有|全部|各项|各种|通通|统统|一切|加一块|全加|都加|全拿|能拿的")
_SUM = re.compile(r"共|总|合计|加起来|相加|拢|打包")
_NAMED = {"agency", "beneficiary"}
_MATTER = ("measure", "family", "item")
_WHICH = re.compile(r"哪一?[个项条款几些样笔]|哪(?:儿|里)有")
_WHO = re.compile(r"归谁|谁管|谁牵头|谁负责|谁主管|哪个(?:部门|单位|局)|牵头单位|责任单位|主管部门")
_NOT = re.compile(r"(?:非|不是|不属于|不算|并非|又不是|也不是|除了)[^,，。；;]{0,2}$")
_NO_TIER = re.compile(r"(?:(?<!是)不是|没有|没读|并非)$")
_GIFT = re.compile(r"[奖补]|资助|支持|政策|服务|代办|待遇")  # 柔性引进奖励 is a measure, 柔性引进的博士 a person
_MAY_I = re.compile(r"能(?:不能)?(?:拿|领|享受|申请|要|给|报)|有(?:没有)?(?:份|戏|资格)")
_SUM_OF_MONEY = r"[\d零一二两三四五六七八九十百千.]+(?:多|来|几)?(?:个)?[万亿w]"
_GOT = re.compile(rf"(?:补|奖|返|配|贴|领|拿|得|给|放|兜)(?:助|贴|回|下|额|为|是|够|到|了|套|来|满|的|金|我们|我|进)*[^，,。多几]{{0,3}}?{_SUM_OF_MONEY}")
_OF_WHAT = re.compile(r"(?:买|投|花|成交|拨款?|到账|实缴|作价|交易额|成交额|投资)(?:了|的|是|额|进去|出去|下来|得|过|要|起码|至少|最少|至多|设备|仪器|钱)*(?:多少|几[个百千万])|(?:多少|几[百千]?万)的?(?:设备|仪器|成交|拨款|实缴|交易)|(?:成交额|交易额|投资额|拨款|设备费|总额|单子|投资|实缴)[^,，。]{0,8}(?:多少|若干|几何|几[百千]?万)")
_GETS = re.compile(r"(?:能|可以?|会)(?:享受?|拿|领|申请|沾|得|占|用|落|捞|申报)(?:到|上|着|得)?(?:些|点|的)*(?:哪|啥|甚|什么|多少|几)|[有给](?:些|点|个)?(?:啥|甚|什么|哪些|哪几)[^,，。]{0,4}(?:好处|便宜|扶持|支持|政策|补[贴助]|优惠|待遇|份|钱)")
_MADE = re.compile(r"[出印颁发]的|出台|印发|发布|成文|制定|颁布")
_ADDED = re.compile(r"一共|总共|合计|加起来|拢共|统共|加一块|总计")
_DIFFERS = re.compile(r"差|比|拉开|悬殊|相隔|高出|多出|多多少|少多少|相去|倍")
_ALL_YEARS = re.compile(r"[四五六七八九十4-9]\s*年(?:里|内)?(?:都|全|一直|每年)(?:能|会|可以)?(?:发|给|补|有|领|拿)")
_LEFT_OUT = re.compile(r"(?:不|没有?|不打算|不准备|不想|除了|不算|不要|不含|去掉|刨去|扣掉)\s*(?:去)?$")
_OTHERS = re.compile(r"其[余他它]|剩下|余下|别的|另外")
_UNTIL = re.compile(r"够|满|凑|攒|合计|正好|一共给|达到|拿到|到账|到手|领(?:到|了|过)|已经")
_HOW_MANY = re.compile(r"(?:几|多少)个?月|第几个|(?:几|多少)(?:个|名|位)?(?:人|博士|硕士|本科)|(?:住|领|拿|干)了?(?:多久|多长时间)|(?:得|要|招|引进?|是)了?几[个名位]")
_SUPPOSE = re.compile(r"要是|如果|假如|假设|换成|换做|改成|那[^,，。]{0,12}呢|呢\s*[?？]?$|的话")
_VALLEY = re.compile(r"[谷晋]|jin|同样|适用|两(?:个|处)|same|cover|十九|19")
_WHICH_NEED = re.compile(r"(?:哪些|哪几|哪[一]?[条项个样]|有几[条项个样])[^,，。]{0,8}(?:要|须|需|得|必须|只认|只给|限|规定)")
_MINE = re.compile(r"有(?:我|俺|咱|额)(?:们)?[^,，。]{0,3}(?:的|份)")
_PAID = re.compile(r"钱|补[贴助]|奖|津贴|经费|资金|券|给我|给咱")
_LOOSE = re.compile(r"[\[\]()〔〕 年]+")  # what people leave out of a document's number, or write otherwise
_STILL = re.compile(r"了吗|了没|还|仍|有效")
_IS_IT = re.compile(r"[吗吧么嘛]|是不是|对不")
_MONTHLY = re.compile(r"每个?月|月月|按月|一个?月(?:能|给|补|发|有|领|拿|是|可以?|到底)?[^,，。\d]{0,3}(?:多少|几|若干|啥|甚|合|一共|总|加|拢)")
_PAPER = (
    (re.compile(r"有效期|管\s*[\d一二三四五六七八九十]+\s*年"), "term"), (re.compile(r"(?:共|有|是|才|只|就|头)\s*[\d一二三四五六七八九十]+\s*条"), "article-count"),
    (re.compile(r"[\d一二三四五六七八九十]+\s*个?大?(?:部分|章|板块)"), "chapters"), (re.compile(r"文号|[\d一二三四五六七八九十]+\s*号文"), "doc-number"),
    (re.compile(r"批准|同意的|点的?头"), "doc-approver"), (re.compile(r"(?:印|下|颁|制|签)?发的|发布|出台|制定|印发"), "doc-issuer"),
)  # fmt: skip
_DATED = ((("到期", "失效", "截止", "作废", "届满"), "expiry"), (("施行", "生效", "实施", "执行", "起效"), "effective-date"), (("印发",), "print-date"))


def context_tokens(label: str, measures: Sequence[str], tiers: Sequence[str] = ()) -> list[str]:
    """Return the grams that stand for what was asked before: its pattern, measures and tiers."""
    return [f"p:{label}", *(f"m:{m}" for m in measures), *(f"t:{local_name(t)}" for t in tiers)]


def question_grams(lexicon: Lexicon, text: str, context: Sequence[str] = ()) -> tuple[str, list[str], list[Mention], Numbers]:
    """Return the normalised text, its grams (with the context tokens), its mentions and numbers."""
    folded = normalise(text)
    mentions = lexicon.find(folded)
    numbers = read(without_titles(folded, mentions))
    tokens = grams(folded, mentions, numbers, context) + word_pairs(folded) + (place_tokens(folded) + word_tokens(folded)) * LOUD
    return folded, tokens, mentions, numbers


def without_titles(text: str, mentions: Sequence[Mention]) -> str:
    """Return the text with the titles of documents blotted out, every place kept: 人才十六条 is no sixteenth article."""
    for m in mentions:
        if m.kind == "document" and "条" in m.words:
            text = text[: m.start] + "某" * (m.end - m.start) + text[m.end :]
    return text


class Reader:
    """Read questions with one lexicon and one ranker."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, ranker: Ranker) -> None:
        self.catalogue, self.lexicon, self._ranker = catalogue, lexicon, ranker
        self._rules, self._speller = load_rules(), spelling.load()
        self._own_number = _LOOSE.sub("", normalise(catalogue.number))
        self._by_key = {local_name(iri): iri for iri in catalogue.measures}

    def read(self, text: str, history: Sequence[str] = ()) -> Reading:
        """Return the best reading of a question after the earlier ones, oldest first."""
        before = self.read(history[-1], history[:-1]) if history else None
        context = context_tokens(before.label, [local_name(m) for m in before.measures], before.tiers) if before else ()
        folded, tokens, mentions, numbers = question_grams(self.lexicon, self._mended(text), context)
        if (back := from_the_end(folded)) and (article := max(self.catalogue.articles, default=0) + 1 - back) > 0:
            numbers = replace(numbers, articles=tuple(dict.fromkeys((*numbers.articles, article))))
        ranks = self._ranker.rank(folded, tokens)
        kinds = {m.kind for m in mentions} | ({"agency"} if before and before.agencies else set()) | ({"chapter"} if numbers.chapter else set())
        label, confidence, candidates, groups = self._label(folded, ranks, mentions, numbers, kinds) if says_something(folded) else ("u:garbage", 1.0, (), ())
        if label == "u:other-policy" and candidates and self._own_number in _LOOSE.sub("", folded):
            label = candidates[0]  # 同政办规2024 4号 is this document, with or without its brackets
        measures = self._measures(folded, ranks, mentions, numbers)
        inside = [(m.start, m.end) for m in mentions if m.kind == "family"]  # 博士后 in 博士后站 is no degree
        own = [m for m in mentions if not _NO_TIER.search(folded[: m.start]) and self._rules.whole(folded, m.start, m.end) and not any(a <= m.start and m.end <= b for a, b in inside)]
        tiers = self._listed(folded, self._of_kind(own, "tier"))
        agencies = self._of_kind(mentions, "agency")
        names = [(m.start, m.end) for m in mentions if m.kind in ("measure", "family") and _GIFT.search(folded[m.start : m.end + 2])]
        facts = read_facts(self._rules, folded, numbers, [self.catalogue.tier_values[t] for t in tiers if t in self.catalogue.tier_values], names)
        named = numbers.articles
        if before:
            tiers = tiers or self._initial(folded) or before.tiers
            if label == "compare" and len(tiers) == 1:
                tiers = tuple(dict.fromkeys((*before.tiers, *tiers)))
            if self._only_tier_changes(folded, mentions, before):
                measures = before.measures
            measures = measures or before.measures
            facts = tuple((dict(before.facts) | {k: v for k, v in facts if not isinstance(v, Asked) or k not in dict(before.facts)}).items())
            named = named or self._next_article(folded, before)
            agencies = agencies or before.agencies
            numbers = numbers.after(before.numbers) if self.in_group(label, "sum") else numbers
        if label == "compare" and _ADDED.search(folded) and not _DIFFERS.search(folded):
            label, candidates = "calc", ("calc", *candidates)
        if label == "eligible" and _ALL_YEARS.search(folded):
            label, candidates = "premise", ("premise", *candidates)
        if left := {m.iri for m in mentions if m.kind == "measure" and _LEFT_OUT.search(folded[: m.start])}:
            rest = {m.iri for m in mentions if m.kind == "measure"} - left or ({*self._open_to(tiers, "补贴")} if tiers else set())
            if tiers and _GETS.search(folded):
                label, candidates = "overview", ("overview", *candidates)
            if rest & set(measures) or left & set(measures) or _OTHERS.search(folded):
                measures = tuple(m for m in self.catalogue.measures if m in (rest or {*measures}) - left)
        if before and numbers.money and label in ("eligible", "conditions", "rate", "base", "cap", "amount", "qualifier") and _SUPPOSE.search(folded) and not _MAY_I.search(folded) and self._rated(measures):
            label, candidates = "calc", ("calc", *candidates)  # 要是实缴一百二十万呢
        if label == "amount" and ((before and numbers.counts and len(folded) <= _SHORT) or any(n > 1 for _, n in numbers.groups)):
            label, candidates = "calc", ("calc", *candidates)  # 三个呢; 两百个博士
        people = len(tiers) > 1 or numbers.groups  # 一个博士两个硕士加一块: the people are added, not all that there is
        if self.in_group(label, "sum") and tiers and len(measures) < _MANY and (_ALL if people else _EVERY).search(folded) and not any(m.kind in _MATTER for m in mentions):
            measures = self._open_to(tiers, folded) or measures
        if tiers and numbers.groups and self.in_group(label, "sum"):  # 一个国家的三个市的
            tiers = tuple(dict.fromkeys((*tiers, *(self.lexicon.tiers[word] for word, _ in numbers.groups if word in self.lexicon.tiers))))
        if label in ("calc", "amount") and len(numbers.money) == 1 and _GOT.search(folded) and _OF_WHAT.search(folded):
            label, candidates = "inverse", ("inverse", *candidates)
        if label in ("calc", "amount", "duration", "total", "premise") and len(numbers.money) == 1 and _UNTIL.search(folded) and _HOW_MANY.search(folded):
            label, candidates = "inverse", ("inverse", *candidates)
        parts = split(folded, self._rank_part) if self.in_group(label, "sum") else NONE
        if parts.named and (parts.whole or not {self._by_key[key] for key in parts.named} <= set(measures)):
            measures = tuple(m for m in self.catalogue.measures if local_name(m) in parts.named)
        if label in ("amount", "calc", "total", "cap"):
            measures = self._paid_monthly(measures, folded, mentions)
        if works_elsewhere(folded) and not label.startswith("u:"):
            label = "u:other-place"
        if label == "extension" and not before and not _VALLEY.search(folded) and (len(candidates) > 1 or facts):
            label, candidates = (candidates[1], candidates[1:]) if len(candidates) > 1 else ("eligible", ("eligible",))
        if label == "network" and len(agencies) > 1:
            label, candidates = "agency-involved", ("agency-involved", *candidates)
        if facts and _WHICH_NEED.search(folded) and not tiers and not named and not any(m.kind in (*_MATTER, "beneficiary") for m in mentions) and label != "place-list":
            label, candidates = "condition-list", ("condition-list", *candidates)
        if asked_word(folded) and not (numbers.money or numbers.shares or numbers.months) and not any(m.kind in (*_MATTER, "agency", "document") for m in mentions):
            label, candidates = "article-search", ("article-search", *(c for c in candidates if c == "which-article"))
        whom = [m for m in mentions if m.kind == "beneficiary"]
        if whom and label in ("overview", "how", "extension") and not tiers and not named and not any(m.kind in (*_MATTER, "place") for m in mentions) and _GETS.search(folded):
            label, candidates = "for-beneficiary", ("for-beneficiary", *candidates)
        if label == "for-beneficiary" and any(m.kind == "tier" and b.kind == "beneficiary" and b.start <= m.start and m.end <= b.end for m in own for b in mentions):
            label, candidates = "overview", ("overview", *candidates)  # who is known by a degree wants that degree's sums
        if label == "sum-all" and tiers:
            label = "total" if _SUM.search(folded) else "overview"  # all that one degree may get, not all that the document gives
            measures, candidates = self._open_to(tiers, folded), (label, *candidates)
        if label == "overview" and tiers and (_EVERY.search(folded) or not any(m.kind in _MATTER for m in mentions)):
            measures = tuple(m for m in self.catalogue.measures if m in {*measures, *self._open_to(tiers, "")})
        if self.in_group(label, "agency-articles") and any(m.kind in _MATTER for m in mentions) and measures and label != "agency-count":
            label, candidates = "agency-role", ("agency-role", *candidates)
        if numbers.articles and self.in_group(label, "article") and _WHO.search(folded):
            label, candidates = "lead", ("lead", *candidates)
        if label == "premise" and numbers.dates and not any(m.kind == "measure" for m in mentions):
            label = "valid-on" if _STILL.search(folded) else next((key for words, key in _DATED if any(w in folded for w in words)), "issue-date")
            candidates = (label, *candidates)
        if label == "valid-on" and _MADE.search(folded) and _IS_IT.search(folded) and not _STILL.search(folded):
            label, candidates = "issue-date", ("issue-date", *candidates)  # 2023年出的吧 asks when it was made
        if label == "referral-check" and named and set(named) <= {own for _, own in self.catalogue.referrals.values()}:
            label, candidates = "referral-list", ("referral-list", *candidates)  # the article that refers is not itself referred
        verdict = self._verdict(ranks)
        if label == "premise" and not any(m.kind in _MATTER for m in mentions) and not _PAID.search(folded) and (key := next((k for words, k in _PAPER if words.search(folded)), None)):
            key = "agency-count" if agencies and key == "article-count" else key
            label, candidates = key, (key, *candidates)  # a claim about the document itself
        if label in ("premise", "which-article") and numbers.articles and (elsewhere := self._elsewhere(numbers.articles, mentions)):
            label, candidates, measures = "which-article", ("which-article", *candidates), elsewhere
        if label == "cooperating" and agencies and measures and _IS_IT.search(folded) and any(m.kind == "agency" for m in mentions):
            label, candidates = "premise", ("premise", *candidates)
        if label == "lead" and agencies and numbers.articles and _IS_IT.search(folded):
            label, candidates = "agency-role", ("agency-role", *candidates)
        if label == "eligible" and not facts and verdict != "no" and self._serves(measures, mentions) and not _MINE.search(folded):
            label, candidates = "item-included", ("item-included", *candidates)
        if label == "exclusion" and not any(iri.endswith("/fiscalSupportReceived") for iri, _ in facts) and _MAY_I.search(folded):
            label, candidates = "eligible", ("eligible", *candidates)
        if label == "extension" and any(m.kind == "measure" for m in mentions):
            label, candidates = "eligible", ("eligible", *candidates)
        if label == "premise" and not ranks.measures[0][0] and not set(agencies) & self.catalogue.responsible and not named and not any(m.kind in _MATTER for m in mentions):
            measures = ()  # a claim about the document itself: no measure is guessed, the next reading is tried
        elif not measures and not named and self._needs_measure(label):
            measures = self._best_measures(ranks, mentions)
        return Reading(
            text=folded,
            label=label,
            confidence=confidence,
            numbers=numbers,
            measures=measures,
            tiers=tiers,
            agencies=agencies,
            articles=named,
            beneficiaries=self._of_kind(mentions, "beneficiary"),
            topics=self._of_kind(mentions, "topic"),
            places=self._of_kind(mentions, "place"),
            items=self._of_kind([m for m in mentions if not _NOT.search(folded[: m.start])], "item"),
            facts=facts,
            verdict=verdict,
            verdict_share=dict(ranks.verdicts).get(verdict, 0.0),
            candidates=candidates,
            groups=groups,
            about=ranks.about,
            parts=tuple((self._by_key[key], words) for key, words in parts.named.items()),
        )

    def _mended(self, text: str) -> str:
        """Return the normalised question without slips of an input method; the names that the graph knows stand as they are."""
        folded = normalise(text)
        return self._speller.mend(folded, lambda: [(m.start, m.end) for m in self.lexicon.find(folded)])

    def _label(self, text: str, ranks: Ranks, mentions: list[Mention], numbers: Numbers, kinds: set[str]) -> tuple[str, float, tuple[str, ...], tuple[tuple[str, float], ...]]:
        """Return label, confidence, patterns to try in order, groups with their probability.

        Refusal is weighed against all answers together; patterns of one group are weighed together.
        """
        refusals = [(k, p) for k, p in ranks.patterns if refuses(k)]
        refused = sum(p for _, p in refusals) if ranks.refusal is None else ranks.refusal
        groups: dict[str, float] = {}
        best: dict[str, str] = {}
        for key, p in ranks.patterns:
            if key in self.catalogue.patterns and key != "not-stated" and not _NAMED & set(self.catalogue.patterns[key].slots) - kinds:
                group = self.catalogue.patterns[key].group
                groups[group] = groups.get(group, 0.0) + p
                best.setdefault(group, key)
        other = any(m.kind == "document" and m.iri != self.catalogue.document for m in mentions)
        if other and max(groups, key=lambda g: groups[g]) == "article":
            return "u:other-policy", groups["article"], (), ()
        louder = ["referral"] if other and not ranks.patterns[0][0].startswith("u:") else []
        louder += ["valid-on"] if numbers.dates else []
        louder += ["agency-articles", "agency-role"] if any(m.kind == "agency" and m.iri in self.catalogue.responsible for m in mentions) else []
        louder += ["top"] if numbers.money and _WHICH.search(text) and not any(m.kind in _MATTER for m in mentions) else []
        if numbers.money and "no-figure" in groups:
            groups["no-figure"] /= _LOUDER
        if numbers.articles:
            groups = {g: p / _LOUDER if self.catalogue.patterns[best[g]].slots == ("document",) else p for g, p in groups.items()}
        answered = sum(groups.values()) or 1.0
        groups = {g: p * (1.0 - refused) / answered * (_LOUDER if g in louder else 1.0) for g, p in groups.items()}
        scale = sum(groups.values()) + refused
        groups, refused = {g: p / scale for g, p in groups.items()}, refused / scale
        order = tuple(sorted(groups.items(), key=lambda kv: -kv[1]))
        candidates = tuple(best[g] for g, p in order if p >= order[0][1] / _FAR)[:_TRIED]
        unrelated = order[0][1] < _UNRELATED and not mentions and self.catalogue.patterns[candidates[0]].slots[0] != "measure"
        if refused > _REFUSE or (refusals and unrelated and refused > order[0][1] / 2):
            return refusals[0][0], refused, candidates, order
        return candidates[0], order[0][1], candidates, order

    def _rank_part(self, words: str) -> tuple[str, float]:
        """Return the measure of a stretch with its probability; sure where the stretch names it, too."""
        _, tokens, mentions, _ = question_grams(self.lexicon, words)
        key, share = self._ranker.rank(words, tokens).measures[0]
        return key, 1.0 if self._of_kind(mentions, "measure") == (self._by_key.get(key),) else share

    def _measures(self, text: str, ranks: Ranks, mentions: list[Mention], numbers: Numbers) -> tuple[str, ...]:
        """Return the measures meant, none where none is likely; an article number narrows them."""
        keys, sure = ranks.measures[0]
        if not keys and sure < _NO_MEASURE:
            keys = next((k for k, _ in ranks.measures if k), "")
        chosen = [self._by_key[key] for key in keys.split() if key in self._by_key]
        named = {m.iri: m for m in mentions if m.kind == "measure"}
        if chosen and len({(m.start, m.end) for m in named.values()}) > 1 and any(w in text for w in _AND):
            chosen = list(dict.fromkeys((*chosen, *named)))
        chosen += self._families(chosen, mentions)
        if numbers.articles:
            inside = [iri for n in numbers.articles for iri in self.catalogue.measures_of(n)]
            chosen = [iri for iri in chosen if iri in inside] or inside
        return tuple(sorted(chosen, key=list(self.catalogue.measures).index))

    def _paid_monthly(self, measures: tuple[str, ...], text: str, mentions: list[Mention]) -> tuple[str, ...]:
        """Return, instead of each measure not paid by the month, the one of its article that is, where a month's pay is asked for: 贴房钱，一个月几个."""
        if not _MONTHLY.search(text):
            return measures
        shared = {m.words: {o.iri for o in mentions if o.words == m.words and o.kind == "measure"} for m in mentions if m.kind == "measure"}
        own = {iri for names in shared.values() if len(names) == 1 for iri in names}  # named by a name of its own
        out = []
        for measure in measures:
            beside = [measure, *self.catalogue.measures_of(self.catalogue.measures[measure].article)]
            out.append(measure if measure in own else next((iri for iri in beside if any(b.period == 1 for b in self.catalogue.of_measure[iri])), measure))
        return tuple(m for m in self.catalogue.measures if m in out)

    def _families(self, chosen: Sequence[str], mentions: list[Mention]) -> list[str]:
        """Return what is missing where several families are named (院士站、博士后站): of each unread one, the members that pay in the rhythm of the chosen ones."""
        named = self._of_kind(mentions, "family")
        held = {iri: m for iri, m in self.catalogue.measures.items() if m.family}

        def rhythm(iri: str) -> tuple[int | None, ...]:
            return tuple({b.period for b in self.catalogue.of_measure[iri]})

        rhythms = {rhythm(iri) for iri in chosen if iri in held and held[iri].family in named}
        missing = set(named) - {held[iri].family for iri in chosen if iri in held}
        return [iri for iri in held if held[iri].family in missing and rhythm(iri) in rhythms]

    def _listed(self, text: str, tiers: tuple[str, ...]) -> tuple[str, ...]:
        """Add the tiers that a list names by their first character: 国家、省、市三级."""
        if not tiers:
            return tiers
        more = (self.lexicon.tiers[c] for c in re.findall(r"(?<=[、和及与])(.)(?=[、和及与级三两])", text) if c in self.lexicon.tiers)
        return tuple(dict.fromkeys((*tiers, *more)))

    def _only_tier_changes(self, text: str, mentions: list[Mention], before: Reading) -> bool:
        """Tell whether a few words name another tier of the measures asked about before, and nothing else: 那他要是博士呢."""
        named = set(self._of_kind(mentions, "tier"))
        held = {b.tier for m in before.measures for b in self.catalogue.of_measure[m]}
        rest = text
        for mention in mentions:
            rest = rest.replace(mention.words, "") if mention.kind == "tier" else rest
        return bool(named & held) and len(_SMALL.sub("", rest)) <= 1 and not any(m.kind in _MATTER for m in mentions)

    def _elsewhere(self, numbers: tuple[int, ...], mentions: list[Mention]) -> tuple[str, ...]:
        """Return the measures that the question names beside articles that none of them stands in."""
        named = self._of_kind(mentions, "measure")
        return named if named and not any(self.catalogue.measures[m].article in numbers for m in named if m in self.catalogue.measures) else ()

    def _rated(self, measures: Sequence[str]) -> bool:
        """Tell whether the one measure asked about is given by a share of something."""
        return len(measures) == 1 and any(b.rate is not None or b.ratio_limit is not None for b in self.catalogue.of_measure[measures[0]])

    def _serves(self, measures: tuple[str, ...], mentions: list[Mention]) -> bool:
        """Tell whether the question names a thing listed by a measure that gives services, not money."""
        places = {m.rpartition("/")[0] for m in measures if not any(b.has_figure for b in self.catalogue.of_measure[m])}
        return any(m.kind == "item" and m.iri.rpartition("/")[0] in places for m in mentions)

    def _open_to(self, tiers: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Return every measure that gives something to one of the tiers; only those called 补贴 where the question says so."""
        held = self.catalogue
        found = (m for m in held.measures if any(b.tier in tiers for b in held.of_measure[m]))
        return tuple(m for m in found if "补贴" not in text or "补贴" in held.measures[m].label)

    def _initial(self, text: str) -> tuple[str, ...]:
        """Return the tier that a few words name by its first character: 博的呢."""
        return tuple(iri for name, iri in self.lexicon.tiers.items() if name in text)[:1] if len(text) <= _SHORT else ()

    def in_group(self, label: str, group: str) -> bool:
        """Tell whether a label is a pattern of that group."""
        pattern = self.catalogue.patterns.get(label)
        return pattern is not None and pattern.group == group

    def _needs_measure(self, label: str) -> bool:
        pattern = self.catalogue.patterns.get(label)
        return pattern is not None and bool({"measure", "slotArticle", "article"} & set(pattern.slots))

    def _best_measures(self, ranks: Ranks, mentions: list[Mention]) -> tuple[str, ...]:
        """Return the measures that the question names, else the likeliest that the ranker knows."""
        named = tuple(dict.fromkeys(m.iri for m in mentions if m.kind == "measure"))
        likely = next((k for k, _ in ranks.measures if k), "")
        return named[:2] or tuple(self._by_key[k] for k in likely.split() if k in self._by_key)

    @staticmethod
    def _verdict(ranks: Ranks) -> str:
        """Return yes, no or depends where one is likely, "" otherwise."""
        shares = {k: p for k, p in ranks.verdicts if k != "none"}
        total = sum(shares.values())
        best = max(shares, key=lambda k: shares[k], default="")
        return best if best and total > _SAYS and shares[best] > _CLEAR * total else "depends" if total > _SAYS else ""

    def _next_article(self, text: str, before: Reading) -> tuple[int, ...]:
        if not before.articles:
            return ()
        step = 1 if any(w in text for w in ("下一条", "下条", "接着", "后面", "再下", "往下", "下一个", "往后", "后一条", "后头一条")) else -1 if any(w in text for w in ("上一条", "前一条", "上条", "往前", "前面一条", "前头一条")) else 0
        return (before.articles[-1] + step,) if step else ()

    @staticmethod
    def _of_kind(mentions: list[Mention], kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.iri for m in mentions if m.kind == kind))
