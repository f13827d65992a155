"""The fields of a form: a label, an editor that fits the type, how what was typed is read, and what is wrong with it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from views import change_words
from views.theme import look
from views.widgets.address_box import AddressBox
from views.widgets.check_list import CheckList
from views.widgets.plain_label import ElidedLabel, PlainLabel, restyle, set_tip

if TYPE_CHECKING:
    from app.viewmodels.doing_states import FieldState
    from models.changes import FormField
    from views.ports import AddressesPort

_TYPES_READ = ("date", "time", "phone", "number", "email")
"""Types of which it is told how what was typed is read."""


class FieldEditor(QWidget):
    """One field. ``typed(name, text, address)``: what stands in it has been changed by hand; ``address`` where its parts are known."""

    typed = Signal(str, str, object)

    def __init__(self, field: FormField, addresses: AddressesPort) -> None:
        super().__init__()
        self.field = field
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look().px(8))
        self.editor: QLineEdit | QComboBox | QPlainTextEdit | CheckList | PlainLabel
        if field.type == "address":
            box = AddressBox(addresses)
            box.changed.connect(self._address_changed)
            self.editor = box
        elif field.type in ("choice", "yes_no"):
            self.editor = self._combo(field)
        elif field.type == "several":
            self.editor = CheckList([(each.value, each.label) for each in field.choices])
            self.editor.changed.connect(self._tell)
        elif field.type == "told":
            self.editor = PlainLabel(field.label, "muted", wrap=True)
        elif field.type == "lines":
            lines = QPlainTextEdit()
            lines.setTabChangesFocus(True)
            lines.textChanged.connect(lambda: self._tell(lines.toPlainText()))
            lines.setFixedHeight(look().px(72))
            self.editor = lines
        else:
            line = QLineEdit()
            line.setMaxLength(max(field.longest, 1))
            line.textEdited.connect(self._tell)
            self.editor = line
        self.editor.setAccessibleName(field.label)
        if field.help:
            self.editor.setAccessibleDescription(field.help)
            if isinstance(self.editor, QLineEdit | QPlainTextEdit):
                self.editor.setPlaceholderText(field.help)
            elif isinstance(self.editor, CheckList):
                set_tip(self.editor, field.help)
        self.stops: list[QWidget] = [self.editor]
        """What Tab goes through; nothing, of what is only to be read."""
        if isinstance(self.editor, CheckList):
            self.stops = list(self.editor.boxes[:1])
        elif isinstance(self.editor, PlainLabel):
            self.stops = []
        for stop in self.stops:
            stop.installEventFilter(self)
        if self.stops:
            self.setFocusProxy(self.stops[0])
        self._row.addWidget(self.editor, 1)
        if field.type == "file":
            self._add_browse()
        self.read = ElidedLabel(role="small")
        self.read.setVisible(field.type in _TYPES_READ)
        if field.type in _TYPES_READ:
            self.editor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.editor.setFixedWidth(look().px(200))
            self._row.addWidget(self.read, 1)
        self._quiet = False

    def draw(self, state: FieldState, *, fill: bool) -> None:
        """Shows how it is read; ``fill``: what stands there is another."""
        if fill:
            self._fill(state)
        told = state.problem or (change_words.value(state) if state.text else "")
        if self.field.type not in _TYPES_READ:
            self.read.hide()
        role = "error" if state.problem else "small"
        if self.read.property("role") != role:
            self.read.setProperty("role", role)
            restyle(self.read)
        self.read.setText(told)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the next field, as Tab does; in a text of several lines it is a new line."""
        if watched not in self.stops or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and not isinstance(self.editor, QPlainTextEdit):
            self.focusNextPrevChild(True)
            return True
        return False

    def _fill(self, state: FieldState) -> None:
        self._quiet = True
        if isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(state.text))
        elif isinstance(self.editor, QPlainTextEdit):
            self.editor.setPlainText(state.text)
        elif isinstance(self.editor, CheckList):
            self.editor.choose(state.text)
        elif isinstance(self.editor, PlainLabel):
            pass
        elif self.editor.text() != state.text:
            shown = change_words.typed_date(state) if self.field.type == "date" else state.text
            self.editor.setText(shown)
        self._quiet = False

    def _combo(self, field: FormField) -> QComboBox:
        combo = QComboBox()
        if field.type == "yes_no":
            choices = [("yes", self.tr("Yes")), ("no", self.tr("No"))]
        else:
            choices = [(each.value, each.label) for each in field.choices]
        for value, label in choices:
            combo.addItem(label, value)
        combo.setCurrentIndex(-1)
        combo.setPlaceholderText(field.help or self.tr("Choose"))
        combo.currentIndexChanged.connect(lambda index: self._tell(combo.itemData(index) or ""))
        return combo

    def _add_browse(self) -> None:
        button = QPushButton(self.tr("Browse…"))
        button.setAutoDefault(False)
        button.clicked.connect(self._browse)
        self._row.addWidget(button)
        self.stops.append(button)

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Which file?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        assert isinstance(self.editor, QLineEdit)
        self.editor.setText(path)
        self._tell(path)

    def _address_changed(self) -> None:
        assert isinstance(self.editor, AddressBox)
        if not self._quiet:
            self.typed.emit(self.field.name, self.editor.text(), self.editor.address())

    def _tell(self, text: str) -> None:
        if not self._quiet:
            self.typed.emit(self.field.name, text, None)


class FormFields(QWidget):
    """All fields of a form, one below the other. Those that follow from a choice come and go while the others stay."""

    typed = Signal(str, str, object)

    def __init__(self, addresses: AddressesPort) -> None:
        super().__init__()
        self._addresses = addresses
        self._revision = -1
        self.editors: dict[str, FieldEditor] = {}
        self._labels: dict[str, PlainLabel] = {}
        self._rows: dict[str, int] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look().px(12))
        self._grid.setVerticalSpacing(look().px(8))
        self._grid.setColumnStretch(1, 1)

    def draw(self, fields: tuple[FieldState, ...], revision: int) -> None:
        """Shows the fields; what is being typed is overwritten only where it was filled from outside."""
        fill = revision != self._revision
        self._revision = revision
        wanted = {each.field.name: each.field for each in fields}
        focused: QWidget | None = self.window().focusWidget()
        here = next((name for name, editor in self.editors.items() if focused is not None and editor.isAncestorOf(focused)), "")
        for name in [name for name, editor in self.editors.items() if wanted.get(name) != editor.field]:
            self._rows.pop(name)
            for widget in (self.editors.pop(name), self._labels.pop(name)):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        fresh = set()
        for row, state in enumerate(fields):
            name = state.field.name
            if name not in self.editors:
                fresh.add(name)
                editor = FieldEditor(state.field, self._addresses)
                editor.typed.connect(self.typed)
                self.editors[name] = editor
                optional = "" if state.field.required else self.tr(" (optional)")
                label = "" if state.field.type == "told" else f"{state.field.label}{optional}"
                self._labels[name] = PlainLabel(label, "muted", wrap=len(label) > 40)
            if self._rows.get(name) != row:
                self._rows[name] = row
                self._place(name, row, top=state.field.type in ("lines", "several"))
            self.editors[name].draw(state, fill=fill or name in fresh)
        if fresh:
            self._order(fields)
        if here in fresh:  # it was made anew while it was being filled in
            self.enter(here)

    def enter(self, name: str = "") -> bool:
        """The focus to a field, else to the first; False if there is none."""
        editor = self.editors.get(name) or next((each for each in self.editors.values() if each.stops), None)
        if editor is None or not editor.stops:
            return False
        editor.stops[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(editor.editor, QLineEdit):
            editor.editor.selectAll()
        return True

    def _place(self, name: str, row: int, *, top: bool) -> None:
        cells: tuple[QWidget, ...] = (self._labels[name], self.editors[name])
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag(0))

    def _order(self, fields: tuple[FieldState, ...]) -> None:
        row = [stop for each in fields for stop in self.editors[each.field.name].stops]
        for before, after in pairwise(row):
            QWidget.setTabOrder(before, after)
