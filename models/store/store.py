"""The store as a whole: the file ``civicdesk.db`` in a folder, ready to use."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from models.store.audit import AuditRows
from models.store.changes import ChangeRows
from models.store.contacts import ContactRows
from models.store.errors import StoreUnavailable
from models.store.links import LinkRows
from models.store.schema import prepare
from models.store.sqlite import PATIENCE, SqliteDatabase
from models.store.work import WorkRows

FILE_NAME = "civicdesk.db"


class Store:
    """Its repositories block, so they are called from one worker thread. Several processes may have one store open."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self.contacts = ContactRows(database)
        self.audit = AuditRows(database)
        self.work = WorkRows(database)
        self.links = LinkRows(database)
        self.changes = ChangeRows(database)

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> Store:
        """Open the store in the folder, or make it there. ``patience``: seconds to wait for another process that is writing.

        Raises StoreUnavailable.
        """
        database = SqliteDatabase(folder / FILE_NAME, patience)
        try:
            prepare(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @classmethod
    def open_to_read(cls, folder: Path) -> Store:
        """Open the store in the folder for reading alone, of whichever version it is. Raises StoreUnavailable."""
        file = folder / FILE_NAME
        if not file.is_file():
            raise StoreUnavailable("no_access", f"There is no store at {file}.")
        return cls(SqliteDatabase(file, read_only=True))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
