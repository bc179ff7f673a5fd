"""Replies that confirm or correct what the question takes for granted: a figure, a lead unit, a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.ask.facts import Asked
from qa.ask.numbers import read
from qa.ask.records import Said
from qa.ask.replies.common import Context, article, articles, row_articles
from qa.ask.replies.conditions import conditions, open_to_doubt, unasked, weigh
from qa.ask.replies.conditions import needed as must
from qa.ask.replies.money import EQUITY, alternatives, amount, unlisted
from qa.ask.replies.overview import costless, how, sentence
from qa.ask.replies.statements import AT_ONCE
from qa.benefit import Benefit, money, percent, span
from qa.graph import Row

CONFIRMED = "是的，对。"
_ROOM = 190
_DEAL = re.compile(r"成交|交易额|转让|许可|卖断|合同额")
_OFFICE_LEADS = re.compile(r"(?:局|委|部|厅|政府|公司|集团)(?:来|在|去)?(?:牵头|主管|主抓|归口)|归[一-龥]{1,8}(?:局|委|部|厅|政府)(?:管|牵头|负责)")
_LEAST, _LONGEST, _NEAR = 100, 120, 7
_BETWEEN_TIERS = re.compile(r"比[^,，。]{1,12}[多少高低]|相?差")
_EVERYONE = re.compile(r"(?:谁|人人|凡是?|只要|随便|不管|无论|不论)[^,，。]{0,14}(?:都|就|皆|全|一律|均)|人人|皆可|都给|一律|不看(?:学历|学校|条件)|来者不拒|见者有份")
_DENIES = re.compile(r"没份|没有?(?:我的)?份|不给|泡汤|白搭|断粮|没了|没那|拿不到|领不到|没戏|一分(?:钱)?(?:也|都)?没")
_TAIL = re.compile(r"对吧|对不|对吗|是吧|是不是|没错|这个理|真有的|有的吧|[?？]$")
_MAY = re.compile(r"能不?能?再?(?:领|拿|享受|申请|要|补|报)|还能|可不可以")
_OWNED = re.compile(r"牵头|负责|主管|配合|协办|归|管|主责|找|属|的事|那边|那儿|说了算|主抓|挂帅|扛|带头|领头|发的|办的?|对口|是[^，,。]{1,10}(?:吧|吗|么|嘛)")
_HELPS, _LEADS = re.compile(r"配合|协办|协助|搭手|帮衬|打下手"), re.compile(r"牵头|主责|主办|打头|领头")
_ROLE = re.compile(r"牵头|负责|主管|配合|协办|归口|归.{1,8}管|谁管|主责")


_ROUGHLY = re.compile(r"出头|左右|上下|差不多|大概|大约|约|将近|接近|快(?=[\d一二两三四五六七八九十])|来万|多点")
_UNDER = re.compile(r"(?:不到|没到|低于|少于|不足|不满)\s*[\d一二两三四五六七八九十]")
_ONCE_ONLY = re.compile(r"(?:一辈子|终身|终生|总共|拢共|一共|统共)(?:就|只|才|也就|最多)")
_OPEN_WORD = re.compile(r"几|多少|哪|谁|啥|甚|什么|咋|怎")
_CONFIRM = re.compile(r"[吗吧]|是不是|对不|是真|听说|据说|听人|有人说|没错|属实|\?")
_ENDLESS = re.compile(r"一辈子|终身|终生|永久|永远|一直[发给领拿有补享]|没有?(?:尽头|期限|年限|头儿?)|无期限|无限期|不限(?:期|时间|年)|[到至](?:我|他|她|他们|你)?退休|[到至]老|长期都|多少年都")
_NO_LESS = re.compile(r"最短|最少|不少于|至少|起码|超过?\s*[\d一二三四五六七八九十]+年|过了[\d一二三四五六七八九十]+年")
_TOPLESS = re.compile(r"不封顶|没有?(?:上限|封顶)|无上限|上不封顶|多少都[给补]|有多少[给补]多少")


def _limit(context: Context, benefits: Sequence[Benefit]) -> str:
    """Return the term or the top that the claim denies: 一直发 of what runs for three years, 不封顶 of what has a cap."""
    text = context.reading.text
    term = next((n for b in benefits if (n := b.duration or b.longest)), None)
    if term and _ENDLESS.search(text):
        return f"不是，期限{span(term)}"
    top = next((v for b in benefits if (v := b.cap or b.high) is not None), None)
    longest = next((b.longest for b in benefits if b.longest), None)
    if longest and _NO_LESS.search(text):
        return f"不是，最长不超过{span(longest)}"
    return f"不是，最高{money(top)}" if top is not None and _TOPLESS.search(text) else ""


def _agency_premise(context: Context) -> Said:
    """Confirm or correct who leads, or who helps where that is claimed."""
    number = context.measures[0].article
    if _HELPS.search(context.reading.text) and not _LEADS.search(context.reading.text):
        helpers = context.catalogue.helpers.get(number, [])
        named = {context.labels.get(a, "") for a in context.reading.agencies}
        every = "、".join(name for name, _ in helpers) or "没有写"
        head = "是" if named and named <= {name for name, _ in helpers} else "不是"
        facts = tuple(fact for _, fact in helpers) or (context.catalogue.articles[number].iri + "/lead",)
        return Said(f"{head}。{context.measures[0].label}的配合单位是{every}，牵头单位是{context.catalogue.leads.get(number, '')}（{article(number)}）。", facts, (number,))
    lead, said = context.catalogue.leads.get(number, ""), [context.labels.get(a, "") for a in context.reading.agencies]
    head = "是" if lead in said else "不是"
    where = context.catalogue.articles[number].iri
    return Said(f"{head}。{context.measures[0].label}的牵头单位是{lead}（{article(number)}）。", (where + "/lead",), (number,))


def _unproved(context: Context, benefits: Sequence[Benefit], timed: bool) -> list[str]:
    """Return what else the claim says of a figure that is right, where the text says otherwise or does not say it."""
    text, out = context.reading.text, []
    if context.reading.numbers.months and not timed:
        out.append("期限文件没有写明")
    if AT_ONCE.search(text):
        if stretched := next((b.instalments for b in benefits if b.instalments), None):
            out.append(f"不是一次性，分{span(stretched)}到位")
        elif period := next((b.period for b in benefits if b.period), None):
            out.append(f"不是一次性，按{'月' if period == 1 else '年'}给")
        elif not any(b.one_off for b in benefits):
            out.append("文件没有写明是不是一次性")
    if _ONCE_ONLY.search(text) and (period := next((b.period for b in benefits if b.period), None)):
        out.append(f"不是总共，按每{'月' if period == 1 else '年'}算")
    if re.search(r"每年|年年", text) and not any(b.period for b in benefits):
        out.append("文件没有写每年都给")
    if (unit := re.search(r"(?:每|一)(?:个|一)?(项目|企业|平台|团队|人|张|笔|次|单)(?!性|给|付|发|打|到)", text)) and any(b.per and unit[1] not in b.per for b in benefits):
        out.append(f"按每{next(b.per for b in benefits if b.per and unit[1] not in b.per)}算，不按{unit[1]}算")
    return out


def _crossed(context: Context, benefits: Sequence[Benefit]) -> list[str]:
    """Return the sums that the question gives to another tier than the text does: 硕士十万，博士五万."""
    text, out, seen = context.reading.text, [], set()
    if _BETWEEN_TIERS.search(text):
        return []
    for word, tier in context.tiers.items():
        own = {v for b in benefits if b.tier == tier for v in (b.amount, b.cap) if v is not None}
        at = text.find(word) if own and len(word) > 1 else -1
        near = read(text[at + len(word) : at + len(word) + _NEAR]).money[:1] if at >= 0 else ()
        seen |= {tier} if near else set()
        out += [f"{word}{money(near[0])}"] if near and near[0] >= _LEAST and near[0] not in own else []
    return list(dict.fromkeys(out)) if len(seen) > 1 else []


def premise(context: Context, rows: Sequence[Row]) -> Said:
    """Confirm or correct the figure or the claim in the question."""
    benefits, numbers = context.benefits(rows), context.reading.numbers
    if bool(EQUITY.search(context.reading.text)) != bool(_DEAL.search(context.reading.text)):  # one of the two ways is claimed
        benefits = alternatives(context, benefits)
    true = {v for b in benefits for v in (b.amount, b.cap, b.low, b.high) if v is not None}
    rates = {v for b in benefits for v in (b.rate, b.ratio_limit) if v is not None}
    spans = {v for b in benefits for v in (b.duration, b.longest, b.instalments, b.period) if v is not None}
    worked = {b.amount * n: (n, f"{money(b.amount)}×{n}个月＝{money(b.amount * n)}") for b in benefits if b.period == 1 and b.amount is not None for n in numbers.months}
    true |= set(worked)  # 一年六万 is right for 5000 a month
    if _BETWEEN_TIERS.search(context.reading.text):
        amounts = {v for b in benefits if (v := b.amount if b.amount is not None else b.cap) is not None}
        true |= {abs(a - b) for a in amounts for b in amounts if a != b}
    claimed = [m for m in numbers.money if m >= _LEAST]  # 这两块, 三十年: talk, no claim
    if _ROUGHLY.search(context.reading.text):
        claimed = [next((v for v in sorted(true) if v and abs(v - m) <= v / 10), m) for m in claimed]  # 两万出头 of 2.16万
    shown = tuple(dict.fromkeys(worked[m] for m in claimed if m in worked))
    spans |= {n for n, _ in shown}
    terms = [n for n in numbers.months if n <= _LONGEST and n not in {b.period for b in benefits}]  # 一个月三千 claims no span
    figures = claimed or numbers.shares or terms
    if context.reading.agencies and context.measures and (_ROLE if figures else _OWNED).search(context.reading.text):
        return _agency_premise(context)
    if context.measures and not figures and not context.reading.agencies and _OFFICE_LEADS.search(context.reading.text):
        return _agency_premise(context)  # an office that the document does not name
    needed = [pair for m in context.measures for pair in conditions(context.catalogue, m.iri)]
    failed = [] if numbers.money or numbers.shares else weigh(context, {iri for iri, _ in needed})[1]
    if failed and (other := unlisted(context)) is not None:
        return other
    if failed:
        wanting = "、".join(dict.fromkeys(leaf.label for leaf in failed))
        labels = "、".join(m.label for m in context.measures)
        if _DENIES.search(context.reading.text) and _TAIL.search(context.reading.text):
            return Said(f"是，{labels}要求{wanting}（{articles(row_articles(rows))}）。", tuple(iri for iri, _ in needed), row_articles(rows))
        numbered = tuple(dict.fromkeys(m.article for m in context.measures))
        return Said(f"不能，不符合条件：{labels}要求{wanting}（{articles(numbered)}）。", tuple(iri for iri, _ in needed), numbered)
    free = unasked(context, {iri for iri, _ in needed})
    if free:
        asks = any(isinstance(fact, Asked) for _, fact in context.reading.facts)  # 要交社保吗 takes nothing for granted
        head = "" if asks else "是，" if context.reading.verdict == "yes" else "不是，"
        every = "、".join(dict.fromkeys(label for _, label in needed))
        return Said(f"{head}{free}。条件是：{every}（{articles(row_articles(rows))}）。", tuple(iri for iri, _ in needed), row_articles(rows))
    if wanted := must(context, {iri for iri, _ in needed}):
        return Said(f"要：{'、'.join(dict.fromkeys(leaf.label for leaf in wanted))}（{articles(row_articles(rows))}）。", tuple(iri for iri, _ in needed), row_articles(rows))
    if unsettled := open_to_doubt(context, {iri for iri, _ in needed}):
        return Said(f"不一定：{'、'.join(dict.fromkeys(leaf.label for leaf in unsettled))}（{articles(row_articles(rows))}）。", tuple(iri for iri, _ in needed), row_articles(rows))
    if limit := _limit(context, benefits):
        said = amount(context, rows)
        return Said(f"{limit}。{said.answer}", said.facts, said.articles)
    wrong: list[str] = []
    if true:
        wrong += [money(v) for v in sorted(set(claimed) - true)]
    if rates:
        wrong += [percent(v) for v in sorted(set(numbers.shares) - rates)]
    if spans:
        wrong += [span(v) for v in sorted(set(terms) - spans)]
    if _UNDER.search(context.reading.text):
        wrong += [f"不到{money(v)}" for v in sorted(set(claimed) & true)]
    wrong += _crossed(context, benefits)
    stated = (claimed and true) or (numbers.shares and rates) or (terms and spans)
    said = amount(context, rows)
    if not stated and (other := unlisted(context)) is not None:
        return other
    if not stated and (unproved := _unproved(context, benefits, timed=True)):
        return Said(f"{'，'.join(unproved)}。{said.answer}", said.facts, said.articles)
    if not stated:
        head = {"yes": "是。", "no": "不是。"}.get(context.reading.verdict, "") if not _OPEN_WORD.search(context.reading.text) or _CONFIRM.search(context.reading.text) else ""
        head = costless(context) or head
        words = "".join(f"{m.label}（{article(m.article)}）：{sentence(context.catalogue, m.iri)}。" for m in context.measures[:1])
        if context.measures and len(head + words) < _ROOM:
            return Said(head + words, (*said.facts, *(m.iri for m in context.measures[:1])), said.articles)
        if said.status != "answered":
            said = how(context, rows)  # no figure to hold against the claim: the words themselves
        return Said(head + said.answer, said.facts, said.articles, status=said.status)
    if wrong:
        return Said(f"不是{'、'.join(wrong)}。{said.answer}", said.facts, said.articles, status="answered")
    if failed := weigh(context, {iri for iri, _ in needed})[1]:
        wanting = "、".join(dict.fromkeys(leaf.label for leaf in failed))
        head = "是，" if _DENIES.search(context.reading.text) and _TAIL.search(context.reading.text) else "不能，不符合条件：" if _MAY.search(context.reading.text) else "不是，"
        return Said(f"{head}要求{wanting}（{articles(said.articles)}）。{said.answer}", (*said.facts, *(leaf.criterion for leaf in failed)), said.articles)
    if needed and _EVERYONE.search(context.reading.text):
        every = "、".join(dict.fromkeys(label for _, label in needed))
        return Said(f"不是都给，要符合条件：{every}（{articles(said.articles)}）。{said.answer}", (*said.facts, *(iri for iri, _ in needed)), said.articles)
    fixed_asked = re.search(r"固定|足额|都给|都能|一定|白给|定额|保底|人人|最少|至少|起码|起步|不低于", context.reading.text)
    if fixed_asked and any(b.is_max for b in benefits):
        return Said(f"不是定额，是最高额。{said.answer}", said.facts, said.articles)
    steps = tuple(step for _, step in shown)
    if unproved := _unproved(context, benefits, bool(spans) or bool(shown)):
        return Said(f"数额对；{'，'.join(unproved)}。{said.answer}", said.facts, said.articles, steps=steps)
    return Said(CONFIRMED + "".join(f"{step}。" for step in steps) + said.answer, said.facts, said.articles, steps=steps)


PREMISES = {"premise": premise}
