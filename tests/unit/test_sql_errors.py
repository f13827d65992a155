"""What a driver's codes mean, for those that are hard to bring about and for drivers of which nothing is known."""

from __future__ import annotations

import pytest

from adapters.contract import BadAnswer, DepartmentError, Forbidden, Rejected, SignInNeeded, TimedOut, Unavailable
from adapters.sql_errors import explain


class Error(Exception):
    """As PEP 249 has it."""


class DatabaseError(Error):
    pass


class OperationalError(DatabaseError):
    sqlstate: str | None = None
    sqlite_errorname: str | None = None


class ProgrammingError(DatabaseError):
    pass


class DataError(DatabaseError):
    pass


class InterfaceError(Error):
    pass


def coded(state: str | None = None, name: str | None = None) -> OperationalError:
    error = OperationalError("about SECRETIVE")
    error.sqlstate, error.sqlite_errorname = state, name
    return error


@pytest.mark.parametrize(
    ("error", "kind", "key"),
    [
        (coded("53300"), Unavailable, "server_error"),
        (coded("40001"), Unavailable, "server_error"),
        (coded("57P01"), Unavailable, "server_error"),
        (coded("08006"), Unavailable, "no_connection"),
        (coded("28000"), SignInNeeded, "sign_in_needed"),
        (coded("22P05"), BadAnswer, "charset"),
        (coded("42501"), Forbidden, "forbidden"),
        (coded(name="SQLITE_CORRUPT"), Unavailable, "server_error"),
        (coded(name="SQLITE_BUSY_SNAPSHOT"), Unavailable, "server_error"),
        (coded(name="SQLITE_READONLY"), Rejected, "rejected"),
        (coded(name="SQLITE_READONLY_ROLLBACK"), Unavailable, "server_error"),
        (coded(name="SQLITE_TOOBIG"), BadAnswer, "too_large"),
        (coded(name="SQLITE_INTERRUPT"), TimedOut, "timed_out"),
        (OperationalError(1040, "Too many connections"), Unavailable, "server_error"),
        (OperationalError(1213, "Deadlock found"), Unavailable, "server_error"),
        (OperationalError(1044, "Access denied"), Forbidden, "forbidden"),
        (OperationalError(3024, "maximum statement execution time exceeded"), TimedOut, "timed_out"),
        (OperationalError(2013, "Lost connection"), Unavailable, "no_connection"),
        (OperationalError("ORA-99999: about SECRETIVE"), Unavailable, "server_error"),
        (ProgrammingError("ORA-00942: about SECRETIVE"), BadAnswer, "mapping"),
        (DataError("about SECRETIVE"), Rejected, "rejected"),
        (InterfaceError("about SECRETIVE"), Unavailable, "no_connection"),
    ],
    ids=repr,
)
def test_each_code_has_its_meaning(error: Exception, kind: type[DepartmentError], key: str) -> None:
    fault = explain(error, where="revenue.toml:7", product="Product")
    assert (type(fault), fault.fault_key) == (kind, key)
    assert fault.detail.startswith(("Product", "revenue.toml:7"))
    assert "SECRETIVE" not in fault.detail


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ('FATAL:  password authentication failed for user "reader"', SignInNeeded),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', SignInNeeded),
        ("fe_sendauth: no password supplied", SignInNeeded),
        ('FATAL:  database "nowhere" does not exist', BadAnswer),
        ("Connection refused", Unavailable),
    ],
)
def test_a_refused_connection_is_told_by_its_words(sentence: str, kind: type[DepartmentError]) -> None:
    assert type(explain(OperationalError(sentence), where="revenue.toml:4", product="PostgreSQL", connecting=True)) is kind
