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
from qa.ask.sums import check
from qa.errors import DataError
from qa.resources import broken, remedy

_SURE = 0.6


@dataclass(frozen=True)
class Ranks:
    """Probabilities by label, best first: patterns (and u:… types), sets of measures (keys joined by blanks), verdicts.

    refusal is the calibrated probability that the document does not say it, None where the ranker has no head for it;
    about is what the document is silent on, as far as that is likely.
    """

    patterns: tuple[tuple[str, float], ...]
    measures: tuple[tuple[str, float], ...]
    verdicts: tuple[tuple[str, float], ...]
    refusal: float | None = None
    about: str = ""


class Ranker(Protocol):
    """Rank labels for a question given as plain text and as grams."""

    def rank(self, text: str, grams: Sequence[str]) -> Ranks: ...


def _sorted(names: Sequence[str], values: Vectors) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-values, kind="stable")
    return tuple((names[i], float(values[i])) for i in order)


class HeadRanker:
    """Score labels by one hidden layer over the question's vector; refusal has a linear head of its own beside it."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        try:
            check(folder)
        except (OSError, ValueError) as error:
            raise broken("models", error, "git checkout -- models，或 make train 重新训练") from error
        self._encoder = StaticEncoder(folder / "encoder")
        try:
            held = load_file(str(folder / "heads" / "heads.safetensors"))
            self._heads = {name: values.astype(np.float32) for name, values in held.items()}
            self._names = json.loads((folder / "heads" / "labels.json").read_text(encoding="utf-8"))
            self._refusal = self._names["refusal"]
            self._ratio = np.exp(self._heads["agreement"])
            if any(len(self._names[name]) != len(self._heads[f"{name}.bias"]) for name in ("pattern", "measure", "verdict")) or not self._names["scale"]:
                raise ValueError("标签与权重对不上")
        except Exception as error:  # safetensors raises errors of its own
            raise DataError(f"模型文件 models/heads 读不出来：{error}。{remedy('make train，重新训练')}") from error

    def rank(self, text: str, grams: Sequence[str]) -> Ranks:
        """Return the probabilities of patterns, of sets of measures, of verdicts, and of refusal."""
        ids = self._encoder.ids(grams)
        vector = self._encoder.mean(ids)
        vector *= self._names["scale"] / max(float(np.linalg.norm(vector)), 1e-9)
        layer = np.concatenate([vector, np.maximum(self._linear("hidden", vector), 0.0)])
        pattern, measure = self._together(_softmax(self._linear("pattern", layer)), _softmax(self._linear("measure", layer)))
        fine = _sorted(self._names["pattern"], _softmax(np.log(np.maximum(pattern, 1e-12)) / self._refusal["temperature"]))
        refusal = self._refused(sum(p for name, p in fine if refuses(name)), ids)
        return Ranks(
            merged(fine),
            _sorted(self._names["measure"], measure),
            _sorted(self._names["verdict"], _softmax(self._linear("verdict", layer))),
            refusal,
            _about(fine),
        )

    def _linear(self, name: str, vector: Vectors) -> Vectors:
        return np.asarray(self._heads[f"{name}.weight"] @ vector + self._heads[f"{name}.bias"], dtype=np.float32)

    def _together(self, pattern: Vectors, measure: Vectors) -> tuple[Vectors, Vectors]:
        """Return both probabilities, each weighed by how well it goes with the other: a rate is asked of a measure that has one."""
        ratio = self._ratio
        pattern, measure = pattern * (ratio @ measure), measure * (pattern @ ratio)
        return pattern / pattern.sum(), measure / measure.sum()

    def _refused(self, mass: float, ids: Sequence[int]) -> float:
        """Weigh the labels' mass against the linear head over weighted grams, as calibrated on voices left out."""
        found, counts = np.unique(np.asarray(ids, dtype=np.int64), return_counts=True)
        values = (1.0 + np.log(counts)) * self._heads["refusal.idf"][found]
        score = float(values @ self._heads["refusal.weight"][found]) / max(float(np.linalg.norm(values)), 1e-9)
        say = self._refusal
        return 1.0 / (1.0 + float(np.exp(-(say["mass"] * log_odds(mass) + say["linear"] * score + say["bias"]))))


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
        patterns, measures, verdicts = (tuple(sorted(box.items(), key=lambda kv: (-kv[1], kv[0]))) for box in votes)
        return Ranks(patterns, measures, verdicts)


def refuses(label: str) -> bool:
    """Tell whether a label stands for a question that the document does not answer."""
    return label.startswith("u:") or label == "not-stated"


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, bounded."""
    kept = min(max(probability, 1e-6), 1.0 - 1e-6)
    return float(np.log(kept / (1.0 - kept)))


def merged(fine: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Add up the kinds of silence (u:silent:phone …) to one label, best first."""
    total: dict[str, float] = {}
    for name, share in fine:
        coarse = ":".join(name.split(":")[:2])
        total[coarse] = total.get(coarse, 0.0) + share
    return tuple(sorted(total.items(), key=lambda kv: (-kv[1], kv[0])))


def _about(fine: Sequence[tuple[str, float]]) -> str:
    """Return the kind of silence that outweighs the other kinds together, "" where none does."""
    silent = [(name, share) for name, share in fine if name.startswith("u:silent")]
    name, share = silent[0] if silent else ("", 0.0)
    return name.partition("u:silent:")[2] if share > _SURE * sum(p for _, p in silent) else ""


def _softmax(values: Vectors) -> Vectors:
    shifted = np.exp(values - values.max())
    return np.asarray(shifted / shifted.sum(), dtype=np.float32)
