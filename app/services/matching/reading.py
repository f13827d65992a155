"""A CSV file read into normalised records, line by line: a line that is broken is named, and the rest is done."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

import msgspec

from adapters.toml_lines import line_of
from app.services.identity.normalise import Traits, traits
from app.services.matching.columns import BadUse, Columns
from models.people import Address, Identifier, Person, SubjectRef

MOST_LINES = 20
"""Lines that one record may run over, by line breaks in quotes; beyond that a quote is missing."""
_NO_DATE = frozenset(("", "0", "00000000", "0000-00-00", "00000000", "00.00.0000", "00/00/0000"))


class Problem(msgspec.Struct, frozen=True):
    """What could not be read, and where."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


class Records(msgspec.Struct):
    """The records of one or two files, in the order of their lines; ``left`` of them are the first file's."""

    ids: list[str] = []
    sources: list[str] = []
    traits: list[Traits] = []
    left: int = 0
    problems: list[Problem] = []


def read_file(
    path: Path, columns: Columns, map_path: Path, map_text: str, into: Records, progress: Callable[[int, int], None] | None
) -> None:
    """Add a file's records. Raises BadUse where nothing can be read at all."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            _read(file, path, columns, map_path, map_text, into, progress, size)
    except OSError as error:
        raise BadUse(f"{path} can't be read: {error.strerror}") from None


def _read(file, path, columns, map_path, map_text, into, progress, size) -> None:  # type: ignore[no-untyped-def]
    rows = _rows(file, path, columns, into.problems)
    header = next(rows, None)
    if header is None:
        raise BadUse(f"{path} is empty: its first line must name the columns")
    names = [name.strip() for name in header[1]]
    place = {name: position for position, name in enumerate(names)}
    for column, key in columns.named().items():
        if column not in place:
            near = get_close_matches(column, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(names)}"
            into.problems.append(Problem(str(map_path), line_of(map_text, (key,)), f"{path.name} has no column {column!r}: {hint}"))
    if not any(column in place for column in (columns.full_name, columns.given_name, columns.family_name) if column):
        raise BadUse(f"{path} has none of the name columns of {map_path}: it has {', '.join(names)}")
    reader = _Reader(columns, place, path)
    for line, row in rows:
        if len(row) != len(names):
            into.problems.append(Problem(str(path), line, f"{len(row)} fields where the first line names {len(names)}"))
            continue
        if not any(row):
            continue
        identifier, source, mine, why = reader.record(line, row)
        if why:
            into.problems.append(Problem(str(path), line, why))
        into.ids.append(identifier)
        into.sources.append(source)
        into.traits.append(mine)
        if progress is not None and not line % 5000:
            progress(file.tell(), size)


def _rows(file, path: Path, columns: Columns, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:  # type: ignore[no-untyped-def]
    """Each record's first line and its fields; lines that can't be read are told and passed over."""
    held: list[tuple[int, str]] = []
    waiting: list[tuple[int, str]] = []
    numbered = enumerate(file, start=1)

    def decoded() -> tuple[int, str] | None:
        if waiting:
            return waiting.pop(0)
        for number, raw in numbered:
            try:
                return number, raw.decode(columns.encoding if number == 1 else columns.encoding.removesuffix("-sig"))
            except UnicodeDecodeError as error:
                known = columns.encoding.removesuffix("-sig")
                why = f"not {known} (byte {raw[error.start]:#04x}): set encoding in the column map if all are so"
                problems.append(Problem(str(path), number, why))
        return None

    while (here := decoded()) is not None or held:
        if here is not None:
            held.append(here)
        text = "".join(line for _, line in held)
        try:
            yield (
                held[0][0],
                next(
                    csv.reader([text] if len(held) == 1 else text.splitlines(keepends=True), delimiter=columns.delimiter, strict=True), []
                ),
            )
            held = []
            continue
        except csv.Error as error:
            why = str(error)
        if here is None or len(held) >= MOST_LINES or "end of data" not in why:
            problems.append(Problem(str(path), held[0][0], "a quote is missing or stands in the wrong place"))
            waiting[:0] = held[1:]
            held = []


class _Reader:
    """Makes records of rows."""

    def __init__(self, columns: Columns, place: dict[str, int], path: Path) -> None:
        self._columns = columns
        self._place = place
        self._path = path
        self._day = columns.day()

    def record(self, line: int, row: list[str]) -> tuple[str, str, Traits, str]:
        """A row's id, department, what is compared of it, and what was wrong with it, in words."""
        columns, day = self._columns, self._day

        def of(column: str) -> str:
            position = self._place.get(column)
            return row[position].strip() if position is not None else ""

        born, why = self._date(of(columns.birth_date))
        ref = SubjectRef(of(columns.department), of(columns.id) or str(line))
        address = Address(
            of(columns.address), of(columns.street), of(columns.house_number), of(columns.unit), of(columns.post_code), of(columns.city)
        )
        person = Person(
            ref,
            of(columns.full_name),
            day,
            of(columns.given_name),
            of(columns.family_name),
            born,
            tuple(map(of, columns.phones)),
            tuple(map(of, columns.emails)),
            (address,),
            tuple(Identifier(column, of(column)) for column in columns.numbers if of(column)),
        )
        return ref.id, ref.department, traits(person), why

    def _date(self, text: str) -> tuple[date | None, str]:
        if text in _NO_DATE:
            return None, ""
        try:
            if self._columns.date_format == "%Y-%m-%d":
                return date.fromisoformat(text), ""
            return datetime.strptime(text, self._columns.date_format).date(), ""
        except ValueError:
            return None, f"the birth date is none in the form {self._columns.date_format}; it is left out" if any(
                map(str.isdigit, text)
            ) else ""
