"""Asks as a manifest says, whatever the protocol: which question is put, and which items of its answer become people and records.

A kind whose answers are JSON values (or are read as such) derives from ``QuestionsDepartment`` and says how one question is
put (``_asked``), how the department is reached (``check``), and what of a question it has no use for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from adapters.asking import can_find, is_reference, lookups_for, read_items
from adapters.contract import BadAnswer, CallContext, NotFound
from adapters.http_auth import Authorizer
from adapters.manifest import Manifest, ManifestError, ManifestProblem, Records, values_in
from adapters.manifest_apply import Statement
from adapters.manifest_requests import Request
from adapters.mapping import PersonReader, record_readers, unreadable_sources
from adapters.sources import GetterFactory, json_getter, no_jmespath
from adapters.templates import query_values, subject_values
from adapters.toml_lines import line_of
from adapters.toml_tables import Place
from adapters.transport import Transport, host_of
from adapters.writing import askings, statements
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

T = TypeVar("T")


def is_null(answer: Any, path: str) -> bool:
    """Whether a plain path leads to a null that is there, as some servers write an empty list."""
    for key in path.split("."):
        if not isinstance(answer, dict) or key not in answer:
            return False
        answer = answer[key]
    return answer is None


class QuestionsDepartment:
    """A department asked by its manifest's questions. Raises ManifestError, with every problem found, where it can't be used."""

    _getter: GetterFactory = staticmethod(json_getter)
    """What a source of the maps is."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        self._manifest = manifest
        self._lines = manifest_text(manifest)
        # Columns may have any name; other sources are JMESPaths.
        sources = unreadable_sources(manifest) if self._getter is json_getter else ()
        if problems := [*self._problems(), *_unreadable_places(manifest), *sources]:
            raise manifest_error(manifest, problems)
        self._items = {id(each): json_getter(each.items) if each.items else None for _, each in questions(manifest)}
        self._http = Authorizer(manifest, transport)
        self._person = PersonReader(manifest, manifest.person, self._getter) if manifest.person else None
        self._readers = record_readers(manifest, self._getter)

    def _problems(self) -> Iterator[tuple[Place, str]]:
        """What this kind can't do of what the manifest says."""
        raise NotImplementedError

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The items of all pages of an answer; a BadAnswer among them is told of after what could be read. Raises DepartmentError."""
        raise NotImplementedError

    def _asked_all(self, several: tuple[Records, ...], values: dict[str, str], ctx: CallContext) -> Iterator[tuple[Records, Iterable[Any]]]:
        """These questions, each with its items."""
        for question in several:
            yield question, self._asked(question, values, ctx)

    def can_find(self, query: SearchQuery) -> bool:
        """Whether a [[find]] fits the parts of this query, or a [[lookup]] its reference number."""
        return can_find(self._manifest, query)

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """The record whose number was given, with the person whom a [[find]] by ``reference`` tells; or else the people who fit."""
        manifest = self._manifest
        question = manifest.find_for(query)
        if is_reference(manifest, query.reference) and manifest.lookup:
            try:
                yield self.lookup(RecordRef(manifest.id, query.reference), ctx)
                if question is None or "reference" not in question.needs:
                    return  # else the person whom the number concerns follows
            except NotFound:
                pass  # no such number: found nothing, unless another part was given
        read = self._person
        if question is None or read is None:
            return
        items = self._asked(question, query_values(query, ctx.now.date()), ctx)
        yield from read_items(zip(repeat(partial(read, ctx=ctx)), items), manifest.limits.people)

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        """All records of one person, of all [[records]] questions."""
        values = subject_values(subject.id, ctx.now.date())

        readings = (
            zip(repeat(self._readers[question.map].reading(ctx, subject)), items)
            for question, items in self._asked_all(self._manifest.records, values, ctx)
        )
        yield from read_items(chain.from_iterable(readings), self._manifest.limits.records)

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        """One record by its number, of the first [[lookup]] that knows it."""
        values = query_values(SearchQuery(reference=ref.id), ctx.now.date())
        for question in lookups_for(self._manifest, ref.id):
            try:
                item = next(self._asked(question, values, ctx), None)
            except NotFound:
                continue
            if item is not None:
                return self._readers[question.map](item, ctx)
        raise NotFound("no record has this number")

    def close(self) -> None:
        """Connections belong to the transport."""

    def _listed(self, question: Request, answer: Any, empty: Callable[[Any, str], bool] = is_null) -> list[Any]:
        """The list at ``items``; one object stands for a list of one. What is not there at all is not "none found":

        ``empty`` says whether a path that leads to nothing means an empty list. Raises BadAnswer ``mapping``.
        """
        if answer is None:
            return []
        find = self._items[id(question)]
        found = answer if find is None else find(answer)
        if isinstance(found, list):
            return found
        if isinstance(found, dict):
            return [found]
        if found is None and empty(answer, question.items):
            return []
        raise BadAnswer(f"{self._where(question, 'items')} ({question.items or 'all'}) is no list", key="mapping")

    def _sources(self, question: Request) -> Iterator[tuple[Place, str]]:
        """What the map of a question's items reads, with the places in the manifest."""
        name = getattr(question, "map", None)
        if name is None:
            found = values_in(self._manifest.person, ("person",))
        else:
            name = name or next(iter(self._manifest.record))
            found = values_in(self._manifest.record[name], ("record", name))
        for place, value in found:
            for source in (value.from_, *value.join, *value.first):
                if source:
                    yield place, source

    def _where(self, said: Request | Statement, key: str) -> str:
        """``file:line: find.items`` of a key of a question, or of what is sent."""
        places = (*questions(self._manifest), *statements(self._manifest))
        return self._line((*next(place for place, each in places if each is said), key))

    def _line(self, place: Place) -> str:
        name = ".".join(part for part in place if isinstance(part, str))
        return f"{Path(self._manifest.path).name}:{line_of(self._lines, place)}: {name}"


def questions(manifest: Manifest) -> Iterator[tuple[Place, Request]]:
    """All requests of a manifest with their places in its file."""
    yield ("check",), manifest.check
    yield from ((("find", at), each) for at, each in enumerate(manifest.find))
    yield from ((("records", at), each) for at, each in enumerate(manifest.records))
    yield from ((("lookup", at), each) for at, each in enumerate(manifest.lookup))
    yield from askings(manifest)


def no_web_address(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """A problem where the address is none of the web, or brings a user name along."""
    if not manifest.address.lower().startswith(("http://", "https://")) or not host_of(manifest.address):
        yield ("address",), "address is no web address: write https://host/path"
    elif "@" in urlsplit(manifest.address).netloc:
        yield ("address",), "address holds a user name: write it as auth.user, and put the password into the keyring"


_OWN = {("sql", "files"): ("sql", "params"), ("soap", "graphql"): ("operation",), ("ldap",): ("base", "scope", "filter")}
"""Keys of a question that some kinds alone have."""


def unused(manifest: Manifest, keys: tuple[str, ...], instead: str) -> Iterator[tuple[Place, str]]:
    """A problem for each of these keys that a question says, and of other kinds' own, so that no key is silently of no effect."""
    nothing = Request()
    keys_of_others = dict.fromkeys((*keys, *(key for kinds, own in _OWN.items() if manifest.kind not in kinds for key in own)))
    for place, question in questions(manifest):
        for key in keys_of_others:
            if getattr(question, key) != getattr(nothing, key):
                yield (*place, key), f"kind {manifest.kind} has no {key}: write {instead}"


def manifest_text(manifest: Manifest) -> str:
    """The file's text; empty where the manifest came from none."""
    file = Path(manifest.path)
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def manifest_error(manifest: Manifest, problems: list[tuple[Place, str]]) -> ManifestError:
    """The problems with their lines, first line first."""
    text = manifest_text(manifest)
    found = [ManifestProblem(manifest.path, line_of(text, place), words) for place, words in problems]
    return ManifestError(sorted(found, key=lambda each: each.line))


def _unreadable_places(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """A problem for each question that finds its items, or the next page, by what is no JMESPath."""
    for place, question in questions(manifest):
        if question.items and (words := no_jmespath(question.items)):
            yield (*place, "items"), f"items: {words}"
        if question.paging and question.paging.next and (words := no_jmespath(question.paging.next)):
            yield (*place, "paging", "next"), f"paging.next: {words}"
