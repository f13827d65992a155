"""The departments strip: for each department whether it answered, with how much and how fast; the failed ones ask again by a press."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from models.outcomes import Answered, Failed, Fault, NotPermitted, Waiting
from views import fault_words, words
from views.theme import look
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import PlainLabel, set_tip

if TYPE_CHECKING:
    from app.viewmodels.states import DepartmentState, SearchState

_TICK_MS = 100


class DepartmentChip(Chip):
    """One department and its outcome."""

    def __init__(self, department: DepartmentState) -> None:
        super().__init__()
        self.department = department
        self.draw(department)

    def draw(self, department: DepartmentState) -> None:
        """Shows the outcome; also called at each tick of a running clock."""
        self.department = department
        title, outcome = department.title, department.outcome
        if outcome is None:
            self.show_as(title, icon="minus", name=self.tr("{title}: not asked yet").format(title=title))
        elif isinstance(outcome, Waiting):
            seconds = self.tr("{seconds} s").format(seconds=f"{max(0.0, monotonic() - outcome.since):.1f}")
            told = self.tr("{title}: waiting for its answer").format(title=title)
            self.show_as(title, seconds, icon="clock", name=told, room=(f"{title} 0", words.took(88)))
        elif isinstance(outcome, Answered):
            listed = department.found if department.found is not None else len(outcome.people)
            count = f"{listed + len(outcome.records)}{'+' if outcome.truncated else ''}"
            told = self.tr("{title}: answered, {count} found, in {took}").format(title=title, count=count, took=words.took(outcome.ms))
            if outcome.truncated:
                told = self.tr("{told}. There are more: narrow the search").format(told=told)
            if outcome.partial is not None:
                told = f"{told}. {self._about(outcome.partial)}"
            dot = "good_mark" if outcome.partial is None else "warn_mark"
            stale = outcome.partial is not None and outcome.partial.key == "stale"
            beside = fault_words.on_chip(outcome.partial) if stale and outcome.partial else words.took(outcome.ms)
            self.show_as(f"{title} {count}", beside, dot=dot, name=told, room=(f"{title} 0", words.took(88)))
        elif isinstance(outcome, Failed):
            word = fault_words.on_chip(outcome.fault)
            told = self.tr("{title}: {sentence}").format(title=title, sentence=fault_words.in_a_sentence(outcome.fault))
            retry = outcome.fault.retryable
            self.show_as(f"{title}: {word}", icon="triangle-alert", tone="bad", end_icon="rotate-cw" if retry else "", name=told)
        elif isinstance(outcome, NotPermitted):
            self.show_as(title, self.tr("not permitted"), icon="lock", name=f"{title}: {words.not_asked(outcome)}")
        else:
            self.show_as(title, self.tr("not asked"), icon="minus", name=f"{title}: {words.not_asked(outcome)}")
        set_tip(self, self.accessibleName())

    def _about(self, partial: Fault) -> str:
        """What of an answer is not as it should be."""
        if partial.key == "mapping":
            return self.tr("Some entries could not be read and are left out")
        return fault_words.in_a_sentence(partial)


class Strip(QFrame):
    """The summary and the chips; ``retry`` and ``opened`` carry a department's id."""

    retry = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self.setAccessibleName(self.tr("Departments asked"))
        self._chips: dict[str, DepartmentChip] = {}
        self.summary = PlainLabel()
        self._kept = 0
        self.row = FlowRow(lead=self.summary)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look().px(14), look().px(5), look().px(14), look().px(5))
        layout.addWidget(self.row)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._tell(self.tr("No department asked yet"))

    def restyle(self) -> None:
        """Takes sizes from the look in force."""
        self.summary.setFont(look().font(13, 600, figures=True))
        self.summary.setMinimumHeight(look().px(24))
        self._keep_room(self._kept)
        for chip in self._chips.values():
            chip.updateGeometry()

    def draw(self, state: SearchState) -> None:
        """Updates the chips in place; only departments that came or went move."""
        wanted = {department.id for department in state.departments}
        for key in [key for key in self._chips if key not in wanted]:
            self.row.drop(self._chips.pop(key))
        for position, department in enumerate(state.departments):
            chip = self._chips.get(department.id)
            if chip is None:
                chip = self._chips[department.id] = DepartmentChip(department)
                chip.clicked.connect(lambda _checked=False, chip=chip: self._pressed(chip))
                self.row.insert(position, chip)
            elif chip.department != department:
                chip.draw(department)
        self._keep_room(len(state.departments) if state.phase != "empty" else 0)
        self._tell(self._summed_up(state))
        waiting = any(isinstance(department.outcome, Waiting) for department in state.departments)
        if waiting and not self._clock.isActive():
            self._clock.start()
        elif not waiting:
            self._clock.stop()

    def _summed_up(self, state: SearchState) -> str:
        asked, answered, _failed = words.counts(department.outcome for department in state.departments)
        if state.phase == "empty" or not asked:
            return self.tr("No department asked yet") if state.departments else self.tr("No departments")
        if state.phase == "asking":
            return self.tr("Asked {asked} · {answered} answered so far").format(asked=asked, answered=answered)
        return self._finished(asked, answered, state.elapsed_ms / 1000)

    def _finished(self, asked: int, answered: int, seconds: float) -> str:
        return self.tr("Asked {asked} departments · {answered} answered in {seconds} s").format(
            asked=asked, answered=answered, seconds=f"{seconds:.2f}"
        )

    def _keep_room(self, departments: int) -> None:
        """The chips stand still while the summary changes."""
        self._kept = departments
        longest = self._finished(departments, departments, 8.88)
        self.summary.setMinimumWidth(look().metrics(13, 600, figures=True).horizontalAdvance(longest) + look().px(6) if departments else 0)

    def _tell(self, text: str) -> None:
        if text != self.summary.text():
            self.summary.setText(text)
            self.summary.setAccessibleName(text)

    def _tick(self) -> None:
        for chip in self._chips.values():
            if isinstance(chip.department.outcome, Waiting):
                chip.draw(chip.department)

    def _pressed(self, chip: DepartmentChip) -> None:
        if isinstance(chip.department.outcome, Failed):
            self.retry.emit(chip.department.id)
        else:
            self.opened.emit(chip.department.id)
