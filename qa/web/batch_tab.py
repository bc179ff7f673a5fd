"""批量校验: an empty form, a file back, progress, then counts, a table and every output to take away. Runs are on the desk.

batch_tab(checker) in a gr.Tab(TAB)     HEAD and CSS go to the page     the page's delete_cache sweeps what a session left behind
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from qa import clock
from qa.check.cells import CellError, parse
from qa.check.effective import APPLIED, KIND
from qa.check.engine import Checker
from qa.check.kinds import purposes
from qa.check.records import Verdict
from qa.check.summary import article
from qa.check.template import write_template
from qa.errors import CallError, PolicyError
from qa.web.batch_child import TABLE
from qa.web.batch_desk import Call, Desk, Limits
from qa.web.batch_view import ALL, fault_html, pages, progress_html, summary_html, table_html

TAB = "批量校验"
MIXED = "几类混在一起（每人判全部措施）"
OUTPUTS = (
    ("results.xlsx", "结果表（Excel）"),
    ("report.html", "可打印的报告（网页）"),
    ("problems.csv", "问题清单（CSV）"),
    ("results.csv", "结果表（CSV）"),
    ("results.jsonl", "给程序用（JSON Lines）"),
    ("shacl-report.ttl", "SHACL 报告（Turtle）"),
    ("shacl-report.jsonld", "SHACL 报告（JSON-LD）"),
)
_KEEP_SECONDS = 3600
_LIMITS = Limits()
_NOWHERE = ("", ALL, 0)
CSS = """
#bt-kind .wrap {display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: .6rem} #bt-kind label, #bt-measures label, #bt-filter label {min-height: 2.75rem; white-space: normal; align-items: center}
#bt-measures .wrap {display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: .4rem} .bt-step button, .bt-step a {min-height: 2.75rem; white-space: normal} .bt-step h3 {font-size: 1.2rem; margin: 0}
#bt-status:not(:has(.bt)) {display: none} #bt-file .or {color: inherit} #bt-status [tabindex]:focus:not(:focus-visible) {outline: none}
"""
HEAD = """<script>"use strict";
window.batchFocus = () => { let left = 40; const look = () => {
  const found = document.querySelector("#bt-status [tabindex]") || document.querySelector("#bt-done");
  if (found && found.offsetParent !== null) found.focus(); else if (left-- > 0) setTimeout(look, 50); };
  requestAnimationFrame(() => requestAnimationFrame(look)); };</script>"""


def batch_tab(checker: Checker, limits: Limits = _LIMITS) -> Desk:
    """Build the tab's content in the gr.Tab that is open; return the desk, which the page may close."""
    root = Path(get_upload_folder())
    desk = Desk(root, limits)
    kinds = sorted(dict.fromkeys(checker.kinds.values()), key=lambda kind: (kind.value != "个人", -len(kind.measures)))
    forms = Forms(checker, desk)
    everything = [(f"{r.label}（{article(r.article)}）", iri) for iri, r in checker.requirements.of.items()]
    # whose results, which of them, which page; whoever does nothing for an hour has left
    at = gr.State(_NOWHERE, time_to_live=_KEEP_SECONDS, delete_callback=lambda where: desk.leave(where[0]))

    with gr.Column(elem_classes="calm bt-step"):
        gr.HTML("<div class='pc'><h3>一、选申请人类别，取空白表</h3><p>表里有填法说明和示例；不知道的空着，空着不当作“否”。已经有自己的表，直接到第二步。</p></div>")
        kind = gr.Radio([MIXED, *(k.label for k in kinds)], value=MIXED, label="申请人类别", elem_id="bt-kind")
        with gr.Row():
            xlsx = gr.DownloadButton("下载空白表（Excel）", interactive=False, elem_id="bt-xlsx")
            csv = gr.DownloadButton("下载空白表（CSV）", interactive=False, elem_id="bt-csv")
    with gr.Column(elem_classes="calm bt-step"):
        size = f"最多{limits.size // 1024 // 1024} MB、{limits.rows}个申请人"
        gr.HTML(f"<div class='pc'><h3>二、交上填好的表</h3><p>CSV、XLSX、XLS、JSON、JSON Lines、Turtle、N-Triples、JSON-LD、RDF/XML 都可以，{size}。</p><p class='soft'>文件和结果放在服务器的私人临时文件夹里，离开网页、按“清除文件和结果”或服务器停止时删除，最长留一个多小时；证件号码在结果里遮住中间几位。</p></div>")
        file = gr.File(label="申请人的表", elem_id="bt-file", height=140)
        with gr.Accordion("只判几项、换一个日期（可以不填）", open=False):
            measures = gr.CheckboxGroup(everything, label="只判这几项（一项不选就全判）", elem_id="bt-measures")
            day = gr.Textbox(label="没有填申请日期的，按哪一天算", placeholder="年-月-日，例如 2026-11-22；不填就是今天", max_length=20, elem_id="bt-day")
    with gr.Column(elem_classes="calm bt-step"):
        gr.HTML("<div class='pc'><h3>三、校验</h3></div>")
        with gr.Row():
            go = gr.Button("开始校验", variant="primary", elem_id="bt-go")
            halt = gr.Button("停止", interactive=False, elem_id="bt-stop")
        status = gr.HTML(elem_id="bt-status")
    with gr.Column(visible=False, elem_classes="calm bt-step", elem_id="bt-results") as results:
        summary = gr.HTML(elem_id="bt-summary")
        gr.HTML("<div class='pc bt'><h3>把结果带走</h3></div>")
        with gr.Row():
            downloads = [gr.DownloadButton(label, elem_id=f"bt-{name.replace('.', '-')}", min_width=220) for name, label in OUTPUTS]
        gr.HTML("<div class='pc bt'><h3>逐项结果</h3></div>")
        only = gr.Radio([ALL, *(v.value for v in Verdict)], value=ALL, label="只看", elem_id="bt-filter")
        table = gr.HTML(elem_id="bt-table")
        with gr.Row():
            before = gr.Button("上一页", elem_id="bt-before")
            after = gr.Button("下一页", elem_id="bt-after")
        forget = gr.Button("清除文件和结果", elem_id="bt-forget")
    shown = [go, halt, status, results, summary, at, only, table, before, after, *downloads]

    def nothing(said: str, running: bool = False) -> list[Any]:
        blank = [gr.update() for _ in shown[5:]]
        return [gr.update(interactive=not running), gr.update(interactive=running), said, gr.update(visible=False), "", *blank]

    def paged(session: str, verdict: str, page: int) -> list[Any]:
        folder = desk.folder(session)
        if folder is None:
            return [_NOWHERE, fault_html("结果已经清除。请重新校验。"), gr.update(interactive=False), gr.update(interactive=False)]
        held, counts = _read(folder, TABLE), _read(folder, "summary.json")
        page = min(max(page, 0), pages(held, verdict) - 1)
        return [(session, verdict, page), table_html(held, counts, verdict, page), gr.update(interactive=page > 0), gr.update(interactive=page + 1 < pages(held, verdict))]

    def finished(session: str, folder: Path, seconds: float) -> list[Any]:
        held, counts = _read(folder, TABLE), _read(folder, "summary.json")
        where, rows, back, on = paged(session, ALL, 0)
        taken = [str(folder / name) for name, _ in OUTPUTS]
        return [gr.update(interactive=True), gr.update(interactive=False), "", gr.update(visible=True), summary_html(counts, held, seconds), where, ALL, rows, back, on, *taken]

    def start(given: str | None, who: str, wanted: list[str], on: str, request: gr.Request) -> Iterator[list[Any]]:
        session = str(request.session_hash)
        try:
            call = Call(_file(given), _day(checker, on), "" if who == MIXED else who, tuple(wanted or ()))
            run = desk.start(session, call)
        except PolicyError as error:
            yield nothing(fault_html(error.message))
            return
        whole, seconds = False, 0.0
        try:
            for progress in run.events():
                seconds = progress.seconds
                yield nothing(progress_html(progress), running=True)
            whole = True
        except PolicyError as error:
            yield nothing(fault_html(error.message))
        finally:
            desk.finish(session, run, whole)
        if whole and desk.folder(session) == run.folder:
            yield finished(session, run.folder, seconds)

    def cancel(request: gr.Request) -> None:
        desk.cancel(str(request.session_hash))

    def leave(request: gr.Request) -> None:
        desk.leave(str(request.session_hash))

    def forgotten(request: gr.Request) -> list[Any]:
        desk.leave(str(request.session_hash))
        return [*nothing("<div class='pc bt'><p role='status'>文件和结果都已清除。</p></div>"), None]

    def turned(by: int) -> Any:
        def turn(where: tuple[str, str, int], request: gr.Request) -> list[Any]:
            return paged(str(request.session_hash), where[1], where[2] + by)

        return turn

    def chosen(verdict: str, request: gr.Request) -> list[Any]:
        return paged(str(request.session_hash), verdict, 0)

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    kind.change(forms.offer, kind, [xlsx, csv], concurrency_limit=2, **private)
    # more may knock than may run, so that whoever must wait is told so at once
    done = go.click(start, [file, kind, measures, day], shown, concurrency_limit=limits.runs + 6, **private)
    done.then(None, None, None, js="() => batchFocus()", api_visibility="private")
    halt.click(cancel, None, None, concurrency_limit=8, **private)
    only.input(chosen, only, [at, table, before, after], concurrency_limit=4, **private)
    before.click(turned(-1), at, [at, table, before, after], concurrency_limit=4, **private)
    after.click(turned(1), at, [at, table, before, after], concurrency_limit=4, **private)
    forget.click(forgotten, None, [*shown, file], concurrency_limit=4, **private)
    gr.context.Context.root_block.unload(leave)
    return desk


class Forms:
    """Empty forms, written when first asked for and then kept until the server stops: they hold nothing of anybody."""

    def __init__(self, checker: Checker, desk: Desk) -> None:
        self._checker, self._desk = checker, desk
        self._folder: Path | None = None

    def offer(self, label: str) -> list[Any]:
        """Return what the two buttons give for a kind of applicant."""
        if label == MIXED or label not in self._checker.kinds:
            return [gr.update(value=None, interactive=False)] * 2
        return [gr.update(value=str(self.path(label, ending)), interactive=True) for ending in ("xlsx", "csv")]

    def path(self, label: str, ending: str) -> Path:
        """Return the form of a kind as a file; it is written again where it was swept away."""
        if self._folder is None or not self._folder.is_dir():
            self._folder = self._desk.new_folder("forms")
        kind = self._checker.kinds[label]
        path = self._folder / f"{kind.label}申请表.{ending}"
        if not path.is_file():
            columns = [self._checker.fields[iri] for iri in kind.fields]
            example = {c.iri: c.example for c in columns if c.example is not None} | {KIND: kind.value}
            write_template(path, kind.label, columns, purposes(self._checker.requirements, kind), example)
        return path


def _file(given: str | None) -> Path:
    if not given:
        raise CallError("还没有选文件。请先在第二步交上填好的表。")
    return Path(given)


def _day(checker: Checker, written: str) -> str:
    try:
        found = parse(checker.fields[APPLIED], written or "")
    except CellError as error:
        raise CallError(f"日期{error}") from error
    return (found if isinstance(found, dt.date) else clock.today()).isoformat()


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))
