"""The check and template commands: parsed options -> run -> files and a summary; exit 0 all read, 1 some not read, 2 unusable."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from qa.check.effective import APPLIED, KIND
from qa.check.engine import Checker, Options
from qa.check.fields import fold
from qa.check.kinds import Kind, purposes
from qa.check.outputs import Outputs, Wants
from qa.check.readers import total
from qa.check.records import Result, Verdict
from qa.check.report import Cover
from qa.check.run import Job, run
from qa.check.summary import Tally, article, one_line, reasons, who
from qa.check.template import write_template
from qa.errors import CallError
from qa.graph import load

_SHOWN = 10
_SMALL = 400_000
_MOST_WORKERS = 64
_NOT_FILLED = "没有这些列，或者一行也没有填（按没有填处理）：{}"


def find_kind(checker: Checker, name: str | None) -> Kind | None:
    """Return the kind of applicant that a name means, None for None. Raises CallError naming the kinds there are."""
    if name is None:
        return None
    found = {fold(known): kind for known, kind in checker.kinds.items()}.get(fold(name))
    if found is None:
        raise CallError(f"没有“{name}”这一类申请人。可以写：{'、'.join(dict.fromkeys(k.label for k in checker.kinds.values()))}")
    return found


def find_measures(checker: Checker, names: list[str]) -> tuple[str, ...]:
    """Return the measures that names mean: label, nickname, English key, 第十七条 or 17. Raises CallError with the nearest."""
    known: dict[str, list[str]] = {}
    for iri, requirement in checker.requirements.of.items():
        keys = {*map(fold, requirement.names), iri.rpartition("/")[2], str(requirement.article), article(requirement.article)}
        for key in keys:
            known.setdefault(key, []).append(iri)
    out: list[str] = []
    for name in names:
        if fold(name) not in known:
            if re.fullmatch(r"第?[\d一二三四五六七八九十百]+条?", fold(name)):
                raise CallError(f"{name}没有可以校验的支持措施。可以写：{'、'.join(r.label for r in checker.requirements.of.values())}")
            near = difflib.get_close_matches(fold(name)[:40], known, n=1, cutoff=0.4)
            hint = f"，是不是“{checker.requirements.of[known[near[0]][0]].label}”？" if near else "。"
            raise CallError(f"没有“{name}”这一项{hint}可以写：{'、'.join(r.label for r in checker.requirements.of.values())}")
        out += known[fold(name)]
    return tuple(dict.fromkeys(out))


def run_check(options: argparse.Namespace, as_of: dt.date) -> int:
    """Check files; return the exit code."""
    checker = Checker(load())
    kind = find_kind(checker, options.kind)
    wanted = Options(as_of, find_measures(checker, options.measure), kind.label if kind else "")
    sizes = {path: total(path) for path in options.files}
    if len({path.resolve() for path in sizes}) < len(options.files):
        raise CallError("同一个文件写了不止一次，请只写一次。")
    workers = options.workers if options.workers is not None else (min(os.cpu_count() or 1, 8) if sum(sizes.values()) > _SMALL else 1)
    if not 1 <= workers <= _MOST_WORKERS:
        raise CallError(f"--workers 应当是1到{_MOST_WORKERS}之间的整数。")
    tally, shown, unread, seen = Tally(), list[Result](), False, frozenset[str]()
    if options.large or options.cluster:
        return _run_large(options, checker, wanted, sizes, workers)
    job = Job(wanted, Wants(files=options.out is not None, lines=options.jsonl, components=checker.judge.components))
    with ExitStack() as stack:
        outputs = stack.enter_context(Outputs(options.out, Cover(checker.title, checker.number, as_of.isoformat()), tally, checker.judge.components)) if options.out else None
        tell = stack.enter_context(_progress(sizes, options.quiet or not sys.stderr.isatty()))
        for part in run(checker, options.files, job, workers, tell):
            tally.merge(part.tally)
            unread |= part.unread
            seen |= part.seen
            shown = [*shown, *part.results][:_SHOWN]
            if outputs is not None:
                outputs.add(part)
            if options.jsonl:
                print(part.texts["results.jsonl"], end="", flush=True)
    if not options.jsonl:
        print(_said(tally, shown, unfilled(checker, wanted, seen), options.out))
    return 1 if unread else 0


def _run_large(options: argparse.Namespace, checker: Checker, wanted: Options, sizes: dict[Path, int], workers: int) -> int:
    """Check large files by columns; return the exit code."""
    from qa.check.columnar.run import pool
    from qa.check.columnar.run import run as run_columns
    from qa.check.columnar.write import Files, Tally

    if options.jsonl:
        raise CallError("大文件模式没有 --jsonl；每人每项的结果在 --out 文件夹的 results.parquet 里。")
    tally, seen = Tally(), frozenset[str]()
    with ExitStack() as stack:
        files = stack.enter_context(Files(options.out)) if options.out else None
        tell = stack.enter_context(_progress(sizes, options.quiet or not sys.stderr.isatty()))
        for part in run_columns(checker, options.files, wanted, stack.enter_context(pool(workers, options.cluster)), tell):
            tally.merge(part.tally)
            seen |= part.seen
            if files is not None:
                files.add(part)
    where = f"结果写在 {options.out}：results.csv（每人一行）、results.parquet（另有理由）、problems.csv、summary.json。" if options.out else "要把结果存成文件，加上 --out 文件夹。"
    lacking = unfilled(checker, wanted, seen)
    print("\n".join([tally.to_text(), *([_NOT_FILLED.format("、".join(lacking))] if lacking else []), where]))
    return 1 if tally.unread else 0


@contextmanager
def _progress(sizes: dict[Path, int], quiet: bool) -> Iterator[Callable[[Path, int], None]]:
    """Show how much of the files is read, with rate and time left; the callback takes a file and the bytes read of it."""
    if quiet:
        yield lambda path, done: None
        return
    from tqdm import tqdm

    read: dict[Path, int] = {}
    with tqdm(total=sum(sizes.values()), desc="校验", unit="B", unit_scale=True, leave=False) as bar:

        def tell(path: Path, done: int) -> None:
            bar.update(min(done, sizes[path]) - read.get(path, 0))
            read[path] = min(done, sizes[path])

        yield tell


def unfilled(checker: Checker, wanted: Options, seen: frozenset[str]) -> list[str]:
    """Return the labels of columns that no record has though a wanted measure asks for them.

    Where nobody said which measures, those count of which the records have something.
    """
    asked = [r for r in checker.wanted(wanted) if wanted.measures or wanted.kind or seen & r.given.keys()]
    needed = {field for r in asked for field in r.given} - seen
    derived = {months for months, dates in checker.dates.items() if set(dates) <= seen | {APPLIED}}
    return [field.label for iri, field in checker.fields.items() if iri in needed - derived - ({KIND} if wanted.kind else set())]


def _said(tally: Tally, shown: list[Result], unfilled: list[str], out: Path | None) -> str:
    """Return the summary, the applicants themselves where they are few, what nobody filled in, and where the files are."""
    lines = [tally.to_text()]
    if unfilled:
        lines.append(_NOT_FILLED.format("、".join(unfilled)) + "\n")
    if tally.applicants <= _SHOWN:
        lines += [applicant(result) for result in shown]
    lines.append(f"结果写在 {out}：results.csv、results.xlsx、report.html（可打印）、results.jsonl、problems.csv、summary.json、shacl-report.ttl、shacl-report.jsonld。" if out else "要把结果存成文件，加上 --out 文件夹。")
    return "\n".join(lines)


def applicant(result: Result) -> str:
    """Return one applicant's verdicts for a terminal: what is got first, then what is open, then what is not."""
    lines = [f"== {who(result)}"]
    order = {verdict: at for at, verdict in enumerate(Verdict)}
    for judgement in sorted(result.judgements, key=lambda j: (order[j.verdict], j.article)):
        award = f"　{judgement.award.text}" if judgement.award else ""
        open_ = judgement.verdict is Verdict.INCOMPLETE
        why = "" if judgement.verdict is Verdict.ELIGIBLE else f"　还要填：{'、'.join(judgement.missing)}" if open_ else "　" + "；".join(reasons(judgement))
        lines.append(f"  {judgement.verdict}　{judgement.label}（{article(judgement.article)}）{award}{why}")
        lines += [f"      怎样改：{mend}" for mend in judgement.mends]
    if result.unlocks:
        lines.append(f"  先补这些最有用：{'、'.join(result.unlocks[:3])}")
    return one_lined(lines)


def one_lined(lines: list[str]) -> str:
    """Join lines, each kept to one line whatever people wrote."""
    return "\n".join(line[: len(line) - len(line.lstrip())] + one_line(line) for line in lines)


def run_template(options: argparse.Namespace) -> int:
    """Write an empty form for a kind of applicant; return the exit code."""
    checker = Checker(load())
    kind = find_kind(checker, options.kind)
    if kind is None:
        raise CallError(f"--for 后面要写一类申请人：{'、'.join(dict.fromkeys(k.label for k in checker.kinds.values()))}")
    if options.out.exists() and not options.force:
        raise CallError(f"{options.out} 已经有了，没有覆盖。请换一个文件名；确要覆盖，加上 --force。")
    columns = [checker.fields[iri] for iri in kind.fields]
    example = {c.iri: c.example for c in columns if c.example is not None} | {KIND: kind.value}
    write_template(options.out, kind.label, columns, purposes(checker.requirements, kind), example)
    schema = options.out.suffix.lower() == ".json"
    then = "这是 JSON Schema；照它写成 JSON 或 JSON Lines 文件后执行：python -m qa check 文件" if schema else f"填好后执行：python -m qa check {options.out}"
    skipped = "" if schema else "示例和说明那几行校验时跳过，可以删掉。"
    print(f"已写好 {options.out}：{kind.label}申请表，{len(columns)} 列。{skipped}{then} --for {kind.label}")
    return 0
