"""Who is open: name, birth date, addresses, phones, e-mail, identifiers, and how sure it is that the records are one person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from views import icons, words
from views.theme import look
from views.widgets.flow import FlowRow
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel, restyle, set_tip

if TYPE_CHECKING:
    from app.viewmodels.states import CallerState
    from models.people import Caller
    from models.records import Record

_CARDS = 3
"""Cards of what needs attention: more than three are a list, and the list is the table below."""


class _Fact(QWidget):
    """An icon and a text that may be elided."""

    def __init__(self, icon: str, text: str, said: str) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, look().px(8), 0)
        layout.setSpacing(look().px(5))
        mark = PlainLabel()
        mark.setPixmap(icons.pixmap(icon, "muted", look().px(14), self.devicePixelRatioF()))
        value = PlainLabel(text)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(mark)
        layout.addWidget(value)
        self.setAccessibleName(f"{said}: {text}")
        set_tip(self, f"{said}: {text}")


class CallerHeader(QWidget):
    """The header; drawn anew only when the caller is another or knows more."""

    def __init__(self) -> None:
        super().__init__()
        self._caller: Caller | None = None
        self.name = ElidedLabel(role="title")
        self.badge = Badge()
        self.facts = FlowRow(gap=6, line_gap=3)
        self.why = ElidedLabel(role="small")
        top = QHBoxLayout()
        top.setSpacing(look().px(10))
        top.addWidget(self.name)
        top.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().px(5))
        layout.addLayout(top)
        layout.addWidget(self.facts)
        layout.addWidget(self.why)

    def draw(self, caller: Caller | None, departments: dict[str, tuple[str, str]]) -> None:
        """Shows the caller."""
        if caller is None or caller == self._caller:
            return
        self._caller = caller
        self.name.setText(caller.name)
        self.badge.show_text(*words.match(caller))
        sources = words.listed(dict.fromkeys(departments.get(m.ref.department, (m.ref.department, ""))[0] for m in caller.members))
        because = " · ".join(caller.why)
        known = self.tr("Known to {sources}").format(sources=sources)
        self.why.setText(f"{known} · {because}" if because else known)
        for widget in self.facts.widgets():
            self.facts.drop(widget)
        for position, (icon, value, said) in enumerate(self._facts_of(caller)):
            self.facts.insert(position, _Fact(icon, value, said))
            self.facts.widgets()[position].setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def restyle(self) -> None:
        """Draws everything anew in the look in force."""
        self._caller = None

    def _facts_of(self, caller: Caller) -> list[tuple[str, str, str]]:
        facts = [("calendar-days", words.long_day(caller.birth_date), self.tr("Born"))] if caller.birth_date else []
        facts += [("map-pin", address, self.tr("Address")) for address in caller.addresses[:3]]
        facts += [("phone", number, self.tr("Phone")) for number in caller.phones[:3]]
        facts += [("mail", address, self.tr("E-mail")) for address in caller.emails[:2]]
        numbers = dict.fromkeys(identifier for member in caller.members for identifier in member.identifiers)
        for identifier in list(numbers)[:3]:
            value = words.MASK if identifier.sensitivity == "sensitive" else identifier.value
            facts.append(("id-card", f"{identifier.scheme} {value}", self.tr("Number")))
        return facts


class AttentionCard(QFrame):
    """One record that needs somebody; Enter or a click shows it in the table."""

    pressed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.record: Record | None = None
        self._title = ElidedLabel(role="strong")
        self._text = ElidedLabel(role="small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(15), look().px(8), look().px(10), look().px(8))
        layout.setSpacing(look().px(2))
        layout.addWidget(self._title)
        layout.addWidget(self._text)

    def draw(self, record: Record, department: str, today: date) -> None:
        """Shows the record."""
        self.record = record
        told = [words.due(record, today) or record.status, words.amount(record.amount, record.currency), department]
        self._title.setText(record.title)
        self._text.setText(" · ".join(part for part in told if part))
        self.setAccessibleName(self.tr("Needs attention: {title}, {text}").format(title=record.title, text=self._text.text()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit(self.record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit(self.record)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("bad_mark" if self.record and self.record.attention == "late" else "warn_mark"))
        painter.drawRoundedRect(style.px(6), style.px(9), style.px(3), self.height() - style.px(18), style.px(1), style.px(1))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("focus"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), style.px(7), style.px(7))
        painter.end()


class AttentionCards(QWidget):
    """The first few records that need somebody, side by side."""

    pressed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look().px(10))
        self._cards = [AttentionCard() for _ in range(_CARDS)]
        for column, card in enumerate(self._cards):
            card.pressed.connect(self.pressed)
            self._grid.addWidget(card, 0, column)
            self._grid.setColumnStretch(column, 1)
        self.hide()

    def draw(self, state: CallerState, departments: dict[str, tuple[str, str]]) -> None:
        """Shows what stands on top of the records, as long as it needs attention."""
        pressing = [record for record in state.records[:_CARDS] if record.attention != "none"]
        self.setVisible(bool(pressing))
        for position, card in enumerate(self._cards):
            card.setVisible(position < len(pressing))
            if position < len(pressing) and card.record != pressing[position]:
                record = pressing[position]
                card.draw(record, departments.get(record.ref.department, (record.ref.department, ""))[0], date.today())

    def restyle(self) -> None:
        """Takes colours from the look in force."""
        for card in self._cards:
            restyle(card)
