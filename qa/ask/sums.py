"""Whether the model's files are the ones that training wrote: a damaged weight raises no error, it only answers nonsense.

tools/train.py -> seal(models) -> models/sums.json        HeadRanker -> check(models) -> ValueError where one differs
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

FILES = ("encoder/model.safetensors", "encoder/tokenizer.json", "heads/heads.safetensors", "heads/labels.json", "spelling.txt")
_SUMS = "sums.json"


def seal(folder: Path) -> None:
    """Write down the CRC-32 of each file of a model folder."""
    sums = {name: f"{zlib.crc32((folder / name).read_bytes()):08x}" for name in FILES}
    (folder / _SUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")


def check(folder: Path) -> None:
    """Compare every file of a sealed model folder with its sum; a folder without sums is one's own, and is taken as it is.

    Raises ValueError naming the file that has changed or is missing, OSError where one cannot be read.
    """
    if not (folder / _SUMS).exists():
        return
    for name, wanted in json.loads((folder / _SUMS).read_text(encoding="utf-8")).items():
        if not (folder / name).is_file():
            raise ValueError(f"缺少 {name}")
        if f"{zlib.crc32((folder / name).read_bytes()):08x}" != wanted:
            raise ValueError(f"{name} 与训练写出的不同，可能已损坏")
