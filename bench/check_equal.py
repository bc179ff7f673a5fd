"""Are the columns right? The same applicants by columns and one by one: every verdict, deciding reason and amount must be equal.

    python bench/check_equal.py [--applicants 100000] [--seed 1]          exit 0: equal, 1: not
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from applicants import wild  # noqa: E402

from qa.check.columnar.judge import Columns  # noqa: E402
from qa.check.columnar.read import gathered  # noqa: E402
from qa.check.columnar.weigh import VERDICTS  # noqa: E402
from qa.check.engine import Checker, Options  # noqa: E402
from qa.check.records import Judgement, Raw  # noqa: E402
from qa.graph import load  # noqa: E402

AS_OF = dt.date(2026, 11, 22)
_BATCH = 1000
Outcome = tuple[str, Decimal | None, bool, frozenset[str]]


def said(judgement: Judgement) -> Outcome:
    """Return what an ordinary judgement comes to: verdict, amount, whether it is a maximum, the shapes that decide."""
    amount = judgement.award.amount if judgement.award else None
    return judgement.verdict, amount, amount is not None and judgement.award is not None and judgement.award.is_max, frozenset(f.leaf for f in judgement.reasons)


def differences(checker: Checker, columns: Columns, raws: Sequence[Raw], options: Options) -> Iterator[tuple[Raw, str, Outcome, Outcome]]:
    """Yield each judgement that differs: record, measure, one by one, by columns."""
    judged = columns.judge(gathered(list(raws))[0], options)
    for raw, result, row in zip(raws, checker.check(raws, options), judged.frame.iter_rows(named=True), strict=True):
        for at, one in enumerate(result.judgements):
            amount = row[f"a{at}"]
            other = (VERDICTS[row[f"v{at}"]], None if amount is None else Decimal(amount), row[f"m{at}"], frozenset(judged.reasons[at].of(row[f"r{at}"])))
            if said(one) != other:
                yield raw, one.label, said(one), other


def batch(seed: int) -> list[str]:
    """Compare one batch; return what differs, in words."""
    checker = Checker(load())
    kinds = list(dict.fromkeys(checker.kinds.values()))
    raws = wild(_BATCH, seed, checker.fields, kinds)
    options = Options(AS_OF + dt.timedelta(days=random.Random(seed).choice((0, 0, -900, 1022, 1023, 2000))), (), random.Random(-seed).choice(("", "", kinds[seed % len(kinds)].label)))
    return [f"种子 {seed} 第{raw.row}行 {label}：逐人 {one}，按列 {other}" for raw, label, one, other in differences(checker, Columns(checker), raws, options)]


def main() -> int:
    parser = argparse.ArgumentParser(description="按列和逐人是否相同")
    parser.add_argument("--applicants", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count, begun = -(-options.applicants // _BATCH), time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        found = [line for lines in pool.map(batch, range(options.seed, options.seed + count)) for line in lines]
    print("\n".join(found[:20]))
    print(f"{count * _BATCH} 个申请人，各项措施的裁决、理由和金额：{'全部相同' if not found else f'{len(found)} 处不同'}（{time.monotonic() - begun:.0f} 秒）")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
