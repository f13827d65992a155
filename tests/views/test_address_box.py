"""The address box by keyboard: suggestions are gone through and taken, or what was typed is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.viewmodels.states import AddressesState
from models.people import Address
from tests.fakes.box_viewmodels import FakeAddresses
from views.widgets.address_box import AddressBox

CLARK = Address("2210 N Clark St, Springvale 60614", "N Clark St", "2210", "", "60614", "Springvale")
CLARKSON = Address("2210 E Clarkson Ave, Springvale 60615", "E Clarkson Ave", "2210", "", "60615", "Springvale")


class Form:
    """A box with another field behind it."""

    def __init__(self) -> None:
        self.port = FakeAddresses()
        self.window = QWidget()
        self.box, self.next = AddressBox(self.port), QLineEdit()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.box)
        layout.addWidget(self.next)
        self.changes: list[Address | None] = []
        self.box.changed.connect(lambda: self.changes.append(self.box.address()))
        self.window.show()
        self.window.activateWindow()
        self.box.setFocus()
        QApplication.processEvents()

    def suggest(self, text: str, *suggestions: Address) -> None:
        """Somebody types, and suggestions come."""
        QTest.keyClicks(self.box, text)
        self.port.show(AddressesState(self.box.text(), suggestions, suggests=True))

    def press(self, *keys: Qt.Key) -> None:
        """Where keys go: to the list while it is open."""
        for key in keys:
            popup = self.box._list
            QTest.keyClick(popup if popup.isVisible() else self.box, key)


@pytest.fixture
def form(qapp: QApplication) -> Iterator[Form]:
    made = Form()
    yield made
    made.window.close()
    shiboken6.delete(made.window)


def test_down_and_enter_take_a_suggestion_with_its_parts(form: Form) -> None:
    form.suggest("2210 cl", CLARK, CLARKSON)
    assert form.port.calls[-1] == ("typed", "2210 cl")
    assert form.box.suggestions_open()
    form.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert not form.box.suggestions_open()
    assert (form.box.text(), form.box.address()) == (CLARK.full, CLARK)
    assert form.changes[-1] == CLARK


def test_tab_takes_what_is_pointed_at_and_goes_on(form: Form) -> None:
    form.suggest("2210 cl", CLARK)
    form.press(Qt.Key.Key_Down, Qt.Key.Key_Tab)
    assert form.box.address() == CLARK
    assert form.next.hasFocus()


def test_enter_and_tab_with_nothing_pointed_at_keep_what_was_typed(form: Form) -> None:
    form.suggest("2210 N Clark St", CLARK)
    form.press(Qt.Key.Key_Return)
    assert form.box.address() == Address("2210 N Clark St", "N Clark St", "2210")


def test_typing_goes_on_while_suggestions_are_open(form: Form) -> None:
    form.suggest("2210 cl", CLARK)
    QTest.keyClicks(form.box._list, "ar")
    assert form.box.text() == "2210 clar"
    assert not form.box.suggestions_open()  # they were of another text


def test_escape_closes_them_and_down_brings_them_back(form: Form) -> None:
    form.suggest("2210 cl", CLARK)
    form.press(Qt.Key.Key_Escape)
    assert not form.box.suggestions_open()
    assert form.window.isVisible()
    form.press(Qt.Key.Key_Down)
    assert form.box.suggestions_open()


def test_late_suggestions_do_not_open_over_another_text_or_field(form: Form) -> None:
    QTest.keyClicks(form.box, "2210 cl")
    form.port.show(AddressesState("2210 c", (CLARK,), suggests=True))
    assert not form.box.suggestions_open()
    form.next.setFocus()
    form.port.show(AddressesState("2210 cl", (CLARK,), suggests=True))
    assert not form.box.suggestions_open()
    assert ("leave",) in form.port.calls


def test_a_changed_suggestion_is_read_anew(form: Form) -> None:
    form.box.set_address(CLARK)
    assert form.box.address() == CLARK
    form.box.end(False)
    QTest.keyClicks(form.box, " Apt 4")
    assert form.box.address() == Address(f"{CLARK.full} Apt 4", "N Clark St", "2210", "Apt 4", "60614", "Springvale")


def test_without_a_geocoder_the_whole_address_is_asked_for(form: Form) -> None:
    form.port.show(AddressesState(suggests=False))
    assert form.box.placeholderText() == "Number, street, post code and town"
    form.port.show(AddressesState(suggests=True))
    assert form.box.placeholderText() == "Number and street"
