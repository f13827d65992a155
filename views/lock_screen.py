"""The lock screen: covers the whole window, says why, and asks for the password of whoever works here."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from views import icons, words
from views.theme import look
from views.widgets.cards import Banner, Card
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import LockState

_WIDTH = 400
_LONGEST = 1000


class LockScreen(QFrame):
    """A child of the window that lies over everything else in it. ``tried`` carries what was typed; ``left`` closes the desk."""

    tried = Signal(str)
    left = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("role", "lock")
        self.setAccessibleName(self.tr("The desk is locked"))
        unit = look().px
        self._icon = PlainLabel()
        self._icon.setPixmap(icons.pixmap("lock", "accent", unit(30), self.devicePixelRatioF()))
        self.heading = PlainLabel(self.tr("Locked"), "title")
        self.why = PlainLabel(role="muted", wrap=True)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setMaxLength(_LONGEST)
        self.secret.returnPressed.connect(self._try)
        self._label = PlainLabel(role="small", buddy=self.secret)
        self.passphrase = PlainLabel(wrap=True)
        self.problem = Banner(narrow=True)
        self.button = QPushButton(self.tr("&Unlock"))
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._try)
        self.kept = PlainLabel(role="small", wrap=True)
        self.kept.setText(
            self.tr("What was typed into the open call is kept, encrypted. It is there after you sign in, also if you close CivicDesk.")
        )
        self._close = QPushButton(self.tr("&Close CivicDesk"))
        self._close.setProperty("role", "quiet")
        self._close.clicked.connect(self.left)
        self._typed_for: tuple[bool, str] = (False, "")
        self._waits = QElapsedTimer()
        self._wait = 0.0
        self._checking = False
        self._timer = QTimer(self)
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._count_down)
        self._lay_out()
        window.installEventFilter(self)
        self.setGeometry(window.rect())

    def _lay_out(self) -> None:
        unit = look().px
        card = Card(spacing=10)
        card.setFixedWidth(unit(_WIDTH))
        card.column.setContentsMargins(*(unit(24),) * 4)
        top = QHBoxLayout()
        top.setSpacing(unit(12))
        top.addWidget(self._icon)
        top.addWidget(self.heading, 1)
        card.column.addLayout(top)
        card.column.addWidget(self.why)
        card.column.addSpacing(unit(6))
        card.column.addWidget(self._label)
        card.column.addWidget(self.secret)
        card.column.addWidget(self.passphrase)
        card.column.addWidget(self.problem)
        card.column.addSpacing(unit(2))
        card.column.addWidget(self.button)
        card.column.addSpacing(unit(8))
        card.column.addWidget(self.kept)
        card.column.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)  # with no alignment: else wrapped lines are counted for another width
        row.addStretch(1)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def draw(self, state: LockState) -> None:
        """Shows why it is locked, and what came of the last try."""
        self.why.setText(self._reason(state))
        if state.passphrase:
            self._label.setText(self.tr("&Passphrase"))
            shown = self.tr("In the demo city it is no secret: {passphrase}").format(passphrase=state.passphrase)
            self.passphrase.setText(shown)
        else:
            self._label.setText(self.tr("&Password of {actor} on this computer").format(actor=state.actor.replace("&", "&&")))
        self.passphrase.setVisible(bool(state.passphrase))
        self.secret.setAccessibleName(self._label.text().replace("&", ""))
        self.secret.setAccessibleDescription(self.passphrase.text())
        if self._typed_for[0] and not state.checking and state.problem:
            self.secret.clear()
        self._typed_for = (state.checking, state.problem)
        self.problem.show_text(state.problem, "bad")
        self.secret.setReadOnly(state.checking)
        self._wait = state.wait
        self._waits.start()
        self._checking = state.checking
        self._count_down()

    def enter(self) -> None:
        """The focus into the field."""
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def _seconds_left(self) -> float:
        """Seconds that are still to be waited."""
        return max(0.0, self._wait - self._waits.elapsed() / 1000) if self._wait else 0.0

    def _count_down(self) -> None:
        left = self._seconds_left()
        if left and not self._timer.isActive():
            self._timer.start()
        elif not left:
            self._timer.stop()
        self.button.setEnabled(not left and not self._checking)
        if self._checking:
            self.button.setText(self.tr("Asking…"))
        elif left:
            self.button.setText(self.tr("Try again in {seconds} s").format(seconds=ceil(left)))
        else:
            self.button.setText(self.tr("&Unlock"))

    def _try(self) -> None:
        if not self._seconds_left() and not self._checking and self.secret.text():
            self.tried.emit(self.secret.text())

    def _reason(self, state: LockState) -> str:
        since = words.minutes(state.since) if state.since is not None else ""
        reasons = {
            "idle": self.tr("{actor}, since {time}: nobody touched the desk for a while."),
            "limit": self.tr("{actor}, since {time}: it is long ago that you signed in."),
        }
        return reasons.get(state.why, self.tr("{actor}, since {time}.")).format(actor=state.actor, time=since)
