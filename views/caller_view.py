"""The Caller screen: search and strip above three columns, which become two where there is no room for three."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from models.outcomes import Failed
from views.call_bar import CallBar
from views.call_panel import CallPanel
from views.caller_pane import CallerPane
from views.doing import Doing
from views.glass import GlassBanner
from views.masked import ShortMemory
from views.people import PeoplePane
from views.search_bar import SearchBar
from views.strip import Strip
from views.theme import look
from views.who import Who

if TYPE_CHECKING:
    from app.viewmodels.states import SearchState, SessionState
    from models.records import Record
    from views.frame import Frame
    from views.ports import ViewModels
    from views.search_box import SearchBox

_THREE_COLUMNS = 1120
"""Width, for a 13 pixel font, below which the call panel moves under the people."""


class CallerView(QWidget):
    """Wires the panes to the view models and to each other."""

    saved = Signal()

    def __init__(self, frame: Frame, box: SearchBox) -> None:
        super().__init__()
        self.setObjectName("page")
        self._frame = frame
        self._models: ViewModels | None = None
        self._failed: list[str] = []
        self.search = SearchBar(box)
        self.calls = CallBar()
        self.who = Who()
        self.strip = Strip()
        self.people = PeoplePane()
        self.caller = CallerPane()
        self.call = CallPanel()
        self.glass = GlassBanner()
        self._clipboard = ShortMemory(self)
        self.doing = Doing(self, self.caller, self.call.do, self._clipboard)
        self.doing.verify.connect(self.verify)
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look().px(14), look().px(8), look().px(14), look().px(8))
        row.setSpacing(look().px(12))
        row.addWidget(self.search, 1)
        row.addWidget(self.calls)
        row.addWidget(self.who)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setObjectName("columns")
        self.columns.setHandleWidth(1)
        self.columns.setChildrenCollapsible(False)
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.setChildrenCollapsible(False)
        self.left.addWidget(self.people)
        self.columns.addWidget(self.left)
        self.columns.addWidget(self.caller)
        self.columns.addWidget(self.call)
        for column, stretch in enumerate((0, 1, 0)):
            self.columns.setStretchFactor(column, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.glass)
        layout.addWidget(self.strip)
        layout.addWidget(self.columns, 1)
        self.search.go_down.connect(self.people.enter)
        self.people.list.go_up.connect(self.search.focus_box)
        self.call.saved.connect(self.saved)
        self.restyle()

    def bind(self, models: ViewModels) -> None:
        """Connects the panes to the view models."""
        self._models = models
        self.search.bind(models.search)
        self.call.bind(models, self._frame)
        self.doing.bind(models, self._frame)
        self.calls.bind(models.calls)
        self._frame.follow(models.calls, self.calls.draw)
        self.strip.retry.connect(models.search.retry)
        self.strip.opened.connect(self.caller.go_to)
        self.people.opened.connect(self._open)
        self.people.retry_all.connect(self._retry_search)
        self.people.list.why.connect(self.show_why)
        self.caller.looked.connect(self.look_into)
        self.caller.header.asked.connect(self.show_why)
        self.people.tried.connect(self.search.try_text)
        self.caller.retry.connect(models.caller.retry)
        self.caller.retry_search.connect(models.search.retry)
        self.caller.open_link.connect(models.caller.open_link)
        self.caller.tab_opened.connect(models.caller.open_tab)
        self._frame.follow(models.search, self.search.draw, self.strip.draw, self.people.draw, self.caller.draw_search, self._remember)
        self.caller.bind(models.verification)
        self.caller.reveal_menu.chosen.connect(models.caller.reveal)
        self.caller.reveal_menu.copy.connect(models.caller.copy_revealed)
        self.caller.reveal_menu.mask.connect(models.caller.mask)
        models.caller.copied.connect(self._clipboard.copy)
        self.glass.pressed.connect(models.glass.end)
        self._frame.follow(models.caller, *self.caller.draws())
        self._frame.follow(models.verification, self.caller.draw_verification)
        self._frame.follow(models.glass, self.glass.draw)
        self.call.say.opened.connect(self.look_up)
        self.call.wrap_up.asked.connect(self.before_hang_up)
        self.call.wrap_up.summarised.connect(self.send_summary)
        self.doing.receipt.connect(self.send_summary)
        self.caller.attention.acted.connect(models.hanging_up.do)
        self._frame.follow(models.hanging_up, self.caller.attention.draw_offers)
        self._frame.follow(models.session, self.who.draw, self._show_samples)

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        unit = look().px
        self.left.setMinimumWidth(unit(212))
        self.call.setMinimumWidth(unit(212))
        self.caller.setMinimumWidth(unit(420))
        for pane in (self.search, self.calls, self.strip, self.caller, self.call):
            pane.restyle()
        self._arrange(force=True)

    def panes(self) -> list[tuple[QWidget, object]]:
        """The panes that F6 goes through, with what puts the focus into each."""
        return [
            (self.search, self._enter_search),
            (self.strip, self.strip.row.enter),
            (self.people, self.people.enter),
            (self.caller, self.caller.enter),
            (self.call, self.call.enter),
        ]

    def retry(self) -> None:
        """F5: whatever did not answer is asked again, the search first."""
        if not self._retry_search():
            self.caller.retry_failed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.calls.fit(self.width())
        self._arrange()

    def verify(self) -> None:
        """The questions to the caller, with the focus in the line for what is said; pressed again, back into the line."""
        if self._models is not None and not self.caller.verify_panel.enter():
            self._models.verification.open()

    def look_into(self, record: Record) -> None:
        """The document of a record, where it is one."""
        models = self._models
        if models is None or record.media is None:
            return
        models.document.open(record.ref)
        if models.document.state.phase != "closed":
            from views.document_dialog import DocumentDialog

            titles = {department.id: department.title for department in models.search.state.departments}
            DocumentDialog(self.window(), models.document, titles.get(record.ref.department, "")).open()

    def show_why(self, key: str = "") -> None:
        """Why records are one person: of this caller, or of the one that is open."""
        models = self._models
        key = key or (models.search.state.selected if models is not None else "")
        if models is not None and key:
            from views.why_dialog import WhyDialog

            titles = {department.id: department.title for department in models.search.state.departments}
            WhyDialog(self.window(), models.why, titles, key).open()

    def look_up(self, key: str = "") -> None:
        """What the city knows: this article, or all of them to search in."""
        if self._models is not None:
            from views.knowledge_dialog import KnowledgeDialog

            KnowledgeDialog(self.window(), self._models.saying, key).open()

    def before_hang_up(self) -> None:
        """What is still to be settled for this caller."""
        models = self._models
        if models is not None:
            from views.hang_up_dialog import HangUpDialog

            titles = {department.id: department.title for department in models.search.state.departments}
            dialog = HangUpDialog(self.window(), models.hanging_up, titles)
            dialog.shown.connect(self.caller.show_record)
            dialog.open()

    def draft_note(self) -> None:
        """What was done, written into the note."""
        if self._models is not None:
            self._models.wrapping_up.draft()
            self.call.wrap_up.note.setFocus()

    def send_summary(self) -> None:
        """What the caller gets to read."""
        if self._models is not None:
            from views.summary_dialog import SummaryDialog

            SummaryDialog(self.window(), self._models.wrapping_up).open()

    def forget_copied(self) -> None:
        """Empties the clipboard of what was revealed and copied."""
        self._clipboard.forget()

    def _arrange(self, *, force: bool = False) -> None:
        """Three columns where they fit; else the call panel goes under the people."""
        unit = look().px
        three = self.width() >= unit(_THREE_COLUMNS)
        target = self.columns if three else self.left
        if force or self.call.parentWidget() is not target:
            target.addWidget(self.call)
            side = unit(252 if self.width() >= unit(1300) else 236)
            if three:
                call = side + unit(34)
                self.columns.setSizes([side, max(self.width() - side - call, 1), call])
            else:
                self.columns.setSizes([side, max(self.width() - side, 1)])
                self.left.setSizes([1000, 1200])

    def _enter_search(self) -> bool:
        self.search.focus_box()
        return True

    def _open(self, key: str) -> None:
        if self._models is not None:
            self._models.search.select(key)

    def _retry_search(self) -> bool:
        for department_id in (failed := list(self._failed)):
            if self._models is not None:
                self._models.search.retry(department_id)
        return bool(failed)

    def _remember(self, state: SearchState) -> None:
        self._failed = [department.id for department in state.departments if isinstance(department.outcome, Failed)]

    def _show_samples(self, state: SessionState) -> None:
        self.people.show_samples(state.samples)
