"""Which records are compared at all: those that share a key. Keys that too many share, such as a shelter's phone, are none."""

from __future__ import annotations

from collections.abc import Iterator

from app.services.identity.normalise import Traits, formal

FAMILIES_AT_ONE = 5
"""Of a value that is shared by people of more families than this, nobody can be told: a shelter, an office, a block of flats."""
NAMESAKES = 12
"""Records of one full name that are compared for the name alone; where there are more, the name is common and says nothing."""


def contacts(mine: Traits) -> Iterator[str]:
    """Values that may turn out to be shared by a crowd: phones, e-mails, houses."""
    yield from mine.phones
    yield from mine.emails
    yield from mine.houses


def family_mark(mine: Traits) -> str:
    """What tells families apart, when those who share a value are counted; slips behind the third letter don't count."""
    return mine.family[-1][:3] if mine.family else mine.given[0][:3] if mine.given else ""


def given_mark(mine: Traits) -> str:
    """What tells people of one family apart, when those who share a value are counted; empty if only an initial is known."""
    return formal(mine.given[0])[:3] if mine.given and len(mine.given[0]) > 1 else ""


def initials(mine: Traits) -> set[str]:
    """First letters of each given name (the formal one of a short form), and of given and family name together, as fields get swapped."""
    letters = {formal(word)[0] for word in mine.given}
    if mine.given and mine.family:
        letters.add("".join(sorted((mine.given[0][0], mine.family[0][0]))))
    return letters


def keys(mine: Traits) -> set[str]:
    """What two records must share one of to be compared. Keys of a value start with it, so that a crowded one is left out."""
    letters = initials(mine)
    found = {f"{value}\t{letter}" for value in contacts(mine) for letter in letters}
    found.update(f"#{number}" for number in mine.numbers)
    if mine.birth:
        found.update(f"b{mine.birth}{letter}" for letter in letters)
    return found


def name_key(mine: Traits) -> str:
    """The full name in any order; empty unless there are both a given and a family name."""
    return " ".join(sorted((*mine.given[:1], *mine.family))) if mine.given and mine.family and len(mine.given[0]) > 1 else ""
