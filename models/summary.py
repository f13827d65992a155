"""What was done in a call, and the summary of it that the caller gets."""

from __future__ import annotations

from typing import Literal

import msgspec

DoneState = Literal["done", "waiting", "person", "refused", "resolved", "handed_over", "call_back", ""]
"""What became of it: taken by the department, still on its way, with a colleague, not taken; or how an inquiry ended."""

Way = Literal["email", "sms", "letter", "pdf"]
"""How the summary goes to the caller."""


class Done(msgspec.Struct, frozen=True):
    """One thing that was done or talked about. ``department`` is a title; ``reference`` and ``link`` are what the caller may ask by."""

    what: str
    department: str = ""
    state: DoneState = ""
    reference: str = ""
    link: str = ""
    detail: str = ""
    """What was agreed, for staff only: it never goes into a summary."""


class Summary(msgspec.Struct, frozen=True):
    """A letter to the caller, in plain text. ``short`` is what a text message says."""

    subject: str = ""
    text: str = ""
    short: str = ""


class NotSent(Exception):
    """A summary did not go out; the text says why, for the user. ``said`` is what the other side said, in its own words.

    ``unsure``: the other side had all of it and did not answer, so that it may have gone out.
    """

    def __init__(self, words: str, said: str = "", *, unsure: bool = False) -> None:
        super().__init__(words)
        self.said = said
        self.unsure = unsure
