"""What a measure comes to for an applicant: benefits of the graph + values -> Award, each step with its quote.

Nothing is added that the text does not say: a missing base is named, 最高 stays 最高, in kind stays in kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qa.benefit import Benefit, Inputs, Sum, compute, describe, money, percent, read
from qa.check.cells import show
from qa.check.fields import Field
from qa.check.records import Award, Quote, Step, Value
from qa.check.requirements import Requirements
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

CLAIMED = field_iri("claimMonths")
_LIMITS = "SELECT ?benefit ?base ?other WHERE { ?benefit po:ratioLimitBase ?base OPTIONAL { ?benefit po:ratioLimitAlternativeBase ?other } }"


@dataclass(frozen=True)
class Outcome:
    """An award, and whether its readings differ so much that the authority must decide, with the reason."""

    award: Award | None
    unsettled: str = ""


class Amounts:
    """Compute awards; benefits and quotes are read once."""

    def __init__(self, graph: Graph, fields: Mapping[str, Field], requirements: Requirements) -> None:
        self._fields, self._requirements = fields, requirements
        self._of: dict[str, list[Benefit]] = {}
        for benefit in read(graph).values():
            self._of.setdefault(benefit.measure, []).append(benefit)
        self._limits = {text_of(r["benefit"]): (text_of(r["base"]), text_of(r.get("other"))) for r in graph.select(_LIMITS)}

    def outcome(self, measure: str, values: Mapping[str, Value]) -> Outcome:
        """Return what a measure comes to; the amount in yuan is None where it cannot be computed or the text has none."""
        benefits = [b for b in self._of.get(measure, ()) if not b.tier or self._fits(b, values)]
        if not benefits:
            return Outcome(None)
        if benefits[0].iri in self._limits:
            return self._limited(benefits[0], values)
        if broken := self._part_of_a_year(benefits[0], values):
            return Outcome(broken)
        computed = [(b, total) for b in benefits if (total := compute(b, self._inputs(b, values))) is not None]
        if not computed:
            needs = tuple(self._fields[b.base].label for b in benefits if b.base)
            steps = tuple(self._step(b, describe(b)) for b in benefits)
            return Outcome(Award("；".join(self._words(b) for b in benefits), is_max=any(b.is_max for b in benefits), steps=steps, needs=needs))
        if len(computed) == 1:
            return Outcome(self._award(*computed[0]))
        parts = [self._award(b, total) for b, total in computed]
        text = "；".join(f"按{b.base_label}：{part.text}" for (b, _), part in zip(computed, parts, strict=True)) + "（怎样选用，文件没有写明）"
        return Outcome(Award(text, None, True, tuple(s for part in parts for s in part.steps)))

    def inputs(self, measure: str) -> frozenset[str]:
        """Return the fields that an outcome depends on."""
        benefits = self._of.get(measure, ())
        tiers = {self._requirements.tiers[b.tier][0] for b in benefits if b.tier}
        return frozenset(filter(None, {*tiers, *(b.base for b in benefits), *(base for b in benefits for base in self._limits.get(b.iri, ())), *((CLAIMED,) if any(b.duration or b.period for b in benefits) else ())}))

    def _fits(self, benefit: Benefit, values: Mapping[str, Value]) -> bool:
        field, value = self._requirements.tiers[benefit.tier]
        return values.get(field) == value

    @staticmethod
    def _inputs(benefit: Benefit, values: Mapping[str, Value]) -> Inputs:
        # a yearly benefit without a term is told for one year: the text adds no years up
        base, months = values.get(benefit.base), values.get(CLAIMED) if benefit.duration else None
        return Inputs(base if isinstance(base, Decimal) else None, months if isinstance(months, int) and not isinstance(months, bool) else None)

    def _part_of_a_year(self, benefit: Benefit, values: Mapping[str, Value]) -> Award | None:
        """Return an award without a sum where a benefit is yearly and the months are no whole years: the text does not convert."""
        months = values.get(CLAIMED)
        if not benefit.period or benefit.period == 1 or not benefit.duration or not isinstance(months, int) or months % benefit.period == 0 or months > benefit.duration:
            return None
        words = f"{describe(benefit)}；已满足条件{show(self._fields[CLAIMED], months)}，不是整年的怎样折算，文件没有写明"
        return Award(words, None, benefit.is_max, (self._step(benefit, describe(benefit)),))

    def _award(self, benefit: Benefit, total: Sum) -> Award:
        figure = f"{'最高' if total.is_max and not self._below_cap(benefit, total) else ''}{money(total.amount)}"
        spread = benefit.period or benefit.instalments
        text = f"{describe(benefit)}，合计{figure}" if benefit.period and benefit.duration else describe(benefit) if spread or benefit.rate is None else figure
        steps = (self._step(benefit, describe(benefit)), *(self._step(benefit, step) for step in total.steps))
        return Award(text, total.amount, total.is_max, steps)

    @staticmethod
    def _below_cap(benefit: Benefit, total: Sum) -> bool:
        return benefit.rate is not None and benefit.cap is not None and total.amount < benefit.cap

    @staticmethod
    def _words(benefit: Benefit) -> str:
        return describe(benefit) if benefit.has_figure else f"{describe(benefit)}（文件没有写明数额）"

    def _limited(self, benefit: Benefit, values: Mapping[str, Value]) -> Outcome:
        """A range under a limit on a share of something: one line a reading, unsettled where not even the least fits."""
        assert benefit.low is not None and benefit.high is not None and benefit.ratio_limit is not None
        tops: list[Decimal] = []
        steps, said = [self._step(benefit, describe(benefit))], []
        for base in self._limits[benefit.iri]:
            value = values.get(base)
            if not isinstance(value, Decimal):
                continue
            limit = value * benefit.ratio_limit
            name = self._fields[base].label.removesuffix("（元）")
            top = min(limit, benefit.high)
            tops.append(top)
            fits = f"{money(benefit.low)}至{money(top)}" if benefit.low < top else money(top) if benefit.low == top else f"不到下限{money(benefit.low)}"
            steps.append(self._step(benefit, f"按{name}算：{money(value)}×{percent(benefit.ratio_limit)}＝{money(limit)}，{fits}"))
            said.append(f"按{name}算{fits}")
        paid = self._limits[benefit.iri][0]
        if paid not in values and tops and tops[0] < benefit.low:
            # what is paid in is at most what is registered: not even the least fits under either reading
            return Outcome(Award("；".join(said), None, True, tuple(steps)), f"{said[0]}；实缴资金不会更多，两种读法都放不下，由主管部门认定")
        if not isinstance(values.get(paid), Decimal):
            needs = (self._fields[paid].label,)
            return Outcome(Award("；".join([describe(benefit), *said]), is_max=True, steps=tuple(steps), needs=needs))
        if tops[0] < benefit.low:
            floor = money(benefit.low / benefit.ratio_limit)
            reason = f"{said[0]}（不足{floor}），" + (f"{said[1]}；" if len(said) > 1 else "") + "限额有两种读法，由主管部门认定"
            return Outcome(Award("；".join(said), None, True, tuple(steps)), reason)
        return Outcome(Award("；".join(said), tops[0], True, tuple(steps)))

    def _step(self, benefit: Benefit, text: str) -> Step:
        return Step(text, self._requirements.quote(benefit.iri) or Quote(None, ""))

    def totals(self, awards: Sequence[Award]) -> Decimal:
        """Return the sum of the awards that have an amount."""
        return sum((a.amount for a in awards if a.amount is not None), Decimal(0))
