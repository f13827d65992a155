"""An article to read: headings, paragraphs, steps, and what is to be said aloud set apart. All of it is drawn as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import PlainLabel, without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.saying_states import Reading
    from models.knowledge import Block


class ArticleView(QWidget):
    """``followed`` carries the key of another article, ``spoken`` the language it is wanted in."""

    followed = Signal(str)
    spoken = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._reading: Reading | None = None
        unit = look().px
        self.title = PlainLabel(role="heading", wrap=True)
        self.languages = FlowRow()
        self.languages.setAccessibleName(self.tr("Languages"))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setObjectName("article")
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(self.tr("Article"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit(8))
        layout.addWidget(self.title)
        layout.addWidget(self.languages)
        layout.addWidget(self.area, 1)
        self.languages.hide()

    def draw(self, reading: Reading | None) -> None:
        """Shows an article; None empties the page."""
        if reading == self._reading and self.area.widget() is not None:
            return
        self._reading = reading
        self.title.setText(reading.title if reading else "")
        self._draw_languages(reading)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(look().px(16), look().px(12), look().px(16), look().px(12))
        column.setSpacing(look().px(7))
        for block in reading.blocks if reading else ():
            column.addWidget(_drawn(block))
        links = reading.links if reading else ()
        if links:
            column.addSpacing(look().px(6))
            column.addWidget(PlainLabel(self.tr("SEE ALSO"), "caps"))
        for key, text in links:
            button = QPushButton(without_mnemonics(text))
            button.setProperty("role", "link")
            button.setAutoDefault(True)
            button.clicked.connect(lambda _checked=False, key=key: self.followed.emit(key))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.area.setWidget(page)
        self.area.setAccessibleDescription("\n".join(block.text for block in reading.blocks) if reading else "")

    def next_language(self) -> None:
        """The next language that the article is there in, after the last the first."""
        tags = [tag for tag, _name in self._reading.languages] if self._reading else []
        if self._reading is not None and len(tags) > 1:
            at = tags.index(self._reading.language) if self._reading.language in tags else -1
            self.spoken.emit(tags[(at + 1) % len(tags)])

    def enter(self) -> None:
        """The focus into the text, where the arrows scroll."""
        self.area.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _draw_languages(self, reading: Reading | None) -> None:
        for widget in self.languages.widgets():
            self.languages.drop(widget)
        names = reading.languages if reading and len(reading.languages) > 1 else ()
        self.languages.setVisible(bool(names))
        for position, (tag, name) in enumerate(names):
            chip = Chip()
            spoken = reading is not None and tag == reading.language
            chip.show_as(name, "" if spoken else "Alt+L" if len(names) == 2 else "", tone="info" if spoken else None)
            chip.clicked.connect(lambda _checked=False, tag=tag: self.spoken.emit(tag))
            self.languages.insert(position, chip)


def _drawn(block: Block) -> QWidget:
    """One paragraph."""
    unit = look().px
    roles = {"heading": "strong", "say": "say"}
    text = PlainLabel(block.text, roles.get(block.kind, ""), wrap=True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if block.kind == "heading":
        text.setContentsMargins(0, unit(6), 0, 0)
    if not block.mark and block.kind != "item":
        return text
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(unit(4 + 18 * block.depth), 0, 0, 0)
    layout.setSpacing(unit(6))
    mark = PlainLabel(block.mark, "muted")
    mark.setFixedWidth(unit(20))
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(text, 1)
    return row
