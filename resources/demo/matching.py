"""How the city's own servers search for people: by any part that is given, names by their first letters, best fit first.

Works on any table with the columns family, given (folded), phone7, phone10, email, house, street, zip and, where it is asked
for, born.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resources.demo.text import digits, fold

PARTS = ("family", "given", "born", "phone", "email", "house", "street", "zip")
_AFTER_Z = "{"  # the character behind z: all that begins with "gonz" lies between "gonz" and "gonz{"


class Match(NamedTuple):
    """``where`` is an SQL condition with ``values``, empty when nothing given can be searched for; ``order`` ranks, with ``scores``."""

    where: str
    values: tuple[str, ...]
    order: str
    scores: tuple[str, ...]


def match(ask: Mapping[str, str]) -> Match:
    """Whom a question may mean: everybody whom one part fits. Whom more parts fit, and exactly, comes first."""
    where: list[str] = []
    order: list[str] = []
    values: list[str] = []
    scores: list[str] = []

    def part(condition: str, of: list[str], points: str, score: list[str]) -> None:
        where.append(condition)
        order.append(points)
        values.extend(of)
        scores.extend(score)

    family, given = fold(ask.get("family", "")), fold(ask.get("given", ""))
    for first, second in ((family, given), (given, family)):
        if first:
            part(
                "(family BETWEEN ? AND ? AND given BETWEEN ? AND ?)",
                [first[:4], first[:4] + _AFTER_Z, second[:1], second[:1] + _AFTER_Z],
                "2 * (family = ? AND (given = ? OR ? = ''))",
                [first, second, second],
            )
    phone = digits(ask.get("phone", ""))
    if len(phone) >= 7:
        part("(phone7 = ?)", [phone[-7:]], "2 * IFNULL(phone10 LIKE ?, 0)", [f"%{phone[-10:]}"])
    for column in ("born", "email"):
        if ask.get(column):
            value = ask[column].lower()
            part(f"({column} = ?)", [value], f"2 * IFNULL({column} = ?, 0)", [value])
    street = street_key(ask.get("street", ""))
    if ask.get("house") and street:
        part("(house = ? AND street BETWEEN ? AND ?)", [ask["house"], street, street + _AFTER_Z], "(house = ?)", [ask["house"]])
    if where and ask.get("zip"):
        order.append("(zip = ?)")
        scores.append(ask["zip"])
    return Match(" OR ".join(where), tuple(values), " + ".join(order), tuple(scores))


def street_key(street: str) -> str:
    """A street without what people leave out: ``N Clark St`` as ``clark``."""
    parts = street.replace(".", " ").split()
    if len(parts) > 1 and parts[0].lower() in ("n", "s", "e", "w", "north", "south", "east", "west"):
        parts = parts[1:]
    return fold(parts[0]) if parts else ""
