"""The kind ``sql``: a department whose database is asked by the SELECTs of its manifest, over any SQLAlchemy URL.

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` holds one SELECT (``sql``) and, for each of its ``:parameters``, a template
(``params``). Values are only ever bound, always as text; one whose template comes out empty is bound as NULL. PostgreSQL must
be told a parameter's type where nothing around it says so: ``CAST(:name AS text) IS NULL``, and refuses to compare a number
with other text; MariaDB takes the number 1001 for like ``1001?x``: such a column is compared as ``CAST(NO AS char(12))``. A
literal colon before a word is written ``\\:``. Columns are found by their names, in upper or lower case.

The credential is the password of the user in the address. Connections are read-only where the database can be told so, stand in
a pool of ``concurrent`` connections made with the first call, and commit by themselves, so that a question is one round trip.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import URL, create_engine, event, make_url, text
from sqlalchemy import exc as errors
from sqlalchemy.engine import Connection
from sqlalchemy.engine import Engine as Pool
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.elements import TextClause

from adapters.asking import can_find, is_reference, lookups_for, read_items
from adapters.contract import BadAnswer, CallContext, Cancelled, Health, NotFound, SignInNeeded, TimedOut, Unavailable
from adapters.manifest import Manifest, ManifestError, ManifestProblem, Request
from adapters.mapping import Getter, PersonReader, column_getter, record_readers
from adapters.sql_engines import Call, engine_for
from adapters.sql_errors import explain
from adapters.sql_statement import limited, problem
from adapters.templates import fill, query_values, subject_values
from adapters.toml_lines import line_of
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

if TYPE_CHECKING:
    from adapters.transport import Transport

Row = dict[str, Any]


class Question(NamedTuple):
    """A checked statement. ``where`` is its file and line, ``rows`` the most that are taken of its answer."""

    clause: TextClause
    params: dict[str, str]
    where: str
    rows: int


class SqlDepartment:
    """A department with a database. Raises ManifestError, with every problem found, when its manifest can't be used."""

    def __init__(self, manifest: Manifest, transport: Transport | None = None) -> None:
        self._manifest = manifest
        self._lines = Path(manifest.path).read_text(encoding="utf-8") if Path(manifest.path).is_file() else ""
        self._problems: list[ManifestProblem] = []
        self._url = self._checked_address()
        self._backend = self._url.get_backend_name()
        self._engine = engine_for(self._backend, self._url.get_driver_name())
        people, records = manifest.limits.people + 1, manifest.limits.records + 1
        requests: tuple[tuple[str, Sequence[Request], int], ...] = (
            ("find", manifest.find, people),
            ("records", manifest.records, records),
            ("lookup", manifest.lookup, 1),
        )
        self._questions = {
            id(request): self._question(request, (table, at), rows) for table, each, rows in requests for at, request in enumerate(each)
        }
        check = manifest.check if manifest.check.sql else Request(sql=self._engine.ping)
        self._check = self._question(check, ("check",), 1)
        if self._problems:
            raise ManifestError(sorted(self._problems, key=lambda each: each.line))
        self._spelling: dict[str, str] = {}
        self._person = PersonReader(manifest, manifest.person, self._column) if manifest.person else None
        self._readers = record_readers(manifest, self._column)
        self._opened: tuple[str | None, Pool] | None = None
        self._opening = threading.Lock()
        self._current = threading.local()

    def can_find(self, query: SearchQuery) -> bool:
        return can_find(self._manifest, query)

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """The record whose number was given, with the person whom a [[find]] by ``reference`` tells; or else the people who fit."""
        values = query_values(query, ctx.now.date())
        question = self._manifest.find_for(query)
        if is_reference(self._manifest, query.reference) and (record := self._by_number(query.reference, values, ctx)):
            yield record
            if question is None or "reference" not in question.needs:
                return
        if question is not None and self._person is not None:
            rows = self._rows(self._questions[id(question)], values, ctx)
            yield from read_items((partial(self._person, row, ctx) for row in rows), self._manifest.limits.people)

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        values = subject_values(subject.id, ctx.now.date())
        readings = (
            partial(self._readers[request.map], row, ctx, subject)
            for request in self._manifest.records
            for row in self._rows(self._questions[id(request)], values, ctx)
        )
        yield from read_items(readings, self._manifest.limits.records)

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        if record := self._by_number(ref.id, query_values(SearchQuery(reference=ref.id), ctx.now.date()), ctx):
            return record
        raise NotFound("no row for this number")

    def _by_number(self, number: str, values: dict[str, str], ctx: CallContext) -> Record | None:
        for request in lookups_for(self._manifest, number):
            for row in self._rows(self._questions[id(request)], values, ctx):
                return self._readers[request.map](row, ctx)
        return None

    def check(self, ctx: CallContext) -> Health:
        started = time.monotonic()
        self._rows(self._check, query_values(SearchQuery(), ctx.now.date()), ctx)
        ms = (time.monotonic() - started) * 1000
        dialect = self._pool(ctx).dialect
        product = self._engine.product or dialect.name
        if self._backend in ("mysql", "mariadb"):
            product = "MariaDB" if getattr(dialect, "is_mariadb", False) else "MySQL"
        version = ".".join(str(part) for part in dialect.server_version_info or ())
        return Health(ms, f"{product} {version}".strip())

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened[1].dispose()
                self._opened = None

    # What the manifest says, checked once.

    def _checked_address(self) -> URL:
        manifest, url, wrong = self._manifest, URL.create("sqlite"), ""
        try:
            given = make_url(manifest.address)
            given.get_dialect()
            url = given
        except errors.NoSuchModuleError:
            wrong = "address names an unknown database: write sqlite, postgresql+psycopg or mysql+pymysql"
        except (errors.ArgumentError, ValueError):
            wrong = 'address is no database URL: write "postgresql+psycopg://user@host/database" or its like'
        if not wrong and url.password:
            wrong = "address holds a password: take it out, put it into the keyring, and write credential = its name there"
        elif not wrong and url.get_backend_name() == "sqlite":
            if manifest.credential:
                wrong = "a SQLite file takes no credential: take the line out"
            elif "uri" not in url.query and not Path(url.database or "").is_absolute():
                wrong = 'address needs the whole path of the file: write "sqlite:///{site}/file.db" or its like'
        if wrong:
            self._wrong(("address",), wrong)
        return url

    def _question(self, request: Request, location: tuple[str | int, ...], rows: int) -> Question:
        if wrong := problem(request.sql, self._backend):
            self._wrong((*location, "sql"), wrong)
            return Question(text(""), {}, "", 0)
        clause = text(limited(request.sql, self._backend, rows))
        named = set(clause.compile().params)
        if missing := named - set(request.params):
            self._wrong((*location, "sql"), f"params lacks {_listed(missing)} of the sql: write params = {{ name = '{{value}}' }}")
        if idle := set(request.params) - named:
            self._wrong((*location, "params"), f"the sql has no {_listed(idle)}: take it out of params, or write it into the sql")
        return Question(clause, request.params, self._place((*location, "sql")), rows)

    def _wrong(self, location: tuple[str | int, ...], words: str) -> None:
        self._problems.append(ManifestProblem(self._manifest.path, line_of(self._lines, location), words))

    def _place(self, location: tuple[str | int, ...]) -> str:
        return f"{Path(self._manifest.path).name}:{line_of(self._lines, location)}"

    def _column(self, name: str) -> Getter:
        self._spelling[name.lower()] = name
        return column_getter(name)

    # One question, there and back.

    def _rows(self, question: Question, values: dict[str, str], ctx: CallContext) -> list[Row]:
        """The rows of one statement, at most ``question.rows``; asked again, once, where the connection or the text was bad."""
        bound = {name: fill(template, values) or None for name, template in question.params.items()}
        if bound and not any(bound.values()):  # it would ask for everybody
            return []
        try:
            return self._ask(question, bound, ctx, None)
        except _Again as reason:
            again = reason
        return self._ask(question, bound, ctx, again)

    def _ask(self, question: Question, bound: dict[str, str | None], ctx: CallContext, again: _Again | None) -> list[Row]:
        self._current.call = call = Call(ctx)
        pool = self._pool(ctx)
        connected = False
        if self._engine.watched:
            call.watchdog.start()
        try:
            with pool.connect() as connection:
                connected = True
                return self._fetch(connection, question, bound, call, lenient=again is not None and again.lenient)
        except errors.TimeoutError:
            raise TimedOut("all connections of the pool are in use") from None
        except UnicodeError:
            raise BadAnswer(f"text that does not fit the connection's character set, at {question.where}", key="charset") from None
        except errors.DBAPIError as error:
            if self._engine.cannot_hold(error.orig, call.connection, [each for each in bound.values() if each]):
                return []
            raise self._explained(error, question, call, connected, again) from None
        finally:
            call.watchdog.cancel()
            self._current.call = None

    def _fetch(self, connection: Connection, question: Question, bound: dict[str, str | None], call: Call, lenient: bool) -> list[Row]:
        call.connection = raw = connection.connection.driver_connection
        self._engine.begin(connection, call)
        if lenient:
            raw.text_factory = _any_text  # type: ignore[union-attr]
        try:
            result = connection.execute(question.clause, bound)
            # A database folds names that are not quoted to its own case.
            names = [self._spelling.get(name.lower(), name) for name in result.keys()]  # noqa: SIM118 - a result is no dict
            return [dict(zip(names, row, strict=True)) for row in result.fetchmany(question.rows)]
        except UnicodeError:
            connection.invalidate()  # what is left of the answer would be taken for the next one
            raise
        finally:
            if lenient:
                raw.text_factory = str  # type: ignore[union-attr]
            self._engine.end(raw)

    def _explained(self, error: errors.DBAPIError, question: Question, call: Call, connected: bool, again: _Again | None) -> Exception:
        """What to raise for a driver's error."""
        lost = connected and error.connection_invalidated
        if call.cancelled():
            return Cancelled()
        if call.over() and (lost or not connected) and call.connection is not None:
            return TimedOut(f"{self._engine.product} did not answer at {question.where}")
        if again is None and lost:
            return _Again()
        if again is None and self._backend == "sqlite" and "decode to UTF-8" in str(error.orig):
            return _Again(lenient=True)
        where = question.where if connected else self._place(("address",))
        return explain(error.orig or error, where=where, product=self._engine.product, connecting=not connected, lost=lost)

    def _pool(self, ctx: CallContext) -> Pool:
        """The pool, made with the first call, and anew when the credential was renewed."""
        if self._manifest.credential and ctx.credential is None:
            raise SignInNeeded(key="no_credential")
        secret = ctx.credential if self._manifest.credential else None
        with self._opening:
            if self._opened is None or self._opened[0] != secret:
                if self._opened is not None:
                    self._opened[1].dispose()
                self._opened = (secret, self._new_pool(secret))
            return self._opened[1]

    def _new_pool(self, secret: str | None) -> Pool:
        manifest = self._manifest
        url = self._engine.address(self._url if secret is None else self._url.set(password=secret))
        size = {"pool_size": manifest.concurrent, "max_overflow": 0, "pool_timeout": manifest.deadline}
        try:
            pool = create_engine(url, poolclass=QueuePool, hide_parameters=True, **size, **self._engine.options)
        except ImportError as error:
            raise Unavailable(f"the database driver {error.name} is not installed here") from None

        @event.listens_for(pool, "do_connect")
        def before(dialect: object, record: object, args: object, options: dict[str, Any]) -> None:
            options.update(self._engine.connect_options(self._current.call.remaining(), manifest.deadline))

        # First of all listeners, as SQLAlchemy's own ask the server, which may hang.
        @event.listens_for(pool, "connect", insert=True)
        def watch(connection: Any, record: Any) -> None:
            self._current.call.connection = connection

        @event.listens_for(pool, "connect")
        def after(connection: Any, record: Any) -> None:
            record.info["seconds"] = manifest.deadline
            self._engine.opened(connection, manifest.deadline, manifest.time_zone)

        return pool


class _Again(Exception):
    """The question is worth a second try: on another connection, or taking text that is not UTF-8."""

    def __init__(self, *, lenient: bool = False) -> None:
        super().__init__()
        self.lenient = lenient


def _any_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _listed(names: set[str]) -> str:
    return ", ".join(f":{name}" for name in sorted(names))
