"""Seal models/ as it stands: python tools/seal.py (make train does it by itself; this is for a model that was trained elsewhere)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.ask.sums import seal  # noqa: E402

if __name__ == "__main__":
    seal(ROOT / "models")
