"""The right column: its sections in their order, from what the call is about to wrapping it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from views.do_section import DoSection
from views.recent import Recent
from views.say_section import SaySection
from views.theme import look
from views.this_call import ThisCall
from views.wrap_up import WrapUp

if TYPE_CHECKING:
    from views.frame import Frame
    from views.ports import ViewModels
    from views.widgets.section import Section


class CallPanel(QScrollArea):
    """Each section is a widget of its own, with ``restyle()``; one that has nothing to say is hidden."""

    saved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.this_call = ThisCall()
        self.do = DoSection()
        self.say = SaySection()
        self.wrap_up = WrapUp()
        self.wrap_up.saved.connect(self.saved)
        self.recent = Recent()
        self.sections: tuple[Section, ...] = (self.this_call, self.do, self.say, self.wrap_up, self.recent)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        unit = look().px
        layout.setContentsMargins(unit(12), unit(12), unit(12), unit(10))
        layout.setSpacing(unit(9))
        for section in self.sections:
            layout.addWidget(section)
        layout.addStretch(1)
        self.setWidget(inside)

    def restyle(self) -> None:
        """Takes sizes from the look in force."""
        for section in self.sections:
            section.restyle()

    def bind(self, models: ViewModels, frame: Frame) -> None:
        """Connects each section to its view model."""
        self.this_call.bind(models.call)
        self.wrap_up.bind(models.call, models.wrapping_up)
        frame.follow(models.saying, self.say.draw)
        frame.follow(models.hanging_up, self.wrap_up.draw_things)
        frame.follow(models.wrapping_up, self.wrap_up.draw_wrapping_up)
        frame.follow(models.call, self.this_call.draw, self.wrap_up.draw, self.recent.draw)

    def enter(self) -> bool:
        """The focus to the reason."""
        return self.this_call.enter()

    def save(self) -> None:
        """Saves the call."""
        self.wrap_up.save()
