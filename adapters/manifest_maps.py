"""How a department's fields map to the vocabulary: the part of a manifest under ``[person]``, ``[record.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Literal

from msgspec import Struct, field

from adapters.toml_tables import Unusable, regular_expression
from models.people import Sensitivity
from models.records import State
from models.verification import Level

_A_DAY = datetime(2026, 11, 24, tzinfo=UTC)


def _tells_a_day(form: str) -> bool:
    try:
        return datetime.strptime(_A_DAY.strftime(form), form).year == _A_DAY.year
    except ValueError:
        return False


class Value(Struct, frozen=True):
    """Where one value comes from and how it is converted. Exactly one of ``from``, ``join``, ``first`` and ``value``."""

    SHORT: ClassVar[str] = "from"

    from_: str | None = field(name="from", default=None)
    """A JMESPath (JSON), an XPath (XML) or a column (SQL)."""
    join: tuple[str, ...] = ()
    """Several sources, joined by ``by``; empty ones are left out."""
    by: str = " "
    first: tuple[str, ...] = ()
    """Several sources, of which the first that is not empty counts."""
    value: str | None = None
    """A constant."""
    date: str | None = None
    """How a date is written there: ``iso`` or strptime codes, such as ``%Y%m%d``; several, separated by ``|``, are tried in turn."""
    cents: bool = False
    """The number counts hundredths."""
    codes: str | None = None
    """The name of a code list under ``[codes.NAME]``."""
    name_order: Literal["family-first", "given-first"] | None = None
    """Turns ``GONZALEZ, MARIA`` or ``Gonzalez Maria`` into ``Maria Gonzalez``."""
    case: Literal["title", "upper", "lower"] | None = None
    match: str | None = None
    """A regular expression: its first group, or the whole match, is the value; no match leaves it empty."""

    def sources(self) -> tuple[str, ...]:
        """Where it is read from."""
        return tuple(source for source in (self.from_, *self.join, *self.first) if source)

    def __post_init__(self) -> None:
        if [self.from_ is None, not self.join, not self.first, self.value is None].count(False) != 1:
            raise ValueError("give exactly one of from, join, first or value")
        if self.match is not None:
            regular_expression(self.match, "match")
        for form in self.date.split("|") if self.date is not None else ():
            if form != "iso" and not _tells_a_day(form):
                raise Unusable([(("date",), f"{form!r} is no form of a date: write iso, or strptime codes such as %d.%m.%Y")])


class AddressMap(Struct, frozen=True):
    """``full``, or the parts from which it is put together."""

    full: Value | None = None
    thoroughfare: Value | None = None
    locator: Value | None = None
    unit: Value | None = None
    post_code: Value | None = None
    city: Value | None = None


class IdentifierMap(Struct, frozen=True):
    """One more identifier of a person."""

    scheme: str
    value: Value
    sensitivity: Sensitivity = "open"


class PersonMap(Struct, frozen=True):
    """How a person is read. ``id`` and one of ``full_name`` and ``given_name``/``family_name`` are needed."""

    id: Value
    full_name: Value | None = None
    given_name: Value | None = None
    family_name: Value | None = None
    birth_date: Value | None = None
    phones: tuple[Value, ...] = ()
    emails: tuple[Value, ...] = ()
    address: tuple[AddressMap, ...] = ()
    identifiers: tuple[IdentifierMap, ...] = ()
    protected: Value | None = None
    """Marks a person whose address is secret: anything but empty, 0, false, no and n."""
    language: Value | None = None
    """The language that they prefer, as a tag such as ``es``."""


class FieldMap(Struct, frozen=True):
    """One more field for the detail pane."""

    label: str
    value: Value
    sensitivity: Sensitivity = "open"
    level: Level | None = None
    """From which level of verification on it may be seen, where that is above its record's."""


class RecordMap(Struct, frozen=True):
    """How a record is read."""

    id: Value
    title: Value
    level: Level | None = None
    """From which level of verification on such records may be seen; else the department's."""
    subject: Value | None = None
    """The key of the person it belongs to, where the answer says so."""
    status: Value | None = None
    opened: Value | None = None
    due: Value | None = None
    amount: Value | None = None
    currency: Value | None = None
    fields: tuple[FieldMap, ...] = ()
    version: Value | None = None
    """What the department calls this state of the record; of itself the ETag (odata) or meta.versionId (fhir)."""


class Code(Struct, frozen=True):
    """What one code of a department means."""

    label: str
    state: State = ""
