"""Which line of a TOML text a key stands on: tomllib parses but remembers no positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TRIPLE = re.compile(r'"""|\'\'\'')


def line_of(text: str, location: tuple[str | int, ...]) -> int:
    """The line (from 1) of the key at ``location`` (keys and list indices), or of the nearest table around it.

    Inline tables and lists count as their key's line. A table given once, as ``[find]``, also stands for index 0.
    """
    lines: dict[tuple[str | int, ...], int] = {}
    for found, line in _positions(text).items():
        lines.setdefault(_without_first(found), line)
    wanted = list(location)
    while wanted:
        if line := lines.get(_without_first(wanted), 0):
            return line
        wanted.pop()
    return 1


def _without_first(path: Iterable[str | int]) -> tuple[str | int, ...]:
    """The path without indices of first tables, which need not be written as a list."""
    return tuple(part for part in path if part != 0)


def _positions(text: str) -> dict[tuple[str | int, ...], int]:
    found: dict[tuple[str | int, ...], int] = {}
    counts: Counter[tuple[str | int, ...]] = Counter()
    table: tuple[str | int, ...] = ()
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if inside is None:
            if header := _HEADER.match(line):
                path = _with_last_index(_keys(header[2]), counts)
                if header[1] == "[[":
                    path = (*path, counts[path])
                    counts[path[:-1]] += 1
                table = path
                found.setdefault(path, number)
            elif key := _KEY.match(line):
                found.setdefault((*table, *_keys(key[1])), number)
        for mark in _TRIPLE.findall(line):
            inside = mark if inside is None else None if mark == inside else inside
    return found


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+", dotted))


def _with_last_index(keys: tuple[str, ...], counts: Counter[tuple[str | int, ...]]) -> tuple[str | int, ...]:
    """``find.paging`` below ``[[find]]`` means the last find: put its index in."""
    path: tuple[str | int, ...] = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        if counts[path] and position < len(keys) - 1:
            path = (*path, counts[path] - 1)
    return path
