"""The kind ``documents``: a store of documents (WebDAV, S3, CMIS) whose documents are the records of persons, and can be looked into.

A question's ``path`` is a folder (it ends with ``/``) or one document; values are parts of a path, which they can't leave. Of CMIS,
``query = { q = "SELECT ..." }`` asks instead; values stand within single quotes. The maps read ``name``, ``title``, ``path``, ``size``,
``type``, ``modified``, ``created``, ``etag`` and what is in ``properties``. What is attached (``[[apply]]`` with a field of type
``file``) goes to the ``path`` of ``send``, never over what is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from adapters.apply_problems import unused_in_applies
from adapters.contract import BadAnswer, CallContext, Conflict, Health, Rejected
from adapters.document_stores import Store, media_of, type_of
from adapters.manifest import Manifest
from adapters.manifest_apply import Asking, Statement
from adapters.manifest_requests import Request
from adapters.mapping import RecordReader, record_readers
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.sources import json_getter
from adapters.templates import fill, names_in
from adapters.toml_tables import Place
from adapters.transport import Transport
from adapters.writing import Writes, change_values, filled, statements
from models.changes import Receipt, Writing
from models.people import SubjectRef
from models.records import Media, Record

_OURS = {"today", "since"}


class DocumentsDepartment(QuestionsDepartment, Writes):
    """A store of documents."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        QuestionsDepartment.__init__(self, manifest, transport)
        Writes.__init__(self, manifest, json_getter)
        self.reactor = transport.reactor
        self._store = self._made()
        self._readers = record_readers(self._manifest, self._getter, _DocumentReader)

    def check(self, ctx: CallContext) -> Health:
        started = time.monotonic()
        detail = self._store.reach(ctx)
        return Health((time.monotonic() - started) * 1000, detail)

    def fetch(self, media: Media, ctx: CallContext) -> bytes:
        """Its content. One that is told to be larger than ``limits.bytes`` is not asked for."""
        most = self._manifest.limits.bytes
        if media.size is not None and media.size > most:
            raise BadAnswer(f"more than {most} bytes: raise limits.bytes", key="too_large")
        return self._store.fetch(media.place, ctx)

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        """Put the file of the form there. One that is there already with the same content was put there before."""
        path, name = self._path(writing, ctx)
        try:
            return self._store.put(path, name, type_of(name), writing.media, ctx)
        except Conflict:
            if (receipt := self._same(path, writing.media, ctx)) is not None:
                return receipt
            raise

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        path, _ = self._path(writing, ctx)
        return self._same(path, writing.media, ctx)

    def _path(self, writing: Writing, ctx: CallContext) -> tuple[str, str]:
        """Where the file goes, quoted, and its name. Raises Rejected."""
        if not writing.media:
            raise Rejected("there is no file to attach", sent=False)
        [statement] = self._apply(writing).send
        path = filled(lambda template, values: fill(template, values, self._quoted), statement.path, change_values(writing, ctx))
        name = unquote(path.rpartition("/")[2])
        if not name:
            raise Rejected(f"a value of the path {statement.path} is empty", sent=False)
        return path, name

    def _same(self, path: str, body: bytes, ctx: CallContext) -> Receipt | None:
        """A receipt where this very content is there; None where nothing is. Raises Conflict for another document of the name."""
        place = self._store.at(path, ctx)
        if not place:
            return None
        if self._store.fetch(place, ctx) != body:
            raise Conflict("another document of this name is there", sent=False)
        return Receipt(unquote(path))

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        item = next(self._store.listed(asking, values, ctx), None)
        return (item, str(item.get("etag") or "")) if item else None

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        raise Rejected("a document that was attached is taken back there by hand", sent=False)

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        yield from self._store.listed(question, values, ctx)

    def _made(self) -> Store:
        manifest = self._manifest
        speaks = manifest.documents.speaks
        if speaks == "s3":
            from adapters.documents_s3 import S3

            return S3(manifest.address, self._http, manifest.auth, manifest.documents.region)
        if speaks == "cmis":
            from adapters.documents_cmis import Cmis

            return Cmis(manifest.address, self._http)
        from adapters.documents_webdav import WebDav

        return WebDav(manifest.address, self._http)

    @staticmethod
    def _quoted(text: str) -> str:
        from adapters.documents_webdav import part

        return part(text)

    def _problems(self) -> Iterator[tuple[Place, str]]:
        manifest = self._manifest
        speaks = manifest.documents.speaks
        yield from no_web_address(manifest)
        yield from unused(manifest, ("items", "paging", "headers", "body", "method"), "path")
        yield from unused_in_applies(manifest, ("sql", "params", "rows", "query", "headers", "body", "method"), "path")
        if (manifest.auth.type == "aws4") != (speaks == "s3") and manifest.auth.type != "none":
            yield ("auth", "type"), 'S3 signs in with type = "aws4" (user = the access key\'s id), and nothing else does'
        for place, question in questions(manifest):
            asked = question.query.get("q", "")
            if place == ("check",):
                if question.path or question.query:
                    yield place, "kind documents is checked by its address: take [check] out"
                continue
            if question.query and (speaks != "cmis" or set(question.query) != {"q"}):
                yield (*place, "query"), 'write path; of CMIS, query = { q = "SELECT ..." } instead'
            elif bool(question.path) == bool(asked):
                yield place, "write the path of a folder or a document" + (", or query.q" if speaks == "cmis" else "")
            elif question.path and not question.path.startswith("/"):
                yield (*place, "path"), f'path is "{question.path}": begin it with /'
            if not names_in(asked or question.path) - _OURS:
                yield (*place, "query" if asked else "path"), "it names no {value}: everybody's would be listed"
            if asked and any(count % 2 == 0 for count in _quotes_before(asked)):
                yield (*place, "query", "q"), "a {value} stands outside of quotes: write '{value}'"
            if speaks != "s3" and _unquoted(question.path):
                yield (*place, "path"), "its blanks and letters beyond ASCII are written as in a web address: %20 for a blank"
        for place, statement in statements(manifest):
            if place[2] == "undo":
                yield place, "kind documents takes nothing back: take it out"
            elif not statement.path.startswith("/"):
                yield (*place, "path"), f'path is "{statement.path}": begin it with /'
            elif _unquoted(statement.path):
                yield (*place, "path"), "its blanks and letters beyond ASCII are written as in a web address: %20 for a blank"


def _unquoted(path: str) -> bool:
    return not path.isascii() or " " in path or "?" in path or "#" in path


class _DocumentReader(RecordReader):
    """Records that say where their content is."""

    def reading(self, ctx: CallContext, subject: SubjectRef | None = None) -> Callable[[Any], Record]:
        read = super().reading(ctx, subject)
        return lambda item: msgspec.structs.replace(read(item), media=media_of(item))


def _quotes_before(query: str) -> list[int]:
    """How many quotes stand before each place of a value."""
    return [query[:at].count("'") for at, letter in enumerate(query) if letter == "{"]
