"""What shows personal data can be put away and brought back: all of it at the lock, what belongs to one call when that is parked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Screen(Protocol):
    """A view model that shows personal data."""

    async def suspend(self) -> Any:
        """Show nothing more, and return what ``resume`` needs, in lists, dicts and texts."""
        ...

    def resume(self, kept: Any) -> None:
        """Show again what was shown; None: what was kept is lost."""
        ...


async def put_away(screens: Mapping[str, Screen]) -> dict[str, Any]:
    """Suspend all of them, in their order; returns what each needs to come back. One that fails keeps no other from being emptied."""
    kept: dict[str, Any] = {}
    for name, screen in screens.items():
        try:
            kept[name] = await screen.suspend()
        except Exception:
            log.exception("%s could not be put away", name)
    return kept


def bring_back(screens: Mapping[str, Screen], kept: Mapping[str, Any]) -> None:
    """Resume all of them, in their order."""
    for name, screen in screens.items():
        try:
            screen.resume(kept.get(name))
        except Exception:
            log.exception("%s could not be brought back", name)
