"""What is told of the unexpected: where it was and of which kind, never what it was about."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.reporting import Withholding, log_to, without_values

ROOT = Path(__file__).parents[2]
VALUE = "Quixenby"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """The log, kept for the length of a test."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    log_to(tmp_path)
    yield tmp_path / "civicdesk.log"
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def raised(make: Callable[[], object]) -> BaseException:
    try:
        make()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def chained() -> None:
    try:
        {}[VALUE]
    except KeyError as error:
        raise ValueError(f"no {VALUE}") from error


def grouped() -> None:
    noted = raised(chained)
    noted.add_note(VALUE)
    assert isinstance(noted, Exception)
    raise ExceptionGroup(VALUE, [noted, OSError(2, VALUE, VALUE)])


def hidden() -> None:
    try:
        chained()
    except ValueError:
        raise RuntimeError(VALUE) from None


@pytest.mark.parametrize(
    ("fail", "kinds"),
    [
        (chained, ["KeyError", "which led to:", "ValueError"]),
        (grouped, ["ExceptionGroup", "in which was:", "KeyError", "which led to:", "ValueError", "in which was:", "FileNotFoundError"]),
        (hidden, ["RuntimeError"]),
    ],
)
def test_an_exception_is_told_by_its_kinds_and_frames(fail: Callable[[], None], kinds: list[str]) -> None:
    lines = without_values(raised(fail))
    assert [line for line in lines if not line.startswith("  ")] == kinds
    assert any(f"in {fail.__name__}" in line for line in lines)
    assert not [line for line in lines if VALUE in line.replace("VALUE", "")]


def test_exceptions_that_led_to_each_other_in_a_circle_end() -> None:
    first, second = ValueError(VALUE), KeyError(VALUE)
    first.__cause__, second.__cause__ = second, first
    assert without_values(first) == ["KeyError", "which led to:", "ValueError"]


@pytest.mark.expect_log("Retrying")
@pytest.mark.expect_log("department revenue fails")
def test_of_a_librarys_message_only_its_place_is_kept(file: Path) -> None:
    logging.getLogger("urllib3.connectionpool").warning("Retrying /people?family=%s", VALUE)
    logging.getLogger("app.services.departments").warning("department %s fails", "revenue", exc_info=raised(chained))
    text = file.read_text(encoding="utf-8")
    assert "WARNING urllib3.connectionpool (message withheld, test_reporting.py:" in text
    assert "WARNING app.services.departments department revenue fails\n" in text
    assert "ValueError" in text
    assert VALUE not in text


def test_what_another_handler_made_of_an_exception_is_not_taken_over() -> None:
    record = logging.LogRecord("app", logging.ERROR, __file__, 1, "failed", (), (ValueError, raised(chained), None))
    logging.Formatter().format(record)
    assert VALUE in (record.exc_text or "")
    assert VALUE not in Withholding().format(record)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows dumps no core")
def test_what_nobody_catches_is_told_without_values_and_without_a_core(tmp_path: Path) -> None:
    # The value is no part of the code, whose lines are told.
    code = """if True:
        import resource, sys, threading
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        from app.reporting import report_everything
        report_everything()
        class Ends:
            def __del__(self):
                raise ValueError(sys.argv[1])
        Ends()
        def fail():
            raise KeyError(sys.argv[1])
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
        raise RuntimeError(sys.argv[1])
    """
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code, VALUE], capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.stdout == "0\n"
    assert [line.split()[-1] for line in done.stderr.splitlines() if "uncaught" in line] == ["ValueError", "KeyError", "RuntimeError"]
    assert VALUE not in done.stderr


@pytest.mark.expect_log("no log is kept: .*civicdesk.log can't be written")
def test_a_log_that_can_not_be_kept_is_told(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    (tmp_path / "civicdesk.log").mkdir()
    log_to(tmp_path)
    assert logging.getLogger().handlers == before
