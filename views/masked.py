"""A masked value: dots, why they stand there, and where it may be revealed a button that asks for the reason.

A revealed value can be copied by its own button only; the clipboard forgets it after a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from views import words
from views.theme import look
from views.widgets.plain_label import PlainLabel, restyle, set_tip, without_mnemonics

if TYPE_CHECKING:
    from models.people import Shut, ValuePlace

CLIPBOARD_MS = 30_000
"""How long a copied value stays in the clipboard."""


class RevealMenu(QObject):
    """Offers the site's reasons; ``chosen`` carries the place and the reason, ``copy`` and ``mask`` are about what is revealed now."""

    chosen = Signal(object, str)
    copy = Signal()
    mask = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.reasons: tuple[str, ...] = ()

    def menu(self, place: ValuePlace) -> QMenu:
        """The reasons to choose from: by number, by arrows, or Escape to leave it."""
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.tr("For which reason?"))
        heading = menu.addAction(self.tr("For which reason? It is logged, and masked again in 30 s."))
        heading.setEnabled(False)
        for number, reason in enumerate(self.reasons, start=1):
            action = menu.addAction(f"&{number}  {without_mnemonics(reason)}")
            action.triggered.connect(lambda _checked=False, reason=reason: self.chosen.emit(place, reason))
        if len(menu.actions()) > 1:
            menu.setActiveAction(menu.actions()[1])
        return menu

    def ask(self, place: ValuePlace, button: QWidget) -> None:
        """Opens the menu below the button."""
        self.menu(place).popup(button.mapToGlobal(QPoint(0, button.height())))


class MaskedValue(QWidget):
    """One value: masked with its reason, or revealed with buttons to copy it and to mask it at once."""

    def __init__(self, place: ValuePlace, why: Shut, menu: RevealMenu, *, name: str = "", value: str = "") -> None:
        super().__init__()
        self.place = place
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, look().px(6), 0)
        layout.setSpacing(look().px(4))
        self.text = PlainLabel(f"{name} {value or words.MASK}".strip())
        layout.addWidget(self.text)
        self.buttons: list[QPushButton] = []
        if value:
            self._add(
                self.tr("Copy"), self.tr("Copy {name}; the clipboard forgets it in 30 s").format(name=name or place.label), menu.copy.emit
            )
            self._add(self.tr("Mask"), self.tr("Mask {name} again").format(name=name or place.label), menu.mask.emit)
        elif why == "reveal":
            button = self._add(self.tr("Reveal…"), self.tr("Reveal {name}").format(name=name or place.label), lambda: None)
            button.clicked.connect(lambda _checked=False: menu.ask(place, button))
        else:
            layout.addWidget(PlainLabel(words.shut(why), "small"))
        layout.addStretch(1)
        said = value or words.shut(why)
        self.text.setAccessibleName(f"{name or place.label}: {said}")
        set_tip(self.text, "" if value else f"{name or place.label}: {words.shut(why)}")

    def enter(self) -> bool:
        """The focus to its first button; False if it has none."""
        if not self.buttons:
            return False
        self.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def has_focus(self) -> bool:
        """Whether one of its buttons has the focus."""
        return self.window().focusWidget() in self.buttons

    def _add(self, text: str, said: str, pressed: object) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "link")
        button.setAutoDefault(True)  # Enter presses it too
        button.setAccessibleName(said)
        assert callable(pressed)
        button.clicked.connect(lambda _checked=False: pressed())
        restyle(button)
        self.buttons.append(button)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(button)
        return button


class ShortMemory(QObject):
    """The clipboard for values that were revealed: emptied after a while, unless something else was copied meanwhile."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._copied = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CLIPBOARD_MS)
        self._timer.timeout.connect(self.forget)

    def copy(self, value: str) -> None:
        """Into the clipboard, marked as secret for clipboard managers that know how to forget."""
        data = QMimeData()
        data.setText(value)
        data.setData("x-kde-passwordManagerHint", b"secret")
        QGuiApplication.clipboard().setMimeData(data)
        self._copied = value
        self._timer.start()

    def forget(self) -> None:
        """Empties the clipboard of what was copied here."""
        clipboard = QGuiApplication.clipboard()
        if self._copied and clipboard.text() == self._copied:
            clipboard.clear()
        self._copied = ""
        self._timer.stop()
