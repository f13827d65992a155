"""Names and addresses cut into the parts that departments ask by."""

from __future__ import annotations

import re

_PARTICLES = {
    "van",
    "von",
    "der",
    "den",
    "de",
    "del",
    "della",
    "di",
    "da",
    "dos",
    "la",
    "le",
    "el",
    "al",
    "ter",
    "ten",
    "bin",
    "ibn",
    "st.",
}


_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sr", "sra", "herr", "frau", "dhr", "mevr", "mme"}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


def _bare(name: str) -> str:
    """The name without title and suffix, which departments seldom keep: ``Dr. John O'Neil Jr`` as ``John O'Neil``."""
    words = name.replace(",", " ").split()
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1].strip(".,").lower() in _SUFFIXES:
        words = words[:-1]
    return " ".join(words)


def split_name(name: str) -> tuple[str, str]:
    """Given and family name, without title and suffix: ``Gonzalez, Maria`` and ``Maria Gonzalez`` alike; one word is the family name."""
    if "," in name:
        family, _, given = name.partition(",")
        return _bare(given), _bare(family)
    words = _bare(name).split()
    if len(words) < 2 or (len(words) > 2 and all(word.lower() in _PARTICLES for word in words[:-1])):
        return "", " ".join(words)  # van der Berg
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def split_address(address: str) -> tuple[str, str]:
    """Street and house number, whichever comes first; the unit is left out."""
    address = re.sub(r",?\s*(?:\b(?:apt|apartment|unit|suite|ste)\b|#)\.?\s*\w+$", "", address, flags=re.IGNORECASE)
    if found := re.match(r"(\d+[a-z]?)\s+(.+)", address, re.IGNORECASE):
        return found[2].strip(), found[1]
    if found := re.match(r"(.+?)\s+(\d+\s?[a-z]?)$", address, re.IGNORECASE):
        return found[1].strip(), found[2]
    return address, ""
