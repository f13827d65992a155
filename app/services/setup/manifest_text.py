"""A proposed manifest written as TOML: plain keys first, then one table a question, in the order in which the README tells them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def manifest_text(manifest: dict[str, Any], heading: str) -> str:
    """The file's text; ``heading`` is its first line, a comment that says what the department is."""
    lines = [f"# {each}".rstrip() for each in heading.splitlines()]
    nested: list[tuple[str, Any]] = []
    for key, value in manifest.items():
        if _is_tables(value) or (isinstance(value, dict) and key in ("person", "record", "codes", "check")):
            nested.append((key, value))
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in nested:
        if isinstance(value, list):
            for each in value:
                lines += ["", f"[[{_key(key)}]]", *_pairs(each)]
        elif key in ("record", "codes"):
            for name, each in value.items():
                lines += ["", f"[{key}.{_key(name)}]", *_pairs(each)]
        else:
            lines += ["", f"[{_key(key)}]", *_pairs(value)]
    return "\n".join(lines) + "\n"


def _pairs(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if _is_tables(value):
            yield f"{_key(key)} = ["
            yield from (f"  {_value(each)}," for each in value)
            yield "]"
        else:
            yield f"{_key(key)} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    text = str(value)
    if "'" not in text and "\n" not in text and ('"' in text or "\\" in text) and text.isprintable():
        return f"'{text}'"
    return _quoted(text)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for those of half characters, which no TOML can hold."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.match(key) else _quoted(key)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
