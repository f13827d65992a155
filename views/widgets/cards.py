"""Cards, banners, and the page that says clearly why there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from views import icons
from views.theme import Tone, look
from views.widgets.plain_label import PlainLabel, restyle


class Banner(QFrame):
    """One line or two that must not be overlooked, with at most one button."""

    pressed = Signal()

    def __init__(self, *, narrow: bool = False) -> None:
        """``narrow``: the button stands below the text."""
        super().__init__()
        self.setProperty("role", "banner")
        layout = QGridLayout(self)
        layout.setContentsMargins(look().px(10), look().px(5), look().px(6), look().px(5))
        self._icon = PlainLabel()
        self._text = PlainLabel(wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._button = QPushButton()
        self._button.clicked.connect(self.pressed)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop if narrow else Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 0, 1)
        if narrow:
            layout.addWidget(self._button, 1, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            layout.addWidget(self._button, 0, 2)
        self.hide()

    def show_text(self, text: str, tone: Tone = "warn", icon: str = "triangle-alert", button: str = "") -> None:
        """Shows the text; an empty one hides the banner."""
        self.setVisible(bool(text))
        if not text:
            return
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)
            restyle(self._text)
        self._icon.setPixmap(icons.pixmap(icon, f"{tone}_mark", look().px(16), self.devicePixelRatioF()))
        if self._text.text() != text:
            self._text.setText(text)
            self.setAccessibleName(text)
        self._button.setVisible(bool(button))
        self._button.setText(button)

    def text(self) -> str:
        """What is shown; empty when hidden."""
        return self._text.text() if not self.isHidden() else ""


class EmptyState(QWidget):
    """Why there is nothing here, and what can be done about it: an icon, a heading, a sentence, at most one button; or things to try."""

    pressed = Signal()
    tried = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.setContentsMargins(look().px(20), look().px(24), look().px(20), look().px(24))
        layout.setSpacing(look().px(8))
        self._icon = PlainLabel()
        self._heading = PlainLabel(role="heading", wrap=True)
        self._text = PlainLabel(role="muted", wrap=True)
        self.button = QPushButton()
        self.button.clicked.connect(self.pressed)
        layout.addStretch(1)
        for widget in (self._icon, self._heading, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(widget)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        row.addStretch(1)
        layout.addLayout(row)
        self._trials = QVBoxLayout()
        self._trials.setSpacing(look().px(2))
        layout.addLayout(self._trials)
        layout.addStretch(2)
        self._shown: tuple[str, ...] = ()
        self._tries: tuple[str, ...] = ()
        self._buttons: list[QPushButton] = []

    def show_text(self, heading: str, text: str = "", icon: str = "info", tone: Tone = "neutral", button: str = "") -> None:
        """Draws the page; ``button`` is the text of its button, empty for none."""
        now = (heading, text, icon, tone, button, look().tokens["text"], str(look().unit))
        if now == self._shown:
            return
        self._shown = now
        self._icon.setPixmap(icons.pixmap(icon, f"{tone}_mark", look().px(36), self.devicePixelRatioF()))
        self._heading.setText(heading)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{heading}. {text}")

    def show_tries(self, tries: tuple[str, ...]) -> None:
        """One quiet button for each text that may be tried; ``tried`` tells which."""
        if tries == self._tries:
            return
        self._tries = tries
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for text in tries:
            button = QPushButton(text.replace("&", "&&"))
            button.setProperty("role", "quiet")
            button.setAccessibleName(self.tr("Search for {text}").format(text=text))
            button.clicked.connect(lambda _checked=False, text=text: self.tried.emit(text))
            self._trials.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            QWidget.setTabOrder((self.button, *self._buttons)[-1], button)
            self._buttons.append(button)

    def enter(self) -> bool:
        """The focus to the first thing that may be pressed; False if there is none."""
        for button in (self.button, *self._buttons):
            if button.isVisible():
                button.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False

    def text(self) -> str:
        """The heading and the sentence."""
        return f"{self._heading.text()} {self._text.text()}".strip()


class Card(QFrame):
    """A white box with rounded corners and a column of things in it."""

    def __init__(self, margin: int = 12, spacing: int = 8) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(look().px(margin),) * 4)
        self.column.setSpacing(look().px(spacing))


class PressCard(Card):
    """A card that is pressed as a whole: by a click, Enter or Space."""

    pressed = Signal()

    def __init__(self, margin: int = 12, spacing: int = 8) -> None:
        super().__init__(margin, spacing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look().colour("focus"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), look().px(7), look().px(7))
            painter.end()
