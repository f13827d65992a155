"""A log line of WARNING or worse that no test expected fails the test; so does an expected one that never comes.

Expect one by ``@pytest.mark.expect_log("regular expression")`` or, in mid-test, by the fixture ``expect_log``. Qt's own
messages are held by pytest-qt's ``qt_log_level_fail`` (expected by ``@pytest.mark.qt_log_ignore``).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import pytest


class Collector(logging.Handler):
    """Keeps every line of WARNING or worse, and the patterns that were expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            text += f" [{type(record.exc_info[1]).__name__}: {record.exc_info[1]}]"
        self.lines.append(text)

    def verdict(self) -> str:
        """What is wrong, or nothing."""
        stray = [line for line in self.lines if not any(re.search(pattern, line) for pattern in self.expected)]
        absent = [pattern for pattern in self.expected if not any(re.search(pattern, line) for line in self.lines)]
        return "\n".join([*(f"unexpected log line: {line}" for line in stray), *(f"expected log line never came: {p}" for p in absent)])


@pytest.fixture(autouse=True)
def _log_guard(request: pytest.FixtureRequest, home: object) -> Iterator[Collector]:
    collector = Collector()
    collector.expected += [pattern for marker in request.node.iter_markers("expect_log") for pattern in marker.args]
    root = logging.getLogger()
    root.addHandler(collector)
    yield collector
    root.removeHandler(collector)
    if verdict := collector.verdict():
        pytest.fail(verdict, pytrace=False)


@pytest.fixture
def expect_log(_log_guard: Collector) -> Callable[[str], None]:
    """``expect_log("pattern")``: a matching line of WARNING or worse has to be logged in this test, and is no failure."""
    return _log_guard.expected.append
