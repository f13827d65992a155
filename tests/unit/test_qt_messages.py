"""Qt's own messages end up in the log, and what says nothing is left out."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import QtMsgType, qCritical, qWarning

from app.qt_messages import leave_qt, report_qt


@pytest.mark.expect_log("the screen went away|the store of settings is full")
def test_warnings_of_qt_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    report_qt()
    try:
        qWarning("the screen went away")
        qCritical("the store of settings is full")
        qWarning("This plugin does not support propagateSizeHints()")
    finally:
        leave_qt()
    told = [(record.name, record.levelno, record.getMessage()) for record in caplog.records]
    assert told == [("qt", logging.WARNING, "the screen went away"), ("qt", logging.ERROR, "the store of settings is full")]
    assert QtMsgType.QtWarningMsg.name == "QtWarningMsg"
