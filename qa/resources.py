"""Where the data folders are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from qa.errors import DataError

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE.parent, _HERE / "_resources")


def resource(name: str) -> Path:
    """Return the path of a data file or folder of the repository.

    Raises DataError where neither the checkout nor the wheel holds it.
    """
    for root in _ROOTS:
        if (path := root / name).exists():
            return path
    raise DataError(f"缺少数据文件 {name}：安装不完整，请重新执行 make app。")


def turtle_files() -> list[Path]:
    """Return every Turtle file that makes up the graph, in a fixed order."""
    return [path for folder in ("ontology", "data", "shapes", "questions") for path in sorted(resource(folder).glob("*.ttl"))]
