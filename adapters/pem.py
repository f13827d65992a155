"""Files of keys and certificates in PEM, as a manifest names them: whether they can be used, told before they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def problem(files: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of these keys of a manifest whose file can't be used, and why; None where all is well. ``key`` must be encrypted."""
    for name, file in files.items():
        try:
            text = Path(file).read_text(encoding="ascii", errors="replace")
        except OSError as error:
            return name, f"the file can't be read: {error.strerror}"
        if "-----BEGIN" not in text:
            return name, "the file is not in PEM"
        if name == "key" and "ENCRYPTED" not in text:
            return name, "the private key is not encrypted: encrypt it, and put its pass phrase into the keyring"
    return None
