"""Colours, stylesheet, icons, fonts and texts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from views import icons
from views.theme import DARK, LIGHT, RESOURCES, STEPS, Look, look, stylesheet
from views.window import DeskWindow

VIEWS = Path(__file__).resolve().parents[2] / "views"
TONES = ("good", "warn", "bad", "info", "neutral")
TEXT_ON = [
    *((ink, ground) for ink in ("text", "muted", "link") for ground in ("window", "surface", "raised", "hover", "selected")),
    ("rail_text", "rail"),
    ("rail_text", "rail_hover"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    *((f"on_{tone}", tone) for tone in TONES),
    *((ink, ground) for ink in ("on_warn", "on_bad") for ground in ("surface", "selected")),
]
SHAPES_ON = [
    *((shape, ground) for shape in ("edge", "focus", "accent") for ground in ("surface", "window")),
    *((f"{tone}_mark", "surface") for tone in TONES),
    *((f"{tone}_mark", tone) for tone in TONES),
]


def luminance(name: str) -> float:
    """WCAG 2.2, relative luminance."""
    colour = QColor(name)
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(tokens: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES_ON)
def test_edges_and_signs_can_be_seen(tokens: dict[str, str], shape: str, ground: str) -> None:
    assert contrast(tokens[shape], tokens[ground]) >= 3.0


def test_both_modes_have_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("step", STEPS)
def test_the_stylesheet_leaves_nothing_open(step: float) -> None:
    text = stylesheet(Look(LIGHT, 13 * step, ["Inter"], dark=False))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert "$" not in text
    assert not re.search(r"\d+u\b", text)
    assert f"font-size: {round(13 * step * 12 / 13)}px" in text


def test_the_house_font_is_there(window: DeskWindow) -> None:
    assert "Inter" in QFontDatabase.families()
    assert QFontInfo(QApplication.font()).family() == "Inter"


def test_colours_follow_the_choice(window: DeskWindow) -> None:
    window.appearance.set_scheme("dark")
    assert look().dark
    dark = window.grab().toImage().pixelColor(700, 500)
    window.appearance.set_scheme("light")
    assert not look().dark
    light = window.grab().toImage().pixelColor(700, 500)
    assert (dark.name(), light.name()) == (DARK["window"], LIGHT["window"])
    window.appearance.set_scheme("system")


@pytest.mark.parametrize("path", sorted(Path(RESOURCES, "icons").glob("*.svg")), ids=lambda path: path.stem)
def test_icons_take_the_colour_of_the_look(qapp: QApplication, path: Path) -> None:
    image = icons.pixmap(path.stem, "accent", 48, 1.0).toImage()
    drawn = {image.pixelColor(x, y).name() for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() == 255}
    assert LIGHT["accent"] in drawn or DARK["accent"] in drawn


def test_every_icon_that_is_named_exists_and_every_one_is_used() -> None:
    source = " ".join(path.read_text(encoding="utf-8") for path in VIEWS.rglob("*.py"))
    there = {path.stem for path in Path(RESOURCES, "icons").glob("*.svg")}
    unused = {name for name in there if f'"{name}"' not in source}
    assert unused == set()


def test_no_text_is_lost_for_translators(tmp_path: Path) -> None:
    """Every literal given to tr() and translate() is found by lupdate, whose reading of Python is its own."""
    files = sorted(VIEWS.rglob("*.py"))
    program = Path(sys.executable).with_name("pyside6-lupdate")
    target = tmp_path / "desk.ts"
    done = subprocess.run([program, *files, "-ts", target], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = {source.text for source in ET.parse(target).iter("source")}
    wanted = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if name == "tr" or name in ("translate", "QT_TRANSLATE_NOOP"):
                at = 0 if name == "tr" else 1
                argument = node.args[at]
                if isinstance(argument, ast.Constant):
                    wanted.add(argument.value)
                else:
                    assert path.name == "fault_words.py", "only the words of faults, which are marked, may be translated by variable"
    assert len(wanted) > 120
    assert wanted - found == set()
