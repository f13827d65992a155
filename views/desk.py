"""The desk inside the window: rail, screens, status bar, and the keys that work everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSettings
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from views import icons
from views.caller_view import CallerView
from views.frame import Frame
from views.lock_guard import LockGuard
from views.rail import Rail
from views.theme import Appearance, Scheme, look
from views.widgets.plain_label import ElidedLabel, set_tip

if TYPE_CHECKING:
    from app.viewmodels.doing_states import DoingState
    from app.viewmodels.states import SessionState
    from views.departments_view import DepartmentsView
    from views.ports import ViewModels
    from views.reviews_view import ReviewsView
    from views.search_box import SearchBox

CALLER, DEPARTMENTS, REVIEWS = range(3)


class Desk(QWidget):
    """Built after the first paint, around the search box that has been there since."""

    def __init__(self, window: QWidget, box: SearchBox, settings: QSettings | None) -> None:
        super().__init__(window)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._settings = settings
        self.appearance = Appearance(self, application, *_kept(settings))
        self.appearance.changed.connect(self._restyle)
        self._models: ViewModels | None = None
        self.frame = Frame(self)
        self.rail = Rail()
        self.rail.chosen.connect(self.go_to)
        self.caller_view = CallerView(self.frame, box)
        self.caller_view.saved.connect(self._next_caller)
        self.caller_view.who.lock.connect(self.lock)
        self.caller_view.who.trail.connect(self.show_trail)
        self._departments_view: DepartmentsView | None = None
        self._reviews_view: ReviewsView | None = None
        self.screens = QStackedWidget()
        self.screens.addWidget(self.caller_view)
        self.notice = ElidedLabel(self.tr("Starting…"), "small")
        self.outbox = ElidedLabel(role="small")
        self.place = ElidedLabel(role="small")
        self._scheme_button = QPushButton()
        self._keys_button = QPushButton(self.tr("Keys F1"))
        self._lay_out()
        self._add_shortcuts()
        self._restyle()

    def _lay_out(self) -> None:
        unit = look().px
        status = QFrame()
        status.setProperty("role", "status")
        row = QHBoxLayout(status)
        row.setContentsMargins(unit(14), unit(2), unit(8), unit(2))
        row.setSpacing(unit(6))
        for button in (self._scheme_button, self._keys_button):
            button.setProperty("role", "quiet")
        self._scheme_button.clicked.connect(self.appearance.next_scheme)
        self._keys_button.clicked.connect(self.show_keys)
        row.addWidget(self.notice, 1)
        row.addWidget(self.outbox)
        row.addWidget(self.place)
        row.addWidget(self._keys_button)
        row.addWidget(self._scheme_button)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.screens, 1)
        right.addWidget(status)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addLayout(right, 1)

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+K", self.focus_search),
            ("Esc", self.focus_search),
            ("Ctrl+F", self._filter),
            ("F5", self._again),
            ("F6", lambda: self.next_pane(1)),
            ("Shift+F6", lambda: self.next_pane(-1)),
            ("F1", self.show_keys),
            ("Ctrl+Return", self._save),
            ("Ctrl+Enter", self._save),
            ("Ctrl+I", self._add_inquiry),
            ("Ctrl+N", lambda: self._calls("next")),
            ("Ctrl+R", lambda: self._calls("answer")),
            ("Ctrl+P", lambda: self._calls("park")),
            ("Ctrl+1", lambda: self.go_to(CALLER)),
            ("Ctrl+2", lambda: self.go_to(DEPARTMENTS)),
            ("Ctrl+3", lambda: self.go_to(REVIEWS)),
            ("Ctrl+D", self.do),
            ("Ctrl+Shift+V", self.verify),
            ("Ctrl+Shift+R", self._enter_masked),
            ("Ctrl+Shift+B", self.break_glass),
            ("Ctrl++", lambda: self.appearance.step(1)),
            ("Ctrl+=", lambda: self.appearance.step(1)),
            ("Ctrl+-", lambda: self.appearance.step(-1)),
            ("Ctrl+0", lambda: self.appearance.set_zoom(1.0)),
            ("Ctrl+Shift+L", self.appearance.next_scheme),
            ("Ctrl+L", self.lock),
            ("Ctrl+H", self.show_trail),
            ("Ctrl+Shift+W", self.show_why),
            ("Ctrl+J", self.look_up),
            ("Ctrl+B", self.before_hang_up),
            ("Ctrl+M", self.send_summary),
            ("Ctrl+Shift+D", self.draft_note),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        for number in range(9):
            shortcut = QShortcut(QKeySequence(f"Alt+{number + 1}"), self)
            shortcut.activated.connect(lambda number=number: self._open_tab(number))

    def bind(self, models: ViewModels) -> None:
        """Connects every screen to its view model; called once."""
        self._models = models
        self.caller_view.bind(models)
        self.frame.follow(models.session, self._draw_session)
        self.frame.follow(models.doing, self._draw_outbox)
        self.guard = LockGuard(self.window(), self, models.lock)
        self.rail.buttons[REVIEWS].setVisible(models.reviews.state.allowed)
        if self._departments_view is not None:
            self._departments_view.bind(models.departments, models.setup)

    def show_problem(self, text: str) -> None:
        """Instead of the screens: why there is nothing to work with."""
        from views.problem_view import ProblemView

        view = ProblemView(text)
        view.left.connect(self.window().close)
        self.rail.setEnabled(False)
        self.screens.addWidget(view)
        self.screens.setCurrentWidget(view)
        self.notice.setText("")
        view.button.setFocus()

    def departments_view(self) -> DepartmentsView:
        """The Departments screen, made on the first visit."""
        if self._departments_view is None:
            from views.departments_view import DepartmentsView

            self._departments_view = DepartmentsView(self.frame)
            self.screens.addWidget(self._departments_view)
            if self._models is not None:
                self._departments_view.bind(self._models.departments, self._models.setup)
        return self._departments_view

    def reviews_view(self) -> ReviewsView:
        """The Reviews screen of supervisors, made on the first visit."""
        if self._reviews_view is None:
            from views.reviews_view import ReviewsView

            self._reviews_view = ReviewsView(self.frame)
            self.screens.addWidget(self._reviews_view)
            if self._models is not None:
                self._reviews_view.bind(self._models.reviews)
        return self._reviews_view

    def go_to(self, screen: int) -> None:
        """Shows a screen: CALLER, DEPARTMENTS or, for those who have it, REVIEWS."""
        if self.rail.buttons[screen].isHidden():
            return
        self.rail.buttons[screen].setChecked(True)
        if screen == REVIEWS:
            self.screens.setCurrentWidget(self.reviews_view())
            self.reviews_view().enter()
            return
        if screen == DEPARTMENTS:
            view = self.departments_view()
            self.screens.setCurrentWidget(view)
            view.enter()
            if self._models is not None and any(row.state == "unchecked" for row in self._models.departments.state.rows):
                self._models.departments.check_all()
        else:
            self.screens.setCurrentWidget(self.caller_view)
            self.caller_view.search.focus_box()

    def show_departments(self) -> None:
        """The Departments screen, checked anew."""
        self.go_to(DEPARTMENTS)

    def focus_search(self) -> None:
        """Back to the search box, wherever the focus is."""
        self.go_to(CALLER)

    def next_pane(self, by: int) -> None:
        """The focus to the next pane that can take it, or to the one before."""
        shown = self.screens.currentWidget()
        views = (self.caller_view, self._reviews_view, self._departments_view)
        panes = next((view.panes() for view in views if view is not None and view is shown), [])
        focused: QWidget | None = self.window().focusWidget()
        inside = [focused is not None and (pane is focused or pane.isAncestorOf(focused)) for pane, _enter in panes]
        at = inside.index(True) if True in inside else -1
        for step in range(1, len(panes) + 1):
            _pane, enter = panes[(at + by * step) % len(panes)]
            if callable(enter) and enter():
                return

    def do(self) -> None:
        """All that can be done now; the focus comes back to where it was."""
        if self.screens.currentWidget() is not self.caller_view:
            self.go_to(CALLER)
        self.caller_view.doing.ask()

    def verify(self) -> None:
        """The questions to whoever is on the line."""
        self.go_to(CALLER)
        self.caller_view.verify()

    def break_glass(self) -> None:
        """Asks why; where glass is broken, ends it."""
        glass = self._models.glass if self._models is not None else None
        if glass is None or not glass.state.allowed:
            return
        if glass.state.until:
            glass.end()
            return
        from views.glass import BreakGlassDialog

        BreakGlassDialog(self.window(), glass).open()

    def _enter_masked(self) -> None:
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.caller.enter_masked()

    def show_why(self) -> None:
        """Why the open caller's records are one person."""
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.show_why()

    def look_up(self) -> None:
        """What the city knows."""
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.look_up()

    def send_summary(self) -> None:
        """What the caller gets to read."""
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.send_summary()

    def draft_note(self) -> None:
        """What was done, written into the note."""
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.draft_note()

    def before_hang_up(self) -> None:
        """What is still to be settled for the open caller."""
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.before_hang_up()

    def show_keys(self) -> None:
        """The overview of all keys."""
        from views.keys_dialog import KeysDialog

        KeysDialog(self.window()).open()

    def show_trail(self) -> None:
        """What whoever works here has looked at."""
        if self._models is not None:
            from views.trail_dialog import TrailDialog

            TrailDialog(self.window(), self._models.trail).open()

    def lock(self) -> None:
        """Hide everything until the same person has signed in again."""
        if self._models is not None:
            self._models.lock.lock()

    def _open_tab(self, number: int) -> None:
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.caller.go_to_tab(number)

    def _filter(self) -> None:
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.caller.open_filter()

    def _again(self) -> None:
        if self._models is None:
            return
        shown = self.screens.currentWidget()
        if shown is self.caller_view:
            self.caller_view.retry()
        elif shown is self._reviews_view:
            self._models.reviews.load()
        else:
            self._models.departments.check_all()

    def _save(self) -> None:
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.call.save()

    def _add_inquiry(self) -> None:
        if self.screens.currentWidget() is self.caller_view:
            self.caller_view.call.this_call.add_inquiry()

    def _calls(self, what: Literal["next", "answer", "park"]) -> None:
        """To another of the open calls, wherever the focus is: it stays there."""
        if self._models is not None:
            if self.screens.currentWidget() is not self.caller_view:
                self.go_to(CALLER)
            getattr(self._models.calls, what)()

    def _next_caller(self) -> None:
        """Saved: whoever calls next is searched for."""
        self.caller_view.forget_copied()
        self.caller_view.search.focus_box()

    def _draw_session(self, state: SessionState) -> None:
        logged = self.tr("Every look at a record is logged with purpose “{purpose}”").format(purpose=state.purpose)
        self.notice.setText(f"{state.notice} · {logged}" if state.notice else logged)
        demo = self.tr("demo city") if state.demo else ""
        self.place.setText(" · ".join(part for part in (state.site, demo) if part))

    def _draw_outbox(self, state: DoingState) -> None:
        """What is kept for departments that do not answer."""
        kept = sum(count for _, count in state.waiting)
        names = ", ".join(title for title, _ in state.waiting)
        self.outbox.setText(self.tr("Outbox: {count} waiting ({names})").format(count=kept, names=names) if kept else "")
        self.outbox.setVisible(bool(kept))

    def _restyle(self) -> None:
        names: dict[Scheme, tuple[str, str]] = {
            "system": ("sun-moon", self.tr("Colours: as the system")),
            "light": ("sun", self.tr("Colours: light")),
            "dark": ("moon", self.tr("Colours: dark")),
        }
        icon, said = names[self.appearance.scheme]
        self._scheme_button.setIcon(icons.icon(icon, "muted"))
        self._scheme_button.setAccessibleName(said)
        set_tip(self._scheme_button, f"{said} (Ctrl+Shift+L)")
        self.rail.setFixedWidth(look().px(64))
        self.window().setMinimumSize(look().px(720), look().px(480))
        self.caller_view.restyle()
        for view in (self._departments_view, self._reviews_view):
            if view is not None:
                view.restyle()
        if self._settings is not None:
            self._settings.setValue("appearance/scheme", self.appearance.scheme)
            self._settings.setValue("appearance/zoom", self.appearance.zoom)


def _kept(settings: QSettings | None) -> tuple[Scheme, float]:
    """Colour scheme and zoom of the last time; what is not understood is as if it were not there."""
    if settings is None:
        return "system", 1.0
    scheme = settings.value("appearance/scheme")
    try:
        zoom = float(str(settings.value("appearance/zoom", 1.0)))
    except ValueError:
        zoom = 1.0
    kept: Scheme = "light" if scheme == "light" else "dark" if scheme == "dark" else "system"
    return kept, zoom if 0.5 <= zoom <= 3.0 else 1.0
