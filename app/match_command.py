"""The command line of ``civicdesk match``: files by default, ``train`` as a command of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from app.terminal import Told, progress_bar


class _FilesByDefault(TyperGroup):
    """``match FILE`` is ``match files FILE``."""

    def parse_args(self, ctx, args: list[str]) -> list[str]:  # type: ignore[no-untyped-def]
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["files", *args]
        return super().parse_args(ctx, args)


match = typer.Typer(
    name="match",
    cls=_FilesByDefault,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="""Join whole CSV files: duplicates within one, or the same people in two.

    \b
    civicdesk match people.csv --columns people.toml --out pairs.csv
    civicdesk match tax.csv permits.csv --columns both.toml --out pairs.csv --json
    civicdesk match train people.csv --columns people.toml --site DIR

    The answer has left_id, right_id, tier and bits. Certain pairs are one person; maybe pairs are for somebody to look at; of other pairs
    much agrees, but something forbids that they are one. README.md describes the column map.
    """,
)

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE [FILE2]", help="CSV files, whose first line names the columns.")]
ColumnsOption = Annotated[Path, typer.Option("--columns", metavar="MAP.toml", help="Which column is what.")]
SiteOption = Annotated[Path | None, typer.Option("--site", metavar="DIR", help="The site whose weights are used (train: written).")]
BackendOption = Annotated[str, typer.Option("--backend", metavar="NAME", help="What finds candidates.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@match.command("files")
def match_files(
    files: FilesArgument,
    columns: ColumnsOption,
    out: Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="Where the pairs are written.")],
    site: SiteOption = None,
    backend: BackendOption = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """Join one file within, or two across.

    Exit code: 3 when lines or columns could not be read; each is named, the rest is done.

    Example: civicdesk match a.csv --columns a.toml --out b.csv
    """
    from app import matching

    if len(files) > 2:
        raise Told("give one file to find duplicates within, or two to join across", 2)
    done = _run("Joining", lambda bar: matching.match_files(files, columns, out, site or _own_site(), backend, bar))
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")
    raise typer.Exit(3 if done.problems else 0)


@match.command("train")
def match_train(
    files: FilesArgument,
    columns: ColumnsOption,
    site: SiteOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="WEIGHTS.toml", help="Write here instead of into the site.")] = None,
    backend: BackendOption = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """Learn what agreements are worth from a site's own people: all that its departments export, in one or two files.

    Example: civicdesk match train people.csv --columns people.toml --site DIR
    """
    from app import matching

    target = out or (matching.weights_file(folder) if (folder := site or _own_site()) is not None else None)
    if target is None:
        raise Told("name the site with --site, or a file with --out", 2)
    if len(files) > 2:
        raise Told("give one file, or two that are to be joined across", 2)
    command = f"civicdesk match train {' '.join(file.name for file in files)} --columns {columns.name}"
    done = _run("Learning", lambda bar: matching.train(files, columns, target, backend, bar, (f"Weights for joining, made by: {command}",)))
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")
    raise typer.Exit(3 if done.problems else 0)


def _own_site() -> Path | None:
    from app.config import site_folder

    folder = site_folder(None)
    return folder if folder.is_dir() else None


def _run(label: str, work):  # type: ignore[no-untyped-def]
    from app.services.identity.weights import WeightsError
    from app.services.matching.columns import BadUse

    try:
        with progress_bar(label) as bar:
            return work(bar)
    except (BadUse, WeightsError) as error:
        raise Told(str(error), 2) from None
