"""The command line: python -m qa ask | check | template | sparql | load | serve. Errors become one Chinese sentence and an exit code here, nowhere else."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa import clock
from qa.arguments import Parser
from qa.errors import CallError, PolicyError, QuestionError

if TYPE_CHECKING:
    from qa.ask import Engine, Reply

MAX_LINE = 4_000_000


def _date(text: str) -> dt.date:
    try:
        year, month, day = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text.strip()).groups()  # type: ignore[union-attr]
        return dt.date(int(year), int(month), int(day))
    except (AttributeError, ValueError) as error:
        raise CallError(f"日期 {text} 读不懂，请写成 2026-11-22 这样。") from error


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every subcommand."""
    parser = Parser(prog="qa", description="大同中关村政策知识图谱")
    commands = parser.add_subparsers(dest="command", parser_class=Parser, metavar="命令")
    ask = commands.add_parser("ask", help="提一个问题", description="回答一个问题，或逐行回答标准输入里的问题")
    ask.add_argument("question", nargs="?", help="问题，例如：博士租房补贴每月多少钱")
    ask.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    ask.add_argument("--jsonl", action="store_true", help="从标准输入逐行读 {id, question, history}，逐行输出")
    ask.add_argument("--as-of", default=None, metavar="日期", help="按哪一天答（默认今天），写成 2026-11-22")
    ask.add_argument("--timing", action="store_true", help="附上 elapsed_ms")
    ask.add_argument("--encoder", default=None, metavar="名称或文件夹", help="改用任一 sentence-transformers 模型")
    ask.add_argument("--policies", type=Path, default=None, metavar="文件", help="旁边的其他政策（.nq 或 .trig，每份一个命名图）；问题里说到哪份的地名或文号，就按哪份答")
    from qa.check.options import add_check_options, add_template_options
    from qa.sparql.options import add_load_options, add_sparql_options
    from qa.web.options import add_serve_options

    add_check_options(commands.add_parser("check", help="校验申请人", description="逐个申请人、逐项措施判断：符合、待认定、信息不足、不符合"))
    add_template_options(commands.add_parser("template", help="取空白申请表", description="按申请人类别写出空白申请表"))
    add_sparql_options(commands.add_parser("sparql", help="查询图谱", description="在本机有界地执行一个 SPARQL 查询"))
    add_load_options(commands.add_parser("load", help="把图谱放到自己的服务器", description="按 Graph Store Protocol 把图谱放到一个 SPARQL 服务器"))
    serve = commands.add_parser("serve", help="打开网页", description="在本机打开网页")
    add_serve_options(serve)
    return parser


def say(reply: Reply) -> str:
    """Return a reply for a person to read in a terminal."""
    from qa.ask.replies.common import article

    lines = [reply.answer]
    lines += [f"  计算：{step}" for step in reply.steps]
    if reply.understood:
        lines.append(f"我理解您在问：{reply.understood}")
    for citation in reply.citations:
        where = article(citation.article) if citation.article else {"header": "文头", "preamble": "前言", "footer": "版记", "chapter": "标题"}.get(citation.part or "", "")
        lines.append(f"原文（{where}）：{citation.quote}")
    lines += [f"提示：{notice}" for notice in reply.notices]
    if reply.status != "answered":
        lines.append("可以这样问：" + "；".join(reply.suggestions))
    if reply.sparql:
        lines.append("查询：\n" + reply.sparql)
    return "\n".join(lines)


def _lines() -> Iterator[bytes]:
    stream = sys.stdin.buffer
    while line := stream.readline(MAX_LINE):
        if not line.endswith(b"\n") and len(line) >= MAX_LINE:
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield b""
        elif line.strip():
            yield line


def _answer_line(engine: Engine, line: bytes, as_of: dt.date | None, timing: bool) -> dict[str, Any]:
    known: Any = None
    try:
        if not line:
            raise QuestionError(f"这一行超过 {MAX_LINE // 1_000_000} MB，没有读。")
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise QuestionError("这一行不是 UTF-8 的 JSON，请一行写一个 {\"id\", \"question\", \"history\"}。") from error
        if not isinstance(row, dict):
            raise QuestionError("这一行应当是 JSON 对象，例如 {\"id\": \"1\", \"question\": \"…\"}。")
        known = row.get("id") if isinstance(row.get("id"), str | int) and not isinstance(row.get("id"), bool) else None
        history = row.get("history") or []
        if not isinstance(history, list):
            raise QuestionError("history 应当是先前问题的列表，最早的在前。")
        start = time.perf_counter()
        out = {"id": known} | engine.ask(row.get("question"), history, as_of).to_json()
        return out | ({"elapsed_ms": round((time.perf_counter() - start) * 1000, 3)} if timing else {})
    except PolicyError as error:
        return {"id": known, "status": "error", "error": error.message}
    except Exception as error:  # one line must never end the run; the reason goes to the operator
        print(f"程序出错：{error!r}", file=sys.stderr)
        return {"id": known, "status": "error", "error": "这一行没有答出来，是程序的毛病，请把问题发给维护人员。"}


def run_ask(options: argparse.Namespace) -> int:
    """Answer one question or a stream of them; return the exit code."""
    from qa.ask import Engine

    as_of = _date(options.as_of) if options.as_of is not None else None
    if options.jsonl == (options.question is not None):
        raise CallError("请给一个问题，或用 --jsonl 从标准输入读（二者取一）。例如：python -m qa ask \"博士租房补贴每月多少钱\"")
    engine = Engine(encoder=options.encoder, policies=options.policies)
    if options.jsonl:
        failed = False
        for line in _lines():
            out = _answer_line(engine, line, as_of, options.timing)
            failed |= out["status"] == "error"
            print(json.dumps(out, ensure_ascii=False), flush=True)
        return 1 if failed else 0
    start = time.perf_counter()
    reply = engine.ask(options.question, (), as_of)
    elapsed = round((time.perf_counter() - start) * 1000, 3)
    if options.json:
        print(json.dumps(reply.to_json() | ({"elapsed_ms": elapsed} if options.timing else {}), ensure_ascii=False, indent=2))
    else:
        print(say(reply) + (f"\n用时：{elapsed} 毫秒" if options.timing else ""))
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Check files of applicants; return the exit code."""
    from qa.check.command import run_check

    return run_check(options, _date(options.as_of) if options.as_of is not None else clock.today())


def run_template(options: argparse.Namespace) -> int:
    """Write an empty form; return the exit code."""
    from qa.check.command import run_template

    return run_template(options)


def run_serve(options: argparse.Namespace) -> int:
    """Serve the page until stopped; return the exit code."""
    from qa.web.server import Serving, serve

    names = ("host", "port", "encoder", "sparql_only", "upload_mb", "sparql_timeout", "sparql_rows", "ask_waiting", "check_waiting", "feedback")
    serve(Serving(**{name: getattr(options, name) for name in names}, data=tuple(options.data), root=options.root_path))
    return 0


def run_sparql(options: argparse.Namespace) -> int:
    """Run one query; return the exit code."""
    from qa.sparql.command import run_sparql

    return run_sparql(options)


def run_load(options: argparse.Namespace) -> int:
    """Put the graph on a server; return the exit code."""
    from qa.sparql.command import run_load

    return run_load(options)


COMMANDS = {"ask": run_ask, "check": run_check, "template": run_template, "sparql": run_sparql, "load": run_load, "serve": run_serve}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 some line in error, 2 the call is unusable."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = build_parser().parse_args(argv)
        if options.command is None:
            raise CallError("请写一个命令：ask、check、template、sparql、load 或 serve。例如：python -m qa ask \"博士租房补贴每月多少钱\"")
        return COMMANDS[options.command](options)
    except PolicyError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"读写出错：{error.strerror or error}。请检查磁盘空间和权限后重试。", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        print(f"缺少依赖 {error.name}：请先执行 make app 安装，再用 .venv/bin/python 运行，或先执行 source .venv/bin/activate。", file=sys.stderr)
        return 2
    except Exception as error:  # whatever else: a sentence for the person, the details only for who asks for them
        if os.environ.get("POLICY_DEBUG"):
            raise
        print(f"程序出错了（{type(error).__name__}：{str(error)[:200]}）。请把这句话和所用的命令告诉维护人员；要看详情，先设 POLICY_DEBUG=1 再执行。", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
