"""The kind ``icalendar``: appointments of an iCalendar file (RFC 5545), whose attendees are people found by name or e-mail.

``address`` is ``file:///path/of/office.ics``. There is nothing to map: a SUMMARY is a title, DTSTART when it is due, UID its number.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from adapters.contract import BadAnswer, CallContext, Health, NotFound, Unavailable
from adapters.manifest import Manifest
from adapters.transport import Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef, attention_for

Event = dict[str, list[tuple[dict[str, str], str]]]


class CalendarDepartment:
    """One calendar file, read anew for each question."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        self._manifest = manifest
        self._file = Path(unquote(urlsplit(manifest.address).path))

    def can_find(self, query: SearchQuery) -> bool:
        return bool(query.email or query.family or query.name)

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person]:
        people: dict[str, str] = {}
        for event in self._events(ctx):
            for parameters, value in event.get("ATTENDEE", []):
                people[value.removeprefix("mailto:").lower()] = parameters.get("CN", "").strip('"')
        wanted = (query.family or query.name).lower()
        for mail, name in people.items():
            if (query.email and mail == query.email.lower()) or (wanted and wanted in name.lower()):
                yield Person(SubjectRef(self._manifest.id, mail), name or mail, ctx.now, emails=(mail,))

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        for event in self._events(ctx):
            if any(value.removeprefix("mailto:").lower() == subject.id for _, value in event.get("ATTENDEE", [])):
                yield self._record(event, ctx, subject)

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        for event in self._events(ctx):
            if self._text(event, "UID") == ref.id:
                return self._record(event, ctx, None)
        raise NotFound("no appointment has this number")

    def check(self, ctx: CallContext) -> Health:
        started = time.monotonic()
        found = sum(1 for _ in self._events(ctx))
        return Health((time.monotonic() - started) * 1000, f"{found} appointments")

    def close(self) -> None:
        """Nothing is kept open."""

    def _record(self, event: Event, ctx: CallContext, subject: SubjectRef | None) -> Record:
        due = _day(self._text(event, "DTSTART"))
        state = "closed" if self._text(event, "STATUS") == "CANCELLED" else "open"
        ref = RecordRef(self._manifest.id, self._text(event, "UID"))
        attention = attention_for(state, due, ctx.now.date())  # type: ignore[arg-type]
        return Record(
            ref, "appointment", self._text(event, "SUMMARY"), ctx.now, state.capitalize(), state, attention, due=due, subject=subject
        )  # type: ignore[arg-type]

    def _events(self, ctx: CallContext) -> Iterator[Event]:
        ctx.remaining()
        try:
            text = self._file.read_text(encoding="utf-8")
        except OSError as error:
            raise Unavailable(f"the calendar can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise BadAnswer("the calendar is not text in UTF-8", key="charset") from None
        if not text.startswith("BEGIN:VCALENDAR"):
            raise BadAnswer("this is no calendar", key="not_data")
        event: Event | None = None
        for line in text.replace("\r\n ", "").replace("\n ", "").splitlines():
            name, _, value = line.partition(":")
            key, *parameters = name.split(";")
            if line == "BEGIN:VEVENT":
                event = {}
            elif line == "END:VEVENT" and event is not None:
                yield event
                event = None
            elif event is not None:
                event.setdefault(key.upper(), []).append((dict(each.split("=", 1) for each in parameters if "=" in each), value))

    @staticmethod
    def _text(event: Event, key: str) -> str:
        return event[key][0][1] if key in event else ""


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError:
        return None
