"""Who is open: name, birth date, addresses, phones, e-mail, identifiers, and how sure it is that the records are one person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from models.people import ValuePlace
from views import icons, words
from views.masked import MaskedValue, RevealMenu
from views.theme import Tone, look
from views.widgets.cards import PressCard
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel, restyle, set_tip, without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.saying_states import HangingUpState
    from app.viewmodels.states import CallerState, VerificationState
    from models.people import Caller, Shut
    from models.records import Record, RecordRef

_CARDS = 3
"""Cards of what needs attention: more than three are a list, and the list is the table below."""


class _Fact(QWidget):
    """An icon and a text that may be elided."""

    def __init__(self, icon: str, text: str, said: str) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, look().px(8), 0)
        layout.setSpacing(look().px(5))
        mark = PlainLabel()
        mark.setPixmap(icons.pixmap(icon, "muted", look().px(14), self.devicePixelRatioF()))
        value = PlainLabel(text)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(mark)
        layout.addWidget(value)
        told = said if text == words.MASK else f"{said}: {text}"
        self.setAccessibleName(told)
        set_tip(self, told)


class CallerHeader(QWidget):
    """The header; drawn anew only when the caller is another or more is known or open. ``verify`` when the chip is pressed."""

    verify = Signal()
    asked = Signal()
    """Why these records are one person, and which of two values is right."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[object, ...] = ()
        self.name = ElidedLabel(role="title")
        self.badge = Badge()
        self.facts = FlowRow(gap=6, line_gap=3)
        self.why = ElidedLabel(role="small")
        top = QHBoxLayout()
        top.setSpacing(look().px(10))
        top.addWidget(self.name)
        top.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.chip = Chip()
        self.chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.chip.clicked.connect(self.verify)
        self.chip.hide()
        self.language = Badge()
        self.language.hide()
        top.addStretch(1)
        top.addWidget(self.language, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().px(5))
        layout.addLayout(top)
        layout.addWidget(self.facts)
        self.why_button = QPushButton(self.tr("Why?"))
        self.why_button.setProperty("role", "quiet")
        self.why_button.setAccessibleName(self.tr("Why these records are one person"))
        set_tip(self.why_button, self.tr("Why these records are one person   Ctrl+Shift+W"))
        self.differ = Chip()
        self.differ.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for button in (self.why_button, self.differ):
            button.clicked.connect(self.asked)
            button.hide()
        reasons = QHBoxLayout()
        reasons.setSpacing(look().px(8))
        reasons.addWidget(self.why, 1)
        reasons.addWidget(self.differ, 0, Qt.AlignmentFlag.AlignVCenter)
        reasons.addWidget(self.why_button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(reasons)

    def draw(self, state: CallerState, departments: dict[str, tuple[str, str]], reveal: RevealMenu) -> None:
        """Shows the caller as far as may be seen; ``reveal`` offers the reasons for which a masked value is shown."""
        caller = state.caller
        revealed = state.revealed if state.revealed and self._stands_here(state.revealed.place, caller) else None
        if caller is None:
            self._forget()
            return
        if (caller, revealed) == self._drawn:
            return
        self._drawn = (caller, revealed)
        self.name.setText(caller.name)
        self.badge.show_text(*words.match(caller, alone=True))
        prefers = self.tr("Prefers {language}").format(language=words.language(caller.language))
        self.language.show_text(prefers if caller.language and not words.is_own_language(caller.language) else "", "info")
        sources = words.listed(dict.fromkeys(departments.get(m.ref.department, (m.ref.department, ""))[0] for m in caller.members))
        because = " · ".join(caller.why)
        known = self.tr("Known to {sources}").format(sources=sources)
        self.why.setText(f"{because} · {known}" if because else known)
        self.why_button.setVisible(bool(caller.members))
        self._draw_differing(caller)
        place = next((each.place for each in self._masks() if each.has_focus()), None)
        for widget in self.facts.widgets():
            self.facts.drop(widget)
        facts: list[QWidget] = [_Fact(*fact) for fact in self._facts_of(caller)]
        for at, why, name in self._masked(caller):
            shown = revealed.value if revealed is not None and revealed.place == at else ""
            facts.append(MaskedValue(at, why, reveal, name=name, value=shown))
        for position, fact in enumerate(facts):
            self.facts.insert(position, fact)
            fact.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        before: QWidget = self.chip
        for masked in self._masks():
            for button in masked.buttons:
                QWidget.setTabOrder(before, button)
                before = button
            if masked.place == place:
                masked.enter()

    def _draw_differing(self, caller: Caller) -> None:
        """Flags facts of which departments have more than one."""
        counts = ((len(caller.addresses), self.tr("{count} addresses")), (len(caller.phones), self.tr("{count} phones")))
        several = [text.format(count=count) for count, text in counts if count > 1]
        told = self.tr("{facts}: which is right?").format(facts=", ".join(several))
        self.differ.setVisible(bool(several))
        self.differ.show_as(told, icon="triangle-alert", tone="warn", name=told)

    def _forget(self) -> None:
        """Who was open is not kept in hidden labels either."""
        self._drawn = ()
        for label in (self.name, self.badge, self.language, self.why):
            label.setText("")
        self.language.hide()
        for button in (self.why_button, self.differ):
            button.hide()
        for widget in self.facts.widgets():
            self.facts.drop(widget)

    def _masks(self) -> list[MaskedValue]:
        return [widget for widget in self.facts.widgets() if isinstance(widget, MaskedValue)]

    def enter_masked(self) -> bool:
        """The focus to the first value that may be revealed; False if there is none."""
        return any(each.enter() for each in self._masks())

    def draw_verification(self, state: VerificationState) -> None:
        """How sure it is who calls, and by which questions."""
        self.chip.setVisible(bool(state.caller))
        met = ", ".join(each.question for each in state.asked if each.right)
        acts = self.tr("acts for them: {ground}").format(ground=state.mandate.ground) if state.mandate else ""
        looks: dict[str, tuple[str, str, Tone]] = {
            "anonymous": (self.tr("Not verified"), "shield-question-mark", "warn"),
            "identified": (self.tr("Identified"), "shield-question-mark", "info"),
            "verified": (self.tr("Verified"), "shield-check", "good"),
            "strong": (self.tr("Strongly verified"), "shield-check", "good"),
        }
        word, icon, tone = looks[state.level]
        if state.ended == "locked":
            word, icon, tone = self.tr("{level}, locked").format(level=word), "lock", "bad"
        told = " · ".join(part for part in (f"{word}: {met}" if met else word, acts) if part)
        keys = "" if state.level in ("verified", "strong") or state.ended == "locked" else "Ctrl+Shift+V"
        self.chip.show_as(told, keys, icon=icon, tone=tone, name=told)
        set_tip(self.chip, told)

    def restyle(self) -> None:
        """Draws everything anew in the look in force."""
        self._drawn = ()
        self.chip.updateGeometry()

    def _facts_of(self, caller: Caller) -> list[tuple[str, str, str]]:
        facts = [("calendar-days", words.long_day(caller.birth_date), self.tr("Born"))] if caller.birth_date else []
        facts += [("map-pin", address, self.tr("Address")) for address in caller.addresses[:3]]
        facts += [("phone", number, self.tr("Phone")) for number in caller.phones[:3]]
        facts += [("mail", address, self.tr("E-mail")) for address in caller.emails[:2]]
        icons_of = {"birth_date": "calendar-days", "phone": "phone", "email": "mail", "address": "map-pin"}
        names = {
            "birth_date": self.tr("Born"),
            "phone": self.tr("Phone"),
            "email": self.tr("E-mail"),
            "address": self.tr("Address"),
        }
        for fact, why in caller.shut:
            if why != "reveal":
                facts.append((icons_of[fact], words.MASK, f"{names[fact]}, {words.shut(why)}"))
        numbers = dict.fromkeys(identifier for member in caller.members for identifier in member.identifiers)
        plain = [each for each in numbers if not each.shut and each.sensitivity == "open"]
        facts += [("id-card", f"{each.scheme} {each.value}", self.tr("Number")) for each in plain[:3]]
        for scheme, why in dict.fromkeys((each.scheme, each.shut) for each in numbers if each.shut not in ("", "reveal")):
            facts.append(("id-card", words.MASK, f"{scheme}, {words.shut(why)}"))
        return facts

    def _masked(self, caller: Caller) -> list[tuple[ValuePlace, Shut, str]]:
        """What may be revealed."""
        found: list[tuple[ValuePlace, Shut, str]] = []
        if dict(caller.shut).get("address") == "reveal":
            found.append((ValuePlace("", caller.key, "address"), "reveal", self.tr("Secret address")))
        for member in caller.members:
            for each in member.identifiers:
                if each.shut in ("", "reveal") and each.sensitivity != "open":
                    found.append((ValuePlace(member.ref.department, member.ref.id, each.scheme), each.shut or "reveal", each.scheme))
        return found[:4]

    @staticmethod
    def _stands_here(place: ValuePlace, caller: Caller | None) -> bool:
        numbers = {(m.ref.department, m.ref.id, each.scheme) for m in caller.members for each in m.identifiers} if caller else set()
        return not place.department or (place.department, place.id, place.label) in numbers


class AttentionCard(PressCard):
    """One record that needs somebody; Enter or a click shows it in the table."""

    chosen = Signal(object)
    acted = Signal(str, object)
    """What the site's rules offer for it: the action's id and the record."""

    def __init__(self) -> None:
        super().__init__(spacing=2)
        self.record: Record | None = None
        self._offer = ("", "")
        self._title = ElidedLabel(role="strong")
        self._text = ElidedLabel(role="small")
        self.column.setContentsMargins(look().px(15), look().px(8), look().px(10), look().px(8))
        self.column.addWidget(self._title)
        self.column.addWidget(self._text)
        self.action = QPushButton()
        self.action.setProperty("role", "link")
        self.action.setAutoDefault(True)
        self.action.clicked.connect(self._act)
        self.action.hide()
        self.column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self.pressed.connect(lambda: self.chosen.emit(self.record))

    def draw(self, record: Record, department: str, today: date) -> None:
        """Shows the record."""
        self.record = record
        told = [words.due(record, today) or record.status, words.amount(record.amount, record.currency), department]
        self._title.setText(record.title)
        self._text.setText(" · ".join(part for part in told if part))
        self.setAccessibleName(self.tr("Needs attention: {title}, {text}").format(title=record.title, text=self._text.text()))
        self.update()

    def offer(self, action: str, label: str) -> None:
        """What can be done about it; an empty label takes the button away."""
        self._offer = (action, label)
        self.action.setVisible(bool(label))
        self.action.setText(without_mnemonics(label))
        self.action.setAccessibleName(f"{label}: {self._title.text()}" if label else "")

    def _act(self) -> None:
        if self.record is not None:
            self.acted.emit(self._offer[0], self.record.ref)

    def forget(self) -> None:
        """Shows nothing, and keeps nothing either."""
        self.record = None
        self.offer("", "")
        self._title.setText("")
        self._text.setText("")
        self.setAccessibleName("")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("bad_mark" if self.record and self.record.attention == "late" else "warn_mark"))
        painter.drawRoundedRect(style.px(6), style.px(9), style.px(3), self.height() - style.px(18), style.px(1), style.px(1))
        painter.end()


class AttentionCards(QWidget):
    """The first few records that need somebody, side by side."""

    pressed = Signal(object)
    acted = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._offers: dict[RecordRef, tuple[str, str]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look().px(10))
        self._cards = [AttentionCard() for _ in range(_CARDS)]
        for column, card in enumerate(self._cards):
            card.chosen.connect(self.pressed)
            card.acted.connect(self.acted)
            self._grid.addWidget(card, 0, column)
            self._grid.setColumnStretch(column, 1)
        self.hide()

    def draw(self, state: CallerState, departments: dict[str, tuple[str, str]]) -> None:
        """Shows what stands on top of the records, as long as it needs attention."""
        pressing = [record for record in state.records[:_CARDS] if record.attention != "none"]
        self.setVisible(bool(pressing))
        for position, card in enumerate(self._cards):
            card.setVisible(position < len(pressing))
            if position >= len(pressing):
                card.forget()
            elif card.record != pressing[position]:
                record = pressing[position]
                card.draw(record, departments.get(record.ref.department, (record.ref.department, ""))[0], date.today())
                card.offer(*self._offers.get(record.ref, ("", "")))

    def draw_offers(self, state: HangingUpState) -> None:
        """Puts what can be done about a record on its card."""
        offers = [each for each in state.things if each.label and each.thing.record is not None]
        self._offers = {each.thing.record: (each.thing.action, each.label) for each in reversed(offers)}  # type: ignore[misc]
        for card in self._cards:
            if card.record is not None:
                card.offer(*self._offers.get(card.record.ref, ("", "")))

    def restyle(self) -> None:
        """Takes colours from the look in force."""
        for card in self._cards:
            restyle(card)
