"""What a batch check came to, as escaped HTML: progress, counts with a chart, problems, a table by verdict in pages.

progress_html(Progress)     summary_html(summary.json, table.json)     table_html(table.json, verdict, page)     CSS goes to the page
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa.check.records import Verdict
from qa.check.report import badge
from qa.check.summary import article
from qa.web.batch_desk import Progress
from qa.web.cards import text

ALL = "全部"
PAGE = 20
_TOP = 8
_SHOWN_PROBLEMS = 50
_HEADS = ("行", "申请人", "措施", "裁决", "理由", "金额")
_PROBLEM_HEADS = ("文件", "行", "列", "问题")
_LONG = ("理由", "问题")
_FILL = {Verdict.ELIGIBLE: "is-yes", Verdict.REVIEW: "is-review", Verdict.INCOMPLETE: "is-open", Verdict.INELIGIBLE: "is-no"}
# each verdict has a pattern of its own, so that bars can be told apart without colour
_PATTERNS = (
    "<svg width='0' height='0' aria-hidden='true' class='defs'><defs>"
    "<pattern id='bt-yes' width='8' height='8' patternUnits='userSpaceOnUse'><rect width='8' height='8' fill='#1c7a46'/></pattern>"
    "<pattern id='bt-review' width='8' height='8' patternUnits='userSpaceOnUse'><rect width='8' height='8' fill='#4657b8'/><path d='M0 8 8 0' stroke='#fff' stroke-width='2'/></pattern>"
    "<pattern id='bt-open' width='8' height='8' patternUnits='userSpaceOnUse'><rect width='8' height='8' fill='#fff6da'/><circle cx='4' cy='4' r='2' fill='#6b5000'/></pattern>"
    "<pattern id='bt-no' width='8' height='8' patternUnits='userSpaceOnUse'><rect width='8' height='8' fill='#fdecea'/><path d='M0 0 8 8M8 0 0 8' stroke='#a3302a' stroke-width='2'/></pattern>"
    "</defs></svg>"
)
CSS = """
.bt .defs {position: absolute} .bt .is-yes {fill: url(#bt-yes)} .bt .is-review {fill: url(#bt-review)} .bt .is-open {fill: url(#bt-open)} .bt .is-no {fill: url(#bt-no)}
.bt svg.bar {display: block; width: 100%; height: 1.1rem; border: 1px solid var(--pc-line); border-radius: 4px} .bt svg.key {display: inline-block; width: 1.6rem; height: 1rem; vertical-align: -.15rem; border: 1px solid var(--pc-line); border-radius: 3px; margin-right: .35rem}
.bt .chart {list-style: none; padding: 0; display: grid; gap: .8rem} .bt .chart li {display: grid; grid-template-columns: minmax(12rem, 1fr) 2fr; gap: .1rem 1rem; align-items: center} .bt .chart small {grid-column: 2}
.bt .keys {display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; list-style: none; padding: 0}
.bt .big {display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; list-style: none; padding: 0} .bt .big li {border: 1px solid var(--pc-line); border-radius: 8px; padding: .6rem .9rem; background: var(--pc-tint)} .bt .big b {display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums}
.bt .scroll {overflow-x: auto; border: 1px solid var(--pc-line); border-radius: 8px} .bt .scroll:focus-visible {outline: 3px solid var(--pc-accent)} .bt table {border-collapse: collapse; width: 100%; font-size: .95rem} .bt caption {text-align: left; padding: .5rem .7rem; font-weight: 600; color: var(--pc-text)}
.bt tr {border: 0 !important} .bt th, .bt td {border: 0 !important; border-bottom: 1px solid var(--pc-line) !important; padding: .45rem .7rem; text-align: left; vertical-align: top; min-width: 4rem; color: var(--pc-text)} .bt thead th {background: var(--pc-tint); white-space: nowrap} .bt td.long {min-width: 16rem}
.bt .big li, .bt .chart li, .bt .keys li {margin: 0}
.bt h3 {font-size: 1.2rem; margin: 1.25rem 0 .4rem} .bt h4 {margin: 1rem 0 .3rem}
@media (max-width: 40rem) {
  .bt .chart li {grid-template-columns: 1fr} .bt .chart small {grid-column: 1}
  .bt thead {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)} .bt table, .bt tbody, .bt caption {display: block} .bt tbody tr {display: block; padding: .6rem .8rem; border: 0 !important; border-bottom: 1px solid var(--pc-line) !important}
  .bt td, .bt td.long {display: grid; grid-template-columns: 4.5rem 1fr; gap: .5rem; border: 0 !important; padding: .15rem 0; min-width: 0} .bt td::before {content: attr(data-head); color: var(--pc-soft)} .bt td:empty {display: none}
}
"""


def number(value: float) -> str:
    """Say a number: 12,000, or 3.4 where it is small."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def span(seconds: float) -> str:
    """Say a length of time: 45秒, 2分10秒."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"


def progress_html(at: Progress) -> str:
    """Return how far a run is, with its rate and the time left."""
    share = at.read * 100 // at.total if at.total else 0
    left = "" if at.remaining is None else "，快好了，正在写结果" if at.read >= at.total else f"，约还要{span(at.remaining)}"
    said = f"已判{number(at.applicants)}个申请人，每秒{number(at.rate)}个，已用{span(at.seconds)}{left}。" if at.applicants else "正在读文件……"
    return f"<div class='pc bt'><p><strong>正在校验：已读{share}%</strong></p><progress max='100' value='{share}' aria-label='校验进度'>{share}%</progress><p>{said}</p></div>"


def fault_html(message: str) -> str:
    """Return why there is no result."""
    return f"<div class='pc bt'><p class='fault' role='alert' tabindex='-1'>{text(message)}</p></div>"


def summary_html(summary: Mapping[str, Any], table: Mapping[str, Any], seconds: float) -> str:
    """Return the counts, the chart by measure, what is most often not met or not filled in, and the problems."""
    counts = summary["by_verdict"]
    big = "".join(f"<li>{badge(v)}<b>{number(counts[v.value])}</b></li>" for v in Verdict)
    parts = [
        f"<div class='pc bt'>{_PATTERNS}<h3 tabindex='-1' id='bt-done'>校验完成</h3>",
        f"<p>共{number(summary['applicants'])}个申请人，{number(summary['judgements'])}项裁决，读入时的问题{number(summary['problems'])}个，用了{span(seconds)}。</p>",
        f"<ul class='big' aria-label='各裁决的项数'>{big}</ul>",
        _chart(summary["by_measure"]),
        _ranked("没有满足的条件", [(f"{row['condition']}（{article(row['article'])}）", row["applicants"]) for row in summary["failing"]]),
        _ranked("没有填的信息", [(row["field"], row["applicants"]) for row in summary["missing"]]),
        _unfilled(table["unfilled"]),
        _problems(table["problems"], summary["problems"]),
    ]
    return "".join([*parts, "</div>"])


def _chart(measures: Sequence[Mapping[str, Any]]) -> str:
    """Return a bar a measure, each verdict with its pattern, and the same numbers in words."""
    if not measures:
        return ""
    keys = "".join(f"<li><svg class='key' aria-hidden='true'><rect width='100%' height='100%' class='{_FILL[v]}'/></svg>{v.value}</li>" for v in Verdict)
    return f"<h4>每项措施的裁决</h4><ul class='keys' aria-hidden='true'>{keys}</ul><ul class='chart'>{''.join(map(_bar, measures))}</ul>"


def _bar(row: Mapping[str, Any]) -> str:
    counts = [(v, int(row["by_verdict"][v.value])) for v in Verdict]
    every, at, bars = sum(n for _, n in counts) or 1, 0.0, ""
    for verdict, n in counts:
        wide = n * 100 / every
        bars += f"<rect x='{at:.2f}%' y='0' width='{wide:.2f}%' height='100%' class='{_FILL[verdict]}'/>" if n else ""
        at += wide
    said = "，".join(f"{v.value} {number(n)}" for v, n in counts if n)
    return f"<li><span>{text(row['measure'])}（{article(row['article'])}）</span><svg class='bar' aria-hidden='true'>{bars}</svg><small>{said}</small></li>"


def _ranked(title: str, rows: Sequence[tuple[str, int]]) -> str:
    if not rows:
        return ""
    more = f"<p class='soft'>另有{len(rows) - _TOP}项，见报告。</p>" if len(rows) > _TOP else ""
    return f"<details><summary>{title}（{len(rows)}项）</summary><ol>" + "".join(f"<li>{text(name)}：{number(n)}个申请人</li>" for name, n in rows[:_TOP]) + f"</ol>{more}</details>"


def _unfilled(labels: Sequence[str]) -> str:
    return f"<details><summary>没有这些列，或一行也没有填（{len(labels)}列）</summary><p>{text('、'.join(labels))}</p><p class='soft'>按没有填处理，不当作“否”。</p></details>" if labels else ""


def _problems(rows: Sequence[Sequence[str]], every: int) -> str:
    """Return what could not be read, by file, row and column."""
    if not rows:
        return "<p>每一格都读懂了。</p>"
    body = "".join(_cells(_PROBLEM_HEADS, [text(cell) for cell in row]) for row in rows[:_SHOWN_PROBLEMS])
    more = f"（前{_SHOWN_PROBLEMS}个，其余见问题清单）" if every > _SHOWN_PROBLEMS else ""
    heads = "".join(f"<th scope='col'>{name}</th>" for name in _PROBLEM_HEADS)
    return f"<h4>读入时的问题：{number(every)}个{more}</h4><div class='scroll' tabindex='0' role='region' aria-label='读入时的问题'><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"


def rows_of(table: Mapping[str, Any], verdict: str) -> list[list[str]]:
    """Return the rows that are held for a verdict, or of all."""
    return list(table["first"] if verdict == ALL else table["by_verdict"].get(verdict, []))


def pages(table: Mapping[str, Any], verdict: str) -> int:
    """Return how many pages a verdict has, at least one."""
    return max(1, -(-len(rows_of(table, verdict)) // PAGE))


def table_html(table: Mapping[str, Any], summary: Mapping[str, Any], verdict: str, page: int) -> str:
    """Return one page of rows; page counts from 0."""
    rows = rows_of(table, verdict)
    if not rows:
        return "<div class='pc bt'><p>没有这样的裁决。</p></div>"
    every = summary["judgements"] if verdict == ALL else summary["by_verdict"][verdict]
    cut = f"，网页上只列前{number(len(rows))}行，其余在结果表里" if every > len(rows) else ""
    caption = f"{verdict}：共{number(every)}行{cut}。第{page + 1}页，共{pages(table, verdict)}页"
    heads = "".join(f"<th scope='col'>{name}</th>" for name in _HEADS)
    body = "".join(map(_row, rows[page * PAGE : (page + 1) * PAGE]))
    return f"<div class='pc bt'><div class='scroll' tabindex='0' role='region' aria-label='逐项结果'><table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></div>"


def _row(row: Sequence[str]) -> str:
    line, key, name, measure, at, verdict, why, missing, mend, award = row
    said = [f"<div>{text(part)}</div>" for part in (why if verdict != Verdict.INCOMPLETE else "", f"还要填：{missing}" if missing and verdict == Verdict.INCOMPLETE else "", f"怎样改：{mend}" if mend else "") if part]
    cells = (text(line), text(" ".join(filter(None, (key, name)))), f"{text(measure)}<br><small>{article(int(at))}</small>", badge(Verdict(verdict)), "".join(said), text(award))
    return _cells(_HEADS, cells)


def _cells(heads: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row of cells that are HTML already; where there is no room for columns, each cell tells its head."""
    return "<tr>" + "".join(f"<td data-head='{head}'{' class=long' if head in _LONG else ''}>{cell and f'<div>{cell}</div>'}</td>" for head, cell in zip(heads, cells, strict=True)) + "</tr>"
