"""Brings a database to the tables of this version, before anything else uses it.

Nearly always there is nothing to do, which one SELECT tells; and a new database is made from the tables at once. Only one that an
older version left needs Alembic, whose import costs 0.1 s and 12 MiB and therefore stands inside the function.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select

from models.store.database import Database
from models.store.errors import StoreUnavailable
from models.store.tables import metadata

HEAD = "0009"
"""The newest revision under ``migrations/versions``."""

_MIGRATIONS = Path(__file__).with_name("migrations")

# Alembic's own table, so that it finds what is written here.
_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def prepare(database: Database) -> None:
    """Make or migrate the tables where needed. Raises StoreUnavailable, also for a store that a newer version wrote."""
    with database.reading() as connection:
        if _is_current(connection):
            return
    with database.writing() as connection:
        if _is_current(connection):  # another process was first
            return
        if connection.dialect.has_table(connection, _version.name):
            _migrate(connection)
        else:
            metadata.create_all(connection)
            _version.create(connection)
            connection.execute(insert(_version).values(version_num=HEAD))


def _is_current(connection: Connection) -> bool:
    if not connection.dialect.has_table(connection, _version.name):
        return False
    return connection.scalar(select(_version.c.version_num)) == HEAD


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        words = "What CivicDesk has stored was written by a newer version of it. Install that version, then start again."
        raise StoreUnavailable("newer", words) from error
