"""What a benefit in the graph is worth: graph + inputs -> amount, step by step.

read(graph) -> {IRI: Benefit}; describe(benefit) -> words; compute(benefit, Inputs) -> Sum; inverse(benefit) -> Sum
No figure stands here: every number comes from the graph, every sum says its steps.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from qa.graph import Graph, Term, held, text_of, values_block

# simple queries, joined here: some servers lose rows where a path, OPTIONAL and FILTER meet
_BENEFITS = """SELECT DISTINCT ?benefit ?measure ?class WHERE {
  ?measure po:hasBenefit ?benefit . ?benefit a ?class . ?class rdfs:subClassOf* po:Benefit } ORDER BY STR(?benefit)"""
_VALUES = "SELECT ?benefit ?property ?value WHERE { ?measure po:hasBenefit ?benefit . ?benefit ?property ?value }"
_NAMED = "SELECT DISTINCT ?thing WHERE { { ?thing po:hasBenefit ?benefit } UNION { ?benefit (po:tier|po:per|po:rateBase|po:ratioLimitBase) ?thing } }"
_NAMES = 'SELECT DISTINCT ?thing ?label WHERE { $VALUES ?thing rdfs:label ?label . FILTER(LANG(?label) = "zh") }'
_UNIT = {12: "年", 1: "月"}


@dataclass(frozen=True)
class Benefit:
    """One benefit: money in yuan, spans in months, rates as fractions; None where the text does not say."""

    iri: str
    measure: str
    measure_label: str
    kind: str
    label: str
    qualifier: str
    tier: str = ""
    tier_label: str = ""
    per: str = ""
    base: str = ""
    base_label: str = ""
    limit_label: str = ""
    amount: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    cap: Decimal | None = None
    rate: Decimal | None = None
    ratio_limit: Decimal | None = None
    one_off: bool = False
    afterwards: bool = False
    period: int | None = None
    duration: int | None = None
    longest: int | None = None
    instalments: int | None = None

    @property
    def is_max(self) -> bool:
        """Tell whether the text says 最高."""
        return self.qualifier == "UpTo"

    @property
    def has_figure(self) -> bool:
        """Tell whether the text states an amount or a rate."""
        return any(value is not None for value in (self.amount, self.low, self.cap, self.rate))


@dataclass(frozen=True)
class Inputs:
    """What the question or the applicant gives: base in yuan, months, number of persons, stations or projects."""

    base: Decimal | None = None
    months: int | None = None
    heads: int = 1
    full: bool = False


@dataclass(frozen=True)
class Sum:
    """An amount in yuan, whether it is a maximum, and the steps that lead to it."""

    amount: Decimal
    is_max: bool
    steps: tuple[str, ...]


def months_of(duration: str) -> int | None:
    """Return the months of an xsd:duration of years and months, None where there is none."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?", duration)
    return int(match[1] or 0) * 12 + int(match[2] or 0) if match and duration != "P" else None


def money(yuan: Decimal) -> str:
    """Say an amount as people write it: 1000元, 3.6万元, 1亿元."""
    for size, unit in ((Decimal(10) ** 8, "亿元"), (Decimal(10) ** 4, "万元")):
        if abs(yuan) >= size:
            return f"{_plain(yuan / size)}{unit}"
    return f"{_plain(yuan)}元"


def percent(rate: Decimal) -> str:
    """Say a fraction as a percentage: 20%."""
    return f"{_plain(rate * 100)}%"


def span(months: int) -> str:
    """Say a number of months in years where it is whole: 3年, 5个月."""
    return f"{months // 12}年" if months % 12 == 0 else f"{months}个月"


def _plain(number: Decimal) -> str:
    rounded = round(number, 6)
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _local(term: Term) -> str:
    return re.split(r"[#/]", text_of(term))[-1]


def read(graph: Graph, document: str = "") -> dict[str, Benefit]:
    """Read every benefit of a document (of the graph for ""), keyed by IRI."""
    things = [{"thing": row["thing"]} for row in graph.select(held(_NAMED, "benefit", document))]
    names = {text_of(row["thing"]): text_of(row["label"]) for row in graph.select(_NAMES.replace("$VALUES", values_block(["thing"], things)))}
    values: dict[str, dict[str, str]] = {}
    for row in graph.select(held(_VALUES, "benefit", document)):
        values.setdefault(text_of(row["benefit"]), {})[_local(row["property"])] = text_of(row["value"])
    out: dict[str, Benefit] = {}
    for row in graph.select(held(_BENEFITS, "benefit", document)):
        text = values[text_of(row["benefit"])] | {name: text_of(term) for name, term in row.items()}
        number = {name: Decimal(text[name]) for name in ("amount", "minAmount", "maxAmount", "cap", "rate", "ratioLimit") if name in text}
        out[text["benefit"]] = Benefit(
            iri=text["benefit"],
            measure=text["measure"],
            measure_label=names[text["measure"]],
            kind=text["class"].rpartition("#")[2],
            label=text["label"],
            qualifier=text.get("qualifier", "").rpartition("#")[2],
            tier=text.get("tier", ""),
            tier_label=names.get(text.get("tier", ""), ""),
            per=names.get(text.get("per", ""), ""),
            base=text.get("rateBase", ""),
            base_label=names.get(text.get("rateBase", ""), "").removesuffix("（元）"),
            limit_label=names.get(text.get("ratioLimitBase", ""), "").removesuffix("（元）"),
            amount=number.get("amount"),
            low=number.get("minAmount"),
            high=number.get("maxAmount"),
            cap=number.get("cap"),
            rate=number.get("rate"),
            ratio_limit=number.get("ratioLimit"),
            one_off=text.get("oneOff") == "true",
            afterwards=text.get("paidAfterwards") == "true",
            period=months_of(text.get("paymentPeriod", "")),
            duration=months_of(text.get("duration", "")),
            longest=months_of(text.get("maxDuration", "")),
            instalments=months_of(text.get("instalmentPeriod", "")),
        )
    return out


def describe(benefit: Benefit) -> str:
    """Say a benefit in a phrase: 1000元/月，期限3年."""
    parts = [benefit.label] if not benefit.has_figure else []
    per = f"每{benefit.per}" if benefit.per else ""
    every = f"/{_UNIT.get(benefit.period) or span(benefit.period)}" if benefit.period and benefit.amount is not None else ""
    each = f"每{_UNIT.get(benefit.period) or span(benefit.period)}" if benefit.period and benefit.cap is not None else ""
    if benefit.amount is not None:
        parts.append(f"{money(benefit.amount)}{every}")
    if benefit.low is not None and benefit.high is not None:
        parts.append(f"{'一次性' if benefit.one_off else ''}{money(benefit.low)}至{money(benefit.high)}")
    if benefit.rate is not None:
        parts.append(f"{benefit.base_label}的{percent(benefit.rate)}")
    if benefit.cap is not None:
        parts.append(f"{per}{each}最高{money(benefit.cap)}")
    if benefit.ratio_limit is not None:
        parts.append(f"不得高于{benefit.limit_label}的{percent(benefit.ratio_limit)}")
    if benefit.duration:
        parts.append(f"期限{span(benefit.duration)}")
    if benefit.longest:
        parts.append(f"最长不超过{span(benefit.longest)}")
    if benefit.instalments:
        parts.append(f"分{span(benefit.instalments)}到位")
    return "，".join(parts)


def one_period(benefit: Benefit, base: Decimal | None) -> tuple[Decimal, tuple[str, ...]] | None:
    """Return the amount for one unit and one payment period with its steps, None where an input is missing."""
    if benefit.amount is not None:
        return benefit.amount, ()
    if benefit.rate is not None:
        if base is None:
            return None
        product = base * benefit.rate
        step = f"{money(base)}×{percent(benefit.rate)}＝{money(product)}"
        if benefit.cap is not None and product > benefit.cap:
            return benefit.cap, (step, f"超过上限，按最高{money(benefit.cap)}")
        return product, (step,)
    if benefit.high is not None and benefit.ratio_limit is not None and base is not None:
        limit = base * benefit.ratio_limit
        step = f"{money(base)}×{percent(benefit.ratio_limit)}＝{money(limit)}"
        if limit > benefit.high:
            return benefit.high, (step, f"超过上限，按最高{money(benefit.high)}")
        return limit, (step,)
    if benefit.cap is not None or benefit.high is not None:
        return benefit.cap if benefit.cap is not None else benefit.high or Decimal(0), ()
    return None


def compute(benefit: Benefit, inputs: Inputs) -> Sum | None:
    """Return what the benefit comes to for the inputs, None where it has no figure or an input is missing.

    Monthly and yearly benefits run for inputs.months, at most the stated duration; a part of a year counts as none.
    """
    unit = one_period(benefit, inputs.base)
    if unit is None:
        return None
    amount, steps = unit
    factors: list[str] = []
    total = amount
    if benefit.period:
        limit = benefit.duration
        asked = limit if inputs.months is None or (inputs.full and limit is not None) else inputs.months
        months = asked if limit is None else min(asked or 0, limit)
        if months is not None:
            times = Decimal(months) / benefit.period if benefit.period == 1 else Decimal(months // benefit.period)
            total *= times
            factors.append(f"{_plain(times)}{'个月' if benefit.period == 1 else '年'}")
            if limit is not None and asked is not None and asked > limit:
                steps = (*steps, f"期限{span(limit)}，按{span(limit)}计")
    if inputs.heads != 1:
        total *= inputs.heads
        factors.append(str(inputs.heads))
    if factors:
        steps = (*steps, f"{money(amount)}×{'×'.join(factors)}＝{money(total)}")
    return Sum(total, benefit.is_max or benefit.qualifier == "Range", steps)


def inverse(benefit: Benefit, target: Decimal | None = None) -> Sum | None:
    """Return the base that reaches the target (default: the cap), None where the benefit has no ratio."""
    rate = benefit.rate if benefit.rate is not None else benefit.ratio_limit
    top = benefit.cap if benefit.cap is not None else benefit.high
    if rate is None or top is None:
        return None
    goal = top if target is None else min(target, top)
    base = goal / rate
    return Sum(base, False, (f"{money(goal)}÷{percent(rate)}＝{money(base)}",))


@dataclass(frozen=True)
class Often:
    """How many months or heads of a fixed sum make a target: the count, whether it comes out even, whether the term is long enough, the step."""

    count: int
    even: bool
    enough: bool
    step: str


def how_often(benefit: Benefit, target: Decimal) -> Often | None:
    """Return how many months (of a monthly sum) or heads reach the target in yuan, None where the sum is not fixed or not positive."""
    if not benefit.amount or target <= 0 or benefit.period not in (None, 1):
        return None
    exact = target / benefit.amount
    count = math.ceil(exact)
    enough = benefit.duration is None or count <= benefit.duration
    step = f"{money(target)}÷{money(benefit.amount)}＝{count}" if exact == count else f"{money(benefit.amount)}×{count}＝{money(benefit.amount * count)}"
    return Often(count, exact == count, enough, step)
