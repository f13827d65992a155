"""Macros of a site: what is wrong with one is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import SiteError, load_site

MANIFEST = """kind = "sql"
title = "Permits"
colour = "#336699"
address = "sqlite:///{site}/permits.db"
capabilities = ["find"]
roles = ["agent"]
[[find]]
needs = ["family"]
sql = "SELECT id, name FROM people WHERE name = :name"
params = { name = "{family}" }
[person]
id = "id"
full_name = "name"
"""


def site(folder: Path, macros: str) -> Path:
    (folder / "departments").mkdir()
    (folder / "departments" / "permits.toml").write_text(MANIFEST)
    (folder / "site.toml").write_text(f'name = "Here"\n{macros}')
    return folder


def test_a_macro_is_read_as_it_is_written(tmp_path: Path) -> None:
    macros = '[[macro]]\nname = "Moving"\nkey = "F8"\nsteps = [{ open = "address", values = { from_date = "today" } }, { note = "told" }]\n'
    (macro,) = load_site(site(tmp_path, macros)).settings.macro
    assert (macro.name, macro.key, [step.open for step in macro.steps]) == ("Moving", "F8", ["address", ""])


@pytest.mark.parametrize(
    ("macros", "words"),
    [
        ('[[macro]]\nname = "A"\nsteps = [{ open = "adress" }]\n', r"site.toml:4: macro.0.steps: 'adress' is no change and no action"),
        ('[[macro]]\nname = "A"\nkey = "F1"\nsteps = [{ note = "x" }]\n', r"site.toml:4: .*free function key"),
        (
            '[[macro]]\nname = "A"\nkey = "F8"\nsteps = [{ note = "x" }]\n[[macro]]\nname = "B"\nkey = "F8"\nsteps = [{ note = "y" }]\n',
            r"site.toml:8: macro.1.key: another macro has 'F8'",
        ),
        ('[[macro]]\nname = "A"\nsteps = [{ open = "name" }, { open = "phone" }]\n', r"site.toml:2: .*one form at most"),
        ('[[macro]]\nname = "A"\nsteps = []\n', r"site.toml:4: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, macros: str, words: str) -> None:
    with pytest.raises(SiteError, match=words):
        load_site(site(tmp_path, macros))
