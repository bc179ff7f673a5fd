"""From grams to vectors, behind a two-line Protocol.

StaticEncoder reads the shipped folder with tokenizers and safetensors, without torch, and equals
SentenceTransformer.encode; HubEncoder takes any sentence-transformers model by name or folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.errors import CallError, DataError
from qa.resources import remedy

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turn texts into one float32 row each, shape (texts, dimensions)."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class StaticEncoder:
    """The mean of token vectors of a plain StaticEmbedding folder; texts are space-separated grams."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        try:
            home = next(p for p in (folder, folder / "0_StaticEmbedding") if (p / "tokenizer.json").exists())
            vocabulary = Tokenizer.from_file(str(home / "tokenizer.json")).get_vocab()
            self._weights = load_file(str(home / "model.safetensors"))["embedding.weight"]
        except Exception as error:  # tokenizers and safetensors raise plain Exception and errors of their own
            raise DataError(f"编码模型 {folder.name} 读不出来：{error}。{remedy('make train，重新训练')}") from error
        self._ids = vocabulary
        self._unknown = vocabulary.get("[UNK]")

    def ids(self, grams: Sequence[str]) -> list[int]:
        """Return the number of each gram, that of the unknown where a gram is not known."""
        return [i for gram in grams if (i := self._ids.get(gram, self._unknown)) is not None]

    def mean(self, ids: Sequence[int]) -> Vectors:
        """Return the mean vector of numbered grams, zeros where there is none."""
        if not ids:
            return np.zeros(self._weights.shape[1], dtype=np.float32)
        return np.asarray(self._weights[ids].astype(np.float32).mean(axis=0), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the mean vector of each text's grams; a text without any gram gives zeros."""
        return np.stack([self.mean(self.ids(text.split())) for text in texts])


class HubEncoder:
    """Any sentence-transformers model; torch is loaded only here."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise CallError(f"编码模型 {name} 加载不了：{error}。请给出本机文件夹，或先在联网的机器上下载。") from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the model's own sentence vectors, normalised."""
        return np.asarray(self._model.encode(list(texts), normalize_embeddings=True), dtype=np.float32)
