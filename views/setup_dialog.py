"""Setting a department up: what is said of it, the manifest that is proposed, a test person read with it, and writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.viewmodels.states import SetupAsked
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import SetupState, Tried
    from views.ports import SetupPort


class SetupDialog(QDialog):
    """Opened with ``open()``. Enter in a field proposes or tries, Ctrl+Enter writes, Escape leaves with nothing written."""

    def __init__(self, parent: QWidget, model: SetupPort) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Add a department"))
        self._model = model
        self._revision = -1
        unit = look().px
        self.name = self._line(self.tr("licences"))
        self.kind = QComboBox()
        self.kind.addItems(list(model.state.kinds))
        self.address = self._line("https://permits.springvale.example")
        self.description = self._line(self.tr("OpenAPI file, WSDL, or the address of one; a database says it itself"))
        self.title = self._line(self.tr("As staff call it; empty: as it calls itself"))
        self.roles = self._line(", ".join(model.state.roles))
        self.roles.setText(", ".join(model.state.roles[:3]))
        self.user = self._line(self.tr("Where it asks for one"))
        self.secret = self._line(self.tr("Goes into the keyring, nowhere else"))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.propose_button = self._button(self.tr("&Propose"), self._propose)
        self.text = QPlainTextEdit()
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText(self.tr("The manifest that is proposed stands here, to be looked at and changed."))
        self.text.textChanged.connect(self._edited)
        self.found = QPlainTextEdit()
        self.found.setReadOnly(True)
        self.found.setTabChangesFocus(True)
        self.found.setPlaceholderText(self.tr("What was found, what is missing, and the test person."))
        self.search = self._line(self.tr("A person whom it knows, as an agent would search: maria gonzalez 60614"))
        self.try_button = self._button(self.tr("&Try"), self._try)
        self.note = PlainLabel(role="muted", wrap=True)
        self.problem = Banner()
        self.write_button = self._button(self.tr("&Write it   Ctrl+Enter"), model.write)
        self.write_button.setProperty("role", "primary")
        self.write_button.setShortcut("Ctrl+Return")
        self.close_button = self._button(self.tr("Close"), self.reject)
        self._label()
        self._lay_out()
        self.setMinimumSize(unit(760), unit(520))
        room = self.screen().availableSize()
        self.resize(min(unit(1040), room.width() - unit(40)), min(unit(720), room.height() - unit(60)))
        for line in (self.name, self.address, self.description, self.title, self.roles, self.user, self.secret):
            line.returnPressed.connect(self._propose)
        self.search.returnPressed.connect(self._try)
        model.open()
        model.state_changed.connect(self._draw)
        self._draw(model.state)
        self.name.setFocus()

    def done(self, result: int) -> None:
        """However it is closed, the secret and the test person are forgotten."""
        self._model.state_changed.disconnect(self._draw)
        self._model.leave()
        super().done(result)

    @staticmethod
    def _line(placeholder: str) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(placeholder)
        return line

    @staticmethod
    def _button(text: str, pressed: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: pressed())  # type: ignore[operator]
        return button

    def _label(self) -> None:
        for widget, name in (
            (self.name, self.tr("Id")),
            (self.kind, self.tr("Kind")),
            (self.address, self.tr("Address")),
            (self.description, self.tr("Description")),
            (self.title, self.tr("Title")),
            (self.roles, self.tr("Roles that may ask")),
            (self.user, self.tr("User name")),
            (self.secret, self.tr("Secret")),
            (self.text, self.tr("Manifest")),
            (self.found, self.tr("Found and tried")),
            (self.search, self.tr("Test person")),
        ):
            widget.setAccessibleName(name)

    def _lay_out(self) -> None:
        unit = look().px
        grid = QGridLayout()
        grid.setHorizontalSpacing(unit(10))
        grid.setVerticalSpacing(unit(6))
        fields = (
            (self.tr("&Id"), self.name),
            (self.tr("&Kind"), self.kind),
            (self.tr("&Address"), self.address),
            (self.tr("&Description"), self.description),
            (self.tr("T&itle"), self.title),
            (self.tr("&Roles"), self.roles),
            (self.tr("&User name"), self.user),
            (self.tr("&Secret"), self.secret),
        )
        for at, (text, widget) in enumerate(fields):
            row, column = divmod(at, 2)
            grid.addWidget(PlainLabel(text, "small", buddy=widget), row, column * 2)
            grid.addWidget(widget, row, column * 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        panes = QHBoxLayout()
        panes.setSpacing(unit(10))
        panes.addWidget(self.text, 3)
        panes.addWidget(self.found, 2)
        trying = QHBoxLayout()
        trying.addWidget(PlainLabel(self.tr("Test &person"), "small", buddy=self.search))
        trying.addWidget(self.search, 1)
        trying.addWidget(self.try_button)
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.propose_button)
        buttons.addWidget(self.write_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(PlainLabel(self.tr("Add a department"), "heading"))
        layout.addLayout(grid)
        layout.addLayout(panes, 1)
        layout.addLayout(trying)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)

    def _propose(self) -> None:
        roles = tuple(role for part in self.roles.text().split(",") if (role := part.strip()))
        self._model.propose(
            SetupAsked(
                self.name.text().strip(),
                self.kind.currentText(),
                self.address.text().strip(),
                self.description.text().strip(),
                self.title.text().strip(),
                roles,
                self.user.text().strip(),
                self.secret.text(),
            )
        )

    def _try(self) -> None:
        self._model.try_out(self.search.text())

    def _edited(self) -> None:
        self._model.edit(self.text.toPlainText())

    def _draw(self, state: SetupState) -> None:
        if state.revision != self._revision:
            before, self._revision = self._revision, state.revision
            self.text.blockSignals(True)
            self.text.setPlainText(state.text)
            self.text.blockSignals(False)
            proposed = bool(state.text) and before >= 0 and not state.tried
        else:
            proposed = False
        ready = bool(state.text) and not state.busy and not state.written
        self.text.setReadOnly(not ready)
        self.search.setEnabled(bool(state.text) and not state.written)  # also while it is busy: the focus stays
        self.try_button.setEnabled(ready)
        self.write_button.setEnabled(ready)
        self.propose_button.setEnabled(not state.busy and not state.written)
        if proposed:
            self.search.setFocus()
        self.found.setPlainText(self._told(state))
        self.problem.show_text(state.problem, "bad")
        self.note.setText(self._noted(state))
        if state.written:
            self.close_button.setText(self.tr("&Done"))
            self.close_button.setAutoDefault(True)
            self.close_button.setDefault(True)
            self.close_button.setFocus()

    def _noted(self, state: SetupState) -> str:
        if state.busy or state.written:
            return state.busy or self.tr("Written: {path}. It is asked once the departments are read again.").format(path=state.written)
        if state.text and state.credential:
            return self.tr("The secret will be in the keyring as “{name}”.").format(name=state.credential)
        return self.tr("Nothing is written before you say so. Looking at a test person is logged like any other look.")

    def _told(self, state: SetupState) -> str:
        parts = [self.tr("Missing: {gap}").format(gap=gap) for gap in state.gaps]
        if state.tried is not None:
            parts = [self._tried(state.tried), *parts]
        if state.facts:
            parts.append("\n".join(f"{fact} ← {place}" for fact, place in state.facts))
        return "\n\n".join(parts)

    def _tried(self, tried: Tried) -> str:
        head = self.tr("The test person was found.") if tried.passed else self.tr("This does not work yet.")
        steps = [f"{'✓' if well else '✗'} {name}: {came}" for name, came, well in tried.steps]
        lacking = [self.tr("Nobody and nothing had: {facts}").format(facts=", ".join(tried.missing))] if tried.missing else []
        return "\n".join([head, *steps, *tried.people, *(f"  {record}" for record in tried.records), *lacking])
