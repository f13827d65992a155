"""The rows of a drop: delimited text, a spreadsheet, or lines of fixed width. Every value is text; a line that can't be read is named."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from msgspec import Struct

from adapters.contract import BadAnswer
from adapters.manifest_kinds import Drop
from adapters.texts import clean

_SHEETS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
_LONGEST_LINE = 131_072


class Unread(Struct, frozen=True):
    """A line that can't be read, and why."""

    line: int
    why: str


def rows_of(drop: Drop, name: str, body: bytes, most: int) -> tuple[list[str], Iterator[list[str] | Unread]]:
    """The columns' names, and the rows. ``most`` bytes may come of what is packed. Raises BadAnswer."""
    if drop.is_fixed:
        return [each.name for each in drop.columns], _fixed(drop, _decoded(drop, name, body))
    suffix = name.rpartition(".")[2].lower()
    packed = drop.format == "sheet" or (not drop.format and suffix in _SHEETS)
    lines = islice(_sheet(drop, name, body, most) if packed else _lines(drop, name, body), drop.skip, None)
    if drop.columns:
        heading = [each.name for each in drop.columns]
    else:
        first = next(lines, None)
        if first is None:
            raise BadAnswer(f"{name} is empty: not even a heading", key="incomplete")
        heading = first[1]
    names = [each.strip() for each in heading]
    while names and not names[-1]:
        names.pop()
    doubled = {each for each in names if [other.lower() for other in names].count(each.lower()) > 1}
    if not names or not all(names) or doubled:
        what = f"names {min(doubled)} twice" if doubled else "has a column without a name"
        raise BadAnswer(f"the heading of {name} {what}", key="mapping")
    return names, _of_width(lines, len(names))


def _of_width(lines: Iterator[tuple[int, list[str]]], width: int) -> Iterator[list[str] | Unread]:
    for number, values in lines:
        if not any(values):
            continue
        if len(values) > width and not any(values[width:]):
            yield values[:width]
        elif len(values) != width:
            yield Unread(number, f"{len(values)} fields where {width} belong")
        else:
            yield values


def _decoded(drop: Drop, name: str, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig" if drop.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else drop.encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise BadAnswer(f"{name}, line {line}: not in the encoding {drop.encoding}", key="charset") from None


def _lines(drop: Drop, name: str, body: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(drop, name, body).replace("\0", "\ufffd")
    lines = io.StringIO(text, newline="")
    if drop.quote:
        reader = csv.reader(lines, delimiter=drop.delimiter, quotechar=drop.quote, strict=True)
    else:
        reader = csv.reader(lines, delimiter=drop.delimiter, quoting=csv.QUOTE_NONE)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # What follows a quote that is never closed can't be told apart.
            where = f"{name}, line {reader.line_num}"
            raise BadAnswer(f"{where}: quotes that don't end, or a field that is too long", key="incomplete") from None
        yield reader.line_num, [clean(each) for each in values]


def _fixed(drop: Drop, text: str) -> Iterator[list[str] | Unread]:
    first = min(each.start for each in drop.columns)
    for number, line in enumerate(text.splitlines()[drop.skip :], drop.skip + 1):
        if not line.strip() or line.strip() == "\x1a":
            continue
        if len(line) > _LONGEST_LINE or len(line) < first:
            yield Unread(number, f"{len(line)} characters")
        else:
            yield [clean(line[each.start - 1 : each.start - 1 + each.width]) for each in drop.columns]


def _sheet(drop: Drop, name: str, body: bytes, most: int) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, load_workbook

    if body[:2] == b"PK":
        _refuse_bombs(name, body, most)
    try:
        book = load_workbook(io.BytesIO(body))
        if drop.sheet and drop.sheet not in book.sheet_names:
            raise BadAnswer(f"{name} has no sheet {drop.sheet}", key="mapping")
        sheet = book.get_sheet_by_name(drop.sheet) if drop.sheet else book.get_sheet_by_index(0)
        rows = sheet.iter_rows()
        for number, row in enumerate(rows, 1):
            yield number, [_cell(value) for value in row]
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise BadAnswer(f"{name} is no spreadsheet that can be read ({type(error).__name__})") from None


def _refuse_bombs(name: str, body: bytes, most: int) -> None:
    """Unpacks what a spreadsheet is packed of, piece by piece, to see how much it is: headers may lie."""
    left = most
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for each in archive.infolist():
                with archive.open(each) as stream:
                    while piece := stream.read(1 << 20):
                        left -= len(piece)
                        if left < 0:
                            raise BadAnswer(f"{name} unpacks to more than {most} bytes: raise limits.bytes", key="too_large")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadAnswer(f"{name} is no spreadsheet that can be read ({type(error).__name__})") from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise BadAnswer(f"{name} is no spreadsheet that can be read") from None


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return clean(str(value))
