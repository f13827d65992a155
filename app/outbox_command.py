"""The command line of ``civicdesk outbox``: list, show and retry what is on its way to departments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.opened import opened
from app.terminal import Told

outbox = typer.Typer(
    name="outbox", help="See what is on its way to departments, and send it again.", rich_markup_mode=None, no_args_is_help=True
)

SiteOption = Annotated[
    Path | None,
    typer.Option("--site", metavar="DIR", help="Folder of the site. Default: CIVICDESK_SITE, else the user's configuration folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@outbox.command("list")
def outbox_list(site: SiteOption = None, as_json: JsonOption = False) -> None:
    """List deliveries that wait for a department or for a person; nothing of what was changed is told.

    Exit code: 3 when one waits for a person. Example: civicdesk outbox list
    """
    from app import delivering
    from app.config import SiteError, site_folder
    from models.store.errors import StoreUnavailable

    try:
        found = delivering.unfinished(site_folder(site))
    except SiteError as error:
        raise Told(str(error), 2) from None
    except StoreUnavailable as error:
        raise Told(str(error)) from None
    sys.stdout.write((delivering.list_as_json(found) if as_json else delivering.list_as_text(found)) + "\n")
    raise typer.Exit(delivering.exit_code(found.changes))


@outbox.command("show")
def outbox_show(
    delivery: Annotated[int, typer.Argument(metavar="N", min=1, help="A delivery's number, as it is listed.")],
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell all of a change: what was filled in, each department's part, and what became of it. It is a look, and logged.

    Values are told to whoever may ask the department. Exit code: 1 when there is no such delivery. Example: civicdesk outbox show 12
    """
    import asyncio

    from app import delivering

    with opened(site) as services:
        found = asyncio.run(delivering.shown(services, delivery))
        if found is None:
            raise Told(f"There is no delivery {delivery}: see 'civicdesk outbox list'.")
        sys.stdout.write((delivering.shown_as_json(found) if as_json else delivering.shown_as_text(found, services.site)) + "\n")


@outbox.command("retry")
def outbox_retry(
    deliveries: Annotated[
        list[int] | None, typer.Argument(metavar="[N ...]", help="Deliveries to send again, also those that were refused.")
    ] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send now what waits for departments; with numbers, these deliveries alone, whether they wait, were refused or are left to a person.

    Exit code: 3 when one of them still waits, for a department or a person. Example: civicdesk outbox retry 12
    """
    import asyncio

    from app import delivering
    from app.services.changes import ChangeRefused
    from models.store.errors import StoreUnavailable

    with opened(site) as services:
        try:
            found = asyncio.run(delivering.retried(services, deliveries or ()))
        except ChangeRefused as error:
            raise Told(str(error)) from None
        except StoreUnavailable as error:
            raise Told(f"Not sent: {error}") from None
        sys.stdout.write((delivering.list_as_json(found) if as_json else delivering.list_as_text(found)) + "\n")
        raise typer.Exit(delivering.exit_code(found.changes, departments_too=True))
