"""Whether a sum that the question claims is what its own base comes to: base and claim -> compute -> yes, or what it is instead."""

from __future__ import annotations

import re
from decimal import Decimal

from qa.ask.numbers import read
from qa.ask.records import Said
from qa.ask.replies.common import Context, articles
from qa.ask.replies.money import EQUITY
from qa.benefit import Benefit, Inputs, compute, money

_ASKS = re.compile(r"[吗么嘛吧]|合规|合不合|对不对|行不|可不可|能不能|超没超|超标|超了|够不够|成不成|中不中|是不是|可以|\?$")
_OPEN = re.compile(r"多少|几(?:万|个|成|块|多)|咋算|怎么算|如何算|多大")
_TAKES = re.compile(r"(?:够(?!不)|拿|领|给|补|申请|申报|报|批|享受|得|奖|支|贴|要(?!是))(?:到|了|我|我们|俺|咱|走|个|上|下来|助|贴|销)*\s*(?P<rest>[^，。；,;?]{0,12})")
_GROUPS = {"money", "sum", "premise", "judgement", "condition", "way"}


def _pair(benefit: Benefit, text: str, sums: tuple[Decimal, ...]) -> tuple[Decimal, Decimal] | None:
    """Return the base and the claim: the claim is what is taken, the base what stands by its own name; None where that is not clear."""
    if len(set(sums)) != 2 or set(sums) == {benefit.low, benefit.high}:  # the range itself
        return None
    taken = {held[0] for m in _TAKES.finditer(text) if (held := read(m["rest"]).money)} & set(sums)
    if len(taken) == 1:
        claim = taken.pop()
        return next(s for s in sums if s != claim), claim
    name = (benefit.limit_label or benefit.base_label)[:2]
    if taken or not name or name not in text:
        return None
    before, _, after = text.partition(name)
    near = read(after).money[:1] if not read(before).money else read(before).money[-1:]
    return (near[0], next(s for s in sums if s != near[0])) if near and near[0] in sums else None


def claimed(context: Context) -> Said | None:
    """Compare the claim with what the text's ratio makes of the base; None where the question claims nothing of the kind."""
    text, sums = context.reading.text, context.reading.numbers.money
    if context.pattern.group not in _GROUPS or not _ASKS.search(text) or _OPEN.search(text):
        return None
    rated = [b for m in context.measures for b in context.catalogue.of_measure[m.iri] if b.rate is not None or b.ratio_limit is not None]
    equity = bool(EQUITY.search(text))
    rated = [b for b in rated if len(rated) == 1 or not b.base or ("equity" in b.base) == equity]
    if len(rated) != 1 or (pair := _pair(rated[0], text, sums)) is None:
        return None
    benefit, (base, claim) = rated[0], pair
    if benefit.rate is not None and claim > base:
        return None  # nobody claims more than what the rate is taken of: that is another sum
    done = compute(benefit, Inputs(base, None, 1, False))
    if done is None or (benefit.low is not None and (claim < benefit.low or claim <= done.amount < benefit.low)):
        return None  # below the lower end of a range the text does not say what holds
    arts = (context.catalogue.measures[benefit.measure].article,)
    way = f"{benefit.limit_label or benefit.base_label}{'；'.join(done.steps)}（{articles(arts)}）。"
    if benefit.low is not None and done.amount < benefit.low:
        head = f"不够{money(claim)}，到不了下限{money(benefit.low)}"
    elif benefit.ratio_limit is not None:
        head = f"不能拿{money(claim)}，最多{money(done.amount)}" if claim > done.amount else f"可以，不超过{money(done.amount)}"
    else:
        head = f"是，{money(done.amount)}" if claim == done.amount else f"不是{money(claim)}，是{money(done.amount)}"
    return Said(f"{head}：{way}", (benefit.iri,), arts, steps=done.steps)
