"""Writes as a manifest says, whatever the protocol: what a change is filled with, when it is sent, and what an answer means.

A kind derives from ``Writes`` and says how one question about a change is asked and how statements are sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from anyascii import anyascii

from adapters.contract import CallContext, Conflict, DepartmentError, NotFound, Rejected, Unsettled
from adapters.manifest import Manifest
from adapters.manifest_apply import Apply, Asking, Statement
from adapters.manifest_maps import Value
from adapters.mapping import NO, Converter
from adapters.sources import GetterFactory
from adapters.templates import names_in, sendable, subject_values
from adapters.toml_tables import Place
from models.changes import Current, Receipt, Writing

T = TypeVar("T")
_LEAST_DIGITS = 7
"""Of two numbers that differ in what stands before, so many must be alike for them to be one: the country's prefix of a phone."""


class ReceiptReader:
    """Reads the department's word that a change was taken from one item of its answer."""

    def __init__(self, said: Statement | Asking, getter: GetterFactory, manifest: Manifest) -> None:
        def one(name: str, source: str) -> Callable[[Any], str]:
            return Converter(name, Value(source), getter, manifest).text if source else lambda _: ""

        self._reference, self._link, self._note = one("receipt", said.receipt), one("link", said.link), one("note", said.note)

    def __call__(self, item: Any) -> Receipt:
        return Receipt(self._reference(item), self._note(item), self._link(item))


class CurrentReader:
    """Reads what a department has now from one item of its answer."""

    def __init__(self, asking: Asking, getter: GetterFactory, manifest: Manifest) -> None:
        self._values = {name: Converter(f"values.{name}", value, getter, manifest).text for name, value in asking.values.items()}
        self._version = Converter("version", asking.version, getter, manifest).text if asking.version else None
        self._locked = Converter("locked", asking.locked, getter, manifest).text if asking.locked else None

    def __call__(self, item: Any, tag: str) -> Current:
        """``tag`` is the answer's own version. Raises Conflict ``locked``."""
        if self._locked is not None and self._locked(item).lower() not in NO:
            raise Conflict("the department has locked it", key="locked", sent=False)
        return Current({name: read(item) for name, read in self._values.items()}, self._version(item) if self._version else tag)


class Writes:
    """What ``contract.Applies`` asks for, of a manifest's [[apply]] tables."""

    def __init__(self, manifest: Manifest, getter: GetterFactory) -> None:
        self._manifest = manifest
        asked = [asking for _, asking in askings(manifest)]
        self._currents = {id(each): CurrentReader(each, getter, manifest) for each in asked}
        said: list[Statement | Asking] = [*asked, *(each for _, each in statements(manifest))]
        self._receipts = {id(each): ReceiptReader(each, getter, manifest) for each in said}

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        """The first item of the answer, with the answer's own version where it has one; None where there is no item."""
        raise NotImplementedError

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        """Send them, all or none. Raises as ``contract.Applies.apply`` does."""
        raise NotImplementedError

    def current(self, writing: Writing, ctx: CallContext) -> Current | None:
        asking = self._apply(writing).current
        return self._now(asking, change_values(writing, ctx), ctx) if asking else None

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        apply = self._apply(writing)
        values = change_values(writing, ctx)
        if apply.current and not writing.version and _named(apply.send, "version"):  # decided while the department gave no answer
            if not apply.repeatable and (known := unsent(lambda: self._taken(apply.settled, values, ctx))):
                return known  # what stops a second effect is the version alone, and it is taken anew
            values["version"] = unsent(lambda: self._now(apply.current, values, ctx)).version
        return self._sent(apply, apply.send, values, ctx)

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        apply = self._apply(writing)
        values = change_values(writing, ctx)
        if apply.settled:
            return self._taken(apply.settled, values, ctx)
        if apply.current and apply.current.values.keys() & writing.values.keys():
            now = self._now(apply.current, values, ctx)
            if _alike(now.values, writing.values):
                return Receipt()
            if not _alike(now.values, writing.before):
                raise Conflict("it has neither what was to be written nor what it had before")
            return None
        raise Unsettled("the manifest has neither [apply.settled] nor [apply.current] for it")

    def undo(self, writing: Writing, receipt: Receipt, ctx: CallContext) -> Receipt:
        apply = self._apply(writing)
        if not apply.undo:
            raise Rejected("the manifest has no [apply.undo] for it", sent=False)
        values = change_values(writing, ctx) | sendable({"receipt": receipt.reference})
        if known := unsent(lambda: self._taken(apply.settled, values, ctx)):
            return known
        if apply.current:
            now = unsent(lambda: self._now(apply.current, values, ctx))
            if not _alike(now.values, writing.values):
                raise Conflict("it has something else by now", sent=False)
            values["version"] = now.version
        return self._sent(apply, apply.undo, values, ctx)

    def _apply(self, writing: Writing) -> Apply:
        found = self._manifest.apply_for(writing.kind)
        assert found is not None, f"{self._manifest.id} takes no {writing.kind}"
        return found

    def _now(self, asking: Asking | None, values: dict[str, str], ctx: CallContext) -> Current:
        assert asking is not None
        found = self._told(asking, values, ctx)
        if found is None:
            raise NotFound("nothing is known of it")
        return self._currents[id(asking)](*found)

    def _taken(self, asking: Asking | None, values: dict[str, str], ctx: CallContext) -> Receipt | None:
        """What was told of the change with this key; None where it was not made, or where nobody can be asked."""
        if asking is None:
            return None
        try:
            found = self._told(asking, values, ctx)
        except NotFound:
            return None
        return self._receipts[id(asking)](found[0]) if found else None

    def _sent(self, apply: Apply, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        """Send it. Where it is refused because it was sent before under this key, that is no refusal."""
        try:
            return self._send(several, values, ctx)
        except (Conflict, NotFound, Rejected):
            try:
                known = self._taken(apply.settled, values, ctx)
            except DepartmentError as error:
                error.sent = True  # before, perhaps: that was to be found out
                raise
            if known is None:
                raise
            return known


def unsent(ask: Callable[[], T]) -> T:
    """What is read before anything is sent; an error says so."""
    try:
        return ask()
    except DepartmentError as error:
        error.sent = False
        raise


def change_values(writing: Writing, ctx: CallContext) -> dict[str, str]:
    """The values that templates of a change have."""
    about = subject_values(writing.subject.id if writing.subject else "", ctx.now.date())
    about |= {"record": writing.record.id if writing.record else "", "key": writing.key, "version": writing.version, "actor": ctx.actor}
    before = {f"before_{name}": text for name, text in writing.before.items()}
    return sendable({**writing.values, **before, **about, "receipt": ""})


def askings(manifest: Manifest) -> Iterator[tuple[Place, Asking]]:
    """All questions about changes, with their places in the manifest's file."""
    for at, apply in enumerate(manifest.apply):
        yield from ((("apply", at, name), asking) for name in ("current", "settled") if (asking := getattr(apply, name)))


def statements(manifest: Manifest) -> Iterator[tuple[Place, Statement]]:
    """All that is sent, with its place in the manifest's file."""
    for at, apply in enumerate(manifest.apply):
        for name in ("send", "undo"):
            yield from ((("apply", at, name, number), each) for number, each in enumerate(getattr(apply, name)))


def templates_of(statement: Statement | Asking) -> Iterator[tuple[tuple[str, ...], str]]:
    """All its templates with their keys."""
    yield ("path",), statement.path
    for table in ("params", "query", "headers", "body"):
        yield from (((table, name), template) for name, template in getattr(statement, table).items())


def filled(fill: Callable[[str, Mapping[str, str]], str], template: str, values: Mapping[str, str]) -> str:
    """The filled template. Raises Rejected where a value has not the form that a filter needs."""
    try:
        return fill(template, values)
    except ValueError:
        raise Rejected(f"{', '.join(sorted(names_in(template)))}: not of the form that the department needs", sent=False) from None


def _named(several: tuple[Statement, ...], value: str) -> bool:
    return any(value in names_in(template) for each in several for _, template in templates_of(each))


def _alike(now: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether a department that writes in its own way (capitals, a phone without prefix) has these values, of those that it keeps."""
    return all(_same(now[name], text) for name, text in wanted.items() if name in now)


def _same(one: str, other: str) -> bool:
    one, other = _bare(one), _bare(other)
    if one.isdigit() and other.isdigit() and min(len(one), len(other)) >= _LEAST_DIGITS:
        return one.endswith(other) or other.endswith(one)
    return one == other


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", anyascii(text).casefold())


def renewed(receipt: Receipt, later: Receipt) -> Receipt:
    """What several statements of one change told: the later word counts."""
    told = {name: text for name in ("reference", "note", "link") if (text := getattr(later, name))}
    return msgspec.structs.replace(receipt, **told)
