"""People as cards: the model that keeps their order while answers come in, and the delegate that draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from models.people import Caller
from views import words
from views.theme import Tone, look

if TYPE_CHECKING:
    from app.viewmodels.states import SearchState

MOST = 50
"""Cards shown at most, as many as the NHS Personal Demographics Service shows; beyond that the search is to be narrowed."""
_PAD, _GAP, _LINE, _TAG = 11, 8, 17, 19
_ROOT = QModelIndex()


class PeopleModel(QAbstractListModel):
    """Callers as rows. While answers come in, those who are shown keep their place and new ones follow them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._callers: list[Caller] = []
        self._titles: dict[str, str] = {}
        self.open_key = ""

    def show(self, state: SearchState, *, keep_order: bool) -> bool:
        """Takes the callers of the state; True if rows came, went or moved."""
        self._titles = {department.id: department.title for department in state.departments}
        wanted = list(state.callers[:MOST])
        if len(state.callers) > MOST and state.selected and all(caller.key != state.selected for caller in wanted):
            wanted += [caller for caller in state.callers if caller.key == state.selected]
        if keep_order and self._callers:
            place = {caller.key: row for row, caller in enumerate(self._callers)}
            wanted.sort(key=lambda caller: place.get(caller.key, len(place)))
        old, self.open_key, opened = self._callers, state.selected, self.open_key
        before, after = [caller.key for caller in old], [caller.key for caller in wanted]
        if before == after:
            self._callers = wanted
            for row, caller in enumerate(wanted):
                if caller != old[row] or (opened != state.selected and caller.key in (opened, state.selected)):
                    self.dataChanged.emit(self.index(row, 0), self.index(row, 0))
            return False
        if before and after[: len(before)] == before:
            self.beginInsertRows(_ROOT, len(before), len(after) - 1)
            self._callers = wanted
            self.endInsertRows()
            if any(wanted[row] != caller for row, caller in enumerate(old)):
                self.dataChanged.emit(self.index(0, 0), self.index(len(old) - 1, 0))
            return True
        self.beginResetModel()
        self._callers = wanted
        self.endResetModel()
        return True

    def caller(self, row: int) -> Caller | None:
        """The caller in a row."""
        return self._callers[row] if 0 <= row < len(self._callers) else None

    def key(self, row: int) -> str:
        """The key of the caller in a row, empty if there is none."""
        caller = self.caller(row)
        return caller.key if caller else ""

    def row_of(self, key: str) -> int:
        """The row of a caller, -1 if not shown."""
        return next((row for row, caller in enumerate(self._callers) if caller.key == key), -1) if key else -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._callers)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """The whole card as one sentence, which is what a screen reader says."""
        if role:
            return None
        caller = self._callers[index.row()]
        said = [caller.name, born(caller), self.badge(caller)[0], "; ".join(caller.addresses[:1]), words.listed(self.tags(caller))]
        return ", ".join(part for part in (*said, *caller.why) if part)

    def badge(self, caller: Caller) -> tuple[str, Tone]:
        """How sure it is that the caller's records are one person; empty where there is nobody else to tell apart."""
        return words.match(caller, alone=len(self._callers) == 1)

    def tags(self, caller: Caller) -> list[str]:
        """The titles of the departments that know the caller."""
        return list(dict.fromkeys(self._titles.get(member.ref.department, member.ref.department) for member in caller.members))


def born(caller: Caller) -> str:
    """The year of birth, which tells namesakes apart at a glance."""
    return str(caller.birth_date.year) if caller.birth_date else ""


def about(caller: Caller) -> str:
    """The line below the name: year of birth and address."""
    return " · ".join(part for part in (born(caller), *caller.addresses[:1]) if part)


class PersonDelegate(QStyledItemDelegate):
    """Draws a card: name and badge, year of birth and address, departments, and why the records were joined."""

    def __init__(self, view: QListView, model: PeopleModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._heights: dict[tuple[object, ...], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        caller = self._model.caller(index.row())
        width = self._width()
        if caller is None:
            return QSize(width, look().px(40))
        key = (caller.key, caller.why, len(caller.members), about(caller), width, look().unit)
        height = self._heights.get(key)
        if height is None:
            if len(self._heights) > 4 * MOST:
                self._heights.clear()
            height = self._heights[key] = self._card(None, caller, QRect(0, 0, width, 0), current=False, hover=False)
        return QSize(width, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        caller = self._model.caller(index.row())
        if caller is None:
            return
        state = option.state
        current = bool(state & QStyle.StateFlag.State_HasFocus) and self._view.hasFocus()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(option.rect.topLeft(), QSize(self._width(), option.rect.height()))
        self._card(painter, caller, area, current=current, hover=bool(state & QStyle.StateFlag.State_MouseOver))
        painter.restore()

    def _width(self) -> int:
        """As wide with a scroll bar as without one: cards that broke their lines anew when it comes would lie on each other."""
        return self._view.contentsRect().width() - self._view.verticalScrollBar().sizeHint().width()

    def _card(self, painter: QPainter | None, caller: Caller, area: QRect, *, current: bool, hover: bool) -> int:
        """Lays the card out from the top and draws it if there is a painter; returns its height with the gap below."""
        style = look()
        if caller.may_be is not None:  # listed under the person that it may be
            area = area.adjusted(style.px(14), 0, 0, 0)
        pad, gap = style.px(_PAD), style.px(_GAP)
        left, width = area.x() + pad + 1, area.width() - 2 * pad - 2
        if painter:
            opened = caller.key == self._model.open_key
            edge = "focus" if current else "accent" if opened else "line"
            painter.setBrush(style.colour("selected" if opened else "hover" if hover else "surface"))
            painter.setPen(QPen(style.colour(edge), 3 if current and opened else 2 if current or opened else 1))
            box = QRectF(area).adjusted(1.5, 1.5, -1.5, -gap + 0.5)
            painter.drawRoundedRect(box, style.px(8), style.px(8))
        y = area.y() + pad
        badge, tone = self._model.badge(caller)
        badge_width = style.metrics(11.5, 600).horizontalAdvance(badge) + style.px(16) if badge else 0
        if painter:
            badge_box = QRect(left + width - badge_width, y, badge_width, style.px(_TAG))
            if badge:
                _pill(painter, badge, badge_box, tone, f"on_{tone}")
            _text(painter, caller.name, (13.5, 600), QRect(left, y, width - badge_width - gap, style.px(_TAG)), "text")
        y += style.px(_TAG + 3)
        if told := about(caller):
            y = _paragraph(painter, told, 2, left, y, width) + style.px(3)
        y = self._tags(painter, caller, left, y, width)
        y = _paragraph(painter, " · ".join(caller.why), 3, left, y, width)
        return y + pad - style.px(2) + gap - area.y()

    def _tags(self, painter: QPainter | None, caller: Caller, left: int, y: int, width: int) -> int:
        style = look()
        metrics = style.metrics(11.5, 600)
        x = left
        for tag in self._model.tags(caller):
            tag_width = min(metrics.horizontalAdvance(tag) + style.px(14), width)
            if x > left and x + tag_width > left + width:
                x, y = left, y + style.px(_TAG + 3)
            if painter:
                _pill(painter, tag, QRect(x, y, tag_width, style.px(_TAG)), "neutral", "on_neutral")
            x += tag_width + style.px(4)
        return y + style.px(_TAG + 4)


def _pill(painter: QPainter, text: str, area: QRect, fill: str, ink: str) -> None:
    style = look()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour(fill))
    painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
    painter.setFont(style.font(11.5, 600))
    painter.setPen(style.colour(ink))
    text = style.metrics(11.5, 600).elidedText(text, Qt.TextElideMode.ElideRight, area.width() - style.px(10))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), text)


def _text(painter: QPainter, text: str, font: tuple[float, int], area: QRect, ink: str) -> None:
    style = look()
    painter.setFont(style.font(*font))
    painter.setPen(style.colour(ink))
    text = style.metrics(*font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)


def _paragraph(painter: QPainter | None, text: str, most: int, left: int, y: int, width: int) -> int:
    """Muted text in at most so many lines, drawn if there is a painter; returns where it ends."""
    style = look()
    line = style.px(_LINE)
    for each in _lines(text, style.metrics(12), width, most):
        if painter:
            _text(painter, each, (12, 400), QRect(left, y, width, line), "muted")
        y += line
    return y


def _lines(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """The text broken at spaces into at most so many lines; what is left over ends in an ellipsis."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most - 1:
        count = 1
        while count < len(rest) and metrics.horizontalAdvance(" ".join(rest[: count + 1])) <= width:
            count += 1
        lines.append(" ".join(rest[:count]))
        rest = rest[count:]
    return [*lines, " ".join(rest)] if rest else lines
