"""Decisions on person records in the store: added and taken back, never removed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from models.links import Link, LinkKind
from models.people import SubjectRef
from models.store.database import Database
from models.store.tables import identity_links, storable


class LinkRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, kind: LinkKind, ones: Iterable[SubjectRef], others: Iterable[SubjectRef], reason: str, made_by: str, made: datetime
    ) -> Link:
        """Keep a decision. One on the same records that stands is taken back: the newest counts. On the disk when this returns."""
        link = Link(0, kind, tuple(map(_storable, ones)), tuple(map(_storable, others)), storable(reason), made, storable(made_by))
        with self._database.writing() as connection:
            for row in connection.execute(select(identity_links).where(identity_links.c.undone.is_(None))):
                if _link(row).pairs() & link.pairs():
                    back = {"undone": made, "undone_by": link.made_by}
                    connection.execute(update(identity_links).where(identity_links.c.id == row.id).values(back))
            values = {
                "kind": kind,
                "ones": [[ref.department, ref.id] for ref in link.ones],
                "others": [[ref.department, ref.id] for ref in link.others],
                "reason": link.reason,
                "made": made,
                "made_by": link.made_by,
                "undone": None,
                "undone_by": "",
            }
            new_id: int = connection.execute(insert(identity_links).values(values).returning(identity_links.c.id)).scalar_one()
        return Link(new_id, kind, link.ones, link.others, link.reason, made, link.made_by)

    def standing(self) -> tuple[Link, ...]:
        """The decisions that nobody has taken back, the oldest first."""
        query = select(identity_links).where(identity_links.c.undone.is_(None)).order_by(identity_links.c.id)
        with self._database.reading() as connection:
            return tuple(map(_link, connection.execute(query)))

    def undo(self, link: int, undone_by: str, undone: datetime) -> bool:
        """Take a decision back; False when it stands no more."""
        standing = (identity_links.c.id == link) & identity_links.c.undone.is_(None)
        values = {"undone": undone, "undone_by": storable(undone_by)}
        with self._database.writing() as connection:
            return connection.execute(update(identity_links).where(standing).values(values)).rowcount == 1


def _storable(ref: SubjectRef) -> SubjectRef:
    return SubjectRef(storable(ref.department), storable(ref.id))


def _link(row: Row) -> Link:  # type: ignore[type-arg]
    ones, others = (tuple(SubjectRef(*pair) for pair in refs) for refs in (row.ones, row.others))
    return Link(row.id, row.kind, ones, others, row.reason, row.made, row.made_by, row.undone, row.undone_by)
