"""What a database can be asked, read from its catalogue: tables and views with their columns, keys, and a few rows to judge by."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, inspect, make_url, select
from sqlalchemy import exc as errors

from adapters.contract import BadAnswer, CallContext, SignInNeeded, Unavailable
from adapters.description import Description, Given, Leaf, LeafType, Operation, Parameter
from adapters.transport import Transport

MOST_TABLES = 300
_ROWS = 5


def describe(given: Given, transport: Transport, ctx: CallContext) -> Description:
    """Every table and view that the credential's user may read. Raises DepartmentError."""
    try:
        url = make_url(given.address)
        if ctx.credential:
            url = url.set(password=ctx.credential)
        engine = create_engine(url, hide_parameters=True)
    except (errors.ArgumentError, errors.NoSuchModuleError):
        raise BadAnswer(
            'the address is no database URL: write "postgresql+psycopg://user@host/database" or its like', key="mapping"
        ) from None
    except ImportError as error:
        raise Unavailable(f"the database driver {error.name} is not installed here", sent=False) from None
    try:
        with engine.connect() as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.SAWarning)  # of indices and types that don't matter here
            catalogue = inspect(connection)
            names = [*catalogue.get_table_names(), *catalogue.get_view_names()][:MOST_TABLES]
            operations = []
            for name in names:
                ctx.remaining()
                table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
                rows = connection.execute(select(table).limit(_ROWS)).mappings().all()
                operations.append(_operation(table, rows))
            return Description(url.database or "", tuple(operations))
    except errors.OperationalError as error:
        raise Unavailable(type(error.orig).__name__ if error.orig else "") from None
    except errors.DBAPIError as error:
        raise SignInNeeded(type(error.orig).__name__ if error.orig else "") from None
    finally:
        engine.dispose()


def _operation(table: Table, rows: Any) -> Operation:
    leaves = tuple(
        Leaf(column.name, _type(column), tuple(dict.fromkeys(_text(row[column.name]) for row in rows if row[column.name] is not None)))
        for column in table.columns
    )
    points = tuple((key.parent.name, key.target_fullname.rpartition(".")[0]) for key in table.foreign_keys)
    keys = tuple(column.name for column in table.primary_key.columns)
    return Operation(
        table.name, table.name, leaves, tuple(Parameter(column.name, "column") for column in table.columns), "", True, points, keys
    )


def _type(column: Any) -> LeafType:
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return "text"
    if kind is bool:
        return "yes_no"
    if kind in (int, float, Decimal):
        return "number"
    return "date" if kind in (date, datetime) else "text"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)[:200]
