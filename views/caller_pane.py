"""The open caller: header, what needs attention, and a tab for all records and for each department."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from models.outcomes import Answered, Failed, NotPermitted, Outcome, Waiting
from models.records import Record, RecordRef
from views import empty_tab, icons, words
from views.caller_header import AttentionCards, CallerHeader
from views.caller_tabs import OVERVIEW, CallerTabs
from views.link_question import LinkQuestion
from views.masked import RevealMenu
from views.record_detail import RecordDetail
from views.record_split import FilterBox, TableAndDetail
from views.theme import look
from views.verify_panel import VerifyPanel
from views.widgets.cards import Banner, EmptyState
from views.widgets.plain_label import PlainLabel, set_tip
from views.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewmodels.states import CallerState, DepartmentState, SearchState, VerificationState
    from models.people import Shut
    from views.ports import VerificationPort

_LOW = 470
"""Height, for a 13 pixel font, below which there is room for the records only."""
_NO_LIMIT = 16_777_215


class CallerPane(QWidget):
    """One table serves all tabs: a tab is a scope of it."""

    retry = Signal(str)
    retry_search = Signal(str)
    open_link = Signal(str)
    tab_opened = Signal(str)
    verify = Signal()
    acted = Signal(object)
    """A record on which something is to be done."""
    looked = Signal(object)
    """A record whose document is to be looked into."""

    def __init__(self) -> None:
        super().__init__()
        self._state: CallerState | None = None
        self._searched: dict[str, Outcome | None] = {}
        self._drawn: tuple[Record, ...] | None = None
        self._caller_key = ""
        self._locked = False
        self._kinds: dict[str, str] = {}
        self._titles: dict[str, tuple[str, str]] = {}
        self.reveal_menu = RevealMenu(self)
        self.header = CallerHeader()
        self.header.verify.connect(self.verify)
        self.verify_panel = VerifyPanel()
        self.verify_panel.left.connect(self.enter)
        self.attention = AttentionCards()
        self.attention.pressed.connect(self._show_record)
        self.tabs = CallerTabs()
        self.tabs.currentChanged.connect(self._tab_changed)
        self.missing = Banner()
        self.missing.pressed.connect(self.retry_failed)
        self.table = RecordTable()
        self.table.chosen.connect(self._chosen)
        self.table.acted.connect(self.acted)
        self.table.looked.connect(self.looked)
        self.detail = RecordDetail(self.reveal_menu)
        self.detail.do_button.clicked.connect(self._act)
        self.detail.look_button.clicked.connect(self._look)
        self.detail.link_wanted.connect(self._ask_to_open)
        self.page = EmptyState()
        self.page.pressed.connect(self._retry_this)
        self.filter = FilterBox()
        self.filter.textChanged.connect(self._filter_changed)
        self.filter.left.connect(self._leave_filter)
        self.found = PlainLabel(role="small")
        self.filter_button = QPushButton()
        self.filter_button.setProperty("role", "quiet")
        self.filter_button.setAccessibleName(self.tr("Filter records"))
        set_tip(self.filter_button, self.tr("Filter these records (Ctrl+F)"))
        self.filter_button.clicked.connect(self.open_filter)
        self._lay_out()
        self.restyle()

    def _lay_out(self) -> None:
        unit = look().px
        self._filter_row = QWidget()
        row = QHBoxLayout(self._filter_row)
        row.setContentsMargins(0, unit(6), 0, unit(6))
        row.addWidget(self.filter, 1)
        row.addWidget(self.found)
        self._filter_row.hide()
        self.split = TableAndDetail(self.table, self.detail)
        records = QWidget()
        column = QVBoxLayout(records)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.split, 1)
        tabs = QHBoxLayout()
        tabs.setSpacing(unit(4))
        tabs.addWidget(self.tabs, 1)
        tabs.addWidget(self.filter_button)
        self._below = QStackedLayout()
        self._records = records
        tabbed = QVBoxLayout()
        tabbed.setSpacing(0)
        tabbed.addLayout(tabs)
        tabbed.addWidget(self._filter_row)
        tabbed.addLayout(self._below, 1)
        self._open = QWidget()
        layout = QVBoxLayout(self._open)
        layout.setContentsMargins(unit(14), unit(12), unit(14), unit(10))
        layout.setSpacing(unit(10))
        layout.addWidget(self.header)
        layout.addWidget(self.verify_panel)
        layout.addWidget(self.attention)
        layout.addWidget(self.missing)
        layout.addLayout(tabbed, 1)
        for widget in (records, self.page):  # now that the stack has a parent: without one it shows them in windows of their own
            self._below.addWidget(widget)
        self._nobody = EmptyState()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._nobody)
        self._stack.addWidget(self._open)
        self._welcome()

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self.tabs.restyle()
        self.filter_button.setIcon(icons.icon("list-filter", "link"))
        self.table.restyle()
        self.table.setMinimumHeight(look().px(76))
        self.detail.setMinimumHeight(look().px(96))
        self.header.restyle()
        self.attention.restyle()
        if self._state is not None:
            for draw in self.draws():
                draw(self._state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is low, the cards and the reasons give way to the records."""
        super().resizeEvent(event)
        low = self.height() < look().px(_LOW)
        self.header.why.setHidden(low)
        self.attention.setMaximumHeight(0 if low else _NO_LIMIT)

    def draws(self) -> tuple[Callable[[CallerState], None], ...]:
        """What draws a state: several short turns instead of one that would hold up the keys."""
        return self.draw_who, self.draw_tabs, self.draw_records

    def draw_who(self, state: CallerState) -> None:
        """Header and what needs attention."""
        before, self._state = self._state, state
        if state.caller is None:
            self._caller_key = ""
            self.header.draw(state, self._titles, self.reveal_menu)
            self.attention.draw(state, self._titles)
            self._welcome()
            self._stack.setCurrentWidget(self._nobody)
            return
        if before is None or before.departments != state.departments:
            self._titles = {department.id: (department.title, department.colour) for department in state.departments}
            self._kinds = {department.id: department.kind for department in state.departments}
        if state.caller.key != self._caller_key:
            self._caller_key = state.caller.key
            self._close_filter()
            self.table.forget()
        self.reveal_menu.reasons = state.reveal_reasons
        self.header.draw(state, self._titles, self.reveal_menu)
        self.attention.draw(state, self._titles)
        self._stack.setCurrentWidget(self._open)

    def draw_tabs(self, state: CallerState) -> None:
        """A tab for all and one for each department."""
        if state.caller is not None:
            self.tabs.draw(state, self._outcome)
            if state.tab != self.tabs.scope():
                self.tabs.go_to(state.tab)

    def draw_records(self, state: CallerState) -> None:
        """The table, or why there is none."""
        if state.caller is None:
            if self._drawn:
                self.table.set_records((), self._titles)
            self._drawn = None
            return
        if self._drawn is not state.records:
            self._drawn = state.records
            self.table.set_records(state.records, self._titles)
        elif self.table.current() is not None:
            self._chosen(self.table.current())
        self._draw_page()

    def bind(self, model: VerificationPort) -> None:
        """Connects the questions to the view model."""
        self.verify_panel.bind(model)
        self.verify.connect(model.open)

    def draw_verification(self, state: VerificationState) -> None:
        """Who is on the line, and the question that is being put."""
        self.header.draw_verification(state)
        self.verify_panel.draw(state)
        if self._locked != (state.ended == "locked"):
            self._locked = not self._locked
            self._draw_page()

    def draw_search(self, state: SearchState) -> None:
        """Takes what came of the search: a department that failed there may know the caller all the same."""
        searched = {department.id: department.outcome for department in state.departments}
        if searched != self._searched:
            self._searched = searched
            if self._state is not None and self._state.caller is not None:
                self.tabs.draw(self._state, self._outcome)
                self._draw_page()

    def go_to(self, department_id: str) -> None:
        """Opens a department's tab; an unknown one changes nothing."""
        self.tabs.go_to(department_id)

    def go_to_tab(self, number: int) -> None:
        """Opens the n-th tab, from 0."""
        if number < self.tabs.count() and self._caller_key:
            self.tabs.setCurrentIndex(number)
            self.enter()

    def enter(self) -> bool:
        """The focus into the table, or to the button of the page shown instead of it; False if no caller is open."""
        if not self._caller_key:
            return False
        if self._below.currentWidget() is self._records:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif not self.page.button.isHidden():
            self.page.button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def open_filter(self) -> None:
        """Shows the filter box and puts the focus into it."""
        if self._caller_key and self._below.currentWidget() is self._records:
            self._filter_row.show()
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filter.selectAll()

    def retry_failed(self) -> bool:
        """Asks every department again whose records did not come; False if all came."""
        failed = [d for d in self._state.departments if isinstance(self._outcome(d), Failed)] if self._state else []
        for department in failed:
            self._ask_again(department)
        return bool(failed)

    def _ask_again(self, department: DepartmentState) -> None:
        """Asks for the records again, or, where already the search failed, for the person."""
        (self.retry if isinstance(department.records, Failed) else self.retry_search).emit(department.id)

    def _outcome(self, department: DepartmentState) -> Outcome | None:
        """What came of reading the records; without that, what hindered the search there."""
        if department.records is not None:
            return department.records
        searched = self._searched.get(department.id)
        return searched if isinstance(searched, Failed | NotPermitted | Waiting) else None

    def _shut(self, scope: str) -> list[Shut]:
        """The levels from which what may not be seen yet opens on this tab. The overview tells only of what is there to be opened."""
        shut = [each for each in self._state.departments if each.shut] if self._state else []
        if scope == OVERVIEW:
            return [each.shut for each in shut if isinstance(each.records, Answered | Waiting)]
        return [each.shut for each in shut if each.id == scope and not isinstance(self._outcome(each), Failed)]

    def _department(self, department_id: str) -> DepartmentState | None:
        departments = self._state.departments if self._state else ()
        return next((department for department in departments if department.id == department_id), None)

    def _tab_changed(self, _index: int) -> None:
        self.tab_opened.emit(self.tabs.scope())
        self._close_filter()
        self.table.set_scope(self.tabs.scope())
        self._draw_page()

    def _draw_page(self) -> None:
        """The table, or, where there is nothing in it, why: never an empty table."""
        state = self._state
        if state is None:
            return
        scope = self.tabs.scope()
        failed = [department.title for department in state.departments if isinstance(self._outcome(department), Failed)]
        more = self.tr("Some records are not shown: they open when the caller is {level} (Ctrl+Shift+V).")
        text = self.tr("{names} did not answer: what is known there is missing here.").format(names=words.listed(failed)) if failed else ""
        shut = self._shut(scope)
        shown = text if scope == OVERVIEW and (state.records or shut) else ""
        if state.problem or shown or not state.more_from:
            self.missing.show_text(state.problem or shown, button=self.tr("Retry") if shown and not state.problem else "")
        else:
            self.missing.show_text(more.format(level=words.level(state.more_from)), "info", "lock")
        if self.table.records.total():
            self._below.setCurrentWidget(self._records)
            self._tell_found()
            return
        had_focus = self.table.hasFocus()
        department = self._department(scope)
        if shut:
            title = self.tr("The file") if department is None else department.title
            why = empty_tab.of_shut(title, min(shut, key=("identified", "verified", "strong").index), locked=self._locked)
        elif department is None:
            why = empty_tab.of_all([self._outcome(each) for each in state.departments], failed)
        else:
            why = empty_tab.of_one(department.title, self._outcome(department))
        self.page.show_text(*why)
        self._below.setCurrentWidget(self.page)
        if had_focus:
            self.tabs.setFocus()

    def _retry_this(self) -> None:
        if self._shut(self.tabs.scope()):
            self.verify.emit()
        elif self.tabs.scope() == OVERVIEW:
            self.retry_failed()
        elif (department := self._department(self.tabs.scope())) is not None:
            self._ask_again(department)

    def _ask_to_open(self, link: str) -> None:
        LinkQuestion(self, link, lambda: self.open_link.emit(link)).open()

    def _chosen(self, record: Record | None) -> None:
        department = record.ref.department if record else ""
        revealed = self._state.revealed if self._state else None
        self.detail.open_links = self._state.open_links if self._state else ()
        self.detail.draw(record, self._titles.get(department, (department, ""))[0], self._kinds.get(department, ""), revealed)
        QTimer.singleShot(0, self.split, self.split.arrange)  # once the detail is laid out

    def enter_masked(self) -> bool:
        """The focus to the first value that may be revealed, of the record and then of the caller."""
        return bool(self._caller_key) and (self.detail.enter_masked() or self.header.enter_masked())

    def show_record(self, ref: RecordRef) -> None:
        """Shows a record in the table of all."""
        if self._state is not None and (record := next((each for each in self._state.records if each.ref == ref), None)) is not None:
            self._show_record(record)

    def _act(self) -> None:
        if (record := self.table.current()) is not None:
            self.acted.emit(record)

    def _look(self) -> None:
        if (record := self.table.current()) is not None:
            self.looked.emit(record)

    def _show_record(self, record: Record) -> None:
        self._close_filter()
        self.tabs.setCurrentIndex(0)
        self.table.selectRow(self.table.records.row_of(record.ref))
        self.table.setFocus()

    def _filter_changed(self, text: str) -> None:
        self.table.set_filter(text)
        self._tell_found()

    def _tell_found(self) -> None:
        shown, total = self.table.records.rowCount(), self.table.records.total()
        self.found.setText(self.tr("{shown} of {total}").format(shown=words.number(shown), total=words.number(total)))

    def _leave_filter(self) -> None:
        if not self.filter.text():
            self._filter_row.hide()
        self.table.setFocus()

    def _close_filter(self) -> None:
        self.filter.clear()
        self._filter_row.hide()

    def _welcome(self) -> None:
        heading, text = self.tr("No caller open"), self.tr("Search above, then open a person from the list with Enter.")
        self._nobody.show_text(heading, text, "user")
