"""The kind ``open311``: a department that speaks GeoReport v2, in JSON or XML (http://wiki.open311.org/GeoReport_v2).

The manifest's ``[[find]]`` and ``[[records]]`` name the query parameters by which a server lets staff search requests by
person or address, as the standard has none; numbers that fit ``references`` are looked up without either. Each question is
asked for the last ``open311.days``, in windows that the standard allows; one whose query has a ``start_date`` of its own, or an
empty one, is asked once, as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit
from zoneinfo import ZoneInfo

from adapters import open311_answers as answers
from adapters.asking import is_reference, read_items, says_something
from adapters.contract import BadAnswer, CallContext, Health, NotFound, Rejected
from adapters.http_auth import Authorizer
from adapters.manifest import Manifest
from adapters.manifest_requests import Request
from adapters.mapping import unreadable_sources
from adapters.open311_answers import Item, Service, ServiceDefinition, request_items
from adapters.open311_changes import ERRORS_WITH_WORDS, Open311Changes, accepted, wrong_changes
from adapters.open311_records import TOKEN, ItemReader, item_key
from adapters.questions import manifest_error, unused
from adapters.templates import fill, query_values, subject_values
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, Transport, joined
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

WINDOW = timedelta(days=90)
"""The longest range of dates that GeoReport v2 lets one call ask for."""
_OVERLAP = timedelta(days=1)
_UNUSED = ("body", "headers", "items", "method", "operation", "paging", "params", "sql")


class Open311Department(Open311Changes):
    """One Open311 server. Its discovered endpoint is remembered until the next check; nothing else is kept between calls."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        if problems := [*_problems(manifest), *unreadable_sources(manifest)]:
            raise manifest_error(manifest, problems)
        super().__init__(manifest)
        zone = ZoneInfo(manifest.time_zone) if manifest.time_zone else None
        if manifest.open311.format == "xml":
            import adapters.xml_answers  # noqa: F401 - now, not in the first search
        self.reactor = transport.reactor
        self._http = Authorizer(manifest, transport)
        self._zone = zone or UTC
        self._reader = ItemReader(manifest, zone)
        self._endpoint: tuple[str, str] | None = None

    # --- the contract

    def can_find(self, query: SearchQuery) -> bool:
        """Whether the query has a number of this department's form, or parts that a [[find]] needs."""
        return is_reference(self._manifest, query.reference) or self._manifest.find_for(query) is not None

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """The request whose number was given, and its reporter, if named; else who reported what fits, and requests of nobody."""
        if is_reference(self._manifest, query.reference):
            found = self._by_id(query.reference, ctx)
            if found is not None:
                yield self._reader.record(found, ctx)
                if self._reader.account(found) and (person := self._reader.person([found], ctx)).full_name:
                    yield person
                return
        question = self._manifest.find_for(query)
        if question is None:
            return
        by_account: dict[str, list[Item]] = {}
        for item in self._asked(question, query_values(query, ctx.now.date(), self._dialect.days), ctx):
            by_account.setdefault(self._reader.account(item), []).append(item)
        nobodys, limits = by_account.pop("", []), self._manifest.limits
        read_person, read_record = partial(self._reader.person, ctx=ctx), partial(self._reader.record, ctx=ctx)
        readings: list[tuple[Callable[[Any], Person | Record], Any]] = []
        readings += [(read_person, items) for items in islice(by_account.values(), limits.people + 1)]
        readings += [(read_record, item) for item in nobodys[: limits.records + 1]]
        yield from read_items(readings, len(readings))

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        """The requests of one reporter. Somebody else's, from a server that does not know the parameter, are left out."""
        values = subject_values(subject.id, ctx.now.date(), self._dialect.days)

        def readings() -> Iterator[tuple[Callable[[Any], Record], Any]]:
            seen: set[str] = set()
            read = partial(self._reader.record, ctx=ctx, subject=subject)
            for question in self._manifest.records:
                for item in self._asked(question, values, ctx):
                    if self._reader.account(item) in ("", subject.id) and item_key(item) not in seen:
                        seen.add(item_key(item))
                        yield read, item

        yield from read_items(readings(), self._manifest.limits.records)

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        """One request by its number, or by the token it has until then."""
        if ref.id.startswith(TOKEN):
            return self.by_token(ref.id.removeprefix(TOKEN), ctx)
        found = self._by_id(ref.id, ctx)
        if found is None:
            raise NotFound("no service request has this number")
        return self._reader.record(found, ctx)

    def check(self, ctx: CallContext) -> Health:
        """Reach the server by its services list, after discovery where the manifest has one."""
        started = time.monotonic()
        self._endpoint = None
        count = len(self.services(ctx))
        return Health((time.monotonic() - started) * 1000, f"GeoReport v2, {count} services")

    def close(self) -> None:
        """Connections belong to the transport."""

    # --- what GeoReport v2 has besides

    def services(self, ctx: CallContext) -> list[Service]:
        """What the city can be asked for."""
        return answers.services(self._get("services", {}, ctx))

    def definition(self, code: str, ctx: CallContext) -> ServiceDefinition:
        """What is to be asked about one service."""
        return answers.definition(self._get(f"services/{_path(code)}", {}, ctx))

    def by_token(self, token: str, ctx: CallContext) -> Record:
        """The request that a token became; the token alone, as its record's key, while it has no number."""
        try:
            items = request_items(self._get(f"tokens/{_path(token)}", {}, ctx))
        except NotFound:
            items = []
        item = next((each for each in items if answers.text(each.get("token")) in ("", token)), None)
        if item is None:
            raise NotFound("no service request has this token")
        number = answers.text(item.get("service_request_id"))
        known = self._by_id(number, ctx) if number else None
        return self._reader.record(known or {"token": token, **item}, ctx)

    def in_area(self, lat: float, long: float, radius: float | None, start: date, end: date, ctx: CallContext) -> Iterator[Record]:
        """Requests within ``radius`` metres (None: the manifest's) of a place in WGS 84, made from ``start`` to ``end``, both included."""
        place = {"lat": f"{lat:.7f}", "long": f"{long:.7f}", "radius": f"{radius or self._dialect.radius:g}"}
        items = self._dated("requests", place, start, end + timedelta(days=1), ctx)
        yield from (self._reader.record(item, ctx) for item in islice(items, self._manifest.limits.records + 1))

    # --- asking for requests

    def _by_id(self, number: str, ctx: CallContext) -> Item | None:
        """By path, and by parameter where a server does not know the path. An item with another number is no answer."""
        wanted = _same(number)
        try:
            items = request_items(self._get(f"requests/{_path(number)}", {}, ctx))
        except NotFound:
            try:
                items = request_items(self._get("requests", {"service_request_id": number}, ctx))
            except (NotFound, Rejected):
                return None
        return next((item for item in items if _same(answers.text(item.get("service_request_id"))) == wanted), None)

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Item]:
        """The requests that a question of the manifest finds, newest window first."""
        if not says_something(question, values):
            return
        parameters = {name: text for name, template in question.query.items() if (text := fill(template, values))}
        path = fill(question.path, values, _path) or "requests"
        if {"start_date", "end_date"} & question.query.keys():
            yield from self._paged(path, parameters, ctx)
            return
        end = ctx.now.astimezone(self._zone).date() + timedelta(days=1)
        yield from self._dated(path, parameters, end - timedelta(days=self._dialect.days), end, ctx)

    def _dated(self, path: str, parameters: dict[str, str], start: date, end: date, ctx: CallContext) -> Iterator[Item]:
        """Requests made from ``start`` to before ``end``, in windows that the standard allows, each once."""
        seen: set[str] = set()
        for since, until in windows(start, end):
            dates = self._written(since, until)
            for item in self._paged(path, {**dates, **parameters}, ctx):
                if item_key(item) not in seen:
                    seen.add(item_key(item))
                    yield item

    def _written(self, since: date, until: date) -> dict[str, str]:
        """Midnights, as some servers drop the time; both by one clock, or a window with the end of summer time would be too long."""
        end = datetime.combine(until, clock(), self._zone)
        start = datetime.combine(since, clock(), timezone(end.utcoffset() or timedelta()))
        if self._dialect.omit_timezone:
            start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
        return {name: moment.isoformat().replace("+00:00", "Z") for name, moment in (("start_date", start), ("end_date", end))}

    def _paged(self, path: str, parameters: dict[str, str], ctx: CallContext) -> Iterator[Item]:
        """All pages, where the manifest says that the server pages; a server that repeats itself has no more."""
        size, seen, page = self._dialect.page_size, set[str](), 1
        while True:
            paging = {"page": str(page), "page_size": str(size)} if size else {}
            try:
                items = request_items(self._get(path, {**parameters, **paging}, ctx))
            except NotFound:
                if page == 1:
                    raise
                return  # past the last page
            new = [item for item in items if item_key(item) not in seen]
            yield from new
            seen.update(map(item_key, items))
            if not (size and new) or _is_last(len(items), size):
                return
            page += 1

    # --- reaching the server

    def _get(self, path: str, parameters: dict[str, str], ctx: CallContext) -> Any:
        """The raw tree of ``path`` below the endpoint."""
        base, form = self._found_endpoint(ctx)
        if self._dialect.jurisdiction:
            parameters = {"jurisdiction_id": self._dialect.jurisdiction, **parameters}
        return self._read(f"{base}/{path}.{form}" + (f"?{urlencode(parameters)}" if parameters else ""), form, ctx)

    def _read(self, url: str, form: str, ctx: CallContext) -> Any:
        headers = {"Accept": accepted(form), "Accept-Encoding": self._dialect.accept_encoding or "identity"}
        return answers.read(self._http.send(HttpRequest("GET", url, headers), ctx, accept=ERRORS_WITH_WORDS))

    def _found_endpoint(self, ctx: CallContext) -> tuple[str, str]:
        """Base address without a slash at its end, and format."""
        if self._endpoint:
            return self._endpoint
        address, form = self._manifest.address.rstrip("/"), self._dialect.format
        if not self._dialect.discovery:
            return address, form
        where = urljoin(f"{address}/", self._dialect.discovery)
        if not _may_follow(address, where):
            raise BadAnswer("open311.discovery is on another host than address: write one of both", key="mapping")
        found = answers.production(answers.endpoints(self._read(where, form, ctx)))
        url = joined(where, found.url)
        if not _may_follow(address, url):
            raise BadAnswer("the discovery document names another host: write its endpoint as address", key="mapping")
        offered = [each for each in ("json", "xml") if any(each in media for media in found.formats)]
        self._endpoint = url.rstrip("/"), form if form in offered or not offered else offered[0]
        return self._endpoint


def windows(start: date, end: date) -> Iterator[tuple[date, date]]:
    """Ranges of at most 90 days from ``start`` to ``end``, newest first.

    Neighbours share a day, as servers differ in whether the last one is part of the range.
    """
    while end - start > WINDOW:
        yield end - WINDOW, end
        end = end - WINDOW + _OVERLAP
    yield start, end


def _is_last(count: int, size: int) -> bool:
    """Whether a page is the last. A short one may be cut by the server's own limit, which is a round number (20, 50, 100 ...)."""
    return count == 0 or (count < size and count % 10 != 0)


def _same(number: str) -> str:
    return number.strip().lstrip("0").casefold() or "0"


def _path(part: str) -> str:
    return quote(part, safe="")


def _may_follow(address: str, url: str) -> bool:
    """The credential goes only where the manifest says: the same host, or the same over TLS."""
    here, there = urlsplit(address), urlsplit(url)
    same = here.netloc.lower() == there.netloc.lower()
    return same and (here.scheme == there.scheme or (here.scheme, there.scheme) == ("http", "https"))


def _problems(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """What this kind can't do of what the manifest says, so that no key is silently of no effect."""
    if "find" in manifest.capabilities and not (manifest.find or manifest.references):
        yield ("capabilities",), 'capabilities names "find", so a [[find]] or references are needed'
    if "records" in manifest.capabilities and not manifest.records:
        text = 'capabilities names "records", so a [[records]] is needed, such as query = { account_id = "{subject}" }'
        yield ("capabilities",), text
    if manifest.lookup:
        yield ("lookup", 0), "kind open311 knows how to look up a number: take [[lookup]] out"
    if len(manifest.record) > 1:
        yield ("record", list(manifest.record)[1]), "kind open311 reads one sort of record: leave one [record.NAME], or none"
    for place, words in unused(manifest, _UNUSED, "needs, path and query alone"):
        if place[0] != "apply":
            yield place, words
    yield from wrong_changes(manifest)
