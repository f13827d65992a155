"""The text of one GraphQL query: its name, and the variables that it declares with their types (GraphQL, October 2021, 2.3 and 2.10).

Only as much is read as is needed to give each variable a value of its type; whether the server knows what the query names, it
says itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

_TEXTS = re.compile(r'"""(?:[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*')
_BRACES = re.compile(r"\{[^{}]*\}")
_DEFINITION = re.compile(r"\b(query|mutation|subscription|fragment)\b\s*(\w*)")
_VARIABLE = re.compile(r"\$(\w+)\s*:\s*([\[\w\]!\s]+?)\s*(=|(?=[$,)@]))")
_MOST = 2**31 - 1
_FORMS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "Int": (r"-?[0-9]{1,10}", int),
    "Float": (r"-?[0-9]{1,15}(\.[0-9]{1,15})?", float),
    "Boolean": (r"true|false", lambda text: text == "true"),
}
"""How a value of a type must be written, and what makes JSON of it; all others are texts."""


class Query(msgspec.Struct, frozen=True):
    """``types``: variable to type as declared; ``needed``: those that must have a value."""

    name: str
    types: dict[str, str]
    needed: frozenset[str]

    def variables(self, given: Mapping[str, str | int]) -> dict[str, Any] | None:
        """Values of the variables' types; None where one that is needed has none, or one is not of its type: nothing fits then."""
        found = {}
        for name, value in given.items():
            if value != "":
                try:
                    found[name] = _typed(value, self.types.get(name, ""))
                except ValueError:
                    return None
        return found if self.needed <= found.keys() else None


def read_query(text: str) -> Query:
    """What the text says. Raises ValueError, in words for the manifest's author, where it is not one named query."""
    bare = _TEXTS.sub('""', text)
    while (without := _BRACES.sub("", bare)) != bare:
        bare = without
    if "{" in bare or "}" in bare:
        raise ValueError("a brace is not closed")
    operations = [(kind, name) for kind, name in _DEFINITION.findall(bare) if kind != "fragment"]
    if len(operations) != 1 or operations[0][0] != "query" or not operations[0][1]:
        raise ValueError('write one query, with a name: "query People($family: String!) { ... }"')
    variables = _VARIABLE.findall(bare)
    return Query(
        operations[0][1],
        {name: kind for name, kind, _ in variables},
        frozenset(name for name, kind, default in variables if kind.endswith("!") and not default),
    )


def _typed(value: str | int, kind: str) -> Any:
    """A value as JSON of its type; a list of one is written as the one (3.11). Raises ValueError."""
    name, text = kind.strip("[]! "), str(value)
    form, convert = _FORMS.get(name, ("", str))
    if form and not re.fullmatch(form, text):
        raise ValueError(name)
    typed: Any = convert(text)
    if name == "Int" and abs(typed) > _MOST:
        raise ValueError(name)
    return typed
