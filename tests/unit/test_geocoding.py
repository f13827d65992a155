"""Addresses: read as they are typed, suggested by a geocoder, and what happens without one or while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.geocoder import Geocoder
from adapters.transport import Transport
from app.services.addresses import read_address
from app.services.geocoding import PAUSE, Geocoding
from app.services.reading import ReadingRules
from app.tasks import Tasks
from app.viewmodels.addresses import AddressesViewModel
from models.people import Address
from resources.demo import geocoder as springvale
from tests.fakes.http_server import Asked, HttpServer, Reply

US = ReadingRules()
DE = ReadingRules("DE", "dmy", r"\d{5}")
NL = ReadingRules("NL", "dmy", r"\d{4}\s?[A-Z]{2}")
GB = ReadingRules("GB", "dmy", r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}")

CLARK = {"type": "house", "street": "N Clark St", "housenumber": "2210", "postcode": "60614", "city": "Springvale"}


@pytest.mark.parametrize(
    ("rules", "text", "parts"),
    [
        (US, "2210 N Clark St Apt 4, Springvale, IL 60614", ("N Clark St", "2210", "Apt 4", "60614", "Springvale")),
        (US, "2210 n clark st 60614", ("n clark st", "2210", "", "60614", "")),
        (US, "2210 Broadway #4B Springvale IL 60614", ("Broadway", "2210", "#4B", "60614", "Springvale")),
        (US, "2210 N Clark", ("N Clark", "2210", "", "", "")),
        (DE, "Am Markt 3, 60311 Frankfurt am Main", ("Am Markt", "3", "", "60311", "Frankfurt am Main")),
        (NL, "Keizersgracht 12-2, 1015 CJ Amsterdam", ("Keizersgracht", "12-2", "", "1015 CJ", "Amsterdam")),
        (GB, "Flat 2, 10 Downing Street, London SW1A 2AA", ("Downing Street", "10", "Flat 2", "SW1A 2AA", "London")),
        (US, "by the old mill", ("", "", "", "", "")),
    ],
)
def test_typed_addresses_are_read(rules: ReadingRules, text: str, parts: tuple[str, ...]) -> None:
    assert read_address(text, rules) == Address(text, *parts)


def test_nothing_typed_is_no_address() -> None:
    assert read_address(" ,  ", US) is None


class Place:
    """A geocoder that answers what a test says, and counts how often it was asked."""

    def __init__(self) -> None:
        self.reply = Reply({"features": [{"properties": CLARK}]})

    def __call__(self, asked: Asked) -> Reply:
        return self.reply


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def server(place: Place) -> Iterator[HttpServer]:
    with HttpServer(place) as running:
        yield running


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport()
    yield made
    made.close()


def suggest(geocoding: Geocoding, text: str) -> tuple[Address, ...]:
    return asyncio.run(geocoding.suggest(text))


def test_a_suggestion_has_its_parts_and_the_unit_that_was_typed(server: HttpServer, transport: Transport) -> None:
    geocoding = Geocoding(Geocoder(transport, f"{server.url}/api", parameters={"lang": "en"}), US)
    [found] = suggest(geocoding, "2210 n clark apt 4")
    assert found == Address("2210 N Clark St, apt 4, Springvale 60614", "N Clark St", "2210", "apt 4", "60614", "Springvale")
    assert server.asked[0].query == {"lang": "en", "q": "2210 n clark", "limit": "6"}


def test_where_only_the_street_is_known_the_number_is_the_callers_and_no_post_code_is_guessed(
    place: Place, server: HttpServer, transport: Transport
) -> None:
    street = {"type": "street", "name": "Am Markt", "postcode": "60311", "city": "Frankfurt"}
    place.reply = Reply({"features": [{"properties": street}, {"properties": {"type": "city", "name": "Marktheidenfeld"}}]})
    [found] = suggest(Geocoding(Geocoder(transport, server.url), DE), "Am Markt 3")
    assert found == Address("Am Markt 3, Frankfurt", "Am Markt", "3", "", "", "Frankfurt")


def test_nominatim_is_understood(place: Place, server: HttpServer, transport: Transport) -> None:
    house = {"road": "Oak Street", "house_number": "12", "postcode": "20001", "town": "Springvale"}
    place.reply = Reply([{"display_name": "x", "address": house}, {"display_name": "y", "address": {"city": "Springvale"}}])
    [found] = suggest(Geocoding(Geocoder(transport, f"{server.url}/search", "nominatim"), US), "12 oak")
    assert found.full == "12 Oak Street, Springvale 20001"
    assert server.asked[0].query == {"q": "12 oak", "limit": "6", "format": "jsonv2", "addressdetails": "1"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(b"<p>", headers={"content-type": "text/html"}),
        Reply([]),
        Reply({"features": [1]}),
        Reply({"features": None}),
    ],
    ids=["error", "page", "list", "odd feature", "null"],
)
def test_one_that_fails_is_left_alone_for_a_while(place: Place, server: HttpServer, transport: Transport, reply: Reply) -> None:
    now = [1000.0]
    geocoding = Geocoding(Geocoder(transport, server.url), US, clock=lambda: now[0])
    good, place.reply = place.reply, reply
    assert (suggest(geocoding, "2210 n cl"), geocoding.suggests) == ((), False)
    assert geocoding.read("2210 N Clark St") == Address("2210 N Clark St", "N Clark St", "2210")
    place.reply = good
    assert suggest(geocoding, "2210 n cla") == ()
    assert len(server.asked) == 1
    now[0] += PAUSE
    assert len(suggest(geocoding, "2210 n cla")) == 1
    assert geocoding.suggests


def test_its_key_comes_from_the_keyring_and_without_it_nothing_is_asked(server: HttpServer, transport: Transport) -> None:
    geocoder = Geocoder(transport, server.url, key="api_key")
    assert suggest(Geocoding(geocoder, US, lambda: None), "2210 n cl") == ()
    assert server.asked == []
    assert len(suggest(Geocoding(geocoder, US, lambda: "s3cret"), "2210 n cl")) == 1
    assert server.asked[0].query["api_key"] == "s3cret"


def test_nothing_is_asked_without_a_geocoder_or_for_two_letters(server: HttpServer, transport: Transport) -> None:
    assert suggest(Geocoding(None, US), "2210 N Clark") == ()
    assert suggest(Geocoding(Geocoder(transport, server.url), US), "22") == ()
    assert server.asked == []


@pytest.mark.parametrize(
    ("text", "first"),
    [("2210 clark", "N Clark St"), ("s linden street", "S Linden St"), ("oakw", "E Oakwood Blvd"), ("Clark, Springvale", "N Clark St")],
)
def test_springvale_knows_its_streets(text: str, first: str) -> None:
    features: list[dict[str, Any]] = springvale.answer(urlencode({"q": text, "limit": "3"}))["features"]
    properties = features[0]["properties"]
    assert (properties.get("street") or properties["name"]) == first
    assert len(features) <= 3


def test_springvale_knows_nothing_of_other_streets() -> None:
    assert springvale.answer("q=zzyzx+road") == {"type": "FeatureCollection", "features": []}
    assert springvale.answer("limit=x")["features"] == []


class Slow:
    """Suggests when a test lets it."""

    suggests = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = asyncio.Event()

    def read(self, text: str) -> Address | None:
        return Address(text)

    async def suggest(self, text: str) -> tuple[Address, ...]:
        self.asked.append(text)
        await self.go.wait()
        return (Address(f"{text}!"),)


def test_the_last_text_alone_is_asked_for_and_an_older_answer_is_dropped(monkeypatch: pytest.MonkeyPatch, qapp) -> None:
    monkeypatch.setattr("app.viewmodels.addresses.KEY_PAUSE", 0.01)

    async def scene() -> None:
        slow, tasks = Slow(), Tasks()
        model = AddressesViewModel(slow, tasks)
        for text in ("1", "12", "12 oak"):
            model.typed(text)
        while not slow.asked:
            await asyncio.sleep(0.005)
        assert slow.asked == ["12 oak"]
        model.typed("12 oaks")
        slow.go.set()
        while not model.state.suggestions:
            await asyncio.sleep(0.005)
        assert (model.state.text, model.state.suggestions) == ("12 oaks", (Address("12 oaks!"),))
        model.leave()
        assert model.state.suggestions == ()
        await tasks.close()

    asyncio.run(scene())
