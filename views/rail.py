"""The rail on the left: one button a screen. What is not built is not shown."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout

from views import icons
from views.theme import look
from views.widgets.plain_label import set_tip


class RailButton(QAbstractButton):
    """An icon above its name."""

    def __init__(self, name: str, icon: str, key: str, said: str) -> None:
        super().__init__()
        self._icon = icon
        self.setText(name)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(said)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_tip(self, f"{said} ({key})")

    def sizeHint(self) -> QSize:
        return QSize(look().px(52), look().px(52))

    def paintEvent(self, _event: QPaintEvent) -> None:
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(style.colour("on_accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        fill = "accent" if self.isChecked() else "rail_hover" if self.underMouse() else "rail"
        painter.setBrush(style.colour(fill))
        painter.drawRoundedRect(box, style.px(7), style.px(7))
        ink = "on_accent" if self.isChecked() else "rail_text"
        size = style.px(19)
        icons.draw(painter, self._icon, ink, size, (self.width() - size) / 2, style.px(8))
        painter.setPen(style.colour(ink))
        painter.setFont(style.font(10.5, 500))
        painter.drawText(box.adjusted(0, style.px(28), 0, -style.px(3)), int(Qt.AlignmentFlag.AlignCenter), self.text())
        painter.end()


class Rail(QFrame):
    """``chosen`` carries the number of the screen."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "rail")
        self.setAccessibleName(self.tr("Screens"))
        self.buttons = (
            RailButton(self.tr("Caller"), "phone-call", "Ctrl+1", self.tr("Caller")),
            RailButton(self.tr("Depts"), "building-2", "Ctrl+2", self.tr("Departments")),
            RailButton(self.tr("Reviews"), "clipboard-check", "Ctrl+3", self.tr("Reviews of break-glass")),
        )
        self.buttons[2].hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(6), look().px(10), look().px(6), look().px(10))
        layout.setSpacing(look().px(6))
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked=False, number=number: self.chosen.emit(number))
            layout.addWidget(button)
        layout.addStretch(1)
        self.buttons[0].setChecked(True)
        self.setFixedWidth(look().px(64))
