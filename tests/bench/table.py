"""A table of 100,000 records: first paint, filter and sort, beside a QSortFilterProxyModel over a plain model."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from models.records import Record, RecordRef
from tests.bench.gui import _PlainModel
from views.theme import Appearance
from views.widgets.record_table import RecordTable

ROWS = 100_000
RUNS = 5
DEPARTMENTS = {f"d{n}": (f"Department {n}", "#336699") for n in range(6)}


def _records() -> list[Record]:
    first, at = date(2010, 1, 1), datetime(2026, 11, 24, tzinfo=UTC)
    return [
        Record(
            RecordRef(f"d{n % 6}", str(n)), "bill", f"Property tax bill {n * 7919 % ROWS}", at,
            status=("Paid", "Overdue", "Open")[n % 3], state=("closed", "late", "open")[n % 3],  # type: ignore[arg-type]
            opened=first + timedelta(days=n * 31 % 5800), amount=Decimal(n * 37 % 100_000) / 100, currency="USD",
        )
        for n in range(ROWS)
    ]  # fmt: skip


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def large_table() -> dict[str, float]:
    """Milliseconds until the change is painted, medians; ``value`` is the worst of the three."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    appearance = Appearance(QWidget(), application)
    assert appearance is not None
    records = _records()
    paints, filters, sorts = [], [], []
    for run in range(RUNS):
        table = RecordTable()
        table.resize(1100, 700)

        def painted(work: Callable[[], object], table: RecordTable = table) -> float:
            return _ms(lambda: (work(), application.processEvents(), table.grab()))

        paints.append(painted(lambda table=table: (table.set_records(records, DEPARTMENTS), table.show())))
        filters.append(painted(lambda table=table, run=run: table.set_filter(f"bill {run + 1}")))
        table.set_filter("")
        application.processEvents()
        sorts.append(painted(lambda table=table, run=run: table.sort_by(run % 6)))
        table.close()
        table.deleteLater()
    found = {"first_paint_ms": statistics.median(paints), "filter_ms": statistics.median(filters), "sort_ms": statistics.median(sorts)}
    return {"value": max(found.values()), "peer": _proxy(records[: ROWS // 10]) * 10, **found}


def _proxy(records: list[Record]) -> float:
    """Filtering by a proxy model, ms; measured on a tenth of the rows, as the whole takes seconds."""
    model, proxy, view = _PlainModel(), QSortFilterProxyModel(), QTableView()
    model.add([{"title": each.title, "status": each.status, "opened": each.opened, "a": 1, "b": 2, "c": 3} for each in records])
    proxy.setSourceModel(model)
    proxy.setFilterKeyColumn(-1)
    proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    view.setModel(proxy)
    view.show()
    return _ms(lambda: proxy.setFilterFixedString("bill 77"))
