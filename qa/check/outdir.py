"""Where results go: files written aside that take their names only when all of them are whole.

    with OutDir(folder) as out: write(out.path("results.csv")) …        with atomic(path) as aside: write(aside)
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from qa.check.records import Result
from qa.check.summary import clean
from qa.errors import CallError

NAMES = ("results.csv", "results.xlsx", "results.jsonl", "problems.csv", "summary.json", "report.html", "shacl-report.ttl", "shacl-report.jsonld")
_UNFINISHED = ".未完成-"
_WHY = {
    errno.ENOSPC: "磁盘满了，请腾出空间再试，或换一个地方",
    errno.EDQUOT: "超过了磁盘配额，请腾出空间再试，或换一个地方",
    errno.EFBIG: "文件太大，请分几次校验",
    errno.EACCES: "没有写的权限，或者正被别的程序打开；请关掉它，或换一个可以写的地方",
    errno.EPERM: "没有写的权限，请换一个可以写的地方",
    errno.EROFS: "这里是只读的，请换一个可以写的地方",
    errno.ENOTDIR: "路径里有一段是文件，不是文件夹；请换一个文件夹",
    errno.EEXIST: "已经有同名的文件，不是文件夹；请换一个文件夹",
    errno.EISDIR: "已经有同名的文件夹；请先把它移走，或换一个地方",
    errno.ENAMETOOLONG: "名字太长，请换一个短的",
}


class Writer(Protocol):
    """A file under way: takes results, is whole once closed; left by an exception it stays unfinished."""

    def write(self, result: Result) -> None:
        """Write what was found out about one applicant."""

    def close(self) -> None:
        """Finish the file."""


class Closing:
    """Close a writer at the end of its with block; leave the file unfinished where the block failed."""

    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Let go of the file without finishing it."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            with suppress(OSError):
                self.abandon()


def unwritable(path: Path, error: OSError) -> CallError:
    """Return the Chinese error for something that cannot be written."""
    return CallError(f"“{clean(str(path))}”写不进去：{_WHY.get(error.errno or 0, '请检查路径和磁盘，或换一个地方')}。")


class OutDir:
    """A folder of results that appear all at once: written aside, named when the with block ends well, else removed.

    Raises CallError where the folder cannot be made or written; files already there stay as they were.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, not folder.exists()
        self._aside = Path()
        self._names: list[str] = []

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._aside = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{os.getpid()}-", dir=self._folder))
        except OSError as error:
            raise unwritable(self._folder, error) from error
        return self

    def _sweep(self) -> None:
        """Remove what runs that were killed left behind: it holds people's data."""
        for left in self._folder.glob(f"{_UNFINISHED}*-*"):
            pid = left.name.removeprefix(_UNFINISHED).partition("-")[0]
            if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc").exists():
                shutil.rmtree(left, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Return where to write the file that will be called name. Raises CallError where a folder has that name."""
        if (self._folder / name).is_dir():
            raise unwritable(self._folder / name, IsADirectoryError(errno.EISDIR, name))
        if name not in self._names:
            self._names.append(name)
        return self._aside / name

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._commit()
        except OSError as failure:
            raise unwritable(self._folder, failure) from failure
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)
            if self._made:
                with suppress(OSError):
                    self._folder.rmdir()
        if isinstance(error, OSError) and self._is_ours(error):
            raise unwritable(self._folder, error) from error

    def _commit(self) -> None:
        pairs = [(self._aside / name, self._folder / name) for name in self._names if (self._aside / name).exists()]
        for _, final in pairs:
            if final.is_dir():
                raise IsADirectoryError(errno.EISDIR, str(final))
        for written, final in pairs:
            written.replace(final)

    def _is_ours(self, error: OSError) -> bool:
        """Tell an error of writing from one of reading: by the file it names, or by what only writing can meet."""
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or str(error.filename or "").startswith(str(self._aside))


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield where to write a file that takes the place of path when the block ends well. Raises CallError like OutDir."""
    with OutDir(path.parent) as out:
        yield out.path(path.name)
