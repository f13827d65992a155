"""A file has one subject, told in its first sentence, and is short enough to be read at one go."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.source import PRODUCT, files, nodes, text, tree

MOST_LINES = 400


def purpose(path: Path) -> str:
    """The first sentence of a file's docstring."""
    told = " ".join((ast.get_docstring(tree(path)) or "").split())
    return re.split(r"(?<=[.!?])\s", told, maxsplit=1)[0] if told else ""


@pytest.mark.parametrize("path", files(), ids=str)
def test_purpose_and_size(path: Path) -> None:
    first = purpose(path)
    assert first, "says nothing about what it is for: give it a docstring"
    assert first[0].isupper() or first[0] in "`", first
    assert len(first) >= 12, first
    lines = text(path).count("\n")
    assert lines <= MOST_LINES, f"{lines} lines: more than one subject?"


def test_no_two_files_have_one_purpose() -> None:
    twice = [told for told, times in Counter(purpose(path) for path in files()).items() if times > 1]
    assert twice == []


def test_annotations_are_not_evaluated() -> None:
    """Python 3.11 to 3.13 read annotations alike only so."""
    lacking = [path.as_posix() for path in files() if len(tree(path).body) > 1 and "from __future__ import annotations" not in text(path)]
    assert lacking == []


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [str(path) for path in files() if words.search(text(path))] == []


def test_nothing_is_printed_by_the_way() -> None:
    """Output of commands is written on purpose, to a stream; a print is a leftover."""
    printed = [
        f"{path}:{node.lineno}"
        for path, node in nodes(*PRODUCT)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "breakpoint"}
    ]
    assert printed == []
