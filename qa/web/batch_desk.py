"""The desk where batch checks are handed in: one at a time a session, few in the server, each in a private folder.

    desk.start(session, call) -> Run     run.events() -> Progress …     desk.cancel(session)     desk.leave(session)

A run is a child process (qa.web.batch_child) that can be stopped at any moment; folders go when the session or the server ends.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import qa
from qa.errors import CallError, FileError

MOST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 3_000
MOST_SECONDS = 600
MOST_RUNS = 2
MOST_KEPT = 4
_SMALL = 400_000
_BEAT = 0.5


@dataclass(frozen=True)
class Call:
    """What to check: the file, the kind of applicant ("": any), measures (none: all), the day."""

    file: Path
    as_of: str
    kind: str = ""
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How much one run may take, and how many there may be."""

    size: int = MOST_BYTES
    rows: int = MOST_ROWS
    seconds: float = MOST_SECONDS
    runs: int = MOST_RUNS
    kept: int = MOST_KEPT


@dataclass(frozen=True)
class Progress:
    """How far a run is: bytes read of all, applicants judged, seconds gone."""

    read: int
    total: int
    applicants: int
    seconds: float

    @property
    def rate(self) -> float:
        """Return applicants a second."""
        return self.applicants / self.seconds if self.seconds else 0.0

    @property
    def remaining(self) -> float | None:
        """Return the seconds left, None while nothing can be said."""
        return self.seconds * (self.total - self.read) / self.read if self.read and self.applicants else None


@dataclass
class Run:
    """One check under way; its folder holds what it wrote once events() has ended without an error."""

    folder: Path
    process: subprocess.Popen[str]
    limits: Limits
    cancelled: bool = False
    begun: float = field(default_factory=time.monotonic)

    def stop(self) -> None:
        """End the process and the workers it started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe and pipe is self.process.stdin:
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)

    def events(self) -> Iterator[Progress]:
        """Yield how far it is, twice a second at least. Raises CallError or FileError where it did not come to an end."""
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()
        last = {"read": 0, "total": 0, "applicants": 0}
        while True:
            try:
                line = lines.get(timeout=_BEAT)
            except queue.Empty:
                line = "{}"
            gone = time.monotonic() - self.begun
            if self.cancelled:
                raise CallError("已经停止，没有留下结果。")
            if gone > self.limits.seconds:
                raise CallError(f"超过{max(1, round(self.limits.seconds / 60))}分钟还没有完成，已经停止。请分成几份再交，或者用命令行：python -m qa check。")
            if line is None:
                raise CallError("校验的进程中断了（可能内存不足），没有留下结果。请分成几份再试。")
            said = json.loads(line)
            if "error" in said:
                raise FileError(said["error"])
            if "done" in said:
                return
            last |= {name: said[name] for name in last if name in said}
            yield Progress(last["read"], last["total"], last["applicants"], gone)

    def _listen(self, lines: queue.SimpleQueue[str | None]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.put(line)
        lines.put(None)


class Desk:
    """Keep runs and folders apart by session."""

    def __init__(self, root: Path, limits: Limits = Limits()) -> None:
        self._root, self.limits = root, limits
        self._lock = threading.Lock()
        self._folders: dict[str, Path] = {}
        self._uploads: dict[str, set[Path]] = {}
        self._runs: dict[str, Run] = {}
        self._made: set[Path] = set()
        atexit.register(self.close)

    def folder(self, session: str) -> Path | None:
        """Return the folder with a session's last results, None where there are none."""
        return self._folders.get(session)

    def new_folder(self, name: str) -> Path:
        """Return a fresh private folder whose path cannot be guessed."""
        path = self._root / f"{name}-{secrets.token_urlsafe(16)}"
        path.mkdir(parents=True, mode=0o700)
        self._made.add(path)
        return path

    def start(self, session: str, call: Call) -> Run:
        """Start a run. Raises CallError or FileError where the file is too large, or this or other runs are in the way."""
        if not call.file.is_file():
            raise FileError("没有收到文件。请重新上传。")
        if call.file.stat().st_size > self.limits.size:
            raise FileError(f"{call.file.name}：超过{self.limits.size // 1024 // 1024} MB。请分成几份，或者用命令行：python -m qa check。")
        with self._lock:
            if session in self._runs:
                raise CallError("您的上一份还在校验。请等它完成，或者先按“停止”。")
            if len(self._runs) >= self.limits.runs:
                raise CallError("现在正在校验的已经有几份了。请过一会儿再按“开始校验”。")
            self._drop(session)
            # results take much room: those of the sessions that checked longest ago make way
            for old in [s for s in self._folders if s not in self._runs][: max(0, len(self._folders) + 1 - self.limits.kept)]:
                self._drop(old)
            folder = self._folders[session] = self.new_folder("check")
            self._uploads.setdefault(session, set()).add(call.file)
            run = self._runs[session] = Run(folder, self._spawn(call, folder), self.limits)
        return run

    def _spawn(self, call: Call, folder: Path) -> subprocess.Popen[str]:
        workers = min(os.cpu_count() or 1, 4) if call.file.stat().st_size > _SMALL else 1
        said = {**asdict(call), "file": str(call.file), "folder": str(folder), "rows": self.limits.rows, "workers": workers}
        source = os.pathsep.join([str(Path(qa.__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qa.web.batch_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, text=True, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": source, "PYTHONIOENCODING": "utf-8"}, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(json.dumps(said, ensure_ascii=True) + "\n")
        process.stdin.flush()
        return process

    def finish(self, session: str, run: Run, whole: bool) -> None:
        """Take a run off the desk; what is not whole is thrown away."""
        run.stop()
        with self._lock:
            if self._runs.get(session) is run:
                del self._runs[session]
            if not whole and self._folders.get(session) is run.folder:
                self._drop(session)

    def cancel(self, session: str) -> None:
        """Stop a session's run; events() then says so."""
        run = self._runs.get(session)
        if run is not None:
            run.cancelled = True
            run.stop()

    def leave(self, session: str) -> None:
        """Stop what a session has running and remove its files: results and uploads."""
        self.cancel(session)
        with self._lock:
            self._runs.pop(session, None)
            self._drop(session)
            for upload in self._uploads.pop(session, set()):
                with contextlib.suppress(OSError):
                    upload.unlink()

    def _drop(self, session: str) -> None:
        folder = self._folders.pop(session, None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            self._made.discard(folder)

    def close(self) -> None:
        """Leave for every session: the server stops."""
        for session in {*self._runs, *self._folders, *self._uploads}:
            self.leave(session)
        for folder in self._made:
            shutil.rmtree(folder, ignore_errors=True)
        self._made.clear()
