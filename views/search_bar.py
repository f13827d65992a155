"""The search box, and the chips that show how the text was read and let it be corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from views import words
from views.search_box import SearchBox
from views.theme import look
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import set_tip

if TYPE_CHECKING:
    from app.viewmodels.states import ReadPart, SearchState
    from views.ports import SearchPort


class ReadAsChip(Chip):
    """One piece of the text and what it was read as; Enter, Space or Down opens the choice of other readings."""

    corrected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.part: ReadPart | None = None
        self.clicked.connect(self.open_menu)

    def draw(self, part: ReadPart) -> None:
        """Shows the part."""
        self.part = part
        changeable = bool(part.alternatives)
        name = self.tr("{text} was read as {part}: {value}").format(text=part.text, part=words.part(part.part), value=part.value)
        self.show_as(words.part(part.part), part.value, tone="info", end_icon="chevron-down" if changeable else "", name=name)
        set_tip(self, name)
        self.setAccessibleDescription(self.tr("Press Enter to have it read as something else") if changeable else "")

    def menu(self) -> QMenu:
        """The other readings."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.tr("Read as"))
        for other in self.part.alternatives if self.part else ():
            action = menu.addAction(self.tr("Read as: {part}").format(part=words.part(other)))
            action.triggered.connect(lambda _checked=False, other=other: self.corrected.emit(other))
        return menu

    def open_menu(self) -> None:
        """Opens the choice under the chip."""
        if self.part is None or not self.part.alternatives:
            return
        menu = self.menu()
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
        menu.setActiveAction(menu.actions()[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_menu()
        else:
            super().keyPressEvent(event)


class SearchBar(QWidget):
    """Box and chips. What is typed before there is a view model is kept and searched for as soon as there is one."""

    go_down = Signal()

    def __init__(self, box: SearchBox) -> None:
        """``box`` may have been typed into already."""
        super().__init__()
        self._model: SearchPort | None = None
        self._revision = 0
        self._correcting = False
        self._chips: list[ReadAsChip] = []
        self.box = box
        self.box.dress()
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.textEdited.connect(self._edited)
        self.box.textChanged.connect(self._changed)
        self.box.submitted.connect(self._submitted)
        self.box.go_down.connect(self.go_down)
        self.read_as = FlowRow()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().px(12))
        layout.addWidget(self.box, 5)
        layout.addWidget(self.read_as, 6)
        self.restyle()

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self.box.restyle()
        self.box.setMinimumWidth(look().px(260))
        self.box.setMaximumWidth(look().px(520))

    def bind(self, model: SearchPort) -> None:
        """Connects to the view model, and hands over what was typed until now."""
        self._model = model
        model.state_changed.connect(self._replaced)
        self._revision = model.state.revision
        if self.box.text():
            model.set_query(self.box.text())
        else:
            self.box.setText(model.state.text)

    def focus_box(self) -> None:
        """The focus into the box, its text selected: typing starts anew, an arrow key goes on with it."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def try_text(self, text: str) -> None:
        """As if it had been typed, with Enter."""
        self.focus_box()
        self.box.setText(text)
        self._edited(text)
        self._submitted()

    def draw(self, state: SearchState) -> None:
        """Shows how the text was read; the text itself only where the view model changed it."""
        self._replaced(state)
        while len(self._chips) > len(state.read_as):
            self.read_as.drop(self._chips.pop())
        for index, part in enumerate(state.read_as):
            if index == len(self._chips):
                chip = ReadAsChip()
                chip.corrected.connect(lambda part, index=index: self._correct(index, part))
                self._chips.append(chip)
                chip.draw(part)
                self.read_as.insert(index, chip)
            elif self._chips[index].part != part:
                self._chips[index].draw(part)

    def _replaced(self, state: SearchState) -> None:
        """The text where the view model changed it: at once, so that no key meant for one call goes to another."""
        if state.revision != self._revision or (self._correcting and state.text != self.box.text()):
            self._revision = state.revision
            self._correcting = False
            if state.text != self.box.text():
                self.box.setText(state.text)
                self.box.selectAll()  # the next key begins anew

    def _edited(self, text: str) -> None:
        self._correcting = False
        if self._model is not None:
            self._model.set_query(text)

    def _changed(self, text: str) -> None:
        """The clear button changes the text without an edit."""
        if not text and self._model is not None and self._model.state.text:
            self._model.clear()

    def _submitted(self) -> None:
        if self._model is not None:
            self._model.submit()

    def _correct(self, index: int, part: str) -> None:
        if self._model is not None:
            self._correcting = True
            self._model.correct(index, part)
