"""An address as somebody types or says it, read into the parts that departments keep, and written as one line."""

from __future__ import annotations

import re
from datetime import date

from adapters.texts import clean
from app.services.reading import MAX_LENGTH, ReadingRules, read_query
from models.people import Address

_UNIT = re.compile(r"(?:^|[\s,])((?:apt|apartment|unit|suite|ste|flat|floor|#)\.?\s*#?\s*[\w-]+)(?=\s*(?:,|$|\s))", re.IGNORECASE)
_NUMBER_FIRST = re.compile(r"(\d+[a-z]?(?:[-/]\d*[a-z]?)?)\s+(.+)", re.IGNORECASE)
_NUMBER_LAST = re.compile(r"(\D.*?)\s+(\d+\s?[a-z]?(?:[-/]\d*[a-z]?)?)", re.IGNORECASE)
_STATE = re.compile(r"[\s,]+[A-Z]{2}$")

NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "IL", "IN", "LU", "MY", "NZ", "PH", "SG", "TH", "US", "ZA"})
"""Countries where the house number stands before the street (https://github.com/OpenCageData/address-formatting)."""


def read_address(text: str, rules: ReadingRules) -> Address | None:
    """The parts of a typed address; what can't be told apart stays in ``full`` alone. None where nothing was typed."""
    full = " ".join(clean(text).replace("\ufffd", " ").split())[:MAX_LENGTH].strip(" ,")
    if not full:
        return None
    left, unit = without_unit(full)
    head, _, rest = left.partition(",")
    first, last = _NUMBER_FIRST.fullmatch(head.strip()), _NUMBER_LAST.fullmatch(head.strip())
    if (rest and (first or last)) or (last and rules.region not in NUMBER_FIRST):
        street, number = (first[2], first[1]) if first else (last[1], last[2]) if last else ("", "")
        found = re.search(rf"(?<![\w-])(?:{rules.post_code})(?![\w-])", rest, re.IGNORECASE)
        post_code = found[0].upper() if found else ""
    else:
        # Nothing but an address is meant: a department's number is not looked for.
        query, _ = read_query(left, ReadingRules(rules.region, rules.date_order, rules.post_code), date.today())
        if not query.address:
            return Address(full)
        street, number, post_code = query.street, query.number, query.post_code
        rest = left.partition(query.address.partition(",")[0])[2]
    return Address(full, street, number, unit, post_code, _town(rest, post_code, rules.region))


def written(thoroughfare: str, locator: str, unit: str, post_code: str, city: str, region: str) -> str:
    """The parts in one line, as the country writes them."""
    first = region in NUMBER_FIRST
    street = " ".join(filter(None, (locator, thoroughfare) if first else (thoroughfare, locator)))
    place = " ".join(filter(None, (city, post_code) if first else (post_code, city)))
    return ", ".join(filter(None, (street, unit, place)))


def without_unit(text: str) -> tuple[str, str]:
    """The text without its flat, suite or floor, and that."""
    found = _UNIT.search(text)
    if found is None:
        return text, ""
    rest = f"{text[: found.start()].rstrip(' ,')}, {text[found.end() :].lstrip(' ,')}"
    return rest.strip(" ,"), " ".join(found[1].split())


def _town(rest: str, post_code: str, region: str) -> str:
    """What stands behind the street, but for post code and state."""
    if post_code:
        rest = re.sub(re.escape(post_code), " ", rest, count=1, flags=re.IGNORECASE)
    town = " ".join(rest.split()).strip(" ,.")
    return _STATE.sub("", town) if region in ("US", "CA", "AU") else town
