"""Faults of what a department drops into a folder: missing, torn, drifted, of another character set, packed to burst."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from adapters.manifest import load_manifest
from tests.contract.case_files import drop, manifest_toml
from tests.faults.matrix import Case, Ill

PEOPLE = "people-20261124"


@contextmanager
def _spoilt(form: str, spoil: Callable[[Path], object], folder: Path) -> Iterator[Ill]:
    place = folder / "drop"
    place.mkdir()
    drop(place, form)  # type: ignore[arg-type]
    file = place / f"{PEOPLE}.{form}"
    spoil(file)

    def heal() -> None:
        place.mkdir(exist_ok=True)
        drop(place, form)  # type: ignore[arg-type]

    manifest = folder / "faulty.toml"
    manifest.write_text("deadline = 3.0\n" + manifest_toml(place.as_uri(), form, "[files]\nlook_every = 0"), encoding="utf-8")  # type: ignore[arg-type]
    yield Ill(load_manifest(manifest, folder), heal)


def _replaced(old: str, new: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _bomb(file: Path) -> None:
    """A spreadsheet that unpacks to 200 MB."""
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part + b" " * 200_000_000 if name.endswith("sheet1.xml") else part)


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "the folder is gone": ("csv", lambda file: shutil.rmtree(file.parent), "no_connection"),
    "the file is gone": ("csv", lambda file: file.unlink(), "incomplete"),
    "an empty file": ("csv", lambda file: file.write_bytes(b""), "incomplete"),
    "another character set": ("csv", lambda file: file.write_bytes(file.read_text("utf-8").encode("utf-16")), "charset"),
    "a column of another name": ("csv", _replaced("FAMILY NAME", "SURNAME"), "mapping"),
    "a web page": ("csv", lambda file: file.write_bytes(b"<html>Sign on</html>"), "mapping"),
    "a spreadsheet that is none": ("xlsx", lambda file: file.write_bytes(b"Gonzalez" * 100), "unreadable"),
    "half a spreadsheet": ("xlsx", lambda file: file.write_bytes(file.read_bytes()[:2000]), "unreadable"),
    "a spreadsheet that unpacks to 200 MB": ("xlsx", _bomb, "too_large"),
}
MATRIX = [Case("files", fault, partial(_spoilt, form, spoil), word) for fault, (form, spoil, word) in CASES.items()]
