"""A query's values within an expression of OData or SQL: no value can become part of the expression.

Within single quotes a value's quotes are doubled. Outside, where keys and numbers stand, only what is ``bare`` is taken: a number,
in OData a date, time or GUID, too; with any other value the template comes out empty, since nothing there has such a key. In OData's
``$search`` a value stands within double quotes, as a phrase. Sources: OData 4.01, part 2 (URL Conventions); SQL-92, 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from adapters.templates import fill

_PIECES = re.compile(r"(\{[^{}]*\})")
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
ODATA_LITERAL = re.compile(
    r"-?\d{1,30}(\.\d{1,30})?"
    r"|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d))?"
    r"|[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
)


def filled(
    template: str,
    values: Mapping[str, str],
    bare: re.Pattern[str] = ODATA_LITERAL,
    *,
    search: bool = False,
    encode: Callable[[str], str] = str,
) -> str:
    """The template with its values as literals, each passed through ``encode``.

    Empty where a value that it names is empty, or can't stand where it would.
    """
    mark = '"' if search else "'"
    quoted = False
    parts = []
    for piece in _PIECES.split(template):
        if not piece.startswith("{"):
            quoted ^= piece.count(mark) % 2 == 1
            parts.append(piece)
            continue
        text = fill(piece, values)
        if not text:
            return ""
        if search:
            text = re.sub(r'["\\]', " ", text).strip()
        elif quoted:
            text = text.replace("'", "''")
        elif not bare.fullmatch(text):
            return ""
        if not text:
            return ""
        parts.append(encode(text))
    return "".join(parts)


def problem(template: str, *, search: bool = False) -> str:
    """What is wrong with a template beside its values and filters; empty when nothing is."""
    mark = '"' if search else "'"
    quoted = False
    for piece in _PIECES.split(template):
        if piece.startswith("{"):
            if search and not quoted:
                return f"write {piece} within double quotes, as a phrase"
        else:
            quoted ^= piece.count(mark) % 2 == 1
    return f"a {mark} is not closed" if quoted else ""
