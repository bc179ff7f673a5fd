"""Ask, measured: accuracy by kind beside simple peers, refusals, time by question.

    python bench/ask.py [--questions questions/people/dev.jsonl] [--json FILE]

Peers: BM25 over the articles, and the nearest training wording by TF-IDF. The scorer is bench/score.py.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import platform
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import score  # noqa: E402

from qa.ask import Engine  # noqa: E402
from qa.ask.text import normalise  # noqa: E402

AS_OF = dt.date(2026, 11, 22)
Answer = dict[str, object]


def pairs(text: str) -> list[str]:
    body = normalise(text)
    return [body[i : i + 2] for i in range(len(body) - 1)]


class Bm25:
    """Answer with the whole article that BM25 over character pairs ranks first."""

    def __init__(self, engine: Engine) -> None:
        self.articles = [(n, engine.catalogue.text[p.start : p.end]) for n, p in engine.catalogue.articles.items()]
        self.counts = [Counter(pairs(t)) for _, t in self.articles]
        self.mean = statistics.mean(sum(c.values()) for c in self.counts)
        self.spread = Counter(g for c in self.counts for g in c)

    def __call__(self, question: str, history: list[str]) -> Answer:
        total = len(self.counts)

        def rank(counts: Counter[str]) -> float:
            size = sum(counts.values())
            return sum(
                math.log(1 + (total - self.spread[g] + 0.5) / (self.spread[g] + 0.5)) * counts[g] * 2.5 / (counts[g] + 1.5 * (0.25 + 0.75 * size / self.mean))
                for g in pairs(question)
                if g in counts
            )

        best = max(range(total), key=lambda i: rank(self.counts[i]))
        number, text = self.articles[best]
        return {"status": "answered", "answer": text, "articles": [number]}


class Nearest:
    """Ask the engine the training wording that is nearest by TF-IDF over character pairs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        rows = [json.loads(x) for x in (ROOT / "questions/people/train.jsonl").read_text(encoding="utf-8").splitlines()]
        self.rows = [r for r in rows if not r.get("h")]
        held = [Counter(pairs(r["q"])) for r in self.rows]
        self.weight = {g: math.log(len(held) / n) for g, n in Counter(g for c in held for g in c).items()}
        self.index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for i, counts in enumerate(held):
            norm = math.sqrt(sum((n * self.weight[g]) ** 2 for g, n in counts.items())) or 1.0
            for gram, n in counts.items():
                self.index[gram].append((i, n * self.weight[gram] / norm))

    def __call__(self, question: str, history: list[str]) -> Answer:
        scores: dict[int, float] = defaultdict(float)
        for gram, n in Counter(pairs(question)).items():
            for i, weight in self.index.get(gram, ()):
                scores[i] += n * self.weight[gram] * weight
        row = self.rows[max(scores, key=lambda i: scores[i])] if scores else {"u": "garbage"}
        if "u" in row:
            return {"status": "no_answer", "answer": "", "articles": []}
        return self.engine.ask(row["q"], (), AS_OF).to_json()


def measure(name: str, questions: dict[str, dict], answer: Callable[[str, list[str]], Answer]) -> dict[str, object]:
    """Score one system and time it; kinds as shares, times in milliseconds."""
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    times, refused, false = [], 0, 0
    for q in questions.values():
        start = time.perf_counter()
        given = answer(q["q"], q["history"])
        times.append((time.perf_counter() - start) * 1000)
        result = score.judge(q, given)
        kinds[q["kind"]][0] += result["ok"]
        kinds[q["kind"]][1] += 1
        refused += bool(q["answerable"] and given["status"] != "answered")
        false += bool(not q["answerable"] and given["status"] == "answered")
    answerable = sum(q["answerable"] for q in questions.values())
    times.sort()
    return {
        "system": name,
        "accuracy": sum(ok for ok, _ in kinds.values()) / len(questions),
        "kinds": {k: round(ok / n, 3) for k, (ok, n) in sorted(kinds.items())},
        "answerables refused": refused / answerable,
        "unanswerables answered": false / max(1, len(questions) - answerable),
        "median ms": times[len(times) // 2],
        "99th percentile ms": times[int(len(times) * 0.99)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="问答的准确率和用时")
    parser.add_argument("--questions", type=Path, default=ROOT / "questions/people/dev.jsonl")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    questions = score.load_questions([options.questions])
    start = time.perf_counter()
    engine = Engine()
    loaded = (time.perf_counter() - start) * 1000
    engine.ask("创新券一年最多给多少", (), AS_OF)
    table = [
        measure("本系统", questions, lambda q, h: engine.ask(q, h, AS_OF).to_json()),
        measure("TF-IDF 最近问句", questions, Nearest(engine)),
        measure("BM25 条文", questions, Bm25(engine)),
    ]
    print(f"{options.questions.name}：{len(questions)} 题；启动 {loaded:.0f} 毫秒；{platform.processor() or platform.machine()}，Python {platform.python_version()}")
    print(f"{'':14}" + "".join(f"{row['system']:>16}" for row in table))
    for key in ("accuracy", "answerables refused", "unanswerables answered"):
        print(f"{key:24}" + "".join(f"{row[key]:>14.1%}" for row in table))
    for kind in table[0]["kinds"]:
        print(f"  {kind:22}" + "".join(f"{row['kinds'].get(kind, 0):>14.0%}" for row in table))
    for key in ("median ms", "99th percentile ms"):
        print(f"{key:24}" + "".join(f"{row[key]:>14.2f}" for row in table))
    if options.json:
        options.json.write_text(json.dumps(table, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
