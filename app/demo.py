"""The demo: the city Springvale in a process of its own, and the desk on it, for staff to use or played without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


class CityProcess:
    """``civicdesk demo --serve`` as a child: its departments end with this process, however this process ends."""

    def __init__(self, people: int) -> None:
        command = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "demo", "--serve", "--people", str(people), "--until-closed"],
            stdin=subprocess.PIPE,  # its end tells the child that we are gone, also after kill -9
            stdout=subprocess.PIPE,
        )
        self.told: dict[str, Any] = {}

    def wait(self) -> Path:
        """The site's folder, once all departments answer. Raises SiteError when the city can't be started."""
        from app.config import SiteError

        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            self.told = json.loads(line)
        except ValueError:
            raise SiteError("The demo city could not be started; the terminal says why.") from None
        return Path(self.told["site"])

    def end(self) -> None:
        """End the city and leave nothing of it behind."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        if site := self.told.get("site"):
            shutil.rmtree(site, ignore_errors=True)


class NoFolder(Exception):
    """The folder for the pictures can't be made; the text says what to do."""


def has_screen() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(people: int, shots: Path | None) -> int:
    """Open the desk on the demo city; with no screen, or where pictures are asked for, play a call. Returns the exit code.

    Raises NoFolder when the pictures have no place.
    """
    if shots is None and has_screen():
        return _open_desk(people)
    folder = shots or Path("demo-shots")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFolder(f"Pictures can't be written to {folder} ({error.strerror}): name another folder with --shots.") from None
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.demo_call import play

    return play(CityProcess(people), folder)


def _open_desk(people: int) -> int:
    from app.desk import Desk

    city = CityProcess(people)
    try:
        desk = Desk(city.wait)
        desk.show()
        return desk.run()
    finally:
        city.end()
