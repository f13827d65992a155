"""From a department's own fields to the vocabulary, as its manifest declares it.

``PersonReader`` and ``RecordReader`` are made once per department and kind of access: the *getter factory* turns a source
(JMESPath, XPath or column name) into a function of one item. A value that can't be converted raises BadAnswer with key
``mapping``, naming field and source, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from adapters.contract import BadAnswer, CallContext
from adapters.manifest import Manifest, values_in
from adapters.manifest_maps import AddressMap, Code, PersonMap, RecordMap, Value
from adapters.sources import Getter, GetterFactory, member_of, no_jmespath
from adapters.texts import language_tag, text_of, title_case
from adapters.toml_lines import line_of
from adapters.toml_tables import Place
from models.people import Address, Identifier, Person, SubjectRef
from models.records import Field, Record, RecordRef, State, attention_for

_Date = date


def unreadable_sources(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """A problem for each source of the maps that is no JMESPath, with its place."""
    for place, value in (*values_in(manifest.person, ("person",)), *values_in(manifest.record, ("record",))):
        for source in value.sources():
            if words := no_jmespath(source):
                yield place, f"{'.'.join(str(part) for part in place)}: {words}"


class Converter:
    """One declared value: reads it from an item and converts it to text, a date or an amount.

    What the manifest says is looked at once, here; what is left for each item is ``raw``, ``text``, ``date`` ...
    """

    def __init__(self, field: str, value: Value, getter: GetterFactory, manifest: Manifest) -> None:
        self.field = field
        self.spec = value
        self._manifest = Path(manifest.path)
        self._at: str | None = None
        self._codes = manifest.codes.get(value.codes) if value.codes else None
        self._match = re.compile(value.match) if value.match else None
        self._formats = value.date.split("|") if value.date else ["iso"]
        self._iso_first = self._formats[0] == "iso"
        self.raw: Getter = self._raw([getter(source) for source in (value.join or value.first or ((value.from_,) if value.from_ else ()))])
        """The value as the department has it; None when empty."""
        self.date: Callable[[Any], _Date | None] = self._dated()
        self.text: Callable[[Any], str] = self._converted if self._codes is not None or value.date or value.cents else self._plain()

    def _raw(self, sources: list[Getter]) -> Getter:
        spec = self.spec
        if spec.value is not None:
            return lambda _: spec.value
        if spec.join:
            read: Getter = lambda item: spec.by.join([text for get in sources if (text := text_of(get(item)))])  # noqa: E731
        elif spec.first:
            read = lambda item: next((found for found in (get(item) for get in sources) if found not in (None, "", [])), None)  # noqa: E731
        else:
            read = sources[0]
        return (lambda item: self._reshape(text_of(read(item)))) if spec.match or spec.name_order or spec.case else read

    def _plain(self) -> Callable[[Any], str]:
        raw, single = self.raw, self._single
        if (name := member_of(raw)) is not None:

            def of_member(item: Any) -> str:
                try:
                    value = item.get(name)
                except AttributeError:
                    value = None
                if type(value) is str and value.isascii() and value.isprintable():
                    return value.strip()
                if value is None:
                    return ""
                return str(value) if type(value) is int else single(value)

            return of_member

        def text(item: Any) -> str:
            value = raw(item)
            # Nearly every value: what text_of would do, without two more calls.
            if type(value) is str and value.isascii() and value.isprintable():
                return value.strip()
            return str(value) if type(value) is int else single(value)

        return text

    def _single(self, value: Any) -> str:
        while isinstance(value, list):  # some servers wrap every value
            value = value[0] if value else None
        if isinstance(value, dict):
            raise self.unlike("is a table where one value should be")
        return text_of(value)

    def unlike(self, words: str) -> BadAnswer:
        """What this field is, other than the manifest says: with the manifest's line."""
        if self._at is None:
            place = self.field.split(".")
            text = self._manifest.read_text(encoding="utf-8") if self._manifest.is_file() else ""
            line = line_of(text, tuple(place[:3] if place[0] == "record" else place[:2]))
            self._at = f"{self._manifest.name}:{line}: " if text else ""
        return BadAnswer(f"{self._at}{self.field} {words}", key="mapping")

    def _reshape(self, text: str) -> str:
        if self._match is not None:
            found = self._match.search(text)
            text = (found[1] if found.re.groups else found[0]) or "" if found else ""
        if self.spec.name_order == "family-first":
            family, comma, given = text.partition(",")
            if not comma:
                family, _, given = text.partition(" ")
            text = f"{given.strip()} {family.strip()}".strip()
        if self.spec.case == "title":
            text = title_case(text)
        elif self.spec.case == "upper":
            text = text.upper()
        elif self.spec.case == "lower":
            text = text.lower()
        return text

    def _converted(self, item: Any) -> str:
        value = self.raw(item)
        if value is None:
            return ""
        if self._codes is not None:
            code = self._code(value)
            return code.label if code else text_of(value)
        if self.spec.date:
            found = self.date(item)
            return found.isoformat() if found else ""
        amount = self.amount(item)
        return f"{amount:.2f}" if amount is not None else ""

    def coded(self, item: Any) -> tuple[str, State]:
        """A status in words, and what it means here; empty where the code list does not say."""
        if self._codes is None:
            return self.text(item), ""
        value = self.raw(item)
        if value is None:
            return "", ""
        code = self._code(value)
        return (code.label, code.state) if code else (text_of(value), "")

    def _code(self, value: Any) -> Code | None:
        codes = self._codes or {}
        if type(value) is str and (code := codes.get(value)) is not None:
            return code
        return codes.get(text_of(value)) or codes.get("*")

    def _dated(self) -> Callable[[Any], _Date | None]:
        raw, slowly = self.raw, self._date_of
        name = member_of(raw) if self._iso_first else None
        if name is None:
            return lambda item: slowly(raw(item))
        read = date.fromisoformat

        def of_member(item: Any) -> _Date | None:
            try:
                value = item.get(name)
            except AttributeError:
                return None
            if type(value) is str and len(value) == 10:  # nearly every date
                try:
                    return read(value)
                except ValueError:
                    pass  # zeros, blanks, another form: what follows sees to them
            return slowly(value)

        return of_member

    def _date_of(self, value: Any) -> _Date | None:
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = text_of(value)
        if not text or not text.strip("0-/. :"):  # 0000-00-00 and its like mean "unknown"
            return None
        for form in self._formats:
            try:
                return date.fromisoformat(text[:10]) if form == "iso" and len(text) >= 10 else self._parse(text, form)
            except (ValueError, OverflowError):
                continue
        raise self.unlike(f"is not a date of the form {self.spec.date or 'iso'}")

    @staticmethod
    def _parse(text: str, form: str) -> _Date:
        if form == "iso":
            from dateutil import parser  # here, as few departments write only a year, a month or the day of a year

            return parser.isoparse(text).date()
        if form == "%Y%m%d" and len(text) == 8 and text.isascii() and text.isdigit():
            return date.fromisoformat(text)  # strptime takes forty times as long, and legacy tables are full of these
        return datetime.strptime(text, form).date()

    def amount(self, item: Any) -> Decimal | None:
        value = self.raw(item)
        if type(value) is int or (type(value) is float and value.is_integer()):
            amount = Decimal(int(value))
        elif value is None or value == "":
            return None
        else:
            try:
                amount = Decimal(repr(value) if type(value) is float else text_of(value).replace(" ", ""))
                if not amount.is_finite():
                    raise InvalidOperation
            except InvalidOperation:
                raise self.unlike("is not a number") from None
        return amount.scaleb(-2) if self.spec.cents else amount


class PersonReader:
    """Reads a Person from one item."""

    def __init__(self, manifest: Manifest, mapping: PersonMap, getter: GetterFactory) -> None:
        def one(name: str, value: Value | None) -> Converter | None:
            return Converter(f"person.{name}", value, getter, manifest) if value else None

        self._department = manifest.id
        self._id = Converter("person.id", mapping.id, getter, manifest)
        self._full = one("full_name", mapping.full_name)
        self._given = one("given_name", mapping.given_name)
        self._family = one("family_name", mapping.family_name)
        self._birth = one("birth_date", mapping.birth_date)
        self._phones = [Converter("person.phones", value, getter, manifest) for value in mapping.phones]
        self._emails = [Converter("person.emails", value, getter, manifest) for value in mapping.emails]
        self._addresses = [_AddressReader(address, getter, manifest) for address in mapping.address]
        self._identifiers = [
            (each.scheme, Converter("person.identifiers", each.value, getter, manifest), each.sensitivity) for each in mapping.identifiers
        ]
        self._protected = one("protected", mapping.protected)
        self._language = one("language", mapping.language)

    def __call__(self, item: Any, ctx: CallContext) -> Person:
        key = self._id.text(item)
        if not key:
            raise self._id.unlike("is missing: a person without a key")
        given = self._given.text(item) if self._given else ""
        family = self._family.text(item) if self._family else ""
        return Person(
            SubjectRef(self._department, key),
            (self._full.text(item) if self._full else "") or f"{given} {family}".strip(),
            ctx.now,
            given,
            family,
            self._birth.date(item) if self._birth else None,
            tuple([text for phone in self._phones if (text := phone.text(item))]),
            tuple([text for email in self._emails if (text := email.text(item))]) if self._emails else (),
            tuple([address for read in self._addresses if (address := read(item))]),
            tuple([Identifier(scheme, text, how) for scheme, read, how in self._identifiers if (text := read.text(item))])
            if self._identifiers
            else (),
            self._protected is not None and self._protected.text(item).lower() not in NO,
            language_tag(self._language.text(item)) if self._language else "",
        )


NO = {"", "0", "false", "no", "n"}
"""What says that an address is not secret; whatever else stands there says that it is."""


class _AddressReader:
    _PARTS = ("thoroughfare", "locator", "unit", "post_code", "city")

    def __init__(self, mapping: AddressMap, getter: GetterFactory, manifest: Manifest) -> None:
        self._full = Converter("person.address", mapping.full, getter, manifest) if mapping.full else None
        self._parts = {
            name: Converter(f"person.address.{name}", value, getter, manifest)
            for name in self._PARTS
            if (value := getattr(mapping, name)) is not None
        }

    def __call__(self, item: Any) -> Address | None:
        parts = {name: read.text(item) for name, read in self._parts.items()}
        full = self._full.text(item) if self._full else ""
        if not full:
            street = " ".join(filter(None, (parts.get("locator"), parts.get("thoroughfare"))))
            full = ", ".join(filter(None, (street, parts.get("unit"), parts.get("city"), parts.get("post_code"))))
        return Address(full, **parts) if full else None


class RecordReader:
    """Reads a Record from one item."""

    def __init__(self, manifest: Manifest, kind: str, mapping: RecordMap, getter: GetterFactory) -> None:
        def one(name: str, value: Value | None) -> Converter | None:
            return Converter(f"record.{kind}.{name}", value, getter, manifest) if value else None

        self.kind = kind
        self._department = manifest.id
        self._default_currency = manifest.currency
        self._id = Converter(f"record.{kind}.id", mapping.id, getter, manifest)
        self._title = Converter(f"record.{kind}.title", mapping.title, getter, manifest)
        self._subject = one("subject", mapping.subject)
        self._status = one("status", mapping.status)
        self._opened = one("opened", mapping.opened)
        self._due = one("due", mapping.due)
        self._amount = one("amount", mapping.amount)
        self._currency = one("currency", mapping.currency)
        self._version = one("version", mapping.version)
        self._fields = [
            (each.label, Converter(f"record.{kind}.fields.{each.label}", each.value, getter, manifest), each.sensitivity)
            for each in mapping.fields
        ]

    def __call__(self, item: Any, ctx: CallContext, subject: SubjectRef | None = None) -> Record:
        return self.reading(ctx, subject)(item)

    def reading(self, ctx: CallContext, subject: SubjectRef | None = None) -> Callable[[Any], Record]:
        """Reads many items of one answer: what is the same for all of them is looked at once."""
        kind, department, now, today = self.kind, self._department, ctx.now, ctx.now.date()
        key_of, title, fields, default_currency = self._id.text, self._title.text, self._fields, self._default_currency
        status = self._status.coded if self._status else None
        opened = self._opened.date if self._opened else None
        due_on = self._due.date if self._due else None
        amount_of = self._amount.amount if self._amount else None
        currency_of = self._currency.text if self._currency else None
        owner_of = self._subject.text if self._subject and subject is None else None
        version = self._version.text if self._version else None

        def read(item: Any) -> Record:
            key = key_of(item)
            if not key:
                raise self._id.unlike("is missing: a record without a key")
            words, state = status(item) if status is not None else ("", "")
            due = due_on(item) if due_on is not None else None
            amount = amount_of(item) if amount_of is not None else None
            currency = ""
            if amount is not None:
                currency = (currency_of(item) if currency_of is not None else "") or default_currency
            owner = SubjectRef(department, found) if owner_of is not None and (found := owner_of(item)) else subject
            # In the order of the fields: that takes half as long as by their names.
            return Record(
                RecordRef(department, key),
                kind,
                title(item) or kind,
                now,
                words,
                state,
                attention_for(state, due, today) if due is not None or state == "late" else "none",
                opened(item) if opened is not None else None,
                due,
                amount,
                currency,
                owner,
                tuple([Field(label, text, how) for label, each, how in fields if (text := each.text(item))]) if fields else (),
                version(item) if version is not None else "",
            )

        return read


def record_readers(manifest: Manifest, getter: GetterFactory, reader: type[RecordReader] = RecordReader) -> dict[str, RecordReader]:
    """A reader for each of the manifest's record maps, by name; ``""`` stands for the only one."""
    readers = {name: reader(manifest, name, mapping, getter) for name, mapping in manifest.record.items()}
    if len(readers) == 1:
        readers[""] = next(iter(readers.values()))
    return readers
