"""The column map: which column of a CSV file is which part of a person, as TOML."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import msgspec

from adapters.toml_lines import line_of


class BadUse(Exception):
    """What was asked can't be done at all; the text says what to write instead."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a column map. Each names a column, or several; what a file does not have is left out."""

    id: str = ""
    """Names the record in the answer; without it, its line number does."""
    given_name: str = ""
    family_name: str = ""
    full_name: str = ""
    birth_date: str = ""
    date_format: str = "%Y-%m-%d"
    """How birth dates are written, in strptime's codes."""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
    """A whole address in one column; or its parts:"""
    street: str = ""
    house_number: str = ""
    unit: str = ""
    post_code: str = ""
    city: str = ""
    numbers: tuple[str, ...] = ()
    """Numbers that an authority gave; the column's name is the scheme, alike in both files."""
    department: str = ""
    """Which register a record is from, where a file holds several."""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    as_of: str = ""
    """The day the file is of, ISO 8601; birth dates after it are unknown. Default: today."""

    def named(self) -> dict[str, str]:
        """Each column that is named, with the key that names it."""
        found = {}
        for key in _ONE:
            if column := getattr(self, key):
                found[column] = key
        for key in _SEVERAL:
            found |= dict.fromkeys(getattr(self, key), key)
        return found

    def day(self) -> datetime:
        """``as_of``, at midnight UTC."""
        return datetime.fromisoformat(self.as_of).replace(tzinfo=UTC) if self.as_of else datetime.now(UTC)


_SEVERAL = ("phones", "emails", "numbers")
_ONE = tuple(name for name in Columns.__struct_fields__ if name not in (*_SEVERAL, "date_format", "encoding", "delimiter", "as_of"))


def load_columns(path: Path) -> tuple[Columns, str]:
    """Read a column map; the text besides, to tell lines of it. Raises BadUse with the line."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise BadUse(f"{path} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadUse(f"{path} is not TOML in UTF-8: {error}") from None
    for key in data:
        if key not in Columns.__struct_fields__:
            near = get_close_matches(key, Columns.__struct_fields__, 1)
            hint = f": did you mean {near[0]!r}?" if near else f": the keys are {', '.join(Columns.__struct_fields__)}"
            raise BadUse(f"{path}:{line_of(text, (key,))}: there is no key {key!r}{hint}")
    for key in _SEVERAL:
        if isinstance(data.get(key), str):
            data[key] = [data[key]]
    try:
        columns = msgspec.convert(data, Columns)
        columns.day()
        "".encode(columns.encoding)
    except msgspec.ValidationError as error:
        key = str(error).rpartition("$.")[2].strip("`").partition("[")[0]
        raise BadUse(f"{path}:{line_of(text, (key,))}: {key} must be a column's name in quotes, or a list of them") from None
    except ValueError as error:
        raise BadUse(f"{path}:{line_of(text, ('as_of',))}: as_of is no day: {error}") from None
    except LookupError:
        raise BadUse(f"{path}:{line_of(text, ('encoding',))}: {columns.encoding!r} is no encoding: write utf-8 or latin-1") from None
    if len(columns.delimiter) != 1:
        raise BadUse(f"{path}:{line_of(text, ('delimiter',))}: delimiter must be one character")
    if not (columns.full_name or (columns.given_name and columns.family_name)):
        raise BadUse(f"{path}: name the columns of given_name and family_name, or that of full_name")
    return columns, text
