"""The options of serve, apart from what they run, so that --help loads nothing. A flag wins over the environment, the environment over the default."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qa.sparql.options import add_data_option


@dataclass(frozen=True)
class Setting:
    """One thing that a flag or a variable of the environment may set."""

    flag: str
    variable: str
    default: str
    kind: Callable[[str], Any]
    metavar: str
    help: str


SETTINGS = (
    Setting("--host", "POLICY_HOST", "127.0.0.1", str, "地址", "监听地址（默认只听本机）"),
    Setting("--port", "POLICY_PORT", "7860", int, "端口", "端口"),
    Setting("--root-path", "POLICY_ROOT_PATH", "", str, "子路径", "反向代理把本服务放在哪个子路径下，例如 /policy；代理改了 Host 时写完整的公网地址，例如 https://主机/policy。写了它，才相信代理的 X-Forwarded-* 请求头"),
    Setting("--upload-mb", "POLICY_UPLOAD_MB", "64", int, "兆字节", "网页上传的一个文件最多多大"),
    Setting("--sparql-timeout", "POLICY_SPARQL_TIMEOUT", "10", float, "秒", "一个 SPARQL 查询最多查多久"),
    Setting("--sparql-rows", "POLICY_SPARQL_ROWS", "100000", int, "行", "一个 SPARQL 查询最多给多少行"),
    Setting("--ask-waiting", "POLICY_ASK_WAITING", "200", int, "个", "给程序用的提问最多排多少个，再多就请它稍后再来"),
    Setting("--feedback", "POLICY_FEEDBACK", "", str, "文件", "问答页上出现“有用、没有用”，把问题、答复和意见逐行（JSON）存进这个文件；不写就不问、不存"),
    Setting("--check-waiting", "POLICY_CHECK_WAITING", "8", int, "个", "给程序用的校验最多排多少个"),
)


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that serve and app.py share."""
    for one in SETTINGS:
        default = os.environ.get(one.variable) or one.default
        said = f"{one.help}（环境变量 {one.variable}" + (f"，默认 {one.default}）" if one.default else "）")
        parser.add_argument(one.flag, default=default, type=one.kind, metavar=one.metavar, help=said)
    parser.add_argument("--encoder", default=None, metavar="名称或文件夹", help="改用任一 sentence-transformers 模型")
    parser.add_argument("--sparql-only", action="store_true", help="只开 SPARQL 端点，不开网页")
    add_data_option(parser)
