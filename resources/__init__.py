"""Files that belong to the program: fonts, icons, themes, translations and the demo city."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A resource by its path below this package, such as ``resource("icons", "search.svg")``; also in a bundle."""
    return files(__name__).joinpath(*parts)
