"""The encoder: the shipped folder equals SentenceTransformer, belongs to the data; any other model loads too."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qa.ask.corpus import canonical
from qa.ask.encoder import HubEncoder, StaticEncoder
from qa.ask.engine import Engine
from qa.ask.ranker import HeadRanker, NeighbourRanker, Wording
from qa.errors import CallError, DataError
from qa.resources import resource
from tests.conftest import AS_OF, ROOT

TEXTS = ["博 士 博士 租房", "没见过的词 完全没有", "补 贴 补贴 补贴 @measure:housing-rent", ""]


def test_the_light_reader_equals_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    whole = SentenceTransformer(str(resource("models/encoder")), device="cpu")
    ours = StaticEncoder(resource("models/encoder")).encode(TEXTS[:3])
    theirs = whole.encode(TEXTS[:3], convert_to_numpy=True).astype(np.float32)
    assert np.allclose(ours, theirs, atol=2e-3)
    assert len(ours[0]) > 16 and np.abs(ours).sum() > 0


def test_the_shipped_model_belongs_to_the_present_data():
    import sys

    sys.path.insert(0, str(ROOT))
    from tools.train import digest, sources

    held = json.loads(resource("models/heads/labels.json").read_text(encoding="utf-8"))
    assert held["made_from"] == digest(sources()), "数据变了，请执行 make train"
    size = sum(p.stat().st_size for p in resource("models").rglob("*") if p.is_file())
    assert size < 20_000_000


def test_any_sentence_transformers_folder_can_take_its_place(tmp_path, graph):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split

    examples = canonical(graph)
    characters = sorted({c for e in examples for c in e.text})
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0} | {c: i + 1 for i, c in enumerate(characters)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split(Regex("."), behavior="isolated")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=256)], device="cpu").save(str(tmp_path / "small"))
    encoder = HubEncoder(str(tmp_path / "small"))
    ranker = NeighbourRanker(encoder, [Wording(e.text, e.label, e.measures) for e in examples])
    reply = Engine(graph, ranker).ask("租房补贴给多少钱", (), AS_OF)
    assert reply.status == "answered" and reply.articles == (17,)


def test_a_missing_or_damaged_model_is_told_in_chinese(tmp_path):
    with pytest.raises(CallError, match="加载不了"):
        HubEncoder(str(tmp_path / "nothing"))
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder/tokenizer.json").write_text("{坏")
    with pytest.raises(DataError, match="make train"):
        HeadRanker(tmp_path)
