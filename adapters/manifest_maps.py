"""How a department's fields map to the vocabulary: the part of a manifest under ``[person]``, ``[record.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.people import Sensitivity
from models.records import State


def regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return pattern


class Value(BaseModel):
    """Where one value comes from and how it is converted. Exactly one of ``from``, ``join``, ``first`` and ``value``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Annotated[str | None, Field(alias="from")] = None
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

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return {"from": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_source(self) -> Value:
        given = [self.from_ is not None, bool(self.join), bool(self.first), self.value is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of from, join, first or value")
        return self

    @field_validator("match")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return regular_expression(pattern) if pattern is not None else None


class Values(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressMap(Values):
    """``full``, or the parts from which it is put together."""

    full: Value | None = None
    thoroughfare: Value | None = None
    locator: Value | None = None
    unit: Value | None = None
    post_code: Value | None = None
    city: Value | None = None


class IdentifierMap(Values):
    scheme: str
    value: Value
    sensitivity: Sensitivity = "open"


class PersonMap(Values):
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

    @field_validator("address", mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        return (data,) if isinstance(data, dict) else data


class FieldMap(Values):
    """One more field for the detail pane."""

    label: str
    value: Value
    sensitivity: Sensitivity = "open"


class RecordMap(Values):
    """How a record is read."""

    id: Value
    title: Value
    subject: Value | None = None
    """The key of the person it belongs to, where the answer says so."""
    status: Value | None = None
    opened: Value | None = None
    due: Value | None = None
    amount: Value | None = None
    currency: Value | None = None
    fields: tuple[FieldMap, ...] = ()


class Code(Values):
    """What one code of a department means."""

    label: str
    state: State = ""
