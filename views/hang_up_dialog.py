"""Before you hang up: everything that is still to be settled for this caller, with its reason, its action and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from views.theme import Tone, look
from views.widgets.cards import Card
from views.widgets.plain_label import Badge, PlainLabel, without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.saying_states import HangingUpState, OpenThing
    from views.ports import HangingUpPort


class HangUpDialog(QDialog):
    """Opened with ``open()``; Escape closes it. ``titles`` has departments' by their ids; ``shown`` carries the record to be shown."""

    shown = Signal(object)

    def __init__(self, parent: QWidget, model: HangingUpPort, titles: dict[str, str]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Before you hang up"))
        self._model = model
        self._titles = titles
        self.buttons: list[QPushButton] = []
        unit = look().px
        self.heading = PlainLabel(role="heading", wrap=True)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box = QDialogButtonBox()
        self.close_button = box.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        self.close_button.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(self.heading)
        layout.addWidget(self.area, 1)
        layout.addWidget(box)
        room = parent.size()
        self.resize(min(unit(640), room.width() - unit(40)), min(unit(580), room.height() - unit(60)))
        model.state_changed.connect(self.draw)
        self.finished.connect(lambda _result: model.state_changed.disconnect(self.draw))
        self.draw(model.state)

    def draw(self, state: HangingUpState) -> None:
        """Shows the list; the focus stays on the thing it was on, or goes to the first that can be done."""
        count = len(state.things)
        one = self.tr("One thing before you hang up")
        several = self.tr("{count} things before you hang up").format(count=count)
        self.heading.setText(one if count == 1 else several if count else self.tr("Nothing is left to settle"))
        at = next((at for at, button in enumerate(self.buttons) if button.hasFocus()), 0)
        self.buttons = []
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, look().px(8), 0)
        column.setSpacing(look().px(8))
        for open_thing in state.things:
            column.addWidget(self._drawn(open_thing))
        if not state.things:
            told = self.tr("Nothing is overdue, ends soon or disagrees, as far as this caller's records may be seen.")
            column.addWidget(PlainLabel(told, "muted", wrap=True))
        column.addStretch(1)
        self.area.setWidget(body)
        before: QWidget = self.area
        for button in (*self.buttons, self.close_button):
            QWidget.setTabOrder(before, button)
            before = button
        (self.buttons[min(at, len(self.buttons) - 1)] if self.buttons else self.close_button).setFocus()

    def _drawn(self, open_thing: OpenThing) -> QWidget:
        thing = open_thing.thing
        card = Card(spacing=4)
        top = QHBoxLayout()
        badge = Badge()
        tone: Tone = "bad" if thing.late else "warn"
        badge.show_text(thing.name, tone)
        top.addWidget(badge)
        if thing.record is not None:
            top.addWidget(PlainLabel(self._titles.get(thing.record.department, thing.record.department), "small"))
        top.addStretch(1)
        if open_thing.label:
            self._add(top, open_thing.label, thing.why).clicked.connect(lambda _checked=False: self._do(open_thing))
        if thing.record is not None:
            self._add(top, self.tr("Show"), thing.why).clicked.connect(lambda _checked=False: self._show(open_thing))
        card.column.addLayout(top)
        card.column.addWidget(PlainLabel(thing.why, wrap=True))
        return card

    def _add(self, row: QHBoxLayout, text: str, about: str) -> QPushButton:
        button = QPushButton(without_mnemonics(text))
        button.setAutoDefault(True)
        button.setAccessibleName(f"{text}: {about}")
        row.addWidget(button)
        self.buttons.append(button)
        return button

    def _do(self, open_thing: OpenThing) -> None:
        self.close()  # first: what is done may open a dialog of its own
        self._model.do(open_thing.thing.action, open_thing.thing.record)

    def _show(self, open_thing: OpenThing) -> None:
        self.close()
        self.shown.emit(open_thing.thing.record)
