"""Train the encoder and its label vectors from the repository's own wordings: questions/ -> models/.

    python tools/train.py [--out models] [--epochs N]

The encoder is a plain sentence-transformers StaticEmbedding over space-separated grams; label vectors for patterns,
measures and verdicts are learned with it. Seeded: the same data gives the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
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

from qa.ask.corpus import Example, canonical, load_examples  # noqa: E402
from qa.ask.lexicon import Lexicon  # noqa: E402
from qa.ask.reader import context_tokens, question_grams  # noqa: E402
from qa.graph import load  # noqa: E402

DIMENSIONS = 112
RATE = 0.005
SCALE = 8.0
DROPOUT = 0.5
RARE = 4
VERDICTS = ("none", "yes", "no", "depends")


def build_vocabulary(documents: list[list[str]], least: int) -> dict[str, int]:
    counts = Counter(g for d in documents for g in set(d))
    kept = sorted(g for g, n in counts.items() if n >= least)
    return {"[UNK]": 0} | {g: i + 1 for i, g in enumerate(kept)}


def train(examples: list[Example], lexicon: Lexicon, epochs: int):
    """Train twice: questions without history first; its readings of earlier questions are context for all."""
    plain = [e for e in examples if not e.history]
    first = fit(plain, [question_grams(lexicon, e.text)[1] for e in plain], max(4, epochs // 2))
    contexts = earlier(first, lexicon, sorted({h for e in examples for h in e.history}))
    documents = [question_grams(lexicon, e.text, contexts[e.history[-1]] if e.history else ())[1] for e in examples]
    return fit(examples, documents, epochs)


def earlier(model, lexicon: Lexicon, questions: list[str]) -> dict[str, list[str]]:
    """Return the context tokens of earlier questions as the first model reads them."""
    embedding, heads, names = model
    vocabulary, weights = embedding.tokenizer.get_vocab(), embedding.embedding.weight.detach()
    out = {}
    for question in questions:
        _, tokens, mentions, _ = question_grams(lexicon, question)
        vector = weights[[vocabulary.get(t, 0) for t in tokens] or [0]].mean(0)
        vector = SCALE * vector / vector.norm().clamp(min=1e-9)
        best = {name: names[name][int(heads[name](vector).argmax())] for name in ("pattern", "measure")}
        tiers = dict.fromkeys(m.iri for m in mentions if m.kind == "tier")
        out[question] = context_tokens(best["pattern"], best["measure"].split(), list(tiers))
    return out


def fit(examples: list[Example], documents: list[list[str]], epochs: int, dimensions: int = DIMENSIONS, least: int = 3):
    """Learn token and label vectors from grams; returns the embedding, the label heads and their names."""
    torch.manual_seed(7)
    random.seed(7)
    torch.use_deterministic_algorithms(True)
    vocabulary = build_vocabulary(documents, least)
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    embedding = StaticEmbedding(tokenizer, embedding_dim=dimensions)
    embedding.embedding.sparse = True
    with torch.no_grad():
        embedding.embedding.weight.normal_(0, 0.05)
    patterns = sorted({e.label for e in examples})
    sets = Counter(e.measures for e in examples)
    measures = sorted(" ".join(s) for s, n in sets.items() if n >= RARE)
    heads = torch.nn.ModuleDict({
        "pattern": torch.nn.Linear(dimensions, len(patterns)),
        "measure": torch.nn.Linear(dimensions, len(measures)),
        "verdict": torch.nn.Linear(dimensions, len(VERDICTS)),
    })
    y_pattern = torch.tensor([patterns.index(e.label) for e in examples])
    y_verdict = torch.tensor([VERDICTS.index(e.verdict or "none") for e in examples])
    y_measure = torch.tensor([measures.index(" ".join(e.measures)) if " ".join(e.measures) in measures else -100 for e in examples])
    weight = torch.tensor([e.weight for e in examples])
    ids = [[vocabulary.get(g, 0) for g in d] or [0] for d in documents]
    optimisers = (torch.optim.SparseAdam(list(embedding.parameters()), lr=RATE), torch.optim.Adam(heads.parameters(), lr=RATE))
    order = list(range(len(examples)))
    steps, total = 0, epochs * (len(order) // 64 + 1)
    cross = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=0.05)
    for _ in range(epochs):
        random.shuffle(order)
        for at in range(0, len(order), 64):
            rows = order[at : at + 64]
            bag = [[i for i in ids[r] if random.random() > DROPOUT] or ids[r] for r in rows]
            flat = torch.tensor([i for b in bag for i in b])
            starts = torch.tensor([0, *torch.tensor([len(b) for b in bag]).cumsum(0)[:-1].tolist()])
            vector = SCALE * torch.nn.functional.normalize(embedding.embedding(flat, starts), dim=1)
            loss = cross(heads["pattern"](vector), y_pattern[rows])
            loss = loss + 0.5 * cross(heads["verdict"](vector), y_verdict[rows])
            loss = loss + cross(heads["measure"](vector), y_measure[rows])
            loss = (loss * weight[rows]).mean()
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss.backward()
            for optimiser in optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = RATE * (1 - steps / total)
                optimiser.step()
            steps += 1
    names = {"pattern": patterns, "measure": measures, "verdict": list(VERDICTS), "scale": SCALE}
    return embedding, heads, names


def digest(files: list[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def sources() -> list[Path]:
    """Return the files that the model is made from."""
    return [ROOT / "questions/people/train.jsonl", ROOT / "questions/patterns.ttl", *sorted((ROOT / "ontology").glob("*.ttl")), *sorted((ROOT / "data").glob("*.ttl"))]


def save(embedding: StaticEmbedding, heads: torch.nn.ModuleDict, names: dict[str, list[str]], out: Path) -> None:
    with torch.no_grad():
        embedding.embedding.weight.copy_(embedding.embedding.weight.half().float())
    SentenceTransformer(modules=[embedding], device="cpu").half().save(str(out / "encoder"), create_model_card=False)
    folder = out / "heads"
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in heads.state_dict().items()}, str(folder / "heads.safetensors"))
    (folder / "labels.json").write_text(json.dumps(names | {"made_from": digest(sources())}, ensure_ascii=False, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="训练问句编码模型")
    parser.add_argument("--out", type=Path, default=ROOT / "models")
    parser.add_argument("--epochs", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(2)
    graph = load()
    lexicon = Lexicon(graph)
    examples = [*load_examples(ROOT / "questions/people/train.jsonl"), *canonical(graph)]
    print(f"训练句 {len(examples)} 条")
    save(*train(examples, lexicon, options.epochs), options.out)
    print(f"已写入 {options.out}")


if __name__ == "__main__":
    main()
