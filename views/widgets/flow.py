"""A row of widgets that wraps onto further lines, as words do; and one that is a single stop of the Tab key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from views.theme import look


class FlowLayout(QLayout):
    """Lays items out from left to right and wraps. Gaps are in pixels of a 13 pixel font."""

    def __init__(self, parent: QWidget, gap: int = 6, line_gap: int = 5) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._line_gap = line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert(self, position: int, widget: QWidget) -> None:
        """Puts the widget at the position, moving it there if it is already in the row."""
        self.addChildWidget(widget)
        at = next((i for i, item in enumerate(self._items) if item.widget() is widget), None)
        if at is None:
            self.addWidget(widget)
            at = len(self._items) - 1
        if at != position:
            self._items.insert(position, self._items.pop(at))
            self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, place=True)

    def sizeHint(self) -> QSize:
        gap = look().px(self._gap)
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() + gap for size in shown)
        return QSize(max(0, width - gap), max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(max((size.width() for size in shown), default=0), max((size.height() for size in shown), default=0))

    def _arrange(self, area: QRect, *, place: bool) -> int:
        gap, line_gap = look().px(self._gap), look().px(self._line_gap)
        if place:
            area = area.adjusted(0, max(0, area.height() - self._arrange(area, place=False)) // 2, 0, 0)
        x, y, line = area.x(), area.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width = min(size.width(), max(area.width(), item.minimumSize().width()))
            if line and x + width > area.x() + area.width():
                x, y, line = area.x(), y + line + line_gap, 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + gap
            line = max(line, size.height())
        return y + line - area.y()


class FlowRow(QWidget):
    """Widgets in a wrapping row that together are one stop of Tab: the arrows move between them."""

    def __init__(self, gap: int = 6, line_gap: int = 5, lead: QWidget | None = None) -> None:
        """``lead`` stands before them and takes no focus, such as a label."""
        super().__init__()
        self._layout = FlowLayout(self, gap, line_gap)
        self._lead = lead
        if lead is not None:
            self._layout.insert(0, lead)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._stop: QWidget | None = None

    def insert(self, position: int, widget: QWidget) -> None:
        """Adds or moves a widget; Tab finds it where it stands, not after all that was made before it."""
        self._layout.insert(position + (self._lead is not None), widget)
        _tab_after(self.widgets()[position - 1] if position else self, widget)
        widget.removeEventFilter(self)
        widget.installEventFilter(self)
        self._set_stop(self._stop if self._stop is not None else widget)
        widget.show()

    def drop(self, widget: QWidget) -> None:
        """Removes a widget for good; the focus goes to its neighbour if it had it."""
        row = self.widgets()
        if widget.hasFocus() and len(row) > 1:
            at = row.index(widget)
            row[at - 1 if at else 1].setFocus()
        self._layout.removeWidget(widget)
        if self._stop is widget:
            self._stop = None
            self._set_stop(next(iter(self.widgets()), None))
        widget.hide()
        widget.deleteLater()

    def widgets(self) -> list[QWidget]:
        """What is in the row, in order, without the lead."""
        items = (self._layout.itemAt(i) for i in range(self._layout.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None and widget is not self._lead]

    def enter(self) -> bool:
        """Puts the focus into the row; False if there is nothing in it."""
        if self._stop is None or not self.isVisible():
            return False
        self._stop.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._set_stop(watched)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(watched, QWidget):
            by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
            row = [widget for widget in self.widgets() if widget.isEnabled()]
            if by is not None and watched in row:
                row[(row.index(watched) + by) % len(row)].setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _set_stop(self, stop: QWidget | None) -> None:
        self._stop = stop
        for widget in self.widgets():
            policy = Qt.FocusPolicy.StrongFocus if widget is stop else Qt.FocusPolicy.ClickFocus
            if widget.focusPolicy() != policy:
                widget.setFocusPolicy(policy)


def _tab_after(first: QWidget, second: QWidget) -> None:
    """Qt passes over widgets that take no focus when it orders them, so both take it for as long as that lasts."""
    policies = first.focusPolicy(), second.focusPolicy()
    first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    second.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    QWidget.setTabOrder(first, second)
    first.setFocusPolicy(policies[0])
    second.setFocusPolicy(policies[1])
