"""How many bits each agreement and disagreement is worth: a site's own file, made by ``civicdesk match train``, or the one that ships.

m is the share of pairs of one person's records at a level of agreement, u that of two people's; log2(m/u) is the evidence (Fellegi and
Sunter 1969). A name that many bear is worth less than a rare one: the common names' shares stand in the file.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from math import log2
from pathlib import Path
from typing import Any

import msgspec

LEVELS: dict[str, tuple[str, ...]] = {
    "given": ("same", "alike", "like", "initial", "differs"),
    "family": ("same", "alike", "like", "differs"),
    "birth": ("same", "slip", "year", "part", "differs"),
    "phone": ("same", "slip", "differs"),
    "email": ("same", "alike", "differs"),
    "house": ("same", "alike", "street", "number", "differs"),
    "unit": ("same", "alike", "differs"),
    "area": ("same", "post", "city", "differs"),
    "number": ("same", "differs"),
}
"""The fields that are compared, and how each may agree, best first."""
FIELDS = tuple(LEVELS)
FILE = "weights.toml"


class WeightsError(Exception):
    """The file of weights can't be used; the text says which and why."""


class Weights(msgspec.Struct, frozen=True):
    """Bits by field and place of the level in LEVELS, and bits of agreement on a name by how common it is."""

    bits: dict[str, tuple[float, ...]]
    given: dict[str, float] = {}
    """Share of the people who bear a common given name."""
    family: dict[str, float] = {}
    source: str = ""
    """Where the weights are from, for those who ask which settings were used."""

    def name_bits(self, field: str, name: str) -> float:
        """Bits of two records having this very name."""
        share = getattr(self, field).get(name)
        usual = self.bits[field][0]
        return usual if share is None else min(usual, -log2(share))


def load_weights(path: Path) -> Weights:
    """Read a file of weights. Raises WeightsError."""
    try:
        text = path.read_text(encoding="utf-8")
        return _parsed(tomllib.loads(text), str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        words = getattr(error, "strerror", None) or (f"{error} is missing" if isinstance(error, KeyError) else str(error))
        raise WeightsError(f"{path} is no file of weights ({words}). Make one with 'civicdesk match train'.") from None


def site_weights(folder: Path | None) -> Weights:
    """The site's own weights if it has trained some, else those that ship. Raises WeightsError."""
    own = folder / FILE if folder is not None else None
    return load_weights(own) if own is not None and own.is_file() else default_weights()


@lru_cache(maxsize=1)
def default_weights() -> Weights:
    """The weights that ship, trained on generated people; its head says how."""
    return _parsed(tomllib.loads(files("resources").joinpath("weights.toml").read_text(encoding="utf-8")), "the weights that ship")


def _parsed(data: dict[str, Any], source: str) -> Weights:
    bits = {}
    for field, levels in LEVELS.items():
        m, u = data[field]["m"], data[field]["u"]
        bits[field] = tuple(log2(float(m[level]) / float(u[level])) for level in levels)
    names = data.get("names", {})
    return Weights(bits, dict(names.get("given", {})), dict(names.get("family", {})), source)
