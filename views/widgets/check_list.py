"""A short list of which several may be chosen: one stop of Tab, the arrows move in it, Space chooses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from views.theme import look
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow


class CheckList(QWidget):
    """``choices`` are values with their labels. ``changed`` carries what is chosen, a value on each line, in the order of the list."""

    changed = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._values = [value for value, _ in choices]
        self.row = FlowRow()
        self.boxes: list[Chip] = []
        for position, (_, label) in enumerate(choices):
            chip = Chip(checkable=True)
            chip.show_as(label)
            chip.clicked.connect(self._tell)
            self.row.insert(position, chip)
            self.boxes.append(chip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, look().px(2), 0, look().px(2))
        layout.addWidget(self.row)

    def choose(self, text: str) -> None:
        """Ticks what stands in the text, a value on each line."""
        chosen = text.splitlines()
        for value, chip in zip(self._values, self.boxes, strict=True):
            chip.setChecked(value in chosen)

    def _tell(self) -> None:
        self.changed.emit("\n".join(value for value, chip in zip(self._values, self.boxes, strict=True) if chip.isChecked()))
