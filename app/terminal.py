"""What commands share on a terminal: one clear line at the end, tables in columns, and a bar for work that takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class Told(Exception):
    """Ends a command with one clear line."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with their cells one below the other, the last one as long as it is."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function to be told how many of how many are done; None where nobody watches, as standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    import typer

    with typer.progressbar(length=1, label=label, file=sys.stderr, update_min_steps=0) as bar:

        def show(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield show
