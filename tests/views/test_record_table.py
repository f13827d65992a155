"""The records table: scope, filter, order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from models.records import Record, RecordRef
from tests.views import sample
from views.widgets.record_model import AMOUNT, DEPARTMENT, DUE, STATUS, WHAT, WHEN, RecordModel
from views.widgets.record_table import RecordTable

TITLES = {key: (title, colour) for key, title, colour, _kind in sample.DEPARTMENTS}


@pytest.fixture
def table(qtbot) -> RecordTable:
    made = RecordTable()
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    made.set_records(sample.RECORDS, TITLES)
    return made


def column(model: RecordModel, of: int) -> list[str]:
    return [model.cell(row, of).text for row in range(model.rowCount())]


def test_the_order_given_is_kept(table: RecordTable) -> None:
    assert [table.records.record(row) for row in range(8)] == list(sample.RECORDS)


@pytest.mark.parametrize("by", [WHEN, DUE, AMOUNT])
def test_sorted_by_value_and_empty_ones_last_either_way(table: RecordTable, by: int) -> None:
    def values() -> list[object]:
        records = [table.records.record(row) for row in range(8)]
        return [{WHEN: r.opened, DUE: r.due, AMOUNT: r.amount}[by] for r in records if r]

    table.sort_by(by)
    up = values()
    present = [value for value in up if value is not None]
    assert present == sorted(present)  # type: ignore[type-var]
    assert up[len(present) :] == [None] * (8 - len(present))
    table.sort_by(by, descending=True)
    down = values()
    assert down[: len(present)] == sorted(present, reverse=True)  # type: ignore[type-var]
    assert down[len(present) :] == [None] * (8 - len(present))


@pytest.mark.parametrize("by", [WHAT, STATUS, DEPARTMENT])
def test_sorted_by_text(table: RecordTable, by: int) -> None:
    table.sort_by(by)
    texts = [text.split(",")[0].casefold() if by == STATUS else text.casefold() for text in column(table.records, by)]
    assert texts == sorted(texts)


def test_a_header_is_pressed_three_times(table: RecordTable) -> None:
    for expected in (True, True, False):
        table._header_clicked(WHAT)
        assert (table.records._column == WHAT) is expected
    assert [table.records.record(row) for row in range(8)] == list(sample.RECORDS)


def test_every_word_of_the_filter_must_occur(table: RecordTable) -> None:
    table.set_filter("CLARK 24-1042")
    assert column(table.records, WHAT) == ["Pothole, 2200 N Clark St"]
    table.set_filter("clark nowhere")
    assert table.records.rowCount() == 0
    table.set_filter("")
    assert table.records.rowCount() == 8


def test_scope_filter_and_order_together(table: RecordTable) -> None:
    table.set_scope("permits")
    table.sort_by(WHEN)
    table.set_filter("clark")
    assert column(table.records, WHAT) == ["Block party, 2200 block N Clark St", "Porch repair, 2210 N Clark St"]
    assert table.records.total() == 2


def test_only_text_is_handed_to_qt(table: RecordTable) -> None:
    index = table.records.index(0, WHAT)
    assert table.records.data(index) == "Property tax Q3 reminder"
    assert all(table.records.data(index, role) is None for role in range(1, 20))


def test_sorting_by_menu(table: RecordTable) -> None:
    menu = table.sort_menu()
    assert [action.text() for action in menu.actions()][:3] == ["Attention first, then newest", "Sort by When", "Sort by Department"]
    menu.actions()[3].trigger()
    assert column(table.records, WHAT)[0].startswith("Block")
    menu.close()


def test_lateness_is_said_in_words(table: RecordTable) -> None:
    assert table.records.cell(1, STATUS).text == "Open, late"


def test_the_place_on_the_screen_is_kept(table: RecordTable) -> None:
    def made(i: int) -> Record:
        return Record(RecordRef("revenue", str(i)), "bill", f"Bill {i}", sample.NOW, opened=date(2025, 1, 1), amount=Decimal(i))

    records = [made(i) for i in range(200)]
    table.set_records(records, TITLES)
    table.selectRow(100)
    table.verticalScrollBar().setValue(95 * table.rowHeight(0))
    place = table.visualRect(table.currentIndex()).top()
    table.set_records([made(i) for i in range(1000, 1050)] + records, TITLES)
    assert table.current() == records[100]
    assert table.visualRect(table.currentIndex()).top() == place


def test_a_key_into_a_table_without_selection_selects_the_first(qtbot, table: RecordTable) -> None:
    table.clearSelection()
    table.setCurrentIndex(table.records.index(-1, -1))
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.currentIndex().row() == 0
