"""Where a department drops its files: a folder of this machine, or one that is reached by SFTP.

A *drop* is the newest file of a name's form. One that is still being written is left for the next look.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from adapters.contract import BadAnswer, CallContext, Forbidden, Unavailable

SETTLED = 2.0
"""Seconds after its last change from which a file counts as written, where there is an older one to take instead."""
_PIECE = 1 << 20


class Found(Struct, frozen=True, order=True):
    """One file there; ``changed`` is a POSIX time, in seconds."""

    changed: float
    name: str
    size: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.changed, UTC)


class Place(Protocol):
    """A folder with drops. Every method raises DepartmentError."""

    def look(self, ctx: CallContext) -> list[Found]:
        """The files there are; hidden ones are none."""
        ...

    def fetch(self, file: Found, most: int, ctx: CallContext) -> bytes:
        """A whole file of ``most`` bytes at most."""
        ...

    def done(self) -> None:
        """Nothing more is wanted for now."""
        ...


def newest(files: list[Found], form: str, now: float) -> Found | None:
    """The newest file whose name has the form (``people-*.csv``, upper or lower case), if possible one that is surely written."""
    fitting = sorted((each for each in files if fnmatchcase(each.name.lower(), form.lower())), reverse=True)
    settled = [each for each in fitting if now - each.changed >= SETTLED]
    return next(iter(settled or fitting), None)


class Folder:
    """A folder of this machine, a network share perhaps."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self, ctx: CallContext) -> list[Found]:
        ctx.remaining()
        try:
            return [
                Found(status.st_mtime, each.name, status.st_size)
                for each in self._path.iterdir()
                if not each.name.startswith((".", "~$")) and each.is_file() and (status := each.stat())
            ]
        except (FileNotFoundError, NotADirectoryError):
            raise Unavailable("the folder of the address is not there") from None
        except PermissionError:
            raise Forbidden("the folder of the address may not be read") from None
        except OSError as error:
            raise Unavailable(f"the folder of the address can't be read: {error.strerror or type(error).__name__}") from None

    def fetch(self, file: Found, most: int, ctx: CallContext) -> bytes:
        pieces: list[bytes] = []
        path = self._path / file.name
        try:
            with path.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    ctx.remaining()
                    pieces.append(piece)
                    if sum(map(len, pieces)) > most:
                        raise too_large(file.name, most)
            after = path.stat()
        except PermissionError:
            raise Forbidden(f"{file.name} may not be read") from None
        except OSError as error:
            raise Unavailable(f"{file.name} can't be read: {error.strerror or type(error).__name__}") from None
        body = b"".join(pieces)
        if (after.st_mtime, after.st_size) != (file.changed, len(body)):
            raise written_meanwhile(file.name)
        return body

    def done(self) -> None:
        """Nothing is kept open."""


def too_large(name: str, most: int) -> BadAnswer:
    return BadAnswer(f"{name} has more than {most} bytes: raise limits.bytes", key="too_large")


def written_meanwhile(name: str) -> BadAnswer:
    return BadAnswer(f"{name} was written while it was read", key="incomplete")


def age(at: datetime, now: datetime | None = None) -> str:
    """How old a drop is: ``40 min``, ``9 h``, ``3 days``."""
    minutes = max(0, int(((now.timestamp() if now else time.time()) - at.timestamp()) // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
