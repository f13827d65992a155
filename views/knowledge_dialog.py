"""What the city knows: articles searched by any words, read beside the list, the words to be said aloud set apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from views.article import ArticleView
from views.search_box import name_clear_button
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.saying_states import SayingState
    from models.knowledge import Found
    from views.ports import SayingPort

_ROOT = QModelIndex()
_PAD, _LINE = 9, 18


class FoundModel(QAbstractListModel):
    """Articles as rows; those that fit the call stand first and say why."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, str, str]] = []

    def show(self, state: SayingState) -> None:
        """Takes the suggestions, where nothing is searched, and what was found: key, title, a line below."""
        found: list[Found] = list(state.found)
        rows: list[tuple[str, str, str]] = []
        if not state.text.strip():
            rows = [(each.key, each.title, self.tr("Fits: {why}").format(why=each.why)) for each in state.suggestions]
        known = {key for key, *_ in rows}
        rows += [(each.key, each.title, each.around) for each in found if each.key not in known]
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        return None if role else ". ".join(self.rows[index.row()][1:])


class _Rows(QStyledItemDelegate):
    """A title above a quiet line, both as text."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(look().px(120), look().px(2 * _PAD + 2 * _LINE - 2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        style, model = look(), index.model()
        assert isinstance(model, FoundModel)
        _key, title, line = model.rows[index.row()]
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, style.colour("selected"))
            painter.fillRect(QRect(area.left(), area.top(), style.px(3), area.height()), style.colour("accent"))
        inner = area.adjusted(style.px(12), style.px(_PAD - 1), -style.px(8), 0)
        for text, weight, size, ink, y in ((title, 600, 13, "text", 0), (line, 400, 12, "muted", _LINE)):
            painter.setFont(style.font(size, weight))
            painter.setPen(style.colour(ink))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(QRect(inner.left(), inner.top() + style.px(y), inner.width(), style.px(_LINE)), 0, shown)


class _Words(QLineEdit):
    """The words searched for: while one types, the arrows choose in the list and Enter goes to the article."""

    moved = Signal(int)
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class KnowledgeDialog(QDialog):
    """Opened with ``open()``; Escape closes it. Up and Down choose, Enter goes into the article, Alt+L to its next language.

    ``key`` is the article to begin with; without one the words come first.
    """

    def __init__(self, parent: QWidget, model: SayingPort, key: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What the city knows"))
        self._model = model
        self._key = key
        unit = look().px
        self.words = _Words()
        self.words.setMaxLength(200)
        self.words.setPlaceholderText(self.tr("Any words: pothole, payment plan, opening hours"))
        self.words.setAccessibleName(self.tr("Search articles"))
        name_clear_button(self.words)
        self.found = FoundModel(self)
        self.list = QListView()
        self.list.setModel(self.found)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Articles"))
        self.nothing = PlainLabel(self.tr("No article has these words."), "muted", wrap=True)
        self.article = ArticleView()
        self.left_out = Banner(narrow=True)
        self.problem = PlainLabel(role="error", wrap=True)
        left = QVBoxLayout()
        left.setSpacing(unit(8))
        left.addWidget(self.words)
        left.addWidget(self.nothing)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(unit(8))
        right.addWidget(self.problem)
        right.addWidget(self.article, 1)
        columns = QHBoxLayout()
        columns.setSpacing(unit(18))
        columns.addLayout(left, 4)
        columns.addLayout(right, 7)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addLayout(columns, 1)
        layout.addWidget(self.left_out)
        layout.addWidget(PlainLabel(self.tr("↑ ↓ choose · Enter reads it · Alt+L other language · Esc closes"), "small"))
        room = parent.size()
        self.resize(min(unit(980), room.width() - unit(40)), min(unit(620), room.height() - unit(60)))
        self.words.textEdited.connect(model.search)
        self.words.moved.connect(self._move)
        self.words.entered.connect(self._read)
        self.list.activated.connect(lambda _index: self._read())
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.article.followed.connect(self._follow)
        self.article.spoken.connect(model.speak)
        QShortcut(QKeySequence("Alt+L"), self).activated.connect(self.article.next_language)
        model.state_changed.connect(self.draw)
        self.finished.connect(lambda _result: model.state_changed.disconnect(self.draw))
        model.enter()
        if key:
            model.read(key, told=True)
            self.article.enter()
        else:
            self.words.setText(model.state.text)
            self.words.selectAll()
            self.words.setFocus()
        self.draw(model.state)

    def draw(self, state: SayingState) -> None:
        """Shows what was found, and the article that is open."""
        self.found.show(state)
        self.nothing.setVisible(bool(state.text.strip()) and not self.found.rows)
        reading = state.reading
        self.article.draw(reading)
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        row = next((at for at, each in enumerate(self.found.rows) if reading is not None and each[0] == reading.key), -1)
        if row != self.list.currentIndex().row():
            with QSignalBlocker(self.list.selectionModel()):
                self.list.setCurrentIndex(self.found.index(row, 0) if row >= 0 else _ROOT)
            self.list.viewport().update()
        left_out = self.tr("{count} articles are left out: {first}")
        self.left_out.show_text(left_out.format(count=len(state.left_out), first=state.left_out[0]) if state.left_out else "")

    def _move(self, by: int) -> None:
        row = min(max(self.list.currentIndex().row() + by, 0), self.found.rowCount() - 1)
        if row >= 0:
            self.list.setCurrentIndex(self.found.index(row, 0))

    def _chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self._model.read(self.found.rows[index.row()][0])

    def _read(self) -> None:
        row = max(self.list.currentIndex().row(), 0)
        if row < self.found.rowCount():
            self._follow(self.found.rows[row][0])

    def _follow(self, key: str) -> None:
        self._model.read(key, told=True)
        self.article.enter()
