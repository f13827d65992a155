"""Asks a geocoder for the addresses that a text may mean: Photon's API (``/api``), or Nominatim's search in jsonv2.

See https://github.com/komoot/photon and https://nominatim.org/release-docs/latest/api/Search/. Places without a street are left out.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote, urlencode

from msgspec import Struct

from adapters.answers import decode_json
from adapters.contract import BadAnswer, CallContext
from adapters.texts import clean
from adapters.transport import HttpRequest, Transport
from models.people import Address

Speaks = Literal["photon", "nominatim"]

MOST = 6
"""Suggestions asked for."""
_BYTES = 200_000
_TOWNS = ("city", "town", "village", "municipality", "hamlet", "suburb")


class Geocoder(Struct, frozen=True):
    """``address`` is the URL of the search; ``parameters`` are sent with each question (a language, a country, a box)."""

    transport: Transport
    address: str
    speaks: Speaks = "photon"
    parameters: dict[str, str] = {}
    key: str = ""
    """The parameter in which the call's credential is sent, where it has one."""

    def suggest(self, text: str, ctx: CallContext) -> tuple[Address, ...]:
        """Addresses with their parts and an empty ``full``, the best first. Raises DepartmentError."""
        asked = {**self.parameters, "q": text, "limit": str(MOST)}
        if ctx.credential:
            asked[self.key] = ctx.credential
        if self.speaks == "nominatim":
            asked |= {"format": "jsonv2", "addressdetails": "1"}
        joint = "&" if "?" in self.address else "?"
        url = f"{self.address}{joint}{urlencode(asked, quote_via=quote)}"
        request = HttpRequest("GET", url, {"accept": "application/json"}, only_asks=True)
        answer = decode_json(self.transport.send(request, ctx, max_bytes=_BYTES))
        places = _photon(answer) if self.speaks == "photon" else _nominatim(answer)
        found = [Address("", *(clean(str(part or "")) for part in place)) for place in places]
        return tuple(dict.fromkeys(each for each in found if each.thoroughfare))[:MOST]


def _photon(answer: Any) -> list[tuple[Any, ...]]:
    """Street, number, no unit, post code and town of each feature."""
    try:
        return [_of_feature(each["properties"]) for each in answer["features"]]
    except (TypeError, KeyError, AttributeError):
        raise BadAnswer("no features with properties, as Photon answers", key="mapping") from None


def _of_feature(said: dict[str, Any]) -> tuple[Any, ...]:
    # A street is named by its own name, a house by its street's.
    street = said.get("street") or (said.get("name") if said.get("type") == "street" else "")
    return street, said.get("housenumber"), "", said.get("postcode"), said.get("city") or said.get("district")


def _nominatim(answer: Any) -> list[tuple[Any, ...]]:
    try:
        return [_of_place(each["address"]) for each in answer]
    except (TypeError, KeyError, AttributeError):
        raise BadAnswer("no list of places with address, as Nominatim answers", key="mapping") from None


def _of_place(said: dict[str, Any]) -> tuple[Any, ...]:
    town = next((said[name] for name in _TOWNS if said.get(name)), "")
    return said.get("road") or said.get("pedestrian"), said.get("house_number"), "", said.get("postcode"), town
