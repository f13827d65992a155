"""A command of the site that sends a text on, such as a text message or a letter: run without a shell, the text on its input."""

from __future__ import annotations

import os
import subprocess
from typing import Annotated

from msgspec import Meta, Struct

from models.summary import NotSent

DEADLINE = 30.0
"""Seconds after which a command is ended."""
_PASSED_ON = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "XDG_RUNTIME_DIR")
"""Of the environment: what a program needs to start, and nothing that the desk was started with."""


class SiteCommand(Struct, frozen=True, kw_only=True):
    """The program and its arguments; ``{to}`` stands for the number or the address."""

    command: Annotated[tuple[str, ...], Meta(min_length=1, description='a list such as ["/usr/local/bin/send-sms", "{to}"]')]


def run_command(command: SiteCommand, to: str, text: str) -> None:
    """Give it the text. Blocking. Raises NotSent when it can't be started, fails, or takes too long."""
    to = " ".join(to.split())
    if not to or to.startswith("-"):
        raise NotSent(f"{to!r} is nobody to send to.")
    program, *arguments = command.command
    try:
        ended = subprocess.run(  # noqa: S603 - the site's own command, without a shell
            [program, *(argument.replace("{to}", to) for argument in arguments)],
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=DEADLINE,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise NotSent(f"{program} took longer than {DEADLINE:.0f} s and was ended: it may have gone out.", unsure=True) from None
    except (OSError, ValueError) as error:
        raise NotSent(f"{program} can't be started.", getattr(error, "strerror", "") or "") from None
    if ended.returncode:
        said = " ".join(ended.stderr.decode("utf-8", "replace").split())[:300]
        raise NotSent(f"{program} did not send it (exit code {ended.returncode}).", said)
