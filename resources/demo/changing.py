"""Changes in a department's documents: each made once for its key, in one transaction, on the state that was seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from resources.demo.matching import street_key
from resources.demo.text import digits, fold

Document = dict[str, Any]
_COLUMNS = ("family", "given", "born", "phone7", "phone10", "email", "house", "street", "zip")
FIRST_NUMBER = 55_101
T = TypeVar("T")


class Refused(Exception):
    """A change that the office does not make; ``status`` is HTTP's, ``words`` say why."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass
class Held:
    """A person as the office holds them: the document, what it is searched by, and the number of its state."""

    doc: Document
    columns: dict[str, str | None]
    rev: int

    def copy(self) -> Document:
        """Such that ``Desk.restore`` makes it again."""
        return {"doc": json.loads(json.dumps(self.doc)), "columns": dict(self.columns)}

    def lives(self, number: str, street: str, post_code: str) -> None:
        """Raises Refused where the post code is none of the city's country."""
        if len(post_code) != 5 or not post_code.isdigit() or post_code == "00000":
            raise Refused(422, f"{post_code or 'An empty text'} is no post code: five digits are needed.")
        if not street:
            raise Refused(422, "The street is missing.")
        self.columns |= {"house": digits(number), "street": street_key(street), "zip": post_code}

    def is_called(self, given: str, family: str) -> None:
        if not family:
            raise Refused(422, "The family name is missing.")
        self.columns |= {"given": fold(given), "family": fold(family)}

    def is_reached(self, *, phone: str | None = None, email: str | None = None) -> None:
        if phone is not None:
            number = digits(phone)[-10:]
            if number and len(number) < 10:
                raise Refused(422, "A phone number has ten digits.")
            self.columns |= {"phone10": number or None, "phone7": number[3:] or None}
        if email is not None:
            self.columns["email"] = email.lower() or None


class Desk:
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection, number: int) -> None:
        self.connection = connection
        self.number = number
        """That of the change that is made."""
        self.before: Document = {}
        """What ``restore`` needs to take the change back."""

    def person(self, key: int, seen: str | int | None) -> Held:
        """Raises Refused: 404 where nobody has this key, 409 where ``seen`` is another state than there is; None does not look."""
        row = self.connection.execute("SELECT * FROM person WHERE id = ?", (key,)).fetchone()
        if row is None:
            raise Refused(404, "Nobody has this number.")
        if seen is not None and str(seen) != str(row["rev"]):
            raise Refused(409, "It was changed meanwhile.")
        held = Held(json.loads(row["doc"]), {name: row[name] for name in _COLUMNS}, row["rev"])
        self.before = {"person": key, **held.copy()}
        return held

    def keep(self, key: int, held: Held) -> None:
        self.connection.execute(
            "UPDATE person SET family = ?, given = ?, born = ?, phone7 = ?, phone10 = ?, email = ?, house = ?, street = ?, zip = ?, "
            "doc = ?, rev = rev + 1 WHERE id = ?",
            (*(held.columns[name] for name in _COLUMNS), json.dumps(held.doc), key),
        )

    def matter(self, ref: str) -> Document:
        row = self.connection.execute("SELECT doc FROM matter WHERE ref = ?", (ref.upper(),)).fetchone()
        if row is None:
            raise Refused(404, "There is no such number.")
        found: Document = json.loads(row["doc"])
        self.before = {"matter": ref.upper(), "doc": json.loads(row["doc"])}
        return found

    def keep_matter(self, ref: str, doc: Document) -> None:
        self.connection.execute("UPDATE matter SET doc = ? WHERE ref = ?", (json.dumps(doc), ref.upper()))

    def new_matter(self, ref: str, person: int, day: str, doc: Document) -> None:
        self.connection.execute("INSERT INTO matter VALUES (?, ?, ?, ?)", (ref, person, day, json.dumps(doc)))
        self.before = {"new": ref}

    def restore(self, number: str, seen: str | int | None) -> None:
        """Take back what was made under this number. Raises Refused as ``person`` does, and where it is no such change."""
        row = self.connection.execute("SELECT before FROM taken WHERE number = ?", (int(digits(number) or 0),)).fetchone()
        if row is None:
            raise Refused(404, "There is no change of this number.")
        before = json.loads(row["before"])
        if "person" in before:
            key = before["person"]
            self.person(key, seen)
            self.keep(key, Held(before["doc"], before["columns"], 0))
        elif "matter" in before:
            self.keep_matter(before["matter"], before["doc"])
        elif "new" in before:
            self.connection.execute("DELETE FROM matter WHERE ref = ?", (before["new"],))


class Changing:
    """The database at ``path``; usable from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def once(self, key: str, make: Callable[[Desk], Document]) -> Document:
        """What ``make`` answers; for a key that was there before, what it answered then. Raises Refused; then nothing was changed."""
        if not key:
            raise Refused(400, "A change needs a key of its own.")
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                known = connection.execute("SELECT answer FROM taken WHERE key = ?", (key,)).fetchone()
                if known is None:
                    [(count,)] = connection.execute("SELECT count(*) FROM taken")
                    desk = Desk(connection, FIRST_NUMBER + count)
                    answer = make(desk)
                    row = (key, desk.number, json.dumps(desk.before), json.dumps(answer))
                    connection.execute("INSERT INTO taken VALUES (?, ?, ?, ?)", row)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return json.loads(known["answer"]) if known else answer

    def told(self, key: str) -> Document | None:
        """What was answered to this key; None where it was never taken."""
        with closing(self._connect()) as connection:
            known = connection.execute("SELECT answer FROM taken WHERE key = ?", (key,)).fetchone()
        return json.loads(known["answer"]) if known else None

    def read(self, read: Callable[[Desk], T]) -> T:
        """What is there now. Raises Refused."""
        with closing(self._connect()) as connection:
            return read(Desk(connection, 0))

    def held(self, key: int) -> Held:
        """A person as they are now. Raises Refused."""
        return self.read(lambda desk: desk.person(key, None))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=5)
        connection.row_factory = sqlite3.Row
        return connection
