"""What is left of a city that ended with all its processes at once, by a power cut or kill -9 of them all: removed by the next one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_ALIVE = ".alive"
"""A file in a city's folder that its process holds locked: the system lets go of it, however the process ends."""


def claim(folder: Path) -> int:
    """Marks the folder as a running city's. Returns what to close when it is one no longer."""
    file = os.open(folder / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
    _lock(file)
    return file


def remove_dead(parent: Path, prefix: str) -> None:
    """Deletes this user's folders of cities that run no more. One that was never claimed is left alone."""
    for folder in parent.glob(f"{prefix}*"):
        if folder.is_symlink() or (os.name == "posix" and folder.lstat().st_uid != os.geteuid()):
            continue
        try:
            file = os.open(folder / _ALIVE, os.O_RDWR)
        except OSError:
            continue
        dead = _lock(file)
        os.close(file)
        if dead:
            shutil.rmtree(folder, ignore_errors=True)


def _lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
