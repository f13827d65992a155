"""Server programs of Debian packages, whose files ``resources/setup/prepare`` unpacks beside the environment; or the system's own."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

UNPACKED = Path(sys.prefix) / "servers" / "debian"


@dataclass(frozen=True)
class Program:
    """``root`` is below what its package's files lie; ``environment`` lets it find its libraries."""

    path: Path
    root: Path
    environment: dict[str, str]


def program(name: str, package: str) -> Program:
    """A program of a package. Skips the test where it is not there."""
    unpacked = UNPACKED / "usr" / "sbin" / name
    if unpacked.is_file():
        libraries = [str(each) for where in ("lib", "usr/lib") for each in (UNPACKED / where).glob("*-linux-*")]
        paths = [*libraries, *filter(None, [os.environ.get("LD_LIBRARY_PATH", "")])]
        return Program(unpacked, UNPACKED, {"LD_LIBRARY_PATH": ":".join(paths)})
    installed = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if installed is None:
        pytest.skip(f"{name} is not there: apt-get update, then resources/setup/prepare test .venv")
    return Program(Path(installed), Path("/"), {})
