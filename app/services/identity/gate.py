"""The gate: whether two records are one person. It, not the score, decides: a wrong join shows one citizen's data to another.

One person only where the names surely fit and two independent identifiers agree, and nothing forbids it. Forbidden are birth dates
that conflict, given names that differ (twins, spouses at one phone), a junior's and a senior's suffix. What fits less than that
"may be" and stays apart.
"""

from __future__ import annotations

from app.services.identity.evidence import UNKNOWN, Evidence

SAME, MAYBE, NO, NEVER = "same", "maybe", "no", "never"
"""Verdicts: one person; may be; nothing speaks for it; something forbids it."""

CERTAIN_BITS = 22.0
"""Least evidence of a certain pair: odds of four million to one."""
MAYBE_BITS = 10.0
"""Least evidence to be shown as one who may be the same, where an identifier agrees."""
NAME_BITS = 16.0
"""The same without any identifier: only for names that are rare, or with the same part of the city."""

_SAME, _SLIP, _YEAR = 0, 1, 2
_ALIKE = 1
_DIFFERS = {"given": 4, "family": 3}
_CONFLICT = 3
"""From this level on birth dates conflict: two parts of three the same may be a sister's."""


def judge(found: Evidence) -> str:
    """The verdict on two records."""
    renamed = found.family == _DIFFERS["family"]
    if found.given == _DIFFERS["given"] or found.birth >= _CONFLICT or found.conflict:
        return NEVER if not renamed or found.birth in (_SAME, _SLIP) or found.contacts() else NO
    if renamed and found.birth != _SAME:
        return NO
    if _certain(found):
        return SAME
    identified = found.birth == _SAME or found.contacts() or found.number == _SAME or _SLIP in (found.phone, found.email)
    if UNKNOWN in (found.given, found.family):
        return MAYBE if identified and found.bits >= MAYBE_BITS else NO
    return MAYBE if found.bits >= (MAYBE_BITS if identified else NAME_BITS) else NO


def _certain(found: Evidence) -> bool:
    """Two independent identifiers, and names that can't be a twin's, a spouse's or a child's."""
    if found.given not in (_SAME, _ALIKE) or found.bits < CERTAIN_BITS or found.birth in (_SLIP, _YEAR) or found.number == 1:
        return False
    if _SAME not in (found.family, found.given):
        return False  # two slips at once
    contacts = found.contacts() + (found.number == _SAME)
    if found.birth == _SAME:
        if found.family == _DIFFERS["family"]:  # married: the given name to the letter, and two ways to reach the person
            return contacts >= 2
        # A house of many flats, or a slip in the address, will do only where both names agree to the letter.
        return contacts >= 1 or (found.home == _ALIKE and found.given == _SAME and found.family == _SAME)
    own = (found.email == _SAME) + (found.number == _SAME)
    return _undated(found) and found.personal and own >= 1 and own + (found.phone == _SAME) + (found.home in (_SAME, _ALIKE)) >= 2


def _undated(found: Evidence) -> bool:
    """What is needed where a birth date is unknown.

    A father can't be told from his son of the same name then, nor a mother from her child by the family's e-mail.
    """
    return found.given == _SAME and found.family == _SAME and not found.suffix and not found.minor


def witness(found: Evidence) -> frozenset[str]:
    """The ways to reach somebody by which a dated record speaks for an undated one; ``own`` among them if one is the person's own."""
    if not _undated(found):
        return frozenset()
    ways = {field for field in ("phone", "email", "home") if getattr(found, field) == _SAME}
    return frozenset(ways | {"own"}) if ways and found.personal else frozenset(ways)
