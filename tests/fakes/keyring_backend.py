"""Keyring back-ends that must be refused, as real back-ends that keyring loads by their names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError


class PlainTextFile(KeyringBackend):
    """Keeps secrets readable in the file that SECRETS_FILE names, as keyrings.alt's PlaintextKeyring does."""

    priority = 9  # above every back-end of the operating system

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(json.dumps(self._read() | {f"{service}/{username}": password}), encoding="utf-8")

    def _read(self) -> dict[str, str]:
        return json.loads(self._file().read_text(encoding="utf-8")) if self._file().exists() else {}

    def _file(self) -> Path:
        return Path(os.environ["SECRETS_FILE"])


class Memory(KeyringBackend):
    """A keyring's behaviour without a keyring. ``fault`` is raised by every call when set."""

    priority = 0

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.fault: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.secrets[service, username] = password

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault


class Failing(KeyringBackend):
    """Can't be used: raises as the Secret Service back-end does without a default collection."""

    priority = 0

    def get_password(self, service: str, username: str) -> str | None:
        raise InitError("Failed to create the collection")

    set_password = get_password  # type: ignore[assignment]
