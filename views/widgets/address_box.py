"""A box for an address, which suggests whole ones while it is typed; without suggestions, what was typed is read.

Down goes to the suggestions, Enter takes one, Esc closes them; typing goes on in the box all the while, and nothing is waited for.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from app.viewmodels.states import AddressesState
from models.people import Address
from views.ports import AddressesPort

LONGEST = 200


class AddressBox(QLineEdit):
    """``address()`` is the suggestion that was taken, as long as its text stands, or else what was typed, read into parts."""

    changed = Signal()
    """Another text, or another address behind the same text."""

    def __init__(self, port: AddressesPort) -> None:
        super().__init__()
        self._port = port
        self._taken: Address | None = None
        self._model = QStringListModel(self)
        self._suggestions: tuple[Address, ...] = ()
        self.setMaxLength(LONGEST)
        self.setAccessibleName(self.tr("Address"))
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(6)
        self._list = popup = QListView()
        popup.setObjectName("addresses")
        popup.setUniformItemSizes(True)
        popup.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._completer.setPopup(popup)
        popup.setAccessibleName(self.tr("Suggested addresses"))
        popup.installEventFilter(self)
        # Not setCompleter: the box itself would then write what is only pointed at.
        self._completer.setWidget(self)
        popup.clicked.connect(lambda index: self._take(index.row()))
        self.textEdited.connect(self._typed)
        self.textChanged.connect(self._text_changed)
        port.state_changed.connect(self._draw)
        self._tell(port.state)

    def address(self) -> Address | None:
        """The address with what is known of its parts; None while the box is empty."""
        if self._taken is not None and self._taken.full == self.text():
            return self._taken
        return self._port.read(self.text())

    def set_address(self, address: Address | None) -> None:
        """Shows an address, whose parts stay as long as its text does."""
        self._taken = address
        self.setText(address.full if address is not None else "")

    def suggestions_open(self) -> bool:
        """Whether suggestions are shown."""
        return self._list.isVisible()

    def _typed(self, text: str) -> None:
        self._list.hide()
        self._port.typed(text)

    def _text_changed(self, text: str) -> None:
        if self._taken is not None and self._taken.full != text:
            self._taken = None
        self.changed.emit()

    def _draw(self, state: AddressesState) -> None:
        self._tell(state)
        if not self.hasFocus() or not state.suggestions or state.text != self.text():
            return
        self._suggestions = state.suggestions
        self._model.setStringList([each.full for each in state.suggestions])
        self._list.setFont(self.font())
        self._completer.complete()
        self._list.selectionModel().clear()

    def _tell(self, state: AddressesState) -> None:
        if state.suggests:
            words, shown = self.tr("Suggestions appear below as you type. Down goes to them."), self.tr("Number and street")
        else:
            words, shown = self.tr("Type the whole address."), self.tr("Number, street, post code and town")
        self.setAccessibleDescription(words)
        self.setPlaceholderText(shown)

    def _take(self, row: int) -> None:
        self._list.hide()
        if 0 <= row < len(self._suggestions):
            self._port.leave()
            self.set_address(self._suggestions[row])
            self.setCursorPosition(len(self.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.suggestions_open():
            self._draw(self._port.state)  # those that Esc has closed
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys while the suggestions are open: those that are not for the list go on into the box."""
        if watched is not self._list or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        row, last = self._list.currentIndex().row() if self._list.selectionModel().hasSelection() else -1, len(self._suggestions) - 1
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._list.hide()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            row = min(row + 1, last) if key == Qt.Key.Key_Down else row - 1
            if row >= 0:
                self._list.setCurrentIndex(self._model.index(row))
            else:  # back in the box
                self._list.selectionModel().clear()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self._take(row)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            if row >= 0:
                self._take(row)
            self._list.hide()
            self.focusNextPrevChild(key == Qt.Key.Key_Tab)
        else:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._list.hide()
            self.event(event)
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._port.leave()

    def hideEvent(self, event: QHideEvent) -> None:
        self._list.hide()
        self._port.leave()
        super().hideEvent(event)
