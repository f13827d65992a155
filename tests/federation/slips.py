"""How what is said becomes what is written: slips of typing, misheard and scanned letters, swapped digits, dates of convenience."""

from __future__ import annotations

import random
from datetime import date

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k",
    "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip
_HEARD = (
    ("ph", "f"), ("ck", "k"), ("ey", "y"), ("ie", "ei"), ("ll", "l"), ("nn", "n"), ("tt", "t"), ("sch", "sh"), ("z", "s"), ("v", "b"),
    ("c", "k"), ("y", "i"), ("son", "sen"), ("mac", "mc"), ("gh", "g"), ("ez", "es"), ("th", "t"), ("w", "v"), ("oo", "u"), ("ea", "ee"),
)  # fmt: skip
_SCANNED = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("cl", "d"), ("h", "b"), ("i", "l"), ("e", "c"), ("s", "5"), ("vv", "w"))


def typed(word: str, rng: random.Random) -> str:
    """One slip of the fingers anywhere: a letter too many, too few, the neighbour's, or two swapped."""
    if len(word) < 3:
        return word
    place = int(rng.random() * len(word))
    kind = rng.random()
    if kind < 0.3 and place < len(word) - 1:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind < 0.55:
        return word[:place] + word[place + 1 :]
    if kind < 0.75:
        return word[:place] + word[place] + word[place:]
    near = _NEIGHBOURS.get(word[place].lower(), "e")
    letter = rng.choice(near)
    return word[:place] + (letter.upper() if word[place].isupper() else letter) + word[place + 1 :]


def heard(word: str, rng: random.Random) -> str:
    """Written as it sounds."""
    return _replaced(word, _HEARD, rng)


def scanned(word: str, rng: random.Random) -> str:
    """Read by a machine from paper."""
    return _replaced(word, _SCANNED, rng)


def _replaced(word: str, table: tuple[tuple[str, str], ...], rng: random.Random) -> str:
    lower = word.lower()
    found = [(old, new) for old, new in table if old in lower]
    if not found:
        return typed(word, rng)
    old, new = rng.choice(found)
    place = lower.index(old)
    written = word[:place] + new + word[place + len(old) :]
    return written.capitalize() if word[:1].isupper() else written


def misdated(birth: date, rng: random.Random) -> date:
    """A birth date with day and month swapped, a digit wrong, or the decade's neighbour."""
    kind = rng.random()
    try:
        if kind < 0.35:
            return birth.replace(day=birth.month, month=birth.day)
        if kind < 0.7:
            return birth.replace(day=max(1, birth.day + rng.choice((-10, -1, 1, 10))))
        if kind < 0.85:
            return birth.replace(month=birth.month % 12 + 1)
        return birth.replace(year=birth.year + rng.choice((-10, -1, 1, 10)))
    except ValueError:
        return birth


def misdialled(phone: str, rng: random.Random) -> str:
    """One digit wrong, or two swapped."""
    place = 3 + int(rng.random() * 6)
    if rng.random() < 0.5:
        return phone[:place] + phone[place + 1] + phone[place] + phone[place + 2 :]
    return phone[:place] + str((int(phone[place]) + 1) % 10) + phone[place + 1 :]
