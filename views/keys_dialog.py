"""F1: every key of the desk on one page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.plain_label import PlainLabel


class KeysDialog(QDialog):
    """Opened with ``open()``; Escape closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        self.keys = (
            ("Ctrl+K, Esc", self.tr("Search, from anywhere")),
            ("Enter", self.tr("In the search: search at once. On a person: open")),
            ("↓", self.tr("From the search to the people; on a chip: read it as something else")),
            ("← →", self.tr("Between chips and between tabs")),
            ("F6, Shift+F6", self.tr("Next pane, pane before")),
            ("Alt+1 … Alt+9", self.tr("Overview, then the departments' tabs")),
            ("Ctrl+F", self.tr("Filter the records")),
            ("S", self.tr("In the records: sort by another column")),
            ("F5", self.tr("Ask again whoever did not answer; on Departments: check all")),
            ("Alt+R, Alt+O, Alt+N", self.tr("Reason, outcome, note of this call")),
            ("Ctrl+R", self.tr("Open the call that rings; the one at hand is parked")),
            ("Ctrl+P", self.tr("Park this call")),
            ("Ctrl+N", self.tr("Next of the parked calls")),
            ("Ctrl+I", self.tr("The caller asks something else too: another inquiry of this call")),
            ("Ctrl+Enter", self.tr("Save the call and go on to the next caller")),
            ("Ctrl+D", self.tr("Do: all that can be done now; a figure or Enter starts it. In a form, Ctrl+Enter sends")),
            ("Enter, menu key", self.tr("On a record: what can be done on it")),
            ("Space", self.tr("On a document: look into it; arrows turn pages, + and - the size, Esc closes")),
            ("Ctrl+J", self.tr("What the city knows: search articles and read them out; Alt+L another language")),
            ("Ctrl+B", self.tr("Before you hang up: what is still to be settled in all departments")),
            ("Ctrl+M", self.tr("Send the caller a summary: e-mail, text message, letter or PDF")),
            ("Ctrl+Shift+D", self.tr("Draft the note from what was done")),
            ("Ctrl+Shift+V", self.tr("Verify the caller: questions to read aloud; Esc closes them")),
            ("Ctrl+Shift+W", self.tr("Why these records are one person; W on a person of the list")),
            ("Ctrl+Shift+R", self.tr("To the first masked value; Enter asks for the reason and reveals it for 30 s")),
            ("Ctrl+Shift+B", self.tr("Break-glass in an emergency; again: end it")),
            ("Ctrl+1, Ctrl+2, Ctrl+3", self.tr("Caller, Departments, for supervisors: Reviews")),
            ("Ctrl+Shift+N, Ctrl+F5", self.tr("On Departments: add one; read the site's files again")),
            ("Ctrl++, Ctrl+-, Ctrl+0", self.tr("Larger, smaller, usual size")),
            ("Ctrl+Shift+L", self.tr("Colours: system, light, dark")),
            ("Ctrl+L", self.tr("Lock the desk")),
            ("Ctrl+H", self.tr("What you looked at")),
            ("F1", self.tr("This page")),
        )
        unit = look().px
        grid = QGridLayout()
        grid.setHorizontalSpacing(unit(16))
        grid.setVerticalSpacing(unit(6))
        grid.setColumnStretch(1, 1)
        for row, (keys, text) in enumerate(self.keys):
            grid.addWidget(PlainLabel(keys, "key"), row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(PlainLabel(text), row, 1)
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(12))
        layout.addWidget(PlainLabel(self.tr("Everything by keyboard"), "heading"))
        layout.addLayout(grid)
        layout.addWidget(buttons)
