"""Springvale's geocoder: its own streets, answered as Photon does (https://github.com/komoot/photon)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from resources.demo import words
from resources.demo.people import post_code

_LAST_NUMBER = 7_900
"""Houses are numbered from 100 on every street."""


def answer(query: str) -> dict[str, Any]:
    """The features for the query part of an address, ``q=2210+n+clark&limit=5``."""
    asked = parse_qs(query)
    limit = int(asked["limit"][0]) if asked.get("limit", [""])[0].isdigit() else 15
    return {"type": "FeatureCollection", "features": _features(asked.get("q", [""])[0])[:limit]}


def _features(text: str) -> list[dict[str, Any]]:
    # What stands behind a comma, the town, is the same for all.
    found = re.match(r"\s*(\d{1,5})?\s*([^,]*)", text)
    number, said = (int(found[1]) if found and found[1] else 0), (found[2] if found else "").lower().split()
    said = [word for word in said if not word.isdigit() and word not in (words.CITY.lower(), words.STATE.lower())]
    if not said:
        return []
    streets = sorted((street for street in words.STREETS if _fits(said, street)), key=lambda street: not _begins(said, street))
    return [_feature(street, number) for street in streets]


def _fits(said: list[str], street: str) -> bool:
    """Each word that was said begins a word of the street, in order, at most its quarter left out: ``clark`` fits N Clark St."""
    named = _written_out(street)
    at = 0
    for word in said:
        while at < len(named) and not any(each.startswith(word) for each in named[at]):
            at += 1
        if at == len(named):
            return False
        at += 1
    return True


def _begins(said: list[str], street: str) -> bool:
    return any(each.startswith(said[0]) for part in _written_out(street)[:2] for each in part)


def _written_out(street: str) -> list[tuple[str, ...]]:
    """The words of a street, each with how else it is written: St and Street."""
    quarters = {"N": "north", "S": "south", "E": "east", "W": "west"}
    return [(word.lower(), (words.STREET_NAMES_IN_FULL.get(word) or quarters.get(word, word)).lower()) for word in street.split()]


def _feature(street: str, number: int) -> dict[str, Any]:
    properties = {"osm_key": "highway", "osm_value": "residential", "type": "street", "name": street}
    code = post_code(street, 100)
    if 100 <= number < _LAST_NUMBER:
        properties = {"osm_key": "place", "osm_value": "house", "type": "house", "street": street, "housenumber": str(number)}
        code = post_code(street, number)
    properties |= {"postcode": code, "city": words.CITY, "state": words.STATE, "countrycode": "US"}
    place = words.STREETS.index(street)
    where = [round(-89.7 + place / 1000, 4), round(39.8 + number / 100_000, 5)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": where}, "properties": properties}
