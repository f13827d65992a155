"""Opening a site for one command that has no window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.terminal import Told

if TYPE_CHECKING:
    from app.bootstrap import Services


class opened:
    """A site's services for one command; what hinders is told in one line."""

    def __init__(self, site: Path | None, role: str = "", purpose: str = "") -> None:
        self._site, self._role, self._purpose = site, role, purpose

    def __enter__(self) -> Services:
        from app.bootstrap import UnknownRole, open_services
        from app.config import SiteError, site_folder
        from app.services.credentials import KeyringUnavailable
        from models.store.errors import StoreUnavailable

        try:
            self._services = open_services(site_folder(self._site), self._role, self._purpose, alone=True)
        except (UnknownRole, SiteError) as error:
            raise Told(str(error), 2) from None
        except (KeyringUnavailable, StoreUnavailable) as error:
            raise Told(str(error), 1) from None
        return self._services

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._services.close()
        from models.store.errors import StoreUnavailable

        if isinstance(error, StoreUnavailable):
            raise Told(f"Not shown, as the look can't be logged: {error}", 1) from None
