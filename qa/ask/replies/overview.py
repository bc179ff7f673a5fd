"""Replies over several measures: overviews, ways of support, conditions, rankings, lists with figures."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from qa.ask.catalogue import POLICIES, Catalogue
from qa.ask.numbers import number
from qa.ask.records import Said
from qa.ask.replies.common import LOW, Context, article, articles, join, row_articles, row_facts
from qa.ask.replies.conditions import asked_tier, conditions, spared, unasked
from qa.ask.replies.plain import fill, listing
from qa.benefit import Benefit, describe, money
from qa.graph import Row, held, text_of

_TOP = re.compile(r"前\s*([\d一二两三四五六七八九十]+)|top\s*(\d+)|([\d一二两三四五六七八九十]+)\s*(?:大|强)")
_FREE = {"零成本": re.compile(r"注册|登记|执照|开办|公司|企业|手续"), "免费": re.compile(r"房|场地|厂|楼|办公|地方|租")}  # the word of the text, and what it is said of
_COSTS = re.compile(r"(?:要|收|用|花|交|掏|付)(?:不(?:要|收|用|花|交|掏|付))?(?:咱|我|多少|什么|啥|点|手续|注册|登记|工本|冤枉|代办|中介)*(?:钱|费|租)|收费|花销|开销|费用")
_NEIGHBOURS = {"合同": "劳动", "社保": "社保", "认定": "认定", "入驻": "入驻", "评估": "评估", "评审": "评审", "考核": "考核", "新设": "新设立"}  # asked for by this word, said with that
_BETWEEN = re.compile(r"之间|到|至|[-~—–]")
_ABOVE = re.compile(r"超过|以上|大于|高于|多于|不止|破|超|过|往上|起步|至少|不低于|不少于")
_SIDES = (
    (re.compile(r"不超过|以内|至多|最多|不高于|及以下|不大于|小于等于|<=|≤"), "不超过", operator.le),
    (re.compile(r"以下|不到|低于|少于|不足|小于"), "低于", operator.lt),
    (re.compile(r"不低于|至少|以上|不少于|起步|往上|不小于|大于等于|>=|≥"), "不低于", operator.ge),
    (re.compile(r"等于|正好|刚好|恰好|恰恰|不多不少"), "等于", operator.eq),
    (_ABOVE, "超过", operator.gt),
)
_RHYTHMS = {1: re.compile(r"每个?月|月月|按月|一月一月|逐月"), 12: re.compile(r"每年|年年|按年|逐年|一年一给")}
_LIMIT = 190


def short_measure(benefits: Sequence[Benefit]) -> str:
    """Say one measure's benefits: 租房补贴：博士研究生1000元/月……，期限3年."""
    label = benefits[0].measure_label
    if len(benefits) == 1:
        tier = benefits[0].tier_label
        colon = "：" if benefits[0].rate is not None or not benefits[0].has_figure else ""
        return f"{tier}{label}{colon}{describe(benefits[0])}"
    parts = [describe(b).split("，") for b in benefits]
    shared = [p for p in parts[0][1:] if all(p in other for other in parts)]
    said = join([f"{b.tier_label}{'，'.join(p for p in words if p not in shared)}" if b.tier_label else "或".join(p for p in words if p not in shared) for b, words in zip(benefits, parts, strict=True)])
    return f"{label}：{said}" + "".join(f"，{p}" for p in shared)


def grouped(benefits: Sequence[Benefit]) -> list[list[Benefit]]:
    """Group benefits by measure, in their order."""
    out: dict[str, list[Benefit]] = {}
    for benefit in benefits:
        out.setdefault(benefit.measure, []).append(benefit)
    return list(out.values())


def overview(context: Context, rows: Sequence[Row]) -> Said:
    """Say what supports there are, each with its figure and article."""
    groups = grouped(context.benefits(rows))
    whom = {b.measure: list(dict.fromkeys(text_of(row["who"]) for row in rows if "who" in row and text_of(row["benefit"]) == b.iri)) for b in context.benefits(rows)}  # narrower kinds than the one asked for
    if not groups:
        return Said("", status="no_answer")
    if len(groups) == 1 and not any(b.has_figure for b in groups[0]) and context.measures:
        return how(context, rows)
    said = []
    for group in groups:
        text = short_measure(group)
        if not group[0].has_figure and group[0].label != group[0].measure_label:
            text = group[0].measure_label
        only = f"，给{join(who)}" if (who := whom[group[0].measure]) and not any(b.tier for b in group) else ""  # degrees say whom themselves
        said.append(f"{text}（{article(context.catalogue.measures[group[0].measure].article)}{only}）")
    return Said(f"有{len(groups)}项：" + "；".join(said) + "。" if len(groups) > 1 else said[0] + "。", row_facts(rows), row_articles(rows))


def sentence(catalogue: Catalogue, measure: str) -> str:
    """Return the words of the text that state a measure."""
    return "".join(catalogue.words(start, end) for start, end in catalogue.spans[measure])


def costless(context: Context) -> str:
    """Say that it costs nothing, where that is asked and the text says so in a word of its own."""
    text = "".join(sentence(context.catalogue, m.iri) for m in context.measures[:1])
    word = next((w for w, of in _FREE.items() if w in text and of.search(context.reading.text)), "") if _COSTS.search(context.reading.text) else ""
    return f"不用花钱，“{word}”。" if word else ""


def _fitting(context: Context, words: str) -> str:
    """Return a measure's words, without the sentences that share least with the question where there is no room for all."""
    parts, asked = words.split("。"), context.reading.text
    pairs = {asked[i : i + 2] for i in range(len(asked) - 1)}
    while sum(map(len, parts)) > _LIMIT and len(parts) > 1:
        parts.remove(min(parts, key=lambda part: sum(pair in part for pair in pairs)))
    return "。".join(parts)


def how(context: Context, rows: Sequence[Row]) -> Said:
    """Say how a measure works in the words of the document."""
    out = [costless(context), *(f"{m.label}（{article(m.article)}）：{_fitting(context, sentence(context.catalogue, m.iri))}。" for m in context.measures[:3])]
    return Said("".join(out), tuple(m.iri for m in context.measures[:3]), tuple(dict.fromkeys(m.article for m in context.measures[:3])))


@lru_cache(maxsize=POLICIES)
def _provisions(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = {}
    query = "SELECT DISTINCT ?m ?f ?label ?at WHERE { ?f a/rdfs:subClassOf* po:Provision ; po:ofMeasure ?m ; rdfs:label ?label ; po:quote/oa:start ?at } ORDER BY ?m ?at"
    for row in catalogue.graph.select(held(query, "m", catalogue.document)):
        out.setdefault(text_of(row["m"]), []).append((text_of(row["f"]), text_of(row["label"])))
    return out


def provisions(catalogue: Catalogue, measure: str) -> list[tuple[str, str]]:
    """Return what an article provides for a measure: (fact, words), in the order of the text."""
    return _provisions(catalogue).get(measure, [])


def with_provisions(context: Context, text: str) -> tuple[str, list[str]]:
    """Add what else the article provides for the measure, as far as a short reply has room; return the facts used too."""
    used = []
    for fact, words in provisions(context.catalogue, context.measures[0].iri) if len(context.measures) == 1 else ():
        if words not in text and len(text) + len(words) < _LIMIT:
            text += f"{words}。"
            used.append(fact)
    return text, used


def criteria(context: Context, rows: Sequence[Row]) -> Said:
    """List the conditions of each measure; measures with the same ones are said together."""
    if not rows:
        return Said(fill(context, context.pattern.empty, rows), tuple(m.iri for m in context.measures), tuple(m.article for m in context.measures))
    excused = spared(context.catalogue, asked_tier(context))
    kept = [r for r in rows if text_of(r["fact"]) not in excused]
    free = unasked(context, {text_of(r["fact"]) for r in rows})
    text, used = with_provisions(context, (f"{free}。" if free else "") + fill(context, context.pattern.template, kept))
    return Said(text, (*row_facts(kept), *used), row_articles(kept))


def exclusion(context: Context, rows: Sequence[Row]) -> Said:
    """Say who is left out; where the text names nobody, the conditions decide."""
    if rows:
        return listing(context, rows)
    needed = [pair for m in context.measures for pair in conditions(context.catalogue, m.iri)]
    numbers = tuple(dict.fromkeys(m.article for m in context.measures))
    if not needed:
        return Said("", status="no_answer")
    every = join(list(dict.fromkeys(label for _, label in needed)))
    return Said(f"文件没有单列不给的情形；不符合条件的不给，条件是：{every}（{articles(numbers)}）。", tuple(iri for iri, _ in needed), numbers)


def conditioned(context: Context, rows: Sequence[Row]) -> Said:
    """List the measures that ask for what the question names (合同, 社保, 全日制); a neighbour condition (合同几年) counts by its words."""
    asked = {iri for iri, value in context.reading.facts if value}
    hit = [row for row in rows if text_of(row["concept"]) in asked]
    words = {said for word, said in _NEIGHBOURS.items() if word in context.reading.text}
    kept = [row for row in rows if row in hit or any(w in text_of(row["condition"]) for w in words)]
    if not kept:
        return Said("", status="no_answer")
    said: dict[str, list[str]] = {}
    for row in kept:
        said.setdefault(text_of(row["condition"]), []).append(f"{text_of(row['label'])}（{article(int(text_of(row['n'])))}）")
    total = len({text_of(row["label"]) for row in kept})
    return Said(f"有{total}项。" + "；".join(f"{words}：{join(list(dict.fromkeys(names)))}" for words, names in said.items()) + "。", row_facts(kept), row_articles(kept))


def ranking(context: Context, rows: Sequence[Row]) -> Said:
    """Say the largest (or smallest) figures, as many as asked for, three by default."""
    match, rows = _TOP.search(context.reading.text), _narrowed(context, rows)
    asked = number(next(filter(None, match.groups()))) if match else None
    low = bool(LOW.search(context.reading.text))
    count = int(asked) if asked and asked < 30 else 3
    return _ranked(context, rows[::-1] if low else rows, count, "最小" if low else "最大")


def _narrowed(context: Context, rows: Sequence[Row]) -> Sequence[Row]:
    """Keep the figures of the tiers, the rhythm, the lead unit and the part that the question names (按月发的里面博士), all where none is left."""
    text, tiers, held = context.reading.text, set(context.reading.tiers), context.catalogue.benefits
    period = next((months for months, words in _RHYTHMS.items() if words.search(text)), None)
    leads = {context.labels.get(a, "") for a in context.reading.agencies} if "牵头" in text or "管" in text else set()
    inside = _articles_of(context.catalogue, context.reading.numbers.chapter)

    def fits(row: Row) -> bool:
        benefit = held.get(text_of(row.get("fact")))
        if benefit is None or (tiers and benefit.tier not in tiers) or period not in (None, benefit.period):
            return False
        number = context.catalogue.measures[benefit.measure].article
        return (not leads or context.catalogue.leads.get(number) in leads) and (not inside or number in inside)

    return [row for row in rows if fits(row)] or rows


def _articles_of(catalogue: Catalogue, chapter: int | None) -> set[int]:
    """Return the articles of a part: they stand between its title and the next one."""
    if chapter not in catalogue.chapters:
        return set()
    start = catalogue.chapters[chapter].start
    end = min((c.start for c in catalogue.chapters.values() if c.start > start), default=max(p.end for p in catalogue.parts))
    return {n for n, a in catalogue.articles.items() if start <= a.start < end}


def _ranked(context: Context, rows: Sequence[Row], count: int, word: str) -> Said:
    best: dict[str, Row] = {}
    tiers = len(context.reading.tiers) > 1 and len({text_of(row["label"]) for row in rows}) == 1  # one measure: its tiers are ranked
    for row in rows:
        best.setdefault(text_of(row["fact"] if tiers else row["label"]), row)
    kept = list(best.values())[: max(count, len(context.reading.tiers)) if tiers else count]
    if tiers:
        benefits = [context.catalogue.benefits[text_of(row["fact"])] for row in kept]
        return Said(f"从{'少到多' if word == '最小' else '多到少'}：" + "、".join(f"{b.tier_label}{describe(b)}" for b in benefits) + f"（{kept[0]['label']}，{articles(row_articles(kept))}）。", row_facts(kept), row_articles(kept))
    said = [_figure(r) for r in kept]
    head = f"{word}的是{said[0]}" + (f"；其次是{'；'.join(said[1:])}" if said[1:] else "") + "。"
    return Said(head, row_facts(kept), row_articles(kept))


def _figure(row: Row) -> str:
    most = "最高" if text_of(row.get("qualifier")).endswith("UpTo") else ""
    return f"{text_of(row['label'])}{most}{money(Decimal(text_of(row['value'])))}（{article(int(text_of(row['n'])))}）"


def ranking_all(context: Context, rows: Sequence[Row]) -> Said:
    """List every figure of the rows, largest first, one a measure."""
    best: dict[str, Row] = {}
    for row in rows:
        best.setdefault(text_of(row["label"]), row)
    kept = list(best.values())
    if context.pattern.key == "sum-all":
        return Said("文件没有给出总额，各项计算口径不同，不能简单相加。其中最大的三项：" + "；".join(_figure(r) for r in kept[:3]) + "。", row_facts(kept[:3]), row_articles(kept[:3]))
    return Said(f"共{len(kept)}项：" + "；".join(_figure(r) for r in kept) + "。", row_facts(kept), row_articles(kept))


def threshold(context: Context, rows: Sequence[Row]) -> Said:
    """List the measures with figures above (or below) the sum in the question."""
    if not context.reading.numbers.money:
        return ranking(context, rows)
    limit, text, rows = context.reading.numbers.money[0], context.reading.text, _narrowed(context, rows)
    if len(sums := context.reading.numbers.money) == 2 and _BETWEEN.search(text):
        return _between(context, rows, min(sums), max(sums))
    word, fits = next(((w, f) for pattern, w, f in _SIDES if pattern.search(text)), _SIDES[-1][1:])
    exact = [r for r in rows if Decimal(text_of(r["value"])) == limit]
    if word == "超过" and exact and not _ABOVE.search(text):
        word, fits = "等于", operator.eq
    best: dict[str, Row] = {}
    for row in exact if fits is operator.eq else rows:
        best.setdefault(text_of(row["label"]), row)
    kept = [r for r in best.values() if fits(Decimal(text_of(r["value"])), limit)]
    if not kept:
        return Said(f"没有{word}{money(limit)}的。", row_facts(rows[:1]), row_articles(rows[:1]))
    return Said(f"{word}{money(limit)}的有{len(kept)}项：" + "；".join(_figure(r) for r in kept) + "。", row_facts(kept), row_articles(kept))


def _between(context: Context, rows: Sequence[Row], low: Decimal, high: Decimal) -> Said:
    """List the measures with a figure from one sum to another, both counted in."""
    best: dict[str, Row] = {}
    for row in rows:
        if low <= Decimal(text_of(row["value"])) <= high:
            best.setdefault(text_of(row["label"]), row)
    kept, words = list(best.values()), f"{money(low)}到{money(high)}之间（含两头）"
    if not kept:
        return Said(f"没有{words}的。", row_facts(rows[:1]), row_articles(rows[:1]))
    return Said(f"{words}的有{len(kept)}项：" + "；".join(_figure(r) for r in kept) + "。", row_facts(kept), row_articles(kept))


def spans(context: Context, rows: Sequence[Row]) -> Said:
    """List measures with their periods and durations."""
    benefits = context.benefits(rows)
    text = context.reading.text
    if context.pattern.key == "frequency-list":
        wanted = 1 if "月" in text else 12 if "年" in text else None
        if "一次" in text and wanted is None:
            benefits = [b for b in benefits if b.one_off]
        elif wanted:
            benefits = [b for b in benefits if b.period == wanted]
    if context.pattern.key == "rate-list" and (shares := set(context.reading.numbers.shares)):
        benefits = [b for b in benefits if shares & {b.rate, b.ratio_limit}] or benefits
    if context.pattern.key == "duration-list" and (asked := context.reading.numbers.months):
        benefits = [b for b in benefits if asked[0] in (b.duration, b.longest, b.instalments)] or benefits
    groups = grouped(benefits)
    said = [f"{short_measure(g)}（{article(context.catalogue.measures[g[0].measure].article)}）" for g in groups]
    numbers = tuple(dict.fromkeys(context.catalogue.measures[g[0].measure].article for g in groups))
    return Said(f"{len(groups)}项：{'；'.join(said)}。", tuple(b.iri for b in benefits), numbers)


OVERVIEW = {
    "overview": overview, "how": how, "criteria": criteria, "exclusion": exclusion, "ranking": ranking, "ranking-all": ranking_all,
    "threshold": threshold, "spans": spans, "conditioned": conditioned,
}  # fmt: skip
