"""The list of people: it grows as answers come in without moving under the hand, and says clearly why it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QVBoxLayout, QWidget

from models.outcomes import Failed
from views import words
from views.theme import look
from views.widgets.cards import Banner, EmptyState
from views.widgets.people_list import PeopleModel, PersonDelegate
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import SearchState


SAMPLES = 8
"""Searches offered in a demo city: one of each form, without scrolling."""


class PeopleList(QListView):
    """Cards; Enter or a click opens one, W says why it is one person, Up from the first goes back to the search box."""

    opened = Signal(str)
    why = Signal(str)
    go_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("people")
        self.setAccessibleName(self.tr("People found"))
        self.people = PeopleModel(self)
        self.setModel(self.people)
        self.setItemDelegate(PersonDelegate(self, self.people))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.clicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_W and not event.modifiers() and (key := self.people.key(self.currentIndex().row())):
            self.why.emit(key)
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.go_up.emit()
        else:
            super().keyPressEvent(event)

    def enter(self) -> bool:
        """The focus to the current person, at first the open one or the first; False if there is nobody."""
        if not self.people.rowCount():
            return False
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.people.index(max(0, self.people.row_of(self.people.open_key)), 0))
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def show_state(self, state: SearchState) -> None:
        """Brings the rows up to date; what stands at the top of the view stays there."""
        touched = self.hasFocus() or self.underMouse() or bool(state.selected)
        bar = self.verticalScrollBar()
        anchor, offset = "", 0
        if bar.value() > 0:
            first = self.indexAt(self.viewport().rect().topLeft() + self.viewport().rect().topLeft())
            anchor, offset = self.people.key(first.row()), self.visualRect(first).top()
        current = self.people.key(self.currentIndex().row())
        changed = self.people.show(state, keep_order=state.phase == "asking" or touched)
        if changed:
            row = self.people.row_of(current)
            if row >= 0 and row != self.currentIndex().row():
                self.selectionModel().setCurrentIndex(self.people.index(row, 0), self.selectionModel().SelectionFlag.ClearAndSelect)
            row = self.people.row_of(anchor)
            if row >= 0:
                self.executeDelayedItemsLayout()
                bar.setValue(bar.value() + self.visualRect(self.people.index(row, 0)).top() - offset)

    def _open(self, index: QModelIndex) -> None:
        key = self.people.key(index.row())
        if key:
            self.opened.emit(key)


class PeoplePane(QWidget):
    """The list with its heading, what is missing from it, and what stands there when nobody was found."""

    opened = Signal(str)
    retry_all = Signal()
    tried = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._samples: tuple[str, ...] = ()
        self._waiting = True
        self.heading = PlainLabel(self.tr("PEOPLE"), "caps")
        self.list = PeopleList()
        self.list.opened.connect(self.opened)
        self.empty = EmptyState()
        self.empty.pressed.connect(self.retry_all)
        self.empty.tried.connect(self.tried)
        self.missing = Banner(narrow=True)
        self.missing.pressed.connect(self.retry_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(10), look().px(12), look().px(10), look().px(8))
        layout.setSpacing(look().px(8))
        above = QVBoxLayout()
        above.setContentsMargins(look().px(4), 0, look().px(4), 0)  # in line with the cards
        above.addWidget(self.heading)
        above.addWidget(self.missing)
        layout.addLayout(above)
        self._stack = QStackedLayout()
        layout.addLayout(self._stack, 1)  # first, as a stack without a parent shows its widget in a window of its own
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.list)
        self._show_empty_search()

    def enter(self) -> bool:
        """The focus to the people, or to what may be pressed where there are none; False if there is nothing."""
        return self.list.enter() or self.empty.enter()

    def draw(self, state: SearchState) -> None:
        """Shows the people, or why there are none: "nothing found" and "did not answer" never look alike."""
        self.list.show_state(state)
        self._waiting = False
        count = len(state.callers)
        self.heading.setText(self.tr("PEOPLE · {count}").format(count=count) if count else self.tr("PEOPLE"))
        failed = [department.title for department in state.departments if isinstance(department.outcome, Failed)]
        if count:
            self._stack.setCurrentWidget(self.list)
            left_out = count - self.list.people.rowCount() + state.more
            if failed and state.phase == "done":
                self.missing.show_text(self._some_missing(len(failed)), button=self.tr("Retry"))
            elif left_out > 0:
                self.missing.show_text(self.tr("{count} more are not shown: narrow the search.").format(count=left_out), "info", "info")
            else:
                self.missing.show_text("")
            return
        self._stack.setCurrentWidget(self.empty)
        self.missing.show_text("")
        self._show_why(state, failed)

    def show_samples(self, samples: tuple[str, ...]) -> None:
        """Searches that find somebody, offered while nothing is typed."""
        self._samples = samples[:SAMPLES]
        if self._waiting:
            self._show_empty_search()

    def _some_missing(self, count: int) -> str:
        if count == 1:
            return self.tr("1 department did not answer: someone may be missing.")
        return self.tr("{count} departments did not answer: someone may be missing.").format(count=count)

    def _show_empty_search(self) -> None:
        self._waiting = True
        self.empty.show_text(
            self.tr("Who is it about?"),
            self.tr("Type what the caller says, in any order. All departments are asked at the same time.")
            + (self.tr(" In this demo city, try:") if self._samples else ""),
            "users",
        )
        self.empty.show_tries(self._samples)

    def _show_why(self, state: SearchState, failed: list[str]) -> None:
        self.empty.show_tries(())
        if state.problem:
            self.empty.show_text(self.tr("Not asked yet"), state.problem, "info", "info")
        elif state.phase == "empty":
            self._show_empty_search()
        elif state.phase == "asking":
            self.empty.show_text(self.tr("Asking the departments…"), self.tr("People appear here as the answers come in."), "clock")
        elif failed:
            asked, answered, _failed = words.counts(department.outcome for department in state.departments)
            if answered:
                heading = self.tr("Nothing found, but not all answered")
                text = self.tr("{names} did not answer, so the person may be known there. The other {count} found nobody.").format(
                    names=words.listed(failed), count=answered
                )
                self.empty.show_text(heading, text, "triangle-alert", "warn", self.tr("Ask again"))
            else:
                text = self.tr("None of the {count} departments answered, so nobody can say whether such a person is known.").format(
                    count=asked
                )
                self.empty.show_text(self.tr("No department answered"), text, "unplug", "bad", self.tr("Ask again"))
        else:
            asked, answered, _failed = words.counts(department.outcome for department in state.departments)
            if not asked:
                self.empty.show_text(self.tr("Nobody could be asked"), self.tr("No department can be asked for this."), "info", "info")
                return
            text = self.tr("All {count} departments that were asked answered: none knows such a person. Check how the text was read.")
            if any(piece.part in ("address", "post_code") for piece in state.read_as):
                text += " " + self.tr("Nobody is found by a secret address: search without it.")
            self.empty.show_text(self.tr("Nothing found"), text.format(count=answered), "search-x")
