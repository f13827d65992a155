"""The kind ``sql``: a department whose database is asked by the SELECTs of its manifest, over any SQLAlchemy URL.

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` holds one SELECT (``sql``) and, for each of its ``:parameters``, a template
(``params``). Values are only ever bound, always as text; one whose template comes out empty is bound as NULL. PostgreSQL must
be told a parameter's type where nothing around it says so: ``CAST(:name AS text) IS NULL``, and refuses to compare a number
with other text; MariaDB takes the number 1001 for like ``1001?x``: such a column is compared as ``CAST(NO AS char(12))``. A
literal colon before a word is written ``\\:``. Columns are found by their names, in upper or lower case.

The credential is the password of the user in the address. Connections for questions are read-only where the database can be told so,
stand in a pool of ``concurrent`` connections made with the first call, and commit by themselves, so that a question is one round trip.
Changes have connections of their own (``sql_writing``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import URL, make_url, text
from sqlalchemy import exc as errors
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import TextClause

from adapters.apply_problems import unused_in_applies
from adapters.asking import can_find, is_reference, lookups_for, read_items
from adapters.contract import BadAnswer, CallContext, Cancelled, Health, NotFound, TimedOut
from adapters.manifest import Manifest, ManifestError, ManifestProblem
from adapters.manifest_apply import Asking, Statement
from adapters.manifest_requests import Request
from adapters.mapping import PersonReader, record_readers
from adapters.sources import Getter, column_getter
from adapters.sql_engines import Call, engine_for
from adapters.sql_errors import explain
from adapters.sql_pool import Connections
from adapters.sql_statement import change_problem, limited, problem
from adapters.sql_writing import Command, SqlWriter
from adapters.templates import fill, query_values, subject_values
from adapters.toml_lines import line_of
from adapters.writing import Writes, askings, statements
from models.changes import Receipt
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


class SqlDepartment(Writes):
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
        self._questions |= {id(asking): self._question(asking, place, 1) for place, asking in askings(manifest)}
        self._spelling: dict[str, str] = {}
        Writes.__init__(self, manifest, self._column)
        self._commands = {id(each): self._command(each, place) for place, each in statements(manifest)}
        check = manifest.check if manifest.check.sql else Request(sql=self._engine.ping)
        self._check = self._question(check, ("check",), 1)
        unused = unused_in_applies(manifest, ("path", "query", "headers", "body", "operation"), "sql and params")
        self._problems += [ManifestProblem(manifest.path, line_of(self._lines, place), words) for place, words in unused]
        if self._problems:
            raise ManifestError(sorted(self._problems, key=lambda each: each.line))
        self._person = PersonReader(manifest, manifest.person, self._column) if manifest.person else None
        self._readers = record_readers(manifest, self._column)
        self._reading = Connections(manifest, self._url, self._engine)
        self._writing = Connections(manifest, self._url, self._engine, writing=True)
        self._writer = SqlWriter(self._writing, self._engine, self._spelling)

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
            yield from read_items(zip(repeat(partial(self._person, ctx=ctx)), rows), self._manifest.limits.people)

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        values = subject_values(subject.id, ctx.now.date())
        readings = (
            zip(repeat(self._readers[request.map].reading(ctx, subject)), self._rows(self._questions[id(request)], values, ctx))
            for request in self._manifest.records
        )
        yield from read_items(chain.from_iterable(readings), self._manifest.limits.records)

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
        if self._engine.explains:  # what can't be done is found before anybody needs it
            for question in self._questions.values():
                explained = question._replace(clause=text(f"EXPLAIN {question.clause.text}"), rows=1)
                self._ask(explained, dict.fromkeys(question.params), ctx, None)
            self._writer.explain(list(self._commands.values()), ctx)
        dialect = self._reading.pool(ctx).dialect
        product = self._engine.product or dialect.name
        if self._backend in ("mysql", "mariadb"):
            product = "MariaDB" if getattr(dialect, "is_mariadb", False) else "MySQL"
        version = ".".join(str(part) for part in dialect.server_version_info or ())
        return Health(ms, f"{product} {version}".strip())

    def close(self) -> None:
        self._reading.close()
        self._writing.close()

    # What a change needs.

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Row, str] | None:
        rows = self._rows(self._questions[id(asking)], values, ctx)
        return (rows[0], "") if rows else None

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        return self._writer.make([self._commands[id(each)] for each in several], values, ctx)

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
        clause = self._clause(limited(request.sql, self._backend, rows), request.params, location)
        return Question(clause, request.params, self._place((*location, "sql")), rows)

    def _command(self, statement: Statement, location: tuple[str | int, ...]) -> Command:
        if wrong := change_problem(statement.sql, self._backend):
            self._wrong((*location, "sql"), wrong)
        clause = self._clause(statement.sql.rstrip().removesuffix(";"), statement.params, location)
        tells = bool(statement.receipt or statement.link or statement.note)
        where = self._place((*location, "sql"))
        return Command(clause, statement.params, where, statement.rows, self._receipts[id(statement)], tells)

    def _clause(self, sql: str, params: dict[str, str], location: tuple[str | int, ...]) -> TextClause:
        """The statement. Its parameters and the templates for them must be the same."""
        clause = text(sql)
        named = set(clause.compile().params)
        if missing := named - set(params):
            self._wrong((*location, "sql"), f"params lacks {_listed(missing)} of the sql: write params = {{ name = '{{value}}' }}")
        if idle := set(params) - named:
            self._wrong((*location, "params"), f"the sql has no {_listed(idle)}: take it out of params, or write it into the sql")
        return clause

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
        if again.broken_off:
            with suppress(errors.DBAPIError), self._writing.connect(call := Call(ctx), ctx) as connection:
                self._engine.begin(connection, call)
                connection.begin()  # whoever may write takes back first what another left half done
        return self._ask(question, bound, ctx, again)

    def _ask(self, question: Question, bound: dict[str, str | None], ctx: CallContext, again: _Again | None) -> list[Row]:
        call = Call(ctx)
        try:
            with self._reading.connect(call, ctx) as connection:
                return self._fetch(connection, question, bound, call, lenient=again is not None and again.lenient)
        except errors.TimeoutError:
            raise TimedOut("all connections of the pool are in use") from None
        except UnicodeError:
            raise BadAnswer(f"text that does not fit the connection's character set, at {question.where}", key="charset") from None
        except errors.DBAPIError as error:
            if self._engine.cannot_hold(error.orig, call.connection, [each for each in bound.values() if each]):
                return []
            raise self._explained(error, question, call, again) from None

    def _fetch(self, connection: Connection, question: Question, bound: dict[str, str | None], call: Call, lenient: bool) -> list[Row]:
        raw = call.connection
        self._engine.begin(connection, call)
        if lenient:
            raw.text_factory = _any_text
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
                raw.text_factory = str
            self._engine.end(raw)

    def _explained(self, error: errors.DBAPIError, question: Question, call: Call, again: _Again | None) -> Exception:
        """What to raise for a driver's error."""
        lost = call.connected and error.connection_invalidated
        if call.cancelled():
            return Cancelled()
        if call.over() and (lost or not call.connected) and call.connection is not None:
            return TimedOut(f"{self._engine.product} did not answer at {question.where}")
        if again is None and lost:
            return _Again()
        if again is None and self._backend == "sqlite" and "decode to UTF-8" in str(error.orig):
            return _Again(lenient=True)
        if again is None and self._manifest.apply and getattr(error.orig, "sqlite_errorname", "") in _BROKEN_OFF:
            return _Again(broken_off=True)
        where = question.where if call.connected else self._place(("address",))
        return explain(error.orig or error, where=where, product=self._engine.product, connecting=not call.connected, lost=lost)


_BROKEN_OFF = frozenset({"SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"})
"""A writer was killed in the middle of a change: nobody can read the file until one who may write has taken that back."""


class _Again(Exception):
    """The question is worth a second try: on another connection, taking text that is not UTF-8, or after a change that broke off."""

    def __init__(self, *, lenient: bool = False, broken_off: bool = False) -> None:
        super().__init__()
        self.lenient = lenient
        self.broken_off = broken_off


def _any_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _listed(names: set[str]) -> str:
    return ", ".join(f":{name}" for name in sorted(names))
