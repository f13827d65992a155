"""Where a value stands in an item: a column of a row, or a JMESPath of a JSON value, turned into a function of one item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters.contract import BadAnswer

Getter = Callable[[Any], Any]
GetterFactory = Callable[[str], Getter]
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_OF_EACH = re.compile(rf"({_PLAIN.pattern})\[\]\.({_PLAIN.pattern})")


def column_getter(name: str) -> Getter:
    """A column of a SQL row mapping. A column that the SELECT does not give raises BadAnswer."""

    def get(row: Mapping[str, Any]) -> Any:
        try:
            return row[name]
        except KeyError:
            raise BadAnswer(f"the answer has no column {name}", key="mapping") from None

    return get


def json_getter(path: str) -> Getter:
    """A JMESPath of a JSON item. Plain names and dotted paths skip the interpreter: it costs ten times as much."""
    if quoted := re.fullmatch(r'"([^"\\]+)"', path):
        name = quoted[1]
        return _member(name)
    if _PLAIN.fullmatch(path):
        keys = path.split(".")
        if len(keys) == 1:
            return _member(path)

        def get(item: Any) -> Any:
            for key in keys:
                if not isinstance(item, dict):
                    return None
                item = item.get(key)
            return item

        return get
    if each := _OF_EACH.fullmatch(path):
        return _of_each(json_getter(each[1]), json_getter(each[3]))
    import jmespath  # here, as many departments need none
    from jmespath.exceptions import JMESPathError

    compiled = jmespath.compile(path)

    def search(item: Any) -> Any:
        try:
            return compiled.search(item)
        except JMESPathError as error:  # its text may quote what came
            raise BadAnswer(f"{path} does not fit what came ({type(error).__name__})", key="mapping") from None

    return search


def _member(name: str) -> Getter:
    """A key of an object; None of anything else."""

    def get(item: Any) -> Any:
        try:  # costs nothing where it is an object, as nearly always
            return item.get(name)
        except AttributeError:
            return None

    get.member = name  # type: ignore[attr-defined]
    return get


def _of_each(listed: Getter, inner: Getter) -> Getter:
    """``edges[].node``: that of each item of a list, of lists within it too, less what is null; None where there is no list."""

    def get(item: Any) -> list[Any] | None:
        found = listed(item)
        if not isinstance(found, list):
            return None
        if any(isinstance(each, list) for each in found):
            found = [inside for each in found for inside in (each if isinstance(each, list) else [each])]
        return [value for each in found if (value := inner(each)) is not None]

    return get


def member_of(get: Getter) -> str | None:
    """The key that a getter reads, where it is no more than that: who reads ten thousand items asks for it without the getter's call."""
    return getattr(get, "member", None)


def no_jmespath(path: str) -> str:
    """What is wrong with a JMESPath, in words; empty when nothing is."""
    if _PLAIN.fullmatch(path):
        return ""
    import jmespath
    from jmespath.exceptions import JMESPathError, JMESPathTypeError

    try:
        jmespath.search(path, {})  # a function that there is not shows only now
    except JMESPathTypeError:
        return ""  # that depends on what comes
    except JMESPathError:
        return f'"{path}" is no JMESPath: see jmespath.org'
    return ""


def fields_read(path: str) -> set[str]:
    """The names of the fields that a JMESPath reads, at any depth."""
    if quoted := re.fullmatch(r'"([^"\\]+)"', path):
        return {quoted[1]}
    if _PLAIN.fullmatch(path):
        return set(path.split("."))
    import jmespath

    def fields(node: dict[str, Any]) -> Iterator[str]:
        if node.get("type") == "field":
            yield node["value"]
        for child in node.get("children", ()):
            if isinstance(child, dict):
                yield from fields(child)

    return set(fields(jmespath.compile(path).parsed))
