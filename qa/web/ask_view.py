"""A reply as a good official would write it, as escaped HTML: 结论 → 金额 → 条件 → 原文 → 单位 → 有效期 → 提示 → 查询.

turn_html(number, reply, sheet, catalogue)      plain(reply)  what is copied      CSS goes to the page
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from qa.ask import Reply
from qa.ask.catalogue import Catalogue
from qa.ask.replies.common import article, articles
from qa.ask.sheet import Condition, Sheet
from qa.web.ask_picture import CSS as PICTURE
from qa.web.ask_picture import svg
from qa.web.spans import pieces

NOTE = "本回答由规则与知识图谱生成，不是大模型生成；仅供参考，以原文及牵头单位解释为准。"
# a sign and a word for each state: colour only repeats what they say
STATES = {"met": ("✓", "已满足"), "failed": ("✗", "不满足"), "open": ("？", "还不知道")}
_QUOTED = 3
_ROWS = 20
_LEAD = 90
CSS = PICTURE + """
.turn {border-top: 1px solid var(--pc-line); padding: 1.1rem 0 .6rem; scroll-margin-top: .5rem} .turn:first-child {border-top: 0}
.turn .asked {font-size: 1.05rem; margin: 0 0 .7rem} .turn .asked b {display: inline-block; margin-right: .6rem; padding: 0 .5rem; border-radius: 6px; background: var(--pc-tint); border: 1px solid var(--pc-line); font-weight: 600}
.turn .answer {font-size: 1.3rem; line-height: 1.65; font-weight: 600; margin: .2rem 0} .turn .rest {font-size: 1.05rem}
.pc .turn h4 {font-size: 1rem; font-weight: 600; margin: 1.1rem 0 .25rem} .turn .cols {display: flex; flex-wrap: wrap; gap: .4rem 2rem} .turn .cols > * {flex: 1 1 20rem; min-width: 0}
.turn .conds {list-style: none; padding: 0} .turn .conds li {padding: .1rem 0; display: grid; grid-template-columns: 6.6rem minmax(0, 1fr)} .turn .conds b {font-weight: 600}
.turn .is-met b {color: #0b4f2a} .turn .is-failed b {color: #7a1712} .turn .is-open b {color: #5c4400} .dark .turn .is-met b {color: #a5e6c1} .dark .turn .is-failed b {color: #ffb9b2} .dark .turn .is-open b {color: #ffe08a}
.turn mark {background: #ffe58a; color: #1a1a1a; padding: .05rem 0} .turn blockquote p {margin: .2rem 0; padding: 0} .pc .turn blockquote {margin-top: .2rem} .turn a {color: var(--pc-accent); text-decoration: underline}
.turn pre {white-space: pre-wrap; word-break: break-word; background: var(--pc-tint); border: 1px solid var(--pc-line); border-radius: 6px; padding: .6rem .8rem; font-size: .85rem; max-height: 22rem; overflow: auto}
.turn table {border-collapse: collapse; font-size: .85rem} .turn td, .turn th {border: 1px solid var(--pc-line); padding: .2rem .5rem; text-align: left} .turn .wide {overflow-x: auto}
.turn .tools {display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .8rem} .turn .tools button {font: inherit; margin: 0; min-height: 2.6rem; padding: 0 .9rem; border: 1px solid var(--pc-line); border-radius: 6px; background: var(--pc-back); color: var(--pc-text); cursor: pointer}
@media print { #ask-box, #ask-examples, #ask-opinion, .ask-row, .turn .tools {display: none !important} .turn {break-inside: auto} .turn blockquote, .turn figure {break-inside: avoid} }
"""


def turn_html(number: int, reply: Reply, sheet: Sheet, catalogue: Catalogue) -> str:
    """Return a question with its reply."""
    lead, rest = _first(reply.answer)
    parts = [f"<p class='asked'><b>您问</b>{escape(reply.question)}</p>", f"<p class='answer'>{escape(lead)}</p>"]
    parts += [f"<p class='rest'>{escape(rest)}</p>"] if rest else []
    parts += [f"<p class='soft'>我理解您在问：{escape(reply.understood)}</p>"] if reply.understood else []
    parts += ["<h4>金额怎么算</h4><ol>" + _items(reply.steps) + "</ol>"] if reply.steps else []
    parts.append(_conditions(sheet))
    parts.append(_grounds(reply, sheet, catalogue))
    parts.append(_units(sheet))
    parts += [f"<h4>有效期</h4><p>{escape(sheet.validity)}</p>"] if sheet.validity and reply.articles else []
    parts += ["<h4>提示</h4><ul>" + _items(reply.notices) + "</ul>"] if reply.notices else []
    parts.append(_query(reply))
    parts.append(f"<p class='tools'><button type='button' data-copy='{escape(plain(reply), quote=True)}'>复制答复</button><button type='button' data-print>打印</button></p>")
    return f"<article class='turn' tabindex='-1' aria-label='第{number}问'>{''.join(parts)}</article>"


def fault_html(question: str, message: str) -> str:
    """Return a question that could not be read, with what to do."""
    asked = f"<p class='asked'><b>您问</b>{escape(question[:200])}</p>" if question.strip() else ""
    return f"<article class='turn' tabindex='-1' role='alert'>{asked}<p class='fault'>{escape(message)}</p></article>"


def plain(reply: Reply) -> str:
    """Return a reply as text to be copied: answer, steps, quotes, notices, source."""
    quotes = [f"原文（{article(c.article)}）：{c.quote}" if c.article else f"原文：{c.quote}" for c in reply.citations]
    return "\n".join([f"问：{reply.question}", f"答：{reply.answer}", *reply.steps, *quotes, *(f"提示：{n}" for n in reply.notices), f"依据：{reply.document}", NOTE])


def _first(answer: str) -> tuple[str, str]:
    """Part a long answer after its first sentence; a short one stays whole."""
    at = answer.find("。") + 1
    return (answer[:at], answer[at:]) if 0 < at < len(answer) > _LEAD else (answer, "")


def _items(lines: Iterable[str]) -> str:
    return "".join(f"<li>{escape(line)}</li>" for line in lines)


def _conditions(sheet: Sheet) -> str:
    """Return the conditions; folded away where the question says nothing that could be held against them."""
    if not sheet.conditions:
        return ""
    if not sheet.stated:
        return f"<details><summary>要满足的条件（{len(sheet.conditions)}）</summary><ul>{_items(c.words for c in sheet.conditions)}</ul></details>"
    return f"<h4>条件</h4><ul class='conds'>{''.join(map(_condition, sheet.conditions))}</ul>"


def _condition(one: Condition) -> str:
    sign, word = STATES[one.state]
    return f"<li class='is-{one.state}'><b>{sign} {word}</b>{escape(one.words)}</li>"


def _grounds(reply: Reply, sheet: Sheet, catalogue: Catalogue) -> str:
    """Return the quotes in their paragraphs, and beside them the part of the graph that was used."""
    found = paragraphs(catalogue, reply, sheet.order)
    shown, more = found[:_QUOTED], found[_QUOTED:]
    folded = f"<details><summary>其余{len(more)}段原文</summary>{''.join(more)}</details>" if more else ""
    quotes = f"<div><h4>原文</h4>{''.join(shown)}{folded}</div>" if found else ""
    drawn = svg(sheet.things)
    left = len(sheet.order) - sum(thing.kind == "article" for thing in sheet.things)
    rest = f"<figcaption class='soft'>还有{left}条没有画。</figcaption>" if left > 0 else ""
    picture = f"<figure style='margin: 0'><h4>用到的图谱</h4>{drawn}{rest}</figure>" if drawn else ""
    return f"<div class='cols'>{quotes}{picture}</div>" if quotes or picture else ""


def paragraphs(catalogue: Catalogue, reply: Reply, order: Sequence[int] = ()) -> list[str]:
    """Return each paragraph of the official text that the reply cites, its spans marked, with a link to it in the whole text; first the articles in this order."""
    spans = sorted({span for c in reply.citations for span in (c.spans or ((c.start, c.end),))})
    out: list[tuple[int, str]] = []
    start = 0
    for line in catalogue.text.split("\n"):
        end = start + len(line)
        inside = [(a, min(b, end)) for a, b in spans if start <= a < end]
        if inside:
            body = "".join(f"<mark>{escape(catalogue.text[p.start : p.end])}</mark>" if p.covers else escape(catalogue.text[p.start : p.end]) for p in pieces(start, end, inside))
            number = next((n for n, part in catalogue.articles.items() if part.start <= start < part.end), None)
            link = f"<p><a href='#art-{number}'>在全文里看{article(number)}</a></p>" if number else ""
            out.append((order.index(number) if number in order else len(order), f"<blockquote><p>{body}</p>{link}</blockquote>"))
        start = end + 1
    return [html for _, html in sorted(out, key=lambda one: one[0])]


def _units(sheet: Sheet) -> str:
    if not sheet.units:
        return ""
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for one in sheet.units:
        alike.setdefault((one.lead, one.helpers), []).append(one.article)
    lines = [f"{articles(numbers)}：牵头 {lead}" + (f"；配合 {'、'.join(helpers)}" if helpers else "") for (lead, helpers), numbers in alike.items()]
    return "<h4>找哪个单位</h4><ul>" + _items(lines) + "</ul>"


def _query(reply: Reply) -> str:
    if not reply.sparql:
        return ""
    names = list(dict.fromkeys(name for row in reply.rows for name in row))
    head = "".join(f"<th scope='col'>{escape(n)}</th>" for n in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(row.get(n, ''))}</td>" for n in names) + "</tr>" for row in reply.rows[:_ROWS])
    left = f"<p>还有{len(reply.rows) - _ROWS}行。</p>" if len(reply.rows) > _ROWS else ""
    table = f"<div class='wide' tabindex='0' role='region' aria-label='查到的行'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{left}" if reply.rows else ""
    return f"<details><summary>查询和查到的行（SPARQL，{len(reply.rows)}行）</summary><pre tabindex='0' aria-label='查询'>{escape(reply.sparql)}</pre>{table}</details>"
