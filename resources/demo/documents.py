"""The backing store of the three JSON departments: a register of people with search columns, and documents.

Each department writes its documents in its own words (see its ledger); what is searched by is kept beside them. The
servers read them through ``Register``, and change them through ``changing.Changing``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from resources.demo.dirt import Known
from resources.demo.ledger import Ledger
from resources.demo.matching import match, street_key
from resources.demo.reader import Reader
from resources.demo.text import fold

Document = dict[str, Any]


class DocumentLedger(Ledger):
    """A department that keeps JSON documents."""

    tables = {  # noqa: RUF012 - never changed
        "person": (
            "id INTEGER PRIMARY KEY, family TEXT, given TEXT, born TEXT, phone7 TEXT, phone10 TEXT, email TEXT, "
            "house TEXT, street TEXT, zip TEXT, doc TEXT, rev INTEGER"
        ),
        "matter": "ref TEXT PRIMARY KEY, person INTEGER, day TEXT, doc TEXT",
        "taken": "key TEXT PRIMARY KEY, number INTEGER UNIQUE, before TEXT, answer TEXT",
    }
    indexes = (
        "person (family, given)",
        "person (born)",
        "person (phone7)",
        "person (email)",
        "person (house, street)",
        "matter (person, day)",
    )

    def put_person(self, key: int, person: Known, document: Document) -> None:
        home = person.home
        birth = person.birth.isoformat() if person.birth else None
        phone = person.phone or None
        street = street_key(home.street)
        names = fold(person.family), fold(person.given)
        where = str(home.number), street, home.post_code
        self.put("person", key, *names, birth, phone and phone[3:], phone, person.email or None, *where, json.dumps(document), 1)

    def put_matter(self, ref: str, person: int, day: str, document: Document) -> None:
        self.put("matter", ref, person, day, json.dumps(document))


class Register(Reader):
    """Reads a department's people and documents; usable from several threads."""

    def people(self, ask: Mapping[str, str], limit: int, offset: int = 0) -> list[Document]:
        """Whoever has the matter ``ref``; else whom the other parts may mean (see ``matching``), best fit first."""
        if ask.get("ref"):
            return self._documents("SELECT doc FROM person WHERE id = (SELECT person FROM matter WHERE ref = ?)", (ask["ref"].upper(),))
        found = match(ask)
        if not found.where:
            return []
        sql = f"SELECT doc FROM person WHERE {found.where} ORDER BY {found.order} DESC, id LIMIT ? OFFSET ?"
        return self._documents(sql, (*found.values, *found.scores, limit, offset))

    def matters(self, person: str, limit: int, offset: int = 0) -> list[Document]:
        """A person's documents, newest first."""
        return self._documents("SELECT doc FROM matter WHERE person = ? ORDER BY day DESC, ref LIMIT ? OFFSET ?", (person, limit, offset))

    def matter(self, ref: str) -> Document | None:
        found = self._documents("SELECT doc FROM matter WHERE ref = ?", (ref.upper(),))
        return found[0] if found else None

    def knows(self, person: str) -> bool:
        return bool(self.rows("SELECT 1 FROM person WHERE id = ?", (person,)))

    def size(self) -> int:
        return int(self.rows("SELECT count(*) FROM matter", ())[0][0])

    def _documents(self, sql: str, values: tuple[Any, ...]) -> list[Document]:
        return [json.loads(doc) for (doc,) in self.rows(sql, values)]
