"""Played by a test: a note is typed, a manifest comes into the site's folder, and the desk reads the site again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import Qt

from app.playing import ALT, CONTROL, Player, perform


async def play(player: Player) -> None:
    site = Path(sys.argv[1])
    note = "typed before the site was read again"
    player.press(Qt.Key.Key_N, ALT)
    player.type(note)
    await player.until(lambda: player.models.call.state.note == note, "the note was not typed")
    shutil.copy(site / "departments/parking.toml", site / "departments/second.toml")
    before = player.models
    player.press(Qt.Key.Key_2, CONTROL)
    player.press(Qt.Key.Key_F5, CONTROL)
    await player.until(lambda: player.desk.viewmodels not in (None, before), "the site was not read again")
    await player.until(lambda: len(player.models.departments.state.rows) == 7, "the new department is not there")
    await player.until(lambda: player.models.call.state.note == note, "the note was lost")
    await player.until(lambda: "second" in {each.id for each in player.models.search.state.departments}, "it can't be searched")
    shutil.copy(site / "site.toml", site / "site.bak")
    (site / "site.toml").write_text("name = ", encoding="utf-8")
    known = player.models
    player.models.departments.read_again()
    await player.until(lambda: "site.toml" in player.desk.window.desk.notice.text(), "what is wrong with the site was not told")
    if player.models is not known:
        raise AssertionError("a site with errors was opened")


if __name__ == "__main__":
    raise SystemExit(perform(lambda: Path(sys.argv[1]), Path(sys.argv[1]), play))
