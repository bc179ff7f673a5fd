"""Where the question may mean a second thing about the same measure, say that too, briefly, after the direct answer."""

from __future__ import annotations

import dataclasses
import re

from qa.ask.records import Said
from qa.ask.replies.claims import claimed
from qa.ask.replies.common import Context, articles, join
from qa.ask.replies.conditions import beneficiaries, conditions, needed, open_to_doubt, unasked, weigh
from qa.ask.replies.eligibility import MAY
from qa.ask.replies.overview import grouped, sentence, short_measure
from qa.ask.replies.premises import CONFIRMED
from qa.ask.replies.statements import begun

_MUST = re.compile(r"非得|必须|要不要|得不得|是不是[得要]|才[给发能行有]|需不需要|用不用|要求|限不限|也得|吗|吧")
_FIRST = re.compile(r"我|俺|咱|他|她|朋友|同学|儿子|闺女|孩子|公司|单位|客户|员工")
_SELF = {"eligible"}  # weighs the facts itself
_SURE = 0.97
_LIKELY = 0.03
_LIMIT = 195
_ABOUT = ("money", "condition", "judgement", "agency", "way", "premise")


def complete(context: Context, said: Said) -> Said:
    """Append what the next likely groups of patterns would say of the same measures, within the length of a short reply."""
    if said.status == "answered" and (claim := claimed(context)) is not None:
        return claim
    said = begun(context, _asked(context, _failed(context, _spared(context, said))))
    groups = dict(context.reading.groups)
    own = context.pattern.group
    if own not in _ABOUT or said.status != "answered" or groups.get(own, 0.0) > _SURE or not 0 < len(context.measures) <= 2:
        return said
    text, facts = said.answer, list(said.facts)
    for group, probability in context.reading.groups[:4]:
        if group == own or probability < _LIKELY or group not in _ABOUT:
            continue
        more, used = _part(context, "condition" if group == "judgement" else "money" if group == "premise" else group, text)
        if more and more.rstrip("。") not in text and len(text) + len(more) <= _LIMIT:
            text += more
            facts += used
    return dataclasses.replace(said, answer=text, facts=tuple(dict.fromkeys(facts)))


def _failed(context: Context, said: Said) -> Said:
    """Begin with the no that a stated fact decides, where the question asks whether it may be had and the reply only describes."""
    if len(context.measures) != 1 or context.pattern.reply in _SELF or said.status != "answered" or said.answer.startswith(("不", "是，")) or not MAY.search(context.reading.text):
        return said
    failed = weigh(context, {iri for iri, _ in conditions(context.catalogue, context.measures[0].iri)})[1]
    if not failed or context.pattern.group == "sum":
        return said
    facts = tuple(dict.fromkeys((*said.facts, *(leaf.criterion for leaf in failed))))
    return dataclasses.replace(said, answer=f"不能，不符合条件：要求{join(list(dict.fromkeys(leaf.label for leaf in failed)))}。{said.answer.removeprefix(CONFIRMED)}", facts=facts)


def _asked(context: Context, said: Said) -> Said:
    """Begin with the condition that the question asks about, where every measure has it: 要交社保吗 -> 要; 不一定 where the text can be read both ways."""
    if not context.measures or context.pattern.reply in _SELF or said.status != "answered" or re.match("[要需是得不]", said.answer):
        return said
    each = [{iri for iri, _ in conditions(context.catalogue, m.iri)} for m in context.measures]
    if any(unasked(context, criteria) for criteria in each):
        return said
    for word, find in (("要", needed), ("不一定", open_to_doubt)):
        found = [find(context, criteria) for criteria in each]
        if all(found):
            leaves = [leaf for own in found for leaf in own]
            head = f"{word}：{join(list(dict.fromkeys(leaf.label for leaf in leaves)))}（{articles(m.article for m in context.measures)}）。"
            facts = tuple(dict.fromkeys((*(leaf.criterion for leaf in leaves), *said.facts)))
            return dataclasses.replace(said, answer=head if said.answer.startswith("没有写") else head + said.answer, facts=facts)
    return said


def _spared(context: Context, said: Said) -> Said:
    """Begin with what the question takes for a condition and the measure does not ask for."""
    if context.pattern.group != "money" or said.status != "answered" or len(context.measures) != 1:
        return said
    wanted = conditions(context.catalogue, context.measures[0].iri)
    failed = weigh(context, {iri for iri, _ in wanted})[1]
    if failed and any(b.has_figure for b in context.catalogue.of_measure[context.measures[0].iri]) and _FIRST.search(context.reading.text):
        wanting = join(list(dict.fromkeys(leaf.label for leaf in failed)))
        facts = tuple(dict.fromkeys((*said.facts, *(leaf.criterion for leaf in failed))))
        return dataclasses.replace(said, answer=f"不能，不符合条件：要求{wanting}。{said.answer}", facts=facts)
    free = unasked(context, {iri for iri, _ in wanted}) if _MUST.search(context.reading.text) else ""
    return dataclasses.replace(said, answer=f"{free}。{said.answer}") if free and free not in said.answer else said


def _part(context: Context, group: str, said: str) -> tuple[str, list[str]]:
    catalogue, measures = context.catalogue, context.measures
    if group == "money":
        tiers = set(context.reading.tiers)
        benefits = [b for m in measures for b in catalogue.of_measure[m.iri] if not b.tier or not tiers & {x.tier for x in catalogue.of_measure[m.iri]} or b.tier in tiers]
        fresh = [g for g in grouped(benefits) if short_measure(g) not in said]
        return "；".join(map(short_measure, fresh)) + "。" * bool(fresh), [b.iri for g in fresh for b in g]
    if group == "condition":
        found = [c for m in measures for c in conditions(catalogue, m.iri)]
        every = join(list(dict.fromkeys(label for _, label in found)))
        who = beneficiaries(context) if "beneficiary" in context.reading.candidates else []  # the likelier of the group is whom it is for
        target = f"面向{join(list(dict.fromkeys(words for _, words in who)))}。" if who else ""
        need = f"条件：{every}。" if every and every not in said else ""
        return (target if target and target not in said else "") + need, [iri for iri, _ in (*who, *found)]
    if group == "agency":
        number = measures[0].article
        lead = catalogue.leads.get(number, "")
        if f"牵头单位是{lead}" in said and "配合单位是" in said:
            return "", []
        helpers = catalogue.helpers.get(number, [])
        also = f"，配合单位是{join([name for name, _ in helpers])}" if helpers else ""
        used = [catalogue.articles[number].iri + "/lead", *(iri for _, iri in helpers)]
        return (f"牵头单位是{lead}{also}（{articles([number])}）。" if lead else ""), used
    if group == "way":
        words = sentence(catalogue, measures[0].iri)
        return f"原文：“{words}”。", [measures[0].iri]
    return "", []
