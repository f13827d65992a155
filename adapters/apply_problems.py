"""Holds what a manifest says under [[apply]] to its form: which kinds of change there are, and which values templates may name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from adapters.manifest import Manifest
from adapters.manifest_apply import ALWAYS, Apply, Asking, Statement
from adapters.sources import no_jmespath
from adapters.templates import problems
from adapters.toml_tables import Place
from adapters.writing import askings, statements, templates_of
from models.changes import ADDRESS_PARTS, ChangeKind, FormField


def value_names(fields: Iterable[FormField]) -> tuple[str, ...]:
    """What a form's values are called; an address gives its parts besides."""
    return tuple(name for field in fields for name in ((field.name, *ADDRESS_PARTS) if field.type == "address" else (field.name,)))


def wrong_applies(manifest: Manifest, kinds: Iterable[ChangeKind]) -> Iterator[tuple[Place, str]]:
    """What is wrong with it, where the site has these kinds of change."""
    known = {kind.id: kind for kind in kinds}
    for at, apply in enumerate(manifest.apply):
        place: Place = ("apply", at)
        if apply.change not in known and not apply.title:
            listed = ", ".join(known) or "none"
            yield (
                (*place, "change"),
                f'"{apply.change}" is no kind of change of the site ({listed}): an action of its own needs title = "..."',
            )
            continue
        if apply.change in {each.change for each in manifest.apply[:at]}:
            yield (*place, "change"), f'"{apply.change}" stands twice: leave one [[apply]] for it'
        if unknown := [kind for kind in apply.on if manifest.record and kind not in manifest.record]:
            yield (*place, "on"), f"{', '.join(unknown)}: no [record.NAME] of this; there are: {', '.join(manifest.record)}"
        fields = [*(known[apply.change].fields if apply.change in known else ()), *apply.fields]
        yield from _wrong_templates(apply, place, value_names(fields))


def _wrong_templates(apply: Apply, place: Place, names: Collection[str]) -> Iterator[tuple[Place, str]]:
    usual = [*names, *ALWAYS]
    undo = [*usual, "receipt", *(f"before_{name}" for name in names)]
    for at, each in enumerate(apply.send):
        yield from _wrong(each, (*place, "send", at), [*usual, "receipt"] if at else usual)
    for at, each in enumerate(apply.undo):
        yield from _wrong(each, (*place, "undo", at), undo)
    for key, asking in (("current", apply.current), ("settled", apply.settled)):
        if asking is not None:
            yield from _wrong(asking, (*place, key), usual)
            for name in asking.values.keys() - set(names):
                yield (*place, key, "values", name), f"{name} is no field of the form: write one of {', '.join(names) or 'none'}"


def _wrong(said: Statement | Asking, place: Place, names: Collection[str]) -> Iterator[tuple[Place, str]]:
    for key, template in templates_of(said):
        for words in problems(template, names):
            yield (*place, *key), f"{'.'.join(key)}: {words}"


def unused_in_applies(manifest: Manifest, keys: tuple[str, ...], instead: str) -> Iterator[tuple[Place, str]]:
    """A problem for each of these keys that something sent says, and where several are sent but only one can be."""
    nothing = Statement()
    for place, each in statements(manifest):
        for key in keys:
            if getattr(each, key) != getattr(nothing, key):
                yield (*place, key), f"kind {manifest.kind} has no {key}: write {instead}"
        if manifest.kind != "sql" and place[-1] == 1:
            yield place, f"kind {manifest.kind} sends one thing for a change: leave one"


def unreadable_receipts(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """A problem for each place of an answer to a change that is no JMESPath."""
    for place, said in (*statements(manifest), *askings(manifest)):
        for key in ("receipt", "link", "note"):
            if (path := getattr(said, key)) and (words := no_jmespath(path)):
                yield (*place, key), f"{key}: {words}"
    for place, asking in askings(manifest):
        for name, value in (*asking.values.items(), ("version", asking.version), ("locked", asking.locked)):
            for source in (value.from_, *value.join, *value.first) if value else ():
                if source and (words := no_jmespath(source)):
                    yield (*place, "values", name) if name in asking.values else (*place, name), f"{name}: {words}"
