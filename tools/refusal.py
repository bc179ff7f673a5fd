"""The head that decides whether the document says it at all: trained, weighed and calibrated by itself.

A linear classifier (squared hinge) over weighted grams, beside the mass of the refusing labels; both are put together
by a logistic regression on voices that neither part was trained on, and shifted to the share of false refusals allowed.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from qa.ask.corpus import UNKNOWN, Example
from qa.ask.ranker import log_odds, refuses

SHARE_OUT = 0.1
ALLOWED = 0.06
STRENGTH = 0.3


@dataclass
class Head:
    """The weight and the rarity of each gram."""

    vocabulary: dict[str, int]
    idf: np.ndarray
    weight: np.ndarray

    def score(self, documents: list[list[str]]) -> np.ndarray:
        """Return the signed distance of each document, above zero where it is not answered."""
        return np.asarray(weighted(documents, self.vocabulary, self.idf) @ self.weight, dtype=np.float32)


def counts(documents: list[list[str]], vocabulary: dict[str, int]) -> csr_matrix:
    found = [Counter(vocabulary.get(g, 0) for g in d) for d in documents]
    rows = np.repeat(np.arange(len(found)), [len(c) for c in found])
    columns = np.concatenate([np.fromiter(c.keys(), dtype=np.int64, count=len(c)) for c in found])
    values = np.concatenate([np.fromiter(c.values(), dtype=np.float64, count=len(c)) for c in found])
    return csr_matrix((values, (rows, columns)), shape=(len(found), len(vocabulary)))


def weighted(documents: list[list[str]], vocabulary: dict[str, int], idf: np.ndarray) -> csr_matrix:
    """Return rows of unit length: (1 + log count) x rarity."""
    matrix = counts(documents, vocabulary)
    matrix.data = 1.0 + np.log(matrix.data)
    matrix = matrix.multiply(idf[None, :].astype(np.float64)).tocsr()
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_matrix(matrix.multiply(1.0 / np.maximum(norms, 1e-9)[:, None]))


def fit(documents: list[list[str]], examples: list[Example], vocabulary: dict[str, int]) -> Head:
    """Train the linear classifier on every wording that says what is asked."""
    told = [i for i, e in enumerate(examples) if e.label != UNKNOWN]
    documents, examples = [documents[i] for i in told], [examples[i] for i in told]
    seen = np.asarray((counts(documents, vocabulary) > 0).sum(axis=0)).ravel()
    idf = (np.log((1 + len(documents)) / (1 + seen)) + 1).astype(np.float32)
    model = LinearSVC(C=STRENGTH, random_state=7, intercept_scaling=1.0)
    model.fit(weighted(documents, vocabulary, idf), [refuses(e.label) for e in examples], sample_weight=[e.weight for e in examples])
    return Head(vocabulary, idf, model.coef_[0].astype(np.float32))


def left_out(examples: list[Example]) -> set[str]:
    """Choose the voices to leave out, the same ones for the same data."""
    voices = sorted({e.voice for e in examples if e.voice})
    return set(random.Random(11).sample(voices, int(len(voices) * SHARE_OUT)))


def warmed(shares: np.ndarray, warmth: float) -> np.ndarray:
    """Return the shares as a softmax of that temperature would have given them."""
    powered = np.maximum(shares, 1e-12) ** (1.0 / warmth)
    return powered / powered.sum(axis=1, keepdims=True)


def temperature(shares: np.ndarray, names: list[str], wanted: list[str]) -> float:
    """Return the temperature at which the voices left out are least surprising."""
    rows = [(i, names.index(label)) for i, label in enumerate(wanted) if label in names]
    at = tuple(np.array(column) for column in zip(*rows, strict=True))
    return min((1.0 + step / 20 for step in range(41)), key=lambda t: -float(np.log(np.maximum(warmed(shares, t)[at], 1e-12)).mean()))


def mass(shares: np.ndarray, names: list[str]) -> np.ndarray:
    """Return the log odds of the refusing labels together."""
    columns = [i for i, name in enumerate(names) if refuses(name)]
    return np.array([log_odds(float(v)) for v in shares[:, columns].sum(axis=1)])


def calibrate(masses: np.ndarray, scores: np.ndarray, held: list[Example]) -> dict[str, float]:
    """Fit the two parts' weights on the voices left out; zero is where ALLOWED of the answerable would be refused."""
    wanted = np.array([refuses(e.label) for e in held])
    parts = np.stack([masses, scores], axis=1)
    model = LogisticRegression(C=10.0).fit(parts, wanted)
    said = parts @ model.coef_[0]
    bias = -float(np.quantile(said[~wanted], 1.0 - ALLOWED))
    return {
        "mass": round(float(model.coef_[0][0]), 4), "linear": round(float(model.coef_[0][1]), 4), "bias": round(bias, 4),
        "held_refused": round(float((said + bias > 0)[~wanted].mean()), 4), "held_answered": round(float((said + bias <= 0)[wanted].mean()), 4),
        "held": len(held),
    }  # fmt: skip
