"""Command-line parsing that speaks Chinese: what argparse says in English is said again in words people know."""

from __future__ import annotations

import argparse
import re
from typing import Any

from qa.errors import CallError

_SAID = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (?:\S+/)?(\S+): invalid int value: '(.*)'", r"\1 应当是整数，不能是“\2”"),
    (r"argument (?:\S+/)?(\S+): invalid (?:float|\S+) value: '(.*)'", r"\1 不能是“\2”"),
    (r"argument 命令: invalid choice: '?(.*?)'? \(choose from (.+)\)", r"没有“\1”这个命令，可以写 \2"),
    (r"argument (?:\S+/)?(\S+): expected (?:one|at least one) argument", r"\1 后面要写一个值"),
    (r"argument (?:\S+/)?(\S+): ignored explicit argument '(.*)'", r"\1 后面不写值，多了“\2”"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 可以是 \2，请写全"),
)
_HELP = (("usage: ", "用法："), ("positional arguments:", "要写的："), ("options:", "可以加的："), ("show this help message and exit", "看这个说明"))


class Parser(argparse.ArgumentParser):
    """Raise CallError in Chinese where argparse would print English and exit; --help is Chinese too."""

    def error(self, message: str) -> Any:
        """Raise CallError saying what is wrong with the call."""
        said = next((match.expand(words) for pattern, words in _SAID if (match := re.fullmatch(pattern, message))), "参数不对")
        raise CallError(f"命令写得不对：{said[:300]}。用 python -m {self.prog} --help 看用法。")

    def format_help(self) -> str:
        """Return the help with argparse's own words in Chinese."""
        return self._chinese(super().format_help())

    def format_usage(self) -> str:
        """Return the usage line with argparse's own words in Chinese."""
        return self._chinese(super().format_usage())

    @staticmethod
    def _chinese(text: str) -> str:
        for english, chinese in _HELP:
            text = text.replace(english, chinese)
        return text
