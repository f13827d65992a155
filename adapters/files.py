"""The kind ``files``: a department that drops files (CSV, spreadsheets, lines of fixed width) into a folder, here or by SFTP.

The newest file of each form is a table in memory, asked by the SELECTs of the manifest as in kind ``sql`` (of SQLite; ``fold(x)`` is a
text without accents in lower case; every value is text). What is read tells the drop's time as its own. Newer files are looked for
with a question, every ``look_every`` seconds at most, and read beside it: while that takes longer, or the place can't be reached, what
was read before is shown, with its age, and from ``stale_hours`` on with a word.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from adapters.asking import lookups_for
from adapters.contract import BadAnswer, CallContext, Health, SignInNeeded, TimedOut
from adapters.drop_formats import rows_of
from adapters.drop_tables import Row, Tables
from adapters.drops import Folder, Found, Place, age, newest
from adapters.manifest import Manifest
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, questions, unused
from adapters.sources import Getter
from adapters.sql_statement import limited, problem
from adapters.templates import fill
from adapters.toml_tables import Place as KeyPlace
from adapters.transport import Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

READING_TAKES = 300.0
"""Seconds after which reading drops is given up."""
SHARE = 0.75
"""Of a call's time: so long newer drops are waited for where older ones are there."""


class FilesDepartment(QuestionsDepartment):
    """A place with drops. Its calls get threads of their own."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        super().__init__(manifest, transport)
        self._place = _place(manifest)
        self._lock = threading.Lock()
        self._tables: Tables | None = None
        self._looked = -float("inf")
        self._reading: _Reading | None = None
        most = {"find": manifest.limits.people + 1, "lookup": 1}
        self._sql = {
            id(each): (limited(each.sql, "sqlite", most.get(str(place[0]), manifest.limits.records + 1)), self._where(each, "sql"))
            for place, each in questions(manifest)
            if each.sql
        }

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        question = self._manifest.find_for(query)
        asked = [*lookups_for(self._manifest, query.reference), *([question] if question else [])]
        yield from self._with_age(super().find(query, ctx), asked, ctx)

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        for each in self._with_age(super().records(subject, ctx), list(self._manifest.records), ctx):
            assert isinstance(each, Record)
            yield each

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        record = super().lookup(ref, ctx)
        tables = self._current(ctx)
        return msgspec.structs.replace(record, read_at=tables.at(_read_by(tables, lookups_for(self._manifest, ref.id))))

    def check(self, ctx: CallContext) -> Health:
        """Look for newer drops, and read them."""
        started = time.monotonic()
        tables = self._current(ctx, anew=True)
        told = [
            f"{drop.name}, {age(drop.at, ctx.now)} old, {tables.rows[table]:,} rows"
            + (f", lines that can't be read: {len(tables.unread[table])}" if tables.unread[table] else "")
            for table, drop in tables.drops.items()
        ]
        if self._is_stale(tables.at(set()), ctx):
            raise BadAnswer("; ".join(told), key="stale")
        return Health((time.monotonic() - started) * 1000, "; ".join(told))

    def close(self) -> None:
        with self._lock:
            tables, self._tables = self._tables, None
            reading, self._reading = self._reading, None
        if reading is not None:
            reading.given_up = True
        if tables is not None:
            tables.close()

    def _getter(self, name: str) -> Getter:
        key = name.lower()

        def get(row: Row) -> Any:
            try:
                return row[key]
            except KeyError:
                raise BadAnswer(f"the drop has no column {name}", key="mapping") from None

        return get

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Row]:
        bound = {name: fill(template, values) or None for name, template in question.params.items()}
        if bound and not any(bound.values()):  # it would ask for everybody
            return
        tables = self._current(ctx)
        sql, where = self._sql[id(question)]
        yield from tables.select(sql, bound, where, ctx)

    def _with_age(self, items: Iterator[Person | Record], asked: list[Any], ctx: CallContext) -> Iterator[Person | Record]:
        """The items as old as the drops they are from; then a word where these are too old, or have lines that can't be read."""
        tables = self._current(ctx)
        read = _read_by(tables, asked)
        at = tables.at(read)
        for each in items:
            yield msgspec.structs.replace(each, read_at=at)
        if self._is_stale(at, ctx):
            raise BadAnswer(f"the drop is {age(at, ctx.now)} old", key="stale")
        for table in sorted(read):
            if lines := tables.unread[table]:
                first = f"line {lines[0].line} has {lines[0].why}"
                raise BadAnswer(f"{tables.drops[table].name}: {len(lines)} lines can't be read; {first}", key="left_out")

    def _is_stale(self, at: datetime, ctx: CallContext) -> bool:
        hours = self._manifest.files.stale_hours
        return bool(hours) and (ctx.now - at).total_seconds() > hours * 3600

    # The drops that count now.

    def _current(self, ctx: CallContext, *, anew: bool = False) -> Tables:
        """What lies there, as far as was looked. Raises DepartmentError where nothing was read yet."""
        ctx.remaining()
        self._with_credential(ctx)
        with self._lock:
            due = anew or self._tables is None or time.monotonic() - self._looked >= self._manifest.files.look_every
            if due and self._reading is None:
                self._reading = _Reading()
                threading.Thread(target=self._read, args=(self._reading, ctx), name=f"{self._manifest.id}-drops", daemon=True).start()
            reading, before = self._reading if due else None, self._tables
        if reading is None:
            assert before is not None
            return before
        patient = before is None or anew
        if not reading.ended.wait(max(0.0, ctx.remaining() * (1 if patient else SHARE))):
            if before is not None and not anew:
                return before
            ctx.remaining()
            raise TimedOut("the drops are being read", key="too_slow")
        if reading.error is not None and patient:
            raise reading.error
        return self._tables or before or _nothing()

    def _read(self, reading: _Reading, ctx: CallContext) -> None:
        """Looks for newer drops, and reads them. In a thread of its own: it may take longer than the call that began it."""
        own = msgspec.structs.replace(ctx, deadline=time.monotonic() + READING_TAKES, cancelled=lambda: reading.given_up)
        fresh: Tables | None = None
        try:
            found = self._found(own)
            if self._tables is None or found != self._tables.drops:
                fresh = self._read_all(found, own)
        except Exception as error:  # told to the call that waits for it
            reading.error = error
        finally:
            self._place.done()
            with self._lock:
                self._looked = time.monotonic()
                if fresh is not None and not reading.given_up:
                    self._tables = fresh  # calls that read the one before keep it until they end
                self._reading = None
            reading.ended.set()

    def _found(self, ctx: CallContext) -> dict[str, Found]:
        files, now = self._place.look(ctx), time.time()
        found = {}
        for table, drop in self._manifest.files.tables.items():
            file = newest(files, drop.file, now)
            if file is None:
                raise BadAnswer(f"no file {drop.file} is there", key="incomplete")
            found[table] = file
        return found

    def _read_all(self, found: dict[str, Found], ctx: CallContext) -> Tables:
        most = self._manifest.limits.bytes
        tables = Tables()
        try:
            for table, file in found.items():
                body = self._place.fetch(file, most, ctx)
                columns, rows = rows_of(self._manifest.files.tables[table], file.name, body, most)
                tables.add(table, file, columns, rows, ctx)
        except BaseException:
            tables.close()
            raise
        tables.seal()
        return tables

    def _with_credential(self, ctx: CallContext) -> None:
        if self._manifest.credential and not ctx.credential:
            raise SignInNeeded("the keyring has none of the name in the manifest", key="no_credential")

    def _problems(self) -> Iterator[tuple[KeyPlace, str]]:
        manifest = self._manifest
        yield from _address_problems(manifest)
        yield from unused(manifest, ("items", "paging", "path", "query", "headers", "body", "method"), "sql and params")
        if not manifest.files.tables:
            yield ("files",), 'a table is needed: write [files.tables.people] with file = "people-*.csv" or its like'
        for place, question in questions(manifest):
            if place == ("check",):
                if question.sql:
                    yield (*place, "sql"), "kind files is checked by looking for its drops: take it out"
            elif words := problem(question.sql, "sqlite"):
                yield (*place, "sql"), words
            else:
                named = set(re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", re.sub(r"'(?:[^']|'')*'", "", question.sql)))
                if missing := sorted(named - question.params.keys()):
                    yield (*place, "sql"), f"params lacks {', '.join(missing)} of the sql"
                if idle := sorted(question.params.keys() - named):
                    yield (*place, "params"), f"the sql has no {', '.join(idle)}: take it out of params, or write it into the sql"


class _Reading:
    """One look for newer drops."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.given_up = False


def _read_by(tables: Tables, asked: list[Any]) -> set[str]:
    return set().union(*(tables.read_by(each.sql) for each in asked))


def _nothing() -> Tables:
    raise TimedOut("the department was closed")


def _place(manifest: Manifest) -> Place:
    if manifest.address.startswith("sftp:"):
        from adapters.drops_sftp import SftpFolder

        return SftpFolder(manifest.address, manifest.auth, manifest.files.host_key)
    return Folder(_folder(manifest.address))


def _folder(address: str) -> Path:
    return Path(unquote(urlsplit(address).path) if address.startswith("file://") else address)


def _address_problems(manifest: Manifest) -> Iterator[tuple[KeyPlace, str]]:
    address, auth = manifest.address, manifest.auth.type
    if not address.startswith("sftp:"):
        if not _folder(address).is_absolute():
            yield ("address",), 'address is no whole path of a folder: write "{site}/drops", or sftp://host/folder'
        if auth != "none" or manifest.credential:
            yield ("auth" if auth != "none" else "credential",), "a folder of this machine takes no credential: take it out"
        return
    parts = urlsplit(address)
    try:
        good = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good:
        yield ("address",), "address is none of SFTP: write sftp://host/folder, and the user as auth.user"
    if auth not in ("basic", "ssh_key"):
        yield ("auth", "type"), 'SFTP signs in with type = "ssh_key" (user, key) or "basic" (user)'
    if not manifest.files.host_key:
        yield ("files", "host_key"), 'the key of the server is needed: write host_key = "SHA256:...", as ssh-keygen -lf tells it there'
