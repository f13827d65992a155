"""A TOML table read into a Struct: every key checked, every problem told at once, each with its place.

The Struct declares the keys: types, defaults, ``msgspec.Meta`` for bounds (its ``description`` says what to write, where a type alone
does not), and ``__post_init__`` for what several keys must agree on, which raises Unusable or ValueError. Its ClassVar ``SHORT`` names
the key that a bare text stands for. One table stands for a list of one.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

T = TypeVar("T", bound=msgspec.Struct)
Place = tuple[str | int, ...]
"""Keys and list indices, from the top of the file."""
_NOTHING = object()


class Unusable(ValueError):
    """What is wrong with a table; each problem with its place."""

    def __init__(self, problems: Iterable[tuple[Place, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(text for _, text in self.problems))


def regular_expression(pattern: str, *place: str | int) -> None:
    """Raises Unusable where ``pattern`` is none."""
    import re

    try:
        re.compile(pattern)
    except re.error as error:
        raise Unusable([(place, f"{pattern!r} is not a regular expression: {error}")]) from None


def time_zone(name: str, *place: str | int) -> None:
    """Raises Unusable where ``name`` is no IANA time zone."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unusable([(place, f'{name!r} is no time zone: write an IANA name such as "America/Chicago"')]) from None


def read_table(kind: type[T], data: dict[str, Any], whole: str = "table") -> T:
    """``data`` as a ``kind``; ``whole`` is what the file is called. Raises Unusable with every problem: the key, and what to write."""
    reader = _Reader(whole)
    table: T = reader.table(kind, data, ())
    if reader.problems:
        raise Unusable(reader.problems)
    return table


class _Reader:
    def __init__(self, whole: str) -> None:
        self.whole = whole
        self.problems: list[tuple[Place, str]] = []

    def table(self, kind: Any, data: Any, place: Place) -> Any:
        short = getattr(kind, "SHORT", "")
        if short and isinstance(data, str):
            data = {short: data}
        if not isinstance(data, dict):
            return self._wrong(place, data, "a text or a table { ... }" if short else "a table { ... }")
        before, fields, values = len(self.problems), _fields(kind), {}
        for key in data:
            if key not in fields:
                self._tell((*place, key), f"is not a key of a {self.whole}: take it out, or check its spelling", " ")
        for key, field in fields.items():
            if key in data:
                values[field.name] = self.value(field.type, data[key], (*place, key))
            elif field.required:
                self._tell((*place, key), f"is missing: write {key} = ...", " ")
        if len(self.problems) > before:
            return _NOTHING
        try:
            return kind(**values)
        except Unusable as error:
            for inner, text in error.problems:
                self._tell((*place, *inner), text)
        except ValueError as error:
            self._tell(place, str(error))
        return _NOTHING

    def value(self, kind: Any, data: Any, place: Place) -> Any:
        bare, origin = _bare(kind)
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            return self.table(bare, data, place)
        if origin is tuple and isinstance(data, dict) and issubclass(get_args(bare)[0], msgspec.Struct):
            data = [data]
        if origin is tuple and isinstance(data, list | tuple):
            if len(data) < _meta(kind, "min_length", 0):
                return self._wrong(place, data, _wanted(kind))
            return tuple(self.value(get_args(bare)[0], each, (*place, at)) for at, each in enumerate(data))
        if origin is dict and isinstance(data, dict):
            return {key: self.value(get_args(bare)[1], each, (*place, key)) for key, each in data.items()}
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError:
            return self._wrong(place, data, _wanted(kind))

    def _wrong(self, place: Place, given: Any, wanted: str) -> object:
        text = repr(given)
        self._tell(place, f"is {text if len(text) <= 60 else text[:59] + '…'}: write {wanted}", " ")
        return _NOTHING

    def _tell(self, place: Place, text: str, after: str = ": ") -> None:
        where = ".".join(str(part) for part in place)
        self.problems.append((place, f"{where}{after}{text}" if where else text))


@cache
def _fields(kind: Any) -> dict[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _bare(kind: Any) -> tuple[Any, Any]:
    """A type without its bounds and without None, and what it is a case of: ``tuple`` of ``tuple[str, ...]``."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (types.UnionType, Union):
        kind = next(part for part in get_args(kind) if part is not types.NoneType)
    return kind, get_origin(kind)


def _meta(kind: Any, name: str, default: Any = None) -> Any:
    metas = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return next((found for meta in metas if (found := getattr(meta, name)) is not None), default)


_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _wanted(kind: Any) -> str:
    """What to write for a key of this type, in words."""
    bare, origin = _bare(kind)
    if described := _meta(kind, "description"):
        return str(described)
    if origin is Literal:
        return f"one of {', '.join(repr(each) for each in get_args(bare) if each)}"
    if origin is dict:
        return "a table { ... }"
    words = "a list [ ... ]" if origin is tuple else _WORDS[bare]
    least, most, above = _meta(kind, "ge"), _meta(kind, "le"), _meta(kind, "gt")
    shortest, longest = _meta(kind, "min_length"), _meta(kind, "max_length")
    bounds = [
        f"of at least {least}" if least is not None else "",
        f"above {above}" if above is not None else "",
        f"of at most {most}" if most is not None else "",
        f"of at least {shortest}{' letter' if bare is str else ''}" if shortest else "",
        f"of at most {longest} letters" if longest else "",
    ]
    return " ".join([words, " and ".join(filter(None, bounds))]).strip()
