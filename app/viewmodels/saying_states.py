"""The states of what is said to the caller: articles, what is to be settled before they hang up, and the summary they get."""

from __future__ import annotations

import msgspec

from models.hanging_up import Thing
from models.knowledge import Block, Found
from models.summary import Summary, Way


class Suggestion(msgspec.Struct, frozen=True):
    """An article that fits what is on the screen, with its first words, filled, and why it is there: a record's title or a reason."""

    key: str
    title: str
    lead: str
    why: str


class Reading(msgspec.Struct, frozen=True):
    """An article that is open, its blanks filled. ``languages`` are those that it is there in: tag and name."""

    key: str
    title: str
    language: str
    blocks: tuple[Block, ...]
    links: tuple[tuple[str, str], ...] = ()
    languages: tuple[tuple[str, str], ...] = ()


class SayingState(msgspec.Struct, frozen=True):
    """What may be said: articles that fit, those that were searched for, and the one that is read."""

    suggestions: tuple[Suggestion, ...] = ()
    language: str = ""
    """The caller's, as far as it is known; empty: the city's own."""
    text: str = ""
    found: tuple[Found, ...] = ()
    reading: Reading | None = None
    left_out: tuple[str, ...] = ()
    """Articles that can't be used, each with file, line and what to write."""
    problem: str = ""


class OpenThing(msgspec.Struct, frozen=True):
    """One thing to settle before the caller hangs up; ``label`` is what its button says, empty where nothing can be done here."""

    thing: Thing
    label: str = ""


class HangingUpState(msgspec.Struct, frozen=True):
    """What is still to be settled, the late first."""

    things: tuple[OpenThing, ...] = ()


class WrappingUpState(msgspec.Struct, frozen=True):
    """What the note may be long, and the summary that is about to go to the caller."""

    limit: int = 0
    """Letters that a department which the call concerns takes of a note; 0: none says."""
    limit_of: str = ""
    """Its title."""
    ways: tuple[Way, ...] = ()
    open: bool = False
    summary: Summary | None = None
    """None while it is being written."""
    to: tuple[tuple[Way, tuple[str, ...]], ...] = ()
    """Where it may go, of what may be seen of the caller."""
    sending: bool = False
    sent: tuple[str, ...] = ()
    """What has gone out in this call, each in a sentence."""
    problem: str = ""
    """Why it did not go out."""
    said: str = ""
    """What the other side said, in its own words."""
