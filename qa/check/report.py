"""Results -> one HTML file to read or print: counts, what is most often not met, then applicant by applicant.

No script, no outside address, no font from elsewhere; a verdict is told by word and sign, never by colour alone.
The sections are written as results come; the counts, known at the end, are put before them when the report closes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from qa.check.outdir import Closing
from qa.check.records import Award, Finding, Judgement, Problem, Result, State, Verdict
from qa.check.summary import Tally, article, cited, one_line, quotes, reason, who

SHOWN = 200
_RANKED = 20
_SIGN = {Verdict.ELIGIBLE: "✓", Verdict.REVIEW: "⚖", Verdict.INCOMPLETE: "？", Verdict.INELIGIBLE: "✗"}
_CLASS = {Verdict.ELIGIBLE: "yes", Verdict.REVIEW: "review", Verdict.INCOMPLETE: "open", Verdict.INELIGIBLE: "no"}
_CAUTION = "仅供参考，以原文及牵头单位解释为准。"
_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;font:1rem/1.7 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.4;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:2px solid #1a1a1a}
h3{font-size:1.1rem;margin:2rem 0 .5rem;padding-top:.5rem;border-top:1px solid #767676}
h4{font-size:1rem;margin:.25rem 0}
p,ul,ol{margin:.25rem 0}
ul,ol{padding-left:1.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
.bar{display:block;height:.75rem;min-width:1px;background:#33508f;border:1px solid #1a1a1a;print-color-adjust:exact;-webkit-print-color-adjust:exact}
td.w{width:40%;vertical-align:middle}
.v{display:inline-block;padding:0 .5rem;border:1px solid;border-radius:.25rem;font-weight:bold;white-space:nowrap}
.yes{color:#0b4f2a;background:#e8f6ee}.review{color:#1f2f7a;background:#eceffb}
.open{color:#5c4400;background:#fff6da}.no{color:#7a1712;background:#fdecea}
blockquote{margin:.25rem 0;padding:0 .75rem;border-left:3px solid #767676;color:#333}
summary{cursor:pointer;padding:.25rem 0}
summary:focus-visible{outline:3px solid #33508f}
.card{margin:.5rem 0;padding:.25rem .75rem;border:1px solid #767676;border-radius:.25rem}
@media (max-width:30rem){body{padding:.75rem}td.w,th.w{display:none}.card{padding:.25rem .5rem}}
@media print{body{max-width:none;padding:0;font-size:10pt}h2,h3,h4{break-after:avoid}.card,tr{break-inside:avoid}
details::details-content{content-visibility:visible;block-size:auto}details>*{display:block}}
"""


@dataclass(frozen=True)
class Cover:
    """What stands at the head of the report: the document's title and number, and the day of the check."""

    title: str
    number: str
    day: str


class HtmlReport(Closing):
    """Write the report; tally is the one that the caller adds every result to before the report closes."""

    def __init__(self, path: Path, cover: Cover, tally: Tally, shown: int = SHOWN) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        self._body = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", newline="\n", dir=path.parent)  # noqa: SIM115  lives as long as the report
        self._cover, self._tally, self._shown, self._count = cover, tally, shown, 0

    def write(self, result: Result) -> None:
        """Write the section of one applicant, unless enough are shown."""
        self._count += 1
        if self._count <= self._shown:
            self._body.write(section(result))

    def close(self) -> None:
        """Put the counts before the sections and finish the file."""
        self._file.write(_head(self._cover, self._tally))
        self._body.seek(0)
        shutil.copyfileobj(self._body, self._file)
        every = max(self._count, self._tally.applicants)
        if every > self._shown:
            self._file.write(f"<p><strong>这里只列前 {self._shown} 个申请人，共 {every} 个；其余见 results.csv。</strong></p>\n")
        self._file.write(f"</main>\n<footer><p>{_CAUTION}</p></footer>\n</body>\n</html>\n")
        self.abandon()

    def abandon(self) -> None:
        """Let go of the file."""
        self._body.close()
        self._file.close()


def _t(text: str) -> str:
    """Return text to stand in HTML: everything that people wrote is text, never markup."""
    return escape(one_line(text), quote=True)


def badge(verdict: Verdict) -> str:
    """Return a verdict as sign and word."""
    return f'<span class="v {_CLASS[verdict]}">{_SIGN[verdict]} {verdict}</span>'


def _head(cover: Cover, tally: Tally) -> str:
    title = f"资格校验报告：{_t(cover.title)}"
    parts = [
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1>",
        f"<p>依据：{_t(cover.number)}。校验日期：{_t(cover.day)}。</p>\n<p><strong>{_CAUTION}</strong></p></header>\n<main>",
        f"<h2>小结</h2>\n<p>共 {tally.applicants} 个申请人，{tally.by_verdict.total()} 项裁决；读入时的问题 {tally.problems} 个。</p>",
        _chart("按裁决", "裁决", [(badge(v), tally.by_verdict[v]) for v in Verdict]),
        _measures(tally),
    ]
    if failing := tally.top_failing():
        parts.append("<h2>没有满足的条件</h2>")
        parts.append(_chart("多少个申请人没有满足", "条件", [(f"{_t(label)}（{article(at)}）", n) for label, at, n in failing[:_RANKED]]))
    if missing := tally.top_missing():
        parts.append("<h2>没有填的信息</h2>" + _chart("多少个申请人没有填", "信息", [(_t(label), n) for label, n in missing[:_RANKED]]))
    if tally.problem_samples:
        more = "，其余见 problems.csv" if tally.problems > len(tally.problem_samples) else ""
        parts.append(f"<h2>读入时的问题</h2>\n<p>共 {tally.problems} 个{more}。</p>" + _problems(tally.problem_samples))
    return "\n".join([*parts, "<h2>申请人</h2>\n"])


def _chart(caption: str, name: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return a table with a bar a row; the first of a pair is HTML already."""
    most = max((n for _, n in rows), default=0) or 1
    body = "".join(
        f'<tr><th scope="row">{label}</th><td class="n">{n}</td><td class="w" aria-hidden="true"><span class="bar" style="width:{n * 100 // most}%"></span></td></tr>\n' if n
        else f'<tr><th scope="row">{label}</th><td class="n">0</td><td class="w"></td></tr>\n'
        for label, n in rows
    )  # fmt: skip
    return f'<table>\n<caption>{caption}</caption>\n<tr><th scope="col">{name}</th><th scope="col" class="n">个数</th><td class="w"></td></tr>\n{body}</table>'


def _measures(tally: Tally) -> str:
    heads = "".join(f'<th scope="col" class="n">{v}</th>' for v in Verdict)
    rows = "".join(
        f'<tr><th scope="row">{article(at)} {_t(label)}</th>' + "".join(f'<td class="n">{counts.get(v, 0)}</td>' for v in Verdict) + "</tr>\n"
        for at, label, counts in tally.measures()
    )
    return f'<div class="scroll"><table>\n<caption>按措施</caption>\n<tr><th scope="col">措施</th>{heads}</tr>\n{rows}</table></div>' if rows else ""


def _problems(problems: Iterable[Problem]) -> str:
    return "<ul>" + "".join(f"<li>{_t(str(p))}</li>" for p in problems) + "</ul>\n"


def blank(judgement: Judgement) -> bool:
    """Tell a measure for which nothing at all is filled in."""
    return judgement.verdict is Verdict.INCOMPLETE and not any(f.actual or f.state in (State.MET, State.FAILED) for f in judgement.findings)


def section(result: Result) -> str:
    """Return the section of one applicant: what can be had first, what cannot folded, what is not filled in on one line."""
    empty = [j for j in result.judgements if blank(j)]
    told = sorted((j for j in result.judgements if not blank(j)), key=lambda j: list(Verdict).index(j.verdict))
    refused = [j for j in told if j.verdict is Verdict.INELIGIBLE]
    parts = [f"<section>\n<h3>{_t(who(result))}</h3>\n<p>{_t(result.file)}，申请日期 {result.as_of.isoformat()}</p>\n"]
    if result.problems:
        parts.append("<p>读入时的问题：</p>" + _problems(result.problems))
    if result.unlocks:
        parts.append(f"<p>补填这些信息最有用：{_t('、'.join(result.unlocks[:5]))}</p>\n")
    parts += [_card(j) for j in told if j.verdict is not Verdict.INELIGIBLE]
    if refused:
        names = "、".join(j.label for j in refused)
        parts.append(f"<details>\n<summary>{badge(Verdict.INELIGIBLE)} {len(refused)} 项：{_t(names)}</summary>\n{''.join(map(_card, refused))}</details>\n")
    if empty:
        parts.append(f"<p>没有填写有关信息：{_t('、'.join(j.label for j in empty))}</p>\n")
    return "".join([*parts, "</section>\n"])


def _card(judgement: Judgement) -> str:
    parts = [f'<div class="card">\n<h4>{badge(judgement.verdict)} {article(judgement.article)} {_t(judgement.label)}</h4>\n']
    if judgement.verdict is Verdict.ELIGIBLE:
        met = "、".join(f.label + (f"（{f.actual}）" if f.actual else "") for f in judgement.findings if f.state is State.MET)
        parts.append(f"<p>各项条件都满足{'：' + _t(met) if met else ''}</p>\n")
    elif judgement.reasons:
        parts.append("<ul>" + "".join(f"<li>{why}</li>" for why in dict.fromkeys(map(_why, judgement.reasons))) + "</ul>\n")
    if judgement.mends:
        parts.append("<p>怎样改：</p><ul>" + "".join(f"<li>{_t(m)}</li>" for m in judgement.mends) + "</ul>\n")
    if judgement.award:
        parts.append(_award(judgement.award))
    parts += [f"<blockquote>{_t(cited(q))}</blockquote>\n" for q in quotes(judgement)]
    parts += [f"<p>提示：{_t(n)}</p>\n" for n in judgement.notices]
    return "".join([*parts, "</div>\n"])


def _why(finding: Finding) -> str:
    if finding.state is not State.FAILED:
        return _t(reason(finding))
    facts = [f"现为{finding.actual}"] if finding.actual else []
    facts += [finding.gap] if finding.gap else []
    return _t(finding.message or finding.label) + (f"：{_t('，'.join(facts))}" if facts else "")


def _award(award: Award) -> str:
    steps = "".join(f"<li>{_t(s.text)}</li>" for s in award.steps)
    needs = f"<p>要算出数额，还需填写：{_t('、'.join(award.needs))}</p>\n" if award.needs else ""
    return f"<p>金额：<strong>{_t(award.text)}</strong></p>\n{'<ol>' + steps + '</ol>' if steps else ''}{needs}"
