"""The immutable states that view models hold and views draw."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from models.audit import Seen
from models.checks import CheckRow
from models.contacts import Channel, Contact, Inquiry
from models.links import Disagreement, Likeness, Link
from models.outcomes import Outcome
from models.people import Address, Caller, Shut, ValuePlace
from models.query import ReadPart, SearchQuery
from models.records import Record
from models.verification import Asked, Level, Mandate
from models.work import WorkItem

__all__ = [
    "AddressesState",
    "CallMark",
    "CallState",
    "CallerState",
    "CallsState",
    "CheckRow",
    "DepartmentState",
    "DepartmentsState",
    "Ended",
    "GlassState",
    "LockState",
    "OpenCall",
    "ReadPart",
    "Revealed",
    "ReviewsState",
    "SearchState",
    "SessionState",
    "SetupAsked",
    "SetupState",
    "TrailState",
    "Tried",
    "VerificationState",
]


class DepartmentState(msgspec.Struct, frozen=True):
    """One department in the strip and its tab. ``outcome`` is of the search; ``records`` of the open caller's records."""

    id: str
    title: str
    colour: str
    outcome: Outcome | None = None
    """None: not asked yet."""
    records: Outcome | None = None
    kind: str = ""
    """The kind of its adapter, such as ``sql``: told as part of the source."""
    found: int | None = None
    """How many of its records of persons are in the list; None: not told."""
    shut: Shut = ""
    """Why the open caller's records there may not be seen; empty where they may."""


class Revealed(msgspec.Struct, frozen=True):
    """One masked value shown for a while."""

    place: ValuePlace
    value: str


class SearchState(msgspec.Struct, frozen=True):
    """The search box, the strip and the list of people."""

    text: str = ""
    revision: int = 0
    """Grows when the text was changed by the view model (corrected, cleared): only then may the search box be overwritten."""
    query: SearchQuery | None = None
    read_as: tuple[ReadPart, ...] = ()
    phase: Literal["empty", "asking", "done"] = "empty"
    departments: tuple[DepartmentState, ...] = ()
    callers: tuple[Caller, ...] = ()
    more: int = 0
    """How many fit besides those listed: more words would help."""
    selected: str = ""
    """Key of the open caller."""
    elapsed_ms: float = 0.0
    problem: str = ""
    """Why no department was asked, in words; empty when nothing hinders."""


class CallerState(msgspec.Struct, frozen=True):
    """The open caller with all records read so far: what needs attention first, then the newest."""

    caller: Caller | None = None
    departments: tuple[DepartmentState, ...] = ()
    records: tuple[Record, ...] = ()
    problem: str = ""
    """Why records were not read, in words."""
    level: Level = "anonymous"
    """How far the caller's data is open."""
    more_from: Shut = ""
    """The level from which there may be more records than these on open tabs; empty when there are none."""
    revealed: Revealed | None = None
    """The one masked value that is shown now."""
    reveal_reasons: tuple[str, ...] = ()
    tab: str = ""
    """The id of the department whose tab is open; empty for all."""
    open_links: tuple[str, ...] = ()
    """Hosts whose links may be opened."""


Ended = Literal["", "strong", "locked", "reading", "none"]


class VerificationState(msgspec.Struct, frozen=True):
    """Who is on the line, and the question that would make it surer. No answer is ever part of it."""

    caller: str = ""
    """Key of the open caller; empty when nobody is open, or nobody needs to be verified."""
    name: str = ""
    level: Level = "anonymous"
    open: bool = False
    """The questions are on the screen."""
    ask: str = ""
    """The question to read aloud; empty when there is none."""
    question: str = ""
    """Its name."""
    source: str = ""
    """The title of the department it is drawn from."""
    number: int = 0
    """Which question of this contact it is, from 1."""
    asked: tuple[Asked, ...] = ()
    mandate: Mandate | None = None
    grounds: tuple[str, ...] = ()
    ended: Ended = ""
    """Why there is no question."""
    busy: bool = False
    problem: str = ""


class GlassState(msgspec.Struct, frozen=True):
    """Break-glass: whether it may be broken, and since when it is."""

    allowed: bool = False
    letters: int = 20
    """The fewest letters of a reason."""
    minutes: int = 30
    until: float = 0.0
    """A time.monotonic() reading; 0 while glass is whole."""
    problem: str = ""
    """Why it is not broken, for who wants to."""
    warning: str = ""
    """What everybody should know of it: its end could not be written down."""


class ReviewsState(msgspec.Struct, frozen=True):
    """Uses of break-glass for a supervisor to look at; ``allowed`` is False for whoever is none."""

    allowed: bool = False
    items: tuple[WorkItem, ...] = ()
    problem: str = ""


class CallState(msgspec.Struct, frozen=True):
    """This call: what was asked, and how it ended."""

    started: datetime | None = None
    reasons: tuple[str, ...] = ()
    """Subjects to choose from."""
    departments: tuple[tuple[str, str], ...] = ()
    """Id and title of each that an inquiry may concern."""
    inquiries: tuple[Inquiry, ...] = (Inquiry(),)
    current: int = 0
    """Index of the inquiry at hand."""
    note: str = ""
    channel: Channel = "phone"
    number: str = ""
    """The caller's, as the telephone system told it."""
    hung_up: datetime | None = None
    anonymous: bool = False
    revision: int = 0
    """Grows when the text was changed from outside (restored, cleared, another inquiry): only then may fields be overwritten."""
    saving: bool = False
    restored: bool = False
    """The draft of an earlier start was found and is shown."""
    problem: str = ""
    recent: tuple[Contact, ...] = ()

    @property
    def inquiry(self) -> Inquiry:
        """The inquiry at hand."""
        return self.inquiries[self.current]


CallMark = Literal["ringing", "talking", "parked", "ended"]
"""``ended``: hung up, and still to be wrapped up."""


class OpenCall(msgspec.Struct, frozen=True):
    """One of the open calls. ``since`` is when its mark became what it is."""

    key: str
    mark: CallMark
    since: datetime
    number: str = ""
    direction: Literal["in", "out"] = "in"
    name: str = ""
    """Who calls, as far as that is known: it is not verified."""
    share: int | None = None
    """How many persons are known by the number; None while that is not known, or there is no number."""
    active: bool = False
    """It is the one on the screen."""
    channel: Channel = "phone"


class CallsState(msgspec.Struct, frozen=True):
    """The open calls in the order in which they came, and how many ring besides."""

    calls: tuple[OpenCall, ...] = ()
    more: int = 0


class DepartmentsState(msgspec.Struct, frozen=True):
    """The Departments view."""

    rows: tuple[CheckRow, ...] = ()
    checked_at: datetime | None = None


class SetupAsked(msgspec.Struct, frozen=True):
    """What an administrator says of a new department."""

    name: str
    kind: str
    address: str
    description: str = ""
    title: str = ""
    roles: tuple[str, ...] = ()
    user: str = ""
    secret: str = ""


class Tried(msgspec.Struct, frozen=True):
    """What came of trying a manifest on a test person, in words."""

    steps: tuple[tuple[str, str, bool], ...]
    """What was asked, what came of it, and whether that is well."""
    people: tuple[str, ...]
    records: tuple[str, ...]
    missing: tuple[str, ...]
    """Facts that nobody and nothing had."""
    passed: bool


class SetupState(msgspec.Struct, frozen=True):
    """Setting a department up. ``text`` is the manifest; empty before it was proposed."""

    allowed: bool = False
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    busy: str = ""
    problem: str = ""
    text: str = ""
    revision: int = 0
    """Grows when the text was changed by the view model: only then may the editor be overwritten."""
    facts: tuple[tuple[str, str], ...] = ()
    gaps: tuple[str, ...] = ()
    credential: str = ""
    """The secret's name in the keyring; empty where none is needed."""
    tried: Tried | None = None
    written: str = ""
    """Where it was written to."""


class LockState(msgspec.Struct, frozen=True):
    """The lock screen. ``why`` is the reason for which it is locked, empty while it is not."""

    why: Literal["", "asked", "idle", "limit"] = ""
    actor: str = ""
    passphrase: str = ""
    """A demo city's, which is shown; empty where the account's password is asked for."""
    since: datetime | None = None
    checking: bool = False
    problem: str = ""
    wait: float = 0.0
    """Seconds, from this state on, in which no further try is taken."""


class TrailState(msgspec.Struct, frozen=True):
    """One's own looks, the newest first, as far as they were read."""

    looks: tuple[Seen, ...] = ()
    """``departments`` are titles here."""
    reading: bool = False
    finished: bool = False
    """There are no older ones."""
    problem: str = ""


class SessionState(msgspec.Struct, frozen=True):
    """Who works here, as what, and where."""

    actor: str = ""
    role: str = ""
    purpose: str = ""
    site: str = ""
    demo: bool = False
    samples: tuple[str, ...] = ()
    """In a demo city: searches that find somebody."""
    notice: str = ""
    """One line for the status bar that everybody should read."""


class WhyState(msgspec.Struct, frozen=True):
    """Why records are one person: each record's evidence, who may be the same, what was decided by hand, and where departments differ."""

    key: str = ""
    """Of the caller; empty while nobody is asked about."""
    name: str = ""
    members: tuple[Likeness, ...] = ()
    """The caller's records, each beside the one that it is most like."""
    alike: tuple[tuple[str, Likeness], ...] = ()
    """Key of another caller who may be the same person, with the record that is most alike."""
    links: tuple[Link, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    """Fact and department that was said to be right, for this call."""
    letters: int = 0
    """Fewest letters of a reason."""
    problem: str = ""


class AddressesState(msgspec.Struct, frozen=True):
    """What an address that is being typed may be: ``suggestions`` are of ``text``, which may be older than what stands in the box."""

    text: str = ""
    suggestions: tuple[Address, ...] = ()
    suggests: bool = False
    """Whether a geocoder answers; without one the whole address is typed."""
