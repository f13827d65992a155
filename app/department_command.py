"""The command line of ``civicdesk department``: new, test, record, replay."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import Told

if TYPE_CHECKING:
    from app.department import Draft, Wanted, Workbench
    from app.services.setup.trial import Trial

department = typer.Typer(
    name="department",
    help="Set a department up: propose its manifest, try it, report on it, record it for a simulator.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The department's id in this site.")]
SiteOption = Annotated[
    Path | None,
    typer.Option("--site", metavar="DIR", help="Folder of the site. Default: CIVICDESK_SITE, else the user's configuration folder."),
]
SearchOption = Annotated[
    str, typer.Option("--search", metavar="TEXT", help="A test person whom the department knows, as an agent would search for them.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@department.command("new")
def propose(
    name: NameArgument,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="What it speaks: rest, sql, ...")] = "",
    address: Annotated[str, typer.Option("--address", metavar="URL", help="Where it is.")] = "",
    description: Annotated[
        str, typer.Option("--describe", metavar="FILE", help="What it says of itself: an OpenAPI file, a WSDL, or the address of one.")
    ] = "",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What staff call it.")] = "",
    colour: Annotated[str, typer.Option("--colour", metavar="#RRGGBB", help="Its dot's colour. Default: one that is free.")] = "",
    roles: Annotated[list[str] | None, typer.Option("--role", metavar="ROLE", help="A role that may ask; may be repeated.")] = None,
    credential: Annotated[str, typer.Option("--credential", metavar="NAME", help="The secret's name in the keyring.")] = "",
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="The user name, where it asks for one.")] = "",
    secret_from_input: Annotated[bool, typer.Option("--secret", help="Read the secret from the standard input's first line.")] = False,
    search: SearchOption = "",
    site: SiteOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: write the manifest if the test person was found.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a manifest that is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose a manifest from what a back-end says of itself, try it on a test person, and write it.

    Exit code: 3 when it was not written. Example: civicdesk department new permits --kind rest --describe openapi.json --search "gonzalez"
    """
    from app.department import Wanted, ask_secret, draft_as_text, trial_as_text

    asks = sys.stdin.isatty() and not yes and not secret_from_input
    kind = kind or _asked(asks, "What does it speak (rest, sql, ...)?", "--kind")
    if not (address or description):
        address = _asked(asks, "Where is it (an address)?", "--address or --describe")
    with _opened(site) as bench:
        secret = sys.stdin.readline().rstrip("\r\n") or None if secret_from_input else None
        wanted = Wanted(name, kind, address, description, title, colour, tuple(roles or Wanted.__struct_defaults__[4]), credential, secret)
        wanted = _with_user(wanted, user)
        draft = bench.propose(wanted)
        if asks and draft.wanted.credential and not bench.credentials.present(draft.wanted.credential):
            draft = _with_secret(draft, ask_secret(draft.wanted.credential))
        if not as_json:
            sys.stdout.write(draft_as_text(draft) + "\n\n")
        if asks and not search:
            search = _asked(asks, "A test person, as an agent would search for them?", "--search")
        trial = None
        if search:
            proposed, (draft, trial) = draft, bench.try_out(draft, search)
            if not as_json:
                changed = "" if draft is proposed else ", with pages counted from 0"
                sys.stdout.write(f"Tried on a test person{changed}:\n{trial_as_text(trial)}\n\n")
        good = trial is not None and trial.passed
        wished = typer.confirm("Write this manifest?", default=good) if asks else yes and good
        written = bench.write(draft, replace=replace) if wished else None
        if as_json:
            told = {"manifest": draft.text, "gaps": draft.proposal.gaps, "facts": draft.proposal.facts, "passed": good}
            told |= {"written": str(written) if written else None, "coverage": trial.coverage if trial else {}}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        elif written:
            sys.stdout.write(f"Written: {written}. 'civicdesk department test {name}' tells how well it does.\n")
        else:
            sys.stdout.write(f"Not written: {_why_not(trial, asks)}.\n")
        raise typer.Exit(0 if written else 3)


@department.command("test")
def report_on(
    name: NameArgument,
    search: SearchOption = "",
    site: SiteOption = None,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page, too.")] = None,
) -> None:
    """The conformance report: capabilities, latency, mapping, masking, and what it makes of faults. Takes some 15 s.

    Exit code: 1 when something failed. Example: civicdesk department test permits --search "gonzalez 60614" --html report.html
    """
    from app.department import report_as_html, report_as_json, report_as_text

    with _opened(site) as bench:
        report = bench.report(name, search)
    if html is not None:
        html.write_text(report_as_html(report), encoding="utf-8")
    sys.stdout.write((report_as_json(report) if as_json else report_as_text(report)) + "\n")
    raise typer.Exit(0 if report.passed else 1)


@department.command("record")
def record(
    name: NameArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the recording is written.")],
    search: SearchOption = "",
    site: SiteOption = None,
) -> None:
    """Keep the answers about a test person, with stand-ins for all that would tell of them, as a file for 'replay'.

    Example: civicdesk department record permits --search "gonzalez 60614" --out permits.json
    """
    from app.services.setup.recording import write

    with _opened(site) as bench:
        recording = bench.record(name, search)
        write(recording, out)
    kept = f"{len(recording.exchanges)} answers are in {out}."
    sys.stdout.write(f"{kept} Look through it before you hand it on: free text may tell of people.\n")


@department.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="On this machine only. Default: one that is free.")] = 0,
) -> None:
    """Answer as the department did, on this machine, until it is ended; prints one JSON line that says where.

    Example: civicdesk department replay permits.json --port 8041
    """
    from app.services.setup.recording import NotRecorded, Simulator, read

    try:
        recording = read(file)
    except NotRecorded as error:
        raise Told(str(error), 2) from None
    simulator = Simulator(recording, port)
    try:
        told = {"address": simulator.address, "department": recording.department, "kind": recording.kind, "search": recording.search}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        while True:  # in turns: on Windows an endless sleep hears no Ctrl+C
            time.sleep(1)
    finally:
        simulator.close()


def _why_not(trial: Trial | None, asked: bool) -> str:
    if asked:
        return "as you said"
    if trial is None:
        return "it was tried on nobody: name a test person with --search"
    if not trial.people:
        return "the test person was not found"
    return "say --yes to write it" if trial.passed else "not everything that was asked was answered"


def _asked(asks: bool, question: str, option: str) -> str:
    if not asks:
        raise Told(f"Say {option}.", 2)
    return str(typer.prompt(question)).strip()


def _with_user(wanted: Wanted, user: str) -> Wanted:
    import msgspec

    return msgspec.structs.replace(wanted, auth=wanted.auth | {"user": user}) if user else wanted


def _with_secret(draft: Draft, secret: str | None) -> Draft:
    import msgspec

    return msgspec.structs.replace(draft, wanted=msgspec.structs.replace(draft.wanted, secret=secret))


@contextmanager
def _opened(site: Path | None) -> Iterator[Workbench]:
    """A site to set departments up in; what hinders is told in one line."""
    from app.config import SiteError, site_folder
    from app.department import DepartmentError, ManifestError, NotRecorded, Refused, Workbench, in_words
    from app.services.credentials import KeyringUnavailable
    from models.store.errors import StoreUnavailable

    bench = None
    try:
        bench = Workbench(site_folder(site))
        yield bench
    except (SiteError, Refused, ManifestError) as error:
        raise Told(str(error), 2) from None
    except (KeyringUnavailable, StoreUnavailable, NotRecorded) as error:
        raise Told(str(error), 1) from None
    except DepartmentError as error:
        raise Told(in_words(error), 1) from None
    finally:
        if bench is not None:
            bench.close()
