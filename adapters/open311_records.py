"""What an Open311 item means in the vocabulary: a service request, and who reported it.

GeoReport v2 is a standard, so the mapping is built in; a manifest's [record.NAME] and [person] take its place where a server
has fields of its own. The reporter is no part of the standard: servers that tell staff give account_id, first_name,
last_name, email and phone (the names of its POST arguments) with the item.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache, reduce

import msgspec

from adapters.contract import CallContext
from adapters.manifest import Manifest
from adapters.mapping import Converter, PersonReader, RecordReader
from adapters.open311_answers import Item, text
from adapters.sources import json_getter
from models.people import Address, Person, Sensitivity, SubjectRef
from models.records import Field, Record, RecordRef, State, attention_for

KIND = "service_request"
TOKEN = "token:"  # noqa: S105 - a prefix
"""Begins the key of a request that has a token but no number yet."""
_UNNUMBERED = "unnumbered:"
_LABELS = {
    "description": "Description",
    "status_notes": "Status notes",
    "agency_responsible": "Agency",
    "service_notice": "Notice",
    "requested_datetime": "Requested",
    "updated_datetime": "Updated",
    "expected_datetime": "Expected",
    "address": "Address",
    "zipcode": "Post code",
    "coordinates": "Coordinates",
    "media_url": "Media",
    "service_code": "Service code",
}
_ELSEWHERE = frozenset({"service_request_id", "token", "status", "service_name", "lat", "long"})
_REPORTER = re.compile("account|name|mail|phone|device|reporter|requester|contact|author")
_STATES: dict[str, State] = {
    "open": "open",
    "closed": "closed",
    "acknowledged": "active",  # SeeClickFix, as is the next
    "archived": "closed",
    "in_process": "active",  # CitySDK, as are those that follow
    "received": "open",
    "processed": "closed",
    "rejected": "closed",
}
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|([+-])(\d{2}):?(\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)


def moment(written: str, zone: tzinfo = UTC) -> datetime | None:
    """A date as cities write it: ISO 8601 or nearly (``2011-09-1 17:35``), in ``zone`` where it names none; None if it is no date."""
    if written[10:11] == "T" and len(written) >= 19:
        try:
            iso = datetime.fromisoformat(written)
            return iso if iso.tzinfo else iso.replace(tzinfo=zone)
        except ValueError:
            pass  # nearly ISO
    found = _DATE.fullmatch(written.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        if found[8]:
            offset = timedelta(hours=int(found[9]), minutes=int(found[10] or 0))
            zone = timezone(-offset if found[8] == "-" else offset)
        elif found[7]:
            zone = UTC
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def item_key(item: Item) -> str:
    """The number of a request; else its token, marked as one; else a key made from all that it says."""
    if number := text(item.get("service_request_id")):
        return number
    if token := text(item.get("token")):
        return TOKEN + token
    return _UNNUMBERED + hashlib.sha256(text(item).encode("utf-8", "replace")).hexdigest()[:16]


class ItemReader:
    """Reads items of one department. ``zone``: of its times; None takes days as they are written."""

    def __init__(self, manifest: Manifest, zone: tzinfo | None) -> None:
        self._manifest = manifest
        self._zone = zone
        self._states = {code.lower(): each for code, each in manifest.codes.get("status", {}).items()}
        own = next(iter(manifest.record.items()), None)
        self._own_record = RecordReader(manifest, *own, json_getter) if own else None
        self._own_person = PersonReader(manifest, manifest.person, json_getter) if manifest.person else None
        self._own_account = Converter("person.id", manifest.person.id, json_getter, manifest) if manifest.person else None

    def account(self, item: Item) -> str:
        """The reporter's key; empty where the item names nobody."""
        return self._own_account.text(item) if self._own_account else text(item.get("account_id"))

    def record(self, item: Item, ctx: CallContext, subject: SubjectRef | None = None) -> Record:
        """The service request. ``subject``: whose it is, where that is known without the item."""
        account = self.account(item)
        subject = subject or (SubjectRef(self._manifest.id, account) if account else None)
        if self._own_record:
            return self._own_record(item, ctx, subject)
        status, state = self._status(text(item.get("status")))
        due = self._day(item, "expected_datetime")
        return Record(
            RecordRef(self._manifest.id, item_key(item)),
            KIND,
            _title(item),
            ctx.now,
            status=status,
            state=state,
            attention=attention_for(state, due, ctx.now.date()),
            opened=self._day(item, "requested_datetime"),
            due=due,
            subject=subject,
            fields=tuple(self._fields(item)),
        )

    def _status(self, word: str) -> tuple[str, State]:
        code = self._states.get(word.lower()) or (self._states.get("*") if word else None)
        if code:
            return code.label, code.state
        return word, _STATES.get(word.lower().replace(" ", "_"), "")

    def _moment(self, written: str) -> datetime | None:
        found = moment(written, self._zone or UTC)
        try:
            return found.astimezone(self._zone) if found and self._zone else found
        except OverflowError:  # the first and last days of the calendar
            return found

    def _day(self, item: Item, key: str) -> date | None:
        found = self._moment(text(item.get(key)))
        return found.date() if found else None

    def _fields(self, item: Item) -> Iterable[Field]:
        """What has no place of its own: the standard's in a fixed order, then whatever else the server gives."""
        shown = {**item}
        if "lat" in item and "long" in item:
            shown["coordinates"] = f"{text(item['lat'])}, {text(item['long'])}"
        rest = (key for key in shown if key not in _LABELS and key not in _ELSEWHERE)
        for key in (*_LABELS, *rest):
            value = text(shown.get(key))
            if value and key.endswith("_datetime") and (when := self._moment(value)):
                value = when.isoformat(" ", "minutes")[:16]
            if value:
                yield Field(_label(key), value, _sensitivity(key))

    def person(self, items: Iterable[Item], ctx: CallContext) -> Person:
        """The reporter of these items. Later items add the phones and e-mails that the first did not give."""
        read = self._own_person or self._person
        return reduce(_joined, (read(item, ctx) for item in items))

    def _person(self, item: Item, ctx: CallContext) -> Person:
        given, family, phone, email, place = (
            text(item.get(key)) for key in ("first_name", "last_name", "phone", "email", "address_string")
        )
        place = place or text(item.get("address"))
        return Person(
            SubjectRef(self._manifest.id, self.account(item)),
            full_name=f"{given} {family}".strip(),
            read_at=ctx.now,
            given_name=given,
            family_name=family,
            phones=(phone,) if phone else (),
            emails=(email,) if email else (),
            addresses=(Address(place),) if place else (),
        )


@lru_cache(maxsize=1000)
def _label(key: str) -> str:
    return _LABELS.get(key) or text(key.replace("_", " ").strip().capitalize()) or "Other"


@lru_cache(maxsize=1000)
def _sensitivity(key: str) -> Sensitivity:
    """What a server tells of the reporter is masked; GeoReport's own keys say nothing of people."""
    return "sensitive" if key not in _LABELS and _REPORTER.search(key.lower()) else "open"


def _title(item: Item) -> str:
    name = text(item.get("service_name")) or text(item.get("service_code"))
    return ", ".join(filter(None, (name, text(item.get("address"))))) or "Service request"


def _joined(first: Person, later: Person) -> Person:
    """All phones and e-mails, but the first address alone: an item's address is where something was seen, not where one lives."""
    return msgspec.structs.replace(
        first if first.full_name else later,
        phones=tuple(dict.fromkeys((*first.phones, *later.phones))),
        emails=tuple(dict.fromkeys((*first.emails, *later.emails))),
        addresses=first.addresses or later.addresses,
        protected=first.protected or later.protected,
    )
