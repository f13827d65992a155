"""The look: colour tokens for light and dark, sizes in relation to the font, and the one place that applies them.

A size in the code is written for a 13 pixel font and scaled by ``Look.px``, so that everything grows with the font.
"""

from __future__ import annotations

import os
import re
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

RESOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "resources")
Scheme = Literal["system", "light", "dark"]
Tone = Literal["good", "warn", "bad", "info", "neutral"]
BASE = 13.0
"""The font size, in pixels, for which sizes are written."""
STEPS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""The steps of Ctrl+plus and Ctrl+minus."""

LIGHT = {
    "window": "#f2f4f8",
    "surface": "#ffffff",
    "raised": "#f8fafc",
    "hover": "#f1f5fb",
    "selected": "#eaf2fe",
    "line": "#d5dce6",
    "edge": "#7d8a9e",
    "text": "#14202e",
    "muted": "#536277",
    "accent": "#1e66d4",
    "accent_hover": "#1857b8",
    "on_accent": "#ffffff",
    "link": "#0f4cab",
    "focus": "#1e66d4",
    "rail": "#0f2440",
    "rail_text": "#c9d6ea",
    "rail_hover": "#1b3557",
    "good": "#ddf3e4",
    "on_good": "#0d5f2e",
    "good_mark": "#14833b",
    "warn": "#fff0d2",
    "on_warn": "#7a4a05",
    "warn_mark": "#b36a00",
    "bad": "#fbe0de",
    "on_bad": "#9c1911",
    "bad_mark": "#b42318",
    "info": "#e1ecfc",
    "on_info": "#164da3",
    "info_mark": "#1e66d4",
    "neutral": "#e7ecf3",
    "on_neutral": "#34435a",
    "neutral_mark": "#64748b",
}
DARK = {
    "window": "#0e1621",
    "surface": "#16202e",
    "raised": "#121b28",
    "hover": "#1b2738",
    "selected": "#1a2f50",
    "line": "#2a384b",
    "edge": "#6f8199",
    "text": "#e7edf5",
    "muted": "#a3b1c4",
    "accent": "#2b6ae0",
    "accent_hover": "#2460d0",
    "on_accent": "#ffffff",
    "link": "#8fbbff",
    "focus": "#6ea8ff",
    "rail": "#09111c",
    "rail_text": "#b6c5da",
    "rail_hover": "#16263c",
    "good": "#12351f",
    "on_good": "#86dfa6",
    "good_mark": "#3fb56b",
    "warn": "#3a2a0c",
    "on_warn": "#f3c46b",
    "warn_mark": "#e0a030",
    "bad": "#451b19",
    "on_bad": "#ffada6",
    "bad_mark": "#f0685e",
    "info": "#182f52",
    "on_info": "#9cc3ff",
    "info_mark": "#5b9bff",
    "neutral": "#253246",
    "on_neutral": "#c3cedd",
    "neutral_mark": "#8fa0b8",
}


class Look:
    """One set of colours at one size. Fonts and colours are made once and kept: painting asks for them by the thousand."""

    def __init__(self, tokens: dict[str, str], size: float, families: list[str], *, dark: bool) -> None:
        self.tokens = tokens
        self.dark = dark
        self.unit = size / BASE
        self._families = families
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[tuple[float, int, bool], QFont] = {}
        self._metrics: dict[tuple[float, int, bool], QFontMetrics] = {}

    def px(self, size: float) -> int:
        """Pixels for a size that was written for a 13 pixel font."""
        return round(size * self.unit)

    def colour(self, name: str) -> QColor:
        """The colour of a token, or of a ``#rrggbb`` that a manifest names."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = QColor(self.tokens.get(name, name))
        return found

    def font(self, size: float = BASE, weight: int = 400, *, figures: bool = False) -> QFont:
        """The house font; ``figures``: all digits equally wide, so that columns of numbers and running clocks stand still."""
        key = (size, weight, figures)
        found = self._fonts.get(key)
        if found is None:
            found = QFont(self._families)
            found.setPixelSize(max(8, self.px(size)))
            found.setWeight(QFont.Weight(weight))
            if figures:
                found.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = found
        return found

    def metrics(self, size: float = BASE, weight: int = 400, *, figures: bool = False) -> QFontMetrics:
        """How wide texts are in the font of the same arguments."""
        key = (size, weight, figures)
        found = self._metrics.get(key)
        if found is None:
            found = self._metrics[key] = QFontMetrics(self.font(size, weight, figures=figures))
        return found


_look = Look(LIGHT, BASE, ["Inter"], dark=False)


def look() -> Look:
    """The look in force."""
    return _look


class Appearance(QObject):
    """Applies the look to the application: follows the system's colour scheme unless told otherwise, and zooms."""

    changed = Signal()

    def __init__(self, parent: QObject, application: QApplication, scheme: Scheme = "system", zoom: float = 1.0) -> None:
        super().__init__(parent)
        self._application = application
        self.scheme: Scheme = scheme
        self.zoom = zoom
        application.setStyle("Fusion")
        self._families, self._size = _load_fonts()
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._system_changed)

    def set_scheme(self, scheme: Scheme) -> None:
        """Follows the system, or stays light or dark."""
        self.scheme = scheme
        self._apply()
        self.changed.emit()

    def next_scheme(self) -> None:
        """System, light, dark, and round again."""
        order: tuple[Scheme, ...] = ("system", "light", "dark")
        self.set_scheme(order[(order.index(self.scheme) + 1) % 3])

    def set_zoom(self, zoom: float) -> None:
        """Scales the font and with it everything else; kept within STEPS."""
        self.zoom = min(max(zoom, STEPS[0]), STEPS[-1])
        self._apply()
        self.changed.emit()

    def step(self, by: int) -> None:
        """One step larger (1) or smaller (-1)."""
        nearest = min(range(len(STEPS)), key=lambda i: abs(STEPS[i] - self.zoom))
        self.set_zoom(STEPS[min(max(nearest + by, 0), len(STEPS) - 1)])

    def _system_changed(self) -> None:
        if self.scheme == "system":
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        global _look  # noqa: PLW0603 - one look for the whole process, asked for by every painter
        from PySide6.QtCore import Qt  # late: its enums take 13 ms, and the first paint does without

        system_dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self.scheme == "dark" or (self.scheme == "system" and system_dark)
        _look = Look(DARK if dark else LIGHT, self._size * self.zoom, self._families, dark=dark)
        self._application.setPalette(_palette(_look))
        self._application.setFont(_look.font())
        self._application.setStyleSheet(stylesheet(_look))


def stylesheet(style: Look) -> str:
    """The one stylesheet: ``$token`` becomes a colour, ``12u`` a size in pixels that follows the font."""
    with open(os.path.join(RESOURCES, "themes", "desk.qss"), encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"\$(\w+)", lambda found: style.tokens[found[1]], text)
    return re.sub(r"\b(\d+)u\b", lambda found: f"{style.px(int(found[1]))}px", text)


def _load_fonts() -> tuple[list[str], float]:
    """Inter, then what the system has; and the system's own size, so that whoever set a larger one keeps it."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        QFontDatabase.addApplicationFont(os.path.join(RESOURCES, "fonts", f"Inter-{weight}.otf"))
    size = min(max(float(QFontInfo(system).pixelSize()), BASE), 24.0)
    return ["Inter", system.family(), "Noto Sans", "DejaVu Sans", "Noto Sans CJK SC"], size


def _palette(style: Look) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, token in (
        (role.Window, "window"),
        (role.WindowText, "text"),
        (role.Base, "surface"),
        (role.AlternateBase, "raised"),
        (role.Text, "text"),
        (role.Button, "surface"),
        (role.ButtonText, "text"),
        (role.ToolTipBase, "surface"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "muted"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.Link, "link"),
    ):
        palette.setColor(which, style.colour(token))
    return palette
