"""The open calls at the top: the one on the screen with its clock, and a chip with a mark for each that rings, is parked or has ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from views import words
from views.theme import Tone, look
from views.widgets.chip import Chip
from views.widgets.plain_label import set_tip, without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.states import CallsState, OpenCall
    from views.ports import CallsPort

_MOST = 2
"""Other calls that have a chip where there is room; the rest are in a menu."""
_ROOM = 1500
"""Width of the window, for a 13 pixel font, from which there is room for as many."""
_TONES: dict[str, Tone | None] = {"ringing": "warn", "talking": "good", "parked": None, "ended": "info"}
_ICONS = {"ringing": "phone-call", "talking": "phone", "parked": "pause", "ended": "clipboard-check"}


class CallBar(QWidget):
    """Never takes the focus by itself: a call that rings changes only its own chip."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Open calls"))
        self._model: CallsPort | None = None
        self._others: tuple[OpenCall, ...] = ()
        self._active: OpenCall | None = None
        self._more = 0
        self._shown = _MOST
        self.active = Chip()
        self.active.clicked.connect(self._active_pressed)
        self.chips = [Chip() for _ in range(_MOST)]
        for index, chip in enumerate(self.chips):
            chip.clicked.connect(lambda _checked=False, index=index: self._pressed(index))
        self.rest = Chip()
        self.rest.clicked.connect(self._open_menu)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().px(6))
        for chip in (self.active, *self.chips, self.rest):
            chip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            row.addWidget(chip)
            chip.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)

    def restyle(self) -> None:
        """Takes sizes from the look in force."""
        for chip in (self.active, *self.chips, self.rest):
            chip.setMaximumWidth(look().px(230 if chip is self.active else 180))
            chip.updateGeometry()

    def fit(self, width: int) -> None:
        """As many chips as a window of this width has room for."""
        shown = _MOST if width >= look().px(_ROOM) else 1
        if shown != self._shown:
            self._shown = shown
            self._tick()

    def bind(self, model: CallsPort) -> None:
        """Connects to the view model."""
        self._model = model

    def draw(self, state: CallsState) -> None:
        """Shows the calls: those that ring first, the longest waiting before the others."""
        self._active = next((call for call in state.calls if call.active), None)
        rank = ("ringing", "talking", "ended", "parked").index
        self._others = tuple(sorted((call for call in state.calls if not call.active), key=lambda call: (rank(call.mark), call.since)))
        self._more = state.more
        if state.calls and not self._timer.isActive():
            self._timer.start()
        elif not state.calls:
            self._timer.stop()
        self._tick()

    def _tick(self) -> None:
        now = datetime.now(UTC)
        self.active.setVisible(self._active is not None)
        if self._active is not None:
            self._show(self.active, self._active, now, whole=True)
        for chip, call in zip(self.chips, self._others, strict=False):
            self._show(chip, call, now)
        for index, chip in enumerate(self.chips):
            chip.setVisible(index < min(len(self._others), self._shown))
        rest = len(self._others) - self._shown + self._more
        self.rest.setVisible(rest > 0)
        if rest > 0:
            ringing = self._more + sum(call.mark == "ringing" for call in self._others[self._shown :])
            told = self.tr("{count} more calls, {ringing} of them ringing").format(count=rest, ringing=ringing)
            self.rest.show_as(f"+{rest}", end_icon="chevron-down", tone="warn" if ringing else None, name=told)
            set_tip(self.rest, told)

    def _show(self, chip: Chip, call: OpenCall, now: datetime, *, whole: bool = False) -> None:
        clock = words.running(now - call.since)
        who, mark = who_calls(call), words.call_mark(call.mark)
        if whole:
            said = words.call_direction(call.direction) if call.mark == "talking" and call.channel == "phone" else mark
            text, quiet = f"{clock}  {said}", who
            keys = self.tr("Ctrl+P parks it")
        else:
            text, quiet = f"{mark} {clock}", who
            keys = self.tr("Ctrl+R opens it") if call.mark in ("ringing", "talking") else self.tr("Ctrl+N goes on with it")
        name = " ".join(part for part in (mark, who, clock) if part)
        chip.show_as(text, quiet, icon=_ICONS[call.mark], tone=_TONES[call.mark], name=name, room=(f"{text}", quiet))
        set_tip(chip, f"{mark}: {told}. {keys}" if (told := tell_all(call)) else f"{mark}. {keys}")

    def _pressed(self, index: int) -> None:
        if self._model is not None and index < len(self._others):
            self._model.switch(self._others[index].key)

    def _active_pressed(self) -> None:
        if self._model is not None:
            self._model.park()

    def menu(self) -> QMenu:
        """The calls that have no chip."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Open calls"))
        for call in self._others[self._shown :]:
            text = f"{words.call_mark(call.mark)}  {tell_all(call)}"
            menu.addAction(without_mnemonics(text)).triggered.connect(lambda _checked=False, key=call.key: self._switch(key))
        if self._more:
            menu.addAction(self.tr("{count} more ring").format(count=self._more)).setEnabled(False)
        return menu

    def _switch(self, key: str) -> None:
        if self._model is not None:
            self._model.switch(key)

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.rest.mapToGlobal(QPoint(0, self.rest.height() + 2)))
        menu.setActiveAction(menu.actions()[0])


def who_calls(call: OpenCall) -> str:
    """In a few words: a name where one person is known by the number, how many share it, else the number."""
    if call.share is not None and call.share > 1 and not call.name:
        return words.sharing(call.share)
    if call.name:
        return call.name
    return call.number or (words.withheld() if call.channel == "phone" and call.share is not None else words.channel(call.channel))


def tell_all(call: OpenCall) -> str:
    """Number, name, and how many share the number."""
    shared = words.sharing(call.share) if call.share is not None and call.share > 1 else ""
    nobody = words.nobody_known() if call.share == 0 and call.number and not call.name else ""
    return " · ".join(part for part in (call.number, call.name, shared, nobody) if part) or who_calls(call)
