"""What people say of a reply, kept only where the operator wants it: one JSON line each in a file of one's own.

Feedback(path).keep(…) -> a sentence for the page      the file is made for its owner alone (0600) and stops growing at LARGEST
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 64 << 20
LONGEST = 500
THANKS = "谢谢，已经记下。"
TOLD = "点了以后，这个问题、答复和您写的理由会存进本机的一个文件，供改进用；请不要写姓名、电话、证件号码。"


@dataclass(frozen=True)
class Feedback:
    """A file of feedback."""

    path: Path
    _one: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    def keep(self, question: str, answer: str, good: bool, reason: str) -> str:
        """Append a line and return what to tell: thanks, or why it was not kept."""
        line = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "good": good, "reason": reason.strip()[:LONGEST], "question": question[:LONGEST], "answer": answer[:2000]}
        body = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        try:
            with self._one:
                at = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    before = os.fstat(at).st_size
                    if before + len(body) > LARGEST:
                        return "没有记下：存放意见的文件满了，请告诉维护的人。"
                    if os.write(at, body) < len(body):
                        os.ftruncate(at, before)  # a disk that is full takes a part: half a line would spoil the next one
                        return "没有记下：磁盘满了，请告诉维护的人。"
                finally:
                    os.close(at)
        except OSError as error:
            return f"没有记下：存放意见的文件写不了（{error.strerror}），请告诉维护的人。"
        return THANKS
