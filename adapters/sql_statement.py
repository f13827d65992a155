"""Holds a manifest's SQL to one single SELECT with a row limit, or to one statement that changes rows that it names.

This guards against a slip of the pen in a manifest, and finds it before the first call. What keeps a department's data from
being changed is the read-only connection, and the rights of the user in the address.
"""

from __future__ import annotations

import re

_LITERAL = r"""
    --[^\n]*                                    # comment to the end of the line
  | /\*(?!M?!).*?\*/                            # comment; MySQL executes what stands in /*! */ and /*M! */
  | \$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$   # PostgreSQL's dollar quotes
"""
_QUOTED = r""" | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` """
_QUOTED_WITH_BACKSLASH = r""" | '(?:[^'\\]|''|\\.)*' | "(?:[^"\\]|""|\\.)*" | `[^`]*` """
_STANDARD = re.compile(_LITERAL + _QUOTED, re.VERBOSE | re.DOTALL)
_WITH_BACKSLASH = re.compile(_LITERAL.replace("--[^", r"(?:--(?=\s)|\#)[^", 1) + _QUOTED_WITH_BACKSLASH, re.VERBOSE | re.DOTALL)
_CHANGING = re.compile(r"\b(INTO|UPDATE|DELETE)\b", re.IGNORECASE)
_OWN_END = re.compile(r"\b(LIMIT|FETCH|OFFSET|FOR|LOCK|TOP|ROWNUM)\b", re.IGNORECASE)
_FIRST_WORD = re.compile(r"(\s*SELECT)(\s+DISTINCT|\s+ALL)?\b", re.IGNORECASE)

BACKSLASH_DIALECTS = frozenset({"mysql", "mariadb"})
"""Dialects in whose strings a backslash escapes the next character."""
LIMIT_DIALECTS = frozenset({"sqlite", "postgresql", "mysql", "mariadb"})
"""Dialects that end a SELECT with LIMIT."""


def problem(sql: str, dialect: str) -> str:
    """Why the text is not one single SELECT, and what to write; empty when it is."""
    code = _without_literals(sql, dialect).strip().removesuffix(";")
    first = code.split(maxsplit=1)[0].upper() if code.strip() else ""
    if not first:
        return "sql is missing: write one SELECT"
    if first.split("(")[0] not in ("SELECT", "WITH"):
        return f"sql begins with {first}: write one SELECT, or WITH ... SELECT"
    if ";" in code:
        return "sql holds several statements: write one SELECT"
    if found := _CHANGING.search(code):
        return f"sql holds {found[0].upper()}: write a SELECT that only reads"
    return ""


def change_problem(sql: str, dialect: str) -> str:
    """Why the text is not one statement of a change, and what to write; empty when it is."""
    code = _without_literals(sql, dialect).strip().removesuffix(";")
    first = re.split(r"[\s(]", code, maxsplit=1)[0].upper()
    if not first:
        return "sql is missing: write one UPDATE, INSERT, DELETE or CALL, or a SELECT that tells the receipt"
    if first not in ("UPDATE", "INSERT", "DELETE", "CALL", "SELECT", "WITH"):
        return f"sql begins with {first}: write one UPDATE, INSERT, DELETE or CALL, or a SELECT that tells the receipt"
    if ";" in code:
        return "sql holds several statements: write a [[apply.send]] for each; all or none is done"
    if first in ("UPDATE", "DELETE") and not re.search(r"\bWHERE\b", code, re.IGNORECASE):
        return f"sql is {first} without WHERE: it would change every row"
    return ""


def limited(sql: str, dialect: str, rows: int) -> str:
    """The SELECT, giving ``rows`` rows at most, unless it sets an end itself or the dialect has another word for it.

    Drivers load a whole result before they hand over the first row: a limit that is applied afterwards spares nothing.
    """
    code = _without_literals(sql, dialect)
    while (outer := re.sub(r"\([^()]*\)", _blank, code)) != code:
        code = outer
    end = code.rstrip()
    bare = sql[: len(end) - 1] if end.endswith(";") else sql
    if _OWN_END.search(code):
        return bare
    if dialect in LIMIT_DIALECTS:
        return f"{bare}\nLIMIT {rows}"
    if dialect == "oracle":  # from 12c on
        return f"{bare}\nFETCH FIRST {rows} ROWS ONLY"
    if dialect == "mssql" and (first := _FIRST_WORD.match(code)):  # after WITH it would have to stand in the middle
        return f"{bare[: first.end()]} TOP ({rows}){bare[first.end() :]}"
    return bare


def _without_literals(sql: str, dialect: str) -> str:
    """The text, as long as it was, with its comments, strings and quoted names made blank."""
    pattern = _WITH_BACKSLASH if dialect in BACKSLASH_DIALECTS else _STANDARD
    return pattern.sub(_blank, sql)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
