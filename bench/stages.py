"""Where the time of a question goes, and how many questions a second `ask --jsonl` answers; beside it what a small BERT takes for the encoding alone.

    python bench/stages.py [--questions 689] [--json FILE]

    the functions that a question passes are wrapped for the run; a stage counts what is its own, without the stages within it
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.ask import Engine  # noqa: E402
from qa.ask import engine as engines  # noqa: E402
from qa.ask import reader as readers  # noqa: E402

DAY = dt.date(2026, 11, 22)
REST = "其余"


class Watch:
    """Count seconds by stage, each stage without those within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within = [0.0]

    def over(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return work that is counted under a name."""

        def counted(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            self._within.append(0.0)
            try:
                return work(*given, **named)
            finally:
                spent = time.perf_counter() - start
                self.seconds[name] += spent - self._within.pop()
                self._within[-1] += spent

        return counted


class _Watched:
    """A graph whose queries are counted; it cannot be changed itself."""

    def __init__(self, graph: Any, watch: Watch) -> None:
        self._graph, self.select = graph, watch.over("查图谱", graph.select)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph, name)


def watched(engine: Engine) -> Watch:
    """Put a watch on the stages of an engine."""
    watch = Watch()
    engines.clean = watch.over("读字、归一", engines.clean)
    readers.normalise = watch.over("读字、归一", readers.normalise)
    engine.lexicon.find = watch.over("认名称和数", engine.lexicon.find)  # type: ignore[method-assign]
    readers.read = watch.over("认名称和数", readers.read)
    for name in ("grams", "place_tokens", "word_tokens", "word_pairs"):
        setattr(readers, name, watch.over("展成片段", getattr(readers, name)))
    engine._ranker.rank = watch.over("编码、排序", engine._ranker.rank)  # type: ignore[method-assign]
    engine.reader.read = watch.over("定读法", engine.reader.read)  # type: ignore[method-assign]
    engine.graph = _Watched(engine.graph, watch)  # type: ignore[assignment]
    for key, kind in engines.KINDS.items():
        engines.KINDS[key] = watch.over("说成话", kind)
    engine._reply = watch.over("引句、提示", engine._reply)  # type: ignore[method-assign]
    engine.ask = watch.over(REST, engine.ask)  # type: ignore[method-assign]
    return watch


def per_second(rows: list[dict[str, Any]]) -> float:
    """Return how many questions a second `ask --jsonl` answers, its start taken off."""

    def seconds(count: int) -> float:
        lines = "".join(json.dumps({"id": n, "question": row["q"]}, ensure_ascii=False) + "\n" for n, row in enumerate(rows[:count]))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "qa", "ask", "--jsonl"], input=lines.encode(), cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        return time.perf_counter() - start

    few = min(10, len(rows) - 1)
    return (len(rows) - few) / max(seconds(len(rows)) - seconds(few), 1e-9)


def small_bert(texts: list[str]) -> list[float]:
    """Return the milliseconds that a network of the size of bge-small-zh-v1.5 takes to encode each text, a character a token, on one core.

    Its weights are random: the time is the same.
    """
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(1)
    model = BertModel(BertConfig(vocab_size=21128, hidden_size=512, num_hidden_layers=4, num_attention_heads=8, intermediate_size=2048)).eval()
    times = []
    with torch.inference_mode():
        for text in [*texts[:3], *texts]:  # the first three warm it up
            tokens = torch.tensor([[101, *(1000 + ord(character) % 20000 for character in text[:510]), 102]])
            start = time.perf_counter()
            model(tokens)
            times.append((time.perf_counter() - start) * 1000)
    return times[3:]


def main() -> None:
    """Measure and print a line a stage."""
    parser = argparse.ArgumentParser(description="一个问题的用时花在哪里")
    parser.add_argument("--questions", type=int, default=689, help="问多少题")
    parser.add_argument("--json", type=Path, help="数字写到这个文件")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (ROOT / "questions/people/dev.jsonl").read_text(encoding="utf-8").splitlines()][: options.questions]
    rate = per_second(rows)
    engine = Engine()
    engine.ask(rows[0]["q"], (), DAY)
    watch = watched(engine)
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        watch.seconds.clear()
        engine.ask(row["q"], row.get("history", ()), DAY)
        for name, seconds in watch.seconds.items():
            found[name].append(seconds * 1000)
    told = {name: {"median_ms": statistics.median(times), "mean_ms": statistics.fmean(times), "questions": len(times)} for name, times in found.items()}
    for name, of in sorted(told.items(), key=lambda item: -item[1]["mean_ms"]):
        print(f"  {name:8} 中位 {of['median_ms']:.2f} 毫秒，平均 {of['mean_ms']:.2f} 毫秒（{of['questions']} 题经过）")
    bert = small_bert([row["q"] for row in rows[:200]])
    print(f"  bge-small-zh-v1.5 的结构（4 层、宽 512，随机权重）只编码一项，中位 {statistics.median(bert):.2f} 毫秒，99% {sorted(bert)[int(len(bert) * 0.99)]:.2f} 毫秒")
    print(f"  ask --jsonl 每秒 {rate:.0f} 题（不算启动）")
    if options.json:
        options.json.write_text(json.dumps({"stages": told, "bert_ms": statistics.median(bert), "jsonl_per_second": rate}, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
