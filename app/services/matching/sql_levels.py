"""The levels at which fields agree, as SQL: ``identity.evidence`` near enough to find candidates and to learn by."""

from __future__ import annotations

from typing import Any

from app.services.identity.weights import LEVELS


def _slip(column: str, most: int = 1) -> str:
    """So many slips of the pen at most; lengths are looked at first, as counting slips is what takes the time."""
    mine, theirs = f"{column}_l", f"{column}_r"
    return f"(abs(len({mine}) - len({theirs})) <= {most} AND damerau_levenshtein({mine}, {theirs}) <= {most})"


def _digit(column: str) -> str:
    """One digit wrong."""
    return f"(len({column}_l) = len({column}_r) AND hamming({column}_l, {column}_r) <= 1)"


_NEAR_STREET = _slip("street", 2)
_NEAR_POST = f"(post_l = post_r OR (len(post_l) > 3 AND {_digit('post')}))"
_NEAR_CITY = f"(city_l = city_r OR {_slip('city', 2)})"
_NEAR_DATE = (
    f"({_digit('birth')} OR (birth_l[1:4] = birth_r[1:4] AND birth_l[6:7] = birth_r[9:10]"
    " AND birth_l[9:10] = birth_r[6:7])) AND abs(birth_l[1:4]::INT - birth_r[1:4]::INT) < 12"
)

_SQL: dict[str, tuple[str, tuple[str, ...]]] = {
    # field: (when it is unknown, conditions of its levels, best first; the last level is every other pair)
    "given": (
        "given_l IS NULL OR given_r IS NULL",
        (
            "given_l = given_r AND len(given_l) > 1",
            "formal_l = formal_r AND len(given_l) > 1 OR (len(given_l) > 4 AND given_l[1] = given_r[1] AND given_l[-2:] = given_r[-2:]"
            f" AND {_slip('given')})",
            "given_l[1] = given_r[1] AND jaro_winkler_similarity(given_l, given_r) >= 0.88",
            "given_l[1] = given_r[1] AND (len(given_l) = 1 OR len(given_r) = 1)",
        ),
    ),
    "family": (
        "family_l IS NULL OR family_r IS NULL",
        (
            "family_l = family_r",
            f"len(family_l) > 3 AND {_slip('family')}",
            "last_l = last_r OR (family_l[1] = family_r[1] AND jaro_winkler_similarity(family_l, family_r) >= 0.92)",
        ),
    ),
    "birth": (
        "birth_l IS NULL OR birth_r IS NULL",
        (
            "birth_l = birth_r AND birth_l NOT LIKE '%-01-01'",
            f"{_NEAR_DATE} AND birth_l NOT LIKE '%-01-01' AND birth_r NOT LIKE '%-01-01'",
            "birth_l[1:4] = birth_r[1:4] AND (birth_l LIKE '%-01-01' OR birth_r LIKE '%-01-01')",
            "(birth_l[1:4] = birth_r[1:4])::INT + (birth_l[6:7] = birth_r[6:7])::INT + (birth_l[9:10] = birth_r[9:10])::INT = 2",
        ),
    ),
    "phone": (
        "phone_l IS NULL OR phone_r IS NULL",
        ("phone_l = phone_r OR list_has_any(phones_l, phones_r)", _digit("phone")),
    ),
    "email": (
        "email_l IS NULL OR email_r IS NULL",
        ("email_l = email_r OR list_has_any(emails_l, emails_r)", "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"),
    ),
    "house": (
        "(street_l IS NULL OR street_r IS NULL) AND (house_l IS NULL OR house_r IS NULL)",
        (
            "house_l = house_r AND street_l = street_r",
            f"house_l = house_r AND ({_NEAR_STREET} OR street_l = unit_r AND unit_l = street_r)",
            f"{_NEAR_STREET} OR street_l = unit_r AND unit_l = street_r",
            "house_l = house_r",
        ),
    ),
    "unit": (
        "unit_l IS NULL OR unit_r IS NULL",
        ("unit_l = unit_r", f"len(unit_l) > 4 AND {_slip('unit')} OR street_l = unit_r AND unit_l = street_r"),
    ),
    "area": (
        "(post_l IS NULL OR post_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)",
        (f"{_NEAR_POST} AND {_NEAR_CITY}", _NEAR_POST, _NEAR_CITY),
    ),
}

FIELDS = tuple(_SQL)
"""Official numbers are not among them: they are compared, but too few files have any to learn by."""


def comparison(field: str, m: dict[str, float] | None = None, u: dict[str, float] | None = None) -> dict[str, Any]:
    """A field's comparison in splink's form, with m and u where they are known."""
    unknown, conditions = _SQL[field]
    levels: list[dict[str, Any]] = [{"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True}]
    for level, condition in zip(LEVELS[field], (*conditions, "ELSE"), strict=True):
        told: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level}
        if m is not None and u is not None:
            told |= {"m_probability": m[level], "u_probability": u[level]}
        levels.append(told)
    return {"output_column_name": field, "comparison_levels": levels}
