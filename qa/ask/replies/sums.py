"""Replies that work something out: sums from the numbers given, totals, differences, what base reaches the cap, premises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qa.ask.numbers import read
from qa.ask.records import Said
from qa.ask.replies.common import LOW, Context, articles, row_articles, row_facts
from qa.ask.replies.lengths import Length, length, nth_year
from qa.ask.replies.money import alternatives, amount, end
from qa.ask.replies.overview import grouped, short_measure
from qa.benefit import Benefit, Inputs, Often, Sum, compute, describe, how_often, money, percent, span
from qa.benefit import inverse as invert
from qa.graph import Row

_ROOM = 190
_TOGETHER = re.compile(r"一共|总共|合计|合起来|加起来|总|拢共|一起|全部|共|和起来|加")
_MONTHLY = re.compile(r"每个?月|(?<!第)(?<!最后)一个月|一月一|每月|月月|按月")
_APART = re.compile(r"分别|各自|各[补给能是]|逐年")
_SEVERAL = re.compile(r"分别|又|另外?|还有|各|、|加|和|与|一起算|合起来|合计|一并|归拢|拢一块")
_EACH = re.compile(r"各|每|都(?:是|到|拨)|均")
_BOTH_FUNDS = re.compile(r"国(?:家)?拨?[^,，。]{0,9}[,，、和加又]?[^,，。]{0,3}省(?:里|级)?(?:拨|给|配|的|又)|省(?:里|级)?拨?[^,，。]{0,9}[,，、和加又]?[^,，。]{0,3}国(?:家)?(?:拨|给)")
_YEARS = re.compile(r"前年|去年|今年|明年|后年|20\d\d年|第[一二三四]年|头一?年")
_GETS = re.compile(r"(?:补|奖|返|配|贴|领|拿|给|放|兜|够|要)(?:助|贴|回|下|够|来|到|满|额|为)*(?P<rest>[^,，。；;?？]{1,9})")
_EACH_ONE = re.compile(r"(?:[一二两三头另]|其中一|还有一)[台套笔件个份项](?!月|年)")
_ALL_OF_IT = re.compile(r"一共|总共|合计|加起来|拢共|总计|统共|下来|攒|累计")
_OF_SPAN = re.compile(r"(?:个月|年|季度)[^，,。；;、签合聘]{0,6}(?:多少|几|共|总|能领|能拿)")
_CLAUSES = re.compile(r"[,，。；;!！?？]")
_REALLY = re.compile(r"实际|到账|到位|付了|已付|支付|付出去|结算|结清|去年|上年|上一年|今年|当年|本年|收到")
_PLANNED = re.compile(r"合同|协议|总经费|总额|总价|总共|一共|预算|计划|立项|批复|五年|三年|四年|两年|约定")
_OF_YEARS = re.compile(r"年[^,，。；;、]{0,6}(?:多少|几|共|总|能|最[多高])")
_EACH_TIER = re.compile(r"三档|各档|每档|三级|都评上|全评上")
_LARGEST = re.compile(r"(?:哪|那)(?:个|项|样|笔|种|一)[^，,。?？]{0,8}(?:最大|最多|最高|占大头|最值)|最[大多高]的是(?:哪|什么)|谁最[多大高]")
_TOP = "按最高额计"
_FULL = re.compile(r"(?:拿|领|干|吃|做|发|用|花|报)满(?!\s*(?:第|[\d一二两俩仨三四五六七八九十半]+\s*(?:个|年|月|季|载)|半年))|领全|全领|拿全|满期|到期|拉满|领完|拿完|期满|满年头|到头|一直领|全拿|顶格|到顶|从头|最后一个月|到最后|全程|整个期")


def _units(context: Context, benefits: Sequence[Benefit]) -> list[tuple[Benefit, int]]:
    """Pair each benefit with the number of heads that the question names for its tier."""
    numbers = context.reading.numbers
    by_tier: dict[str, int] = {}
    for word, count in numbers.groups:
        key = context.tiers.get(word, "")
        by_tier[key] = by_tier.get(key, 0) + count
    asked = set(context.reading.tiers)
    if len(by_tier) == 1 < len(asked) == sum(by_tier.values()):
        by_tier = {}  # 国家级和省级两个: one of each
    out = []
    for benefit in benefits:
        key = benefit.tier
        if key and set(by_tier) & {b.tier for b in benefits}:
            if key in by_tier or key in asked:  # 一个博士、哈工大本科: who is named without a number is one
                out.append((benefit, by_tier.get(key, 1)))
        elif not asked or not key or key in asked:
            each = _EACH.search(context.reading.text)
            counts = {n for n in numbers.counts if n > 1 or not each}  # 两家各请一个院士: two
            apart = not by_tier or (benefit.per and each)  # 三个国家项目各到账八百万
            given = numbers.money and (benefit.rate is not None or benefit.ratio_limit is not None)
            single = counts.pop() if len(counts) == 1 and apart and (each or not given) else 1  # 四个人凑了一百二十万: one sum
            if (len(asked) > 1 and single == len(asked)) or (not key and not each and len(context.measures) > 1 and single == len(context.measures)):
                single = 1  # 夫妻俩，一个博士一个硕士: each tier is one of them; 三个站: each station is one
            out.append((benefit, single))
    return out


def _bases(context: Context, benefit: Benefit, given: Decimal | None, heads: int) -> list[tuple[Decimal | None, int]]:
    """Return the bases with their number: each by itself where the text counts per project, together where it does not."""
    words = dict(context.reading.parts)
    if len({m.iri for m in context.measures} & set(words)) > 1:  # 国拨五百万，又卖技术一百万: each measure has a base of its own
        several = read(words.get(benefit.measure, "")).money
        given = max(several, default=None)
    else:
        several = (_actual(context.reading.text) if benefit.rate is not None else ()) or context.reading.numbers.money
        given = max(several, default=None)
    if benefit.ratio_limit is not None and len(several) > 1:
        after = read(context.reading.text.partition(benefit.limit_label[:2])[2]).money
        return [(after[0] if after else given, heads)]
    if benefit.rate is not None and len(several) == 2 and "、" in benefit.base_label and _BOTH_FUNDS.search(context.reading.text):
        return [(sum(several, Decimal(0)), heads)]  # 国拨三百万，省拨二百万: one base, in two parts
    if benefit.base_label.startswith("年度") and len(several) > 1 and len(years := _by_year(context.reading.text)) == len(several):
        return [(m, heads) for m in years]  # the share is taken of each year by itself
    if benefit.rate is None or len(several) < 2 or not (_SEVERAL.search(context.reading.text) or len(_EACH_ONE.findall(context.reading.text)) > 1):
        return [(given, heads)]
    return [(m, 1) for m in several] if benefit.per or _APART.search(context.reading.text) else [(sum(several, Decimal(0)), 1)]


def _actual(text: str) -> tuple[Decimal, ...]:
    """Return the sums really paid or received, where others stand beside them that were only agreed or planned; none where that is not said."""
    clauses = [(clause, read(clause).money) for clause in _CLAUSES.split(text)]
    real = [m for clause, sums in clauses for m in sums if _REALLY.search(clause)]
    planned = [m for clause, sums in clauses for m in sums if _PLANNED.search(clause) and not _REALLY.search(clause)]
    return tuple(real) if real and planned and len(real) + len(planned) == sum(len(sums) for _, sums in clauses) else ()


def _by_year(text: str) -> list[Decimal]:
    """Return the sums of different years, one a year; none where a year is named twice or not at all."""
    held = [(found[0], sums[0]) for clause in _CLAUSES.split(text) if (found := _YEARS.search(clause)) and len(sums := read(clause).money) == 1]
    return [m for _, m in held] if len({year for year, _ in held}) == len(held) > 1 else []


def _own_months(context: Context) -> dict[str, int]:
    """Return the months of each tier, where every tier has its own beside it (硕士二十一个月，本科十七个月); none otherwise."""
    out: dict[str, int] = {}
    for clause in re.split(r"[,，、。；;]", context.reading.text):
        named = {iri for word, iri in context.tiers.items() if len(word) > 1 and word in clause}
        if len(named) == 1 and len(spans := read(clause).months) == 1:
            out[named.pop()] = spans[0]
    return out if len(out) > 1 and set(out) == set(context.reading.tiers) else {}


def calc(context: Context, rows: Sequence[Row]) -> Said:
    """Work out what the numbers in the question come to, each benefit by itself, then together."""
    numbers = context.reading.numbers
    benefits = alternatives(context, context.benefits(rows))
    given_any = numbers.money or numbers.months or numbers.counts or numbers.groups
    if not given_any and len({b.tier for b in benefits}) > 1 and len(context.reading.tiers) < 2 and not _TOGETHER.search(context.reading.text):
        return amount(context, rows)
    if len({b.tier for b in benefits} - {""}) > 1 and not context.reading.tiers and not numbers.groups and not _EACH_TIER.search(context.reading.text):
        kept = _of_sum(context, benefits)
        if not kept:
            return _by_tier(context, rows, [b for b in benefits if b.has_figure])
        benefits = kept
    units = _units(context, [b for b in benefits if b.has_figure])
    run = length(context, benefits)
    if run.unclear and any(b.period for b in benefits):
        said, year = amount(context, rows), nth_year(context.reading.text, benefits)
        return replace(said, answer=f"没有第{year[0]}年的，期限到第{year[1]}年为止。{said.answer}") if year and said.status == "answered" and year[0] > year[1] else said
    months = run.months
    given = max(numbers.money) if numbers.money else None
    full = bool(_FULL.search(context.reading.text))
    if _MONTHLY.search(context.reading.text) and not full and months in (None, 1) and any(b.period == 1 for b, _ in units):
        units, months = [(b, n) for b, n in units if b.period == 1], 1
    own = _own_months(context)
    sums: list[tuple[Benefit, Sum]] = []
    for benefit, heads in units:
        for base_, count in _bases(context, benefit, given, heads):
            done = compute(benefit, Inputs(base_, own.get(benefit.tier, months), count, full)) or (_at_cap(benefit, count) if full and base_ is None else None)
            if done:
                sums.append((benefit, done))
    if not sums:
        return amount(context, rows)
    short = [(b, s) for b, s in sums if b.low is not None and s.amount < b.low]
    if short:
        one, done = short[0]
        return Said(
            f"待认定：{one.limit_label}的{percent(one.ratio_limit or Decimal(0))}为{money(done.amount)}，不到下限{money(one.low or Decimal(0))}；{done.steps[0]}（{articles(row_articles(rows))}）。",
            row_facts(rows), row_articles(rows), steps=done.steps,
        )  # fmt: skip
    facts = tuple(dict.fromkeys(b.iri for b, _ in sums))
    arts = tuple(dict.fromkeys(context.catalogue.measures[b.measure].article for b, _ in sums))
    steps = tuple(f"{b.tier_label}{b.measure_label}：{'；'.join(s.steps) or describe(b)}" for b, s in sums)
    total = sum((s.amount for _, s in sums), Decimal(0))
    most = "最高" if any(s.is_max for _, s in sums) and all(b.rate is None or s.steps[:1] == (_TOP,) for b, s in sums) else ""
    if len(sums) == 1:
        one, done = sums[0]
        way = "；".join(done.steps) or describe(one)
        return Said(f"{most}{money(total)}：{one.tier_label}{one.measure_label}，{way}（{articles(arts)}）。", facts, arts, steps=steps, notices=_notices(run))
    largest = max(sums, key=lambda pair: pair[1].amount)
    first = f"{largest[0].tier_label}{largest[0].measure_label}最多，{money(largest[1].amount)}；" if _LARGEST.search(context.reading.text) else ""
    parts = "＋".join(money(s.amount) for _, s in sums)
    names = "、".join(dict.fromkeys(f"{b.tier_label}{b.measure_label}" for b, _ in sums))
    return Said(f"{first}共{most}{money(total)}：{names}，{parts}＝{money(total)}（{articles(arts)}）。{_apart([b for b, _ in sums])}", facts, arts, steps=steps, notices=_notices(run))


def _at_cap(benefit: Benefit, count: int) -> Sum | None:
    """Return what a share comes to where all of it is asked for and no base is given: its cap."""
    if benefit.rate is None or benefit.cap is None:
        return None
    return Sum(benefit.cap * count, True, (_TOP, *((f"{money(benefit.cap)}×{count}＝{money(benefit.cap * count)}",) if count > 1 else ())))


def _notices(run: Length) -> tuple[str, ...]:
    return (run.notice,) if run.notice else ()


def _apart(benefits: Sequence[Benefit]) -> str:
    """Say that the text does not tell whether one person may have several benefits together."""
    people = {b.tier for b in benefits}
    return "文件没有写明各项能否兼得。" if len({b.measure for b in benefits}) > 1 and "" not in people else ""


def _of_sum(context: Context, benefits: Sequence[Benefit]) -> list[Benefit]:
    """Return the benefits of the one tier whose figure the question names, none where it names none or several."""
    named = {b.tier for b in benefits if b.amount in context.reading.numbers.money}
    return [b for b in benefits if b.tier in named or not b.tier] if len(named) == 1 else []


def _by_tier(context: Context, rows: Sequence[Row], benefits: Sequence[Benefit]) -> Said:
    """Say what each tier comes to by itself: nobody is in two tiers, so they are not added up."""
    numbers, full = context.reading.numbers, bool(_FULL.search(context.reading.text))
    monthly = _MONTHLY.search(context.reading.text) and not full and any(b.period == 1 for b in benefits)
    run = length(context, benefits)
    months = 1 if monthly and not numbers.months else run.months
    given = Inputs(None, months, numbers.counts[0] if len(numbers.counts) == 1 else 1, full)
    kept = [b for b in benefits if b.period == 1] if monthly else list(benefits)
    said, steps = [], []
    for tier in dict.fromkeys(b.tier for b in kept):
        sums = [(b, s) for b in kept if b.tier == tier and (s := compute(b, given))]
        if not sums:  # what depends on a figure that the question does not give is described
            said += [f"{b.tier_label}{b.measure_label}{describe(b)}" for b in kept if b.tier == tier]
            continue
        value = sum((s.amount for _, s in sums), Decimal(0))
        steps += [f"{b.tier_label}{b.measure_label}：{'；'.join(s.steps) or describe(b)}" for b, s in sums]
        said.append(f"{sums[0][0].tier_label}{money(value)}")
    names = "、".join(dict.fromkeys(b.measure_label for b in kept))
    return Said(f"{'，'.join(said)}（{names}，{articles(row_articles(rows))}）。{_apart(kept)}", row_facts(rows), row_articles(rows), steps=tuple(steps), notices=_notices(run))


def amount_or_sum(context: Context, rows: Sequence[Row]) -> Said:
    """Say the figure, or what it comes to where the question names a span of months and asks for all of it together."""
    monthly, text = [b for b in context.benefits(rows) if b.period == 1], context.reading.text
    yearly = [b for b in context.benefits(rows) if b.period == 12 and b.duration is None]
    if yearly and any(n > 12 for n in context.reading.numbers.months) and (_OF_YEARS.search(text) or _ALL_OF_IT.search(text)):
        return calc(context, rows)
    spans_named = any(n > 1 and n not in {b.duration for b in monthly} for n in context.reading.numbers.months)
    if monthly and (_ALL_OF_IT.search(text) or (spans_named and _OF_SPAN.search(text))):
        return calc(context, rows)
    return amount(context, rows)


def total(context: Context, rows: Sequence[Row]) -> Said:
    """Say what a full run comes to: tier by tier, or station by station."""
    benefits = [b for b in context.benefits(rows) if b.has_figure]
    if not benefits:
        return amount(context, rows)
    tiers = {b.tier for b in benefits}
    several_tiers = len(tiers - {""}) > 1
    together = len(context.reading.tiers) > 1 and _TOGETHER.search(context.reading.text)  # 我博士她本科，一共多少
    if together or context.reading.numbers.groups or context.reading.numbers.counts or not several_tiers or _of_sum(context, benefits):
        return calc(context, rows)
    return _by_tier(context, rows, benefits)


def compare(context: Context, rows: Sequence[Row]) -> Said:
    """Say the difference between two tiers or two measures."""
    benefits = [b for b in context.benefits(rows) if b.has_figure]
    asked = set(context.reading.tiers)
    kept = [b for b in benefits if b.tier in asked] if len(asked) > 1 else benefits
    groups = grouped(kept)
    if len(groups) > 1 and all(len(g) == 2 for g in groups):
        pairs = [(g[0], g[1]) for g in groups]
    elif len(groups) == 1 and len({b.base for b in kept}) == len(kept) > 1:
        return _two_ways(context, kept, rows)
    elif len(groups) == 1 and len(kept) >= 2:
        pairs = [(kept[i], kept[j]) for i in range(len(kept)) for j in range(i + 1, len(kept))][: 1 if len(kept) == 2 else 3]
    elif len(groups) == 2 and len(kept) == 2:
        pairs = [(kept[0], kept[1])]
    else:
        return amount(context, rows)
    said = []
    for a, b in pairs:
        one, two = (x.amount if x.amount is not None else x.cap or x.high for x in (a, b))
        if one is None or two is None:
            return amount(context, rows)
        unit = {1: "/月", 12: "/年"}.get(a.period or 0, "") if a.period == b.period else ""
        high, low = (a, b) if one >= two else (b, a)
        names = {x.iri: x.tier_label + ("" if len(groups) == 1 and x.tier_label else x.measure_label) for x in (a, b)}
        said.append(f"{names[high.iri]}比{names[low.iri]}多{money(abs(one - two))}{unit}" if one != two else f"{names[a.iri]}和{names[b.iri]}一样")
        if "倍" in context.reading.text and min(one, two):
            said[-1] = f"{names[high.iri]}是{names[low.iri]}的{_times(max(one, two) / min(one, two))}倍"
    detail = "；".join(short_measure(g) for g in groups)
    more, steps = _over_time(context, pairs)
    return Said(f"{'，'.join(said + more)}。{detail}" + end(context, kept[:1] if len(groups) == 1 else kept), row_facts(rows), row_articles(rows), steps=steps)


def _two_ways(context: Context, benefits: Sequence[Benefit], rows: Sequence[Row]) -> Said:
    """Say the difference between the ways of one measure, each with a base of its own: of the sum in the question, else of the shares."""
    given = max(context.reading.numbers.money, default=None)
    sums = [(b, s) for b in benefits if (s := compute(b, Inputs(given, None, 1, False)))]
    high, low = sorted(benefits, key=lambda b: b.rate or Decimal(0), reverse=True)[:2]
    if given is None or len(sums) != len(benefits):
        rates = "，".join(f"按{b.base_label}{percent(b.rate or Decimal(0))}" for b in (high, low))
        points = percent((high.rate or Decimal(0)) - (low.rate or Decimal(0))).removesuffix("%")
        same = "；最高额一样" if high.cap == low.cap else ""
        return Said(f"相差{points}个百分点：{rates}{same}" + end(context, [high]), row_facts(rows), row_articles(rows), steps=(f"{percent(high.rate or Decimal(0))}－{percent(low.rate or Decimal(0))}",))
    (one, first), (two, second) = sorted(sums, key=lambda pair: pair[1].amount, reverse=True)[:2]
    gap = first.amount - second.amount
    said = f"按{one.base_label}多{money(gap)}" if gap else "一样多"
    steps = tuple(f"{b.base_label}：{'；'.join(s.steps)}" for b, s in ((one, first), (two, second)))
    return Said(f"{said}：{'，'.join(steps)}" + end(context, [one]), row_facts(rows), row_articles(rows), steps=(*steps, f"{money(first.amount)}－{money(second.amount)}＝{money(gap)}"))


def _over_time(context: Context, pairs: Sequence[tuple[Benefit, Benefit]]) -> tuple[list[str], tuple[str, ...]]:
    """Say, with its steps, the difference over the months that the question names, or of everything together over the full run."""
    months, text = context.reading.numbers.months, context.reading.text
    together = len(pairs) > 1 and _TOGETHER.search(text)
    running = len(pairs) == 1 and pairs[0][0].period is not None and pairs[0][0].period == pairs[0][1].period
    if not together and not (running and (months or _FULL.search(text))):
        return [], ()
    if not months and _MONTHLY.search(text) and all(b.period == 1 for pair in pairs for b in pair):
        months = (1,)
    given = Inputs(None, max(months, default=None), 1, not months)
    ones, twos = ([s.amount for b in side if (s := compute(b, given))] for side in zip(*pairs, strict=True))
    high, low = sorted((sum(ones, Decimal(0)), sum(twos, Decimal(0))), reverse=True)
    if high == low or not len(ones) == len(twos) == len(pairs):
        return [], ()
    when = span(max(months)) if months else "领满"
    step = f"{when}：{money(high)}－{money(low)}＝{money(high - low)}"
    return [f"{when}{'合计' if together else ''}差{money(high - low)}"], (step,)


def _times(ratio: Decimal) -> str:
    return format(round(ratio, 2).normalize(), "f")


def inverse(context: Context, rows: Sequence[Row]) -> Said:
    """Say what base reaches the cap, or the sum asked for."""
    benefits = alternatives(context, context.benefits(rows))
    given = min(context.reading.numbers.money, default=None)
    said: list[str] = []
    steps: list[str] = []
    facts: list[str] = []
    for benefit in benefits:
        if given and benefit.rate is None and (often := how_often(benefit, given)):
            said.append(_often(benefit, given, often))
            steps.append(often.step)
            facts.append(benefit.iri)
            continue
        top = benefit.cap if benefit.cap is not None else benefit.high
        target = _target(context, benefit)
        done = invert(benefit, target)
        if done is None:
            continue
        goal = target or top or Decimal(0)
        name = benefit.base_label or benefit.limit_label
        said.append(f"需要{name}{money(done.amount)}：{done.steps[0]}，达到{'' if target else '上限'}{money(goal)}")
        steps += done.steps
        facts.append(benefit.iri)
    if not said:
        return amount(context, rows)
    used = [b for b in benefits if b.iri in facts]
    return Said("；".join(said) + end(context, used[:1]), tuple(facts), row_articles(rows), steps=tuple(steps))


def _target(context: Context, benefit: Benefit) -> Decimal | None:
    """Return the sum that is to be reached: the one said to be got, else the last, the lower end where that is asked for and none is said; None where none fits."""
    text, top = context.reading.text, benefit.cap if benefit.cap is not None else benefit.high
    fitting = [m for m in context.reading.numbers.money if top is None or m <= top]
    if benefit.low is not None and LOW.search(text) and not fitting:
        return benefit.low
    got = [m for found in _GETS.finditer(text) for m in read(found["rest"]).money if m in fitting]
    return next(reversed(got or fitting), None)


def _often(benefit: Benefit, target: Decimal, often: Often) -> str:
    """Say how many months, or how many heads, a sum takes."""
    who = f"{benefit.tier_label}{benefit.measure_label}"
    if not often.enough:
        return f"到不了{money(target)}：{who}{describe(benefit)}，领满也不够"
    if benefit.period == 1:
        return f"{often.count}个月：{who}，{often.step}" if often.even else f"到第{often.count}个月满{money(target)}：{who}，{often.step}"
    return f"要{often.count}个：{who}，{often.step}"


SUMS = {"amount": amount_or_sum, "cap": amount_or_sum, "calc": calc, "total": total, "compare": compare, "inverse": inverse}
