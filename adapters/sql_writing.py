"""Changes in a database: the statements of one change in one transaction, on a connection that may write, all or none.

Each statement must touch as many rows as the manifest says. One that touches none is a conflict where it names the version that was
read, and else means that what it is about is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import exc as errors
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import TextClause

from adapters.contract import CallContext, Cancelled, Conflict, DepartmentError, NotFound, Rejected, TimedOut
from adapters.sql_engines import Call, Engine
from adapters.sql_errors import explain
from adapters.sql_pool import Connections
from adapters.templates import names_in, written
from adapters.writing import filled, renewed
from models.changes import Receipt

Row = dict[str, Any]


class Command(NamedTuple):
    """A checked statement that changes something. ``where`` is its file and line, ``rows`` how many it must touch or answer with."""

    clause: TextClause
    params: dict[str, str]
    where: str
    rows: int
    receipt: Callable[[Row], Receipt]
    tells: bool
    """Whether the receipt is read from its answer."""


class SqlWriter:
    """Makes changes over connections that may write."""

    def __init__(self, connections: Connections, engine: Engine, spelling: Mapping[str, str]) -> None:
        self._connections = connections
        self._engine = engine
        self._spelling = spelling

    def make(self, commands: Sequence[Command], values: dict[str, str], ctx: CallContext) -> Receipt:
        """Raises as ``contract.Applies.apply`` does; until all is committed, ``sent`` is False where the database takes everything back."""
        call, commits, where = Call(ctx), False, ""
        surely_back = self._engine.takes_back and not any(_calls(each) for each in commands)
        receipt = Receipt()
        try:
            with self._connections.connect(call, ctx) as connection:
                connection.info["seconds"] = 0.0  # what it was told last was taken back with the transaction
                self._engine.begin(connection, call)
                try:
                    for command in commands:
                        where = command.where
                        receipt = renewed(receipt, self._do(connection, command, values | {"receipt": receipt.reference}))
                    if call.over():
                        raise TimedOut("the deadline passed before all was written")
                    commits = True
                    connection.commit()
                    return receipt
                finally:
                    self._engine.end(call.connection)
        except DepartmentError as error:
            error.sent = error.sent and not surely_back
            raise
        except errors.TimeoutError:
            raise TimedOut("all connections of the pool are in use", sent=False) from None
        except UnicodeError:
            raise Rejected("text that does not fit the connection's character set", sent=False) from None
        except errors.DBAPIError as error:
            raise self._explained(error, call, where, sent=call.connected and (commits or not surely_back)) from None

    def explain(self, commands: Sequence[Command], ctx: CallContext) -> None:
        """Have the database say how it would do them, where it can; nothing is done. Raises DepartmentError."""
        call, where = Call(ctx), ""
        told = [each for each in commands if not _calls(each)]
        if not told:
            return
        try:
            with self._connections.connect(call, ctx) as connection:
                self._engine.begin(connection, call)
                try:
                    for command in told:
                        where = command.where
                        connection.execute(text(f"EXPLAIN {command.clause.text}"), dict.fromkeys(command.params)).close()
                finally:
                    self._engine.end(call.connection)
        except errors.TimeoutError:
            raise TimedOut("all connections of the pool are in use", sent=False) from None
        except errors.DBAPIError as error:
            raise self._explained(error, call, where, sent=False) from None

    def _do(self, connection: Connection, command: Command, values: dict[str, str]) -> Receipt:
        bound = {name: filled(written, template, values) or None for name, template in command.params.items()}
        result = connection.execute(command.clause, bound)
        rows: list[Row] = []
        if result.returns_rows:
            # A database folds names that are not quoted to its own case.
            names = [self._spelling.get(name.lower(), name) for name in result.keys()]  # noqa: SIM118 - a result is no dict
            rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        touched = len(rows) if result.returns_rows else max(0, result.rowcount)
        result.close()
        if touched != command.rows:
            raise _other_rows(command, touched, values)
        return command.receipt(rows[0]) if command.tells and rows else Receipt()

    def _explained(self, error: errors.DBAPIError, call: Call, where: str, *, sent: bool) -> Exception:
        """What to raise for a driver's error."""
        if call.cancelled() and not sent:
            return Cancelled()
        lost = call.connected and error.connection_invalidated
        if call.over() and (lost or not call.connected) and call.connection is not None:
            return TimedOut(f"{self._engine.product} did not answer at {where}", sent=sent)
        found = explain(
            error.orig or error, where=where, product=self._engine.product, connecting=not call.connected, lost=lost, writing=True
        )
        found.sent = sent
        return found


def _other_rows(command: Command, touched: int, values: Mapping[str, str]) -> DepartmentError:
    if touched or not command.rows:
        return Rejected(f"{command.where} touched {touched} rows instead of {command.rows}: nothing was changed")
    if values.get("version") and any("version" in names_in(template) for template in command.params.values()):
        return Conflict(f"{command.where} found no row of this version")
    return NotFound(f"{command.where} found no row")


def _calls(command: Command) -> bool:
    """Whether it calls a procedure, which may commit by itself."""
    return command.clause.text.lstrip()[:4].upper() == "CALL"
