"""The project's own Python files, read and parsed once for the tests of the house's rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app", "views", "models", "adapters", "resources")


@cache
def files(*packages: str) -> tuple[Path, ...]:
    """Python files of these packages, or of the product's and the tests', relative to the repository."""
    return tuple(sorted(path.relative_to(ROOT) for package in packages or (*PRODUCT, "tests") for path in (ROOT / package).rglob("*.py")))


@cache
def text(path: Path) -> str:
    """What stands in a file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(text(path), str(path))


def nodes(*packages: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every file of these packages."""
    for path in files(*packages):
        for node in ast.walk(tree(path)):
            yield path, node


def called(node: ast.AST) -> str:
    """The last name of what is called: ``b`` in ``a.b()``; nothing when it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
