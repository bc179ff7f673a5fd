"""The private folder for uploads and results: only this user may open it, Gradio empties it as it goes, and it is gone when the server stops.

open_folder() sets GRADIO_TEMP_DIR before Gradio is imported -> the one folder that /gradio_api/file= serves and a FileData may name
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "GRADIO_TEMP_DIR"
_NAME = "policy-uploads-"
# how often Gradio looks, and the age in seconds at which it deletes
DELETE_CACHE = (600, 3600)


def open_folder() -> Path:
    """Make the folder (mode 0700), tell Gradio of it, and remove it when the process ends; return its real path."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid()}-")).resolve()
    os.environ[VARIABLE] = str(folder)
    atexit.register(close_folder, folder)
    return folder


def close_folder(folder: Path) -> None:
    """Remove the folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(where: Path) -> None:
    """Remove the folders of servers that were killed before they could do it themselves."""
    for folder in where.glob(f"{_NAME}*-*"):
        pid = folder.name.removeprefix(_NAME).partition("-")[0]
        try:
            mine = pid.isdecimal() and folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
        except OSError:
            continue
        if mine and not _lives(int(pid)):
            close_folder(folder)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def inside(folder: Path, path: str) -> bool:
    """Tell whether a path names a file within the folder, links followed."""
    try:
        real = Path(path).resolve()
        return Path(path).is_absolute() and real.is_relative_to(folder) and real.is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def held(folder: Path) -> int:
    """Return how many bytes the folder holds."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(where) / name).stat().st_size
            except OSError:
                continue
    return total
