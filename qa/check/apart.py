"""Files that only a library can open are opened in a process of their own, which may die in the place of this one.

ask("workbook", "0", path) -> JSON lines of apart_child. What a process with bounded memory and time cannot read is a
FileError: some few hundred bytes of nested RDF crash the best of parsers, and a small workbook can unfold to gigabytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.errors import FileError

_CHILD = Path(__file__).with_name("apart_child.py")
_REASONS = {
    "password": "文件有密码，打不开。请在 Excel 里去掉密码再交。",
    "broken": "文件已损坏或不完整，打不开。请在 Excel 里打开，另存为 XLSX 再交。",
    "no sheet": "没有可读的工作表。请把申请记录填在第一个表里再交。",
    "wide": "表格超过1000列。请删去多余的列，或另存为 CSV 再交。",
    "many": "内容太多（超过800万格）。请分成几个文件，或另存为 CSV 再交。",
    "memory": "内容太多或嵌套太深，读它要占的内存或时间太多。请分成几个文件，或改用 CSV 再交。",
    "deep": "括号嵌套得太深，读不出来。请改用模板填写。",
    "context": "@context 指到别处，本程序不联网。请把 @context 的内容写在文件里再交。",
    "entity": "RDF/XML 里有 DOCTYPE 或实体定义，为安全起见不读。请去掉后再交，或改用 Turtle。",
    "syntax": "写法不对，读不出来。请检查后再交，或改用模板填写。",
}


def ask(what: str, form: str, path: Path) -> Iterator[list[Any]]:
    """Return the lines that the process makes of a file, as lists.

    Raises FileError where it says that, or dies before, the file is read to its end.
    """
    with path.open("rb") as file:
        child = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD), what, form], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )  # fmt: skip
    assert child.stdout is not None
    try:
        for text in child.stdout:
            line = json.loads(text)
            if line[0] == "end":
                return
            if line[0] == "error":
                where = f"第{line[2]}行附近" if line[2] else ""
                raise FileError(f"{path.name}：{where}{_REASONS[line[1]]}")
            yield line
        raise FileError(f"{path.name}：{_REASONS['memory']}")
    except ValueError:
        raise FileError(f"{path.name}：{_REASONS['memory']}") from None
    finally:
        child.kill()
        child.stdout.close()
        child.wait()
