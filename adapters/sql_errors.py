"""What a database driver's error means in the department's taxonomy.

Reads SQLSTATE (PostgreSQL), error numbers (MariaDB, MySQL) or result codes (SQLite), and falls back to the error classes of
PEP 249 for any other driver. A driver's message may quote values that were searched, so ``detail`` repeats it only for
errors in the statement itself, whose values are bound and so never part of it.
"""

from __future__ import annotations

import re

from adapters.contract import BadAnswer, DepartmentError, Forbidden, Rejected, SignInNeeded, TimedOut, Unavailable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES: dict[str, type[DepartmentError] | str] = {
    "57014": TimedOut,  # query_canceled: statement_timeout
    "42501": Forbidden,  # insufficient_privilege
    "22021": "charset",  # character_not_in_repertoire
    "22P05": "charset",  # untranslatable_character
    "25006": Rejected,  # read_only_sql_transaction
    "0A": "mapping",  # feature_not_supported
    "08": "no_connection",
    "22": Rejected,  # data_exception
    "23": Rejected,  # integrity_constraint_violation
    "P0001": Rejected,  # raise_exception
    "40": "server_error",  # transaction_rollback: of two that hinder each other
    "28": SignInNeeded,  # invalid_authorization_specification
    "3D": "mapping",  # invalid_catalog_name
    "3F": "mapping",  # invalid_schema_name
    "42": "mapping",  # syntax_error_or_access_rule_violation
}
# https://mariadb.com/kb/en/mariadb-error-code-reference/ and MySQL's server error message reference
_NUMBERS: dict[int, type[DepartmentError] | str] = {
    **dict.fromkeys((1045, 1698, 1820, 1862, 4151), SignInNeeded),
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370), Forbidden),
    **dict.fromkeys((1049, 1052, 1054, 1060, 1064, 1109, 1146, 1305, 1582, 1630), "mapping"),
    **dict.fromkeys((1969, 3024), TimedOut),
    **dict.fromkeys((1267, 1290, 1292, 1366, 1690, 1792), Rejected),
    **dict.fromkeys((1048, 1062, 1169, 1216, 1217, 1264, 1265, 1364, 1406, 1451, 1452, 1644, 3819, 4025), Rejected),  # constraints, SIGNAL
    **dict.fromkeys((1205, 3572), TimedOut),  # waited for a lock
    **dict.fromkeys((1300, 3854), "charset"),
    **dict.fromkeys((2002, 2003, 2005, 2006, 2013, 2055), "no_connection"),
}
# https://www.sqlite.org/rescode.html: an extended code, or else its primary code
_RESULT_CODES: dict[str, type[DepartmentError] | str] = {
    "INTERRUPT": TimedOut,
    "CANTOPEN": "no_connection",
    "PERM": Forbidden,
    "AUTH": Forbidden,
    "NOTADB": "unreadable",
    "READONLY": Rejected,
    "READONLY_ROLLBACK": "server_error",  # a writer broke off: its journal must be rolled back by one who may write
    "READONLY_RECOVERY": "server_error",
    "READONLY_CANTINIT": "server_error",
    "MISMATCH": Rejected,
    "CONSTRAINT": Rejected,
    "ERROR": "mapping",
    "RANGE": "mapping",
    "SCHEMA": "mapping",
    "TOOBIG": "too_large",
}
_CLASSES: dict[str, type[DepartmentError] | str] = {
    "InterfaceError": "no_connection",
    "ProgrammingError": "mapping",
    "NotSupportedError": "mapping",
    "DataError": Rejected,
}
# PyMySQL puts the values into the text that it sends, and MariaDB repeats a part of that text.
_QUOTING = frozenset({"1064"})
_OWN_WORDS = frozenset({"P0001", "1644", "SQLITE_CONSTRAINT_TRIGGER"})
"""Raised by a procedure or trigger of the department's: its sentence is meant for those who write."""
# A server that refuses a PostgreSQL connection says why in words only: libpq hands over no SQLSTATE.
_REFUSED = re.compile(r"authentication failed|no password supplied|pg_hba\.conf|role .* (does not exist|is not permitted to log in)")
_NO_DATABASE = re.compile(r"database .* does not exist")


def explain(
    error: BaseException, *, where: str, product: str, connecting: bool = False, lost: bool = False, writing: bool = False
) -> DepartmentError:
    """The DepartmentError for a driver's error, met while ``connecting``, with the connection ``lost``, or with what was to be written.

    ``where`` is file and line of the statement or address, ``product`` the database's name for ``detail``.
    """
    code, meaning = _meaning(error)
    if connecting and not code:
        meaning = SignInNeeded if _REFUSED.search(str(error)) else "mapping" if _NO_DATABASE.search(str(error)) else "no_connection"
    elif lost and meaning != "mapping" and not isinstance(meaning, type):
        meaning = "no_connection"
    named = " ".join(filter(None, (product, code)))
    if meaning is Rejected and writing:
        words = _sentence(error, code).removeprefix(": ") if code in _OWN_WORDS else ""
        return Rejected(words or f"{named} at {where}: a value does not fit, or the database's own rules forbid it")
    if isinstance(meaning, type):
        hint = ": a value does not fit the column's type, or the statement would write" if meaning is Rejected else ""
        return meaning(f"{named} at {where}{hint}")
    if meaning in ("no_connection", "server_error"):
        return Unavailable(named, key=meaning)
    if meaning == "mapping":
        return BadAnswer(f"{where}: {named}{_sentence(error, code)}", key="mapping")
    return BadAnswer(f"{named} at {where}", key=meaning)


def _meaning(error: BaseException) -> tuple[str, type[DepartmentError] | str]:
    """The driver's own code, and what it means."""
    if error.args and isinstance(error.args[0], int) and error.args[0] > 0:
        return str(error.args[0]), _NUMBERS.get(error.args[0], "server_error")
    if state := getattr(error, "sqlstate", None):
        return state, _SQLSTATES.get(state) or _SQLSTATES.get(state[:2], "server_error")
    if name := getattr(error, "sqlite_errorname", None):
        result = name.removeprefix("SQLITE_")
        return name, _RESULT_CODES.get(result) or _RESULT_CODES.get(result.split("_")[0], "server_error")
    for each in type(error).__mro__:
        if each.__name__ in _CLASSES:
            return "", _CLASSES[each.__name__]
    return "", "server_error"


def _sentence(error: BaseException, code: str) -> str:
    """The server's sentence about the statement, without the excerpt that some add; none where it may quote values."""
    if not code or code in _QUOTING:
        return ""
    lines = str(error.args[-1]).strip().splitlines()
    return f": {lines[0][:200]}" if lines else ""
