"""Where the data folders are: inside the package when it is installed from a wheel, beside it in a checkout. No other module knows.

resource("questions/people") -> Path        read_text("data/policy.txt") -> str        turtle_files() -> [Path]
pyproject.toml puts the same folders at qa/_resources in the wheel
"""

from __future__ import annotations

from pathlib import Path

from qa.errors import DataError

# What the graph cannot do without. A folder may hold more, a second document say; with one of these gone, replies and verdicts would be wrong and look right.
NEEDED = (
    *(f"ontology/{name}.ttl" for name in ("applicant", "bodies", "concepts", "policy", "synonyms")),
    *(f"data/{name}.ttl" for name in ("agencies", "derived", "policy")),
    *(f"shapes/{name}.ttl" for name in ("applicant", "eligibility", "graph")),
    *(f"questions/{name}.ttl" for name in ("analysts", "patterns")),
)
_HERE = Path(__file__).resolve().parent
_PACKED = _HERE / "_resources"
# What is packed comes first: beside an installed package lie other people's folders, and one of them may be called data.
ROOT = _PACKED if _PACKED.is_dir() else _HERE.parent


def remedy(command: str = "") -> str:
    """Return what to do about a data file that is broken, as a sentence: in a checkout the command given or git, else to install again."""
    if ROOT == _PACKED:
        return "请重新安装本程序（pip install --force-reinstall --no-deps，后接原来的安装包）。"
    return f"请执行 {command or 'git checkout -- 后接这个文件，把它恢复'}。"


def resource(name: str) -> Path:
    """Return the path of a data file or folder of the repository.

    Raises DataError where neither the checkout nor the wheel holds it.
    """
    path = ROOT / name
    if not path.exists():
        raise DataError(f"缺少数据文件 {name}：安装不完整。{remedy()}")
    return path


def broken(name: str, error: object, command: str = "") -> DataError:
    """Return the Chinese error for a data file that is there and cannot be used."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return DataError(f"数据文件 {name} 读不出来：{reason}。{remedy(command)}")


def read_text(name: str) -> str:
    """Return the text of a data file of the repository.

    Raises DataError where it is missing, cannot be read, is empty or is not UTF-8.
    """
    try:
        text = resource(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise broken(name, "不是完整的 UTF-8 文字") from error
    except OSError as error:
        raise broken(name, error) from error
    if not text.strip():
        raise broken(name, "文件是空的")
    return text


def turtle_files() -> list[Path]:
    """Return every Turtle file that makes up the graph, in a fixed order.

    Raises DataError where one that is needed is missing.
    """
    for name in NEEDED:
        resource(name)
    return [path for folder in ("ontology", "data", "shapes", "questions") for path in sorted(resource(folder).glob("*.ttl"))]
