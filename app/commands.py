"""The command line: desk, demo, search, check, open, audit, match, department, outbox."""

from __future__ import annotations

import _thread
import io
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.department_command import department
from app.match_command import match
from app.open_command import open_link
from app.opened import opened
from app.outbox_command import outbox
from app.reporting import report_everything
from app.terminal import Told

if TYPE_CHECKING:
    from models.checks import CheckRow

# Each command imports what it needs: none waits for the libraries of another.

app = typer.Typer(
    name="civicdesk",
    help="One screen for the staff of a city: search once, ask every department, resolve the question in one call.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _help(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
        raise typer.Exit(2)


SiteOption = Annotated[
    Path | None,
    typer.Option("--site", metavar="DIR", help="Folder of the site. Default: CIVICDESK_SITE, else the user's configuration folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _end_with_input() -> None:
    """Whoever started us is gone when the standard input ends, also after kill -9."""
    # Not sys.stdin: its lock, held here when the interpreter ends, would abort it.
    while os.read(0, 1024):
        pass
    _thread.interrupt_main()


@app.command()
def desk(site: SiteOption = None) -> None:
    """Open the desk.

    Example: civicdesk desk --site /etc/civicdesk/springvale
    """
    from app.desk import run_desk

    raise typer.Exit(run_desk(str(site) if site else None))


@app.command()
def demo(
    shots: Annotated[
        Path | None, typer.Option("--shots", metavar="DIR", help="Play a call with no screen and write its pictures to DIR.")
    ] = None,
    people: Annotated[
        int, typer.Option("--people", min=100, max=1_000_000, metavar="N", help="How many people live in the city.")
    ] = 20_000,
    serve: Annotated[bool, typer.Option("--serve", help="Start the city's departments alone and print where they are, as JSON.")] = False,
    until_closed: Annotated[
        bool, typer.Option("--until-closed", hidden=True, help="With --serve: end when the standard input is closed.")
    ] = False,
) -> None:
    """Start the demo city Springvale and open the desk on it.

    With no screen, or with --shots, a call is played and told step by step. Example: civicdesk demo --shots pictures
    """
    if serve:
        from resources.demo.command import serve as serve_city

        if until_closed:
            threading.Thread(target=_end_with_input, daemon=True).start()
        try:
            serve_city(people, sys.stdout)
        except RuntimeError as error:
            raise Told(f"The demo city could not be started: {error}") from None
        return
    from app.demo import NoFolder, run_demo

    try:
        code = run_demo(people, shots)
    except NoFolder as error:
        raise Told(str(error), 2) from None
    raise typer.Exit(code)


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Name, phone, e-mail, birth date, address, post code or reference number, in any order.")
    ],
    site: SiteOption = None,
    as_json: JsonOption = False,
    role: Annotated[str, typer.Option("--as", metavar="ROLE", help="Ask in this role. Default: the role that the site gives you.")] = "",
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="NAME", help="Look for this purpose of the site. Default: the usual one of your role.")
    ] = "",
) -> None:
    """Search all departments with no window.

    Exit code: 0 when all that were asked answered, 3 when some failed, 4 when all did. Example: civicdesk search "gonzalez 60614" --json
    """
    if not text.strip():
        raise Told("There is nothing to search for: give a name, a phone number, an address or a reference number.", 2)
    import asyncio

    from app import asking

    with opened(site, role, purpose) as services:
        answer = asyncio.run(asking.ask(services, text))
        if as_json:
            sys.stdout.write(asking.as_json(answer, services).decode() + "\n")
        else:
            sys.stdout.write(asking.as_text(answer, services) + "\n")
        raise typer.Exit(asking.exit_code(answer))


@app.command()
def check(site: SiteOption = None, as_json: JsonOption = False) -> None:
    """Check every department: its manifest, its credential, and whether it answers; and every article and letter of the site.

    Exit code: 1 if one falls short. Example: civicdesk check --site DIR
    """
    import asyncio

    from app import checking

    with opened(site) as services:

        async def checked() -> tuple[tuple[CheckRow, ...], tuple[str, ...]]:
            texts = await services.library.problems() + await services.summaries.problems()
            return await services.checks.check_all(), texts

        found = asyncio.run(checked())
        sys.stdout.write((checking.as_json(*found) if as_json else checking.as_text(*found)) + "\n")
        raise typer.Exit(checking.exit_code(*found))


audit = typer.Typer(name="audit", help="Prove the audit log, or ask it who saw somebody's data.", rich_markup_mode=None)
app.command("open")(open_link)
app.add_typer(audit)
app.add_typer(match)
app.add_typer(outbox)
app.add_typer(department)


@audit.command("verify")
def audit_verify(site: SiteOption = None, as_json: JsonOption = False) -> None:
    """Prove that every row of the audit log is as it was written; nothing is changed.

    Exit code: 1 if a row was edited, is missing or stands elsewhere: the first of each chain is named. Example: civicdesk audit verify
    """
    from app import auditing
    from app.config import SiteError, site_folder
    from app.terminal import progress_bar
    from models.store.errors import StoreUnavailable

    try:
        with progress_bar("Following the chains") as progress:
            found = auditing.verify(site_folder(site), progress)
    except (SiteError, auditing.NotAuditor) as error:
        raise Told(str(error), 2) from None
    except StoreUnavailable as error:
        raise Told(str(error)) from None
    sys.stdout.write((auditing.verified_as_json(found) if as_json else auditing.verified_as_text(found)) + "\n")
    raise typer.Exit(1 if found.proof.breaks else 0)


@audit.command("who-saw")
def audit_who_saw(
    subject: Annotated[
        list[str],
        typer.Option(
            "--subject", metavar="SUBJECT", help="A person record as department/id, or words to find one person by; may be repeated."
        ),
    ],
    site: SiteOption = None,
    as_json: JsonOption = False,
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="Why you ask; it is logged with your look.")] = "",
) -> None:
    """List who saw a person's data: when, who, why, in which departments, and what kind of look.

    Exit code: 3 when departments are missing from the answer. Example: civicdesk audit who-saw --subject "maria gonzalez 1984-03-09"
    """
    import asyncio

    from app import auditing

    with opened(site) as services:
        try:
            found = asyncio.run(auditing.who_saw(services, subject, purpose.strip() or auditing.ACCESS_REQUEST))
        except auditing.NotAuditor as error:
            raise Told(str(error), 2) from None
        except auditing.NoSubject as error:
            raise Told(str(error)) from None
        sys.stdout.write((auditing.sightings_as_json(found) if as_json else auditing.sightings_as_text(found, services.site)) + "\n")
        raise typer.Exit(3 if found.gaps else 0)


def run() -> int:
    """Run the command of sys.argv: one line on bad use and exit code 2, never a traceback. Returns the exit code."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
        elif stream is None:  # closed by whoever started us, or a bundle without a terminal
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
    if not os.environ.get("CIVICDESK_DEBUG"):
        report_everything()
    try:
        try:
            code = app(prog_name="civicdesk", standalone_mode=False)
        except typer.Exit as ended:
            code = ended.exit_code
        sys.stdout.flush()
    except BaseException as error:
        return told(error)
    return code if isinstance(code, int) else 0


def told(error: BaseException) -> int:
    """Say in one line what ended a command; returns its exit code. CIVICDESK_DEBUG=1 shows where an unexpected one came from."""
    if isinstance(error, _USAGE_ERROR):
        message = " ".join(error.format_message().split()).rstrip(".")
        return _say(f"{message}. Try 'civicdesk --help'.", 2)
    if isinstance(error, Told):
        return _say(str(error), error.code)
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        return 130
    if not isinstance(error, Exception) or os.environ.get("CIVICDESK_DEBUG"):
        raise error
    if isinstance(error, OSError):
        # What could not be written is not tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return 1  # whoever read our output has had enough of it
        if error.strerror:
            return _say(f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}.", 1)
    name = type(error).__name__
    return _say(f"something unexpected happened here ({name}). Set CIVICDESK_DEBUG=1 and try again to see where.", 1)


def _say(words: str, code: int) -> int:
    sys.stderr.write(f"civicdesk: {words}\n")
    return code


_USAGE_ERROR: Any = typer.BadParameter.mro()[1]
"""What typer raises on bad use; it carries its own copy of click, so the class is named by way of a public child."""
