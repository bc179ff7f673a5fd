"""Train the encoder and its label vectors from the repository's own wordings: questions/ -> models/.

    python tools/train.py [--out models] [--epochs N]

The encoder is a plain sentence-transformers StaticEmbedding over space-separated grams; one hidden layer and label
vectors for patterns, measures and verdicts are learned with it, and a head for refusal beside it (tools/refusal.py).
Seeded: the same data gives the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.ask import spelling  # noqa: E402
from qa.ask.corpus import UNKNOWN, Example, canonical, load_examples, load_phrases  # noqa: E402
from qa.ask.lexicon import Lexicon  # noqa: E402
from qa.ask.reader import context_tokens, question_grams  # noqa: E402
from qa.ask.sums import seal  # noqa: E402
from qa.graph import load  # noqa: E402
from qa.resources import read_text  # noqa: E402
from tools import refusal  # noqa: E402

SEED = 11
DIMENSIONS = 128
HIDDEN = 768
RATE = 0.005
HEAD_RATE = 0.002
SCALE = 8.0
DROPOUT = 0.5
BATCH = 64
RARE = 5
LEAST = 6
KNOWN_SILENCE = 20
AGREEMENT, PRIOR = 0.4, 10.0
VERDICTS = ("none", "yes", "no", "depends")


def build_vocabulary(documents: list[list[str]], least: int) -> dict[str, int]:
    counts = Counter(g for d in documents for g in set(d))
    kept = sorted(g for g, n in counts.items() if n >= least)
    return {"[UNK]": 0} | {g: i + 1 for i, g in enumerate(kept)}


class Heads(torch.nn.Module):
    """One hidden layer beside the question's vector, then a linear head for each kind of label."""

    def __init__(self, dimensions: int, sizes: dict[str, int]) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(dimensions, HIDDEN)
        self.drop = torch.nn.Dropout(0.3)
        self.out = torch.nn.ModuleDict({name: torch.nn.Linear(dimensions + HIDDEN, size) for name, size in sizes.items()})

    def forward(self, vector: torch.Tensor) -> dict[str, torch.Tensor]:
        layer = torch.cat([vector, self.drop(torch.relu(self.hidden(vector)))], dim=-1)
        return {name: head(layer) for name, head in self.out.items()}


@dataclass
class Model:
    """What one training gives: the embedding, the heads over it, the names of their rows, and how patterns and measures go together."""

    embedding: StaticEmbedding
    heads: Heads
    names: dict[str, list[str]]
    together: torch.Tensor

    def vectors(self, documents: list[list[str]]) -> torch.Tensor:
        """Return the scaled vectors of documents given as grams."""
        vocabulary = self.embedding.tokenizer.get_vocab()
        ids = [[vocabulary.get(g, 0) for g in d] or [0] for d in documents]
        flat, starts = bags(ids)
        with torch.no_grad():
            return SCALE * torch.nn.functional.normalize(self.embedding.embedding(flat, starts), dim=1)

    def scores(self, documents: list[list[str]]) -> dict[str, torch.Tensor]:
        """Return each head's probabilities for documents given as grams."""
        self.heads.eval()
        with torch.no_grad():
            alone = {name: torch.softmax(values, dim=1) for name, values in self.heads(self.vectors(documents)).items()}
        ratio = self.together.exp()
        pattern, measure = alone["pattern"] * (alone["measure"] @ ratio.T), alone["measure"] * (alone["pattern"] @ ratio)
        return alone | {name: values / values.sum(1, keepdim=True) for name, values in (("pattern", pattern), ("measure", measure))}


def bags(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all ids in a row and where each document starts."""
    starts = torch.tensor([0, *[len(i) for i in ids[:-1]]]).cumsum(0)
    return torch.tensor([i for bag in ids for i in bag]), starts


def train(examples: list[Example], lexicon: Lexicon, epochs: int) -> tuple[Model, list[list[str]]]:
    """Train twice: questions without history first; its readings of earlier questions are context for all."""
    plain = [e for e in examples if not e.history]
    first = fit(plain, [question_grams(lexicon, e.text)[1] for e in plain], max(4, epochs // 2))
    contexts = earlier(first, lexicon, sorted({h for e in examples for h in e.history}))
    documents = [question_grams(lexicon, e.text, contexts[e.history[-1]] if e.history else ())[1] for e in examples]
    return fit(examples, documents, epochs), documents


def earlier(model: Model, lexicon: Lexicon, questions: list[str]) -> dict[str, list[str]]:
    """Return the context tokens of earlier questions as the first model reads them."""
    read = [question_grams(lexicon, question) for question in questions]
    best = {name: values.argmax(1).tolist() for name, values in model.scores([tokens for _, tokens, _, _ in read]).items()}
    out = {}
    for row, (question, (_, _, mentions, _)) in enumerate(zip(questions, read, strict=True)):
        pattern, measures = (model.names[name][best[name][row]] for name in ("pattern", "measure"))
        tiers = dict.fromkeys(m.iri for m in mentions if m.kind == "tier")
        out[question] = context_tokens(":".join(pattern.split(":")[:2]), measures.split(), list(tiers))
    return out


def targets(examples: list[Example]) -> list[str]:
    """Return the label of each wording; silence is told apart by what it is about, where enough wordings share it."""
    known = Counter(e.about for e in examples if e.label == "u:silent")
    return [f"{e.label}:{e.about}" if e.label == "u:silent" and e.about and known[e.about] >= KNOWN_SILENCE else e.label for e in examples]


def fit(examples: list[Example], documents: list[list[str]], epochs: int, dimensions: int = DIMENSIONS, least: int = LEAST) -> Model:
    """Learn token and label vectors from grams."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    torch.use_deterministic_algorithms(True)
    vocabulary = build_vocabulary(documents, least)
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    embedding = StaticEmbedding(tokenizer, embedding_dim=dimensions)
    embedding.embedding.sparse = True
    with torch.no_grad():
        embedding.embedding.weight.normal_(0, 0.05)
    labels = targets(examples)
    sets = Counter(e.measures for e in examples if e.measures != (UNKNOWN,))
    names = {"pattern": sorted(set(labels) - {UNKNOWN}), "measure": sorted(" ".join(s) for s, n in sets.items() if n >= RARE), "verdict": list(VERDICTS)}
    heads = Heads(dimensions, {name: len(rows) for name, rows in names.items()})
    said = {"pattern": labels, "measure": [" ".join(e.measures) for e in examples], "verdict": [e.verdict or "none" for e in examples]}
    index = {name: {label: i for i, label in enumerate(rows)} for name, rows in names.items()}
    wanted = {name: torch.tensor([index[name].get(label, -100) for label in column]) for name, column in said.items()}
    weight = torch.tensor([e.weight for e in examples])
    ids = [[vocabulary.get(g, 0) for g in d] or [0] for d in documents]
    optimisers = (torch.optim.SparseAdam(list(embedding.parameters()), lr=RATE), torch.optim.Adam(heads.parameters(), lr=HEAD_RATE))
    order = list(range(len(examples)))
    steps, total = 0, epochs * (len(order) // BATCH + 1)
    for _ in range(epochs):
        random.shuffle(order)
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            flat, starts = bags([[i for i in ids[r] if random.random() > DROPOUT] or ids[r] for r in rows])
            vector = SCALE * torch.nn.functional.normalize(embedding.embedding(flat, starts), dim=1)
            loss = (losses(heads(vector), {k: v[rows] for k, v in wanted.items()}) * weight[rows]).mean()
            step(optimisers, loss, 1 - steps / total)
            steps += 1
    return Model(embedding, heads, names, agreement(examples, names))


def agreement(examples: list[Example], names: dict[str, list[str]]) -> torch.Tensor:
    """Return how much likelier each pattern makes each set of measures than it is anyhow, as a damped log ratio (pattern, measure)."""
    index = {name: {label: i for i, label in enumerate(names[name])} for name in ("pattern", "measure")}
    seen = torch.zeros(len(names["pattern"]), len(names["measure"]))
    for label, example in zip(targets(examples), examples, strict=True):
        measures = " ".join(example.measures)
        if UNKNOWN not in (example.label, measures) and measures in index["measure"]:
            seen[index["pattern"][label], index["measure"][measures]] += 1
    anyhow = seen.sum(0, keepdim=True) / seen.sum()
    given = (seen + PRIOR * anyhow) / (seen.sum(1, keepdim=True) + PRIOR)
    return AGREEMENT * (given / anyhow).log()


def losses(said: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss of each wording over all heads."""
    cross = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=0.05)
    return cross(said["pattern"], wanted["pattern"]) + cross(said["measure"], wanted["measure"]) + 0.5 * cross(said["verdict"], wanted["verdict"])


def step(optimisers, loss: torch.Tensor, share: float) -> None:
    """Move once, at a share of each full rate."""
    for optimiser, rate in zip(optimisers, (RATE, HEAD_RATE), strict=True):
        optimiser.zero_grad()
        for group in optimiser.param_groups:
            group["lr"] = rate * share
    loss.backward()
    for optimiser in optimisers:
        optimiser.step()


def digest(files: list[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def sources() -> list[Path]:
    """Return the files that the model is made from."""
    return [*(ROOT / "questions" / name for name in ("people/train.jsonl", "patterns.ttl", "phrases.txt", "places.txt", "words.txt")), *sorted((ROOT / "ontology").glob("*.ttl")), *sorted((ROOT / "data").glob("*.ttl"))]


def gathered() -> tuple[list[Example], Lexicon]:
    """Return every wording to learn from, and the names of the graph."""
    graph = load()
    written = load_examples(ROOT / "questions/people/train.jsonl")
    return [*written, *canonical(graph), *load_phrases(read_text("questions/phrases.txt"))], Lexicon(graph)


def calibrated(epochs: int) -> dict[str, float]:
    """Return the weights of the refusal's two parts, from a model that never saw the voices they are fitted on."""
    torch.set_num_threads(1)
    examples, lexicon = gathered()
    out = refusal.left_out(examples)
    kept, held = ([e for e in examples if (e.voice in out) == wanted] for wanted in (False, True))
    model, documents = train(kept, lexicon, epochs)
    head = refusal.fit(documents, kept, model.embedding.tokenizer.get_vocab())
    contexts = earlier(model, lexicon, sorted({h for e in held for h in e.history}))
    asked = [question_grams(lexicon, e.text, contexts[e.history[-1]] if e.history else ())[1] for e in held]
    shares = model.scores(asked)["pattern"].numpy()
    warmth = refusal.temperature(shares, model.names["pattern"], targets(held))
    masses = refusal.mass(refusal.warmed(shares, warmth), model.names["pattern"])
    return {"temperature": warmth} | refusal.calibrate(masses, head.score(asked), held)


def save(model: Model, head: refusal.Head, say: dict[str, float], out: Path) -> None:
    embedding = model.embedding
    with torch.no_grad():
        embedding.embedding.weight.copy_(embedding.embedding.weight.half().float())
    SentenceTransformer(modules=[embedding], device="cpu").half().save(str(out / "encoder"), create_model_card=False)
    folder = out / "heads"
    folder.mkdir(parents=True, exist_ok=True)
    state = {k.removeprefix("out."): v.contiguous() for k, v in model.heads.state_dict().items()}
    state |= {"agreement": model.together}
    state |= {"refusal.idf": torch.from_numpy(head.idf), "refusal.weight": torch.from_numpy(head.weight)}
    save_file({k: v.half() for k, v in sorted(state.items())}, str(folder / "heads.safetensors"))
    names = model.names | {"scale": SCALE, "refusal": say, "made_from": digest(sources())}
    (folder / "labels.json").write_text(json.dumps(names, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "spelling.txt").write_text(spelled(), encoding="utf-8")
    seal(out)


def spelled() -> str:
    """Return how often characters stand side by side in the questions to learn from."""
    written = load_examples(ROOT / "questions/people/train.jsonl")
    return spelling.dump(spelling.sources(Lexicon(load()).phrases, [text for e in written for text in (e.text, *e.history)]))


def main() -> None:
    parser = argparse.ArgumentParser(description="训练问句编码模型")
    parser.add_argument("--out", type=Path, default=ROOT / "models")
    parser.add_argument("--epochs", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside:
        waiting = beside.submit(calibrated, options.epochs)
        examples, lexicon = gathered()
        print(f"训练句 {len(examples)} 条")
        model, documents = train(examples, lexicon, options.epochs)
        say = waiting.result()
    print("拒答校准（留出的口吻）：" + json.dumps(say, ensure_ascii=False))
    save(model, refusal.fit(documents, examples, model.embedding.tokenizer.get_vocab()), say, options.out)
    print(f"已写入 {options.out}")


if __name__ == "__main__":
    main()
