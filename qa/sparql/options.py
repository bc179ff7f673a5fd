"""The options of sparql and load, apart from what they run, so that --help loads nothing."""

from __future__ import annotations

import argparse


def add_sparql_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of sparql."""
    parser.add_argument("query", metavar="文件", help="查询文件，- 为标准输入")
    parser.add_argument("--format", default=None, metavar="格式", help="json、xml、csv、tsv；turtle、nt、rdfxml、jsonld（默认 SELECT 用 csv，ASK 用 json，其余 turtle）")
    parser.add_argument("--timeout", default="10", metavar="秒", help="最多查多久（默认 10）")
    add_data_option(parser)


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add --data, for graphs beside the policy's."""
    parser.add_argument("--data", action="append", default=[], metavar="[图IRI=]文件", help="另外装入的图：TriG、N-Quads，或 图IRI=文件；可以写多次")


def add_load_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of load."""
    parser.add_argument("url", metavar="地址", help="图存储端点（Graph Store Protocol），例如 http://127.0.0.1:7878/store")
    parser.add_argument("--graph", default="", metavar="IRI", help="放进哪个图（默认放进默认图）")
