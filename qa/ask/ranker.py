"""From a question's vectors to probabilities: which pattern it follows, which measures it means.

HeadRanker: the shipped encoder and the label vectors trained with it (models/encoder, models/heads).
NeighbourRanker: any encoder; the nearest known wordings vote.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from qa.ask.encoder import Encoder, StaticEncoder, Vectors
from qa.errors import DataError


@dataclass(frozen=True)
class Ranks:
    """Probabilities by label, best first: patterns (and u:… types), sets of measures (keys joined by blanks), verdicts."""

    patterns: tuple[tuple[str, float], ...]
    measures: tuple[tuple[str, float], ...]
    verdicts: tuple[tuple[str, float], ...]


class Ranker(Protocol):
    """Rank labels for a question given as plain text and as grams."""

    def rank(self, text: str, grams: Sequence[str]) -> Ranks: ...


def _sorted(names: Sequence[str], values: Vectors) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-values, kind="stable")
    return tuple((names[i], float(values[i])) for i in order)


class HeadRanker:
    """Score labels by the dot product of the question's vector with each label's vector."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        self._encoder = StaticEncoder(folder / "encoder")
        try:
            self._heads = load_file(str(folder / "heads" / "heads.safetensors"))
            self._names = json.loads((folder / "heads" / "labels.json").read_text(encoding="utf-8"))
        except Exception as error:  # safetensors raises errors of its own
            raise DataError(f"模型文件 models/heads 读不出来：{error}。请执行 make train 重新训练。") from error

    def rank(self, text: str, grams: Sequence[str]) -> Ranks:
        """Return the probabilities of patterns, of sets of measures, and of verdicts."""
        vector = self._encoder.encode([" ".join(grams)])[0]
        vector *= self._names["scale"] / max(float(np.linalg.norm(vector)), 1e-9)
        logits = {name: vector @ self._heads[f"{name}.weight"].T + self._heads[f"{name}.bias"] for name in ("pattern", "measure", "verdict")}
        return Ranks(
            _sorted(self._names["pattern"], _softmax(logits["pattern"])),
            _sorted(self._names["measure"], _softmax(logits["measure"])),
            _sorted(self._names["verdict"], _softmax(logits["verdict"])),
        )


@dataclass(frozen=True)
class Wording:
    """A known wording with its labels."""

    text: str
    pattern: str
    measures: tuple[str, ...] = ()
    verdict: str = ""


class NeighbourRanker:
    """Let the nearest wordings vote, weighted by similarity; for encoders without heads of their own."""

    def __init__(self, encoder: Encoder, wordings: Sequence[Wording], neighbours: int = 12) -> None:
        self._encoder, self._wordings, self._k = encoder, tuple(wordings), neighbours
        self._matrix = encoder.encode([w.text for w in wordings])

    def rank(self, text: str, grams: Sequence[str]) -> Ranks:
        """Return the shares of the neighbours' votes."""
        similarity = self._matrix @ self._encoder.encode([text])[0]
        nearest = np.argsort(-similarity, kind="stable")[: self._k]
        weights = _softmax(similarity[nearest] * 20)
        votes: tuple[dict[str, float], ...] = ({}, {}, {})
        for index, weight in zip(nearest, weights, strict=True):
            wording = self._wordings[index]
            for box, label in zip(votes, (wording.pattern, " ".join(wording.measures), wording.verdict or "none"), strict=True):
                box[label] = box.get(label, 0.0) + float(weight)
        return Ranks(*(tuple(sorted(box.items(), key=lambda kv: (-kv[1], kv[0]))) for box in votes))


def _softmax(values: Vectors) -> Vectors:
    shifted = np.exp(values - values.max())
    return np.asarray(shifted / shifted.sum(), dtype=np.float32)
