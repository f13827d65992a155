"""Signing in again after the screen was locked: the password of the account that the desk runs under, asked of the operating system.

On Linux and macOS through PAM, on Windows through LogonUser. Only the demo city has a passphrase of its own, which it shows.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Protocol

PAM_SERVICES = ("civicdesk", "common-auth", "system-auth", "screensaver", "login")
"""Of these the first that the system has is asked: its administrator's own for CivicDesk, Debian's, Fedora's, macOS's, everybody's."""
_PAM_FOLDERS = (Path("/etc/pam.d"), Path("/usr/lib/pam.d"))
_WRONG = (7, 10, 11)
"""PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_MAXTRIES (pam(3)): every other fault is the system's and no wrong password."""
_WORDS = (
    "amber",
    "birch",
    "canal",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "island",
    "juniper",
    "kettle",
    "lantern",
    "meadow",
    "north",
)


class SignInUnavailable(Exception):
    """The operating system can't be asked, so nobody gets in; the text is for the user."""


class SignIn(Protocol):
    """Whoever says whether it is the same person."""

    @property
    def shown(self) -> str:
        """What the lock screen may show of the secret: all of a demo's passphrase, nothing of a password."""
        ...

    def check(self, secret: str) -> bool:
        """Whether the secret is right. Blocking, for some seconds where it is not. Raises SignInUnavailable."""
        ...


class DemoSignIn:
    """A throwaway passphrase, made anew for each desk, for the demo city only."""

    def __init__(self) -> None:
        self.shown = f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(90) + 10}"

    def check(self, secret: str) -> bool:
        return secrets.compare_digest(secret.strip().casefold().encode(), self.shown.encode())


class AccountSignIn:
    """The password of an account of this computer or its domain."""

    shown = ""

    def __init__(self, actor: str) -> None:
        self._actor = actor

    def check(self, secret: str) -> bool:
        if not secret or "\0" in secret:
            return False
        return _windows_accepts(self._actor, secret) if sys.platform == "win32" else _pam_accepts(self._actor, secret)


def _pam_accepts(actor: str, password: str) -> bool:
    service = next((name for name in PAM_SERVICES if any((folder / name).is_file() for folder in _PAM_FOLDERS)), "")
    if not service:
        raise SignInUnavailable("This computer has no sign-in service (PAM) that could be asked for your password.")
    try:
        import pam

        asked = pam.PamAuthenticator()
        # No credentials are renewed: it is only asked whether the password is right.
        if asked.authenticate(actor, password, service=service, resetcreds=False):
            return True
    except (ImportError, OSError, AttributeError) as error:
        raise SignInUnavailable(f"This computer's sign-in service can't be asked ({type(error).__name__}).") from None
    if asked.code in _WRONG:
        return False
    reason = asked.reason.decode(errors="replace") if isinstance(asked.reason, bytes) else asked.reason
    raise SignInUnavailable(f"This computer's sign-in service did not decide: {reason}.")


def _windows_accepts(actor: str, password: str) -> bool:
    """LogonUserW as for a sign-in at this computer; the token is closed at once, nothing runs under it."""
    why = ""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        interactive, default_provider, wrong_password = 2, 0, 1326
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        token = wintypes.HANDLE()
        if advapi.LogonUserW(actor, None, password, interactive, default_provider, ctypes.byref(token)):
            ctypes.WinDLL("kernel32").CloseHandle(token)
            return True
        code = ctypes.get_last_error()
        if code == wrong_password:
            return False
        why = ctypes.FormatError(code)
    raise SignInUnavailable(f"Windows did not decide whether the password is right. {why}")
