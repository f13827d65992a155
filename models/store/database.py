"""What repositories ask of a database, whichever it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Database(Protocol):
    """Transactions. Both managers raise StoreUnavailable; blocking, to be called from one worker thread."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction in which nobody else writes, from its first statement on.

        Committed and on the disk when the block is left; undone, all of it, when the block raises.
        """
        ...
