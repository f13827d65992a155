"""A program of a site, as a test wants it: a few lines of Python that can be run by their first line."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from adapters.site_command import SiteCommand


def script(folder: Path, body: str) -> SiteCommand:
    """Its command; the program is a file of the folder."""
    program = folder / "send"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return SiteCommand(command=(str(program), "to={to}"))
