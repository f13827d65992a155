"""``civicdesk open``: a link that a telephone or another program opens goes to the desk that runs, or starts one."""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.terminal import Told


def open_link(
    url: Annotated[str, typer.Argument(metavar="URL", help="Such as civicdesk://call?from=+13125550142")] = "",
    site: Annotated[
        Path | None,
        typer.Option("--site", metavar="DIR", help="Folder of the site. Default: CIVICDESK_SITE, else the user's configuration folder."),
    ] = None,
    register: Annotated[bool, typer.Option("--register", help="Have this user's desktop open civicdesk: links with CivicDesk.")] = False,
) -> None:
    """Open a civicdesk: link: the desk that runs searches for who calls; without one it is started.

    Example: civicdesk open "civicdesk://call?from=+13125550142"
    """
    from app.services.telephony.cti import BadEvent, event_of_link

    if register:
        _register()
        return
    try:
        event_of_link(url, datetime.now(UTC))
    except BadEvent as error:
        raise Told(f"This can't be opened: {error}", 2) from None
    from app import links
    from app.config import SiteError, load_site, site_folder
    from app.desk import run_desk

    try:
        where = links.place(load_site(site_folder(site)).store_folder)
    except SiteError as error:
        raise Told(str(error), 2) from None
    answer = links.hand_over(where, url)
    if answer is None:
        raise typer.Exit(run_desk(str(site) if site else None, url))
    if answer != "heard":
        raise Told(f"The desk did not take the link: {answer}")


def _register() -> None:
    if sys.platform != "linux":
        raise Told("Only on Linux; for Windows and macOS the README says what to register.", 2)
    import os

    from app import links

    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    found = shutil.which("civicdesk")
    command = shlex.quote(found) if found else f"{shlex.quote(sys.executable)} -m app"
    sys.stdout.write(links.register(command, Path(data) / "applications") + "\n")
