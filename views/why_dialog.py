"""Why records are one person: evidence in words and bits, who may be the same, decisions by hand, departments that differ."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from views import words
from views.theme import Tone, look
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewmodels.states import WhyState
    from models.links import Disagreement, Likeness, Link
    from views.ports import WhyPort


class _Card(QFrame):
    """One record's evidence; ``decided`` has the reason typed for what its button offers."""

    decided = Signal(str)

    def __init__(self, title: str, badge: tuple[str, Tone], said: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        unit = look().px
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(unit(12), unit(9), unit(12), unit(9))
        self._layout.setSpacing(unit(6))
        self._top = QHBoxLayout()
        name = ElidedLabel(title, "strong")
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._top.addWidget(name)
        mark = Badge()
        mark.show_text(*badge)
        self._top.addWidget(mark)
        self._top.addStretch(1)
        self._layout.addLayout(self._top)
        if said:
            self._layout.addWidget(PlainLabel(said, "small", wrap=True))
        self.setAccessibleName(f"{title}, {badge[0]}, {said}")

    def add_lines(self, like: Likeness) -> None:
        """Each field on a line: the words, and the bits for or against."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(look().px(14))
        grid.setVerticalSpacing(look().px(2))
        grid.setColumnStretch(0, 1)
        for row, line in enumerate(sorted(like.lines, key=lambda line: -line.bits)):
            bits = PlainLabel(_bits(line.bits), "strong" if line.bits > 0 else "error")
            bits.setAccessibleName(self.tr("{bits} bits for").format(bits=line.bits) if line.bits > 0 else _against(line.bits))
            grid.addWidget(PlainLabel(line.words), row, 0)
            grid.addWidget(bits, row, 1, Qt.AlignmentFlag.AlignRight)
        self._layout.addLayout(grid)

    def add_offer(self, text: str, hint: str) -> None:
        """A button that asks for a reason before anything is decided."""
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.setAutoDefault(False)
        self._top.addWidget(button)
        line = QLineEdit()
        line.setPlaceholderText(hint)
        line.setAccessibleName(hint)
        line.hide()
        self._layout.addWidget(line)

        def ask() -> None:
            line.show()
            line.setFocus()

        button.clicked.connect(ask)
        line.returnPressed.connect(lambda: self.decided.emit(line.text()))

    def add_button(self, text: str, pressed: Callable[[], object], *, on: bool = False) -> None:
        """A button that acts at once."""
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.setAutoDefault(False)
        button.setEnabled(not on)
        button.clicked.connect(lambda _checked: pressed())
        self._top.addWidget(button)


class WhyDialog(QDialog):
    """Opened with ``open()``; Escape closes it, and the view model forgets whom it was about. ``titles`` has departments' by their ids."""

    def __init__(self, parent: QWidget, model: WhyPort, titles: dict[str, str], key: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Why?"))
        self._model = model
        self._titles = titles
        unit = look().px
        self.heading = PlainLabel(role="heading")
        self.problem = PlainLabel(role="error", wrap=True)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.tr("Evidence"))
        buttons = QDialogButtonBox()
        self._close = close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        told = self.tr("Bits say how much more often a pair of one person's records agrees so than two people's: each bit doubles it.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(self.heading)
        layout.addWidget(PlainLabel(told, "muted", wrap=True))
        layout.addWidget(self.problem)
        layout.addWidget(self.area, 1)
        layout.addWidget(buttons)
        room = parent.size()
        self.resize(min(unit(680), room.width() - unit(40)), min(unit(640), room.height() - unit(60)))
        model.state_changed.connect(self.draw)
        self.finished.connect(self._left)
        model.open(key)
        self.draw(model.state)
        self.area.setFocus()

    def draw(self, state: WhyState) -> None:
        """Shows the evidence. A new problem leaves what is being typed alone."""
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        if state.problem and self.area.widget() is not None:
            return
        self.heading.setText(state.name or self.tr("Weighing the evidence…"))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, look().px(8), 0)
        column.setSpacing(look().px(8))
        if state.members:
            column.addWidget(PlainLabel(self.tr("JOINED: ONE PERSON"), "caps"))
        for like in state.members:
            column.addWidget(self._member(like, parts=len(state.members) > 1))
        if state.alike:
            column.addWidget(PlainLabel(self.tr("MAY BE THE SAME: NOT JOINED"), "caps"))
        for key, like in state.alike:
            column.addWidget(self._alike(key, like))
        if state.links:
            column.addWidget(PlainLabel(self.tr("DECIDED BY HAND"), "caps"))
        for link in state.links:
            column.addWidget(self._link(link))
        if state.disagreements:
            column.addWidget(PlainLabel(self.tr("DEPARTMENTS DIFFER: WHICH IS RIGHT?"), "caps"))
        for differing in state.disagreements:
            self._differing(column, differing, dict(state.noted))
        if state.name and not (state.members or state.alike or state.links or state.disagreements):
            column.addWidget(PlainLabel(self.tr("One record, and nobody like it in the list."), "muted"))
        column.addStretch(1)
        focused: QWidget | None = self.focusWidget()
        held = focused is not None and self.area.isAncestorOf(focused)
        self.area.setWidget(body)
        before: QWidget = self.area
        for control in (each for each in body.findChildren(QWidget) if isinstance(each, (QPushButton, QLineEdit))):
            QWidget.setTabOrder(before, control)
            before = control
        QWidget.setTabOrder(before, self._close)
        if held:  # what was decided on is gone: the keyboard stays in the evidence
            self.area.setFocus()

    def _title(self, department: str) -> str:
        return self._titles.get(department, department)

    def _beside(self, like: Likeness) -> str:
        place = f"{self._title(like.beside.department)} {like.beside.id}"
        return self.tr("{bits} bits beside {record}").format(bits=_bits(like.bits), record=place)

    def _member(self, like: Likeness, *, parts: bool) -> _Card:
        title = f"{self._title(like.ref.department)} · {like.name}"
        card = _Card(title, (self.tr("joined"), "good"), self._beside(like))
        card.add_lines(like)
        if parts:
            card.add_offer(self.tr("Not this person…"), self.tr("Why is this somebody else's record? Enter parts it"))
            card.decided.connect(lambda reason: self._model.part(like.ref, reason))
        return card

    def _alike(self, key: str, like: Likeness) -> _Card:
        title = f"{self._title(like.ref.department)} · {like.name}"
        card = _Card(title, (self.tr("maybe"), "warn"), self._beside(like))
        card.add_lines(like)
        card.add_offer(self.tr("The same person…"), self.tr("Why is this the same person? Enter joins them"))
        card.decided.connect(lambda reason: self._model.link(key, reason))
        return card

    def _link(self, link: Link) -> _Card:
        if link.kind == "link":
            title, kind = self.tr("These records are one person"), self.tr("linked")
        else:
            title, kind = self.tr("The first record is somebody else's"), self.tr("parted")
        records = [f"{self._title(ref.department)} {ref.id}" for ref in (*link.ones, *link.others)]
        at = link.made.astimezone()
        said = self.tr("“{reason}”, {who}, {day}").format(reason=link.reason, who=link.made_by, day=words.long_day(at.date()))
        card = _Card(title, (kind, "neutral"), f"{words.listed(records)}. {said}")
        card.add_button(self.tr("Take it back"), partial(self._model.undo, link.id))
        return card

    def _differing(self, column: QVBoxLayout, differing: Disagreement, noted: dict[str, str]) -> None:
        names = {"address": self.tr("address"), "phone": self.tr("phone"), "name": self.tr("spelling of the name")}
        for said in differing.said:
            right = noted.get(differing.fact) == said.department
            read = self.tr("{fact}, read {at}").format(fact=names[differing.fact], at=words.read_at(said.read_at))
            badge: tuple[str, Tone] = (self.tr("noted as right"), "good") if right else ("", "neutral")
            card = _Card(f"{self._title(said.department)} · {said.value}", badge, read)
            card.add_button(self.tr("This is right"), partial(self._model.note, differing.fact, said.department), on=right)
            column.addWidget(card)

    def _left(self) -> None:
        self._model.state_changed.disconnect(self.draw)
        self._model.leave()


def _bits(bits: float) -> str:
    return f"{'+' if bits > 0 else '−'}{abs(bits):.1f}"


def _against(bits: float) -> str:
    return f"{abs(bits)} bits against"
