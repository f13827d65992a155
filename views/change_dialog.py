"""One change for many departments: the form, what each department has and will have, and, once it was sent, how far each of them is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from views import change_words, words
from views.change_table import ChangeTable
from views.form_fields import FormFields
from views.link_question import LinkQuestion
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.doing_states import ChangeState
    from views.masked import ShortMemory
    from views.ports import AddressesPort, ChangePort


class ChangeDialog(QDialog):
    """Opened with ``open()``; Escape closes it at any time, and nothing is lost: what was typed stays, what was sent goes on.

    ``verify``: the caller is to be verified first. ``receipt``: they are to be sent what was done.
    """

    verify = Signal()
    receipt = Signal()

    def __init__(self, parent: QWidget, model: ChangePort, addresses: AddressesPort, clipboard: ShortMemory) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("sheet")
        self._model = model
        self._clipboard = clipboard
        self._phase = ""
        self._problem = ""
        self.heading = PlainLabel(role="title", wrap=True)
        self.summary = PlainLabel(role="muted", wrap=True)
        self.needs = Banner()
        self.needs.pressed.connect(self._verify)
        self.fields = FormFields(addresses)
        self.fields.typed.connect(model.set_text)
        self.table = ChangeTable()
        self.table.chosen.connect(model.choose)
        self.table.pressed.connect(self._pressed)
        self.table.decided.connect(self._decided)
        self.problem = Banner()
        self.safe = PlainLabel(role="muted", wrap=True)
        self.receipt_button = QPushButton(self.tr("Send the caller a receipt…"))
        self.receipt_button.clicked.connect(self._receipt)
        self.send_button = QPushButton()
        self.send_button.setProperty("role", "primary")
        self.send_button.clicked.connect(self._send)
        for button in (self.receipt_button, self.send_button):
            button.setAutoDefault(button is self.send_button)
        self._lay_out()
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._send)
        QShortcut(QKeySequence("Ctrl+Shift+V"), self).activated.connect(self._verify)
        model.state_changed.connect(self.draw)
        self.finished.connect(self._left)
        self.draw(model.state)
        if not self.fields.enter():
            self.send_button.setFocus()

    def _lay_out(self) -> None:
        unit = look().px
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, unit(6), 0)
        column.setSpacing(unit(14))
        column.addWidget(self.fields)
        column.addWidget(self.table)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._body)
        foot = QHBoxLayout()
        foot.setSpacing(unit(8))
        foot.addWidget(self.safe, 1)
        foot.addWidget(self.receipt_button)
        foot.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit(20), unit(18), unit(20), unit(16))
        layout.setSpacing(unit(10))
        layout.addWidget(self.heading)
        layout.addWidget(self.summary)
        layout.addWidget(self.needs)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.problem)
        layout.addLayout(foot)

    def draw(self, state: ChangeState) -> None:
        """Shows the form or what came of it; a state that was left closes the dialog."""
        if state.phase == "closed":
            self.reject()
            return
        made = state.phase == "made"
        title = f"{state.title}: {state.caller}" if state.caller else state.title
        self.heading.setText(title)
        self.setWindowTitle(state.title)
        summary = state.said
        if made and not summary:
            summary = ": ".join(part for part in (state.about, change_words.summed_up(state.fields)) if part)
            if len(state.rows) > 1:
                summary = self.tr("{what}. Each department shows what it had and what it will have.").format(what=summary)
        elif not made:
            summary = self.tr("Each department shows what it has now and what it will have.") if len(state.rows) > 1 else state.about
        self.summary.setText(summary)
        self.summary.setVisible(bool(summary))
        self.fields.setVisible(not made)
        self.fields.setEnabled(state.phase == "form")
        if not made:
            self.fields.draw(state.fields, state.revision)
        self.table.draw(state.rows, editable=state.phase == "form")
        self.table.setVisible(bool(state.rows))
        safe = self.tr("Nothing is lost if this window, this computer or a department stops.") if state.rows else ""
        self.safe.setText(safe)
        needs = self.tr("This needs a caller who is {level}.").format(level=words.level(state.needs)) if state.needs else ""
        self.needs.show_text(needs, "warn", "shield-check", self.tr("Verify (Ctrl+Shift+V)"))
        self.problem.show_text(state.problem, "bad")
        self.receipt_button.setVisible(made and bool(state.rows))
        self.send_button.setText({"form": self.tr("Send   Ctrl+Enter"), "sending": self.tr("Sending…")}.get(state.phase, self.tr("Done")))
        self.send_button.setEnabled(state.phase != "sending")
        if state.problem and state.problem != self._problem:
            wrong = next((each.field.name for each in state.fields if each.problem), "")
            if wrong:
                self.fields.enter(wrong)
        self._problem = state.problem
        turned = state.phase != self._phase
        self._phase = state.phase
        if turned and made:
            self.send_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fit(shrink=turned)
        QTimer.singleShot(0, self, partial(self._fit, shrink=turned))  # once what has come is laid out

    def _fit(self, *, shrink: bool = False) -> None:
        """As high as what is in it, within the window; it grows while answers come, and shrinks only where it shows something else."""
        parent = self.parentWidget()
        assert parent is not None
        unit, room = look().px, parent.size()
        width = min(unit(640 if self._model.state.own else 1000), room.width() - unit(40))
        inner = self._body.layout()
        layout = self.layout()
        assert inner is not None
        assert layout is not None
        body = max(inner.totalHeightForWidth(width - unit(46)) if inner.hasHeightForWidth() else 0, inner.sizeHint().height())
        self.area.setMinimumHeight(min(body + unit(4), room.height() - unit(260)))
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        self.resize(width, min(max(height, 0 if shrink else self.height()), room.height() - unit(20)))
        if self.isVisible():
            window = parent.frameGeometry()
            over = self.frameGeometry().bottom() - window.bottom()
            if over > 0:
                self.move(self.x(), max(window.top(), self.y() - over))

    def _send(self) -> None:
        if self._model.state.phase == "made":
            self.accept()
        else:
            self._model.submit()

    def _verify(self) -> None:
        if self._model.state.needs:
            self.accept()
            self.verify.emit()

    def _receipt(self) -> None:
        self.accept()
        self.receipt.emit()

    def _delivery(self, key: str) -> tuple[int, str]:
        return next(((row.delivery, row.link) for row in self._model.state.rows if row.key == key), (0, ""))

    def _pressed(self, key: str, what: str) -> None:
        delivery, link = self._delivery(key)
        if what == "resend":
            self._model.resend(delivery)
        elif what == "undo":
            self._model.undo(delivery)
        elif what == "copy" and link:
            self._clipboard.copy(link)
        elif what == "open":
            LinkQuestion(self, link, lambda: self._model.open_link(delivery)).open()

    def _decided(self, key: str, take: str) -> None:
        self._model.decide(self._delivery(key)[0], "ours" if take == "ours" else "theirs")

    def _left(self) -> None:
        self._model.state_changed.disconnect(self.draw)
        self._model.leave()
