"""The options of check and template, apart from what they run, so that --help loads nothing."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_check_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of check."""
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help="CSV、XLSX、XLS、JSON、JSON Lines、Turtle、N-Triples、JSON-LD、RDF/XML")
    parser.add_argument("--measure", action="append", default=[], metavar="措施", help="只判这一项：名称、条号或英文名，例如 租房补贴、第十七条；可以写多次（默认全部）")
    parser.add_argument("--for", dest="kind", default=None, metavar="类别", help="申请人类别，例如 人才、企业：只判与它有关的，没填主体类型的按它算")
    parser.add_argument("--as-of", default=None, metavar="日期", help="没填申请日期的按哪一天算（默认今天），写成 2026-11-22")
    parser.add_argument("--out", type=Path, default=None, metavar="文件夹", help="把结果写到这个文件夹（CSV、XLSX、JSON Lines、SHACL 报告、可打印的网页）")
    parser.add_argument("--workers", type=int, default=None, metavar="个数", help="工作进程个数（默认按核数；小文件不另开）")
    parser.add_argument("--large", action="store_true", help="大文件模式（CSV、TSV、Parquet，几万人以上）：按列判断，裁决、理由、金额和平常一样，结果每人一行")
    parser.add_argument("--cluster", default=None, metavar="地址", help="大文件模式交给一个 Dask 集群来判，例如 tcp://主机:8786")
    parser.add_argument("--jsonl", action="store_true", help="在标准输出逐行写出每个申请人的结果（JSON）")
    parser.add_argument("--quiet", action="store_true", help="不显示进度")


def add_template_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of template."""
    parser.add_argument("--for", dest="kind", required=True, metavar="类别", help="人才、企业、团队、平台、高校和科研院所、院士工作站、博士后科研工作站、博士后创新实践基地、服务平台承接单位")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="文件", help="写到哪里：.xlsx、.csv，或 .json（JSON Schema）")
    parser.add_argument("--force", action="store_true", help="文件已经有了也写，覆盖它")
