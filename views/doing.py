"""What is pressed to do something: the list of all that can be done, the form of what was chosen, a record's actions, macros' keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.viewmodels.doing_states import Doable

if TYPE_CHECKING:
    from app.viewmodels.doing_states import ChangeState, DoingState
    from models.records import Record
    from views.caller_pane import CallerPane
    from views.change_dialog import ChangeDialog
    from views.do_section import DoSection
    from views.frame import Frame
    from views.masked import ShortMemory
    from views.ports import ViewModels


WAITING = "waiting for you"
"""What the list of calls that wait is started by."""


class Doing(QObject):
    """``verify``: the caller is to be verified first. ``receipt``: the caller is to be sent what was done."""

    verify = Signal()
    receipt = Signal()

    def __init__(self, view: QWidget, pane: CallerPane, section: DoSection, clipboard: ShortMemory) -> None:
        super().__init__(view)
        self._view = view
        self._pane = pane
        self._section = section
        self._clipboard = clipboard
        self._models: ViewModels | None = None
        self._dialog: ChangeDialog | None = None
        self._macros: tuple[tuple[str, str], ...] = ()
        section.all_asked.connect(self.ask)
        section.waiting_asked.connect(self.show_waiting)

    def bind(self, models: ViewModels, frame: Frame) -> None:
        """Connects to the view models; a form that is opened is shown."""
        self._models = models
        self._section.bind(models.doing)
        self._pane.table.chosen.connect(self._selected)
        self._pane.acted.connect(self.act)
        frame.follow(models.doing, self._section.draw, self._draw_macros)
        frame.follow(models.passing_on, self._section.draw_waiting)
        models.change.state_changed.connect(self._changed)

    def ask(self) -> None:
        """All that can be done now."""
        if self._models is not None:
            state = self._models.doing.state
            macros = tuple((Doable(f"macro {name}", name, self.tr("Macro")), key) for name, key in state.macros)
            offers = tuple((each, "") for each in state.offers)
            waits = len(self._models.passing_on.state.items)
            about = self.tr("{count} to be called back or gone on with").format(count=waits) if waits else self.tr("nothing now")
            self._show(self.tr("Do"), (*offers, *macros, (Doable(WAITING, self.tr("Waiting for you"), about), "")))

    def act(self, record: Record) -> None:
        """What can be done on one record."""
        if self._models is None:
            return
        doables = self._models.doing.of_record(record.ref)
        if record.media is not None and not doables:
            self._pane.looked.emit(record)  # that is all there is to do
        else:
            self._show(record.title, tuple((each, "") for each in doables))

    def _show(self, title: str, doables: tuple[tuple[Doable, str], ...]) -> None:
        assert self._models is not None
        from views.palette import Palette

        Palette(self._view.window(), title, doables, self._start).open()

    def show_waiting(self) -> None:
        """Calls that wait for whoever works here."""
        if self._models is not None:
            from views.waiting_dialog import WaitingDialog

            WaitingDialog(self._view.window(), self._models.passing_on).open()

    def _start(self, key: str) -> None:
        if key == WAITING:
            self.show_waiting()
        elif self._models is not None:
            self._models.doing.start(key)

    def _selected(self, record: Record | None) -> None:
        if self._models is not None:
            doing = self._models.doing
            doing.look_at(record.ref if record is not None else None)
            self._pane.detail.do_button.setVisible(record is not None and bool(doing.of_record(record.ref)))

    def _changed(self, state: ChangeState) -> None:
        if state.phase == "closed" or self._dialog is not None or self._models is None:
            return
        from views.change_dialog import ChangeDialog

        dialog = ChangeDialog(self._view.window(), self._models.change, self._models.addresses, self._clipboard)
        self._dialog = dialog
        dialog.verify.connect(self.verify)
        dialog.receipt.connect(self.receipt)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self._dialog = None

    def _draw_macros(self, state: DoingState) -> None:
        if state.macros == self._macros or self._models is None:
            return
        self._macros = state.macros
        for name, key in state.macros:
            if key:
                shortcut = QShortcut(QKeySequence(key), self._view)
                shortcut.activated.connect(lambda name=name: self._run(name))

    def _run(self, name: str) -> None:
        if self._models is not None:
            self._models.doing.start(f"macro {name}")
