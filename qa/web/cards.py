"""How verdicts look on the page: judgements -> cards grouped by verdict, as escaped HTML; sign and word, never colour alone.

groups_html(judgements)     counts_html(judgements)     CSS goes to the page
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from qa.check.effective import KIND
from qa.check.records import Award, Finding, Judgement, State, Verdict
from qa.check.report import badge
from qa.check.summary import article, cited, one_line, quotes, reason

MEANINGS = {
    Verdict.ELIGIBLE: "文件写的条件都满足",
    Verdict.REVIEW: "只剩官方评审、考核，或文字有两种读法",
    Verdict.INCOMPLETE: "还不知道，差几项信息",
    Verdict.INELIGIBLE: "有条件不满足，下面写了怎样改",
}
CSS = """
.pc {--pc-text: #1a1d21; --pc-soft: #454c55; --pc-line: #c3c9d1; --pc-back: #fff; --pc-tint: #f4f6f9; --pc-accent: #0b4a8f; --pc-fault: #9b1c1c; color: var(--pc-text); line-height: 1.75; overflow-wrap: anywhere}
.dark .pc {--pc-text: #eef0f4; --pc-soft: #c3cad5; --pc-line: #525c6b; --pc-back: #16191f; --pc-tint: #20252e; --pc-accent: #9cc4ff; --pc-fault: #ffb0a8}
.pc p, .pc ul, .pc ol {margin: .35rem 0; color: var(--pc-text)} .pc ul {list-style: disc; padding-left: 1.4rem} .pc ol {list-style: decimal; padding-left: 1.6rem}
.pc h3, .pc h4 {color: var(--pc-text); margin: 0} .pc small, .pc .soft {color: var(--pc-soft)}
.pc .v {display: inline-block; padding: 0 .55rem; border: 1px solid; border-radius: 999px; font-weight: 600; white-space: nowrap; font-size: .95rem}
.pc .yes {color: #0b4f2a; background: #e8f6ee} .pc .review {color: #1f2f7a; background: #eceffb} .pc .open {color: #5c4400; background: #fff6da} .pc .no {color: #7a1712; background: #fdecea}
.dark .pc .yes {color: #a5e6c1; background: #10301f} .dark .pc .review {color: #c3ceff; background: #1c2444} .dark .pc .open {color: #ffe08a; background: #362c0c} .dark .pc .no {color: #ffb9b2; background: #3d1613}
.pc .counts {display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: .25rem 0 .75rem}
.pc .group {margin: 0 0 1.25rem} .pc .group > h3 {font-size: 1.05rem; display: flex; flex-wrap: wrap; gap: .25rem .6rem; align-items: center; padding-bottom: .4rem}
.pc .group > h3 small {font-weight: 400}
.pc .card {border-style: solid !important; border-width: 1px 1px 1px 5px !important; border-color: var(--pc-line); border-radius: 8px; padding: .65rem .9rem; margin: 0 0 .6rem; background: var(--pc-back)}
.pc .card h4 {font-size: 1rem; font-weight: 600} .pc .card h4 small {font-weight: 400; margin-left: .4rem; white-space: nowrap}
.pc .card.is-yes {border-left-color: #1c7a46} .pc .card.is-review {border-left-color: #4657b8} .pc .card.is-open {border-left-color: #94700a} .pc .card.is-no {border-left-color: #a3302a}
.pc .sum {font-size: 1.15rem; font-weight: 600; margin: .15rem 0}
.pc blockquote {margin: .35rem 0; padding: .1rem .8rem; border-left: 3px solid var(--pc-line); color: var(--pc-soft)}
.pc summary {cursor: pointer; color: var(--pc-accent); padding: .2rem 0; width: fit-content} .pc summary:focus-visible {outline: 3px solid var(--pc-accent); outline-offset: 2px}
.pc progress {appearance: none; display: block; width: 100%; height: .6rem; margin: .2rem 0 1rem; border: 1px solid var(--pc-line); border-radius: 999px; overflow: hidden; background: var(--pc-tint)}
.pc progress::-webkit-progress-bar {background: var(--pc-tint)} .pc progress::-webkit-progress-value {background: var(--pc-accent)} .pc progress::-moz-progress-bar {background: var(--pc-accent)}
.pc .fault {color: var(--pc-fault); border: 2px solid var(--pc-fault); border-radius: 8px; padding: .5rem .8rem; font-weight: 600}
.dark button[role=tab][aria-selected=true] {color: #9cc4ff !important; border-color: #9cc4ff !important}
.gradio-container {--button-primary-background-fill: #0b4a8f; --button-primary-background-fill-hover: #083a70; --button-primary-text-color: #fff; --button-primary-text-color-hover: #fff; --button-primary-border-color: #0b4a8f; --color-accent: #0b4a8f; --checkbox-background-color-selected: #0b4a8f; --checkbox-border-color-selected: #0b4a8f; --checkbox-border-color-focus: #0b4a8f}
.gradio-container button:focus-visible, .gradio-container a:focus-visible, .calm label:focus-within {outline: 3px solid #0b4a8f; outline-offset: 2px} .dark button:focus-visible, .dark a:focus-visible, .dark .calm label:focus-within {outline-color: #9cc4ff}
"""
_CLASS = {Verdict.ELIGIBLE: "yes", Verdict.REVIEW: "review", Verdict.INCOMPLETE: "open", Verdict.INELIGIBLE: "no"}


def text(words: object) -> str:
    """Return words to stand in HTML: what people or files wrote is text, never markup."""
    return escape(one_line(str(words)), quote=True)


def counts_html(judgements: Sequence[Judgement]) -> str:
    """Return how many measures stand at each verdict, as one line."""
    counted = [(v, sum(j.verdict is v for j in judgements)) for v in Verdict]
    return "<ul class='counts' aria-label='各裁决的项数'>" + "".join(f"<li>{badge(v)} {n}项</li>" for v, n in counted) + "</ul>"


def groups_html(judgements: Iterable[Judgement]) -> str:
    """Return the cards, the verdicts in their order; a verdict that nothing has is left out."""
    found = list(judgements)
    return "".join(_group(v, [j for j in found if j.verdict is v]) for v in Verdict)


def _group(verdict: Verdict, found: Sequence[Judgement]) -> str:
    if not found:
        return ""
    head = f"<h3>{badge(verdict)}<span>{len(found)}项</span><small>{MEANINGS[verdict]}</small></h3>"
    return f"<section class='group'>{head}{''.join(map(card, found))}</section>"


def card(judgement: Judgement) -> str:
    """Return one measure: what it comes to, why, what to mend; steps, quotes and notices to be unfolded."""
    parts = [f"<article class='card is-{_CLASS[judgement.verdict]}'><h4>{text(judgement.label)}<small>{article(judgement.article)}</small></h4>"]
    if judgement.award:
        parts.append(f"<p class='sum'>{text(judgement.award.text)}</p>")
    parts.append(_why(judgement))
    if judgement.mends:
        parts.append("<p>怎样改：</p>" + _listed(map(text, judgement.mends)))
    return "".join([*parts, _more(judgement), "</article>"])


def _why(judgement: Judgement) -> str:
    if judgement.verdict is Verdict.INCOMPLETE:
        return f"<p>还要知道：{text('、'.join(judgement.missing))}</p>" if judgement.missing else ""
    if judgement.verdict is Verdict.ELIGIBLE:
        met = "、".join(f.label + (f"（{f.actual}）" if f.actual not in ("", "是") else "") for f in judgement.findings if f.state is State.MET and f.field != KIND)
        return f"<p>已满足：{text(met)}</p>" if met else "<p>没有另外的条件。</p>"
    return _listed(dict.fromkeys(text(reason(f)) for f in judgement.reasons))


def _more(judgement: Judgement) -> str:
    said = [f"<blockquote>{text(cited(q))}</blockquote>" for q in quotes(judgement)]
    said += [f"<p>提示：{text(n)}</p>" for n in judgement.notices]
    steps = _steps(judgement.award) if judgement.award else ""
    return f"<details><summary>{'计算步骤、' if steps else ''}原文{'和提示' if judgement.notices else ''}</summary>{steps}{''.join(said)}</details>" if steps or said else ""


def _steps(award: Award) -> str:
    needs = f"<p>要算出数额，还要知道：{text('、'.join(award.needs))}</p>" if award.needs else ""
    return ("<ol>" + "".join(f"<li>{text(s.text)}</li>" for s in award.steps) + "</ol>" if award.steps else "") + needs


def _listed(items: Iterable[str]) -> str:
    """Return a list of items that are HTML already."""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def grounds_html(findings: Iterable[Finding]) -> str:
    """Return what the document says on one field: each requirement with its quote."""
    return "".join(f"<p>{text(f.message)}</p>" + (f"<blockquote>{text(cited(f.quote))}</blockquote>" if f.quote and f.quote.text else "") for f in findings)
