"""Credentials from the operating system's keyring, or a clear refusal: never from a file, never in plain text.

Only keyrings known to encrypt are used, whatever else is installed or configured: a list of what is allowed can't be got round
by a back-end nobody has heard of. ``keyring`` itself is imported when a keyring is opened.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from platformdirs import user_data_path

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "civicdesk"
AUDIT_KEY = "audit-key"
"""Name of the entry that holds the audit log's key, in hex."""
DRAFT_KEY = "draft-key"
"""Name of the entry that holds the key of unfinished calls, in hex."""
KEY_BYTES = 32

_ENCRYPTING = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.Windows",
    "keyring.backends.macOS",
)
"""Modules of keyring's own back-ends that hand secrets to the operating system or the desktop."""

_WHAT_TO_DO = {
    "linux": "Install GNOME Keyring or KWallet, sign out and in again so that it starts, unlock it if it asks, then start CivicDesk.",
    "win32": "Sign in to Windows with your own account so that Credential Manager is available, then start CivicDesk.",
    "darwin": "Open Keychain Access, unlock the login keychain, then start CivicDesk.",
}

_CHOOSE_ANOTHER = (
    "Take that choice out of PYTHON_KEYRING_BACKEND and keyringrc.cfg, so that the keyring of the operating system is used, "
    "then start CivicDesk."
)


class KeyringUnavailable(Exception):
    """There is no keyring that may be used, or it does not let us in. The text says what to do on this operating system."""

    def __init__(self, why: str, what_to_do: str = "") -> None:
        what_to_do = what_to_do or _WHAT_TO_DO.get(sys.platform, _WHAT_TO_DO["linux"])
        super().__init__(f"{why} CivicDesk keeps passwords and keys in the keyring only. {what_to_do}")
        self.why = why


class Keyring(Protocol):
    """The part of a keyring back-end that is used."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...


class Credentials:
    """Secrets by name. Every method blocks (a keyring may ask the user to unlock it) and raises KeyringUnavailable."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def get(self, name: str) -> str | None:
        """The secret; None when the keyring has none of that name."""
        with _told():
            return self._keyring.get_password(SERVICE, name)

    def present(self, name: str) -> bool:
        """Whether the keyring has a secret of that name."""
        return self.get(name) is not None

    def put(self, name: str, secret: str) -> None:
        """Keep a secret in place of what had the name before."""
        with _told():
            self._keyring.set_password(SERVICE, name, secret)

    def audit_key(self) -> bytes:
        """The 32 bytes under which searches and subjects are hashed, made at first use.

        With a new key (the entry was deleted) new hashes no longer compare with older ones; the log's chains hold all the same.
        """
        return self._key(AUDIT_KEY, "The key of the audit log in the keyring is damaged.")

    def draft_key(self) -> bytes:
        """The 32 bytes under which what is being typed is sealed, made at first use."""
        return self._key(DRAFT_KEY, "The key of unfinished calls in the keyring is damaged.")

    def _key(self, name: str, damaged: str) -> bytes:
        if (known := self.get(name)) is None:
            with _one_process():
                known = self.get(name)  # another process may have been first
                if known is None:
                    self.put(name, secrets.token_hex(KEY_BYTES))
                    known = self.get(name)
        try:
            key = bytes.fromhex(known or "")
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyringUnavailable(damaged, f"Delete the entry {name!r} of {SERVICE!r} there, and a new one is made at the next start.")
        return key


def open_keyring(of_demo: Keyring | None = None) -> Credentials:
    """The operating system's keyring, proven to answer; or, for a demo city only, that city's own.

    Raises KeyringUnavailable when there is none, it is locked, or the one configured does not encrypt.
    """
    if of_demo is not None:
        return Credentials(of_demo)
    import keyring

    with _told():
        configured = keyring.get_keyring()
        credentials = Credentials(_encrypting(configured))
    credentials.present(AUDIT_KEY)  # a locked keyring, or none behind the back-end, shows only when it is asked
    return credentials


def _encrypting(configured: KeyringBackend) -> KeyringBackend:
    """The back-end itself if it may be used; of a chain its first that may, so that nothing falls through to one that may not."""
    chain: list[Any] = list(getattr(configured, "backends", [configured]))
    for backend in chain:
        if type(backend).__module__.startswith(_ENCRYPTING):
            return backend  # type: ignore[no-any-return]
    names = {f"{type(backend).__module__}.{type(backend).__qualname__}" for backend in chain}
    if names <= {"keyring.backends.fail.Keyring"}:
        raise KeyringUnavailable("This computer has no keyring, or it does not run.")
    if names == {"keyring.backends.null.Keyring"}:
        raise KeyringUnavailable("The keyring is switched off here: the null back-end forgets what it is given.", _CHOOSE_ANOTHER)
    raise KeyringUnavailable(f"The keyring set up here is not known to encrypt ({', '.join(sorted(names))}).", _CHOOSE_ANOTHER)


@contextmanager
def _told() -> Iterator[None]:
    """Back-ends raise what they like (KeyringError, D-Bus errors, OSError, RuntimeError): each means that there is no keyring."""
    try:
        yield
    except KeyringUnavailable:
        raise
    except Exception as error:
        from keyring.errors import KeyringLocked

        locked = isinstance(error, KeyringLocked) or "locked" in str(error).lower() or "dismissed" in str(error).lower()
        if locked:
            raise KeyringUnavailable("The keyring is locked.", "Unlock it with its password, then start CivicDesk.") from error
        raise KeyringUnavailable(f"The keyring does not answer ({type(error).__name__}).") from error


@contextmanager
def _one_process() -> Iterator[None]:
    """Only one process of this user at a time: keyrings can't say "only if there is none yet". The lock ends with the process."""
    folder = user_data_path("civicdesk", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(folder / "keyring.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise KeyringUnavailable(f"{folder} can't be written ({error.strerror}).", "Give your account the right to write there.") from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
